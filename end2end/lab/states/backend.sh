# Broken states of the backend. See states.sh.
# shellcheck shell=bash

# health_is CODE TEXT
health_is() { curl --silent --max-time 3 --write-out '\n%{http_code}' http://127.0.0.1:8000/health | tr '\n' ' ' | has -e "$2.* $1\$"; }
healthy() { ready redis && ready backend; }
backend_log() { docker logs "$(container backend)" 2>&1; }
# Recreates a service with a line of its own in docker-compose.yml; as_written goes back to the file.
overridden() { printf 'services:\n  %s:\n    %s\n' "$1" "$2" | compose -f docker-compose.yml -f - up --detach --no-deps "$1"; }
as_written() { compose up --detach --no-deps "$1" && ready "$1" && { [ "$1" != backend ] || use; }; }
# A container with an empty log.
fresh_backend() { compose up --detach --no-deps --force-recreate backend && ready backend && use; }
# Changes the program in the running container, as a bad release would be; only a new container gets rid of it.
bad_release() { compose exec -T backend sed -i "$2" "$1" && compose restart --timeout 2 backend; }

state health-500 deployed 'the health page answers 500'
health-500.break() { bad_release src/main.py 's/^    well = await.*/    return JSONResponse({"status": "failed"}, 500)/'; }
health-500.holds() { health_is 500 failed; }
health-500.mend() { fresh_backend; }

state backend-stopped deployed 'the backend is stopped'
backend-stopped.break() { compose stop --timeout 2 backend; }
backend-stopped.holds() { [ "$(state_of backend)" = exited ]; }
backend-stopped.mend() { fresh_backend; }

state backend-restarting deployed 'the backend ends at every start and is started again: a setting is not a number'
backend-restarting.break() { overridden backend 'environment: {DB_POOL_SIZE: twenty}'; }
backend-restarting.holds() { [ "$(inspect backend '{{.RestartCount}}')" -ge 2 ]; }
backend-restarting.mend() { as_written backend; }

state backend-paused deployed 'the backend accepts connections and never answers'
backend-paused.break() { compose pause backend; }
backend-paused.holds() { [ "$(state_of backend)" = paused ] && ! answers_backend; }
backend-paused.mend() { compose unpause backend && healthy; }

state image-not-rebuilt deployed 'the backend runs the image of the previous release'
image-not-rebuilt.break() {
  docker tag "$(inspect backend '{{.Image}}')" conversations-backend:release &&
    docker tag conversations-backend:v1 conversations-backend:latest && compose up --detach --no-deps backend
}
image-not-rebuilt.holds() { health_is 200 '"version":"1.0.0"'; }
image-not-rebuilt.mend() {
  docker tag conversations-backend:release conversations-backend:latest && docker rmi conversations-backend:release &&
    as_written backend
}

# The line is written while the new container starts, before its first healthy answer: before T0.
state error-before-t0 deployed 'the log of the backend holds an error from before its first healthy answer'
error-before-t0.break() {
  compose pause postgres
  compose up --detach --no-deps --force-recreate backend
  wait_for 200 error-before-t0.said
  compose unpause postgres && ready backend && use
}
error-before-t0.said() { backend_log | has 'ERROR.*the database does not answer'; }
error-before-t0.holds() { error-before-t0.said && answers_backend; }
error-before-t0.mend() { fresh_backend; }

state error-after-t0 deployed 'the log of the backend holds an error from a request'
error-after-t0.break() { curl --silent --output /dev/null 'http://127.0.0.1:8000/api/conversations?limit=0'; }
error-after-t0.holds() { backend_log | has 'IndexError' && answers_backend; }
error-after-t0.mend() { fresh_backend; }

state slow-query deployed 'the log of the backend tells of a slow query'
slow-query.break() { under_lock 0.5 18; }
slow-query.holds() { backend_log | has 'SLOW QUERY'; }
slow-query.mend() { fresh_backend; }

state pool-exhausted deployed 'a request found no free connection to the database'
pool-exhausted.break() { under_lock 4 $(seq 21 65); }
pool-exhausted.holds() { backend_log | has 'connection pool exhausted' && answers_backend; }
pool-exhausted.mend() { fresh_backend; }

# under_lock SECONDS LIMIT...: one request for each page length while the table is locked, all at once.
under_lock() {
  local seconds="$1" limit requests=()
  shift
  sql "BEGIN; LOCK TABLE participants; SELECT pg_sleep($seconds); COMMIT" &
  requests+=($!)
  wait_for 30 is_locked
  for limit in "$@"; do
    curl --silent --max-time 15 --output /dev/null "http://127.0.0.1:8000/api/conversations?limit=$limit&offset=$((RANDOM % 3900))" 9>&- &
    requests+=($!)
  done
  wait "${requests[@]}"
}
is_locked() { [ "$(sql "SELECT count(*) FROM pg_locks WHERE relation = 'participants'::regclass AND mode = 'AccessExclusiveLock' AND granted")" = 1 ]; }

# Hits are counted as misses: the counter is announced by its HELP and TYPE lines and never has a sample.
state metric-without-sample deployed 'cache_hits stands in a comment of the metrics only, without a sample'
metric-without-sample.break() {
  bad_release src/infrastructure/redis_cache.py 's/(metrics.cache_misses if found is None else metrics.cache_hits)/metrics.cache_misses/' &&
    ready backend && use
}
metric-without-sample.holds() {
  local page
  page="$(curl --silent --fail --max-time 3 http://127.0.0.1:8000/metrics)" && grep -q '^# HELP cache_hits' <<<"$page" &&
    ! grep -q '^cache_hits' <<<"$page"
}
metric-without-sample.mend() { fresh_backend; }

state cache-disabled deployed 'the backend runs with CACHE_ENABLED=false, though .env says true'
cache-disabled.break() { overridden backend 'environment: {CACHE_ENABLED: "false"}'; }
cache-disabled.holds() { health_is 200 '"cache":"disabled"'; }
cache-disabled.mend() { as_written backend; }

state container-env-differs deployed 'the container has another CACHE_TTL_SECONDS than .env'
container-env-differs.break() { overridden backend 'environment: {CACHE_TTL_SECONDS: "60"}' && ready backend && use; }
container-env-differs.holds() { inspect backend '{{.Config.Env}}' | has CACHE_TTL_SECONDS=60 && answers_backend; }
container-env-differs.mend() { as_written backend; }

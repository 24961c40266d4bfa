# Sourced by scripts/lab: the service's repository, and the stack in its two states.
# shellcheck shell=bash

OURS='label=com.docker.compose.project=conversations'
REDIS_LINES='REDIS_HOST=redis
REDIS_PORT=6379
REDIS_DB=0
REDIS_MAX_CONNECTIONS=50
CACHE_ENABLED=true
CACHE_TTL_SECONDS=3600
DB_POOL_SIZE=20
DB_MAX_OVERFLOW=10'

# A repository of its own with two commits: v1, and v2 with the release's files on top. The same sources give the same
# commits on every machine.
repository() {
  local key
  key="$(content_hash service)"
  [ "$(cat "$WORK/.git/lab-key" 2>/dev/null)" = "$key" ] && return
  say "making the service's repository"
  remade=true
  docker rmi --force conversations-backend:v1 >/dev/null 2>&1 || true
  # Emptied, not removed: the operator's root has it mounted.
  find "$WORK" -mindepth 1 -delete
  operator git init --quiet --initial-branch=main .
  operator git config advice.detachedHead false
  commit before v1 2026-11-02T09:00:00Z 'Conversations 1.0'
  commit release v2 2026-11-20T15:00:00Z 'Conversations 2.0: cache, indexes and monitoring'
  echo "$key" >"$WORK/.git/lab-key"
  operator git checkout --quiet --force -B main v1
}

# commit FOLDER TAG DATE SUBJECT
commit() {
  cp -r "$SOURCE/service/$1/." "$WORK/"
  find "$WORK" -name __pycache__ -prune -exec rm -rf {} +
  operator git add --all
  operator env GIT_AUTHOR_NAME=Developer GIT_AUTHOR_EMAIL=developer@example.org GIT_COMMITTER_NAME=Developer \
    GIT_COMMITTER_EMAIL=developer@example.org GIT_AUTHOR_DATE="$3" GIT_COMMITTER_DATE="$3" git commit --quiet --message "$4"
  operator git tag --force "$2" >/dev/null
}

# Everything back to before the deployment. Containers and volumes are made anew: a new volume of the database begins
# with the data of the image, so no trace of indexes, records or statistics can stay.
stack_before() {
  end_stranger
  rm -rf "${LAB:?}/broken"
  remove_service
  : >"$WORK/.git/info/exclude"
  operator git checkout --quiet --force -B main v1
  operator git clean --quiet --force -dx
  write_env
  if ! docker tag conversations-backend:v1 conversations-backend:latest 2>/dev/null; then
    quietly compose build backend
    docker tag conversations-backend:latest conversations-backend:v1
  fi
  quietly compose up --detach
  ready backend || die "the service does not answer: scripts/lab run 'docker-compose logs backend'"
}

remove_service() {
  docker ps --all --quiet --filter "$OURS" | xargs --no-run-if-empty "${AS_OPERATOR[@]}" docker rm --force --volumes >/dev/null
  docker volume ls --quiet --filter "$OURS" | xargs --no-run-if-empty "${AS_OPERATOR[@]}" docker volume rm >/dev/null
}

write_env() {
  (
    umask 077
    sed "s|change-me|$PGPASSWORD_OF_THE_LAB|" "$WORK/.env.example" | grep -v -E "^(${REDIS_KEYS})=" >"$WORK/.env"
  )
}
REDIS_KEYS="$(sed 's/=.*//' <<<"$REDIS_LINES" | paste -sd'|')"

# The files of the release, as `git pull` would bring them. Containers, .env and database stay as they are.
stack_release() { operator git merge --quiet --ff-only v2; }

# What a person does in phase 3.
edit_env() {
  grep -q '^REDIS_HOST=' "$WORK/.env" || printf '%s\n' "$REDIS_LINES" >>"$WORK/.env"
}

# What the checklist does, in its order, without its waiting and looking.
stack_deployed() {
  stack_before
  as_gonogo 'pg_dump postgres > backup_$(date +%Y%m%d).sql && cp .env .env.backup' || die "the backup was not made"
  stack_release
  quietly compose up --detach redis
  quietly operator python -m src.db.migrations.performance_optimization apply
  edit_env
  quietly compose build backend
  quietly compose up --detach backend prometheus
  ready backend && ready redis && ready prometheus || die "the release does not answer"
  use
}

# Two identical calls, so that the cache has been used.
use() { for _ in 1 2; do curl --silent --fail --max-time 5 --output /dev/null http://127.0.0.1:8000/api/conversations; done; }

# The text of a command the way Gonogo gives it to the environment's shell.
as_gonogo() {
  operator env GONOGO_DB_HOST=127.0.0.1 GONOGO_DB_USER=conversations GONOGO_PREVIOUS_COMMIT="$(operator git rev-parse v1)" \
    bash --noprofile --norc -o pipefail -c "$1" </dev/null
}

quietly() { "$@" >"$LAB/last.log" 2>&1 </dev/null || { cat "$LAB/last.log" >&2; die "failed: $*"; }; }

# Everything that a broken state could change, as JSON.
status() {
  local broken=()
  mapfile -t broken < <(broken_names)
  operator python3 - "$WORK" "${broken[@]}" <"$SOURCE/status.py"
}

# ---- the containers ------------------------------------------------------------------------------------------------

# The container of a service, whatever its state; the newest where there are two.
container() { docker ps --all --quiet --filter "$OURS" --filter "label=com.docker.compose.service=$1" | head -1; }
inspect() { docker inspect --format "$2" "$(container "$1")"; }
state_of() { inspect "$1" '{{.State.Status}}'; }
service_runs() { [ "$(state_of "$1" 2>/dev/null)" = running ]; }

# ready SERVICE: waits until it answers well, 20 seconds at most.
ready() { wait_for 200 "answers_$1"; }
answers_backend() { curl --silent --fail --max-time 2 http://127.0.0.1:8000/health | has '"status":"ok"'; }
answers_redis() { [ "$(redis PING)" = PONG ]; }
answers_prometheus() {
  curl --silent --fail --max-time 2 http://127.0.0.1:9090/-/ready &&
    [ "$(targets | sort -u | paste -sd,)" = backend=up,prometheus=up ]
}
answers_postgres() { sql 'SELECT 1'; }
targets() {
  curl --silent --fail --max-time 2 http://127.0.0.1:9090/api/v1/targets |
    operator jq -r '.data.activeTargets[] | .labels.job + "=" + .health'
}
redis() { operator timeout 3 redis-cli -h 127.0.0.1 "$@" 2>/dev/null; }
sql() { operator timeout 10 psql --no-psqlrc --tuples-only --no-align --quiet --set=ON_ERROR_STOP=1 --command="$1"; }
# What only the database's superuser may do.
super() { compose exec -T --user postgres postgres psql --no-psqlrc --tuples-only --no-align --quiet --set=ON_ERROR_STOP=1 --command="$1"; }

# Broken states of files, the repository, the test suite and the machine's ports. See states.sh.
# shellcheck shell=bash

# remember NAME FILE keeps a file of the work directory as it is; restore NAME FILE puts it back.
remember() { [ -e "$MEMORY/$1/kept" ] || cp -p "$WORK/$2" "$MEMORY/$1/kept"; }
restore() { [ ! -e "$MEMORY/$1/kept" ] || cp -p "$MEMORY/$1/kept" "$WORK/$2"; }
backup() { (cd "$WORK" && ls backup_*.sql | tail -1); }

state env-file-differs deployed '.env was edited after the backend was started: CACHE_TTL_SECONDS=60'
env-file-differs.break() { remember env-file-differs .env && sed -i 's/^CACHE_TTL_SECONDS=.*/CACHE_TTL_SECONDS=60/' "$WORK/.env"; }
env-file-differs.holds() { grep -qx CACHE_TTL_SECONDS=60 "$WORK/.env" && inspect backend '{{.Config.Env}}' | has CACHE_TTL_SECONDS=3600; }
env-file-differs.mend() { restore env-file-differs .env; }

state env-line-missing deployed '.env has no REDIS_DB'
env-line-missing.break() { remember env-line-missing .env && sed -i '/^REDIS_DB=/d' "$WORK/.env"; }
env-line-missing.holds() { ! grep -q '^REDIS_DB=' "$WORK/.env"; }
env-line-missing.mend() { restore env-line-missing .env; }

state env-line-twice deployed '.env says CACHE_ENABLED=true, and CACHE_ENABLED=false further down, which wins'
env-line-twice.break() { remember env-line-twice .env && echo CACHE_ENABLED=false >>"$WORK/.env"; }
env-line-twice.holds() { [ "$(grep -c '^CACHE_ENABLED=' "$WORK/.env")" = 2 ]; }
env-line-twice.mend() { restore env-line-twice .env; }

state env-backup-differs deployed '.env.backup is not what was backed up'
env-backup-differs.break() { remember env-backup-differs .env.backup && cp "$WORK/.env" "$WORK/.env.backup"; }
env-backup-differs.holds() { grep -q '^REDIS_HOST=' "$WORK/.env.backup"; }
env-backup-differs.mend() { restore env-backup-differs .env.backup; }

state backup-empty deployed 'the backup of the database is an empty file'
backup-empty.break() { remember backup-empty "$(backup)" && : >"$WORK/$(backup)"; }
backup-empty.holds() { [ ! -s "$WORK/$(backup)" ]; }
backup-empty.mend() { restore backup-empty "$(backup)"; }

state backup-truncated deployed 'the backup of the database ends in the middle'
backup-truncated.break() { remember backup-truncated "$(backup)" && truncate --size 1M "$WORK/$(backup)"; }
backup-truncated.holds() { [ -s "$WORK/$(backup)" ] && ! tail -n 5 "$WORK/$(backup)" | has 'dump complete'; }
backup-truncated.mend() { restore backup-truncated "$(backup)"; }

state redis-conf-missing deployed 'config/redis/redis.conf is missing'
redis-conf-missing.break() { remember redis-conf-missing config/redis/redis.conf && rm "$WORK/config/redis/redis.conf"; }
redis-conf-missing.holds() { [ ! -e "$WORK/config/redis/redis.conf" ]; }
redis-conf-missing.mend() { restore redis-conf-missing config/redis/redis.conf; }

state work-tree-dirty any 'a file of the work tree was edited and not committed'
work-tree-dirty.break() { echo 'Edited on the server.' >>"$WORK/README.md"; }
work-tree-dirty.holds() { ! operator git diff --quiet; }
work-tree-dirty.mend() { operator git checkout --quiet -- README.md; }

state head-differs deployed 'HEAD is one commit after the release'
head-differs.break() {
  operator git -c user.name=Somebody -c user.email=somebody@example.org commit --quiet --allow-empty --message 'Hotfix on the server'
}
head-differs.holds() { [ "$(operator git rev-parse HEAD~1)" = "$(operator git rev-parse v2)" ]; }
head-differs.mend() { operator git reset --quiet --soft v2; }

# Both put a conftest.py beside the tests that git is told to overlook, so that the work tree stays clean.
state no-tests-collected deployed 'pytest collects no test: exit code 5'
no-tests-collected.break() { conftest $'def pytest_collection_modifyitems(items):\n    items.clear()\n'; }
no-tests-collected.holds() { [ "$(pytest_exit TestRedisCachePerformance)" = 5 ]; }
no-tests-collected.mend() { no_conftest; }

state failing-test deployed 'one cache test fails: exit code 1'
failing-test.break() {
  conftest $'def pytest_runtest_call(item):\n    assert item.name != "test_repeated_reads_are_hits", "broken on purpose by the lab"\n'
}
failing-test.holds() { [ "$(pytest_exit TestRedisCachePerformance)" = 1 ]; }
failing-test.mend() { no_conftest; }

conftest() { printf %s "$1" >"$WORK/tests/conftest.py" && echo tests/conftest.py >"$WORK/.git/info/exclude"; }
no_conftest() { rm -f "$WORK/tests/conftest.py" && : >"$WORK/.git/info/exclude"; }
pytest_exit() {
  local code=0
  operator pytest --quiet "tests/test_performance_optimization.py::$1" >/dev/null 2>&1 || code=$?
  echo "$code"
}

# Where Redis runs it is stopped first: somebody else was faster at its port.
state port-taken any 'port 6379 is held by a process that is no part of the service'
port-taken.break() {
  if service_runs redis; then touch "$MEMORY/port-taken/redis"; compose stop --timeout 2 redis; fi
  setsid "${AS_OPERATOR[@]}" python3 -m http.server --bind 127.0.0.1 6379 </dev/null >/dev/null 2>&1 9>&- &
  echo $! >"$MEMORY/port-taken/pid"
}
port-taken.holds() { curl --silent --max-time 2 --output /dev/null http://127.0.0.1:6379/; }
port-taken.mend() {
  end_stranger
  if [ -e "$MEMORY/port-taken/redis" ]; then compose start redis && ready redis && fresh_backend; fi
}
end_stranger() {
  local pid
  pid="$(cat "$MEMORY/port-taken/pid" 2>/dev/null)" || return 0
  # The number may be somebody else's by now.
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | has 'http.server.* 6379'; then kill "$pid" && wait_for 50 gone "$pid"; fi
}

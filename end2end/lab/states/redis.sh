# Broken states of Redis. See states.sh.
# shellcheck shell=bash

state redis-stopped deployed 'the Redis container is stopped'
redis-stopped.break() { compose stop --timeout 2 redis; }
redis-stopped.holds() { [ "$(state_of redis)" = exited ]; }
redis-stopped.mend() { compose start redis && ready redis && fresh_backend; }

state redis-paused deployed 'Redis accepts connections and never answers'
redis-paused.break() { compose pause redis; }
redis-paused.holds() { [ "$(state_of redis)" = paused ] && ! answers_redis; }
redis-paused.mend() { compose unpause redis && ready redis && fresh_backend; }

state redis-crash-loop deployed 'Redis ends at every start: its configuration is not where it looks'
redis-crash-loop.break() { overridden redis 'command: redis-server /usr/local/etc/redis/missing.conf'; }
redis-crash-loop.holds() { [ "$(inspect redis '{{.RestartCount}}')" -ge 2 ]; }
redis-crash-loop.mend() { as_written redis && fresh_backend; }

state redis-password deployed 'Redis asks for a password that nobody has'
redis-password.break() { redis CONFIG SET requirepass nobody-knows && redis -a nobody-knows CLIENT KILL TYPE normal; }
redis-password.holds() { redis PING | has NOAUTH; }
redis-password.mend() { redis -a nobody-knows CONFIG SET requirepass '' && ready redis && fresh_backend; }

# A real load of real keys, slowed down by the setting that Redis's own tests use for this: a quarter of an hour of it.
state redis-loading deployed 'Redis is loading its dataset, and answers LOADING'
redis-loading.break() {
  seq 20000 | awk '{v = sprintf("%01000d", $1); printf "SET loading:%d %s\r\n", $1, v}' |
    operator redis-cli -h 127.0.0.1 --pipe &&
    redis BGREWRITEAOF && wait_for 100 rewritten &&
    overridden redis 'command: redis-server /usr/local/etc/redis/redis.conf --key-load-delay 50000 --loading-process-events-interval-bytes 1024'
}
rewritten() { redis INFO persistence | has '^aof_rewrite_in_progress:0'; }
redis-loading.holds() { redis PING | has LOADING; }
redis-loading.mend() {
  as_written redis &&
    redis EVAL 'for _, k in ipairs(redis.call("KEYS", "loading:*")) do redis.call("UNLINK", k) end return "OK"' 0 &&
    redis BGREWRITEAOF && wait_for 100 rewritten
}

state redis-maxmemory deployed 'the memory limit of Redis is 256 MB instead of 512'
redis-maxmemory.break() { redis CONFIG SET maxmemory 256mb; }
redis-maxmemory.holds() { redis CONFIG GET maxmemory | has -x 268435456; }
redis-maxmemory.mend() { redis CONFIG SET maxmemory 512mb; }

state redis-appendonly deployed 'Redis does not keep its data: appendonly is no'
redis-appendonly.break() { redis CONFIG SET appendonly no; }
redis-appendonly.holds() { redis CONFIG GET appendonly | has -x no; }
redis-appendonly.mend() { redis CONFIG SET appendonly yes && wait_for 100 rewritten; }

# What was evicted stays counted after the limit is right again, as it would be after a night of it.
state redis-evicting deployed 'Redis has thrown keys away: evicted_keys is not 0'
redis-evicting.break() {
  local used
  used="$(redis INFO memory | sed -n 's/^used_memory:\([0-9]*\).*/\1/p')"
  redis CONFIG SET maxmemory "$((used + 1000000))" &&
    seq 5000 | awk '{v = sprintf("%01000d", $1); printf "SET evicted:%d %s\r\n", $1, v}' | operator redis-cli -h 127.0.0.1 --pipe
  redis EVAL 'for _, k in ipairs(redis.call("KEYS", "evicted:*")) do redis.call("UNLINK", k) end return "OK"' 0 &&
    redis CONFIG SET maxmemory 512mb
}
redis-evicting.holds() { ! redis INFO stats | has '^evicted_keys:0' && redis CONFIG GET maxmemory | has -x 536870912; }
# The pages that the cache lost come back as they are asked for.
redis-evicting.mend() { redis CONFIG RESETSTAT && use; }

state redis-refuses-writes deployed 'Redis answers PING and refuses to write: the health page says degraded, with 200'
redis-refuses-writes.break() { redis CONFIG SET min-replicas-to-write 1; }
redis-refuses-writes.holds() { health_is 200 '"status":"degraded"'; }
redis-refuses-writes.mend() { redis CONFIG SET min-replicas-to-write 0 && healthy; }

#!/bin/sh
# Makes the database's files while the image is built: two roles, the service's tables and their data.
# The passwords are no secrets: the lab listens on the loopback only, and its data are made up.
set -eu
initdb --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >/dev/null
cat >>"$PGDATA/postgresql.conf" <<'END'
listen_addresses = '*'
unix_socket_directories = '/tmp'
timezone = 'UTC'
log_timezone = 'UTC'
autovacuum_naptime = 10min
END
echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
pg_ctl --wait --silent --log=/tmp/seed.log -o '-c shared_preload_libraries=pg_stat_statements -c fsync=off' start
psql='psql --username=postgres --dbname=postgres --no-psqlrc --quiet --set=ON_ERROR_STOP=1'
$psql <<'END'
CREATE ROLE conversations LOGIN PASSWORD 'lab-owner-7f3a';
CREATE ROLE gonogo_probe LOGIN PASSWORD 'lab-probe-9c1e';
GRANT pg_read_all_stats TO conversations;
GRANT pg_monitor, pg_read_all_data TO gonogo_probe;
GRANT CREATE ON SCHEMA public TO conversations;
END
# The extensions need a superuser; everything else belongs to the service.
{
  sed -n '/^CREATE EXTENSION/p' /tmp/schema.sql
  echo 'SET ROLE conversations;'
  sed '/^CREATE EXTENSION/d' /tmp/schema.sql
  cat /tmp/seed.sql
} | $psql --output=/dev/null
$psql --command='VACUUM' --command='CHECKPOINT'
pg_ctl --wait --silent --mode=fast stop

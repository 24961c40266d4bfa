# Sourced by scripts/test-dist: Gonogo as its unit starts it, and its database.
# shellcheck shell=bash

# The value of a setting of the unit.
unit() { sed -n "s/^$1=//p" "$R/usr/local/lib/systemd/system/gonogo.service"; }

# What of the unit needs no systemd: its user without any right, a root that can be written in two folders only, its own /tmp, no homes,
# and no variables but its own and those of the settings.
start() {
  [ "$(unit ProtectSystem) $(unit PrivateTmp) $(unit ProtectHome) $(unit NoNewPrivileges)" = 'strict yes yes yes' ] || return
  in_root install -d -m "$(unit RuntimeDirectoryMode)" -o gonogo -g gonogo "/run/$(unit RuntimeDirectory)" || return
  local settings
  mapfile -t settings < <(grep '^[A-Z]' "$R/etc/gonogo/gonogo.env"; unit Environment)
  : >"$work/out"
  # shellcheck disable=SC2016
  unshare --mount bash -euc '
    root="$1"; shift
    for folder in var/lib/gonogo run/gonogo; do mount --bind "$root/$folder" "$root/$folder"; done
    mount -o remount,bind,ro "$root"
    mount -t tmpfs tmpfs "$root/tmp"
    for folder in home root; do mount -t tmpfs -o ro,mode=000 tmpfs "$root/$folder"; done
    exec chroot "$root" "$@"
  ' start "$R" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/var/lib/gonogo USER=gonogo LANG=C.UTF-8 \
    "${settings[@]}" setpriv --reuid="$(unit User)" --regid="$(unit Group)" --init-groups --no-new-privs --bounding-set=-all --inh-caps=-all -- \
    sh -c "umask $(unit UMask) && cd $(unit WorkingDirectory) && exec $(unit ExecStart)" >"$work/out" 2>"$work/log" </dev/null &
  server=$!
  wait_for 600 answers_or_ended || return
  url="$(sed -n 's/^Gonogo is ready at //p' "$work/out")"
  [ -n "$url" ] || { cat "$work/log"; return 1; }
}
answers_or_ended() { grep -q '^Gonogo is ready at ' "$work/out" || ended "$server"; }
ended() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

begins() {
  # Any free port: the one of the settings may be taken. What is changed here an upgrade has to keep.
  sed -i 's/^GONOGO_ADDRESS=.*/GONOGO_ADDRESS=127.0.0.1:0/' "$R/etc/gonogo/gonogo.env" && start && curl --silent --fail "$url/readyz" &&
    [ "$(stat -c %u "/proc/$server")" = "$(in_root id -u gonogo)" ] && grep '^CapEff:.0000000000000000$' "/proc/$server/status" &&
    [ -e "$R/var/lib/gonogo/postgres/PG_VERSION" ] && [ "$(stat -c %a "$R/var/lib/gonogo/credentials")" = 600 ]
}

site() {
  local page kind file
  page="$(curl --silent --fail "$url/sign-in")" || return
  for kind in css js; do
    file="$(grep -o "/pkg/gonogo\.[0-9a-f]\{16\}\.$kind" <<<"$page" | sort -u)" && curl --silent --fail --output "$work/file" "$url$file" &&
      cmp "$work/file" "$R/usr/local/share/gonogo/site$file" || return
  done
}

stops() {
  local status=0 pid="$server"
  kill -TERM "$pid" && wait_for 300 ended "$pid" && { wait "$pid" || status=$?; } && [ "$status" -eq 0 ] &&
    [ -z "$(in_root find /proc -mindepth 1 -maxdepth 1 -name '[0-9]*' -user gonogo)" ] || { cat "$work/log"; return 1; }
  # As systemd does with the folder of a service that has ended.
  rm -r "$R/run/gonogo"
}

# ---- the database --------------------------------------------------------------------------------------------------

as_service() { in_root setpriv --reuid=gonogo --regid=gonogo --clear-groups -- "$@"; }
sql() { as_service psql --host=/var/lib/gonogo --username=gonogo --dbname=gonogo --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"; }

# The earlier version is this program with the tables undone that came later, by the files that the archive brings for it: no earlier
# one was published. What the migration tests show for each of them, this shows for an installation.
earlier_schema() {
  local bin files version
  bin="$(cd "$R" && echo usr/lib/postgresql/*/bin)"
  mapfile -t files < <(cd "$R" && printf '%s\n' usr/local/share/gonogo/migrations/*.down.sql | sort -r)
  as_service "/$bin/pg_ctl" --pgdata=/var/lib/gonogo/postgres --wait --silent --log=/var/lib/gonogo/pg_ctl.log \
    --options='-k /var/lib/gonogo -c listen_addresses=' start || return
  for file in "${files[@]}"; do
    version="$(basename "$file" | cut -d_ -f1)"
    [ "$version" -gt "$SCHEMA_BEFORE" ] || break
    sql --single-transaction --file="/$file" --command="delete from _sqlx_migrations where version = $version" || return
  done
  [ "$(sql --command='select max(version) from _sqlx_migrations')" = "$SCHEMA_BEFORE" ] &&
    [ -z "$(sql --command="select to_regclass('passkey')")" ] &&
    [ "$(sql --command="select state from run where id = $run")" = executing ] || return
  as_service "/$bin/pg_ctl" --pgdata=/var/lib/gonogo/postgres --wait --silent --mode=fast stop && rm "$R/var/lib/gonogo/pg_ctl.log"
}

migrates() { start && is_up_to_date; }
is_up_to_date() {
  (cd "$R/usr/local/share/gonogo/migrations" && printf '%s\n' *.up.sql | cut -d_ -f1 | sort) |
    diff - <(live_sql 'select version from _sqlx_migrations where success order by version')
}
live_sql() { as_service psql --host="/$(cd "$R" && echo run/gonogo/gonogo/*)" --username=gonogo --dbname=gonogo --no-psqlrc -qAt --command="$1"; }

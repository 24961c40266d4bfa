# Sourced by scripts/lab: what stands below the service. An engine, a root of Debian packages, the images and the
# operator's chroot that are made from it.
# shellcheck shell=bash

WORK="$LAB/conversations"
OPERATOR="$LAB/operator"
ENVIRONMENT="$LAB/environments/lab.toml"
OWN_ENGINE="unix://$LAB/engine/socket/docker.sock"
PGPASSWORD_OF_THE_LAB=lab-owner-7f3a
PORTS=(5432 6379 8000 9090)
content_hash() { (cd "$SOURCE" && find "$@" -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16); }
ROOT_KEY="$(content_hash packages packages.release)"
IMAGES_KEY="$(content_hash packages packages.release images service/before/src/db/schema.sql)"
ROOT_TAR="$GONOGO_CACHE/lab-$ROOT_KEY/root.tar"

lab_up() {
  remade=false
  "$ROOT/scripts/setup" --lab >&2 || cannot "the packages docker.io and mmdebstrap are missing and could not be installed"
  engine_find || true
  ports_free
  engine_up
  root_tar
  operator_up
  images
  repository
  environment_file
  # What runs is left as it is, unless it was made from something else.
  if $remade || ! service_runs backend; then stack_before; fi
  say "up: the environment's file is $ENVIRONMENT"
}

lab_down() {
  case "$1" in '' | --all) ;; *) usage ;; esac
  if operator_ready && engine_answers "$(cat "$LAB/engine/address")"; then
    enter
    end_stranger
    remove_service
    docker network ls --quiet --filter "$OURS" | xargs --no-run-if-empty "${AS_OPERATOR[@]}" docker network rm >/dev/null
    if [ "$1" = --all ]; then
      docker images --format '{{.Repository}}:{{.Tag}}' |
        { grep -E '^(gonogo-lab/|conversations-backend:)' || true; } |
        xargs --no-run-if-empty "${AS_OPERATOR[@]}" docker rmi --force >/dev/null
    fi
  fi
  operator_down
  engine_down
  if [ "$1" = --all ]; then
    # Nothing of this machine may be mounted below what is removed.
    if grep -q " $LAB/" /proc/self/mounts; then die "something is still mounted below $LAB"; fi
    rm -rf "${LAB:?}"/* "$(dirname "$ROOT_TAR")"
  fi
  say "down"
}

# ---- the engine ----------------------------------------------------------------------------------------------------

# engine_answers ADDRESS: Unix sockets only, because containers mount folders of this machine.
engine_answers() {
  [ "${1#unix://}" != "$1" ] && [ -S "${1#unix://}" ] &&
    [ "$(curl --silent --max-time 5 --unix-socket "${1#unix://}" http://engine/_ping)" = OK ]
}

# The engine that answers, in engine/address: our own, or one that is there already, which is used and left alone.
engine_find() {
  local address
  mkdir -p "$LAB/engine/socket"
  for address in "$OWN_ENGINE" "${DOCKER_HOST:-}" unix:///run/docker.sock unix:///var/run/docker.sock; do
    if engine_answers "$address"; then echo "$address" >"$LAB/engine/address"; return; fi
  done
  return 1
}

# Where none answers our own is started, with its own data, socket and process id. It makes no default network and no
# firewall rule: nothing of it is in the way of another one.
engine_up() {
  engine_find && return
  command -v dockerd >/dev/null || cannot "there is no container engine, and dockerd is not installed"
  say "starting a container engine in $LAB/engine"
  rm -f "$LAB/engine/pid"
  # Not our lock, not our terminal, not our process group: it outlives this script.
  setsid dockerd --host "$OWN_ENGINE" --data-root "$LAB/engine/data" --exec-root "$LAB/engine/run" --pidfile "$LAB/engine/pid" \
    --bridge none --iptables=false --ip-masq=false --default-address-pool base=10.213.0.0/16,size=24 \
    --log-level warn </dev/null >"$LAB/engine/log" 2>&1 9>&- &
  local pid=$!
  if ! wait_for 300 engine_answers_or_ended "$pid" || ! engine_answers "$OWN_ENGINE"; then
    kill -TERM "$pid" 2>/dev/null || true
    cannot "dockerd does not start: $(grep -E 'failed|level=(error|fatal)' "$LAB/engine/log" | tail -1 | cut -c1-300)"
  fi
  echo "$OWN_ENGINE" >"$LAB/engine/address"
}

engine_answers_or_ended() { engine_answers "$OWN_ENGINE" || gone "$1"; }

engine_down() {
  local pid
  pid="$(cat "$LAB/engine/pid" 2>/dev/null)" || return 0
  # The number may be somebody else's by now.
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
    kill -TERM "$pid"
    wait_for 300 gone "$pid" || die "the engine, process $pid, does not end"
  fi
  rm -f "$LAB/engine/pid" "$LAB/engine/address"
}
gone() { [ ! -e "/proc/$1" ]; }

# wait_for TENTHS COMMAND...
wait_for() {
  local left="$1"
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.1
  done
}

# A port that something else holds is why the service could not start: said before, not after.
ports_free() {
  local port busy
  for port in "${PORTS[@]}"; do
    busy="$(printf ':%04X' "$port")"
    # State 0A is listening.
    if awk -v port="$busy" '$4 == "0A" && substr($2, length($2) - 4) == port {found = 1} END {exit !found}' /proc/net/tcp /proc/net/tcp6 &&
      ! service_holds "$port"; then
      cannot "port $port is in use by something else"
    fi
  done
}
service_holds() {
  [ -e "$LAB/engine/address" ] && curl --silent --get --unix-socket "$(socket)" http://engine/containers/json \
    --data-urlencode 'filters={"label":["com.docker.compose.project=conversations"]}' | has "\"PublicPort\":$1[,}]"
}
socket() { sed 's|^unix://||' "$LAB/engine/address"; }

# Whether a line of what is piped in matches. Reads to the end: `grep -q` leaves early, and pipefail would take the writer's
# broken pipe for an answer.
has() { grep "$@" >/dev/null; }

# ---- the root, and the operator in it --------------------------------------------------------------------------------

root_tar() {
  [ -e "$ROOT_TAR" ] && return
  command -v mmdebstrap >/dev/null || cannot "mmdebstrap is not installed"
  say "making a root of Debian trixie packages (about a minute)"
  local log="$LAB/root.log" extra
  find "$GONOGO_CACHE" -maxdepth 1 -name 'lab-*' -mtime +30 -exec rm -rf {} + 2>/dev/null || true
  extra="$(list packages.release | tr ',' ' ')"
  mkdir -p "$(dirname "$ROOT_TAR")"
  # The release's own packages are carried along, not installed: see packages.release.
  mmdebstrap --variant=minbase --format=tar --include="$(list packages)" --aptopt='APT::Sandbox::User "root"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="mkdir \"\$1/opt/packages\" && chroot \"\$1\" sh -c 'cd /opt/packages && apt-get download -q $extra'" \
    --customize-hook='rm -rf "$1/var/lib/postgresql/17"' \
    trixie "$ROOT_TAR.part" >"$log" 2>&1 </dev/null 9>&- ||
    cannot "the root could not be made from Debian's packages: $(grep '^E:' "$log" | head -1 || tail -1 "$log")"
  mv "$ROOT_TAR.part" "$ROOT_TAR"
}
list() { sed -e 's/#.*//' -e 's/ *$//' -e '/^$/d' "$SOURCE/$1" | paste -sd, ; }

# The operator's root, with this machine's processes, the work directory and the engine's socket at their own paths.
operator_up() {
  if [ "$(cat "$OPERATOR/key" 2>/dev/null)" != "$ROOT_KEY" ]; then
    say "unpacking the operator's root"
    operator_down
    rm -rf "$OPERATOR"
    mkdir -p "$OPERATOR"
    tar --extract --file "$ROOT_TAR" --directory "$OPERATOR"
    install -m 755 "$SOURCE/images/install-packages" "$OPERATOR/usr/local/bin/"
    cp "$SOURCE/packages.release" "$OPERATOR/tmp/"
    chroot "$OPERATOR" /usr/bin/env PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin install-packages /tmp/packages.release >"$LAB/root.log" 2>&1 ||
      die "the operator's root is incomplete: $(tail -1 "$LAB/root.log")"
    printf '127.0.0.1 localhost\n' >"$OPERATOR/etc/hosts"
    echo "$ROOT_KEY" >"$OPERATOR/key"
  fi
  local engine
  engine="$(socket)"
  mkdir -p "$WORK" "$OPERATOR$WORK" "$OPERATOR$(dirname "$engine")"
  mountpoint --quiet "$OPERATOR/proc" || mount -t proc proc "$OPERATOR/proc"
  mountpoint --quiet "$OPERATOR$WORK" || mount --bind "$WORK" "$OPERATOR$WORK"
  # Our own socket's folder, so that a restarted engine is seen; of somebody else's only the socket.
  case "$engine" in "$LAB"/*) engine="$(dirname "$engine")" ;; *) touch "$OPERATOR$engine" ;; esac
  mountpoint --quiet "$OPERATOR$engine" || mount --bind "$engine" "$OPERATOR$engine"
  enter
}

operator_down() {
  # The deepest first.
  awk -v root="$OPERATOR/" 'index($2, root) == 1 {print $2}' /proc/self/mounts | sort -r | while read -r mounted; do
    umount "$mounted" || umount --lazy "$mounted"
  done
}

# How the operator runs a program: with the variables that the environment's file gives a command, and no others.
enter() {
  mapfile -t AS_OPERATOR < <(render | awk -F' = ' '/^\[/ {on = $0 == "[variables]"} on && /^[A-Z]/ {gsub(/"/, "", $2); print $1 "=" $2}')
  AS_OPERATOR=(env --ignore-environment LANG=C.UTF-8 TZ=UTC "${AS_OPERATOR[@]}" "PGPASSWORD=$PGPASSWORD_OF_THE_LAB"
    chroot "$OPERATOR" env "--chdir=$WORK")
}
operator() { : "${AS_OPERATOR[0]:?enter was not called}"; "${AS_OPERATOR[@]}" "$@"; }
docker() { operator docker "$@"; }
compose() { operator docker-compose "$@"; }

operator_ready() { mountpoint --quiet "$OPERATOR/proc" && [ -e "$ENVIRONMENT" ] && [ -e "$LAB/engine/address" ]; }

# ---- the images ----------------------------------------------------------------------------------------------------

images() {
  local have
  have="$(docker image inspect --format '{{index .Config.Labels "gonogo.lab.key"}}' gonogo-lab/postgres:17 2>/dev/null || true)"
  [ "$have" = "$IMAGES_KEY" ] && return
  say "making the images"
  remade=true
  [ "$(docker image inspect --format '{{index .Config.Labels "gonogo.lab.root"}}' gonogo-lab/trixie 2>/dev/null)" = "$ROOT_KEY" ] ||
    docker import --change "LABEL gonogo.lab.root=$ROOT_KEY" - gonogo-lab/trixie <"$ROOT_TAR" >/dev/null
  docker rmi --force conversations-backend:v1 >/dev/null 2>&1 || true
  image python python:3.13
  image redis redis:8
  image prometheus prometheus:2
  image postgres postgres:17
  # In an engine of our own nobody misses what the new images replace.
  if [ "$(cat "$LAB/engine/address")" = "$OWN_ENGINE" ]; then docker image prune --force >/dev/null; fi
}

# image TARGET NAME. The key stands on the last one made, so that an interrupted `up` begins again.
image() {
  tar --create --directory "$SOURCE" images service/before/src/db/schema.sql |
    operator env DOCKER_BUILDKIT=0 docker build --quiet --network none --file images/Dockerfile --target "$1" --tag "gonogo-lab/$2" \
      --label "gonogo.lab.key=$IMAGES_KEY" - >/dev/null 2>"$LAB/images.log" || { cat "$LAB/images.log" >&2; die "the image $2 was not made"; }
}

# What is in the template, with this machine's places.
render() {
  sed -e "s|@LAB@|$LAB|g; s|@WORK@|$WORK|g; s|@OPERATOR@|$OPERATOR|g; s|@DOCKER_HOST@|$(cat "$LAB/engine/address")|g" \
    -e "s|@PREVIOUS@|${1:-}|g" "$SOURCE/environment.toml.in"
}

environment_file() {
  mkdir -p "$LAB/environments" "$LAB/secrets"
  chmod 700 "$LAB/secrets"
  printf %s "$PGPASSWORD_OF_THE_LAB" >"$LAB/secrets/pgpassword"
  printf %s lab-probe-9c1e >"$LAB/secrets/probe_password"
  cp "$ROOT"/environments/*.toml "$LAB/environments/"
  render "$(operator git rev-parse v1)" >"$ENVIRONMENT.new"
  mv "$ENVIRONMENT.new" "$ENVIRONMENT"
}

# publish GONOGO CHECKLIST: `gonogo run` may run the commands of this checklist, as this Gonogo reads it.
publish() {
  local plan
  plan="$(GONOGO_ENVIRONMENTS="$LAB/environments" "$1" run "$2" --env lab --plan --format json | sed 's/.*"plan":"\([^"]*\)".*/\1/')"
  if grep --quiet "$plan" "$ENVIRONMENT"; then return; fi
  if grep --quiet '^published = ' "$ENVIRONMENT"; then sed --in-place "s/^published = \[/&\"$plan\", /" "$ENVIRONMENT"
  else sed --in-place "1i published = [\"$plan\"]" "$ENVIRONMENT"; fi
}

# Sourced by scripts/test-dist: the clean machine, and what stands on it.
# shellcheck shell=bash

machine() {
  mkdir "$work/base"
  tar --extract --file "$ROOT_TAR" --directory "$work/base"
  # A machine whose systemd is not there to be asked.
  rm -rf "$work/base/run/systemd"
  copy_of_base "$R"
  devices "$R"
}

# copy_of_base FOLDER
copy_of_base() {
  mkdir -p "$1" "$1.upper" "$1.work"
  mount -t overlay -o "lowerdir=$work/base,upperdir=$1.upper,workdir=$1.work" overlay "$1" 2>/dev/null || {
    cp -a "$work/base/." "$1/"
    mount --bind "$1" "$1"
  }
}

devices() {
  mount -t proc proc "$1/proc"
  mount -t tmpfs tmpfs "$1/dev"
  mkdir -m 1777 "$1/dev/shm"
  ln -s /proc/self/fd "$1/dev/fd"
  ln -s /proc/self/fd/0 "$1/dev/stdin"
  local name
  for name in null zero full random urandom tty; do
    : >"$1/dev/$name"
    mount --bind "/dev/$name" "$1/dev/$name"
  done
}

# in_root COMMAND...: as root there.
in_root() { chroot "$R" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"; }

# wait_for TENTHS COMMAND...
wait_for() {
  local left="$1"
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || { echo "not within the time: $*"; return 1; }
    sleep 0.1
  done
}

# Every path with its kind and mode, and who is a user. The lists' copies of before (passwd-) are useradd's own.
everything() {
  (
    cd "$R"
    find . -xdev \( -path ./tmp -o -path ./dev -o -path ./proc \) -prune -o -printf '%y %m %p\n' | grep -v '/etc/[a-z]*-$' | sort
    cat etc/passwd etc/group
  )
}

# ---- the archive and what it installs ----------------------------------------------------------------------------------

archive() {
  "$ROOT/scripts/dist" debug "$work/dist" &&
    (umask 077 && TMPDIR="$work" "$ROOT/scripts/dist" debug "$work/dist-again") &&
    cmp "$work"/dist/*.tar.gz "$work"/dist-again/*.tar.gz && (cd "$work/dist" && sha256sum --check SHA256SUMS)
}

unpack() {
  tar --extract --gzip --file "$work"/dist/*.tar.gz --directory "$R/tmp"
  mv "$R"/tmp/gonogo-* "$R/tmp/archive"
}

staged() {
  in_root /tmp/archive/install --root /tmp/staged --prefix /usr || return
  (
    cd "$R/tmp/staged" &&
      [ "$(find . -mindepth 1 -maxdepth 2 | sort | xargs)" = './etc ./etc/gonogo ./usr ./usr/bin ./usr/lib ./usr/share' ] &&
      grep '^ExecStart=/usr/bin/gonogo serve$' usr/lib/systemd/system/gonogo.service &&
      grep '^GONOGO_SITE_ROOT=/usr/share/gonogo/site$' etc/gonogo/gonogo.env &&
      grep '^prefix=/usr purge=false$' usr/share/gonogo/remove && ! grep -r /usr/local/ etc usr/lib usr/bin/gonogo-admin usr/share/gonogo/remove
  ) && everything | diff "$work/before" -
}

installed() {
  in_root /tmp/archive/install && in_root gonogo --version && in_root id gonogo &&
    [ "$(stat -c '%a %U' "$R/etc/gonogo/gonogo.env")" = '600 root' ] && [ "$(stat -c %a "$R/var/lib/gonogo")" = 700 ] &&
    [ -e "$R/etc/gonogo/environments/this-machine.toml" ] &&
    [ -e "$R/usr/local/share/gonogo/migrations/20261123100000_create_person.up.sql" ]
}

again() { everything >"$work/once" && in_root /tmp/archive/install && everything | diff "$work/once" -; }

unit_is_sound() {
  # A setting that systemd does not know is only a warning to it.
  in_root systemd-analyze verify --man=no gonogo.service 2>&1 | tee "$work/verified" && [ ! -s "$work/verified" ] &&
    in_root systemd-analyze security --offline=true --no-pager --threshold=25 gonogo.service &&
    rm -r "$R/run/systemd" # what looking at units leaves
}

upgrade() {
  # What the version before had beside what this one has, and what an operator has written.
  echo old >"$R/usr/local/share/gonogo/site/pkg/gonogo.0000000000000000.css"
  echo '# ours' | tee -a "$R/etc/gonogo/gonogo.env" >>"$R/etc/gonogo/environments/this-machine.toml"
  local was
  was="$(sha256sum "$R"/etc/gonogo/gonogo.env "$R"/etc/gonogo/environments/*)" && in_root /tmp/archive/install &&
    [ "$was" = "$(sha256sum "$R"/etc/gonogo/gonogo.env "$R"/etc/gonogo/environments/*)" ] &&
    [ ! -e "$R/usr/local/share/gonogo/site/pkg/gonogo.0000000000000000.css" ] &&
    [ -z "$(find "$R/usr/local" -name '*.new' -o -name '*.old')" ] && curl --silent --fail "$url/readyz"
}

remove_refuses() {
  if in_root /usr/local/share/gonogo/remove; then return 1; fi
  [ -x "$R/usr/local/bin/gonogo" ] && curl --silent --fail "$url/readyz"
}

removed() {
  in_root /usr/local/share/gonogo/remove | tee "$work/kept" || return
  grep '^  /etc/gonogo$' "$work/kept" && grep '^  /var/lib/gonogo$' "$work/kept" && grep '^  the user gonogo$' "$work/kept" || return
  everything | diff "$work/before" - >"$work/left" || :
  grep '^> d 700 ./var/lib/gonogo$' "$work/left" && grep '^> f 600 ./etc/gonogo/gonogo.env$' "$work/left" &&
    ! grep '^[<>]' "$work/left" | grep -v -e ' \./etc/gonogo' -e ' \./var/lib/gonogo' -e '^> gonogo:' &&
    [ "$(ls "$R/tmp")" = "$(printf 'archive\nstaged')" ]
}

installed_again() { in_root /tmp/archive/install && start && run_is_there && stops; }

purged() {
  in_root /usr/local/share/gonogo/remove --purge | tee "$work/deleted" || return
  grep '^  /etc/gonogo$' "$work/deleted" && grep '^  /var/lib/gonogo$' "$work/deleted" && grep '^  the user gonogo$' "$work/deleted" &&
    everything | diff "$work/before" -
}

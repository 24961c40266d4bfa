# Sourced by scripts/test-dist: the Dockerfile, whose instructions are carried out one by one: a container engine is not asked for. What
# the image would be is a copy of the clean root.
# shellcheck shell=bash

image() {
  local instruction rest stage='' variables=() user=root directory=/ health='' command=''
  declare -A folder=()
  while read -r instruction rest; do
    rest="${rest/'${BASE}'/base}"
    case "$instruction" in
      ARG | VOLUME | EXPOSE) ;;
      FROM) stage="$work/image-${#folder[@]}"; copy_of_base "$stage"; devices "$stage"; folder["${rest#base AS }"]="$stage" ;;
      # shellcheck disable=SC2086
      COPY) copy $rest || return ;;
      # The base has the packages: what else it says is done.
      RUN) chroot "$stage" /usr/bin/env -i PATH=/usr/sbin:/usr/bin PACKAGES= sh -c "$rest" || return ;;
      ENV) mapfile -t variables < <(xargs -n 1 <<<"$rest") ;;
      WORKDIR) directory="$rest" ;;
      USER) user="$rest" ;;
      HEALTHCHECK) health="${rest#*CMD }" ;;
      CMD) command="$rest" ;;
      *) echo "nobody here knows how to carry out: $instruction $rest"; return 1 ;;
    esac
  done < <(sed -e ':more' -e '/\\$/{N;s/\\\n *//;b more}' "$R/tmp/archive/Dockerfile" | grep -v -e '^#' -e '^$')
  contain
}

# copy [--from=STAGE] FROM TO: a folder of the archive, or of an earlier stage.
copy() {
  local of="$R/tmp/archive"
  case "$1" in --from=*) of="${folder[${1#--from=}]}"; shift ;; esac
  mkdir -p "$stage$2" && cp -a "$of/$1/." "$stage$2"
}

# With a network of its own, where the port is free: first the health check alone, then beside Gonogo.
contain() {
  local argv test
  mapfile -t argv < <(node -p 'JSON.parse(process.argv[1]).join("\n")' "$command")
  mapfile -t test < <(node -p 'JSON.parse(process.argv[1]).map((one) => one.replaceAll("\n", " ")).join("\n")' "$health")
  local own=(chroot "--userspec=$user" "$stage" /usr/bin/env -i "--chdir=$directory" PATH=/usr/local/bin:/usr/bin:/bin "${variables[@]}"
    GONOGO_PUBLIC_URL=http://localhost:8080)
  if "${own[@]}" "${test[@]}"; then echo "the health check is content with nothing"; return 1; fi
  : >"$work/out"
  unshare --net bash -euc 'ip() { chroot "$stage" ip "$@"; }; stage="$1"; shift; ip link set lo up; exec "$@"' contain "$stage" "${own[@]}" "${argv[@]}" \
    >"$work/out" 2>"$work/log" </dev/null &
  server=$!
  wait_for 600 answers_or_ended && nsenter --target "$server" --net "${own[@]}" "${test[@]}" &&
    [ "$(stat -c %u "/proc/$server")" = "$(chroot "$stage" id -u gonogo)" ] || { cat "$work/log"; return 1; }
  kill -TERM "$server" && wait_for 300 ended "$server"
}

# Sourced by scripts/lab: the broken states, and how they are entered and left. The states themselves stand in states/.
#
# A state is one line, `state NAME WHERE 'what is wrong'`, and three functions: NAME.break makes it, NAME.holds says
# whether it is really there, NAME.mend leaves it. WHERE is `deployed` or, where it can be met before too, `any`.
# shellcheck shell=bash

STATE_NAMES=()
declare -A STATE_WHERE STATE_TEXT
state() { STATE_NAMES+=("$1") STATE_WHERE["$1"]="$2" STATE_TEXT["$1"]="$3"; }
for file in "$SOURCE"/states/*.sh; do . "$file"; done

# What a state has to remember, such as a file as it was, lies in broken/NAME.
MEMORY="$LAB/broken"
broken_names() { ls -tr "$MEMORY" 2>/dev/null || true; }
list_states() { local name; for name in "${STATE_NAMES[@]}"; do printf '%-24s %-9s %s\n' "$name" "${STATE_WHERE[$name]}" "${STATE_TEXT[$name]}"; done; }
known() { [ -n "${1:-}" ] && [ -n "${STATE_TEXT[$1]:-}" ] || { say "there is no state '$1'; scripts/lab list names them" >&2; exit 2; }; }
is_deployed() { [ "$(operator git rev-parse HEAD)" = "$(operator git rev-parse v2)" ] && [ -n "$(container prometheus)" ]; }

break_state() {
  known "$1"
  if [ -e "$MEMORY/$1" ]; then
    if wait_for 20 "$1.holds"; then say "$1 already: ${STATE_TEXT[$1]}"; return; fi
    mend_state "$1"
  fi
  # What is already broken may hide the deployment, and is allowed to.
  if [ "${STATE_WHERE[$1]}" = deployed ] && [ -z "$(broken_names)" ]; then
    is_deployed || die "$1 needs the deployed service: run scripts/lab deployed first"
  fi
  mkdir -p "$MEMORY/$1"
  quietly "$1.break"
  wait_for 400 "$1.holds" || die "$1 did not come about; scripts/lab mend $1 cleans up"
  wait_for 100 prometheus_has_noticed || true
  say "$1: ${STATE_TEXT[$1]}"
}
# What Prometheus says of the backend is what the backend now is, not what it was two seconds ago.
prometheus_has_noticed() {
  local seen=down
  if [ -e "$MEMORY/prometheus-target-down" ] || ! service_runs prometheus; then return 0; fi
  if curl --silent --fail --max-time 1 --output /dev/null http://127.0.0.1:8000/metrics; then seen=up; fi
  targets | has -x "backend=$seen"
}

mend_state() {
  local service
  known "$1"
  [ -e "$MEMORY/$1" ] || { say "$1 is not broken"; return; }
  quietly "$1.mend"
  if "$1.holds" >/dev/null 2>&1; then die "$1 is still there; scripts/lab deployed makes everything anew"; fi
  rm -rf "${MEMORY:?}/$1"
  if [ -z "$(broken_names)" ] && is_deployed; then
    for service in redis backend prometheus; do ready "$service" || die "$1: $service does not come back"; done
  fi
  say "$1 mended"
}

# The last one first.
mend_all() { local name; for name in $(broken_names | tac); do mend_state "$name"; done; }

# Breaks and mends every state and compares the status before and after: shows that each state is real and leaves nothing.
verify_states() {
  local name before after bad=0 from broken mended
  is_deployed && [ -z "$(broken_names)" ] || die "needs the deployed service with nothing broken: run scripts/lab deployed first"
  [ $# -gt 0 ] || set -- "${STATE_NAMES[@]}"
  before="$(status)"
  for name in "$@"; do
    known "$name"
    from=$EPOCHREALTIME
    if ! (break_state "$name") >/dev/null; then printf '%-24s DID NOT BREAK\n' "$name"; bad=$((bad + 1)); (mend_state "$name"); continue; fi
    broken="$(status)"
    from="$(since "$from")" mended=$EPOCHREALTIME
    (mend_state "$name") >/dev/null || true
    mended="$(since "$mended")"
    after="$(status)"
    if [ "$after" = "$before" ]; then
      printf '%-24s broken %5s s, mended %5s s, differed in: %s\n' "$name" "$from" "$mended" "$(differences "$before" "$broken")"
    else
      printf '%-24s IS LEFT BEHIND in: %s\n' "$name" "$(differences "$before" "$after")"
      bad=$((bad + 1))
    fi
  done
  printf '%d states, %d bad\n' $# "$bad"
  [ "$bad" -eq 0 ]
}
since() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN {printf "%.1f", to - from}'; }
differences() {
  operator jq --null-input --raw-output --argjson a "$1" --argjson b "$2" '
    [$a, $b] | map(del(.broken, .unanswered) | [paths(type != "object") as $p | {key: ($p | map(tostring) | join(".")), value: getpath($p)}] | from_entries)
    | . as [$x, $y] | [($x + $y | keys[]) | select($x[.] != $y[.])] | map(select(test("\\.[0-9]+$") | not)) | join(" ") | .[0:300]'
}

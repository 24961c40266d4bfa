# Sourced by scripts/lab: the reference checklist's own commands, run one after the other as a person would type them.
# Three things are changed, and one is needed without a terminal: the database is the lab's, by the checklist's own
# parameters; <previous-commit> is one; Grafana is left out; `exec` gets -T.
# shellcheck shell=bash

CHECKLIST="$ROOT/checklists/performance-optimization.md"

verify_commands() {
  PREVIOUS="$(operator git rev-parse v1)"
  case "$1" in '' | --read-only) ;; *) usage ;; esac
  local only_reading="$1" section='' now command count=0 bad=0 total=0
  if [ -z "$only_reading" ]; then stack_before; else is_deployed || die "needs the deployed service: run scripts/lab deployed first"; fi
  printf '%-4s %4s %7s  %s\n' '' exit time command
  while IFS=$'\t' read -r now command; do
    if [ "$now" != "$section" ]; then
      section="$now"
      printf '\n%s\n' "$section"
      if [ -z "$only_reading" ]; then at_the_start_of "$section"; fi
    fi
    if [ -n "$only_reading" ] && ! reads "$command"; then continue; fi
    run_line "$command"
    if [ "$command" = 'docker-compose up -d backend' ] && [ -z "$only_reading" ]; then after_phase_4; fi
  done < <(awk -f "$SOURCE/commands.awk" "$CHECKLIST" | as_the_lab_has_it)
  printf '\n%d commands, %d ok, %d not; %.1f s in all\n' "$count" $((count - bad)) "$bad" "$(awk "BEGIN {print $total / 1000}")"
  [ "$bad" -eq 0 ]
}

as_the_lab_has_it() {
  sed -e 's/docker-compose exec /docker-compose exec -T /' -e 's/<previous-commit>/"$GONOGO_PREVIOUS_COMMIT"/' \
    -e '/up -d grafana/d' -e '/localhost:3001/d' -e 's/ grafana$//'
}

# What a person does there that is no command of the document.
at_the_start_of() {
  case "$1" in
    'Phase 3: Application Configuration') edit_env; echo '     (.env edited)' ;;
    'Immediate Checks') use; echo '     (two identical calls made)' ;;
    'Troubleshooting Guide' | 'Issue: Redis won'*) stack_deployed; echo '     (deployed again after the rollback)' ;;
  esac
}

after_phase_4() {
  echo '     (and what phase 3 could not yet find)'
  run_line 'docker-compose exec -T backend env | grep REDIS'
  run_line 'docker-compose exec -T backend python -c "import redis; print(redis.__version__)"'
}

# Runs one line and compares its exit code with the one that says it worked.
run_line() {
  local line="$1" code=0 from verdict=ok wanted took
  # The release's files arrive before the first command that needs them.
  if [ "$line" = 'docker-compose up -d redis' ]; then stack_release; echo '     (release checked out)'; fi
  wanted="$(exit_code_of "$line")"
  from=$EPOCHREALTIME
  # A line that never ends, such as ping, is ended after five seconds; that is exit code 124.
  operator env GONOGO_DB_HOST=127.0.0.1 GONOGO_DB_USER=conversations GONOGO_PREVIOUS_COMMIT="$PREVIOUS" \
    timeout --kill-after=2 "$(seconds_for "$line")" bash --noprofile --norc -o pipefail -c "$line" >"$LAB/last.log" 2>&1 </dev/null || code=$?
  took=$(awk -v from="$from" -v to="$EPOCHREALTIME" 'BEGIN {printf "%d", (to - from) * 1000}')
  count=$((count + 1)) total=$((total + took))
  if [ "$code" -ne "$wanted" ]; then verdict=NOT bad=$((bad + 1)); fi
  printf '%-4s %4d %5d ms  %s\n' "$verdict" "$code" "$took" "$line"
  case "$line" in *' up -d '* | *' restart '*) settle ;; esac
  if [ "$verdict" = NOT ]; then tail -5 "$LAB/last.log" | sed 's/^/       | /'; fi
}

# Somebody who types takes longer than a program to start. Not counted: the line itself has ended.
settle() {
  local port
  for port in 8000/health 9090/-/ready; do
    case "$port" in 8000*) service_runs backend ;; *) service_runs prometheus ;; esac || continue
    wait_for 200 curl --silent --fail --max-time 2 "http://127.0.0.1:$port" || true
  done
}

exit_code_of() {
  case "$1" in
    # Nothing found is what the line hopes for.
    *'grep -i error' | *'grep "SLOW QUERY"') echo 1 ;;
    # Phase 3 looks into the container that phase 4 makes.
    *'grep REDIS' | *'import redis'*) if answers_with_release; then echo 0; else echo 1; fi ;;
    *'ping redis') echo 124 ;;
    *) echo 0 ;;
  esac
}
answers_with_release() { curl --silent --max-time 3 http://127.0.0.1:8000/health | has '"version":"2'; }
seconds_for() { case "$1" in *'ping redis') echo 5 ;; *) echo 120 ;; esac; }

reads() {
  case "$1" in
    mkdir* | cp* | pg_dump* | pytest* | git\ checkout* | *\ up\ * | *\ build\ * | *\ restart\ * | *\ stop\ * | *\ apply | *\ rollback | *'ping redis') return 1 ;;
  esac
}

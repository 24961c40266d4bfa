# Sourced by scripts/lab: what verifying the deployed lab takes Gonogo, and what it takes others.
# shellcheck shell=bash

# What only a program within a container can answer: Gonogo asks the engine everything else.
WITHIN_CONTAINER='docker-compose exec backend python '
# Where the operator finds goss and pytest-testinfra.
RIVALS=/opt/rivals

# Gonogo asks every probe of the checklist, its windows included. The script runs the document's own lines that only read,
# one after the other in one shell, as an operator's script would. goss and testinfra ask what Gonogo asks, as somebody who
# knows them well would write it.
compare() {
  is_deployed || die "needs the deployed service: run scripts/lab deployed first"
  GONOGO="$TARGET/release/gonogo"
  [ -x "$GONOGO" ] || die "needs a release build: run scripts/build release first"
  local without="$LAB/without-exec.md"
  grep -v "$WITHIN_CONTAINER" "$CHECKLIST" >"$without"
  rivals
  use
  printf '\nall lines; %s rounds, interleaved\n' "$1"
  measure "$1" "$CHECKLIST" -
  printf '\nwithout what only a program within a container can answer\n'
  measure "$1" "$without" 0.060 false
}

# measure ROUNDS CHECKLIST SECONDS [false]: with `false`, goss and testinfra leave out the same line.
measure() {
  publish "$GONOGO" "$2"
  local words=(-- gonogo "$3" env "GONOGO_ENVIRONMENTS=$LAB/environments" "$GONOGO" run "$2" --env lab --release v2
    --t0 "$(date -u -d '25 hours ago' +%FT%TZ)")
  words+=(-- script 150 "${AS_OPERATOR[@]}" env GONOGO_DB_HOST=127.0.0.1 GONOGO_DB_USER=conversations
    bash --noprofile --norc -o pipefail -c "$(lines_of "$2")")
  if [ -z "$no_goss" ]; then
    words+=(-- goss 3 "${AS_OPERATOR[@]}" "$RIVALS/goss" --gossfile "$RIVALS/goss.yaml" --vars-inline "within_container: ${4:-true}"
      validate --no-color)
  fi
  if [ -z "$no_testinfra" ]; then
    words+=(-- testinfra 50 "${AS_OPERATOR[@]}" env --unset=PYTHONDONTWRITEBYTECODE "PYTHONPATH=$RIVALS/testinfra"
      python3 -m pytest -q -p no:cacheprovider ${4:+-m "not within_container"} "$RIVALS/test_lab.py")
  fi
  node "$SOURCE/compare.mjs" "$1" "${words[@]}"
  if [ -n "$no_goss" ]; then echo "goss       left out: $no_goss"; fi
  if [ -n "$no_testinfra" ]; then echo "testinfra  left out: $no_testinfra"; fi
}

lines_of() {
  local command count=0
  while IFS=$'\t' read -r _ command; do
    if reads "$command"; then printf '%s || true\n' "$command" && count=$((count + 1)); fi
  done < <(awk -f "$SOURCE/commands.awk" "$1" | as_the_lab_has_it)
  echo "echo; echo $count lines of the document"
}

# Into the operator's root, so that they run where the script runs; or why not.
rivals() {
  local there="$OPERATOR$RIVALS"
  no_goss='' no_testinfra=''
  mkdir -p "$there"
  cp "$SOURCE/goss.yaml" "$SOURCE/test_lab.py" "$SOURCE/pytest.ini" "$there/"
  if [ ! -x "$GOSS" ]; then no_goss="not installed; scripts/setup --bench says why"
  else cp --update "$GOSS" "$there/goss"; fi
  if [ ! -e "$TESTINFRA/complete" ]; then no_testinfra="not installed; scripts/setup --bench says why"
  elif [ "$(cat "$there/testinfra/complete" 2>/dev/null)" != "$TESTINFRA" ]; then
    rm -rf "$there/testinfra"
    cp -r "$TESTINFRA" "$there/testinfra"
    # As an installed program has it: compiled, by the Python that runs it.
    quietly operator python3 -m compileall -q "$RIVALS/testinfra"
    echo "$TESTINFRA" >"$there/testinfra/complete"
  fi
}

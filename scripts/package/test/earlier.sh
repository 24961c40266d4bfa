# Sourced by scripts/test-dist: what a program of another time wrote (tests/earlier), which nothing of this version had a hand in.
# shellcheck shell=bash
EARLIER="$ROOT/tests/earlier"
PASSWORD_THEN=of-an-earlier-version-7c1e

earlier_copy() {
  in_root install -o gonogo -g gonogo -m 600 /dev/stdin /var/lib/gonogo/earlier.dump <"$EARLIER/gonogo.dump" &&
    in_root install -o gonogo -g gonogo -m 600 /dev/stdin /var/lib/gonogo/signing-key <"$EARLIER/signing-key" || return
  # What is there is somebody's, and is not replaced unless that is said.
  if in_root gonogo-admin restore /var/lib/gonogo/earlier.dump; then return 1; fi
  in_root gonogo-admin restore --replace /var/lib/gonogo/earlier.dump && start && is_up_to_date
}

earlier_run() {
  run="$(pick 'page.id' <"$EARLIER/run.json")"
  # Whoever was signed in has to sign in again.
  if page; then return 1; fi
  call session/sign_in name=devops "password=$PASSWORD_THEN" next=/ && page | THEN="$(cat "$EARLIER/run.json")" pick "$HOLDS_ALL_OF_IT" &&
    record_verifies && page | pick 'page.run' >"$work/run" && run_goes_on && record_verifies
}
# Newer versions may know more of a run, and nothing else than it was.
HOLDS_ALL_OF_IT='
  const holds = (now, then) => then && typeof then === "object"
    ? Object.entries(then).every(([key, value]) => now && holds(now[key], value))
    : now === then;
  holds(page.run, JSON.parse(process.env.THEN))'

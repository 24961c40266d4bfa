# Sourced by scripts/test-dist: what people do, over HTTP, and what has become of it.
# shellcheck shell=bash
CHECKLIST='Gonogo Go-Live Checklist'

# call FUNCTION NAME=VALUE...: a server function, as the page's program calls it. Prints the answer.
call() {
  local name="$1" fields=() field
  shift
  for field in "$@"; do fields+=(--data-urlencode "$field"); done
  request "$name" --data '' ${fields[@]+"${fields[@]}"}
}

# request FUNCTION OPTION...
request() {
  local name="$1" cookie
  shift
  cookie="$(cat "$work/cookie" 2>/dev/null || true)"
  curl --silent --show-error --fail-with-body --max-time 60 --header 'accept: application/json' --header 'sec-fetch-site: same-origin' \
    --header "cookie: $cookie" --dump-header "$work/headers" "$url/api/$name" "$@" || { cat "$work/headers" >&2; return 1; }
  # Kept by hand: it is a cookie for https, which curl sends over http to no address.
  cookie="$(sed -n 's/^set-cookie: \(__Host-gonogo=[^;]*\).*/\1/Ip' "$work/headers" | tail -1)"
  if [ -n "$cookie" ]; then echo "$cookie" >"$work/cookie"; fi
}

# pick EXPRESSION: of the JSON that is piped in, as `page`. Fails where there is no such thing.
pick() {
  node -e '
    const page = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    const all = (value) => (value && typeof value === "object" ? [value, ...Object.values(value).flatMap(all)] : []);
    const line = (text) => all(page.outline).find((one) => typeof one.text === "string" && one.id && one.text.startsWith(text))?.id;
    const found = eval(process.argv[1]);
    if (found === undefined || found === false) { console.error("not so: " + process.argv[1]); process.exit(1); }
    console.log(typeof found === "string" ? found : JSON.stringify(found));
  ' "$1"
}

page() { call run/page "id=$run"; }

signs_in() {
  local old new
  old="$(sed -n 's/^devops\tdevops\t//p' "$R/var/lib/gonogo/credentials")" && new="$(head -c 18 /dev/urandom | base64)" &&
    call session/sign_in name=devops "password=$old" next=/ && [ -s "$work/cookie" ] && call account/change_password "old=$old" "new=$new"
}

run_in_progress() {
  local revision key
  revision="$(call revision/list | pick "page.find((one) => one.title === '$CHECKLIST' && one.published)?.id")" &&
    key="$(call run/request_key | pick page)" &&
    call run/start "revision=$revision" environment=this-machine release=v1 "request_key=$key" &&
    run="$(sed -n 's|^location: .*/runs/\([0-9]*\).*|\1|Ip' "$work/headers")" && [ -n "$run" ] &&
    call run/begin "run=$run" take_over= && call run/verify "run=$run" item= && wait_for 600 verified &&
    attest 'People know whom to call' && page | pick 'page.run' >"$work/run"
}
verified() { page | pick 'page.run.state.state === "executing" && Object.values(page.run.items).every((item) => !item.running) && Object.keys(page.run.items).length > 5'; }

# attest TEXT: one's word for the line that begins so.
attest() {
  local item
  item="$(page | pick "line('$1')")" && request run/attest --form "run=$run" --form "item=$item" --form 'note=seen'
}

run_is_there() { page | pick 'page.run' | diff "$work/run" -; }

record_verifies() {
  in_root gonogo-admin export "$run" --output /var/lib/gonogo/run.json && in_root gonogo verify /var/lib/gonogo/run.json &&
    rm "$R/var/lib/gonogo/run.json"
}

run_goes_on() {
  local was
  was="$(pick 'page.number' <"$work/run")" && attest 'The team has seen one run' && page | pick "page.run.number > $was" &&
    page | pick 'page.run' >"$work/run"
}

backed_up() {
  in_root gonogo-admin backup /var/lib/gonogo/before.dump && [ "$(stat -c '%a %u' "$R/var/lib/gonogo/before.dump")" = "600 $(in_root id -u gonogo)" ]
}

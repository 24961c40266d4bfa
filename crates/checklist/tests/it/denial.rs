//! A line whose words deny what its command shows never passes because the denied thing is there.

use crate::support::{plan, settled as read};
use checklist::describe;
use domain::plan::Work;
use rstest::rstest;

#[rstest]
#[case("`DEBUG=true` is not set in `.env`")]
#[case("`DEBUG=true` removed from `.env`")]
#[case("`DEBUG=true` must never stand in `.env`")]
#[case("`SECRET_KEY` isn't set in `.env`")]
#[case("`temp` table no longer exists")]
#[case("Old service stopped: `systemctl is-active old`")]
#[case("Port 22 is closed: `nc -z localhost 22`")]
#[case("Redis is not reachable from outside: `nc -zv localhost 6379`")]
#[case("Admin is blocked: `curl http://localhost:8000/admin`")]
#[case("API is refused without a token: `curl http://localhost:8000/api`")]
#[case("Login should fail: `curl http://localhost:8000/login`")]
#[case("debug mode disabled: `curl http://localhost:8000/debug`")]
#[case("Debug is turned off: `curl http://localhost:8000/debug`")]
#[case("no orphan containers: `docker ps -a`")]
#[case("old version no longer served: `curl http://localhost:8000/v1`")]
#[case("`curl http://localhost:8000/x` does not return 200")]
#[case("`curl http://localhost:8000/x` no longer returns 200")]
#[case("`curl http://localhost:8000/admin` (should be blocked)")]
#[case("`curl http://localhost:8000/admin` times out")]
#[case("`curl http://localhost:8000/admin` returns an error")]
#[case("Admin requires authentication: `curl http://localhost:8000/admin`")]
#[case("Swagger UI hidden: `curl http://localhost:8000/docs`")]
#[case("Firewall blocks 3306: `nc -z localhost 3306`")]
#[case("Redis is not reachable: `redis-cli ping`")]
#[case("Old pods gone: `kubectl get pods`")]
#[case("Old container removed: `docker ps | grep old`")]
#[case("`systemctl is-active old` should be inactive")]
#[case("`pg_isready` should not succeed")]
#[case("Root login disabled: `grep PermitRootLogin /etc/ssh/sshd_config`")]
#[case("Ensure DEBUG_MODE=true is removed")]
#[case("`DEBUG=true` nicht in `.env` gesetzt")]
#[case("`DEBUG=true` n'est pas dans `.env`")]
#[case("`DEBUG=true` no está en `.env`")]
#[case("`DEBUG=true` não está no `.env`")]
#[case("`.env` 中没有设置 `DEBUG=true`")]
#[case("`.env` に `DEBUG=true` がない")]
#[case("В `.env` нет `DEBUG=true`")]
#[case("`test -f legacy.conf` is false")]
#[case("`ls /etc/legacy.conf` should fail")]
#[case("telnet is not installed: `which telnet`")]
#[case("https://old.example.com is no longer reachable")]
#[case("Not on branch `main`")]
#[case("`backup.sql` must not be removed")]
#[case("The config is removed from the cluster: `ls cluster.yaml`")]
#[case("No restarts: `docker logs app`")]
#[case("Alter Dienst gestoppt: `systemctl is-active alt`")]
#[case("Kein Zugriff von außen: `curl http://localhost:8000/admin`")]
#[case("L'admin n'est pas accessible : `curl http://localhost:8000/admin`")]
#[case("Ancien service arrêté : `systemctl is-active old`")]
#[case("El panel no es accesible: `curl http://localhost:8000/admin`")]
#[case("Puerto cerrado: `nc -z localhost 22`")]
#[case("O painel não está acessível: `curl http://localhost:8000/admin`")]
#[case("管理页面不可访问: `curl http://localhost:8000/admin`")]
#[case("旧服务已停止: `systemctl is-active old`")]
#[case("古いサービスは動いていない: `systemctl is-active old`")]
#[case("Панель не доступна: `curl http://localhost:8000/admin`")]
fn a_denied_line_is_somebodys_word(#[case] line: &str) {
    assert_eq!(read(line), "a person", "{line}");
}

#[rstest]
#[case("File is deleted: `ls legacy.conf`", "legacy.conf")]
#[case("File is gone: `test -f legacy.conf`", "legacy.conf")]
#[case("Folder removed: `test -d old/`", "old/")]
#[case("It no longer exists: `ls legacy.conf`", "legacy.conf")]
#[case("`legacy.conf` does not exist", "legacy.conf")]
#[case("Arquivo removido: `ls antigo.conf`", "antigo.conf")]
#[case("Datei gelöscht: `ls alt.conf`", "alt.conf")]
#[case("Файл удалён: `ls old.conf`", "old.conf")]
fn a_file_that_is_gone_must_not_exist(#[case] line: &str, #[case] path: &str) {
    assert_eq!(read(line), format!("file {path}: does not exist"), "{line}");
}

#[rstest]
#[case(
    "No console.log left: `grep -rn \"console\" src/`",
    "run `grep -rn \"console\" src/ || test $? -eq 1`: must be empty"
)]
#[case(
    "Search for rate limit violations: `grep \"rate limit\" app.log`",
    "run `grep \"rate limit\" app.log || test $? -eq 1`: must be empty"
)]
#[case(
    "Look for errors in the log: `grep -i boom app.log`",
    "run `grep -i boom app.log || test $? -eq 1`: must be empty"
)]
#[case(
    "No `TODO` left in the code: `grep -rn TODO src/ | wc -l`",
    "run `grep -rn TODO src/ || test $? -eq 1`: lines counted, its number must be = 0"
)]
#[case(
    "Check for failures: `grep FAILED /var/log/app.log`",
    "run `grep FAILED /var/log/app.log || test $? -eq 1`: must be empty"
)]
#[case(
    "Check for errors: `docker logs app | tail -50`",
    "run `docker logs app`: last 50 lines, lines with \"error\" in any case, must be empty"
)]
fn what_nobody_hopes_to_find_must_not_be_found(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

#[rstest]
#[case(
    "Health check passes (no auth needed): `curl http://localhost:8000/health`",
    "GET http://localhost:8000/health: status 2xx"
)]
#[case(
    "Health answers with zero downtime: `curl http://localhost:8000/health`",
    "GET http://localhost:8000/health: status 2xx"
)]
#[case(
    "Node notification endpoint answers: `curl http://localhost:8000/notes`",
    "GET http://localhost:8000/notes: status 2xx"
)]
#[case(
    "API without token returns 401: `curl http://localhost:8000/api`",
    "GET http://localhost:8000/api: status 401"
)]
#[case(
    "Deleted users are gone: `curl http://localhost:8000/u/1` returns 404",
    "GET http://localhost:8000/u/1: status 404"
)]
#[case(
    "`curl http://localhost:8000/x` never shows `secret`",
    "GET http://localhost:8000/x: status 2xx, must not contain \"secret\""
)]
#[case("`DEBUG=false` in `.env`", "DEBUG in .env is false")]
#[case(
    "No uncommitted changes: `git status --porcelain`",
    "git: nothing uncommitted"
)]
#[case(
    "Error page configured: `grep error_page nginx.conf`",
    "file nginx.conf: must contain \"error_page\""
)]
#[case(
    "No critical advisories: `npm audit --audit-level=critical`",
    "run `npm audit --audit-level=critical`: must exit 0"
)]
#[case("Config is not empty: `test -s app.conf`", "file app.conf: size > 0 B")]
fn false_friends_of_a_denial_stay_probes(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

#[rstest]
#[case(
    "HTTP redirects to HTTPS: `curl -I http://app.example.com`",
    "GET http://app.example.com by plain http: redirects to https"
)]
#[case(
    "/ redirects to the login: `curl -I http://localhost:8000/`",
    "GET http://localhost:8000/: status 300 to 399"
)]
#[case("Security headers present: `curl -I http://localhost:8000/`", "a person")]
#[case("CORS header is set: `curl -I http://localhost:8000/`", "a person")]
#[case("HSTS enabled: `curl -I http://localhost:8000/`", "a person")]
#[case("gzip enabled: `curl -I http://localhost:8000/`", "a person")]
fn a_status_proves_no_redirect_and_no_header(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

#[rstest]
#[case("Record the version: `git rev-parse HEAD`")]
#[case("Record baseline firmware version (`GET /metrics` or serial log)")]
#[case("完了したら `[ ]` を `[x]` に変更")]
fn writing_down_and_ticking_are_a_persons(#[case] line: &str) {
    assert_eq!(read(line), "a person", "{line}");
}

#[test]
fn a_column_that_says_how_to_mend_it_is_no_expectation() {
    let text = "## Phase 1: x\n\n\
        | Check | Command | Expected | Remediation | Done |\n|---|---|---|---|---|\n\
        | No `console.log` | `grep -rn \"console\" src/` | No matches | Remove all console statements. | ☐ |\n\
        | Health | `curl http://localhost:8000/health` | 200 | It should return to the old version. | ☐ |\n";
    let plan = plan(text);
    let probes: Vec<String> = plan
        .items()
        .map(|item| match &item.work {
            Work::Probe { spec } => describe::probe(spec),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        probes,
        [
            "run `grep -rn \"console\" src/ || test $? -eq 1`: must be empty",
            "GET http://localhost:8000/health: status 200",
        ]
    );
}

#[test]
fn code_alone_is_about_what_the_box_above_it_says() {
    let text = "## Phase 1: x\n\n- [ ] Must not be reachable:\n  - [ ] `curl http://localhost:8000/admin`\n  - [ ] `nc -z localhost 22`\n";
    let plan = plan(text);
    let probes = plan
        .items()
        .filter(|item| matches!(item.work, Work::Probe { .. }));
    assert_eq!(probes.count(), 0);
}

#[test]
fn a_list_in_a_block_holds_no_commands() {
    let text = "## Phase 1: x\n\n- [ ] a\n\n```bash\n- [ ] sudo systemctl start app\n- [ ] Create the unit\n      Use the example, update paths\n\
        - [ ] Check logs: sudo journalctl -u app\n```\n\n```bash\nuptime\n```\n";
    let plan = plan(text);
    let checks: Vec<&str> = plan.sections[0]
        .checks
        .iter()
        .map(|check| check.text.as_str())
        .collect();
    assert_eq!(checks, ["uptime"]);
}

#[test]
fn a_comment_that_denies_what_its_command_shows_makes_it_somebodys_word() {
    let text = "## Phase 1: x\n\n- [ ] a\n\n```bash\n# port 22 is closed\nnc -z localhost 22\n\
        kubectl get pods  # prometheus-agent: Running\n```\n";
    let plan = plan(text);
    let checks = &plan.sections[0].checks;
    assert!(matches!(checks[0].work, Work::Attestation), "{:?}", checks[0]);
    let Work::Probe { spec } = &checks[1].work else {
        panic!("{:?}", checks[1]);
    };
    assert_eq!(
        describe::probe(spec),
        "Kubernetes: there are pods with \"prometheus-agent\" in their names, and all are ready"
    );
}

#[test]
fn a_command_that_says_what_its_own_words_say_proves_nothing() {
    for command in [
        "echo ok",
        "printf 'ok'",
        "echo ok | grep ok",
        "echo ok | grep -q ok",
        "true",
        "true && echo ok",
        "test -n ok",
        "[ 1 -eq 1 ]",
        "seq 1",
        "sleep 1",
        "sleep 1; echo ok",
        "timeout 5 echo ok",
        "awk 'BEGIN{print \"ok\"}'",
        "jq -n '\"ok\"'",
        "basename x/ok",
        "cat < /dev/null",
        "wc -l < /dev/null",
        "echo $(echo ok)",
        "if true; then echo ok; fi",
        "cat <<EOF\nok\nEOF",
    ] {
        for line in [
            format!("Deployed: ``{command}``"),
            format!("``{command}`` shows `ok`"),
            format!("``{command}`` returns `ok`"),
            format!("``{command}`` returns 1"),
            format!("``{command}`` returns 0"),
            format!("``{command}`` is empty"),
        ] {
            let found = read(&line.replace('\n', " "));
            assert!(found == "a person" || found.starts_with("do "), "{line}: {found}");
        }
    }
    for line in [
        "`test -f VERSION`",
        "`[ -n \"$SITE\" ]`",
        "`echo \"$(cat VERSION)\"` returns `1`",
        "`docker exec web echo ok` shows `ok`",
    ] {
        let found = read(line);
        assert!(
            found != "a person" && !found.starts_with("do "),
            "{line}: {found}"
        );
    }
}

/// What was falsely red: what the author wants is read, and nothing else.
#[rstest]
#[case("`ls /etc/old.conf` returns nothing", "file /etc/old.conf: does not exist")]
#[case("`ls dist` returns nothing", "run `ls dist`: must be empty")]
#[case("`ls conf.d` returns nothing", "run `ls conf.d`: must be empty")]
#[case(
    "`which telnet` returns nothing",
    "run `which telnet || test $? -eq 1`: must be empty"
)]
#[case(
    "`which telnet` should not exist",
    "run `which telnet || test $? -eq 1`: must be empty"
)]
#[case("`which telnet` should not exist, but `which nc` does", "a person")]
#[case(
    "`redis-cli CONFIG GET maxmemory` is not `0`",
    "ask the environment's Redis: the setting maxmemory: its number must be > 0"
)]
#[case(
    "`redis-cli CONFIG GET maxmemory` is not `1`",
    "ask the environment's Redis: the setting maxmemory: its number must be ≠ 1"
)]
#[case("Debug is `false`: `grep DEBUG= .env`", "DEBUG in .env is false")]
#[case(
    "Debug is `false`: `grep DEBUG= config.ini`",
    "run `grep DEBUG= config.ini`: must be \"false\""
)]
#[case("Only admins can see it: `curl http://localhost:8000/admin`", "a person")]
#[case("Nur Admins: `curl http://localhost:8000/admin`", "a person")]
#[case(
    "Only admins can see it: `curl http://localhost:8000/admin` returns 403",
    "GET http://localhost:8000/admin: status 403"
)]
fn what_the_author_wants_is_not_falsely_red(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(read(line), expected, "{line}");
}

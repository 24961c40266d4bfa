//! What an author says outright wins over the words, and is checked like code.

use checklist::compile;
use domain::plan::{Check, Item, Plan, SectionKind, Work};
use domain::probe::{ProbeSpec, StatusRule, TextRule};
use domain::quantity::{Comparison, Unit};
use domain::window::Timing;
use rstest::rstest;

/// The plan of a document, and what its annotations have wrong.
fn read(text: &str) -> (Plan, Vec<String>) {
    let compiled = compile(text.as_bytes());
    let wrong = compiled
        .diagnostics
        .into_iter()
        .filter(|found| matches!(found.code.as_str(), "GNG005" | "GNG006"));
    (compiled.plan, wrong.map(|found| found.message).collect())
}

#[track_caller]
fn item(text: &str) -> Item {
    let (plan, wrong) = read(text);
    assert_eq!(wrong, Vec::<String>::new(), "{text}");
    plan.items().next().expect("an item").clone()
}

#[track_caller]
fn check(text: &str) -> Check {
    let (plan, wrong) = read(text);
    assert_eq!(wrong, Vec::<String>::new(), "{text}");
    plan.sections
        .iter()
        .flat_map(|section| &section.checks)
        .next()
        .expect("a check")
        .clone()
}

fn spec(work: Work) -> ProbeSpec {
    match work {
        Work::Probe { spec } => spec,
        other => panic!("no probe: {other:?}"),
    }
}

fn shell_rules(work: Work) -> (String, Vec<TextRule>) {
    match spec(work) {
        ProbeSpec::Shell(shell) => (shell.command, shell.rules),
        other => panic!("no command: {other:?}"),
    }
}

#[test]
fn an_author_says_that_a_line_is_an_action_or_somebodys_word() {
    let action = item("- [ ] Warmed: `curl http://localhost/warm` <!-- gonogo: action -->\n");
    assert!(matches!(action.work, Work::Action { .. }), "{:?}", action.work);
    assert!(
        action.why.contains("the annotation `action` says so"),
        "{}",
        action.why
    );
    assert_eq!(
        item("- [ ] `rm x` <!-- gonogo: attest -->\n").work,
        Work::Attestation
    );
}

#[test]
fn an_author_says_that_an_unknown_command_reads_and_what_must_come_out() {
    let (command, rules) = shell_rules(item("- [ ] `frobnicate --check` <!-- gonogo: probe -->\n").work);
    assert_eq!((command.as_str(), rules), ("frobnicate --check", vec![]));
    let (_, rules) =
        shell_rules(item("- [ ] `frobnicate --check` <!-- gonogo: probe; expect empty -->\n").work);
    assert_eq!(rules, [TextRule::Empty]);
    let (_, rules) = shell_rules(
        item("- [ ] `frobnicate` <!-- gonogo: expect contains=\"a; b\" lacks=error; probe -->\n").work,
    );
    assert_eq!(
        rules,
        [
            TextRule::Contains("a; b".to_owned()),
            TextRule::Lacks("error".to_owned())
        ]
    );
}

#[rstest]
#[case("npm run check")]
#[case("npm run-script lint:ci")]
#[case("pnpm run typecheck")]
#[case("make smoke-test")]
#[case("just verify")]
fn a_script_of_the_project_is_a_probe_where_its_author_says_so_and_not_before(#[case] command: &str) {
    assert!(
        matches!(
            item(&format!("- [ ] Run `{command}`\n")).work,
            Work::Action { .. }
        ),
        "{command}"
    );
    let declared = item(&format!("- [ ] Run `{command}` <!-- gonogo: probe -->\n"));
    assert!(
        matches!(&declared.work, Work::Probe { spec: ProbeSpec::Shell(shell) } if shell.command == command)
    );
}

#[rstest]
#[case("npm run deploy:prod")]
#[case("npm install")]
#[case("npm run check -- --fix")]
#[case("npm run check && npm run build")]
#[case("npm run check > report")]
#[case("make release")]
#[case("make -C other check")]
#[case("make check DESTDIR=/")]
#[case("make")]
#[case("FORCE=1 make check")]
#[case("make db-migrate")]
fn a_script_whose_name_or_words_may_change_something_is_none_whatever_its_author_says(#[case] command: &str) {
    let (plan, wrong) = read(&format!("- [ ] Run `{command}` <!-- gonogo: probe -->\n"));
    let item = plan.items().next().expect("an item");
    assert!(
        matches!(item.work, Work::Action { .. }),
        "{command}: {}",
        item.why
    );
    assert!(
        wrong.iter().any(|wrong| wrong.contains("it cannot be a probe")),
        "{command}: {wrong:?}"
    );
}

#[rstest]
#[case("rm x", "probe", "it cannot be a probe")]
#[case(
    "curl -X POST http://localhost/",
    "probe; expect status=200",
    "it cannot be a probe"
)]
#[case("frobnicate \"open", "probe", "it cannot be a probe")]
#[case(
    "frobnicate && curl http://other.internal/ > x",
    "probe",
    "it cannot be a probe"
)]
#[case("rm x", "expect empty", "`expect` is for a command that reads")]
fn a_command_that_changes_something_is_never_a_probe(
    #[case] command: &str,
    #[case] said: &str,
    #[case] message: &str,
) {
    let (plan, wrong) = read(&format!("- [ ] Run `{command}` <!-- gonogo: {said} -->\n"));
    assert!(wrong.iter().any(|wrong| wrong.contains(message)), "{wrong:?}");
    let work = &plan.items().next().expect("an item").work;
    assert!(!matches!(work, Work::Probe { .. }), "{work:?}");
}

#[test]
fn what_must_hold_is_said_of_the_lines_own_command() {
    let http = spec(
        item("- [ ] Gone: `curl http://localhost/old` <!-- gonogo: expect status=404 time<=200ms -->\n").work,
    );
    let ProbeSpec::Http(http) = http else {
        panic!("{http:?}")
    };
    assert!(matches!(http.status, StatusRule::Is(404)), "{:?}", http.status);
    assert_eq!(http.within_ms, Some(200));
    let (_, rules) =
        shell_rules(item("- [ ] Disk: `df --output=pcent / | tail -1` <!-- gonogo: expect <80% -->\n").work);
    let [TextRule::Number(bound)] = rules.as_slice() else {
        panic!("{rules:?}")
    };
    assert_eq!(
        (bound.comparison, bound.quantity.value, bound.quantity.unit),
        (Comparison::Below, 80.0, Unit::Percent)
    );
    let (_, rules) = shell_rules(item("- [ ] Users: `wc -l users.csv` <!-- gonogo: expect =3 -->\n").work);
    assert!(
        matches!(rules.as_slice(), [TextRule::Number(bound)] if bound.comparison == Comparison::Equal),
        "{rules:?}"
    );
}

#[test]
fn a_comment_in_a_block_says_it_of_the_command_below_it() {
    let block = |lines: &str| format!("## Phase 1: x\n\n- [ ] x\n\n```bash\n{lines}\n```\n");
    let (_, rules) = shell_rules(check(&block("# gonogo: expect empty\ngit stash list")).work);
    assert_eq!(rules, [TextRule::Empty]);
    let (_, rules) = shell_rules(check(&block("git stash list # gonogo: expect empty")).work);
    assert_eq!(rules, [TextRule::Empty]);
    assert!(matches!(
        check(&block("# gonogo: action\nls dist")).work,
        Work::Action { .. }
    ));
    assert_eq!(check(&block("# gonogo: id my-check\nls dist")).id.0, "my-check");
    let (_, wrong) = read(&block("ls dist\n# gonogo: expect empty"));
    assert_eq!(wrong, ["no command follows this annotation"]);
    let timed = check(&block("# gonogo: timeout 5m; role devops\nls dist"));
    assert_eq!(
        (timed.timeout_seconds, timed.role.as_deref()),
        (Some(300), Some("devops"))
    );
    let (_, wrong) = read(&block("# gonogo: optional\nls dist"));
    assert_eq!(
        wrong,
        ["`optional` is for a box: this command is a check of its section"]
    );
    let (_, wrong) = read("## Troubleshooting\n\n```bash\n# gonogo: expect empty\ngit stash list\n```\n");
    assert_eq!(
        wrong,
        ["the commands of this block are no checks, so that nothing can be said about them"]
    );
    let (_, rules) = shell_rules(
        item("- [ ] Clean:\n  ```bash\n  # gonogo: expect empty\n  git stash list\n  ```\n").work,
    );
    assert_eq!(rules, [TextRule::Empty]);
}

#[test]
fn words_of_a_command_become_a_parameter() {
    let (plan, wrong) =
        read("- [ ] Back: `ssh web.internal uptime` <!-- gonogo: param WEB_HOST web.internal -->\n");
    assert_eq!(wrong, Vec::<String>::new());
    let item = plan.items().next().expect("an item");
    let Work::Action { command, written, .. } = &item.work else {
        panic!("{:?}", item.work)
    };
    assert_eq!(
        (command.as_str(), written.as_str()),
        ("ssh \"$WEB_HOST\" uptime", "ssh web.internal uptime")
    );
    assert_eq!(
        (
            plan.parameters[0].name.as_str(),
            plan.parameters[0].written.as_str()
        ),
        ("WEB_HOST", "web.internal")
    );
    let (plan, wrong) =
        read("- [ ] Back: `git checkout <previous-commit>` <!-- gonogo: param LAST_GOOD -->\n");
    assert_eq!((wrong, plan.parameters.len()), (vec![], 1));
    assert_eq!(plan.parameters[0].name, "LAST_GOOD");
    let (plan, _) = read("- [ ] `echo \"at host1:80\" > host10` <!-- gonogo: param HOST host1 -->\n");
    let Work::Action { command, .. } = &plan.items().next().expect("an item").work else {
        panic!()
    };
    assert_eq!(command, "echo \"at ${HOST}:80\" > host10");
}

#[test]
fn a_time_a_role_and_an_id_are_kept_in_the_plan() {
    let said = item(
        "- [ ] Migrated: `make migrate` <!-- gonogo: timeout 10m; role devops; id schema-migrated; optional -->\n",
    );
    assert_eq!(said.timeout_seconds, Some(600));
    assert_eq!(
        (said.role.as_deref(), said.id.0.as_str(), said.optional),
        (Some("devops"), "schema-migrated", true)
    );
    let nested = read("- [ ] Parent\n  <!-- gonogo: id above -->\n  - [ ] Child\n").0;
    let child = nested.items().nth(1).expect("a child");
    assert_eq!(child.parent.as_ref().map(|id| id.0.as_str()), Some("above"));
}

/// Plans that were stored before these fields were there still load, and plans without them keep their hash.
#[test]
fn an_item_without_annotations_is_stored_as_it_was() {
    let plain = item("- [ ] Done\n");
    let stored = serde_json::to_value(&plain).expect("JSON");
    assert!(stored.get("timeout_seconds").is_none() && stored.get("role").is_none());
    assert_eq!(serde_json::from_value::<Item>(stored).expect("an item"), plain);
}

#[rstest]
#[case("## Things\n<!-- gonogo: section phase 2 15m -->\n- [ ] x\n", SectionKind::Phase { number: 2, minutes: Some(15) })]
#[case(
    "## Things <!-- gonogo: section preflight -->\n\n- [ ] x\n",
    SectionKind::Preflight
)]
#[case("## Things\n\n<!-- gonogo: section window 1h -->\n\n- [ ] x\n", SectionKind::Window { minutes: 60 })]
#[case(
    "## Phase 1: Things\n<!-- gonogo: section prose -->\n\n- [ ] x\n",
    SectionKind::Prose
)]
#[case("## Things\r\n<!-- gonogo:\r\n  section rollback 5m\r\n-->\r\n- [ ] x\r\n", SectionKind::Rollback { minutes: Some(5) })]
fn a_section_is_what_its_annotation_says(#[case] text: &str, #[case] kind: SectionKind) {
    let (plan, wrong) = read(text);
    assert_eq!(wrong, Vec::<String>::new());
    let section = plan
        .sections
        .iter()
        .find(|section| !section.items.is_empty())
        .expect("a section");
    assert_eq!(section.kind, kind);
}

#[rstest]
#[case("- [ ] `frobnicate` <!--\n  gonogo: action;\n          timeout 5m\n-->\n")]
#[case("- [ ] `frobnicate` <!-- gonogo: action --> <!-- gonogo: timeout 5m -->\n")]
#[case("- [ ] `frobnicate`\n<!-- gonogo: action -->\n<!-- gonogo: timeout 5m -->\n")]
#[case("- [ ] `frobnicate`\n  <!-- gonogo: action --> <!-- gonogo: timeout 5m -->\n")]
#[case("- [ ] `frobnicate`\n\n  <!-- gonogo: action; timeout 5m -->\n")]
#[case("- [ ] `frobnicate`\r\n  <!-- gonogo: action;\r\n  timeout 5m -->\r\n")]
#[case("- [ ] `frobnicate`\n\n  Some words. <!-- GONOGO: action; timeout 5m -->\n")]
#[case("> - [ ] `frobnicate` <!-- gonogo: action; timeout 5m -->\n")]
fn an_annotation_stands_in_the_line_or_below_it_on_one_line_or_more(#[case] text: &str) {
    let item = item(text);
    assert!(matches!(item.work, Work::Action { .. }), "{:?}", item.work);
    assert_eq!(item.timeout_seconds, Some(300));
}

#[rstest]
#[case(
    "<!-- gonogo: timout 5m -->",
    "`timout` is no annotation; did you mean `timeout`?"
)]
#[case(
    "<!-- gonogo: timeout soon -->",
    "`soon` is no time from 1s to 24h such as `10m`"
)]
#[case(
    "<!-- gonogo: role king -->",
    "`king` is no role that settles an item: developer, devops, qa"
)]
#[case(
    "<!-- gonogo: id Not_One -->",
    "`Not_One` is no id: small letters, digits and `-`, at most 80"
)]
#[case(
    "<!-- gonogo: optional; optional -->",
    "`optional` is said twice: `optional` stands before it"
)]
#[case(
    "<!-- gonogo: timeout 5m --> <!-- gonogo: timeout 6m -->",
    "`timeout` is said twice: `timeout 5m` stands before it"
)]
#[case(
    "<!-- gonogo: attest; file a.txt -->",
    "`a probe` contradicts `attest`, which stands before it"
)]
#[case(
    "<!-- gonogo: attest; expect empty -->",
    "`expect` contradicts `attest`, which stands before it"
)]
#[case(
    "<!-- gonogo: expect empty not-empty; probe -->",
    "`not-empty` contradicts what stands before it: say one of them"
)]
#[case(
    "<!-- gonogo: expect -->",
    "`expect` takes empty, not-empty, is=, contains=, lacks=, status=, lines>=, time<=, or a bound such as >60%"
)]
#[case(
    "<!-- gonogo: expect nothing -->",
    "`nothing` is no rule of `expect`: empty, not-empty, is=, contains=, lacks=, status=, lines>=, time<=, or a bound such as >60%"
)]
#[case("<!-- gonogo: optional now -->", "`now` is too much behind `optional`")]
#[case(
    "<!-- gonogo: section phase -->",
    "`section` stands on the line after a heading, before its items"
)]
#[case(
    "<!-- gonogo: param host x -->",
    "`host` is no name of a variable: capital letters, digits and `_`"
)]
#[case(
    "<!-- gonogo: param HOST nowhere -->",
    "`nowhere` does not stand in the command"
)]
#[case("<!-- gonogo: file \"a -->", "a double quote is not closed")]
#[case("<!-- gonogo: -->", "the annotation says nothing")]
fn what_is_wrong_is_an_error_that_says_how_to_write_it(#[case] comment: &str, #[case] message: &str) {
    let (_, wrong) = read(&format!("- [ ] Run `frobnicate all` {comment}\n"));
    assert_eq!(wrong, [message]);
}

#[rstest]
#[case("<!-- gonogo: optional -->\n\n- [ ] x\n", "`optional` stands after no item")]
#[case(
    "## Heading\n<!-- gonogo: timeout 5m -->\n- [ ] x\n",
    "`timeout 5m` stands after no item"
)]
#[case(
    "- [ ] x\n\n- plain <!-- gonogo: optional -->\n",
    "this annotation stands after no box"
)]
#[case(
    "## A\n<!-- gonogo: section kitchen -->\n",
    "`kitchen` is no kind of section: preflight, phase, window, benchmark, rollback, troubleshooting, criteria, sign-off, follow-up, prose"
)]
#[case(
    "## A\n<!-- gonogo: section window -->\n",
    "a window takes its time after T0: section window 1h"
)]
#[case(
    "- [ ] a <!-- gonogo: id one -->\n- [ ] b <!-- gonogo: id one -->\n",
    "another line has the id `one` already"
)]
#[case(
    "- [ ] a <!-- gonogo: attest -->\n  - [ ] b\n",
    "the boxes below this one settle it"
)]
#[case("- [ ] a <!-- gonogo: action -->\n", "there is no command in this line")]
fn an_annotation_on_nothing_is_an_error(#[case] text: &str, #[case] message: &str) {
    assert_eq!(read(text).1, [message]);
}

#[test]
fn other_comments_are_none_of_our_business() {
    for text in [
        "- [ ] x <!-- todo: optinal -->\n",
        "<!-- a --> <!-- b -->\n",
        "- [ ] x\n<!-- gonogo is nice -->\n",
        "```markdown\n- [ ] x <!-- gonogo: nonsense -->\n```\n",
    ] {
        assert_eq!(read(text).1, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn an_error_points_at_the_part_that_is_wrong() {
    let found = compile(b"- [ ] x <!-- gonogo: optional; timout 5m -->\n").diagnostics;
    let wrong = found
        .iter()
        .find(|found| found.code == "GNG005")
        .expect("an error");
    assert_eq!((wrong.line, wrong.column, wrong.length), (1, 32, 9));
}

#[test]
fn a_line_about_which_too_much_is_said_is_an_error_and_takes_no_long_time() {
    let comments: String = (0..20_000)
        .map(|number| format!(" <!-- gonogo: param A{number} x -->"))
        .collect();
    let (_, wrong) = read(&format!("- [ ] `frobnicate x`{comments}\n"));
    assert!(
        wrong
            .iter()
            .any(|wrong| wrong == "more than 40 things are said about one line"),
        "{wrong:?}"
    );
    let section: String = (0..20_000).map(|_| "<!-- gonogo: section phase -->\n").collect();
    assert_eq!(read(&format!("## A\n{section}\n- [ ] x\n")).0.items().count(), 1);
}

const WINDOW: &str = "## Checks (within 1 hour)\n";

#[test]
fn an_author_says_when_a_window_and_a_line_of_it_are_sampled() {
    let text = format!(
        "{WINDOW}<!-- gonogo: window delay=1m interval=15s -->\n\n- [ ] Answers: `curl http://localhost/health` returns 200 <!-- gonogo: \
         window steady=5m timeout=2s -->\n- [ ] Told\n"
    );
    let (plan, wrong) = read(&text);
    assert_eq!(wrong, Vec::<String>::new());
    let section = &plan.sections[0];
    let all = Timing {
        delay: Some(60),
        interval: Some(15),
        ..Timing::default()
    };
    assert_eq!(section.timing, all);
    let own = Timing {
        steady: Some(300),
        timeout: Some(2),
        ..Timing::default()
    };
    assert_eq!(
        (section.items[0].timing, section.items[1].timing),
        (own, Timing::default())
    );
    let shown = checklist::report::listing(&plan);
    assert!(
        shown.contains("due 60 min after T0, sampled from 1 min after T0 on, sampled every 15 s)"),
        "{shown}"
    );
    assert!(
        shown.contains("(held for 5 min at its end, each sample at most 2 s late)"),
        "{shown}"
    );
    // Beside what the section is for.
    let text = "## Soak\n<!-- gonogo: section window 2h; window interval=1m -->\n\n- [ ] Answers: `curl http://localhost/` returns 200\n";
    let (plan, wrong) = read(text);
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(plan.sections[0].kind, SectionKind::Window { minutes: 120 });
    assert_eq!(plan.sections[0].timing.interval, Some(60));
}

#[rstest]
#[case("window", "`window` takes delay=, interval=, steady= and timeout=")]
#[case("window 10s", "`window` takes delay=")]
#[case("window pause=10s", "`pause=` is no part of it")]
#[case("window interval=often", "`often` is no time in whole seconds")]
#[case("window interval=1.5s", "`1.5s` is no time in whole seconds")]
#[case("window interval=10s interval=20s", "`interval=` is said twice")]
#[case(
    "window interval=1s",
    "`window`: interval must be 5 s to 600 s here, 1 s are too few"
)]
#[case(
    "window delay=31m",
    "`window`: delay must be 0 s to 1800 s here, 1860 s are too many"
)]
#[case(
    "window interval=10s timeout=10s",
    "`window`: timeout must be 1 s to 9 s here"
)]
fn what_a_window_cannot_be_sampled_by_is_an_error(#[case] annotation: &str, #[case] says: &str) {
    for text in [
        format!("{WINDOW}<!-- gonogo: {annotation} -->\n\n- [ ] a\n"),
        format!("{WINDOW}\n- [ ] a <!-- gonogo: {annotation} -->\n"),
    ] {
        let (plan, wrong) = read(&text);
        assert!(
            wrong.len() == 1 && wrong[0].starts_with(says),
            "{text}: {wrong:?}"
        );
        let section = &plan.sections[0];
        assert!(
            section.timing.is_empty() && section.items[0].timing.is_empty(),
            "{text}"
        );
    }
}

#[test]
fn only_a_window_and_its_boxes_are_sampled() {
    for text in [
        "## Phase 1: Deploy\n<!-- gonogo: window interval=10s -->\n\n- [ ] a\n",
        "## Phase 1: Deploy\n\n- [ ] a <!-- gonogo: window interval=10s -->\n",
    ] {
        let (_, wrong) = read(text);
        assert_eq!(
            wrong,
            ["`window`: only a verification window is sampled, and \"Deploy\" is none"]
        );
    }
    let (_, wrong) = read("## Now (within 0 minutes)\n\n- [ ] a <!-- gonogo: window interval=10s -->\n");
    assert!(
        wrong[0].contains("what is due at T0 has no samples") || wrong[0].contains("is none"),
        "{wrong:?}"
    );
}

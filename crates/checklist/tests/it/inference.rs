//! What lines become, in documents of several styles and one by one.

use crate::support::{codes_of, phase, probe, work};
use checklist::compile;
use checklist::report::render;
use domain::plan::{SectionKind, Work};
use domain::probe::{FileRule, Filter, HttpProbe, ProbeSpec, StatusRule, TextRule, Tool};

fn report(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/documents")
        .join(name);
    let text = std::fs::read_to_string(path).expect("a document");
    render(&compile(text.as_bytes()), &text, name)
}

#[test]
fn a_kubernetes_checklist_compiles_to_this_plan() {
    insta::assert_snapshot!(report("kubernetes.md"));
}

#[test]
fn a_guide_without_boxes_compiles_to_this_plan() {
    insta::assert_snapshot!(report("without-boxes.md"));
}

#[test]
fn a_checklist_that_is_not_english_compiles_to_this_plan() {
    insta::assert_snapshot!(report("static-site.md"));
}

#[test]
fn another_machines_address_is_never_dialled_by_a_command() {
    for command in [
        "curl -s https://db.corp.test/x | jq '.a | length'",
        "psql -h db.corp.test -U u -c \"SELECT 1\" | wc -l",
        "docker exec web redis-cli -h cache.corp.test ping",
        "ping db.corp.test",
        "nc -z 192.0.2.7 5432",
        "openssl s_client -connect www.corp.test:443",
        "docker-compose exec web curl http://192.0.2.7/",
        "git ls-remote https://git.corp.test/x",
        "curl -H 'Host: y' http://localhost:3000/",
        "curl -k localhost:3000/health",
        "curl \"$URL/x\" | jq -r .a",
    ] {
        assert_eq!(
            work(&format!("Look: `{command}`")),
            Work::Attestation,
            "{command}"
        );
    }
    for command in [
        "redis-cli -h cache.corp.test ping",
        "grep https://corp.test/ README.md",
    ] {
        assert!(
            matches!(work(&format!("Look: `{command}`")), Work::Probe { .. }),
            "{command}"
        );
    }
}

#[test]
fn one_number_of_many_is_somebodys_word() {
    assert_eq!(work("Disk usage <80%: `df -h`"), Work::Attestation);
    assert_eq!(work("Memory <512MB: `free -m`"), Work::Attestation);
    let ProbeSpec::Shell(shell) = probe("At least 3 workers: `ps aux | grep worker | wc -l`") else {
        panic!("no shell probe")
    };
    assert!(matches!(shell.rules.as_slice(), [TextRule::Number(_)]));
}

#[test]
fn a_response_time_is_measured_and_not_read_as_text() {
    let ProbeSpec::Http(HttpProbe {
        within_ms,
        body,
        status,
        ..
    }) = probe("Answers < 300ms: `curl -o /dev/null -s -w '%{time_total}' http://localhost:1/`")
    else {
        panic!("no HTTP probe")
    };
    assert_eq!(
        (within_ms, body, status),
        (Some(300), vec![], StatusRule::Success)
    );
}

#[test]
fn a_field_of_json_is_read_natively() {
    let ProbeSpec::Http(http) =
        probe("Up: `curl -s localhost:8000/health | jq -r '.checks[0].status'` returns `ok`")
    else {
        panic!("no HTTP probe")
    };
    assert_eq!(http.url, "http://localhost:8000/health");
    assert_eq!(http.filters, [Filter::JsonAt("/checks/0/status".to_owned())]);
    assert_eq!(http.body, [TextRule::Is("ok".to_owned())]);
}

#[test]
fn a_command_that_always_succeeds_proves_nothing() {
    for line in [
        "`free -h`",
        "Status: `kubectl get jobs`",
        "`echo ok`",
        "`curl http://localhost/ || true`",
        "`docker-compose logs web`",
        "`git log -1`",
        "Users: `psql -c \"SELECT count(*) FROM users\"`",
    ] {
        assert_eq!(work(line), Work::Attestation, "{line}");
        assert!(
            codes_of(phase(line))
                .iter()
                .any(|code| code == "GNG040" || code == "GNG028"),
            "{line}"
        );
    }
    for line in [
        "`test -f a || exit 1`",
        "`systemctl status web`",
        "`nginx -t`",
        "`kubectl rollout status deploy/x`",
    ] {
        assert!(matches!(work(line), Work::Probe { .. }), "{line}");
    }
}

#[test]
fn the_value_of_a_secret_is_never_in_the_probe_and_is_reported() {
    let line = "`DB_PASSWORD=hunter2horse`";
    let ProbeSpec::EnvLine { key, value, .. } = probe(line) else {
        panic!("no .env probe")
    };
    assert_eq!((key.as_str(), value), ("DB_PASSWORD", None));
    assert!(codes_of(phase(line)).contains(&"GNG044".to_owned()));
}

#[test]
fn a_backup_refuses_to_overwrite() {
    let command = |line: &str| match work(line) {
        Work::Action { command, .. } => command,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        command("`pg_dump app > a.sql`"),
        "set -o noclobber; pg_dump app > a.sql"
    );
    assert_eq!(
        command("`cp .env .env.backup`"),
        "if [ -e .env.backup ]; then echo .env.backup exists already: it is left as it is >&2; exit 1; fi; cp .env .env.backup"
    );
    assert_eq!(command("`cp .env.backup .env`"), "cp .env.backup .env");
}

#[test]
fn a_grep_that_stays_with_its_command_may_find_nothing() {
    let ProbeSpec::Shell(shell) = probe("No errors: `docker-compose logs web | grep -E \"error|panic\"`")
    else {
        panic!("no shell probe")
    };
    assert_eq!(
        shell.command,
        "docker-compose logs web | { grep -E \"error|panic\" || test $? -eq 1; }"
    );
    assert_eq!(shell.rules, [TextRule::Empty]);
}

#[test]
fn words_alone_name_tools_files_and_addresses() {
    let file = |line: &str| match probe(line) {
        ProbeSpec::File(file) => (file.path, file.rules),
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(
        probe("Node.js 20+ installed"),
        ProbeSpec::Tool {
            tool: Tool::Node,
            at_least: Some(domain::quantity::Version(vec![20]))
        }
    );
    assert_eq!(
        file("`config/` directory created"),
        ("config/".to_owned(), vec![FileRule::Directory])
    );
    assert_eq!(file("`old.conf` is removed").1, [FileRule::Absent]);
    assert_eq!(
        file("`.gitignore` excludes `.env`").1,
        [FileRule::Content(TextRule::Contains(".env".to_owned()))]
    );
    assert_eq!(
        file("`id.pem` exists, mode 0400").1,
        [FileRule::ModeAtMost(0o400)]
    );
    let ProbeSpec::Http(http) = probe("Visit http://localhost:3000/login") else {
        panic!("no HTTP probe")
    };
    assert_eq!(http.url, "http://localhost:3000/login");
    for line in [
        "Team is notified",
        "Node pool resized",
        "`redis` package installed",
        "Docker compose file updated",
        "Rollback plan documented",
    ] {
        assert_eq!(work(line), Work::Attestation, "{line}");
    }
}

#[test]
fn a_command_below_a_box_is_its_command() {
    let plan = compile(b"## Deploy\n\n- [ ] Migrate\n  ```bash\n  alembic upgrade head\n  ```\n- [ ] Look\n  ```bash\n  git status\n  ls\n  ```\n").plan;
    let section = &plan.sections[0];
    assert!(
        matches!(&section.items[0].work, Work::Action { command, .. } if command == "alembic upgrade head")
    );
    assert_eq!(section.items[1].work, Work::Attestation);
    assert_eq!(section.checks.len(), 2);
}

#[test]
fn a_section_named_verify_is_a_window_only_where_nothing_above_says_otherwise() {
    let kinds = |text: &str| {
        compile(text.as_bytes())
            .plan
            .sections
            .iter()
            .map(|section| section.kind)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        kinds("# T\n## Verify\n- [ ] a\n"),
        [SectionKind::Window { minutes: 0 }]
    );
    assert_eq!(
        kinds("# T\n## Prerequisites\n### Environment verification\n- [ ] a\n"),
        [SectionKind::Preflight]
    );
}

#[test]
fn ids_stay_when_sections_are_reordered() {
    let ids = |text: &str| {
        let mut ids: Vec<String> = compile(text.as_bytes())
            .plan
            .items()
            .map(|item| item.id.0.clone())
            .collect();
        ids.sort();
        ids
    };
    let (one, two) = (
        "## Phase 1: a\n- [ ] Build the image: `make image`\n",
        "## Phase 2: b\n- [ ] Push the image\n",
    );
    assert_eq!(ids(&format!("{one}\n{two}")), ids(&format!("{two}\n{one}")));
    assert_eq!(
        ids(&format!("{one}\n{two}")),
        ["build-the-image", "push-the-image"]
    );
}

#[test]
fn commands_of_which_none_changes_anything_are_no_action() {
    assert_eq!(work("Both: `git status` and `df -h`"), Work::Attestation);
    assert!(matches!(
        work("Both: `git status` and `rm -rf build`"),
        Work::Action { .. }
    ));
}

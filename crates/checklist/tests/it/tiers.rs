//! Sections about a rollback become tiers of steps.

use checklist::{Compiled, compile};
use domain::plan::{Parameter, Work};
use domain::probe::ProbeSpec;
use domain::rollback::{Contract, Deed, Step, Tier};

/// The tiers of the reference checklist: immediate and full.
fn reference() -> (Tier, Tier) {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../checklists/performance-optimization.md");
    let plan = compile(&std::fs::read(path).expect("the reference checklist")).plan;
    let [immediate, full] = <[Tier; 2]>::try_from(plan.rollback).expect("two tiers");
    (immediate, full)
}

fn rollback(text: &str) -> Compiled {
    compile(format!("# Release\n\n## Phase 1: x\n\n- [ ] x\n\n## Rollback\n\n{text}\n").as_bytes())
}

fn steps(text: &str) -> Vec<Step> {
    let mut tiers = rollback(text).plan.rollback;
    tiers.pop().map(|tier| tier.steps).unwrap_or_default()
}

fn only(text: &str) -> Step {
    let [step] = <[Step; 1]>::try_from(steps(text)).expect("one step");
    step
}

fn bash(lines: &str) -> String {
    format!("```bash\n{lines}\n```")
}

/// What runs, or what is asked of whom, in short.
fn deed(step: &Step) -> String {
    match &step.deed {
        Deed::Command { command } => format!("run {command}"),
        Deed::EnvEdit { file, lines } => {
            let lines: Vec<String> = lines
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            format!("edit {file} {}", lines.join(" "))
        }
        Deed::Restore { from, to } => format!("restore {from} {to}"),
        Deed::Verify { .. } => "verify".to_owned(),
        Deed::ByHand { words } => format!("by hand {words}"),
    }
}

fn deeds(steps: &[Step]) -> Vec<String> {
    steps.iter().map(deed).collect()
}

fn mended(step: &Step) -> &str {
    step.mended.as_deref().unwrap_or_default()
}

#[test]
fn the_reference_checklist_has_two_tiers_of_these_steps() {
    let (immediate, full) = reference();
    assert_eq!(
        (immediate.title.as_str(), immediate.minutes),
        ("Immediate Rollback", Some(5))
    );
    assert_eq!(
        deeds(&immediate.steps),
        [
            "edit .env CACHE_ENABLED=false",
            "run docker-compose up -d --force-recreate --no-deps backend",
            "run docker-compose stop redis",
            "verify",
        ]
    );
    assert_eq!((full.title.as_str(), full.minutes), ("Full Rollback", Some(15)));
    assert_eq!(
        deeds(&full.steps),
        [
            "restore .env.backup .env",
            "run docker-compose stop redis prometheus grafana",
            "run python -m src.db.migrations.performance_optimization rollback",
            "run git checkout \"$GONOGO_PREVIOUS_COMMIT\"",
            "run docker-compose up -d \"${GONOGO_BUILD:---build}\" backend",
            "verify",
        ]
    );
    let contracts = |tier: &Tier| tier.steps.iter().map(|step| step.contract).collect::<Vec<_>>();
    assert_eq!(contracts(&immediate), [Contract::Idempotent; 4]);
    let mut expected = [Contract::Idempotent; 6];
    expected[2] = Contract::Manual;
    assert_eq!(contracts(&full), expected);
}

#[test]
fn a_variable_of_a_shell_is_a_line_of_the_env_file_and_the_container_is_asked_for_it() {
    let (immediate, _) = reference();
    let [edit, restart, ..] = immediate.steps.as_slice() else {
        panic!()
    };
    assert_eq!((edit.title.as_str(), edit.line), ("Edit .env", Some(244)));
    assert_eq!(edit.written.as_deref(), Some("CACHE_ENABLED=false"));
    assert!(mended(edit).contains("changes nothing"), "{edit:?}");
    assert!(matches!(&edit.proof, Some(ProbeSpec::EnvLine { value: Some(value), .. }) if value == "false"));
    assert!(matches!(restart.proof, Some(ProbeSpec::Docker(_))), "{restart:?}");
}

#[test]
fn a_restart_after_an_edit_makes_the_container_anew_and_another_stays_a_restart() {
    let (immediate, _) = reference();
    let restart = &immediate.steps[1];
    assert_eq!(restart.title, "Restart backend");
    assert_eq!(restart.written.as_deref(), Some("docker-compose restart backend"));
    assert!(mended(restart).contains("keeps the environment"), "{restart:?}");
    let after = |lines: &str| deed(steps(&bash(lines)).last().expect("a step"));
    assert_eq!(
        after("# Edit .env\nA=1\n\n# Restart\ndocker compose -f prod.yml restart -t 5 web"),
        "run docker compose -f prod.yml up -d --force-recreate --no-deps -t 5 web"
    );
    assert_eq!(
        after("cp .env.backup .env\ndocker-compose restart"),
        "run docker-compose up -d --force-recreate"
    );
    assert_eq!(
        after("docker-compose restart web"),
        "run docker-compose restart web"
    );
    assert_eq!(
        after("cp .env.backup .env\ndocker restart web"),
        "run docker restart web"
    );
    assert_eq!(
        after("cp .env.backup .env\nsystemctl restart web"),
        "run systemctl restart web"
    );
}

#[test]
fn the_env_file_is_restored_before_services_are_stopped() {
    let (_, full) = reference();
    let restore = &full.steps[0];
    assert_eq!(
        (restore.title.as_str(), restore.line),
        ("Restore previous .env", Some(269))
    );
    assert!(
        mended(restore).contains("before the services are stopped"),
        "{restore:?}"
    );
    // What comes between could make the copy: then the order is the author's.
    let own = bash("docker-compose stop redis\n./export-env.sh\ncp .env.backup .env");
    assert_eq!(
        deeds(&steps(&own)),
        [
            "run docker-compose stop redis",
            "run ./export-env.sh",
            "restore .env.backup .env"
        ]
    );
    // Compose finds its project by the file that is there.
    let down = bash("docker-compose down\ncp .env.backup .env\ndocker-compose up -d");
    assert_eq!(deed(&steps(&down)[0]), "run docker-compose down");
}

#[test]
fn development_only_is_said_of_a_step_of_its_comment_or_of_its_section() {
    let (_, full) = reference();
    let only: Vec<&str> = full
        .steps
        .iter()
        .filter(|step| step.development_only)
        .map(|step| step.title.as_str())
        .collect();
    assert_eq!(only, ["Rollback database migration (DEVELOPMENT ONLY)"]);
    assert!(
        full.steps[2]
            .loses
            .as_deref()
            .is_some_and(|lost| lost.contains("migration"))
    );
    let marked = |text: &str| {
        steps(text)
            .iter()
            .map(|step| step.development_only)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        marked(&bash(
            "# DEVELOPMENT ONLY\n# undo\na-tool down\nb-tool down\n# all\nc-tool up"
        )),
        [true, true, false]
    );
    assert_eq!(marked("- `a-tool down` (dev only)\n- `b-tool up`"), [true, false]);
    assert_eq!(
        marked("1. Undo, never in production:\n   ```bash\n   a-tool down\n   ```"),
        [true]
    );
}

#[test]
fn a_tier_without_a_look_at_its_end_gets_the_documents_own_health_check() {
    let (immediate, full) = reference();
    let (last, added) = (
        immediate.steps.last().expect("a step"),
        full.steps.last().expect("a step"),
    );
    assert_eq!((added.line, &added.deed), (None, &last.deed));
    assert!(mended(added).starts_with("added, because"), "{added:?}");
    let document = |check: &str, way: &str| {
        let text = format!("## Phase 1: x\n\n- [ ] Up: `{check}`\n\n## Rollback\n\n```bash\n{way}\n```\n");
        compile(text.as_bytes()).plan.rollback.remove(0).steps
    };
    let health = "curl http://localhost:8000/healthz";
    assert_eq!(
        deeds(&document(health, "a-tool down")),
        ["run a-tool down", "verify"]
    );
    let ended = document(health, "a-tool down\ncurl http://localhost:8000/version");
    assert_eq!(ended.len(), 2, "{ended:?}");
    let early = document(health, "curl http://localhost:8000/version\na-tool down");
    assert_eq!(early.len(), 3, "{early:?}");
    // Nothing is invented where the document asks for no health.
    assert_eq!(
        document("curl http://localhost:8000/metrics", "a-tool down").len(),
        1
    );
}

#[test]
fn a_placeholder_is_a_parameter_of_the_plan() {
    let names = |text: &str| {
        let parameters = rollback(text).plan.parameters;
        parameters
            .into_iter()
            .map(|Parameter { name, .. }| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names("1. `git checkout <previous-commit>`"),
        ["GONOGO_PREVIOUS_COMMIT"]
    );
    assert_eq!(names("- Put it back: `docker pull app:$OLD_TAG`"), ["OLD_TAG"]);
    assert_eq!(names(&bash("docker pull app:$OLD_TAG")), ["OLD_TAG"]);
    assert_eq!(
        names(&bash("OLD_TAG=4.1\ndocker pull app:$OLD_TAG")),
        Vec::<String>::new()
    );
}

#[test]
fn what_waits_for_somebody_or_is_left_open_is_done_by_hand() {
    for command in [
        "ssh admin@203.0.113.40",
        "vim .env",
        "docker compose up web",
        "tail -f /var/log/app.log | ./page.sh",
        "echo '<tag>' | ./deploy.sh",
        "git checkout [previous-commit]",
        "docker pull your-registry/app:1",
        "kubectl apply -f 'unclosed",
        "terraform apply",
    ] {
        let step = only(&bash(command));
        assert_eq!(deed(&step), format!("by hand `{command}`"), "{step:?}");
        assert!(mended(&step).starts_with("a person does it: "), "{step:?}");
        assert_eq!(step.contract, Contract::Manual);
    }
}

#[test]
fn what_is_typed_into_a_session_does_not_run_here() {
    let found = steps(&bash(
        "ssh admin@203.0.113.40\ngit checkout v1\nexit\nsystemctl restart app",
    ));
    assert_eq!(
        deeds(&found),
        [
            "by hand `ssh admin@203.0.113.40`",
            "by hand `git checkout v1`",
            "run systemctl restart app"
        ]
    );
}

#[test]
fn a_condition_a_choice_and_a_warning_are_a_persons_to_judge() {
    for text in [
        "1. If the migration ran: `alembic downgrade -1`",
        "1. If the migration ran:\n   ```bash\n   alembic downgrade -1\n   ```",
        "- Undo it if necessary: `alembic downgrade -1`",
        "**Option B:**\n\n```bash\nalembic downgrade -1\n```",
        "When the schema changed, run:\n\n```bash\nalembic downgrade -1\n```",
        "```bash\n# only if the schema changed\nalembic downgrade -1\n```",
        "- Never run `alembic downgrade -1`",
        "- Do not run `alembic downgrade -1` here",
    ] {
        let step = only(text);
        assert!(matches!(step.deed, Deed::ByHand { .. }), "{text}: {step:?}");
        assert!(deed(&step).contains("alembic downgrade -1"), "{text}: {step:?}");
    }
    let found = steps("If issues occur, follow these steps:\n\n1. `systemctl restart app`");
    assert_eq!(deeds(&found), ["run systemctl restart app"]);
    // A paragraph that speaks of a command is no step.
    let note = "Note that `docker-compose down -v` removes the data.\n\n1. `systemctl restart app`";
    assert_eq!(deeds(&steps(note)), ["run systemctl restart app"]);
}

#[test]
fn words_without_a_command_are_a_persons_and_nothing_is_dropped() {
    let found = steps(
        "1. Page the on-call\n2. Tell:\n   - support\n   - sales\n3. `systemctl restart app`\n4. Watch the graphs",
    );
    assert_eq!(
        deeds(&found),
        [
            "by hand Page the on-call",
            "by hand Tell:\n   - support\n   - sales",
            "run systemctl restart app",
            "by hand Watch the graphs",
        ]
    );
    assert_eq!(
        deeds(&steps("Press *Redeploy* in the dashboard.")),
        ["by hand Press *Redeploy* in the dashboard."]
    );
    let sql = steps("1. Undo:\n   ```sql\n   DROP TABLE x;\n   ```");
    assert!(
        matches!(&sql[0].deed, Deed::ByHand { words } if words.contains("DROP TABLE x;")),
        "{sql:?}"
    );
    // A file that is there does not say that anybody put it back.
    let words = steps(
        "- Restore `config/app.yml`\n- [ ] `config/app.yml` restored\n- Verify that `config/app.yml` exists",
    );
    let kinds: Vec<String> = deeds(&words);
    assert!(
        kinds[0].starts_with("by hand") && kinds[1].starts_with("by hand"),
        "{kinds:?}"
    );
    assert_eq!(kinds[2], "verify");
}

#[test]
fn when_to_roll_back_is_no_step() {
    let text = "**Rollback triggers:**\n\n- Error rate above 5%\n- `curl http://localhost/health` fails\n\n**Steps:**\n\n1. `systemctl restart app`";
    assert_eq!(deeds(&steps(text)), ["run systemctl restart app"]);
    let criteria = compile(b"## Rollback Criteria\n\n- Error rate above 5%\n").plan;
    assert!(criteria.rollback.is_empty(), "{:?}", criteria.rollback);
}

#[test]
fn a_line_that_sets_a_variable_is_for_the_lines_after_it_where_they_use_it() {
    let used = steps(&bash("TAG=4.1\ndocker pull app:$TAG\ndocker compose up -d"));
    assert_eq!(
        deeds(&used),
        ["run TAG=4.1 && docker pull app:$TAG", "run docker compose up -d"]
    );
    assert_eq!(used[0].written.as_deref(), Some("docker pull app:$TAG"));
    let shown = steps(&bash(
        "PREVIOUS=$(git rev-parse HEAD~1)\ngit checkout \"$PREVIOUS\"\nnpm ci\ngit tag x \"$PREVIOUS\"",
    ));
    assert_eq!(
        deed(&shown[0]),
        "run PREVIOUS=$(git rev-parse HEAD~1) && git checkout \"$PREVIOUS\""
    );
    assert_eq!(deed(&shown[2]), "by hand `git tag x \"$PREVIOUS\"`");
    assert_eq!(shown[0].contract, Contract::Manual);
    assert_eq!(deed(&only(&bash("FLAG=off"))), "by hand `FLAG=off`");
    let named = only("1. Put this into `.env.production`:\n   ```bash\n   A=1\n   B='x y'\n   ```");
    assert_eq!(deed(&named), "edit .env.production A=1 B=x y");
    let dotenv = only("1. Turn it off:\n   ```env\n   A=1\n   ```");
    assert_eq!(deed(&dotenv), "edit .env A=1");
    assert_eq!(
        deed(&only("- Set `CACHE_ENABLED=false` in `.env`")),
        "edit .env CACHE_ENABLED=false"
    );
}

#[test]
fn each_step_stands_with_the_folder_that_it_runs_in() {
    let found = steps(&bash(
        "cd /opt/app\ncp .env.backup .env\ndocker-compose restart web\ngit status --porcelain",
    ));
    let [restore, restart, look] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(deed(restore), "run cd /opt/app && cp .env.backup .env");
    assert_eq!(
        deed(restart),
        "run cd /opt/app && docker-compose up -d --force-recreate --no-deps web"
    );
    assert!(mended(restart).contains("a shell of its own"), "{restart:?}");
    assert!(
        !matches!(
            look.deed,
            Deed::Verify {
                spec: ProbeSpec::Git(_)
            }
        ),
        "{look:?}"
    );
}

#[test]
fn what_is_lost_is_said() {
    for (command, lost) in [
        ("docker compose down -v", "what is in the volumes"),
        ("docker volume rm data", "what is in the volumes"),
        ("redis-cli FLUSHALL", "everything that is in the cache"),
        (
            "pg_restore --clean -d shop shop.dump",
            "what was written to the database since the dump was made",
        ),
        (
            "psql shop < backup.sql",
            "what was written to the database since the dump was made",
        ),
        (
            "gunzip -c backup.sql.gz | psql shop",
            "what was written to the database since the dump was made",
        ),
        (
            "alembic downgrade -1",
            "what was written to the tables and columns that the migration made",
        ),
        (
            "npx knex migrate:rollback",
            "what was written to the tables and columns that the migration made",
        ),
        ("psql -c 'DROP TABLE x'", "the data in what is dropped"),
        (
            "git reset --hard v1",
            "changes in the work tree that nobody committed",
        ),
        ("helm uninstall shop", "what `helm uninstall shop` removes"),
    ] {
        assert_eq!(only(&bash(command)).loses.as_deref(), Some(lost), "{command}");
    }
    for command in [
        "docker-compose stop redis",
        "docker compose down",
        "git checkout v1",
        "psql -f grants.conf",
    ] {
        assert_eq!(only(&bash(command)).loses, None, "{command}");
    }
}

#[test]
fn annotations_of_boxes_and_of_blocks_hold_in_a_rollback_too() {
    let boxed = only("- [ ] Back: `a-tool down` <!-- gonogo: timeout 10m -->");
    assert_eq!(boxed.timeout_seconds, Some(600));
    let below = only("- [ ] Back: <!-- gonogo: timeout 10m -->\n  ```bash\n  a-tool down\n  ```");
    assert_eq!(
        (deed(&below).as_str(), below.timeout_seconds),
        ("run a-tool down", Some(600))
    );
    let block = only(&bash("# gonogo: timeout 2m\na-tool down"));
    assert_eq!(block.timeout_seconds, Some(120));
    let attested = only("- [ ] Back: `a-tool down` <!-- gonogo: attest -->");
    assert!(matches!(attested.deed, Deed::ByHand { .. }), "{attested:?}");
    let attested = only(&bash("# gonogo: attest\na-tool down"));
    assert!(matches!(attested.deed, Deed::ByHand { .. }), "{attested:?}");
    let expected = only(&bash("# gonogo: expect empty\ngit stash list"));
    assert!(matches!(expected.deed, Deed::Verify { .. }), "{expected:?}");
    let wrong = rollback(&bash("# gonogo: timout 2m\na-tool down")).diagnostics;
    assert!(
        wrong
            .iter()
            .any(|found| found.message.contains("did you mean `timeout`")),
        "{wrong:?}"
    );
}

#[test]
fn an_action_says_what_happens_where_nobody_knows_how_it_ended() {
    let contract = |command: &str| {
        let plan = compile(format!("## Phase 1: x\n\n- [ ] Do: `{command}`\n").as_bytes()).plan;
        let item = plan.items().next().expect("an item").clone();
        let Work::Action { contract, .. } = item.work else {
            panic!("{item:?}")
        };
        contract
    };
    assert_eq!(contract("docker-compose up -d redis"), Contract::Idempotent);
    assert_eq!(contract("mkdir -p config/redis"), Contract::Checkable);
    assert_eq!(contract("cp .env .env.backup"), Contract::Checkable);
    assert_eq!(contract("pg_dump shop > shop.sql"), Contract::Checkable);
    assert_eq!(contract("alembic upgrade head"), Contract::Manual);
}

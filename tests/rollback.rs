//! The way back: started once whoever presses, carried out step by step, and measured by how things were before.

use crate::support::{Look, Member, Page, Panel, Place, Team, database_url, eventually};
use domain::{
    action::Ending,
    event::{Event, Happening, Outcome},
    rollback::{Rollback, RollbackState, StepState},
    run::{Run, RunId, RunState},
    status::Status,
};
use futures::future::join_all;
use gonogo::api::rollback::RollbackOffer;
use sqlx::PgPool;
use std::os::unix::fs::PermissionsExt;

/// Two tiers: the first restores `.env`, runs a script that nobody knows, makes a folder and asks `/health`; the second
/// restores `.env`, and somebody makes a telephone call.
const WAY_BACK: &str = include_str!("support/way_back.md");

struct Bench {
    team: Team,
    run: RunId,
}

impl Bench {
    /// A run that executes, whose way back does this in its script.
    async fn new(pool: &PgPool, switch_back: &str) -> Self {
        let place = Place::new().await;
        let app = place.app_of_today(pool).await;
        Self::at(Team::at(place, app).await, switch_back).await
    }

    async fn at(team: Team, switch_back: &str) -> Self {
        for (name, text) in [
            ("switch.sh", "echo $$ > child; exec sleep 300"),
            ("switch-back.sh", switch_back),
        ] {
            team.place.write(name, &format!("#!/bin/sh\n{text}\n"));
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(team.place.file(name), mode).unwrap();
        }
        team.place.write(".env", "CACHE=old\n");
        team.place.write(".env.backup", "CACHE=old\n");
        let run = team.run(WAY_BACK).await;
        team.devops.begin(run, "").await.answer::<()>();
        // What the deployment does.
        team.place.write(".env", "CACHE=new\n");
        Self { team, run }
    }

    async fn roll_back(&self, member: &Member, tier: &str, key: u128) -> Page {
        member.roll_back(self.run, tier, "shop", key).await
    }

    async fn run(&self) -> Run {
        self.team.qa.page(self.run).await.run
    }

    async fn rollback(&self) -> Rollback {
        self.run().await.rollback.unwrap()
    }

    async fn comes_to(&self, what: &str, is: impl Fn(&RollbackState) -> bool) -> Rollback {
        eventually(what, async || {
            let rollback = self.run().await.rollback?;
            is(&rollback.state).then_some(rollback)
        })
        .await
    }

    async fn asks(&self) -> (usize, StepState) {
        let rollback = self
            .comes_to("it asks", |state| matches!(state, RollbackState::Asking { .. }))
            .await;
        let RollbackState::Asking { step } = rollback.state else {
            panic!("{rollback:?}")
        };
        (step, rollback.steps[step].clone())
    }

    async fn log(&self) -> Vec<Event> {
        let id = self.run.0.to_string();
        let page = self
            .team
            .qa
            .call("/api/evidence/log", &[("run", &id), ("after", "0")])
            .await;
        page.answer()
    }

    async fn started(&self) -> usize {
        let started = |event: &&Event| matches!(event.what, Happening::RollbackStarted { .. });
        self.log().await.iter().filter(started).count()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.team.place.file(name)).unwrap_or_default()
    }
}

impl Team {
    async fn readiness(&self, run: &str) -> Vec<gonogo::api::rollback::TierReady> {
        self.qa
            .call("/api/rollback/readiness", &[("run", run)])
            .await
            .answer()
    }
}

impl Member {
    async fn roll_back(&self, run: RunId, tier: &str, environment: &str, key: u128) -> Page {
        let (run, key) = (run.0.to_string(), uuid::Uuid::from_u128(key).to_string());
        let fields = [
            ("run", run.as_str()),
            ("tier", tier),
            ("reason", "it burns"),
            ("environment", environment),
            ("request_key", &key),
        ];
        self.call("/api/rollback/start", &fields).await
    }

    async fn step(&self, run: RunId, deed: &str, step: usize, reason: &str) -> Page {
        let (run, step) = (run.0.to_string(), step.to_string());
        let fields = [
            ("run", run.as_str()),
            ("step", &step),
            ("reason", reason),
            ("password", &self.password),
        ];
        self.call(&format!("/api/rollback/{deed}"), &fields).await
    }
}

const IMMEDIATE: &str = "immediate-rollback";
const FULL: &str = "full-rollback";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rollback_runs_step_by_step_and_ends_the_run_when_things_are_as_they_were(pool: PgPool) {
    let bench = Bench::new(&pool, "echo x >> switched-back").await;
    let offer: RollbackOffer = {
        let id = bench.run.0.to_string();
        bench
            .team
            .owner
            .call("/api/rollback/offer", &[("run", &id)])
            .await
            .answer()
    };
    let does: Vec<&str> = offer.tiers[0]
        .steps
        .iter()
        .map(|step| step.does.as_str())
        .collect();
    assert_eq!(
        does[..3],
        [
            "Writes .env.backup back as .env",
            "./switch-back.sh",
            "mkdir -p restored"
        ]
    );
    assert_eq!(offer.tiers[0].refused, None);

    bench
        .roll_back(&bench.team.owner, IMMEDIATE, 1)
        .await
        .answer::<()>();
    let rollback = bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
    assert!(rollback.steps.iter().all(StepState::is_over), "{rollback:?}");
    assert_eq!(
        (bench.read(".env"), bench.read("switched-back")),
        ("CACHE=old\n".into(), "x\n".into())
    );
    let RunState::Closed { outcome, reason, .. } = bench.run().await.state else {
        panic!("it is not closed")
    };
    assert_eq!((outcome, reason.as_str()), (Outcome::RolledBack, "it burns"));
    // What the deployment had made of the file is kept beside the run.
    let kept = std::fs::read_dir(bench.team.place.file(&format!(".gonogo/run-{}", bench.run.0))).unwrap();
    assert_eq!(kept.count(), 1);
    // The same form again, and another, start nothing.
    bench
        .roll_back(&bench.team.owner, IMMEDIATE, 1)
        .await
        .answer::<()>();
    assert_eq!(
        bench.roll_back(&bench.team.owner, IMMEDIATE, 2).await.refusal().0,
        409
    );
    assert_eq!(
        (bench.started().await, bench.read("switched-back")),
        (1, "x\n".into())
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_confirms_another_environment_or_has_nothing_to_roll_back_is_told_so(pool: PgPool) {
    let bench = Bench::new(&pool, "true").await;
    let (code, words) = bench
        .team
        .owner
        .roll_back(bench.run, IMMEDIATE, "production", 1)
        .await
        .refusal();
    assert_eq!(code, 422);
    assert!(words.contains("Type the environment's name, shop"), "{words}");
    assert_eq!(
        bench.roll_back(&bench.team.owner, "nowhere", 2).await.refusal().0,
        404
    );
    assert_eq!(
        bench.roll_back(&bench.team.qa, IMMEDIATE, 3).await.refusal().0,
        403
    );
    let idle = bench.team.run(WAY_BACK).await;
    let (_, words) = bench
        .team
        .owner
        .roll_back(idle, IMMEDIATE, "shop", 4)
        .await
        .refusal();
    assert!(words.contains("nothing to roll back"), "{words}");
    assert_eq!(bench.started().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_all_who_press_one_starts_it_and_the_others_are_told_who(pool: PgPool) {
    let bench = Bench::new(&pool, "echo x >> switched-back; sleep 1").await;
    let pressing = (0..12).map(|key| {
        let member = if key % 2 == 0 {
            &bench.team.owner
        } else {
            &bench.team.devops
        };
        bench.roll_back(member, IMMEDIATE, key)
    });
    let pages = join_all(pressing).await;
    let (started, told): (Vec<_>, Vec<_>) = pages.iter().partition(|page| page.status.is_success());
    assert_eq!((started.len(), told.len()), (1, 11));
    for page in told {
        let (code, words) = page.refusal();
        assert!(
            code == 409 && words.contains("started the rollback at"),
            "{code} {words}"
        );
    }
    bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
    assert_eq!(
        (bench.started().await, bench.read("switched-back")),
        (1, "x\n".into())
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_step_that_fails_asks_and_goes_on_as_somebody_chose(pool: PgPool) {
    let bench = Bench::new(&pool, "test -f mended || { echo no switch; exit 3; }").await;
    bench
        .roll_back(&bench.team.devops, IMMEDIATE, 1)
        .await
        .answer::<()>();
    let (step, state) = bench.asks().await;
    let StepState::Ended { reason, .. } = state else {
        panic!("{state:?}")
    };
    assert_eq!((step, reason.as_str()), (1, "exit code 3: “no switch”"));
    assert_eq!(
        bench.team.qa.step(bench.run, "retry", 1, "").await.refusal().0,
        403
    );
    assert_eq!(
        bench.team.owner.step(bench.run, "retry", 0, "").await.refusal().0,
        409
    );
    // It fails again, and asks again.
    bench
        .team
        .owner
        .step(bench.run, "retry", 1, "")
        .await
        .answer::<()>();
    bench.asks().await;
    bench.team.place.write("mended", "");
    bench
        .team
        .owner
        .step(bench.run, "retry", 1, "")
        .await
        .answer::<()>();
    bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn leaving_a_step_out_needs_a_reason_and_the_password(pool: PgPool) {
    let bench = Bench::new(&pool, "exit 1").await;
    bench
        .roll_back(&bench.team.owner, IMMEDIATE, 1)
        .await
        .answer::<()>();
    bench.asks().await;
    assert_eq!(
        bench.team.owner.step(bench.run, "skip", 1, " ").await.refusal().0,
        422
    );
    let id = bench.run.0.to_string();
    let wrong = [
        ("run", id.as_str()),
        ("step", "1"),
        ("reason", "by hand"),
        ("password", "not mine"),
    ];
    assert_ne!(
        bench.team.owner.call("/api/rollback/skip", &wrong).await.status,
        200
    );
    assert!(matches!(
        bench.rollback().await.state,
        RollbackState::Asking { .. }
    ));
    bench
        .team
        .owner
        .step(bench.run, "skip", 1, "by hand")
        .await
        .answer::<()>();
    let rollback = bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
    assert!(
        matches!(&rollback.steps[1], StepState::Skipped { by, reason, .. } if by.name() == "piet" && reason == "by hand")
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_tier_that_asks_can_be_left_for_the_other_where_a_person_does_a_step(pool: PgPool) {
    let bench = Bench::new(&pool, "exit 1").await;
    bench
        .roll_back(&bench.team.devops, IMMEDIATE, 1)
        .await
        .answer::<()>();
    bench.asks().await;
    bench.roll_back(&bench.team.owner, FULL, 2).await.answer::<()>();
    let (step, state) = bench.asks().await;
    assert!(
        step == 1 && matches!(state, StepState::Unknown { .. }),
        "{step} {state:?}"
    );
    bench
        .team
        .owner
        .step(bench.run, "skip", 1, "called")
        .await
        .answer::<()>();
    let rollback = bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
    assert_eq!((rollback.tier.0.as_str(), bench.started().await), (FULL, 2));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rollback_takes_over_from_what_runs_and_nothing_else_is_changed_meanwhile(pool: PgPool) {
    let bench = Bench::new(
        &pool,
        "test -e /proc/$(cat child)/cwd && echo alive > both; echo x > began; sleep 1",
    )
    .await;
    let item = bench.team.devops.page(bench.run).await.id("Switch flipped");
    let id = bench.run.0.to_string();
    let key = uuid::Uuid::from_u128(9).to_string();
    let fields = [("run", id.as_str()), ("item", &item), ("request_key", &key)];
    let acting = bench.team.devops.call("/api/action/run", &fields);
    let rolling = async {
        let child = bench.team.place.file("child");
        eventually("the action runs", async || child.exists().then_some(())).await;
        bench
            .roll_back(&bench.team.owner, IMMEDIATE, 1)
            .await
            .answer::<()>();
        eventually("the script runs", async || {
            (!bench.read("began").is_empty()).then_some(())
        })
        .await;
        let word = bench.team.qa.attest(bench.run, &item, "fine").await.refusal();
        assert!(word.0 == 409 && word.1.contains("rollback"), "{word:?}");
        bench
            .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
            .await
    };
    let (_, _) = tokio::join!(acting, rolling);
    assert_eq!(bench.read("both"), "", "the action ran beside the rollback");
    assert_eq!(
        bench.team.qa.page(bench.run).await.status("Switch flipped"),
        Status::Unknown
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_not_as_it_was_is_accepted_by_name_before_the_run_ends(pool: PgPool) {
    let bench = Bench::new(&pool, "true").await;
    bench.team.place.write(".env.backup", "CACHE=older\n");
    bench
        .roll_back(&bench.team.owner, IMMEDIATE, 1)
        .await
        .answer::<()>();
    let rollback = bench
        .comes_to("it differs", |state| {
            matches!(state, RollbackState::Differs { .. })
        })
        .await;
    let RollbackState::Differs { open } = rollback.state else {
        panic!("{rollback:?}")
    };
    let parts: Vec<&str> = open.iter().map(|one| one.part.as_str()).collect();
    assert_eq!(parts, ["the file .env"]);
    assert!(bench.run().await.is_rolling_back());
    let id = bench.run.0.to_string();
    let fields = [
        ("run", id.as_str()),
        ("parts[]", "the file .env"),
        ("reason", "an older copy"),
    ];
    bench
        .team
        .owner
        .call("/api/rollback/accept", &fields)
        .await
        .answer::<()>();
    assert!(bench.run().await.is_closed());
    assert_eq!(
        bench
            .team
            .owner
            .call("/api/rollback/accept", &fields)
            .await
            .refusal()
            .0,
        409
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_differs_is_mended_and_the_tier_run_again(pool: PgPool) {
    let bench = Bench::new(&pool, "true").await;
    bench.team.place.write(".env.backup", "CACHE=older\n");
    bench
        .roll_back(&bench.team.owner, IMMEDIATE, 1)
        .await
        .answer::<()>();
    bench
        .comes_to("it differs", |state| {
            matches!(state, RollbackState::Differs { .. })
        })
        .await;
    bench.team.place.write(".env.backup", "CACHE=old\n");
    bench
        .roll_back(&bench.team.devops, IMMEDIATE, 2)
        .await
        .answer::<()>();
    bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
    assert_eq!(bench.started().await, 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_takes_the_environment_from_a_run_that_is_rolled_back(pool: PgPool) {
    let bench = Bench::new(&pool, "exit 1").await;
    let other = bench.team.run(WAY_BACK).await;
    bench
        .roll_back(&bench.team.owner, IMMEDIATE, 1)
        .await
        .answer::<()>();
    bench.asks().await;
    let (code, words) = bench.team.devops.begin(other, "mine is urgent").await.refusal();
    assert!(
        code == 409 && words.contains("is being rolled back"),
        "{code} {words}"
    );
    assert!(bench.run().await.is_rolling_back());
    bench
        .team
        .owner
        .step(bench.run, "skip", 1, "by hand")
        .await
        .answer::<()>();
    bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
    bench.team.devops.begin(other, "").await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_step_that_hangs_is_stopped_by_hand_and_asks_and_the_next_is_not_stopped_with_it(pool: PgPool) {
    let bench = Bench::new(&pool, "echo $$ > child; exec sleep 300").await;
    bench
        .roll_back(&bench.team.devops, IMMEDIATE, 1)
        .await
        .answer::<()>();
    let child = bench.team.place.file("child");
    eventually("the script runs", async || child.exists().then_some(())).await;
    assert_eq!(
        bench.team.owner.step(bench.run, "stop", 0, "").await.refusal().0,
        409
    );
    bench
        .team
        .owner
        .step(bench.run, "stop", 1, "")
        .await
        .answer::<()>();
    let (step, state) = bench.asks().await;
    assert!(
        step == 1
            && matches!(
                &state,
                StepState::Ended {
                    ending: Ending::Cancelled,
                    ..
                }
            ),
        "{step} {state:?}"
    );
    bench
        .team
        .owner
        .step(bench.run, "skip", 1, "by hand")
        .await
        .answer::<()>();
    bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
    let stopped = bench
        .log()
        .await
        .into_iter()
        .find(|event| matches!(event.what, Happening::StepStopped { .. }));
    assert_eq!(stopped.unwrap().by.name(), "piet");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rehearsal_gives_the_run_back(pool: PgPool) {
    let bench = Bench::new(&pool, "true").await;
    let id = bench.run.0.to_string();
    let key = uuid::Uuid::from_u128(1).to_string();
    let fields = [
        ("run", id.as_str()),
        ("tier", IMMEDIATE),
        ("reason", "practice"),
        ("environment", "shop"),
        ("request_key", &key),
        ("rehearsal", "true"),
    ];
    bench
        .team
        .owner
        .call("/api/rollback/start", &fields)
        .await
        .answer::<()>();
    bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
    assert!(matches!(bench.run().await.state, RunState::Executing { .. }));
    // The real one is still there.
    bench
        .roll_back(&bench.team.owner, IMMEDIATE, 2)
        .await
        .answer::<()>();
    eventually("it ends", async || bench.run().await.is_closed().then_some(())).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_says_what_its_way_back_lacks_and_how_long_it_takes_once_it_was_rehearsed(pool: PgPool) {
    let bench = Bench::new(&pool, "true").await;
    let id = bench.run.0.to_string();
    let ready = async || -> Vec<(bool, String)> {
        // The next look, not the one that is kept.
        bench.team.app.state().looks.forget().await;
        let page = bench.team.readiness(&id).await;
        page.into_iter().map(|tier| (tier.ready, tier.words)).collect()
    };
    assert_eq!(ready().await[0], (true, "ready, never rehearsed".to_owned()));
    let copy = bench.team.place.file(".env.backup");
    std::fs::rename(&copy, bench.team.place.file("away")).unwrap();
    let (is, words) = ready().await.remove(0);
    assert!(!is && words.contains(".env.backup does not exist"), "{words}");
    std::fs::rename(bench.team.place.file("away"), &copy).unwrap();
    let key = uuid::Uuid::from_u128(1).to_string();
    let fields = [
        ("run", id.as_str()),
        ("tier", IMMEDIATE),
        ("reason", "practice"),
        ("environment", "shop"),
        ("request_key", &key),
        ("rehearsal", "true"),
    ];
    bench
        .team
        .owner
        .call("/api/rollback/start", &fields)
        .await
        .answer::<()>();
    bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
    let (is, words) = ready().await.remove(0);
    assert!(
        is && words.starts_with("ready, about ") && words.ends_with(" s of 5 min"),
        "{words}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_step_whose_panel_is_killed_is_looked_after_by_the_other(pool: PgPool) {
    let bench = Bench::new(&pool, "echo x >> switched-back; echo $$ > child; exec sleep 300").await;
    let mut other = Panel::start(&pool, &bench.team.place).await;
    let browser = other.browser(&bench.team.owner);
    let (id, key) = (bench.run.0.to_string(), uuid::Uuid::from_u128(1).to_string());
    let fields = [
        ("run", id.as_str()),
        ("tier", IMMEDIATE),
        ("reason", "it burns"),
        ("environment", "shop"),
        ("request_key", &key),
    ];
    browser.call("/api/rollback/start", &fields).await.answer::<()>();
    let child = bench.team.place.file("child");
    eventually("the script runs", async || child.exists().then_some(())).await;
    other.kill().await;
    // Nobody knows whether a script that nobody knows did its work: a person looks, and nothing ran twice.
    let (step, state) = bench.asks().await;
    assert!(
        step == 1 && matches!(state, StepState::Unknown { .. }),
        "{step} {state:?}"
    );
    let pid = bench.read("child");
    assert!(
        !std::path::Path::new("/proc")
            .join(pid.trim())
            .join("cwd")
            .exists()
    );
    assert_eq!(bench.read("switched-back"), "x\n");
    bench
        .team
        .owner
        .step(bench.run, "skip", 1, "it did")
        .await
        .answer::<()>();
    bench
        .comes_to("it is done", |state| matches!(state, RollbackState::Done { .. }))
        .await;
}

/// `gonogo rollback` on this database: its exit code, what it said, and what it complained about.
async fn in_the_terminal(pool: &PgPool, place: &Place, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_gonogo"))
        .arg("rollback")
        .args(arguments)
        .current_dir(place.environments())
        .env("DATABASE_URL", database_url(pool))
        .env("GONOGO_DATA_DIR", place.environments().join("../data"))
        .env("GONOGO_ENVIRONMENTS", place.environments())
        .env("GONOGO_LOG", "error")
        .output()
        .await
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_terminal_rolls_back_with_a_server_and_without_one(pool: PgPool) {
    let bench = Bench::new(&pool, "echo x >> switched-back").await;
    let id = bench.run.0.to_string();
    let said = |as_whom: &'static str, environment: &'static str| {
        let id = id.clone();
        [
            &id,
            "--tier",
            "immediate",
            "--as",
            as_whom,
            "--confirm",
            environment,
            "--reason",
            "it burns",
        ]
        .map(str::to_owned)
    };
    let place = &bench.team.place;
    for (as_whom, environment, complaint) in [
        ("nobody", "shop", "there is nobody"),
        ("quinn", "shop", "You may not roll back"),
        ("piet", "production", "Type the environment's name"),
    ] {
        let arguments = said(as_whom, environment);
        let arguments = arguments.each_ref().map(String::as_str);
        let (code, _, error) = in_the_terminal(&pool, place, &arguments).await;
        assert!(code == Some(2) && error.contains(complaint), "{code:?} {error}");
    }
    let arguments = said("piet", "shop");
    let arguments = arguments.each_ref().map(String::as_str);
    let (code, out, error) = in_the_terminal(&pool, place, &arguments).await;
    assert_eq!(code, Some(0), "{out}{error}");
    assert!(
        out.contains("1/4 Restore the settings: done") && out.contains("things are as they were"),
        "{out}"
    );
    assert_eq!(bench.read("switched-back"), "x\n");
    let reason = bench.rollback().await.reason;
    assert!(reason.starts_with("it burns (from a terminal on "), "{reason}");

    // Nobody serves: the command does the work itself.
    let Bench { team, .. } = bench;
    team.place.write(".env", "CACHE=old\n");
    let run = team.run(WAY_BACK).await;
    team.devops.begin(run, "").await.answer::<()>();
    team.place.write(".env", "CACHE=new\n");
    let Team { place, app, .. } = team;
    assert!(app.stop().await, "the server did not stop in time");
    let id = run.0.to_string();
    let arguments = [&id, "--as", "piet", "--confirm", "shop", "--reason", "it burns"];
    let (code, out, error) = in_the_terminal(&pool, &place, &arguments).await;
    assert_eq!(code, Some(0), "{out}{error}");
    assert_eq!(
        std::fs::read_to_string(place.file("switched-back")).unwrap(),
        "x\nx\n"
    );
}

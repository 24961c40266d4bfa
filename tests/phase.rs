//! "Run this phase": in the document's order, stopping where a person is needed, whoever dies meanwhile.

use crate::support::{Look, Member, Page, Panel, Place, Team, eventually};
use domain::{
    Role,
    event::{Event, Happening},
    phase::{Progress, ProgressState, Why},
    rollback::RollbackState,
    run::{Run, RunId},
    status::Status,
};
use futures::future::join_all;
use gonogo::api::phase::{LineWay, PhaseOffer};
use sqlx::PgPool;
use std::os::unix::fs::PermissionsExt;

/// An optional probe that fails, a folder, a script that a probe proves, a person's word, and another script with its probe.
/// Then a phase with a parameter without a value and a line that is a developer's; and a way back.
const ROLL_OUT: &str = include_str!("support/phase.md");

const ON: &str = "echo x >> switches; echo on > switched";
const SLOW: &str = "echo x >> switches; echo $$ > child; exec sleep 300";

struct Bench {
    team: Team,
    run: RunId,
}

impl Bench {
    /// A run that executes, whose first script does this.
    async fn new(pool: &PgPool, switch: &str) -> Self {
        let place = Place::new().await;
        let app = place.app_of_today(pool).await;
        let team = Team::at(place, app).await;
        for (name, text) in [
            ("switch.sh", switch),
            ("mark.sh", "echo x >> marks; echo yes > marked"),
            ("announce.sh", "true"),
        ] {
            team.place.write(name, &format!("#!/bin/sh\n{text}\n"));
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(team.place.file(name), mode).unwrap();
        }
        let run = team.run(ROLL_OUT).await;
        team.devops.begin(run, "").await.answer::<()>();
        Self { team, run }
    }

    async fn section(&self, line: &str) -> String {
        let page = self.team.qa.page(self.run).await;
        let (section, _) = page.outline.line(&page.line(line).id).unwrap();
        section.id.0.clone()
    }

    async fn offer(&self, member: &Member) -> PhaseOffer {
        let (id, section) = (self.run.0.to_string(), self.section("Folder made").await);
        let fields = [("run", id.as_str()), ("section", &section)];
        member.call("/api/phase/offer", &fields).await.answer()
    }

    async fn start(&self, member: &Member, key: u128) -> Page {
        self.start_at(member, "Folder made", key).await
    }

    /// Starts the phase of this line.
    async fn start_at(&self, member: &Member, line: &str, key: u128) -> Page {
        let (id, section) = (self.run.0.to_string(), self.section(line).await);
        let key = uuid::Uuid::from_u128(key).to_string();
        let fields = [("run", id.as_str()), ("section", &section), ("request_key", &key)];
        member.call("/api/phase/start", &fields).await
    }

    /// Goes on, skips or stops.
    /// The number of what it asks now; 0 where it asks nothing.
    async fn asked(&self) -> u64 {
        match self
            .team
            .qa
            .page(self.run)
            .await
            .run
            .phase
            .map(|phase| phase.state)
        {
            Some(ProgressState::Asking { asked, .. }) => asked,
            _ => 0,
        }
    }

    async fn choose(&self, member: &Member, deed: &str, reason: &str) -> Page {
        self.answer(member, deed, self.asked().await, reason).await
    }

    /// Answers the question of this number.
    async fn answer(&self, member: &Member, deed: &str, asked: u64, reason: &str) -> Page {
        let (run, asked) = (self.run.0.to_string(), asked.to_string());
        let fields = [("run", run.as_str()), ("asked", &asked), ("reason", reason)];
        member.call(&format!("/api/phase/{deed}"), &fields).await
    }

    async fn go_on(&self) {
        self.choose(&self.team.devops, "go_on", "").await.answer::<()>();
    }

    /// Somebody runs the action of a line by hand.
    async fn act(&self, line: &str, key: u128) -> Page {
        let (id, item) = (self.run.0.to_string(), self.team.qa.page(self.run).await.id(line));
        let key = uuid::Uuid::from_u128(key).to_string();
        let fields = [("run", id.as_str()), ("item", &item), ("request_key", &key)];
        self.team.devops.call("/api/action/run", &fields).await
    }

    async fn run(&self) -> Run {
        self.team.qa.page(self.run).await.run
    }

    async fn comes_to(&self, what: &str, is: impl Fn(&ProgressState) -> bool) -> Progress {
        eventually(what, async || {
            let progress = self.run().await.phase?;
            is(&progress.state).then_some(progress)
        })
        .await
    }

    /// It asks: at the line that says this, for this, with these words.
    async fn asks(&self, line: &str, wanted: Why) -> String {
        let page = self.team.qa.page(self.run).await;
        let id = page.line(line).id.clone();
        let progress = self
            .comes_to(&format!("it asks at {line:?}"), |state| {
                matches!(state, ProgressState::Asking { .. })
            })
            .await;
        let ProgressState::Asking {
            item, why, reason, ..
        } = progress.state
        else {
            panic!("{progress:?}")
        };
        assert_eq!((item, why), (id, wanted), "{reason}");
        reason
    }

    async fn status(&self, line: &str) -> Status {
        self.team.qa.page(self.run).await.status(line)
    }

    /// QA says that the team was told.
    async fn told(&self) {
        let item = self.team.qa.page(self.run).await.id("The team was told");
        self.team
            .qa
            .attest(self.run, &item, "by mail")
            .await
            .answer::<()>();
    }

    async fn log(&self) -> Vec<Event> {
        let id = self.run.0.to_string();
        let fields = [("run", id.as_str()), ("after", "0")];
        self.team.qa.call("/api/evidence/log", &fields).await.answer()
    }

    async fn started(&self) -> usize {
        let started = |event: &&Event| matches!(event.what, Happening::PhaseStarted { .. });
        self.log().await.iter().filter(started).count()
    }

    /// How many lines a script has written.
    fn count(&self, name: &str) -> usize {
        let text = std::fs::read_to_string(self.team.place.file(name)).unwrap_or_default();
        text.lines().count()
    }

    async fn child(&self) {
        let file = self.team.place.file("child");
        eventually("its effect", async || file.exists().then_some(())).await;
    }

    fn child_lives(&self) -> bool {
        let pid = std::fs::read_to_string(self.team.place.file("child")).unwrap();
        std::path::Path::new("/proc")
            .join(pid.trim())
            .join("cwd")
            .exists()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_phase_goes_through_its_lines_in_order_waits_for_a_person_and_ends_when_all_is_settled(
    pool: PgPool,
) {
    let bench = Bench::new(&pool, ON).await;
    let offer = bench.offer(&bench.team.qa).await;
    let does: Vec<_> = offer
        .lines
        .iter()
        .map(|line| (&line.way, line.does.as_str()))
        .collect();
    assert_eq!(
        (&does[1..3], does[4]),
        (
            &[
                (&LineWay::Runs, "mkdir -p config/redis"),
                (&LineWay::Runs, "./switch.sh")
            ][..],
            (&LineWay::Waits, "")
        )
    );
    assert_eq!(offer.refused, None);

    bench.start(&bench.team.devops, 1).await.answer::<()>();
    bench.asks("The team was told", Why::Person).await;
    assert_eq!(
        (
            bench.status("Old settings").await,
            bench.status("Folder made").await,
            bench.status("Switch flipped").await,
            bench.count("marks")
        ),
        (Status::Failed, Status::Proved, Status::Proved, 0),
        "an optional line stops nothing, and nothing runs beyond a person's line"
    );
    // Nobody has said it yet: it asks again.
    bench.go_on().await;
    bench.asks("The team was told", Why::Person).await;
    bench.told().await;
    bench.go_on().await;
    bench
        .comes_to("its end", |state| matches!(state, ProgressState::Done { .. }))
        .await;
    assert_eq!((bench.count("switches"), bench.count("marks")), (1, 1));
    let log = bench.log().await;
    let page = bench.team.qa.page(bench.run).await;
    let first =
        |wanted: &dyn Fn(&Happening) -> bool| log.iter().position(|event| wanted(&event.what)).unwrap();
    let began = |line: &str| {
        let id = &page.line(line).id;
        first(&|what| matches!(what, Happening::ActionStarted { item, .. } if item == id))
    };
    let ended = |line: &str| {
        let id = &page.line(line).id;
        first(&|what| matches!(what, Happening::ActionEnded { item, .. } if item == id))
    };
    let seen = |line: &str| {
        let id = &page.line(line).id;
        first(&|what| matches!(what, Happening::Observed { item, .. } if item == id))
    };
    let order = [
        seen("Old settings"),
        began("Folder made"),
        ended("Folder made"),
        began("Switch flipped"),
        ended("Switch flipped"),
        seen("The switch is on"),
        began("Mark left"),
        ended("Mark left"),
        seen("The mark is there"),
    ];
    assert!(order.is_sorted(), "{order:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_first_failure_stops_it_and_it_goes_on_with_the_same_line_when_somebody_wants_it_again(
    pool: PgPool,
) {
    let bench = Bench::new(
        &pool,
        "echo x >> switches; test -f ready || exit 4; echo on > switched",
    )
    .await;
    bench.start(&bench.team.devops, 1).await.answer::<()>();
    let reason = bench.asks("Switch flipped", Why::Failed).await;
    let first = bench.asked().await;
    bench.go_on().await;
    eventually("it asks again", async || {
        (bench.asked().await > first).then_some(())
    })
    .await;
    // Whoever answers what another has answered meanwhile changes nothing.
    for deed in ["go_on", "skip"] {
        let (status, _) = bench
            .answer(&bench.team.devops, deed, first, "too late")
            .await
            .refusal();
        assert_eq!(status, 409, "{deed}");
    }
    assert_eq!(reason, "exit code 4");
    assert_eq!(
        (bench.count("switches"), bench.status("The switch is on").await),
        (2, Status::Open)
    );
    bench.team.place.write("ready", "");
    bench.go_on().await;
    bench.asks("The team was told", Why::Person).await;
    assert_eq!(
        bench.count("switches"),
        3,
        "each time somebody wanted it, and no more"
    );
    // What is settled is passed over from the beginning too.
    bench.start(&bench.team.devops, 2).await.answer::<()>();
    bench.asks("The team was told", Why::Person).await;
    assert_eq!(bench.count("switches"), 3);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_probe_that_does_not_hold_stops_it_and_is_asked_again_without_its_command(pool: PgPool) {
    let bench = Bench::new(&pool, "echo x >> switches").await;
    // It holds before: that shows nothing of what the command does, which takes it away.
    bench.team.place.write("switched", "on\n");
    bench.team.devops.verify(bench.run, "").await;
    assert_eq!(bench.status("The switch is on").await, Status::Proved);
    bench
        .team
        .place
        .write("switch.sh", "#!/bin/sh\necho x >> switches; rm switched\n");
    bench.start(&bench.team.devops, 1).await.answer::<()>();
    bench.asks("The switch is on", Why::Failed).await;
    bench.team.place.write("switched", "on\n");
    bench.go_on().await;
    bench.asks("The team was told", Why::Person).await;
    assert_eq!(
        (bench.count("switches"), bench.status("Switch flipped").await),
        (1, Status::Proved)
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_may_waive_skips_the_line_with_a_reason_and_it_goes_on(pool: PgPool) {
    let bench = Bench::new(&pool, "exit 4").await;
    let (devops, developer) = (&bench.team.devops, &bench.team.developer);
    bench.start(developer, 1).await.answer::<()>();
    bench.asks("Switch flipped", Why::Failed).await;
    for (member, reason, code) in [
        (developer, "not needed", 403),
        (&bench.team.owner, "not needed", 403),
        (devops, " ", 422),
    ] {
        assert_eq!(bench.choose(member, "skip", reason).await.refusal().0, code);
    }
    bench.choose(devops, "skip", "not needed").await.answer::<()>();
    bench.asks("The switch is on", Why::Failed).await;
    assert_eq!(bench.status("Switch flipped").await, Status::Skipped);
    bench.choose(devops, "skip", "neither").await.answer::<()>();
    bench.asks("The team was told", Why::Person).await;
    bench.told().await;
    // Somebody who has only the right to act goes on.
    bench.choose(developer, "go_on", "").await.answer::<()>();
    bench
        .comes_to("its end", |state| matches!(state, ProgressState::Done { .. }))
        .await;
    let (code, words) = bench.choose(devops, "go_on", "").await.refusal();
    assert_eq!(
        (code, words.contains("does not ask any more")),
        (409, true),
        "{words}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_starts_however_many_press_and_nothing_is_run_by_hand_beside_it(pool: PgPool) {
    let bench = Bench::new(&pool, SLOW).await;
    let devops = &bench.team.devops;
    let same = join_all((0..6).map(|_| bench.start(devops, 1))).await;
    assert!(same.iter().all(|page| page.status.is_success()));
    bench.child().await;
    for page in join_all((2..8).map(|key| bench.start(devops, key))).await {
        let (code, words) = page.refusal();
        assert_eq!(
            (
                code,
                words.contains("under way") || words.contains("being run by")
            ),
            (409, true),
            "{words}"
        );
    }
    assert_eq!((bench.started().await, bench.count("switches")), (1, 1));
    let (code, words) = bench.act("Mark left", 20).await.refusal();
    assert_eq!(
        (code, words.contains("is being run by otto just now")),
        (409, true),
        "{words}"
    );
    // Whoever stops it ends the command with it, and is named.
    bench
        .choose(&bench.team.developer, "stop", "")
        .await
        .answer::<()>();
    let reason = bench.asks("Switch flipped", Why::Unknown).await;
    assert!(reason.contains("cancelled"), "{reason}");
    assert!(!bench.child_lives());
    let by =
        |event: &Event| matches!(event.what, Happening::PhaseStopped).then(|| event.by.name().to_owned());
    assert_eq!(bench.log().await.iter().find_map(by).as_deref(), Some("dora"));
    assert_eq!(bench.choose(devops, "stop", "").await.refusal().0, 409);
    // While it asks, somebody may help by hand; it goes on when that is over.
    std::fs::remove_file(bench.team.place.file("child")).unwrap();
    let acting = bench.act("Switch flipped", 21);
    let meanwhile = async {
        bench.child().await;
        let told = bench.choose(devops, "go_on", "").await.refusal();
        let id = bench.run.0.to_string();
        let item = bench.team.qa.page(bench.run).await.id("Switch flipped");
        let fields = [("run", id.as_str()), ("item", &item)];
        devops.call("/api/action/cancel", &fields).await.answer::<()>();
        told
    };
    let (page, (code, words)) = tokio::join!(acting, meanwhile);
    page.answer::<()>();
    assert_eq!((code, words.contains("“Switch flipped")), (409, true), "{words}");
    // A line whose command nobody knows the end of is not run by a new start either.
    bench.start(devops, 9).await.answer::<()>();
    bench.asks("Switch flipped", Why::Unknown).await;
    assert_eq!(bench.count("switches"), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rollback_takes_over_from_it(pool: PgPool) {
    let bench = Bench::new(&pool, SLOW).await;
    bench.start(&bench.team.devops, 1).await.answer::<()>();
    bench.child().await;
    let (id, key) = (bench.run.0.to_string(), uuid::Uuid::from_u128(50).to_string());
    let fields = [
        ("run", id.as_str()),
        ("tier", "immediate-rollback"),
        ("reason", "it burns"),
        ("environment", "shop"),
        ("request_key", &key),
    ];
    let owner = &bench.team.owner;
    owner.call("/api/rollback/start", &fields).await.answer::<()>();
    let rollback = eventually("the end of the rollback's steps", async || {
        let rollback = bench.run().await.rollback?;
        let over = matches!(
            rollback.state,
            RollbackState::Done { .. } | RollbackState::Differs { .. }
        );
        over.then_some(rollback)
    })
    .await;
    assert!(bench.team.place.file("restored").is_dir(), "{rollback:?}");
    assert!(!bench.child_lives());
    let run = bench.run().await;
    assert!(
        matches!(run.phase.unwrap().state, ProgressState::GivenUp { .. }),
        "the phase is given up"
    );
    assert_eq!(
        bench.choose(&bench.team.devops, "go_on", "").await.refusal().0,
        409
    );
    assert_eq!(bench.count("marks"), 0);
}

/// Starts the phase on another Gonogo.
async fn start_elsewhere(bench: &Bench, other: &Panel) {
    let (id, section) = (bench.run.0.to_string(), bench.section("Folder made").await);
    let key = uuid::Uuid::from_u128(7).to_string();
    let fields = [("run", id.as_str()), ("section", &section), ("request_key", &key)];
    let browser = other.browser(&bench.team.devops);
    browser.call("/api/phase/start", &fields).await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn when_its_gonogo_is_killed_in_a_command_the_other_stops_there_and_asks(pool: PgPool) {
    let bench = Bench::new(&pool, SLOW).await;
    let mut other = Panel::start(&pool, &bench.team.place).await;
    start_elsewhere(&bench, &other).await;
    bench.child().await;
    other.kill().await;
    let reason = bench.asks("Switch flipped", Why::Unknown).await;
    assert!(reason.contains("look at the target"), "{reason}");
    assert_eq!(
        (
            bench.child_lives(),
            bench.status("Switch flipped").await,
            bench.count("switches")
        ),
        (false, Status::Unknown, 1)
    );
    // Somebody has looked, and wants it again.
    bench.team.place.write("switch.sh", &format!("#!/bin/sh\n{ON}\n"));
    bench.go_on().await;
    bench.asks("The team was told", Why::Person).await;
    assert_eq!(bench.count("switches"), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn when_its_gonogo_is_killed_between_commands_the_other_goes_on_and_repeats_nothing(pool: PgPool) {
    // What proves it is not there yet when it ends.
    let bench = Bench::new(&pool, "echo x >> switches").await;
    let mut other = Panel::start(&pool, &bench.team.place).await;
    start_elsewhere(&bench, &other).await;
    eventually("its end", async || {
        (bench.status("Switch flipped").await == Status::Done).then_some(())
    })
    .await;
    other.kill().await;
    bench.team.place.write("switched", "on\n");
    bench.asks("The team was told", Why::Person).await;
    assert_eq!(
        (
            bench.count("switches"),
            bench.started().await,
            bench.status("Switch flipped").await
        ),
        (1, 1, Status::Proved)
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_gonogo_that_starts_again_finds_its_phase_and_asks(pool: PgPool) {
    let bench = Bench::new(&pool, SLOW).await;
    bench.start(&bench.team.devops, 1).await.answer::<()>();
    bench.child().await;
    let Bench { team, run } = bench;
    let Team {
        place,
        app,
        qa,
        devops,
        developer,
        owner,
    } = team;
    assert!(app.stop().await, "the server did not stop in time");
    let app = place.app_of_today(&pool).await;
    let team = Team {
        qa: qa.at(&app),
        devops: devops.at(&app),
        developer: developer.at(&app),
        owner: owner.at(&app),
        place,
        app,
    };
    let bench = Bench { team, run };
    bench.asks("Switch flipped", Why::Unknown).await;
    assert!(!bench.child_lives());
    assert_eq!(bench.status("Switch flipped").await, Status::Unknown);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn phases_go_in_order_and_stop_where_a_value_is_missing_or_a_line_is_for_somebody_else(pool: PgPool) {
    let bench = Bench::new(&pool, ON).await;
    let devops = &bench.team.devops;
    let (code, words) = bench.start_at(devops, "Announced", 1).await.refusal();
    assert_eq!(
        (code, words.contains("phases go in order")),
        (422, true),
        "{words}"
    );
    let (id, section) = (bench.run.0.to_string(), bench.section("Announced").await);
    let fields = [
        ("run", id.as_str()),
        ("section", &section),
        ("reason", "for the test"),
    ];
    devops.call("/api/run/go_ahead", &fields).await.answer::<()>();
    bench.start_at(devops, "Announced", 2).await.answer::<()>();
    let reason = bench.asks("Announced", Why::Failed).await;
    assert!(reason.contains("GONOGO_CHANNEL has no value"), "{reason}");
    bench
        .choose(devops, "skip", "nobody listens")
        .await
        .answer::<()>();
    let reason = bench.asks("Switched again", Why::Person).await;
    assert_eq!(reason, "it is for the role developer");
    assert_eq!(bench.count("switches"), 0);
    bench
        .start_at(&bench.team.developer, "Announced", 3)
        .await
        .answer::<()>();
    // Nothing proves it: exit 0 alone settles nothing, and its line waits for somebody's word.
    bench.asks("Switched again", Why::Person).await;
    assert_eq!(
        (bench.count("switches"), bench.status("Switched again").await),
        (1, Status::Done)
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_viewer_sees_where_it_is_and_has_nothing_to_press(pool: PgPool) {
    let bench = Bench::new(&pool, ON).await;
    let viewer = Member::new(&bench.team.app, "vera", Role::Viewer).await;
    let path = format!(
        "/runs/{}?tab=phase&section={}",
        bench.run.0,
        bench.section("Folder made").await
    );
    let acts = ["Run this phase in", "Stop this phase", "/api/phase/"];
    let shown = viewer.get(&path).await.text;
    assert!(shown.contains("./switch.sh"), "{shown}");
    assert!(acts.iter().all(|act| !shown.contains(act)), "{shown}");
    assert!(bench.team.devops.get(&path).await.text.contains(acts[0]));
    assert_eq!(bench.start(&viewer, 1).await.refusal().0, 403);
    bench.start(&bench.team.devops, 1).await.answer::<()>();
    bench.asks("The team was told", Why::Person).await;
    let shown = viewer.get(&path).await.text;
    assert!(
        shown.contains("waiting for a person: The team was told"),
        "{shown}"
    );
    assert!(acts.iter().all(|act| !shown.contains(act)), "{shown}");
    assert!(
        bench
            .team
            .devops
            .get(&path)
            .await
            .text
            .contains("/api/phase/go_on")
    );
}

//! The rollback that an environment's file asks for where a window fails: it waits, people may hold it, and it starts once.

use crate::support::{App, Look, Member, Page, Place, Team, all_done, eventually, noon};
use chrono::TimeDelta;
use domain::{
    event::{Event, Happening, Outcome},
    hold_off::{HoldOff, HoldOffEntry, HoldOffState},
    person::Author,
    run::{Run, RunId, RunState},
};
use gonogo::server::clock::Clock;
use sqlx::PgPool;

/// Two lines in a window of five minutes, one in a window of an hour; a tier that runs by itself, and one with a telephone call.
const WATCHED: &str = include_str!("support/watched.md");

const ON: &str = "\n[automatic_rollback]\ntier = \"immediate\"\nhold_off = \"2m\"\n";

/// A look is due every ten seconds: with such steps it is less than five late, which is no absence.
const STEP: TimeDelta = TimeDelta::seconds(5);

/// A run whose T0 is noon, with a clock that stands there.
struct Watch {
    team: Team,
    clock: Clock,
    pool: PgPool,
    run: RunId,
}

impl Watch {
    async fn new(pool: &PgPool, declared: &str) -> Self {
        Self::of(pool, declared, "shop", WATCHED).await
    }

    async fn of(pool: &PgPool, declared: &str, environment: &str, document: &str) -> Self {
        let (place, clock) = (Place::new().await, Clock::at(noon()));
        let file = place.environments().join(format!("{environment}.toml"));
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, text + declared).unwrap();
        let app = place.app_at(pool, clock.clone()).await;
        let team = Team::at(place, app).await;
        team.place.write("app.log", "all is well\n");
        team.place.write(".env", "CACHE=old\n");
        team.place.write(".env.backup", "CACHE=old\n");
        let revision = team.published(document).await;
        let run = RunId(team.devops.start(revision, environment, "v1").await.number());
        team.devops.begin(run, "").await.answer::<()>();
        team.place.write(".env", "CACHE=new\n");
        team.attest_phases(run).await;
        let pool = pool.clone();
        Self {
            team,
            clock,
            pool,
            run,
        }
    }

    /// The clock reaches this many seconds after T0, and whoever has something to do then has done it.
    async fn reach(&self, seconds: i64) {
        let at = noon() + TimeDelta::seconds(seconds);
        loop {
            let left = at - self.clock.now();
            // While one waits a longer step would be an absence, after which people have more time.
            let waits = self.run().await.hold_offs.waiting().is_some();
            self.clock.advance(if waits { left.min(STEP) } else { left });
            self.settled().await;
            if self.clock.now() >= at {
                return;
            }
        }
    }

    async fn settled(&self) {
        all_done(&self.pool, &["window", "hold_off"], self.clock.now()).await;
    }

    /// Ten seconds after T0 there is an error in the log.
    async fn fail(&self) {
        self.team.place.write("app.log", "ERROR: no cache\n");
        self.reach(10).await;
    }

    async fn run(&self) -> Run {
        self.team.qa.page(self.run).await.run
    }

    /// What came of the window of five minutes.
    async fn hold_off(&self) -> HoldOff {
        let hold_offs = self.run().await.hold_offs;
        assert_eq!(hold_offs.0.len(), 1, "{hold_offs:?}");
        hold_offs.0.into_values().next().unwrap()
    }

    async fn waits_until(&self, seconds: i64) {
        let one = self.hold_off().await;
        let HoldOffState::Waiting { until, .. } = one.state else {
            panic!("{one:?}")
        };
        assert_eq!((until - noon()).num_seconds(), seconds);
    }

    async fn refused(&self) -> String {
        let one = self.hold_off().await;
        let HoldOffState::Refused { why, .. } = one.state else {
            panic!("{one:?}")
        };
        why
    }

    async fn rolled_back(&self) -> Run {
        eventually("it is rolled back", async || {
            let run = self.run().await;
            let closed = matches!(
                run.state,
                RunState::Closed {
                    outcome: Outcome::RolledBack,
                    ..
                }
            );
            closed.then_some(run)
        })
        .await
    }

    async fn log(&self) -> Vec<Event> {
        let run = self.run.0.to_string();
        let fields = [("run", run.as_str()), ("after", "0")];
        self.team.qa.call("/api/evidence/log", &fields).await.answer()
    }

    async fn count(&self, of: fn(&Happening) -> bool) -> usize {
        self.log().await.iter().filter(|event| of(&event.what)).count()
    }

    async fn started(&self) -> usize {
        self.count(|what| matches!(what, Happening::RollbackStarted { .. }))
            .await
    }

    async fn began(&self) -> usize {
        let began = |what: &Happening| matches!(what, Happening::HoldOff(HoldOffEntry::Began { .. }));
        self.count(began).await
    }

    /// How often somebody is told this.
    async fn told(&self, notice: &str) -> i64 {
        sqlx::query_scalar(
            "select count(*) from task where work ->> 'work' = 'notify' and work -> 'notice' ->> 'notice' = $1",
        )
        .bind(notice)
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }

    async fn hold(&self, member: &Member, reason: &str) -> Page {
        let (run, page) = (self.run.0.to_string(), self.team.qa.page(self.run).await);
        let window = page
            .outline
            .sections
            .iter()
            .find(|one| one.title.contains("Immediate Checks"));
        let window = window.unwrap().id.to_string();
        let fields = [("run", run.as_str()), ("window", &window), ("reason", reason)];
        member.call("/api/hold_off/hold", &fields).await
    }

    async fn html(&self, member: &Member) -> String {
        member.get(&format!("/runs/{}", self.run.0)).await.text
    }

    /// The server stops, and the same people come to another that is started now.
    async fn restarted(self, meanwhile: impl FnOnce(&Clock)) -> Self {
        let Watch {
            team,
            clock,
            pool,
            run,
        } = self;
        let start = async |place: &Place| {
            meanwhile(&clock);
            place.app_at(&pool, clock.clone()).await
        };
        let team = team.restarted(start).await;
        Watch {
            team,
            clock,
            pool,
            run,
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nothing_rolls_back_by_itself_where_the_file_does_not_say_so(pool: PgPool) {
    let watch = Watch::new(&pool, "").await;
    watch.fail().await;
    watch.reach(300).await;
    assert!(watch.run().await.hold_offs.is_empty());
    assert_eq!((watch.started().await, watch.told("window_failed").await), (0, 2));
    let html = watch.html(&watch.team.qa).await;
    assert!(html.contains("Nothing rolls back by itself: somebody decides."));
    assert!(!html.contains("Hold the rollback"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_window_that_fails_is_held_off_and_then_rolled_back_as_if_somebody_had_pressed(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    watch.waits_until(130).await;
    let html = watch.html(&watch.team.owner).await;
    for words in [
        "Immediate Rollback starts by itself",
        "in 2 min 0 s",
        "Hold the rollback",
        "This window fails.",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let html = watch.html(&watch.team.qa).await;
    assert!(html.contains("DevOps or a product owner may hold it") && !html.contains("Hold the rollback"));
    watch.reach(129).await;
    assert_eq!(watch.started().await, 0);
    watch.reach(130).await;
    let run = watch.rolled_back().await;
    let rollback = run.rollback.unwrap();
    let rule = Author::Rule {
        name: "the rule [automatic_rollback] of shop".to_owned(),
    };
    assert_eq!((&rollback.by, rollback.rehearsal), (&rule, false));
    assert_eq!(
        rollback.reason,
        "Nobody pressed: “No errors: `grep ERROR app.log` is empty” failed (should be empty, but has 1 line: “ERROR: no cache”), the \
         environment's file asks for this (tier = \"immediate\", hold_off = \"2m\"), and nobody held it until 12:02:10 UTC."
    );
    assert_eq!(
        std::fs::read_to_string(watch.team.place.file(".env")).unwrap(),
        "CACHE=old\n"
    );
    assert!(matches!(
        watch.hold_off().await.state,
        HoldOffState::Started { .. }
    ));
    assert_eq!((watch.began().await, watch.started().await), (1, 1));
    let told = [watch.told("hold_off").await, watch.told("rollback_started").await];
    assert_eq!(told, [1, 1]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_may_roll_back_holds_it_and_it_does_not_begin_again_for_what_failed_by_then(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    // The other window fails by the same line of the log.
    watch.reach(30).await;
    assert_eq!(watch.hold(&watch.team.qa, "").await.refusal().0, 403);
    watch
        .hold(&watch.team.owner, "it was a drill")
        .await
        .answer::<()>();
    let (status, words) = watch.hold(&watch.team.devops, "").await.refusal();
    assert_eq!((status, words.as_str()), (409, "piet has held it already."));
    let one = watch.hold_off().await;
    let HoldOffState::Held { by, reason, .. } = one.state else {
        panic!("{one:?}")
    };
    assert_eq!((by.name(), reason.as_str()), ("piet", "it was a drill"));
    for seconds in [130, 300, 600, 3600] {
        watch.reach(seconds).await;
    }
    assert_eq!((watch.began().await, watch.started().await), (1, 0));
    assert!(matches!(watch.run().await.state, RunState::Verifying { .. }));
    let html = watch.html(&watch.team.qa).await;
    assert!(html.contains("The automatic rollback was held") && html.contains("it was a drill"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_without_a_program_holds_it_and_nothing_needs_a_reason(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    let (run, path) = (watch.run.0.to_string(), format!("/runs/{}", watch.run.0));
    let window = watch.run().await.hold_offs.waiting().unwrap().0.to_string();
    let fields = [("run", run.as_str()), ("window", &window), ("reason", "")];
    let page = watch
        .team
        .devops
        .post_form(&path, "/api/hold_off/hold", &fields)
        .await;
    assert!(page.status.is_redirection(), "{} {}", page.status, page.text);
    assert!(matches!(watch.hold_off().await.state, HoldOffState::Held { .. }));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_panel_that_is_started_again_in_the_hold_off_goes_on_with_it(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    let watch = watch
        .restarted(|clock| clock.advance(TimeDelta::seconds(50)))
        .await;
    watch.settled().await;
    // It had 110 seconds left when somebody was to look at it last, and has them still.
    watch.waits_until(170).await;
    watch.reach(169).await;
    assert_eq!(watch.started().await, 0);
    watch.reach(170).await;
    watch.rolled_back().await;
    assert_eq!((watch.began().await, watch.started().await), (1, 1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn where_nobody_was_there_that_could_have_held_it_the_time_does_not_count(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    let watch = watch
        .restarted(|clock| clock.advance(TimeDelta::seconds(590)))
        .await;
    watch.settled().await;
    watch.waits_until(710).await;
    assert_eq!((watch.started().await, watch.told("hold_off").await), (0, 2));
    watch.reach(710).await;
    watch.rolled_back().await;
    assert_eq!((watch.began().await, watch.started().await), (1, 1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn after_an_absence_at_its_end_people_have_half_a_minute_at_least(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    watch.reach(120).await;
    let watch = watch
        .restarted(|clock| clock.advance(TimeDelta::seconds(290)))
        .await;
    watch.settled().await;
    watch.waits_until(440).await;
    assert_eq!((watch.started().await, watch.told("hold_off").await), (0, 2));
    watch.reach(440).await;
    watch.rolled_back().await;
    assert_eq!((watch.began().await, watch.started().await), (1, 1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_panels_start_one(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    let other: App = watch.team.place.app_at(&pool, watch.clock.clone()).await;
    watch.fail().await;
    watch.reach(130).await;
    watch.rolled_back().await;
    assert_eq!((watch.began().await, watch.started().await), (1, 1));
    let tasks: i64 = sqlx::query_scalar("select count(*) from task where work ->> 'work' = 'rollback'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(tasks, 1);
    assert!(other.stop().await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_tier_that_is_not_ready_does_not_start_and_people_are_told_why(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    std::fs::remove_file(watch.team.place.file(".env.backup")).unwrap();
    watch.fail().await;
    let why = watch.refused().await;
    assert!(why.starts_with("Immediate Rollback: not ready: "), "{why}");
    let told = [
        watch.told("no_automatic_rollback").await,
        watch.told("hold_off").await,
    ];
    assert_eq!(told, [1, 0]);
    watch.reach(130).await;
    assert_eq!((watch.began().await, watch.started().await), (0, 0));
    let html = watch.html(&watch.team.qa).await;
    assert!(html.contains("The automatic rollback does not start"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_tier_that_is_not_ready_any_more_at_the_end_does_not_start(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    // The other window fails as well: it waits behind.
    watch.reach(30).await;
    watch.waits_until(130).await;
    std::fs::remove_file(watch.team.place.file(".env.backup")).unwrap();
    watch.reach(130).await;
    let why = watch.refused().await;
    assert!(why.starts_with("Immediate Rollback: not ready: "), "{why}");
    watch.reach(300).await;
    assert_eq!(watch.started().await, 0);
    let told = [
        watch.told("no_automatic_rollback").await,
        watch.told("hold_off").await,
    ];
    assert_eq!(told, [1, 1]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_tier_with_a_step_that_a_person_does_never_starts(pool: PgPool) {
    let watch = Watch::new(&pool, &ON.replace("immediate", "full")).await;
    watch.fail().await;
    let why = watch.refused().await;
    assert_eq!(
        why,
        "“Tell the shop's owner by telephone.” of Full Rollback is done by a person"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_tier_that_the_checklist_does_not_have_never_starts(pool: PgPool) {
    let watch = Watch::new(&pool, &ON.replace("immediate", "gradual")).await;
    watch.fail().await;
    assert_eq!(
        watch.refused().await,
        "no tier of this checklist is called \"gradual\""
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_tier_with_a_step_that_does_not_exist_in_production_never_starts_there(pool: PgPool) {
    let document = WATCHED.replace("2. Leave a mark:", "2. Leave a mark (DEVELOPMENT ONLY):");
    let watch = Watch::of(&pool, ON, "shop-live", &document).await;
    watch.fail().await;
    let why = watch.refused().await;
    assert!(why.contains("does not exist in production"), "{why}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_whose_place_another_took_is_not_rolled_back(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    let later = watch.team.run(WATCHED).await;
    watch.team.devops.begin(later, "").await.answer::<()>();
    watch.reach(130).await;
    watch.reach(300).await;
    assert!(matches!(watch.hold_off().await.state, HoldOffState::Over { .. }));
    assert_eq!(watch.started().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rollback_by_hand_and_another_t0_end_the_hold_off(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    let run = watch.run.0.to_string();
    let t0 = (noon() + TimeDelta::seconds(5)).to_rfc3339();
    let fields = [
        ("run", run.as_str()),
        ("t0", &t0),
        ("reason", "the balancer's log"),
    ];
    watch
        .team
        .devops
        .call("/api/run/t0", &fields)
        .await
        .answer::<()>();
    // The window counts from another moment, and fails again there.
    watch.reach(20).await;
    watch.waits_until(140).await;
    assert_eq!(watch.began().await, 2);
    let fields = [
        ("run", run.as_str()),
        ("tier", "immediate-rollback"),
        ("reason", "it burns"),
        ("environment", "shop"),
        ("request_key", "00000000-0000-4000-8000-000000000001"),
    ];
    watch
        .team
        .owner
        .call("/api/rollback/start", &fields)
        .await
        .answer::<()>();
    let run = watch.rolled_back().await;
    assert_eq!(run.rollback.unwrap().by.name(), "piet");
    assert!(matches!(watch.hold_off().await.state, HoldOffState::Over { .. }));
    watch.reach(140).await;
    assert_eq!(watch.started().await, 1);
    let (status, _) = watch.hold(&watch.team.owner, "").await.refusal();
    assert_eq!(status, 409, "nothing waits any more");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_optional_line_starts_nothing(pool: PgPool) {
    let optional = WATCHED
        .replace("- [ ] No errors:", "- [ ] (optional) No errors:")
        .replace("- [ ] No mistakes", "- [ ] (optional) No mistakes");
    let watch = Watch::of(&pool, ON, "shop", &optional).await;
    watch.fail().await;
    assert!(
        watch.run().await.hold_offs.is_empty(),
        "{:?}",
        watch.run().await.hold_offs
    );
    assert_eq!(watch.started().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_line_that_is_waived_while_it_waits_starts_nothing(pool: PgPool) {
    let one = WATCHED.replace("- [ ] No mistakes", "- [ ] (optional) No mistakes");
    let watch = Watch::of(&pool, ON, "shop", &one).await;
    watch.fail().await;
    watch.waits_until(130).await;
    let line = watch.team.qa.page(watch.run).await.id("No errors");
    watch
        .team
        .owner
        .settle(watch.run, &line, "waive", "known since Monday")
        .await
        .answer::<()>();
    watch.reach(130).await;
    let why = watch.refused().await;
    assert!(why.contains("piet has settled the line"), "{why}");
    assert_eq!(watch.started().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_waiver_answers_for_its_own_line_and_what_failed_beside_it_has_its_whole_time(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    // The other window fails by the same line of the log, and waits behind.
    watch.reach(30).await;
    assert_eq!(watch.began().await, 1);
    let line = watch.team.qa.page(watch.run).await.id("No errors");
    watch
        .team
        .owner
        .settle(watch.run, &line, "waive", "known since Monday")
        .await
        .answer::<()>();
    // One look ends the first, the next begins the other.
    watch.reach(50).await;
    watch.reach(60).await;
    let hold_offs = watch.run().await.hold_offs;
    let (window, one) = hold_offs.waiting().expect("the other window has its own");
    let HoldOffState::Waiting { until, .. } = one.state else {
        panic!("{one:?}")
    };
    let log = watch.log().await;
    let began = |event: &&Event| matches!(event.what, Happening::HoldOff(HoldOffEntry::Began { .. }));
    let began = log.iter().rfind(began).expect("it began").at;
    assert_eq!((until - began).num_seconds(), 120, "it has its whole time");
    assert!(window.0.contains("later"), "{window}");
    assert_eq!(watch.told("hold_off").await, 2);
    watch.reach((until - noon()).num_seconds()).await;
    watch.rolled_back().await;
    assert_eq!((watch.began().await, watch.started().await), (2, 1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rule_that_was_written_after_the_start_is_not_the_runs(pool: PgPool) {
    let watch = Watch::new(&pool, "").await;
    let file = watch.team.place.environments().join("shop.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, text + ON).unwrap();
    let watch = watch.restarted(|_| {}).await;
    watch.fail().await;
    watch.reach(300).await;
    assert!(
        watch.run().await.hold_offs.is_empty(),
        "{:?}",
        watch.run().await.hold_offs
    );
    assert_eq!(watch.started().await, 0);
    let html = watch.html(&watch.team.qa).await;
    assert!(!html.contains("starts by itself"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rule_that_was_shortened_while_one_waits_takes_no_time_from_people(pool: PgPool) {
    let watch = Watch::new(&pool, ON).await;
    watch.fail().await;
    let promised = match watch.hold_off().await.state {
        HoldOffState::Waiting { until, .. } => (until - noon()).num_seconds(),
        other => panic!("{other:?}"),
    };
    let file = watch.team.place.environments().join("shop.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, text.replace("\"2m\"", "\"30s\"")).unwrap();
    let watch = watch.restarted(|_| {}).await;
    watch.reach(60).await;
    watch.waits_until(promised).await;
    watch.reach(promised - 1).await;
    assert_eq!(watch.started().await, 0);
    watch.reach(promised).await;
    let refused = watch.refused().await;
    assert!(refused.contains("changed"), "{refused}");
}

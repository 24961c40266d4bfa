//! Verification windows: sampled by whoever comes first, judged when they are due, on a real database.

use crate::support::{App, Look, Panel, Place, Team, all_done, eventually, noon};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    event::{Event, Happening},
    objective::Outcome,
    run::RunId,
    status::Status,
    verdict::Verdict,
};
use gonogo::{
    api::{measurement::BenchmarkPage, run::RunPage},
    server::clock::Clock,
};
use sqlx::PgPool;

/// Two lines in a window of five minutes, one in a window of an hour.
const SOAK: &str = include_str!("support/soak.md");

const ANSWERS: &str = "Still answers";
const ERRORS: &str = "No errors";

/// A run whose T0 is noon, with a clock that stands there.
struct Soak {
    team: Team,
    clock: Clock,
    pool: PgPool,
    run: RunId,
}

impl Soak {
    async fn new(pool: &PgPool) -> Self {
        Self::of(pool, SOAK, "").await
    }

    /// A run of another document, in an environment whose file says this besides.
    async fn of(pool: &PgPool, document: &str, says: &str) -> Self {
        let (place, clock) = (Place::new().await, Clock::at(noon()));
        place.declare(|text| format!("{text}\n{says}"));
        let app = place.app_at(pool, clock.clone()).await;
        let team = Team::at(place, app).await;
        team.place.write("app.log", "all is well\n");
        let run = team.run(document).await;
        team.devops.begin(run, "").await.answer::<()>();
        team.attest_phases(run).await;
        let pool = pool.clone();
        Self {
            team,
            clock,
            pool,
            run,
        }
    }

    /// The clock reaches this many seconds after T0, and whoever has the windows has seen it.
    async fn reach(&self, seconds: i64) {
        let at = noon() + TimeDelta::seconds(seconds);
        self.clock.advance(at - self.clock.now());
        all_done(&self.pool, &["window"], at).await;
    }

    /// Every slot up to this many seconds after T0, beginning after `from`.
    async fn pass(&self, from: i64, until: i64) {
        for seconds in (from + 10..=until).step_by(10) {
            self.reach(seconds).await;
        }
    }

    async fn page(&self) -> RunPage {
        self.team.qa.page(self.run).await
    }

    async fn stands(&self, line: &str) -> (Status, String) {
        let standing = self.page().await.standing(line);
        (standing.status, standing.reason)
    }

    /// The samples of a line: slot, when it was taken, verdict.
    async fn samples(&self, line: &str) -> Vec<(DateTime<Utc>, DateTime<Utc>, String)> {
        sqlx::query_as("select slot, taken_at, verdict from sample where item = $1 order by slot")
            .bind(self.page().await.id(line))
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }

    async fn log(&self) -> Vec<Happening> {
        let run = self.run.0.to_string();
        let fields = [("run", run.as_str()), ("after", "0")];
        let log: Vec<Event> = self.team.qa.call("/api/evidence/log", &fields).await.answer();
        log.into_iter().map(|event| event.what).collect()
    }

    async fn set_t0(&self, seconds: i64) {
        let (run, t0) = (self.run.0.to_string(), noon() + TimeDelta::seconds(seconds));
        let fields = [
            ("run", run.as_str()),
            ("t0", &t0.to_rfc3339()),
            ("reason", "the balancer's log"),
        ];
        self.team.devops.call("/api/run/t0", &fields).await.answer::<()>();
    }

    /// What the window's own judgement was: it settles without a person.
    fn coverage(page: &RunPage, line: &str) -> String {
        let item = page.line(line).id.clone();
        let bar = page.bars.iter().find(|bar| bar.item == item);
        bar.map_or_else(String::new, |bar| bar.coverage.clone())
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_window_is_sampled_on_its_slots_and_judged_by_value_and_coverage_when_it_is_due(pool: PgPool) {
    let soak = Soak::new(&pool).await;
    soak.pass(0, 290).await;
    let (status, reason) = soak.stands(ERRORS).await;
    assert_eq!(
        (status, reason.as_str()),
        (Status::NoData, "too early, due 2026-03-02 12:05 UTC"),
        "early is no pass"
    );
    soak.reach(300).await;
    assert_eq!(
        soak.stands(ERRORS).await,
        (Status::Proved, "0 failed, 30 of 30 samples".to_owned())
    );
    assert_eq!(
        soak.stands(ANSWERS).await,
        (
            Status::Proved,
            "held for 4 min 50 s when it was due; 30 of 30 samples".to_owned()
        )
    );
    let samples = soak.samples(ERRORS).await;
    let slots: Vec<_> = samples
        .iter()
        .map(|(slot, ..)| (*slot - noon()).num_seconds())
        .collect();
    assert_eq!(slots, (10..=300).step_by(10).collect::<Vec<_>>());
    assert!(samples.iter().all(|(slot, taken, _)| taken == slot));
    assert_eq!(
        soak.samples("Answers for an hour").await.len(),
        10,
        "every thirty seconds"
    );
    let log = soak.log().await;
    let of = |wanted: fn(&Happening) -> bool| log.iter().filter(|what| wanted(what)).count();
    assert_eq!(of(|what| matches!(what, Happening::WindowJudged { .. })), 1);
    assert_eq!(of(|what| matches!(what, Happening::SampleFailed { .. })), 0);
    assert_eq!(
        of(|what| matches!(what, Happening::SamplesHold { .. })),
        2,
        "two lines need not hold throughout"
    );
    let evidence: i64 = sqlx::query_scalar("select count(*) from sample where evidence is not null")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(evidence, 3, "the first of each line, and no other");
    let page = soak.page().await;
    assert_eq!(Soak::coverage(&page, ERRORS), "30 of 30 samples");
    let html = soak.team.qa.get(&format!("/runs/{}", soak.run.0)).await.text;
    assert!(html.contains("sample-bar") && html.contains("30 of 30 samples"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_first_bad_sample_fails_what_must_hold_throughout_and_stays_visible(pool: PgPool) {
    let soak = Soak::new(&pool).await;
    soak.pass(0, 30).await;
    soak.team.place.write("app.log", "ERROR: no cache\n");
    soak.team.place.health(503).await;
    soak.reach(40).await;
    soak.team.place.write("app.log", "all is well\n");
    soak.team.place.health(200).await;
    soak.reach(50).await;
    let (status, reason) = soak.stands(ERRORS).await;
    assert_eq!(status, Status::Failed);
    assert!(reason.starts_with("failed 2026-03-02 12:00:40 UTC: "), "{reason}");
    assert_eq!(
        soak.stands(ANSWERS).await.0,
        Status::NoData,
        "it may answer again"
    );
    soak.pass(50, 300).await;
    let (status, reason) = soak.stands(ERRORS).await;
    assert_eq!(status, Status::Failed);
    assert!(
        reason.starts_with("1 failed, the first 2026-03-02 12:00:40 UTC"),
        "{reason}"
    );
    assert!(reason.ends_with("; 30 of 30 samples"), "{reason}");
    let (status, reason) = soak.stands(ANSWERS).await;
    assert_eq!(status, Status::Proved);
    assert!(reason.contains("1 failed before"), "{reason}");
    // One look by hand makes nothing good.
    let page = soak.team.qa.verify(soak.run, &soak.page().await.id(ERRORS)).await;
    let standing = page.standing(ERRORS);
    assert_eq!(standing.status, Status::Failed);
    assert!(
        standing.reason.starts_with("1 failed") && standing.reason.contains("; now: "),
        "{}",
        standing.reason
    );
    let html = soak.team.qa.get(&format!("/runs/{}", soak.run.0)).await.text;
    for words in [
        "This window fails.",
        "First bad sample",
        "See how ready the rollback is",
    ] {
        assert!(html.contains(words), "{words}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_nobody_looked_at_for_too_long_is_no_data_and_one_look_by_hand_does_not_change_it(pool: PgPool) {
    let soak = Soak::new(&pool).await;
    soak.pass(0, 100).await;
    // A minute without anybody.
    soak.reach(160).await;
    soak.pass(160, 300).await;
    let no_data = "0 failed, but 25 of 30 samples, longest gap 50 s: 83.3 % were seen, 95 % must be";
    assert_eq!(soak.stands(ERRORS).await, (Status::NoData, no_data.to_owned()));
    assert_eq!(
        soak.stands(ANSWERS).await.0,
        Status::Proved,
        "it holds at the end"
    );
    let page = soak.team.qa.verify(soak.run, &soak.page().await.id(ERRORS)).await;
    let standing = page.standing(ERRORS);
    assert_eq!(standing.status, Status::NoData);
    assert!(standing.reason.starts_with(no_data), "{}", standing.reason);
    let finding: String = sqlx::query_scalar(
        "select body from evidence where item = $1 and body like '%samples of a window%' order by at desc limit 1",
    )
    .bind(page.id(ERRORS))
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(finding.contains("nobody looked"), "{finding}");
    assert!(finding.contains("..........-----..............."), "{finding}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_corrected_t0_moves_the_window_over_the_samples_that_are_there(pool: PgPool) {
    let soak = Soak::new(&pool).await;
    soak.pass(0, 100).await;
    soak.set_t0(60).await;
    soak.pass(100, 350).await;
    assert_eq!(soak.stands(ERRORS).await.0, Status::NoData, "due a minute later");
    soak.reach(360).await;
    assert_eq!(
        soak.stands(ERRORS).await,
        (Status::Proved, "0 failed, 30 of 30 samples".to_owned())
    );
    assert_eq!(soak.samples(ERRORS).await.len(), 36, "none twice, none lost");
    // It moves before what was sampled: what nobody saw is said.
    soak.set_t0(0).await;
    soak.set_t0(60).await;
    soak.reach(390).await;
    let open: i64 =
        sqlx::query_scalar("select count(*) from task where work ->> 'work' = 'window' and state = 'open'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(open, 1, "each T0 before has ended");
    assert_eq!(soak.stands(ERRORS).await.0, Status::Proved);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_clock_that_went_back_strikes_the_samples_of_times_that_have_not_come(pool: PgPool) {
    let soak = Soak::new(&pool).await;
    soak.pass(0, 100).await;
    soak.clock.advance(TimeDelta::seconds(-35));
    // What a process does that has seen its clock move, or has just started.
    gonogo::server::task::wake(soak.team.app.state()).await;
    eventually("the samples are struck", async || {
        let dropped = soak.log().await.into_iter().find_map(|what| match what {
            Happening::ClockWentBack { dropped } => Some(dropped),
            _ => None,
        })?;
        // Four slots of two lines, and one of the line that is looked at every thirty seconds.
        assert_eq!(dropped, 9);
        Some(())
    })
    .await;
    soak.pass(60, 300).await;
    assert_eq!(
        soak.stands(ERRORS).await,
        (
            Status::NoData,
            "0 failed, but 26 of 30 samples, longest gap 40 s: 86.7 % were seen, 95 % must be".to_owned()
        )
    );
    assert_eq!(soak.samples(ERRORS).await.len(), 30, "no slot has two");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_was_closed_or_superseded_is_sampled_no_more(pool: PgPool) {
    let soak = Soak::new(&pool).await;
    soak.pass(0, 30).await;
    let later = soak.team.run(SOAK).await;
    soak.team.devops.begin(later, "").await.answer::<()>();
    soak.reach(40).await;
    soak.reach(50).await;
    assert_eq!(soak.samples(ERRORS).await.len(), 3);
    let ended: Vec<String> = sqlx::query_scalar("select state from task where work ->> 'work' = 'window'")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(ended, ["ended"]);
    assert!(soak.stands(ERRORS).await.1.starts_with("superseded by run"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_panels_take_each_sample_once(pool: PgPool) {
    let soak = Soak::new(&pool).await;
    let other: App = soak.team.place.app_at(&pool, soak.clock.clone()).await;
    soak.pass(0, 300).await;
    let samples = soak.samples(ERRORS).await;
    assert_eq!(samples.len(), 30);
    assert!(
        samples
            .iter()
            .all(|(.., verdict)| verdict == Verdict::Pass.word())
    );
    assert_eq!(soak.stands(ERRORS).await.0, Status::Proved);
    assert!(other.stop().await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_panel_that_is_killed_is_followed_by_another_that_goes_on_with_the_next_slot(pool: PgPool) {
    let place = Place::new().await;
    let app = place.app_of_today(&pool).await;
    let team = Team::at(place, app).await;
    team.place.write("app.log", "all is well\n");
    let run = team.run(SOAK).await;
    team.devops.begin(run, "").await.answer::<()>();
    let page = team.qa.page(run).await;
    let (told, errors) = (page.id("team was told"), page.id(ERRORS));
    let Team { place, app, qa, .. } = team;
    let mut first = Panel::start(&pool, &place).await;
    let browser = first.browser(&qa);
    assert!(app.stop().await);
    // From here on only the process is there, and T0 is when it hears that the team was told.
    let id = run.0.to_string();
    let fields = [
        ("run", id.as_str()),
        ("item", &told),
        ("note", "told"),
        ("link", ""),
    ];
    browser
        .call_with_file("/api/run/attest", &fields, None)
        .await
        .answer::<()>();
    let samples = async || -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        sqlx::query_as("select slot, taken_at from sample where item = $1 order by slot")
            .bind(&errors)
            .fetch_all(&pool)
            .await
            .unwrap()
    };
    let taken = async |count: usize| {
        eventually("a sample", async || {
            let samples = samples().await;
            (samples.len() >= count).then_some(samples)
        })
        .await
    };
    taken(1).await;
    let second = Panel::start(&pool, &place).await;
    first.kill().await;
    let all = taken(3).await;
    let steps: Vec<_> = all
        .windows(2)
        .map(|two| (two[1].0 - two[0].0).num_seconds())
        .collect();
    assert!(steps.iter().all(|step| *step == 10), "no slot is missed: {all:?}");
    assert!(
        all.iter()
            .all(|(slot, taken)| *taken >= *slot && *taken - *slot < TimeDelta::seconds(5))
    );
    second.stop().await;
}

const TIMED: &str = "# Watch\n\n## Deployment Checklist\n\n### Phase 1: Switch (5 minutes)\n\n- [ ] The team was told\n\n\
     ## Post-Deployment Verification\n\n### Immediate Checks (within 5 minutes)\n<!-- gonogo: window interval=30s -->\n\n\
     - [ ] Still answers: `curl http://localhost:8000/health` returns 200\n\
     - [ ] No errors: `grep ERROR app.log` is empty <!-- gonogo: window delay=1m -->\n";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_document_says_when_a_window_is_sampled_and_the_environments_file_what_it_leaves_open(
    pool: PgPool,
) {
    let says = "[[windows]]\nminutes = 5\ninterval_seconds = 20\nsteady_seconds = 150\n";
    let soak = Soak::of(&pool, TIMED, says).await;
    // What happens in the first minute is not sampled for the line that says so.
    soak.team.place.write("app.log", "ERROR: warming up\n");
    soak.pass(0, 60).await;
    soak.team.place.write("app.log", "all is well\n");
    soak.pass(60, 180).await;
    soak.team.place.health(503).await;
    soak.pass(180, 210).await;
    soak.team.place.health(200).await;
    soak.pass(210, 300).await;
    let slots = |samples: Vec<(DateTime<Utc>, DateTime<Utc>, String)>| -> Vec<i64> {
        let slots = samples
            .into_iter()
            .map(|(slot, ..)| (slot - noon()).num_seconds());
        slots.collect()
    };
    let every_half_minute: Vec<i64> = (30..=300).step_by(30).collect();
    assert_eq!(slots(soak.samples(ANSWERS).await), every_half_minute);
    assert_eq!(slots(soak.samples(ERRORS).await), every_half_minute[2..]);
    assert_eq!(
        soak.stands(ERRORS).await,
        (Status::Proved, "0 failed, 8 of 8 samples".to_owned())
    );
    // It failed 90 s before the end: as usual it would have held long enough.
    let (status, reason) = soak.stands(ANSWERS).await;
    assert_eq!(status, Status::NoData, "{reason}");
    assert!(reason.contains("2 min 30 s are asked for"), "{reason}");
    let judged = soak.log().await.into_iter();
    assert_eq!(
        judged
            .filter(|what| matches!(what, Happening::WindowJudged { .. }))
            .count(),
        1,
        "one window, though its lines are sampled at different times"
    );
}

const STABLE: &str = "# Watch\n\n## Deployment Checklist\n\n### Phase 1: Switch (5 minutes)\n\n- [ ] The team was told\n\n\
     ## Post-Deployment Verification\n\n### Immediate Checks (within 5 minutes)\n\n\
     - [ ] Queue stable: `cat queue.txt` <!-- gonogo: expect <1000 -->\n\
     - [ ] Heap stable: `cat heap.txt` <!-- gonogo: expect <1000 -->\n\
     - [ ] Pool stabilised: `cat pool.txt` <!-- gonogo: expect <100 -->\n";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_must_be_stable_is_judged_by_the_slope_and_the_spread_of_its_samples(pool: PgPool) {
    let soak = Soak::of(&pool, STABLE, "").await;
    for second in (10..=300).step_by(10) {
        let write = |file: &str, number: i64| soak.team.place.write(file, &format!("{number}\n"));
        write("queue.txt", 400 + second % 30);
        write("heap.txt", 400 + second / 5);
        write("pool.txt", (400 - second * 2).max(60));
        soak.reach(second).await;
    }
    let (status, reason) = soak.stands("Queue stable").await;
    assert_eq!(status, Status::Proved, "{reason}");
    assert!(
        reason.starts_with("stable: over the window the line through 30 samples changes by"),
        "{reason}"
    );
    assert!(
        reason.ends_with("(at most 20 %); 0 failed, 30 of 30 samples"),
        "{reason}"
    );
    let (status, reason) = soak.stands("Heap stable").await;
    assert_eq!(status, Status::Failed, "it grew by a seventh: {reason}");
    assert!(reason.starts_with("not stable: over the window"), "{reason}");
    let (status, reason) = soak.stands("Pool stabilised").await;
    assert_eq!(status, Status::Proved, "it was above its limit before: {reason}");
    assert!(reason.contains("over the last 25 % of the window"), "{reason}");
    let page = soak.page().await;
    let item = page.id("Heap stable");
    let bar = page.bars.iter().find(|bar| bar.item.0 == item).expect("a bar");
    assert!(
        bar.trend.starts_with("not stable: over the window"),
        "{}",
        bar.trend
    );
    // One look by hand makes nothing stable.
    let page = soak.team.qa.verify(soak.run, &item).await;
    assert_eq!(page.standing("Heap stable").status, Status::Failed);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn samples_of_windows_that_nobody_looks_into_any_more_are_deleted_after_thirty_days(pool: PgPool) {
    let soak = Soak::new(&pool).await;
    soak.pass(0, 30).await;
    let state = soak.team.app.state();
    let taken = soak.samples(ERRORS).await.len();
    let all: i64 = sqlx::query_scalar("select count(*) from sample")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!((taken, all), (3, 7));
    let mut connection = pool.acquire().await.unwrap();
    let deleted = store::sample::delete_old(&mut connection, soak.clock.now() + TimeDelta::days(365)).await;
    assert_eq!(deleted.unwrap(), 0, "somebody still looks into them");
    drop(connection);
    soak.team
        .devops
        .close(soak.run, true, "a rehearsal")
        .await
        .answer::<()>();
    // The window's task finds that there is nothing to do any more.
    soak.reach(60).await;
    soak.clock.advance(TimeDelta::days(29));
    assert_eq!(gonogo::server::window::swept(state).await.unwrap(), 0);
    soak.clock.advance(TimeDelta::days(2));
    assert_eq!(gonogo::server::window::swept(state).await.unwrap(), 7);
    let left = async |table: &str| -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    assert_eq!(left("sample").await, 0);
    assert!(left("evidence").await > 0, "what was seen stands in the record");
    assert_eq!(gonogo::server::window::swept(state).await.unwrap(), 0);
}

const HITS: &str = "# Watch\n\n## Deployment Checklist\n\n### Phase 1: Switch (5 minutes)\n\n- [ ] The team was told\n\n\
     ## Post-Deployment Verification\n\n### Short-term Monitoring (within 1 hour)\n\n\
     - [ ] Cache hit rate >60%: `curl http://localhost:8000/metrics | grep cache_hits`\n\
     - [ ] Cache hit rate stabilized >70%\n";

/// An hour in which the cache is hit so often, in per cent, in each minute; what the two lines say in the end, and their demands.
async fn hour(pool: &PgPool, rate: impl Fn(i64) -> u64) -> ([(Status, String); 2], Vec<Outcome>) {
    let soak = Soak::of(pool, HITS, "").await;
    let (mut hits, mut misses) = (0, 0);
    for second in (30..=3600).step_by(30) {
        let rate = rate(second / 60);
        (hits, misses) = (hits + rate, misses + 100 - rate);
        let page = format!("cache_hits {hits}\ncache_misses {misses}\n");
        soak.team.place.metrics(&page).await;
        soak.reach(second).await;
    }
    let stands = [
        soak.stands("Cache hit rate >60%").await,
        soak.stands("stabilized").await,
    ];
    let run = soak.run.0.to_string();
    let page = soak.team.qa.call("/api/measurement/page", &[("run", &run)]).await;
    let numbers: BenchmarkPage = page.answer();
    (stands, numbers.objectives.iter().map(|row| row.outcome).collect())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_hit_rate_that_rose_and_stays_has_stabilised(pool: PgPool) {
    let ([_, (status, reason)], outcomes) =
        hour(&pool, |minute| (20 + 2 * minute.unsigned_abs()).min(80)).await;
    assert_eq!(status, Status::Proved, "{reason}");
    assert!(
        reason.starts_with("stable: over the last 25 % of the window the line through 30 samples"),
        "{reason}"
    );
    assert_eq!(outcomes[1], Outcome::Met, "and so is its demand");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_hit_rate_that_falls_late_has_not_though_it_is_good_since_the_beginning(pool: PgPool) {
    let ([(since, _), (status, reason)], outcomes) =
        hour(&pool, |minute| if minute < 50 { 90 } else { 40 }).await;
    assert_eq!(since, Status::Proved, "since T0 it is above 60 %");
    assert_eq!(status, Status::Failed, "{reason}");
    assert!(reason.starts_with("in the last 25 % of the window"), "{reason}");
    assert_eq!(outcomes, [Outcome::Met, Outcome::NotMet { shown: true }]);
}

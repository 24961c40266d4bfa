//! Next steps that Gonogo does itself: checked every hour for as long as their days last, and told once where one begins to fail.

use crate::support::{App, Team, all_done, eventually, noon};
use chrono::{TimeDelta, Utc};
use domain::{
    event::{Event, Happening},
    hourly::HourlyEntry,
    run::RunId,
    verdict::Verdict,
};
use gonogo::api::follow_up::{FollowUpRow, HourlyPage};
use sqlx::PgPool;

/// "Check metrics hourly" on the first day, two windows.
const WATCHED: &str = include_str!("support/watched.md");

struct Day {
    team: Team,
    pool: PgPool,
    run: RunId,
}

impl Day {
    async fn new(pool: &PgPool) -> Self {
        let team = Team::new(pool).await;
        team.place.write("app.log", "all is well\n");
        team.place.write(".env", "CACHE=old\n");
        team.place.write(".env.backup", "CACHE=old\n");
        let run = team.run(WATCHED).await;
        team.devops.begin(run, "").await.answer::<()>();
        team.attest_phases(run).await;
        let pool = pool.clone();
        Self { team, pool, run }
    }

    /// So many minutes after T0, when whoever has something to do then has done it.
    async fn reach(&self, minutes: i64) {
        let at = noon() + TimeDelta::minutes(minutes);
        self.team.app.advance(at - self.team.app.state().clock.now());
        all_done(&self.pool, &["window", "hourly"], at).await;
    }

    async fn page(&self) -> HourlyPage {
        let run = self.run.0.to_string();
        let page: Option<HourlyPage> = self
            .team
            .qa
            .call("/api/follow_up/hourly", &[("run", &run)])
            .await
            .answer();
        page.unwrap()
    }

    /// Verdicts of the last hour, in the document's order.
    async fn verdicts(&self) -> Vec<Option<Verdict>> {
        self.page()
            .await
            .lines
            .into_iter()
            .map(|line| line.verdict)
            .collect()
    }

    async fn entries(&self) -> Vec<&'static str> {
        let run = self.run.0.to_string();
        let fields = [("run", run.as_str()), ("after", "0")];
        let log: Vec<Event> = self.team.qa.call("/api/evidence/log", &fields).await.answer();
        let entry = |event: Event| match event.what {
            Happening::Hourly(HourlyEntry::Failed { .. }) => Some("failed"),
            Happening::Hourly(HourlyEntry::Holds { .. }) => Some("holds"),
            _ => None,
        };
        log.into_iter().filter_map(entry).collect()
    }

    async fn told(&self) -> i64 {
        sqlx::query_scalar("select count(*) from task where work -> 'notice' ->> 'notice' = 'hourly_failed' and work ->> 'work' = 'notify'")
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    async fn state(&self) -> String {
        sqlx::query_scalar("select state from task where run_id = $1 and work ->> 'work' = 'hourly'")
            .bind(self.run.0)
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }
}

fn hour(page: &HourlyPage) -> (Option<i64>, Option<i64>) {
    let minutes = |at: Option<chrono::DateTime<Utc>>| at.map(|at| (at - noon()).num_minutes());
    (minutes(page.last), minutes(page.next))
}

const PASS: Option<Verdict> = Some(Verdict::Pass);
const FAIL: Option<Verdict> = Some(Verdict::Fail);

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_the_windows_look_at_is_asked_every_hour_and_told_once_for_each_stretch_that_fails(
    pool: PgPool,
) {
    let day = Day::new(&pool).await;
    day.reach(30).await;
    let page = day.page().await;
    assert_eq!(hour(&page), (None, Some(60)));
    let texts: Vec<&str> = page
        .lines
        .iter()
        .map(|line| line.text.split(':').next().unwrap())
        .collect();
    assert_eq!(
        texts,
        ["Still answers", "No errors"],
        "the same question is asked once"
    );
    day.reach(60).await;
    assert_eq!(
        (day.verdicts().await, hour(&day.page().await)),
        (vec![PASS, PASS], (Some(60), Some(120)))
    );
    day.team.place.health(503).await;
    day.reach(120).await;
    assert_eq!(day.verdicts().await, [FAIL, PASS]);
    assert_eq!((day.entries().await, day.told().await), (vec!["failed"], 1));
    let failing = day.page().await.lines[0].failing.clone().unwrap();
    assert_eq!((failing.slot - noon()).num_minutes(), 120);
    // It goes on to fail: nobody is told again, nothing is written down again.
    day.reach(180).await;
    assert_eq!((day.entries().await, day.told().await), (vec!["failed"], 1));
    day.team.place.health(200).await;
    day.reach(240).await;
    day.team.place.health(500).await;
    day.reach(300).await;
    assert_eq!(
        (day.entries().await, day.told().await),
        (vec!["failed", "holds", "failed"], 2)
    );
    let page = day.page().await;
    assert_eq!((page.checked, page.come), (5, 5));
    let html = day
        .team
        .qa
        .get(&format!("/runs/{}?tab=next", day.run.0))
        .await
        .text;
    assert!(
        html.contains("Gonogo checks this every hour: 5 of 5 hours checked"),
        "{html}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_checks_end_with_the_days_of_their_step_and_are_bounded_in_number(pool: PgPool) {
    let day = Day::new(&pool).await;
    for hour in 1..=24 {
        day.reach(hour * 60).await;
    }
    assert_eq!(day.state().await, "ended");
    day.reach(26 * 60).await;
    let samples: i64 = sqlx::query_scalar("select count(*) from sample where item like 'hourly/%'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(samples, 2 * 24);
    let evidence: i64 = sqlx::query_scalar("select count(*) from evidence where item like 'hourly/%'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(
        evidence, 2,
        "the first of each line, and no other where nothing changes"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn its_hours_are_counted_after_a_month_too_when_the_samples_of_its_windows_are_gone(pool: PgPool) {
    let day = Day::new(&pool).await;
    day.reach(60).await;
    day.reach(120).await;
    let closed = day.team.devops.close(day.run, true, "a rehearsal").await;
    closed.answer::<()>();
    day.reach(180).await;
    assert_eq!(day.page().await.checked, 3);
    day.team.app.advance(TimeDelta::days(31));
    let swept = gonogo::server::window::swept(day.team.app.state()).await.unwrap();
    assert!(swept > 0, "the samples of its windows go");
    day.team.qa.sign_in("quinn", &day.team.qa.password).await;
    assert_eq!(day.page().await.checked, 3);
    let kept = "select count(*) from sample where item like 'hourly/%'";
    let kept: i64 = sqlx::query_scalar(kept).fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 2 * 3, "whoever closed it as well goes on to look");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_hour_in_which_nobody_was_there_is_missed_and_a_panel_that_comes_within_it_is_not_too_late(
    pool: PgPool,
) {
    let day = Day::new(&pool).await;
    day.reach(60).await;
    let Day { team, run, .. } = day;
    // Two hours come without anybody; twenty minutes after the second somebody does.
    let clock = crate::support::clock_after(TimeDelta::minutes(200));
    let team = team
        .restarted(async |place| place.app_at(&pool, clock).await)
        .await;
    let day = Day { team, pool, run };
    day.reach(200).await;
    let page = day.page().await;
    assert_eq!(hour(&page), (Some(180), Some(240)));
    assert_eq!((page.checked, page.come), (2, 3), "the hour at 120 was missed");
    assert_eq!(day.verdicts().await, [PASS, PASS]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rollback_and_a_later_run_end_the_checks(pool: PgPool) {
    let day = Day::new(&pool).await;
    day.reach(60).await;
    let later = day.team.run(WATCHED).await;
    day.team.devops.begin(later, "").await.answer::<()>();
    day.reach(120).await;
    assert_eq!(day.state().await, "ended");
    let page = day.page().await;
    assert_eq!((hour(&page), page.by_run), ((Some(60), None), Some(later.0)));
    // The later one is rolled back after its own T0.
    let day = Day { run: later, ..day };
    day.team.attest_phases(later).await;
    let run = later.0.to_string();
    let fields = [
        ("run", run.as_str()),
        ("tier", "immediate-rollback"),
        ("reason", "it burns"),
        ("environment", "shop"),
        ("request_key", "00000000-0000-4000-8000-000000000001"),
    ];
    day.team
        .owner
        .call("/api/rollback/start", &fields)
        .await
        .answer::<()>();
    eventually("it is rolled back", async || {
        day.team.qa.page(later).await.run.is_closed().then_some(())
    })
    .await;
    day.reach(240).await;
    assert_eq!(day.state().await, "ended");
    assert_eq!(day.page().await.next, None);
    // Instead of the next steps there is a review of the rollback, within a week of its end.
    let rows: Vec<FollowUpRow> = day
        .team
        .qa
        .call("/api/follow_up/list", &[("run", &run)])
        .await
        .answer();
    let [review] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!(review.follow_up.id, domain::follow_up::REVIEW);
    let span = review.span.unwrap();
    let days = [span.from, span.to].map(|day| (day - noon().date_naive()).num_days());
    assert_eq!(days, [0, 6]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_ended_well_is_checked_on_until_another_begins(pool: PgPool) {
    let day = Day::new(&pool).await;
    day.reach(60).await;
    // Given up, but nothing else is there: it is what serves.
    day.team
        .devops
        .close(day.run, true, "signed on paper")
        .await
        .answer::<()>();
    day.reach(120).await;
    assert_eq!(hour(&day.page().await), (Some(120), Some(180)));
    let later = day.team.run(WATCHED).await;
    day.team.devops.begin(later, "").await.answer::<()>();
    day.reach(180).await;
    let page = day.page().await;
    assert_eq!((hour(&page), page.by_run), ((Some(120), None), Some(later.0)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_panels_ask_once(pool: PgPool) {
    let day = Day::new(&pool).await;
    let other: App = day
        .team
        .place
        .app_at(&pool, day.team.app.state().clock.clone())
        .await;
    day.team.place.health(503).await;
    day.reach(60).await;
    day.reach(120).await;
    assert_eq!((day.entries().await, day.told().await), (vec!["failed"], 1));
    assert_eq!(day.page().await.checked, 2);
    assert!(other.stop().await);
}

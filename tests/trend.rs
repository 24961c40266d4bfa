//! How the runs of a checklist in an environment have gone, one after the other.

use crate::support::{Member, Team};
use chrono::TimeDelta;
use domain::{
    Hash,
    event::Happening,
    form::Moment,
    measurement::{Figure, Found, Origin},
    metric::{Aggregation, Metric},
    outline::Outline,
    person::Author,
    quantity::Unit,
    run::RunId,
    trend::{Figures, Point, phases},
};
use sqlx::PgPool;

const DOCUMENT: &str = "# Ship it\n\n## Deployment\n\n### Phase 1: Switch (5 minutes)\n\n- [ ] It is on\n\n\
                        ### Phase 2: Look (10 minutes)\n\n- [ ] It was looked at\n\n## Sign-off\n\n\
                        | Role | Name | Date | Signature |\n|---|---|---|---|\n| QA | | | |\n";

impl Member {
    async fn trend(&self, run: RunId) -> Vec<Point> {
        let run = run.0.to_string();
        self.call("/api/trend/run", &[("run", &run)]).await.answer()
    }
}

/// A measurement after the deployment that found these values, and counts where it is valid.
async fn measured(pool: &PgPool, run: RunId, p95: f64, hit_rate: f64, invalid: Vec<String>) {
    let figure = |metric, aggregation, value, unit| Figure {
        metric,
        aggregation,
        value,
        unit,
        samples: 300,
        between: None,
    };
    let found = Found {
        figures: vec![
            figure(
                Metric::Latency,
                Aggregation::Percentile(95),
                p95,
                Unit::Milliseconds,
            ),
            figure(Metric::CacheHitRate, Aggregation::Ratio, hit_rate, Unit::Percent),
        ],
        invalid,
        ..Found::default()
    };
    let mut connection = pool.acquire().await.unwrap();
    let pinned = store::run::by_id(&mut connection, run).await.unwrap().unwrap();
    let now = pinned.run.started_at + TimeDelta::hours(1);
    store::run::append::<store::Error>(
        &mut connection,
        &Outline::from(&pinned.plan),
        run,
        &Author::Gonogo,
        now,
        |run| {
            let attempt = run.measurements.next();
            let moment = Moment::After;
            let evidence = Hash::of_bytes(&[0; 32]);
            Ok(vec![
                Happening::MeasurementStarted {
                    attempt,
                    moment,
                    origin: Origin::Load,
                },
                Happening::MeasurementEnded {
                    attempt,
                    found,
                    evidence,
                },
                Happening::MeasurementCounts {
                    attempt,
                    reason: None,
                },
            ])
        },
    )
    .await
    .unwrap();
}

fn numbers(points: &[Point]) -> Vec<i64> {
    points.iter().map(|point| point.run.0).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_trend_tells_what_was_measured_after_each_deployment_and_how_long_its_phases_took(pool: PgPool) {
    let team = Team::new(&pool).await;
    let first = team.run(DOCUMENT).await;
    team.devops.begin(first, "").await.answer::<()>();
    let page = team.qa.page(first).await;
    for (line, minutes) in page
        .outline
        .lines()
        .map(|(_, line)| line.id.0.clone())
        .zip([4, 12])
    {
        team.app.advance(TimeDelta::minutes(minutes));
        team.qa.attest(first, &line, "seen").await.answer::<()>();
    }
    measured(&pool, first, 41.5, 87.5, vec![]).await;
    measured(&pool, first, 1.0, 99.0, vec!["this machine was too busy".into()]).await;
    let points = team.owner.trend(first).await;
    assert_eq!(
        points[0].figures,
        Figures::default(),
        "what is invalid does not count"
    );
    measured(&pool, first, 42.5, 88.5, vec![]).await;
    let second = team.run(DOCUMENT).await;

    let points = team.owner.trend(second).await;
    assert_eq!(numbers(&points), [first.0, second.0]);
    assert_eq!(
        points[0].figures,
        Figures {
            p95: Some(42.5),
            hit_rate: Some(88.5)
        }
    );
    let all = phases(&points);
    let took: Vec<_> = all
        .iter()
        .map(|phase| (phase.title.as_str(), phase.seconds))
        .collect();
    assert_eq!(took, [("Switch", 240), ("Look", 720)]);
    assert_eq!(points[0].seconds(&all), Some(960));
    assert_eq!(
        (points[1].figures, points[1].seconds(&all)),
        (Figures::default(), None),
        "what has not happened yet is no zero"
    );
    assert_eq!(
        numbers(&team.owner.trend(first).await),
        [first.0],
        "later runs are not before it"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_trend_has_the_last_thirty_runs_of_every_revision_in_this_environment_only(pool: PgPool) {
    let team = Team::new(&pool).await;
    let revisions = [
        team.published(DOCUMENT).await,
        team.published(&DOCUMENT.replace("It is on", "It is really on"))
            .await,
    ];
    let other = team
        .published(&DOCUMENT.replace("# Ship it", "# Ship something else"))
        .await;
    let start = async |revision: i64, environment: &str| {
        RunId(team.devops.start(revision, environment, "v1").await.number())
    };
    let mut expected = Vec::new();
    for number in 0..32 {
        expected.push(start(revisions[number % 2], "shop").await.0);
        start(other, "shop").await;
        start(revisions[0], "shop-live").await;
    }
    let last = *expected.last().unwrap();
    assert_eq!(numbers(&team.owner.trend(RunId(last)).await), expected[2..]);
}

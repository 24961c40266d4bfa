//! The numbers of a run: measured by a real load, typed with a source, and judged.

use crate::support::{Look, Member, Place, Team, eventually};
use domain::{
    form::Moment,
    measurement::{Attempt, AttemptState, Source},
    metric::{Aggregation, Metric},
    objective::Outcome,
    run::RunId,
    status::Status,
};
use gonogo::api::measurement::BenchmarkPage;
use sqlx::PgPool;
use std::time::Duration;
use wiremock::{Mock, ResponseTemplate, matchers::any};

const DOCUMENT: &str = include_str!("support/benchmark.md");

/// A shop that may be put under a load of 100 requests a second for three seconds.
async fn shop(pool: &PgPool) -> Team {
    let place = Place::new().await;
    place.declare(|text| {
        format!(
            "{text}\n[load]\nrate = 100\nseconds = 3\nwarm_up_seconds = 0\nconcurrency = 50\n\
             endpoints = [{{ endpoint = \"backend\", path = \"/health\" }}]\n"
        )
    });
    let app = place.app_of_today(pool).await;
    Team::at(place, app).await
}

impl Place {
    /// From now on every page takes so long.
    async fn takes(&self, delay: Duration) {
        self.backend.reset().await;
        let answer = ResponseTemplate::new(200).set_delay(delay);
        Mock::given(any()).respond_with(answer).mount(&self.backend).await;
    }
}

impl Member {
    async fn measure(&self, run: RunId, moment: &str, key: u128) -> crate::support::Page {
        let (run, key) = (run.0.to_string(), uuid::Uuid::from_u128(key).to_string());
        let fields = [("run", run.as_str()), ("moment", moment), ("request_key", &key)];
        self.call("/api/measurement/start", &fields).await
    }

    async fn numbers(&self, run: RunId) -> BenchmarkPage {
        let run = run.0.to_string();
        self.call("/api/measurement/page", &[("run", &run)])
            .await
            .answer()
    }

    async fn fill(&self, run: RunId, blank: &str, value: &str, source: &str) -> crate::support::Page {
        let run = run.0.to_string();
        let fields = [
            ("run", run.as_str()),
            ("blank", blank),
            ("value", value),
            ("source", source),
        ];
        self.call("/api/run/fill_blank", &fields).await
    }
}

/// Measures until the machine was quiet enough for figures that count: every attempt is kept.
async fn measured(team: &Team, run: RunId, moment: &str, first_key: u128) -> Attempt {
    for key in first_key..first_key + 15 {
        team.devops.measure(run, moment, key).await.answer::<()>();
        let attempt = eventually("the measurement is over", async || {
            let attempts = team.qa.page(run).await.run.measurements.attempts;
            attempts
                .last()
                .filter(|last| last.state != AttemptState::Running)
                .cloned()
        })
        .await;
        if attempt.valid().is_some() {
            return attempt;
        }
    }
    panic!("this machine was never quiet enough")
}

/// The field of a form: its blank.
fn field(page: &BenchmarkPage, moment: Moment, label: &str) -> String {
    let mut forms = page.forms.iter().filter(|offer| offer.form.moment == moment);
    let form = &forms.next().unwrap().form;
    form.fields
        .iter()
        .find(|field| field.label == label)
        .unwrap()
        .id
        .0
        .clone()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_measured_before_and_after_fills_the_forms_and_settles_the_lines_that_it_shows(pool: PgPool) {
    let team = shop(&pool).await;
    let run = team.run(DOCUMENT).await;
    team.place.takes(Duration::from_millis(80)).await;
    let (status, words) = team.devops.measure(run, "after", 1).await.refusal();
    assert_eq!(
        (status, words.contains("before it has begun")),
        (422, true),
        "{words}"
    );

    let before = measured(&team, run, "before", 100).await;
    let p95 = before
        .valid()
        .unwrap()
        .figure(&Metric::Latency, Aggregation::Percentile(95))
        .unwrap();
    assert!(
        p95.samples == 300 && (80.0..200.0).contains(&p95.value),
        "{p95:?}"
    );
    let page = team.qa.numbers(run).await;
    let blanks = team.qa.page(run).await.run.blanks;
    let filled = blanks
        .get(&domain::blank::BlankId(field(&page, Moment::Before, "p95")))
        .unwrap();
    assert_eq!(
        filled.source,
        Some(Source::Measured {
            attempt: before.number
        })
    );
    let figure: f64 = filled.value.parse().unwrap();
    assert!((figure - p95.value).abs() < 0.006);

    team.devops.begin(run, "").await.answer::<()>();
    let (status, words) = team.devops.measure(run, "before", 2).await.refusal();
    assert_eq!(
        (status, words.contains("cannot be measured any more")),
        (422, true),
        "{words}"
    );
    team.place.takes(Duration::from_millis(5)).await;
    let after = measured(&team, run, "after", 200).await;
    let improved = &after.valid().unwrap().improvements;
    assert!(
        improved
            .iter()
            .all(|one| one.than == before.number && one.interval.low > 60.0),
        "{improved:?}"
    );

    let page = team.qa.numbers(run).await;
    let outcome = |text: &str| {
        page.objectives
            .iter()
            .find(|row| row.text.contains(text))
            .unwrap()
            .outcome
    };
    assert_eq!(outcome("API response time"), Outcome::Met);
    assert_eq!(outcome("API latency improved"), Outcome::Met);
    assert_eq!(
        outcome("Cache hit rate"),
        Outcome::NoData,
        "nothing counts hits here"
    );
    let computed = &page.computed[&domain::blank::BlankId(
        page.forms[1]
            .form
            .fields
            .iter()
            .find(|field| !field.is_typed())
            .unwrap()
            .id
            .0
            .clone(),
    )];
    assert!(computed.contains("% better"), "{computed}");
    let look = eventually("the lines are judged", async || {
        let look = team.qa.page(run).await;
        let proved = |line: &str| look.status(line) == Status::Proved;
        (proved("API response time") && proved("API latency improved")).then_some(look)
    })
    .await;
    assert_eq!(look.status("Cache hit rate"), Status::Open);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_typed_number_needs_a_source_and_one_in_seconds_is_challenged(pool: PgPool) {
    let team = shop(&pool).await;
    let run = team.run(DOCUMENT).await;
    let page = team.qa.numbers(run).await;
    let p95 = field(&page, Moment::Before, "p95");
    let (_, words) = team.qa.fill(run, &p95, "212", "").await.refusal();
    assert!(words.contains("where this value comes from"), "{words}");
    let (_, words) = team.qa.fill(run, &p95, "0.2 s", "the dashboard").await.refusal();
    assert!(words.contains("200 ms"), "{words}");
    team.qa
        .fill(run, &p95, "212,5", "the dashboard")
        .await
        .answer::<()>();
    let p50 = field(&page, Moment::Before, "p50");
    team.qa
        .fill(run, &p50, "300", "the dashboard")
        .await
        .answer::<()>();
    let page = team.qa.numbers(run).await;
    let trouble = &page.troubles[&domain::blank::BlankId(p95)];
    assert!(trouble.contains("a lower percentile is never above"), "{trouble}");
    // What somebody typed proves no line.
    assert!(page.objectives.iter().all(|row| row.outcome != Outcome::Met));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_measurement_that_is_stopped_is_kept_and_does_not_count_and_there_is_one_at_a_time(pool: PgPool) {
    let team = shop(&pool).await;
    let run = team.run(DOCUMENT).await;
    team.devops.measure(run, "before", 1).await.answer::<()>();
    team.devops.measure(run, "before", 1).await.answer::<()>();
    let (status, words) = team.devops.measure(run, "before", 2).await.refusal();
    assert_eq!(
        (status, words.contains("one measurement at a time")),
        (409, true),
        "{words}"
    );
    let id = run.0.to_string();
    let fields = [("run", id.as_str()), ("attempt", "1")];
    team.devops
        .call("/api/measurement/stop", &fields)
        .await
        .answer::<()>();
    let attempt = eventually("it ends", async || {
        let attempts = team.qa.page(run).await.run.measurements.attempts;
        assert_eq!(attempts.len(), 1);
        attempts
            .first()
            .filter(|one| one.state != AttemptState::Running)
            .cloned()
    })
    .await;
    assert_eq!(attempt.valid(), None);
    let run_now = team.qa.page(run).await.run;
    assert!(run_now.measurements.counting.is_empty() && run_now.blanks.is_empty());
    let fields = [
        ("run", id.as_str()),
        ("attempt", "1"),
        ("reason", "it looks right"),
    ];
    let (status, words) = team.qa.call("/api/measurement/choose", &fields).await.refusal();
    assert_eq!((status, words.contains("does not count")), (422, true), "{words}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_load_in_the_file_the_page_names_the_table_to_add(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(DOCUMENT).await;
    let page = team.qa.numbers(run).await;
    assert!(page.load.is_err_and(|why| why.contains("[load]")));
    let (status, words) = team.devops.measure(run, "before", 1).await.refusal();
    assert_eq!((status, words.contains("[load]")), (422, true), "{words}");
}

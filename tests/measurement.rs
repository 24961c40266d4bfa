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

impl Member {
    async fn begin_without(&self, run: RunId, reason: &str) -> crate::support::Page {
        let run = run.0.to_string();
        self.call("/api/run/begin", &[("run", &run), ("without_baseline", reason)])
            .await
    }

    async fn read(&self, run: RunId, moment: &str, key: u128) -> crate::support::Page {
        let (run, key) = (run.0.to_string(), uuid::Uuid::from_u128(key).to_string());
        let fields = [
            ("run", run.as_str()),
            ("moment", moment),
            ("origin", "prometheus"),
            ("request_key", &key),
        ];
        self.call("/api/measurement/start", &fields).await
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn beginning_without_numbers_from_before_needs_a_reason_that_is_recorded(pool: PgPool) {
    let team = shop(&pool).await;
    let run = team.run(DOCUMENT).await;
    let page = team.qa.get(&format!("/runs/{}", run.0)).await.text;
    assert!(
        page.contains("No baseline") && page.contains("?tab=benchmark"),
        "{page}"
    );
    for reason in ["", " "] {
        let (status, words) = team.devops.begin_without(run, reason).await.refusal();
        assert_eq!(
            (
                status,
                words.contains("No measurement before the deployment counts"),
                words.contains("p95")
            ),
            (422, true, true),
            "{words}"
        );
    }
    team.devops
        .begin_without(run, "there is no traffic yet")
        .await
        .answer::<()>();
    let now = team.qa.page(run).await.run;
    let forgone = now.without_baseline.as_ref().unwrap();
    assert_eq!(
        (forgone.by.name(), forgone.reason.as_str()),
        ("otto", "there is no traffic yet")
    );
    assert!(now.is_live());
    let page = team.qa.get(&format!("/runs/{}", run.0)).await.text;
    assert!(
        page.contains("otto went on without: “there is no traffic yet”."),
        "{page}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_phase_of_a_run_that_began_before_anybody_was_asked_asks_then(pool: PgPool) {
    let team = shop(&pool).await;
    let run = team.run(DOCUMENT).await;
    team.devops.begin_without(run, "known").await.answer::<()>();
    // As an older Gonogo left it.
    sqlx::query("update run set fold = fold - 'without_baseline' where id = $1")
        .bind(run.0)
        .execute(&pool)
        .await
        .unwrap();
    let page = team.qa.page(run).await;
    let (section, _) = page.outline.line(&page.line("The switch is on").id).unwrap();
    let (id, key) = (run.0.to_string(), uuid::Uuid::from_u128(7).to_string());
    let mut fields = vec![
        ("run", id.as_str()),
        ("section", section.id.0.as_str()),
        ("request_key", &key),
    ];
    let (status, words) = team.devops.call("/api/phase/start", &fields).await.refusal();
    assert_eq!(
        (status, words.contains("say why it goes on without")),
        (422, true),
        "{words}"
    );
    fields.push(("without_baseline", "nothing to compare with"));
    team.devops.call("/api/phase/start", &fields).await.answer::<()>();
    let forgone = team.qa.page(run).await.run.without_baseline.unwrap();
    assert_eq!(forgone.reason, "nothing to compare with");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_was_typed_chosen_and_computed_stands_in_the_exported_document_and_no_other_byte_changes(
    pool: PgPool,
) {
    let team = Team::new(&pool).await;
    let reference = include_str!("../checklists/performance-optimization.md");
    let run = team.run(reference).await;
    let page = team.qa.numbers(run).await;
    let said = |moment, label: &str| field(&page, moment, label);
    for (moment, label, value) in [
        (Moment::Before, "p50", "100"),
        (Moment::Before, "p95", "212,5"),
        (Moment::Before, "N+1 detected", "yes"),
    ] {
        let source = if label.starts_with('p') {
            "the dashboard"
        } else {
            ""
        };
        team.qa
            .fill(run, &said(moment, label), value, source)
            .await
            .answer::<()>();
    }
    team.devops
        .begin_without(run, "typed from the dashboard")
        .await
        .answer::<()>();
    for (label, value) in [("p50", "40"), ("p95", "250")] {
        let blank = said(Moment::After, label);
        team.qa
            .fill(run, &blank, value, "the dashboard")
            .await
            .answer::<()>();
    }
    let text = team.qa.get(&format!("/runs/{}/export.md", run.0)).await.text;
    let expected = reference
        .replace("  p50: _____ ms\n", "  p50: 100 ms\n")
        .replace("  p95: _____ ms\n", "  p95: 212.5 ms\n")
        .replace("  N+1 detected: Yes / No\n", "  N+1 detected: **Yes** / No\n")
        .replace(
            "  p50: _____ ms (improvement: ___%)",
            "  p50: 40 ms (improvement: 60%)",
        )
        .replace(
            "  p95: _____ ms (improvement: ___%)",
            "  p95: 250 ms (improvement: -17.6%)",
        );
    assert_eq!(text, expected);
    // Taken back, the document is as it was there.
    team.qa
        .fill(run, &said(Moment::After, "p50"), "", "")
        .await
        .answer::<()>();
    let text = team.qa.get(&format!("/runs/{}/export.md", run.0)).await.text;
    assert!(text.contains("  p50: _____ ms (improvement: ___%)"), "{text}");
}

/// Answers as a Prometheus does whose histogram has 2,000 requests, 96 % of them in the bucket between these bounds.
async fn prometheus(server: &wiremock::MockServer, low: f64, high: f64) {
    server.reset().await;
    let answer = move |request: &wiremock::Request| {
        let mut pairs = request.url.query_pairs();
        let query = pairs.find(|(key, _)| key == "query").unwrap().1.into_owned();
        assert!(query.contains("http_request_duration_seconds_"), "{query}");
        assert!(query.contains("{job=\"shop\"}[5m]"), "{query}");
        let value = |labels: serde_json::Value, value: String| serde_json::json!({ "metric": labels, "value": [0.0, value] });
        let bucket = |le: String, count: u32| value(serde_json::json!({ "le": le }), count.to_string());
        let result = if query.starts_with("sum by (le)") {
            vec![
                bucket(low.to_string(), 20),
                bucket(high.to_string(), 1999),
                bucket("+Inf".to_owned(), 2000),
            ]
        } else {
            vec![value(serde_json::json!({}), ((low + high) / 2.0).to_string())]
        };
        let data = serde_json::json!({ "resultType": "vector", "result": result });
        ResponseTemplate::new(200).set_body_json(serde_json::json!({ "status": "success", "data": data }))
    };
    Mock::given(wiremock::matchers::path("/api/v1/query"))
        .respond_with(answer)
        .mount(server)
        .await;
}

/// The tables that name its histogram.
fn latencies_of(server: &wiremock::MockServer) -> String {
    format!(
        "\n[[endpoints]]\nname = \"prometheus\"\nurl = \"{}\"\n\n[latency]\nhistogram = \"http_request_duration_seconds\"\n\
         labels = {{ job = \"shop\" }}\n",
        server.uri()
    )
}

/// The table of a load of 100 requests.
fn a_second_of_load(path: &str) -> String {
    format!(
        "\n[load]\nrate = 100\nseconds = 1\nwarm_up_seconds = 0\nconcurrency = 50\n\
         endpoints = [{{ endpoint = \"backend\", path = \"{path}\" }}]\n"
    )
}

async fn attempt(team: &Team, run: RunId, number: u32) -> Attempt {
    eventually("the measurement is over", async || {
        let measurements = team.qa.page(run).await.run.measurements;
        let attempt = measurements.attempt(number)?.clone();
        (attempt.state != AttemptState::Running).then_some(attempt)
    })
    .await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn percentiles_are_read_from_prometheus_over_a_window_that_holds_one_version_only(pool: PgPool) {
    let place = Place::new().await;
    let server = wiremock::MockServer::start().await;
    place.declare(|text| text + &latencies_of(&server));
    let app = place.app(&pool).await;
    let team = Team::at(place, app).await;
    let run = team.run(DOCUMENT).await;
    assert!(
        team.qa
            .numbers(run)
            .await
            .latency
            .is_some_and(|words| words.contains("the last 5 min"))
    );
    prometheus(&server, 1.0, 2.5).await;
    team.devops.read(run, "before", 1).await.answer::<()>();
    let before = attempt(&team, run, 1).await;
    let found = before.valid().unwrap();
    let p95 = found
        .figure(&Metric::Latency, Aggregation::Percentile(95))
        .unwrap();
    assert_eq!((p95.value, p95.samples), (1750.0, 2000));
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.contains("above 1000 ms and at most 2500 ms")),
        "{found:?}"
    );
    team.devops.begin(run, "").await.answer::<()>();

    let (_, words) = team.devops.read(run, "after", 2).await.refusal();
    assert!(words.contains("set T0"), "{words}");
    let id = run.0.to_string();
    let fields = [("run", id.as_str()), ("reason", "seen")];
    team.devops.call("/api/run/t0", &fields).await.answer::<()>();
    let (_, words) = team.devops.read(run, "after", 3).await.refusal();
    assert!(words.contains("would hold requests from before T0"), "{words}");
    team.app.advance(chrono::TimeDelta::minutes(5));
    prometheus(&server, 0.05, 0.1).await;
    team.devops.read(run, "after", 4).await.answer::<()>();
    let after = attempt(&team, run, 2).await;
    let improved = &after.valid().unwrap().improvements;
    let p95 = improved
        .iter()
        .find(|one| one.aggregation == Aggregation::Percentile(95))
        .unwrap();
    // From above 1,000 ms to at most 100 ms.
    assert_eq!((p95.than, p95.interval.low, p95.interval.bounds), (1, 90.0, true));
    let page = team.qa.numbers(run).await;
    let row = |text: &str| {
        page.objectives
            .iter()
            .find(|row| row.text.contains(text))
            .unwrap()
    };
    let target = row("API response time");
    assert_eq!(target.outcome, Outcome::Met, "{target:?}");
    assert!(target.reason.contains("at most 100 ms"), "{}", target.reason);
    let improved = row("API latency improved");
    assert_eq!(improved.outcome, Outcome::Met, "{improved:?}");
    assert!(
        improved.reason.contains("bounds of buckets"),
        "{}",
        improved.reason
    );
    assert!(page.gate.contains("1 has no data"), "{}", page.gate);
    let linked = &improved.linked;
    assert!(
        linked
            .iter()
            .flat_map(|linked| &linked.places)
            .any(|place| place.href.contains("?item=")),
        "{linked:?}"
    );

    // A bucket that holds the bound cannot tell.
    prometheus(&server, 0.1, 0.5).await;
    team.devops.read(run, "after", 5).await.answer::<()>();
    attempt(&team, run, 3).await;
    let page = team.qa.numbers(run).await;
    let target = page
        .objectives
        .iter()
        .find(|row| row.text.contains("API response time"))
        .unwrap();
    assert_eq!(target.outcome, Outcome::NoData, "{target:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_load_and_a_reading_are_unlike_and_show_no_improvement(pool: PgPool) {
    let place = Place::new().await;
    let server = wiremock::MockServer::start().await;
    place.declare(|text| {
        text.to_owned() + &latencies_of(&server) + &a_second_of_load("/health?password=hunter22hunter")
    });
    let app = place.app_of_today(&pool).await;
    let team = Team::at(place, app).await;
    let run = team.run(DOCUMENT).await;
    team.place.takes(Duration::from_millis(1)).await;
    let load = team.qa.numbers(run).await.load.unwrap();
    assert!(load.contains("/health") && !load.contains("hunter22"), "{load}");
    prometheus(&server, 1.0, 2.5).await;
    team.devops.read(run, "before", 1).await.answer::<()>();
    attempt(&team, run, 1).await;
    team.devops.begin(run, "").await.answer::<()>();
    team.devops.measure(run, "after", 200).await.answer::<()>();
    // Whether the machine was quiet enough for its figures is another question.
    let AttemptState::Ended { found, .. } = attempt(&team, run, 2).await.state else {
        panic!("it measured nothing")
    };
    assert!(
        found
            .figures
            .iter()
            .any(|figure| figure.metric == Metric::Latency)
    );
    assert_eq!(found.improvements, []);
    let unlike =
        |note: &String| note.contains("unlike conditions") && note.contains("no improvement is shown");
    assert!(found.notes.iter().any(unlike), "{:?}", found.notes);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn latencies_of_prometheus_count_and_what_a_load_counted_beside_them_goes_on_to(pool: PgPool) {
    let place = Place::new().await;
    let server = wiremock::MockServer::start().await;
    place.declare(|text| text + &latencies_of(&server) + &a_second_of_load("/health"));
    let app = place.app_of_today(&pool).await;
    let team = Team::at(place, app).await;
    let run = team.run(DOCUMENT).await;
    team.place.takes(Duration::from_millis(20)).await;
    let load = measured(&team, run, "before", 100).await;
    prometheus(&server, 1.0, 2.5).await;
    team.devops.read(run, "before", 1).await.answer::<()>();
    let read = attempt(&team, run, load.number + 1).await;
    let now = team.qa.page(run).await.run;
    let from = |metric: &Metric, aggregation| {
        let (attempt, figure) = now
            .measurements
            .figure(Moment::Before, metric, aggregation)
            .unwrap();
        (attempt.number, figure.value)
    };
    assert_eq!(
        from(&Metric::Latency, Aggregation::Percentile(95)),
        (read.number, 1750.0)
    );
    assert_eq!(from(&Metric::ErrorRate, Aggregation::Ratio), (load.number, 0.0));
    let page = team.qa.numbers(run).await;
    let p95 = domain::blank::BlankId(field(&page, Moment::Before, "p95"));
    assert_eq!(now.blanks[&p95].value, "1750");
    let page = team.qa.get(&format!("/runs/{}?tab=benchmark", run.0)).await.text;
    assert!(page.contains("counts beside"), "{page}");

    // A load asks for everything, and then counts alone.
    let again = measured(&team, run, "before", 300).await;
    let now = team.qa.page(run).await.run;
    let latency = now
        .measurements
        .figure(Moment::Before, &Metric::Latency, Aggregation::Unsaid);
    assert_eq!(latency.unwrap().0.number, again.number);
    assert!(now.measurements.beside.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_was_measured_and_counts_no_more_proves_nothing_any_more(pool: PgPool) {
    let place = Place::new().await;
    let server = wiremock::MockServer::start().await;
    place.declare(|text| text + &latencies_of(&server));
    let app = place.app(&pool).await;
    let team = Team::at(place, app).await;
    let run = team.run(DOCUMENT).await;
    prometheus(&server, 1.0, 2.5).await;
    team.devops.read(run, "before", 1).await.answer::<()>();
    attempt(&team, run, 1).await;
    team.devops.begin(run, "").await.answer::<()>();
    let id = run.0.to_string();
    let fields = [("run", id.as_str()), ("reason", "seen")];
    team.devops.call("/api/run/t0", &fields).await.answer::<()>();
    team.app.advance(chrono::TimeDelta::minutes(5));
    prometheus(&server, 0.05, 0.1).await;
    team.devops.read(run, "after", 2).await.answer::<()>();
    attempt(&team, run, 2).await;
    for line in ["API response time", "API latency improved"] {
        eventually("the line is judged", async || {
            (team.qa.page(run).await.status(line) == Status::Proved).then_some(())
        })
        .await;
    }
    // T0 is now, in truth: what was read of the time before it is not of the new version.
    team.devops.call("/api/run/t0", &fields).await.answer::<()>();
    let look = team.qa.page(run).await;
    for line in ["API response time", "API latency improved"] {
        assert_eq!(look.status(line), Status::NoData, "{line}");
    }
    let page = team.qa.numbers(run).await;
    assert!(page.objectives.iter().all(|row| row.outcome != Outcome::Met));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_that_asks_for_another_load_than_before_the_deployment_measures_nothing(pool: PgPool) {
    let team = shop(&pool).await;
    let run = team.run(DOCUMENT).await;
    team.place.takes(Duration::from_millis(80)).await;
    let before = measured(&team, run, "before", 100).await;
    team.devops.begin(run, "").await.answer::<()>();
    let team = team
        .restarted(async |place| {
            place.declare(|text| text.replace("rate = 100", "rate = 120"));
            place.app_of_today(&pool).await
        })
        .await;
    team.devops.measure(run, "after", 2).await.answer::<()>();
    let AttemptState::Failed { why, .. } = attempt(&team, run, before.number + 1).await.state else {
        panic!("what was measured is not alike")
    };
    assert!(
        why.contains("file has changed since this run was started"),
        "{why}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_said_of_a_wrong_load_holds_no_secret_of_its_path(pool: PgPool) {
    let place = Place::new().await;
    place.declare(|text| {
        format!(
            "{text}\n[load]\nrate = 100\nseconds = 1\n\
             endpoints = [{{ endpoint = \"backend\", path = \"/a page?password=hunter22hunter\" }}]\n"
        )
    });
    let app = place.app(&pool).await;
    let team = Team::at(place, app).await;
    let page = team.devops.get("/environments").await.text;
    assert!(
        page.contains("is no path") && !page.contains("hunter22"),
        "{page}"
    );
}

//! Percentiles read from a server that answers as Prometheus does.

use crate::support::{context, endpoint, environment, open};
use chrono::{DateTime, Utc};
use domain::environment::Latency;
use domain::metric::{Aggregation, Metric};
use domain::objective::Between;
use probe::latency::{Quantiles, improvement};
use probe::{CancellationToken, Prober, Site};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// What a Prometheus has of one histogram in a window: cumulative counts of the buckets, and its own quantiles.
#[derive(Clone)]
struct Said {
    buckets: Vec<(&'static str, &'static str)>,
    quantiles: [&'static str; 3],
    mean: &'static str,
}

fn busy() -> Said {
    Said {
        buckets: vec![
            ("0.1", "1200"),
            ("0.25", "1935"),
            ("0.5", "1990.5"),
            ("+Inf", "2000.4"),
        ],
        quantiles: ["0.083", "0.2431", "0.421"],
        mean: "0.0912",
    }
}

fn latency() -> Latency {
    Latency {
        histogram: "http_request_duration_seconds".to_owned(),
        labels: [("job".to_owned(), "back\"end".to_owned())].into(),
        window_minutes: 5,
        endpoint: "prometheus".to_owned(),
    }
}

fn until() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
}

/// Answers by the expression that it is asked for; what it does not know has no value.
fn answer(said: &Said, request: &Request) -> Value {
    let query = request.url.query_pairs();
    let of = |name: &str| {
        let mut pairs = query;
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .expect("it is asked for")
    };
    assert_eq!(of("time"), "1800000000");
    let expression = of("query");
    let series = |suffix: &str| format!("http_request_duration_seconds_{suffix}{{job=\"back\\\"end\"}}[5m]");
    let value = |value: &str| json!([{ "metric": {}, "value": [1_800_000_000.0, value] }]);
    let quantile = |at: usize, quantile: &str| {
        let wanted = format!(
            "histogram_quantile({quantile}, sum by (le) (rate({})))",
            series("bucket")
        );
        (expression == wanted).then(|| value(said.quantiles[at]))
    };
    let result = if expression == format!("sum by (le) (increase({}))", series("bucket")) {
        let bucket =
            |(le, count): &(&str, &str)| json!({ "metric": { "le": le }, "value": [1_800_000_000.0, count] });
        said.buckets.iter().map(bucket).collect()
    } else if expression
        == format!(
            "sum(increase({})) / sum(increase({}))",
            series("sum"),
            series("count")
        )
    {
        value(said.mean)
    } else {
        let quantiles = [quantile(0, "0.5"), quantile(1, "0.95"), quantile(2, "0.99")];
        quantiles
            .into_iter()
            .flatten()
            .next()
            .unwrap_or_else(|| json!([]))
    };
    json!({ "status": "success", "data": { "resultType": "vector", "result": result } })
}

async fn site(said: Said) -> (MockServer, Site) {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/api/v1/query"))
        .respond_with(move |request: &Request| {
            ResponseTemplate::new(200).set_body_json(answer(&said, request))
        })
        .mount(&server)
        .await;
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint("prometheus", &server.uri(), &[])];
    (server, open(environment))
}

async fn read(said: Said) -> Result<Quantiles, String> {
    let (_server, site) = site(said).await;
    let prober = Prober::new(context());
    let read = prober
        .quantiles(&latency(), until(), &site, CancellationToken::new())
        .await;
    // What is stored is what comes back.
    read.map(|read| {
        let stored = serde_json::to_string(&read).expect("JSON");
        serde_json::from_str(&stored).expect("the same")
    })
}

fn figure(read: &Quantiles, aggregation: Aggregation) -> Option<(f64, Option<Between>, u64)> {
    let mut figures = read.figures.iter();
    let found = figures.find(|figure| figure.metric == Metric::Latency && figure.aggregation == aggregation);
    let rounded = |value: f64| (value * 1e6).round() / 1e6;
    found.map(|figure| (rounded(figure.value), figure.between, figure.samples))
}

#[tokio::test]
async fn each_percentile_comes_with_the_bounds_of_its_bucket_and_the_requests_it_stands_on() {
    let read = read(busy()).await.expect("figures");
    let between = |low, high| Some(Between { low, high });
    assert_eq!(
        figure(&read, Aggregation::Percentile(50)),
        Some((83.0, between(0.0, 100.0), 2000))
    );
    assert_eq!(
        figure(&read, Aggregation::Percentile(95)),
        Some((243.1, between(100.0, 250.0), 2000))
    );
    assert_eq!(
        figure(&read, Aggregation::Percentile(99)),
        Some((421.0, between(250.0, 500.0), 2000))
    );
    assert_eq!(figure(&read, Aggregation::Mean), Some((91.2, None, 2000)));
    assert!(
        read.notes
            .iter()
            .any(|note| note == "p95 is about 243.1 ms: its bucket says above 100 ms and at most 250 ms"),
        "{:?}",
        read.notes
    );
    assert_eq!((read.requests, read.buckets[3]), (2000.4, (None, 2000.4)));
}

#[rstest]
#[case::too_few(Said { buckets: vec![("0.1", "149"), ("+Inf", "150.9")], quantiles: ["0.08", "0.09", "0.09"], ..busy() }, 95, "150 requests, 200 are needed")]
#[case::nan(Said { quantiles: ["0.08", "NaN", "0.42"], ..busy() }, 95, "NaN")]
#[case::beyond_the_last_bucket(Said { buckets: vec![("0.1", "1200"), ("+Inf", "2000")], ..busy() }, 95, "above 100 ms, the bound of the last bucket")]
#[case::another_number_than_its_buckets(Said { quantiles: ["0.08", "0.9", "0.42"], ..busy() }, 95, "its buckets say above 100 ms")]
#[case::infinite(Said { quantiles: ["0.08", "+Inf", "0.42"], ..busy() }, 95, "which is no latency")]
#[tokio::test]
async fn what_prometheus_cannot_tell_is_no_figure(
    #[case] said: Said,
    #[case] percent: u8,
    #[case] why: &str,
) {
    let read = read(said).await.expect("other figures");
    assert_eq!(figure(&read, Aggregation::Percentile(percent)), None);
    let noted = |note: &String| note.starts_with(&format!("no p{percent}: ")) && note.contains(why);
    assert!(read.notes.iter().any(noted), "{:?}", read.notes);
}

#[rstest]
#[case::nothing_scraped(Said { buckets: vec![], ..busy() }, "has no bucket of http_request_duration_seconds")]
#[case::idle(Said { buckets: vec![("0.1", "0"), ("+Inf", "0")], ..busy() }, "counted no request in the last 5 min")]
#[case::all_nan(Said { buckets: vec![("0.1", "NaN"), ("+Inf", "NaN")], ..busy() }, "no bound, or no count")]
#[tokio::test]
async fn without_requests_there_is_nothing_at_all(#[case] said: Said, #[case] why: &str) {
    let read = read(said).await;
    assert!(read.as_ref().is_err_and(|said| said.contains(why)), "{read:?}");
}

#[tokio::test]
async fn buckets_that_do_not_add_up_and_a_server_that_errs_are_no_data() {
    let odd = Said {
        buckets: vec![("0.1", "1200"), ("0.25", "900"), ("+Inf", "2000")],
        ..busy()
    };
    let read = read(odd).await.expect("an average");
    assert!(
        read.notes
            .iter()
            .filter(|note| note.contains("do not add up"))
            .count()
            == 3,
        "{:?}",
        read.notes
    );

    let (server, site) = site(busy()).await;
    server.reset().await;
    let refused = json!({ "status": "error", "errorType": "bad_data", "error": "password=hunter22hunter" });
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(refused))
        .mount(&server)
        .await;
    let prober = Prober::new(context());
    let said = prober
        .quantiles(&latency(), until(), &site, CancellationToken::new())
        .await;
    let said = said.expect_err("it says no");
    assert!(
        said.contains("Prometheus says") && !said.contains("hunter22"),
        "{said}"
    );
}

#[rstest]
#[case("http_request_duration", 5, "prometheus", "says no unit")]
#[case("up_seconds{}", 5, "prometheus", "is no name of a metric")]
#[case("up_seconds", 0, "prometheus", "from 1 to 1440")]
#[case(
    "up_seconds",
    5,
    "elsewhere",
    "elsewhere is no name of one of the [[endpoints]]"
)]
#[tokio::test]
async fn nothing_is_dialled_for_a_table_that_is_wrong(
    #[case] histogram: &str,
    #[case] window_minutes: u32,
    #[case] endpoint: &str,
    #[case] why: &str,
) {
    let (server, site) = site(busy()).await;
    let latency = Latency {
        histogram: histogram.to_owned(),
        window_minutes,
        endpoint: endpoint.to_owned(),
        ..latency()
    };
    let prober = Prober::new(context());
    let said = prober
        .quantiles(&latency, until(), &site, CancellationToken::new())
        .await;
    assert!(said.as_ref().is_err_and(|said| said.contains(why)), "{said:?}");
    assert_eq!(server.received_requests().await.map(|all| all.len()), Some(0));
}

#[rstest]
// From above 500 to at most 250: half at the worst.
#[case((500.0, 1000.0), (100.0, 250.0), Some((50.0, 90.0)))]
// The same bucket: anything between worse and better.
#[case((100.0, 250.0), (100.0, 250.0), Some((-150.0, 60.0)))]
#[case((0.0, 100.0), (0.0, 100.0), None)]
fn an_improvement_of_buckets_is_what_they_leave_at_the_worst_and_at_the_best(
    #[case] before: (f64, f64),
    #[case] after: (f64, f64),
    #[case] expected: Option<(f64, f64)>,
) {
    let between = |(low, high)| Between { low, high };
    assert_eq!(improvement(between(before), between(after)), expected);
}

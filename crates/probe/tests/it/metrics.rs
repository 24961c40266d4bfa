//! Prometheus and pages of metrics.

use crate::support::{assert_said, endpoint, environment, open, probe, server};
use chrono::{DateTime, TimeDelta, Utc};
use domain::probe::{
    MetricProbe, MetricQuestion, ProbeSpec, PrometheusProbe, PrometheusQuestion, RangeQuery, TextRule,
};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use domain::verdict::Verdict;
use probe::Site;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wiremock::matchers::{path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn site_at(url: &str) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint("prometheus", url, &["localhost:9090", "localhost:8000"])];
    Site {
        deadline: Duration::from_secs(1),
        ..open(environment)
    }
}

fn targets(job: Option<&str>) -> ProbeSpec {
    ProbeSpec::Prometheus(PrometheusProbe {
        url: Some("http://localhost:9090".to_owned()),
        question: PrometheusQuestion::Targets {
            job: job.map(str::to_owned),
        },
    })
}

fn query(expr: &str, rule: TextRule) -> ProbeSpec {
    ProbeSpec::Prometheus(PrometheusProbe {
        url: None,
        question: PrometheusQuestion::Query {
            expr: expr.to_owned(),
            rules: vec![rule],
        },
    })
}

fn present(name: &str) -> ProbeSpec {
    ProbeSpec::Metric(MetricProbe {
        url: "http://localhost:8000/metrics".to_owned(),
        question: MetricQuestion::Present {
            name: name.to_owned(),
        },
    })
}

fn number(comparison: Comparison, value: f64, unit: Unit) -> TextRule {
    TextRule::Number(Bound {
        comparison,
        quantity: Quantity { value, unit },
    })
}

async fn answering(at: &str, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path(at)).respond_with(answer).mount(&server).await;
    server
}

#[expect(
    clippy::disallowed_methods,
    reason = "the ages of targets are compared with the prober's own clock"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn ago(seconds: i64) -> String {
    (now() - TimeDelta::seconds(seconds)).to_rfc3339()
}

fn target(job: &str, health: &str, error: &str, scraped: &str) -> Value {
    json!({"labels": {"job": job, "instance": format!("{job}:8000")}, "health": health, "lastError": error, "lastScrape": scraped,
        "scrapeUrl": "http://x/metrics", "lastScrapeDuration": 0.002})
}

async fn with_targets(active: &[Value]) -> MockServer {
    let body = json!({"status": "success", "data": {"activeTargets": active, "droppedTargets": []}});
    answering("/api/v1/targets", ResponseTemplate::new(200).set_body_json(body)).await
}

#[tokio::test]
async fn every_active_target_must_be_up_and_the_last_error_is_said() {
    let up = target("backend", "up", "", &ago(2));
    let down = target("worker", "down", "connection refused", &ago(3));
    let server = with_targets(&[up.clone(), down]).await;
    let site = site_at(&server.uri());
    assert_said(
        &probe(&targets(None), &site).await,
        Verdict::Fail,
        "worker worker:8000 is down, scraped 3 s ago: “connection refused”",
    );
    assert_said(
        &probe(&targets(Some("backend")), &site).await,
        Verdict::Pass,
        "backend backend:8000 is up, scraped 2 s ago",
    );
    assert_said(
        &probe(&targets(Some("other")), &site).await,
        Verdict::NoData,
        "no active target of the job other",
    );
    let cases = [
        (vec![], "Prometheus has no active target"),
        (
            vec![target("new", "unknown", "", "0001-01-01T00:00:00Z")],
            "new new:8000 is not known to be up, never scraped",
        ),
        (
            vec![up, target("old", "up", "", &ago(4000))],
            "old old:8000 was up, but scraped 4000 s ago",
        ),
    ];
    for (active, words) in cases {
        let server = with_targets(&active).await;
        assert_said(
            &probe(&targets(None), &site_at(&server.uri())).await,
            Verdict::NoData,
            words,
        );
    }
}

#[tokio::test]
async fn every_value_of_a_query_must_hold_and_none_is_no_data() {
    let server = MockServer::start().await;
    let answers = |expr: &'static str, data: Value| {
        let body = json!({"status": "success", "data": data});
        Mock::given(path("/api/v1/query"))
            .and(query_param("query", expr))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&server)
    };
    let vector = |values: &[(&str, &str)]| {
        let series: Vec<Value> = values
            .iter()
            .map(|(job, value)| json!({"metric": {"job": job}, "value": [1_795_520_328.164, value]}))
            .collect();
        json!({"resultType": "vector", "result": series})
    };
    answers("up{job=~\".+\"}", vector(&[("a", "1"), ("b", "0")])).await;
    answers("none", vector(&[])).await;
    answers("nan", vector(&[("a", "NaN")])).await;
    answers("p95", vector(&[("a", "0.183")])).await;
    answers(
        "scalar(1)",
        json!({"resultType": "scalar", "result": [1_795_520_328.0, "1"]}),
    )
    .await;
    answers("up[5m]", json!({"resultType": "matrix", "result": []})).await;
    let site = site_at(&server.uri());
    let one = || number(Comparison::Equal, 1.0, Unit::Count);
    assert_said(
        &probe(&query("up{job=~\".+\"}", one()), &site).await,
        Verdict::Fail,
        "{job=b} 0, must be = 1",
    );
    assert_said(
        &probe(&query("scalar(1)", one()), &site).await,
        Verdict::Pass,
        "1",
    );
    assert_said(
        &probe(&query("none", one()), &site).await,
        Verdict::NoData,
        "gives no value",
    );
    assert_said(
        &probe(&query("nan", one()), &site).await,
        Verdict::NoData,
        "{job=a} NaN",
    );
    assert_said(
        &probe(&query("up[5m]", one()), &site).await,
        Verdict::Error,
        "gives a range",
    );
    let quick = |limit| query("p95", number(Comparison::Below, limit, Unit::Milliseconds));
    assert_said(
        &probe(&quick(200.0), &site).await,
        Verdict::Pass,
        "{job=a} 0.183s (183 ms)",
    );
    assert_said(
        &probe(&quick(100.0), &site).await,
        Verdict::Fail,
        "0.183s (183 ms), must be < 100 ms",
    );
}

#[tokio::test]
async fn what_is_no_prometheus_or_refuses_the_question_is_an_error() {
    let refused = json!({"status": "error", "errorType": "bad_data", "error": "parse error"});
    let odd = [
        (
            ResponseTemplate::new(400).set_body_json(refused.clone()),
            "answered 400 Bad Request",
        ),
        (
            ResponseTemplate::new(200).set_body_json(refused),
            "Prometheus says: “parse error”",
        ),
        (
            ResponseTemplate::new(200).set_body_string("<html>Sign in"),
            "is no Prometheus",
        ),
        (
            ResponseTemplate::new(200).set_body_string("[".repeat(500_000)),
            "is no Prometheus",
        ),
        (
            ResponseTemplate::new(200).set_body_string("x".repeat(2_000_000)),
            "longer than 1 MB",
        ),
        (
            ResponseTemplate::new(200).set_delay(Duration::from_secs(60)),
            "no first byte within 1 s",
        ),
    ];
    for (answer, why) in odd {
        let server = answering("/api/v1/targets", answer).await;
        assert_said(
            &probe(&targets(None), &site_at(&server.uri())).await,
            Verdict::Error,
            why,
        );
    }
    assert_said(
        &probe(&targets(None), &open(environment(&std::env::temp_dir()))).await,
        Verdict::Error,
        "add `replaces = [\"localhost:9090\"]`",
    );
}

#[tokio::test]
async fn a_metric_is_there_by_its_samples_with_the_value_in_the_reason() {
    let page = "# HELP cache_hits_total Hits\n# TYPE cache_hits_total counter\ncache_hits_total{cache=\"a\"} 3.0\n\
                cache_hits_total{cache=\"b\"} 4\n# HELP cache_evictions_total Evictions\n";
    let server = answering("/metrics", ResponseTemplate::new(200).set_body_string(page)).await;
    let site = site_at(&server.uri());
    let finding = probe(&present("cache_hits"), &site).await;
    assert_said(
        &finding,
        Verdict::Pass,
        "cache_hits_total{cache=\"a\"} 3 and 1 more",
    );
    assert_eq!(
        finding.evidence.output.expect("an output").text,
        "3: cache_hits_total{cache=\"a\"} 3\n4: cache_hits_total{cache=\"b\"} 4\n"
    );
    assert_said(
        &probe(&present("cache_evictions"), &site).await,
        Verdict::Fail,
        "stands in comments only",
    );
    let broken = answering("/metrics", ResponseTemplate::new(500)).await;
    assert_said(
        &probe(&present("a"), &site_at(&broken.uri())).await,
        Verdict::Fail,
        "answered 500",
    );
}

#[tokio::test]
async fn an_endless_page_decides_only_what_was_read_of_it() {
    let endless = server(|mut stream| async move {
        let mut question = [0; 4096];
        let _ = stream.read(&mut question).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nfirst 1\n").await;
        while stream.write_all(&b"other 1\n".repeat(8192)).await.is_ok() {}
    })
    .await;
    let site = Site {
        deadline: Duration::from_secs(20),
        ..site_at(&format!("http://{endless}"))
    };
    assert_said(&probe(&present("first"), &site).await, Verdict::Pass, "first 1");
    assert_said(
        &probe(&present("last"), &site).await,
        Verdict::Error,
        "too long to be read whole",
    );
}

fn over(minutes: u32, most: f64) -> ProbeSpec {
    ProbeSpec::Prometheus(PrometheusProbe {
        url: None,
        question: PrometheusQuestion::Range(RangeQuery {
            expr: "errors:ratio".to_owned(),
            bound: Bound {
                comparison: Comparison::Below,
                quantity: Quantity {
                    value: most,
                    unit: Unit::Count,
                },
            },
            minutes,
        }),
    })
}

/// A Prometheus with one series: for each sample back from now by 15 s, its value.
async fn with_series(values: &[&str]) -> MockServer {
    let now = now().timestamp();
    let values: Vec<Value> = (0_i64..)
        .zip(values)
        .map(|(back, value)| json!([now - back * 15, value]))
        .collect();
    let series = json!([{"metric": {"job": "api"}, "values": values}]);
    let answer = json!({"status": "success", "data": {"resultType": "matrix", "result": series}});
    answering(
        "/api/v1/query_range",
        ResponseTemplate::new(200).set_body_json(answer),
    )
    .await
}

#[tokio::test]
async fn every_sample_of_a_window_must_hold_and_there_must_be_enough_of_them() {
    for (values, verdict, said) in [
        (
            vec!["0.001"; 41],
            Verdict::Pass,
            "{job=api} 41 of 41 samples are < 0.01, over 10 min",
        ),
        (vec!["0.001"; 37], Verdict::Pass, "37 of 41 samples"),
        (
            vec!["0.001"; 36],
            Verdict::NoData,
            "36 of 41 samples are < 0.01, too few",
        ),
        (vec!["NaN"; 41], Verdict::NoData, "0 of 41 samples"),
        (
            vec!["0.001", "0.02", "0.001"],
            Verdict::Fail,
            "1 of 3 samples are not: first at ",
        ),
        (vec!["much"; 41], Verdict::Error, "is no number"),
        (vec![], Verdict::NoData, "0 of 41 samples"),
    ] {
        let server = with_series(&values).await;
        assert_said(
            &probe(&over(10, 0.01), &site_at(&server.uri())).await,
            verdict,
            said,
        );
    }
    let none = json!({"status": "success", "data": {"resultType": "matrix", "result": []}});
    let server = answering(
        "/api/v1/query_range",
        ResponseTemplate::new(200).set_body_json(none),
    )
    .await;
    assert_said(
        &probe(&over(10, 0.01), &site_at(&server.uri())).await,
        Verdict::NoData,
        "no sample in 10 min",
    );
    let asked = server.received_requests().await.expect("requests");
    let query: std::collections::HashMap<_, _> = asked[0].url.query_pairs().into_owned().collect();
    let number = |key: &str| query[key].parse::<i64>().expect("a number");
    assert_eq!(number("end") - number("start"), 600);
    assert_eq!(number("step"), 15);
    let vector = json!({"status": "success", "data": {"resultType": "vector", "result": []}});
    let server = answering(
        "/api/v1/query_range",
        ResponseTemplate::new(200).set_body_json(vector),
    )
    .await;
    assert_said(
        &probe(&over(10, 0.01), &site_at(&server.uri())).await,
        Verdict::Error,
        "gives no range",
    );
}

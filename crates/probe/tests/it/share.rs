//! The share of one counter in two, over a window that two looks at a real page span.

use crate::support::{assert_said, context, endpoint, environment, open, server};
use chrono::{DateTime, TimeDelta, Utc};
use domain::probe::{MetricProbe, MetricQuestion, ProbeSpec};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use domain::verdict::{Finding, Verdict};
use probe::{CancellationToken, Context, Prober, Site};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A page whose text a test changes.
async fn page() -> (SocketAddr, Arc<Mutex<String>>) {
    let text = Arc::new(Mutex::new(String::new()));
    let shown = text.clone();
    let address = server(move |mut stream| {
        let shown = shown.clone();
        async move {
            let mut request = [0; 4096];
            while let Ok(1..) = stream.read(&mut request).await {
                let text = shown.lock().expect("a lock").clone();
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len());
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    })
    .await;
    (address, text)
}

fn hit_rate() -> ProbeSpec {
    ProbeSpec::Metric(MetricProbe {
        url: "http://backend:8000/metrics?token=swordfish".to_owned(),
        question: MetricQuestion::Share {
            part: "cache_hits".to_owned(),
            rest: "cache_misses".to_owned(),
            minutes: None,
            bound: Bound {
                comparison: Comparison::Above,
                quantity: Quantity {
                    value: 60.0,
                    unit: Unit::Percent,
                },
            },
        },
    })
}

fn site(address: SocketAddr) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint(
        "backend",
        &format!("http://{address}"),
        &["backend:8000"],
    )];
    environment
        .secrets
        .insert("TOKEN".to_owned(), "env:TOKEN".to_owned());
    Site::open(environment, &|name| {
        (name == "TOKEN").then(|| "swordfish".to_owned())
    })
    .expect("a site")
}

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
}

async fn look(spec: &ProbeSpec, site: &Site, minutes: i64) -> Finding {
    let context = Context {
        clock: Arc::new(move || at(minutes)),
        ..context()
    };
    let finding = Prober::new(context)
        .probe(spec, site, CancellationToken::new())
        .await;
    // What is stored is what comes back.
    let stored = serde_json::to_string(&finding).expect("JSON");
    serde_json::from_str(&stored).expect("the same finding")
}

#[tokio::test]
async fn the_first_look_is_no_data_and_the_next_judges_what_was_counted_since() {
    let (address, text) = page().await;
    let say = |hits: u64, misses: u64| {
        *text.lock().expect("a lock") = format!(
            "# TYPE cache_hits_total counter\ncache_hits_total{{cache=\"pages\"}} {hits}\ncache_misses_total{{cache=\"pages\"}} {misses}\n"
        );
    };
    let mut site = site(address);
    say(9000, 1000);
    let first = look(&hit_rate(), &site, 0).await;
    assert_said(
        &first,
        Verdict::NoData,
        "90.0 % (9000 cache_hits_total and 1000 cache_misses_total)",
    );
    assert_eq!(first.evidence.readings.len(), 1);
    assert_eq!(first.evidence.readings[0].at, at(0));
    let written = serde_json::to_string(&first).expect("JSON");
    assert!(!written.contains("swordfish"), "{written}");

    site = site.with_readings(first.evidence.readings);
    say(9010, 1090);
    let second = look(&hit_rate(), &site, 60).await;
    assert_said(
        &second,
        Verdict::Fail,
        "10.0 % (10 cache_hits_total and 90 cache_misses_total in the 60 min since 2024-10-04 00:00:00 UTC), must be > 60 %",
    );

    say(9910, 1190);
    let mut readings = site.readings.clone();
    readings.extend(second.evidence.readings);
    let third = look(&hit_rate(), &site.clone().with_readings(readings), 120).await;
    assert_said(
        &third,
        Verdict::Pass,
        "82.7 % (910 cache_hits_total and 190 cache_misses_total in the 120 min",
    );

    say(30, 70);
    let fell = look(&hit_rate(), &site, 180).await;
    assert_said(&fell, Verdict::Fail, "in which a counter began anew");
}

#[tokio::test]
async fn a_page_that_cannot_be_read_whole_keeps_no_reading() {
    let (address, text) = page().await;
    "cache_hits_total 9000\ncache_misses_total 1000\ncache_misses_total{broken\n"
        .clone_into(&mut text.lock().expect("a lock"));
    let finding = look(&hit_rate(), &site(address), 0).await;
    assert_said(&finding, Verdict::Error, "a line of the metric cannot be read");
    assert!(finding.evidence.readings.is_empty(), "{finding:#?}");
}

#[tokio::test]
async fn several_questions_in_one_line_keep_their_readings() {
    let (address, text) = page().await;
    "cache_hits_total 9000\ncache_misses_total 1000\n".clone_into(&mut text.lock().expect("a lock"));
    let both = ProbeSpec::All(vec![hit_rate(), hit_rate()]);
    let finding = look(&both, &site(address), 0).await;
    assert_eq!(finding.evidence.readings.len(), 1, "each once: {finding:#?}");
    assert_eq!(open(environment(&std::env::temp_dir())).readings, []);
}

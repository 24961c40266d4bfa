//! Pairs of calls against servers with a cache, without one, and with one that says so.

use crate::caching::{Caching, Counts};
use crate::support::{assert_said, endpoint, probe, server, site_of};
use domain::probe::{ProbeSpec, RepeatedProbe};
use domain::verdict::{Finding, Verdict};
use probe::Site;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// How the server answers what it has not met, and what it has: the status with further fields, and how long it takes.
#[derive(Clone, Copy)]
struct Manner {
    new: (&'static str, Duration),
    known: (&'static str, Duration),
}

const AT_ONCE: Duration = Duration::ZERO;
/// Longer than a busy machine holds up an answer that comes at once.
const SLOW: Duration = Duration::from_millis(150);

async fn caching(manner: Manner) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let known = Arc::new(Mutex::new(HashSet::new()));
    let address = server(move |mut stream| {
        let (seen, known) = (seen.clone(), known.clone());
        async move {
            let mut request = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut request).await {
                let text = String::from_utf8_lossy(&request[..count]).into_owned();
                let target = text.split(' ').nth(1).unwrap_or_default().to_owned();
                let new = known.lock().expect("a lock").insert(target.clone());
                seen.lock().expect("a lock").push(target);
                let (head, pause) = if new { manner.new } else { manner.known };
                tokio::time::sleep(pause).await;
                let answer = format!("HTTP/1.1 {head}content-length: 2\r\n\r\nok");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    })
    .await;
    (address, asked)
}

async fn asked(address: SocketAddr, url: &str) -> Finding {
    let site = Site {
        deadline: Duration::from_secs(10),
        ..site_of(address)
    };
    probe(&ProbeSpec::Repeated(RepeatedProbe::of(url)), &site).await
}

#[tokio::test]
async fn a_second_call_that_is_faster_in_every_pair_passes_and_each_pair_asks_something_new() {
    let manner = Manner {
        new: ("200 OK\r\n", SLOW),
        known: ("200 OK\r\n", AT_ONCE),
    };
    let (address, seen) = caching(manner).await;
    let finding = asked(address, "http://backend:8000/api?limit=1").await;
    assert_said(
        &finding,
        Verdict::Pass,
        "5 of 5 second calls are faster; median 1",
    );
    let seen = seen.lock().expect("a lock");
    assert_eq!(seen.len(), 12, "{seen:?}");
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 6, "{seen:?}");
    assert!(
        seen.iter()
            .all(|target| target.starts_with("/api?limit=1&gonogo=")),
        "{seen:?}"
    );
    let output = finding.evidence.output.expect("the pairs").text;
    assert_eq!(output.lines().count(), 5, "{output}");
}

#[tokio::test]
async fn a_server_without_a_cache_does_not_pass() {
    let manner = Manner {
        new: ("200 OK\r\n", Duration::from_millis(5)),
        known: ("200 OK\r\n", Duration::from_millis(5)),
    };
    let finding = asked(caching(manner).await.0, "http://backend:8000/api").await;
    assert!(finding.verdict != Verdict::Pass, "{finding:#?}");
}

#[tokio::test]
async fn a_second_call_that_is_slower_fails() {
    let manner = Manner {
        new: ("200 OK\r\n", AT_ONCE),
        known: ("200 OK\r\n", SLOW),
    };
    let finding = asked(caching(manner).await.0, "http://backend:8000/api").await;
    assert_said(&finding, Verdict::Fail, "the second call is slower");
}

#[tokio::test]
async fn what_the_answers_say_of_a_cache_decides() {
    let hit = Manner {
        new: ("200 OK\r\nx-cache: MISS\r\n", AT_ONCE),
        known: ("200 OK\r\nx-cache: HIT\r\n", AT_ONCE),
    };
    let finding = asked(caching(hit).await.0, "http://backend:8000/api").await;
    assert_said(&finding, Verdict::Pass, "5 of 5 second answers come from a cache");
    let missed = Manner {
        new: ("200 OK\r\nx-cache: MISS\r\n", SLOW),
        known: ("200 OK\r\nx-cache: MISS\r\n", AT_ONCE),
    };
    let finding = asked(caching(missed).await.0, "http://backend:8000/api").await;
    assert_said(
        &finding,
        Verdict::Fail,
        "no second answer comes from a cache (x-cache: MISS)",
    );
}

#[tokio::test]
async fn a_page_that_answers_with_an_error_fails_however_fast() {
    let manner = Manner {
        new: ("200 OK\r\n", SLOW),
        known: ("503 Service Unavailable\r\nx-cache: HIT\r\n", AT_ONCE),
    };
    let finding = asked(caching(manner).await.0, "http://backend:8000/api").await;
    assert_said(
        &finding,
        Verdict::Fail,
        "answered 503 Service Unavailable, must be 200 to 299 (pair 0 of 5)",
    );
}

#[tokio::test]
async fn pairs_end_at_the_deadline_of_the_probe() {
    let manner = Manner {
        new: ("200 OK\r\n", Duration::from_millis(200)),
        known: ("200 OK\r\n", Duration::from_millis(200)),
    };
    let site = site_of(caching(manner).await.0);
    let spec = ProbeSpec::Repeated(RepeatedProbe::of("http://backend:8000/api"));
    let finding = probe(&spec, &site).await;
    assert_said(
        &finding,
        Verdict::Error,
        "no first byte within 500 ms; asked on a kept connection",
    );
}

/// Asks a service whose endpoint is `backend`; `metrics` is the name of the endpoint of its page of metrics.
async fn counted(caching: &Caching, metrics: &str) -> Finding {
    let serving = caching.clone();
    let address = server(move |stream| serving.clone().serve(stream)).await;
    let mut site = Site {
        deadline: Duration::from_secs(20),
        ..site_of(address)
    };
    let page = endpoint(metrics, &format!("http://{address}/metrics"), &[]);
    site.environment.endpoints.push(page);
    let spec = RepeatedProbe::of("http://backend:8000/api");
    probe(&ProbeSpec::Repeated(spec), &site).await
}

#[tokio::test]
async fn a_counter_of_hits_decides_before_the_times() {
    let caching = Caching::slower(Counts::Right);
    let finding = counted(&caching, "backend-metrics").await;
    assert_said(
        &finding,
        Verdict::Pass,
        "5 repeated calls: cache_hits_total rose by 5, cache_misses_total by 0; as many new ones before: by 0, by 5",
    );
    assert_eq!(caching.asked(), (12 + 10, 3));
    let finding = counted(&Caching::slower(Counts::Right), "metrics").await;
    assert_said(&finding, Verdict::Pass, "cache_hits_total rose by 5");
    let caching = Caching::faster(Counts::Misses);
    assert_said(
        &counted(&caching, "backend-metrics").await,
        Verdict::Fail,
        "no repeated call was counted as a hit",
    );
}

#[tokio::test]
async fn what_the_counters_leave_open_the_times_decide() {
    for counts in [Counts::Others, Counts::Restarts, Counts::Nothing] {
        let slower = counted(&Caching::slower(counts), "backend-metrics").await;
        assert!(slower.verdict != Verdict::Pass, "{slower:#?}");
        assert!(
            slower.reason.contains("second calls are faster; median"),
            "{slower:#?}"
        );
    }
    let faster = counted(&Caching::faster(Counts::Others), "backend-metrics").await;
    assert_said(&faster, Verdict::Pass, "5 of 5 second calls are faster");
}

#[tokio::test]
async fn metrics_of_another_service_are_not_asked() {
    for other in ["database-metrics", "prometheus"] {
        let caching = Caching::slower(Counts::Right);
        let finding = counted(&caching, other).await;
        assert!(finding.verdict != Verdict::Pass, "{finding:#?}");
        assert_eq!(caching.asked(), (12, 0), "{other}");
    }
}

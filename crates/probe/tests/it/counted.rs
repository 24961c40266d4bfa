//! What is counted around a load: by a real Postgres, a real Redis, pages of metrics, and servers that only claim to be one.

use crate::redis::Redis;
use crate::support::{context, endpoint, environment, open, server};
use domain::measurement::Figure;
use domain::metric::{Aggregation, Metric};
use domain::quantity::Unit;
use probe::counted::{Counted, Read};
use probe::{CancellationToken, Prober, Site};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

mod database;
mod since;

pub fn site(endpoints: &[(&str, &str)]) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = endpoints
        .iter()
        .map(|(name, url)| endpoint(name, url, &[]))
        .collect();
    Site {
        deadline: Duration::from_secs(2),
        ..open(environment)
    }
}

/// Counts with a deadline of the test's own: counting that hangs fails it.
pub async fn counted(site: &Site) -> Counted {
    let prober = Prober::new(context());
    let counting = prober.counted(site, CancellationToken::new());
    tokio::time::timeout(Duration::from_secs(30), counting)
        .await
        .expect("counting never hangs")
}

async fn calls(site: &Site) -> Result<Figure, String> {
    let prober = Prober::new(context());
    let calling = prober.cache_calls(site, CancellationToken::new());
    tokio::time::timeout(Duration::from_secs(30), calling)
        .await
        .expect("calling never hangs")
}

/// The value and what it stands on.
pub fn figure(figures: &[Figure], metric: Metric) -> Option<(f64, u64)> {
    let mut figures = figures.iter().filter(|figure| figure.metric == metric);
    figures.next().map(|figure| (figure.value, figure.samples))
}

#[track_caller]
pub fn assert_noted(notes: &[String], part: &str) {
    assert!(
        notes.iter().any(|note| note.contains(part)),
        "“{part}” expected: {notes:#?}"
    );
}

#[track_caller]
fn assert_why(why: Result<Figure, String>, part: &str) {
    let why = why.expect_err("no figure");
    assert!(why.contains(part), "“{part}” expected: {why}");
}

fn at(redis: &Redis) -> Site {
    site(&[("redis", &format!("redis://{}", redis.address))])
}

#[tokio::test]
async fn hits_of_redis_are_counted_between_two_readings_and_a_reset_leaves_no_figure() {
    let redis = Redis::start(&[]).await;
    redis.tell("SET a 1\r\nGET b\r\nGET b\r\n", 3).await;
    let site = at(&redis);
    let before = counted(&site).await;
    redis.tell("GET a\r\nGET a\r\nGET a\r\nGET b\r\n", 7).await;
    let after = counted(&site).await;
    let (figures, notes) = after.since(&before, 0);
    assert_eq!(
        figures,
        [Figure {
            metric: Metric::CacheHitRate,
            aggregation: Aggregation::Ratio,
            value: 75.0,
            unit: Unit::Percent,
            samples: 4,
            between: None,
        }]
    );
    assert_noted(&notes, "keyspace_hits and keyspace_misses of Redis at 127.0.0.1:");
    assert_noted(&notes, "database is not an endpoint of the environment test: add");

    let (figures, notes) = counted(&site).await.since(&after, 10);
    assert_eq!(figures, []);
    assert_noted(&notes, "counted no lookups during the load");

    redis.tell("CONFIG RESETSTAT\r\nGET a\r\n", 3).await;
    let (figures, notes) = counted(&site).await.since(&after, 10);
    assert_eq!(figures, []);
    assert_noted(&notes, "lower than before the load");

    let another = Redis::start(&[]).await;
    another.tell("SET a 1\r\nGET a\r\n", 3).await;
    let mut restarted = counted(&at(&another)).await;
    let (Read::Is(now), Read::Is(then)) = (&mut restarted.lookups, &after.lookups) else {
        panic!("both answered: {restarted:#?}");
    };
    now.place.clone_from(&then.place);
    let (figures, notes) = restarted.since(&after, 10);
    assert_eq!(figures, []);
    assert_noted(&notes, "was another process before the load");
}

#[tokio::test]
async fn calls_of_redis_are_timed_and_nothing_is_written() {
    let redis = Redis::start(&[]).await;
    let site = at(&redis);
    let before = counted(&site).await;
    let figure = calls(&site).await.expect("a figure");
    assert_eq!(
        (figure.metric, figure.aggregation, figure.unit, figure.samples),
        (Metric::CacheLatency, Aggregation::Mean, Unit::Milliseconds, 200)
    );
    assert!(figure.value > 0.0 && figure.value < 100.0, "{}", figure.value);
    // Each was a lookup that missed; the one before those that are timed too.
    let (figures, _) = counted(&site).await.since(&before, 1);
    assert_eq!(self::figure(&figures, Metric::CacheHitRate), Some((0.0, 201)));
    let mut stream = BufReader::new(TcpStream::connect(redis.address).await.expect("a connection"));
    stream.write_all(b"DBSIZE\r\n").await.expect("written");
    let mut keys = String::new();
    stream.read_line(&mut keys).await.expect("a reply");
    assert_eq!(keys, ":0\r\n");
}

#[tokio::test]
async fn calls_that_are_refused_or_find_something_are_no_figure() {
    let redis = Redis::start(&[]).await;
    redis
        .tell("ACL SETUSER reader on nopass ~app:* +@all\r\n", 1)
        .await;
    let reader = site(&[("redis", &format!("redis://reader:any-password@{}", redis.address))]);
    assert_why(calls(&reader).await, "NOPERM");

    let knows = server(|mut stream| async move {
        let mut asked = [0; 1024];
        while stream.read(&mut asked).await.is_ok_and(|count| count > 0) {
            let _ = stream.write_all(b"$1\r\nx\r\n").await;
        }
    })
    .await;
    let knows = site(&[("redis", &format!("redis://{knows}"))]);
    assert_why(calls(&knows).await, "is not that there is no such key");
    assert_why(calls(&site(&[])).await, "add `replaces = ");
}

#[tokio::test]
async fn a_cache_that_stops_answering_leaves_no_figure_of_the_calls_before() {
    let stops = server(|mut stream| async move {
        let mut asked = [0; 1024];
        for _ in 0..10 {
            let _ = stream.read(&mut asked).await;
            let _ = stream.write_all(b"$-1\r\n").await;
        }
        while stream.read(&mut asked).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let stops = Site {
        deadline: Duration::from_millis(300),
        ..site(&[("redis", &format!("redis://{stops}"))])
    };
    assert_why(calls(&stops).await, "a call was not answered within 300 ms");
}

#[tokio::test]
async fn servers_that_never_answer_are_left_at_the_deadline_and_a_cancelled_reading_says_so() {
    let silent = server(|mut stream| async move {
        let mut asked = [0; 1024];
        while stream.read(&mut asked).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    for endpoints in [
        [
            ("database", format!("postgres://app@{silent}/app")),
            ("redis", format!("redis://{silent}")),
        ],
        [
            ("database", format!("postgres://app@{silent}/app")),
            ("backend", format!("http://{silent}")),
        ],
    ] {
        let endpoints: Vec<(&str, &str)> = endpoints
            .iter()
            .map(|(name, url)| (*name, url.as_str()))
            .collect();
        let site = Site {
            deadline: Duration::from_millis(300),
            ..site(&endpoints)
        };
        let nothing = counted(&site).await;
        let (figures, notes) = nothing.since(&nothing, 10);
        assert_eq!(figures, []);
        assert_eq!(notes.len(), 2, "{notes:#?}");
        assert!(
            notes.iter().all(|note| note.contains("within 300 ms")),
            "{notes:#?}"
        );

        let cancel = CancellationToken::new();
        cancel.cancel();
        let prober = Prober::new(context());
        let cancelled = prober.counted(&site, cancel).await;
        assert_eq!(
            cancelled.lookups,
            Read::Unread("cancelled before it answered".to_owned())
        );
    }
}

async fn page(text: &str, server: &MockServer) {
    let answer = ResponseTemplate::new(200).set_body_string(text);
    let page = Mock::given(path("/metrics")).respond_with(answer);
    page.up_to_n_times(1).mount(server).await;
}

#[tokio::test]
async fn without_redis_the_counters_of_a_page_of_metrics_count() {
    let (backend, other) = (MockServer::start().await, MockServer::start().await);
    let endpoints = [("other", other.uri()), ("backend", backend.uri())];
    let endpoints = endpoints.each_ref().map(|(name, url)| (*name, url.as_str()));
    let site = site(&endpoints);
    page("process_start_time_seconds 5\ncache_hits_total{cache=\"a\"} 1\ncache_hits_total{cache=\"b\"} 2\ncache_misses_total 7\n", &backend).await;
    let before = counted(&site).await;
    page("process_start_time_seconds 5\ncache_hits_total{cache=\"a\"} 91\ncache_hits_total{cache=\"b\"} 2\ncache_misses_total 17\n", &backend).await;
    let after = counted(&site).await;
    let (figures, notes) = after.since(&before, 10);
    assert_eq!(figure(&figures, Metric::CacheHitRate), Some((90.0, 100)));
    assert_noted(
        &notes,
        &format!(
            "cache_hits_total and cache_misses_total of {}/metrics",
            backend.uri()
        ),
    );

    page(
        "process_start_time_seconds 6\ncache_hits_total 99\ncache_misses_total 99\n",
        &backend,
    )
    .await;
    let (figures, notes) = counted(&site).await.since(&after, 10);
    assert_eq!(figures, []);
    assert_noted(&notes, "was another process before the load");

    page("cache_hits_total 1\ncache_misses_total\n", &backend).await;
    let (figures, notes) = counted(&site).await.since(&after, 10);
    assert_eq!(figures, []);
    assert_noted(
        &notes,
        "the environment has no endpoint `redis`, and no page /metrics of it counts hits and misses",
    );
    assert_noted(&notes, "404");

    page(
        "cache_hits_total{a=\"1\"} 1\ncache_hits_total{a= 1\ncache_misses_total 2\n",
        &backend,
    )
    .await;
    let (figures, notes) = counted(&site).await.since(&after, 10);
    assert_eq!(figures, []);
    assert_noted(&notes, "about hits or misses cannot be read");
}

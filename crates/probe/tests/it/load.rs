//! An open load against servers whose delays are known, and against servers that behave badly.

use crate::support::{context, endpoint, environment, open, server};
use domain::environment::{Load, LoadEndpoint, LoadMethod};
use domain::load::{Invalid, LoadEnd, LoadPlan, LoadProgress, LoadResult};
use known::{Delays, Manner, Stall, quantile, serve, serve_recorded};
use probe::{CancellationToken, Prober, Site};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;

mod known;

fn ms(milliseconds: f64) -> Duration {
    Duration::from_secs_f64(milliseconds / 1_000.0)
}

fn load(rate: u32, seconds: u32) -> Load {
    Load {
        rate,
        seconds,
        warm_up_seconds: 1,
        concurrency: 64,
        timeout_seconds: 5,
        endpoints: vec![page("api", "/api/conversations")],
    }
}

fn page(endpoint: &str, path: &str) -> LoadEndpoint {
    LoadEndpoint {
        endpoint: endpoint.to_owned(),
        path: path.to_owned(),
        weight: 1,
        method: LoadMethod::Get,
    }
}

fn site(at: &[(&str, SocketAddr)]) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    let endpoints = at
        .iter()
        .map(|(name, at)| endpoint(name, &format!("http://{at}"), &[]));
    environment.endpoints = endpoints.collect();
    open(environment)
}

async fn put(load: Load, site: &Site) -> LoadResult {
    let (progress, _) = watch::channel(LoadProgress::default());
    let plan = LoadPlan { load, seed: 1 };
    let prober = Prober::new(context());
    let loading = prober.load(&plan, site, CancellationToken::new(), &progress);
    let limit = Duration::from_secs(60);
    let loaded = tokio::time::timeout(limit, loading).await.expect("a load ends");
    loaded.expect("a load")
}

// ---- known delays ----------------------------------------------------------------------------------------------------

/// A load and the server that it is put on.
#[derive(Clone, Debug)]
struct Setting {
    manner: Manner,
    load: Load,
}

/// How far the worst of p50, p95 and p99 is from what it must be, as a share of what is allowed: max(2 %, 0.5 ms).
struct Found {
    worst: f64,
    told: String,
    /// Whether the server kept to the closed form, which is then what the quantiles must be. Where many wait for its answers at once
    /// it cannot: then they must be what its own record says that it gave.
    kept: bool,
}

async fn measured(setting: &Setting) -> Found {
    let Setting { manner, load } = setting;
    let (at, record) = serve_recorded(*manner);
    let site = site(&[("api", at)]);
    let result = put(load.clone(), &site).await;
    let slots = load.concurrency as usize;
    let wanted = manner.latencies(load.rate, load.requests(), load.warm_up_requests(), slots);
    let given = record.latencies(load.rate, load.warm_up_requests());
    let summary = &result.overall;
    assert_eq!(
        (summary.errors.count(), result.unsent, result.abandoned),
        (0, 0, 0),
        "{summary:?}"
    );
    let found = summary.latency.expect("answers");
    let counts = (found.count, wanted.len(), result.end);
    assert_eq!(
        counts,
        (given.len() as u64, given.len(), LoadEnd::Whole),
        "{result:?}"
    );
    let (mut worst, mut kept, mut told) = (0.0_f64, true, String::new());
    for (share, found) in [(0.5, found.p50_us), (0.95, found.p95_us), (0.99, found.p99_us)] {
        let found = Duration::from_micros(found);
        let (wanted, given) = (quantile(&wanted, share), quantile(&given, share));
        let allowed = wanted.mul_f64(0.02).max(ms(0.5));
        assert!(
            found + allowed >= wanted && found + allowed >= given,
            "p{share}: {found:?} flatters {wanted:?}, given {given:?}: {setting:?}"
        );
        let keeps = given.abs_diff(wanted) <= allowed / 2;
        // Where the server keeps to it, by how much it does not is the server's and not the load's.
        let off = match keeps {
            true => found.abs_diff(wanted).min(found.abs_diff(given)),
            false => found.abs_diff(given),
        };
        kept &= keeps;
        worst = worst.max(off.as_secs_f64() / allowed.as_secs_f64());
        told = format!("{told} p{share} {found:.2?} for {wanted:.2?}, given {given:.2?};");
    }
    let lag = result.lag.map(|lag| lag.p99_us);
    let told = format!("{told} lag p99 {lag:?} µs, {:?}", result.invalid);
    Found { worst, told, kept }
}

/// Measures until it is near the closed form, or else what was given. That a figure is too high now and then is the machine's:
/// something else had its processors; one that is too low never is.
async fn comes_near(setting: &Setting) -> (Found, usize) {
    let mut refused = Vec::new();
    for attempt in 1..=10 {
        let found = measured(setting).await;
        if found.worst <= 1.0 && (found.kept || attempt == 10) {
            return (found, attempt);
        }
        refused.push(found.told);
    }
    panic!("never near: {setting:?}\n{}", refused.join("\n"));
}

/// A server that can keep to the closed form, in one of ten attempts.
async fn comes_near_the_closed_form(setting: &Setting) {
    let (found, _) = comes_near(setting).await;
    assert!(found.kept, "{}", found.told);
}

#[tokio::test]
async fn quantiles_of_spread_delays_are_those_of_the_closed_form() {
    let manner = Manner {
        delays: Delays::Between(ms(2.0), ms(30.0)),
        stall: None,
    };
    comes_near_the_closed_form(&Setting {
        manner,
        load: load(300, 3),
    })
    .await;
}

#[tokio::test]
async fn quantiles_of_two_kinds_of_answers_are_those_of_the_closed_form() {
    let manner = Manner {
        delays: Delays::Mixed(ms(4.0), ms(45.0), 0.08),
        stall: None,
    };
    comes_near_the_closed_form(&Setting {
        manner,
        load: load(400, 3),
    })
    .await;
}

#[tokio::test]
async fn whoever_would_have_asked_a_server_that_stands_still_is_in_the_quantiles() {
    let manner = Manner {
        delays: Delays::Constant(ms(7.0)),
        stall: Some(Stall {
            at: 600,
            lasts: ms(300.0),
        }),
    };
    comes_near_the_closed_form(&Setting {
        manner,
        load: load(200, 3),
    })
    .await;
}

#[test]
fn the_closed_form_of_a_stall_is_the_ramp_that_it_must_be() {
    let manner = Manner {
        delays: Delays::Constant(ms(5.0)),
        stall: Some(Stall {
            at: 100,
            lasts: ms(100.0),
        }),
    };
    // At 1,000 a second: 100 meet the stall, the first of them all of it, and the 5 before it are answered at its end.
    let found = manner.latencies(1_000, 1_000, 0, 1_000);
    assert_eq!(found[1_000 - 106..].first().copied(), Some(ms(5.0)));
    assert_eq!(found.iter().filter(|latency| **latency > ms(5.0)).count(), 105);
    assert_eq!(found.last().copied(), Some(ms(105.0)));
    // Through two connections those that wait are answered by twos, 5 ms each.
    let waiting = manner.latencies(200, 200, 0, 2);
    assert!(waiting.last().copied() >= Some(ms(105.0)), "{waiting:?}");
}

/// A setting by chance.
fn by_chance(seed: u64) -> Setting {
    let mut rng = StdRng::seed_from_u64(seed);
    let rate = rng.random_range(50..=600);
    let seconds = rng.random_range(2..=4);
    let short = ms(rng.random_range(1.0..20.0));
    let delays = match rng.random_range(0..4) {
        0 => Delays::Constant(short),
        1 => Delays::Between(short, short + ms(rng.random_range(1.0..40.0))),
        2 => Delays::Mixed(short, short * 4, rng.random_range(0.12..0.3)),
        _ => Delays::Exponential(short.min(ms(10.0))),
    };
    let lasts = ms(rng.random_range(50.0..400.0)).min(ms(120_000.0 / f64::from(rate)));
    let at = u64::from(rate) + rng.random_range(0..u64::from(rate));
    let stops = rng.random_bool(0.5);
    let stalls = (at..at + 40).map(|at| Manner {
        delays,
        stall: stops.then_some(Stall { at, lasts }),
    });
    // Where many are under way one more or less makes no difference.
    let manner = stalls
        .clone()
        .find(|manner| manner.is_clear(rate))
        .or_else(|| stalls.clone().next());
    // What is under way at once, with some room; in a stall now and then fewer, so that some wait for a slot.
    let most = (0..200).map(|number| delays.of(number)).max().unwrap_or_default();
    let needed = (most.as_secs_f64() * f64::from(rate)).ceil() as u32 * 2 + 8;
    let in_stall = (lasts.as_secs_f64() * f64::from(rate)).ceil() as u32;
    let concurrency = needed
        + if rng.random_bool(0.7) {
            in_stall
        } else {
            in_stall / 3
        };
    Setting {
        manner: manner.expect("one of them"),
        load: Load {
            concurrency,
            ..load(rate, seconds)
        },
    }
}

/// Three random settings, or as many as are asked for: `GONOGO_LOAD_SEED`, `GONOGO_LOAD_SETTINGS`.
#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the campaign says in the environment which settings"
)]
async fn quantiles_of_random_settings_are_those_of_the_closed_form() {
    let number = |name: &str, otherwise: u64| {
        let said = std::env::var(name).ok();
        said.map_or(otherwise, |said| said.parse().expect("a number"))
    };
    let first = number("GONOGO_LOAD_SEED", 1);
    for seed in first..first + number("GONOGO_LOAD_SETTINGS", 3) {
        let setting = by_chance(seed);
        let (Found { worst, told, kept }, attempts) = comes_near(&setting).await;
        let by = if kept { "form" } else { "record" };
        println!("load: seed {seed} deviation {worst:.3} attempts {attempts} by {by}:{told}, {setting:?}");
    }
}

// ---- several pages ---------------------------------------------------------------------------------------------------

#[tokio::test]
async fn pages_are_asked_by_weight_and_measured_each_and_together() {
    let manner = |delay| Manner {
        delays: Delays::Constant(ms(delay)),
        stall: None,
    };
    let site = site(&[("fast", serve(manner(3.0))), ("slow", serve(manner(20.0)))]);
    let load = Load {
        endpoints: vec![
            LoadEndpoint {
                weight: 3,
                ..page("fast", "/a?q=1")
            },
            page("slow", "/b"),
        ],
        ..load(200, 2)
    };
    let result = put(load, &site).await;
    let [fast, slow] = result.endpoints.as_slice() else {
        panic!("two pages: {result:?}");
    };
    assert_eq!((fast.endpoint.as_str(), fast.path.as_str()), ("fast", "/a?q=1"));
    assert_eq!(fast.summary.sent + slow.summary.sent, 400);
    assert!((250..350).contains(&fast.summary.sent), "{}", fast.summary.sent);
    let p50 = |summary: &domain::load::LoadSummary| summary.latency.map(|latency| latency.p50_us / 1_000);
    assert!(
        p50(&fast.summary) < Some(20) && p50(&slow.summary) >= Some(20),
        "{result:?}"
    );
    let each = [fast, slow].map(|page| page.summary.histogram.clone());
    let merged = probe::load::decode(&probe::load::merge(&each).expect("one")).expect("one");
    assert_eq!(probe::load::percentiles(&merged), result.overall.latency);
    assert!(
        result.connections < 60,
        "kept connections: {}",
        result.connections
    );
}

// ---- what saturates --------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_bound_that_is_too_low_for_the_target_is_not_valid_and_says_how_many_slots_it_takes() {
    let manner = Manner {
        delays: Delays::Constant(ms(50.0)),
        stall: None,
    };
    let load = Load {
        concurrency: 4,
        ..load(100, 2)
    };
    let result = put(load, &site(&[("api", serve(manner))])).await;
    let needed = result.invalid.iter().find_map(|why| match why {
        Invalid::Bound { needed, .. } => Some(*needed),
        _ => None,
    });
    assert!(
        needed.is_some_and(|needed| (6..=9).contains(&needed)),
        "{:?}",
        result.invalid
    );
    assert!(!result.is_valid() && !result.waits.target_held && result.waits.count > 100);
    // The wait is in the latency: four slots answer 80 of the 100 a second.
    let latency = result.overall.latency.expect("answers");
    assert!(
        latency.p99_us > 300_000 && result.waits.longest_us > 300_000,
        "{latency:?}"
    );
}

#[tokio::test]
async fn a_target_that_slows_down_the_more_it_is_asked_is_what_was_measured() {
    // One at a time, 12 ms each: 83 a second at most.
    let turn = std::sync::Arc::new(tokio::sync::Mutex::new(()));
    let at = server(move |mut stream| {
        let turn = std::sync::Arc::clone(&turn);
        async move {
            let mut request = [0; 1024];
            while stream.read(&mut request).await.is_ok_and(|count| count > 0) {
                let turn = turn.lock().await;
                tokio::time::sleep(ms(12.0)).await;
                drop(turn);
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                    .await;
            }
        }
    })
    .await;
    let load = Load {
        concurrency: 16,
        ..load(120, 2)
    };
    let result = put(load, &site(&[("api", at)])).await;
    assert!(
        result.waits.count > 50 && result.waits.target_held,
        "{:?}",
        result.waits
    );
    let bound = result
        .invalid
        .iter()
        .any(|why| matches!(why, Invalid::Bound { .. }));
    assert!(!bound, "{:?}", result.invalid);
}

#[tokio::test]
async fn what_was_never_sent_is_not_valid() {
    // Nobody is ever answered: the one slot is taken until its timeout.
    let at = server(|mut stream| async move {
        let mut request = [0; 1024];
        while stream.read(&mut request).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let load = Load {
        concurrency: 1,
        timeout_seconds: 1,
        warm_up_seconds: 0,
        ..load(10, 1)
    };
    let result = put(load, &site(&[("api", at)])).await;
    assert!(
        result.unsent >= 7 && result.overall.errors.timeout <= 3,
        "{result:?}"
    );
    assert!(
        result.invalid.contains(&Invalid::Unsent { count: result.unsent }),
        "{:?}",
        result.invalid
    );
    assert!(result.invalid.contains(&Invalid::NoAnswer) && result.overall.latency.is_none());
}

// ---- stopping, and being watched -------------------------------------------------------------------------------------

#[tokio::test]
async fn a_load_that_is_stopped_says_so_with_what_it_has_measured() {
    let manner = Manner {
        delays: Delays::Constant(ms(5.0)),
        stall: None,
    };
    let site = site(&[("api", serve(manner))]);
    let (progress, mut seen) = watch::channel(LoadProgress::default());
    let cancel = CancellationToken::new();
    let plan = LoadPlan {
        load: Load {
            warm_up_seconds: 0,
            ..load(100, 60)
        },
        seed: 1,
    };
    let prober = Prober::new(context());
    let loading = prober.load(&plan, &site, cancel.clone(), &progress);
    let stopping = async {
        let told = seen
            .wait_for(|progress| progress.done >= 80)
            .await
            .expect("progress")
            .clone();
        cancel.cancel();
        (told, Instant::now())
    };
    let (result, (told, at)) = tokio::join!(loading, stopping);
    assert!(at.elapsed() < Duration::from_millis(500), "at once");
    let result = result.expect("a result");
    assert!(
        matches!(
            result.end,
            LoadEnd::Stopped {
                after_ms: 800..=5_000
            }
        ),
        "{:?}",
        result.end
    );
    assert!(!result.is_valid());
    let answered = result.overall.answered;
    assert!(
        answered >= 80 && answered + result.abandoned == result.overall.sent,
        "{result:?}"
    );
    assert!(
        (80..=answered).contains(&told.latency.map_or(0, |latency| latency.count)),
        "{told:?}"
    );
    assert_eq!((told.planned, told.errors, told.warming_up), (6_000, 0, false));
}

#[tokio::test]
async fn how_far_it_is_is_told_about_four_times_a_second() {
    let manner = Manner {
        delays: Delays::Constant(ms(2.0)),
        stall: None,
    };
    let site = site(&[("api", serve(manner))]);
    let (progress, mut seen) = watch::channel(LoadProgress::default());
    let plan = LoadPlan {
        load: load(50, 1),
        seed: 1,
    };
    let prober = Prober::new(context());
    let loading = prober.load(&plan, &site, CancellationToken::new(), &progress);
    let watching = async {
        let mut told = Vec::new();
        while told.last().is_none_or(|last: &LoadProgress| last.done < 100) {
            seen.changed().await.expect("progress");
            told.push(seen.borrow_and_update().clone());
        }
        told
    };
    let (result, told) = tokio::join!(loading, watching);
    assert!(result.is_ok() && (6..=11).contains(&told.len()), "{told:#?}");
    assert!(told.iter().any(|told| told.warming_up) && told.iter().any(|told| !told.warming_up));
    assert!(told.is_sorted_by_key(|told| (told.sent, told.elapsed_ms)));
    assert!(
        told.iter()
            .filter(|told| told.warming_up)
            .all(|told| told.latency.is_none())
    );
}

// ---- errors ----------------------------------------------------------------------------------------------------------

/// What a server says to each request before it closes the connection.
async fn saying(answer: &'static [u8]) -> SocketAddr {
    server(move |mut stream| async move {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(answer).await;
    })
    .await
}

async fn errors_of(at: SocketAddr) -> LoadResult {
    let load = Load {
        warm_up_seconds: 0,
        timeout_seconds: 1,
        ..load(20, 1)
    };
    put(load, &site(&[("api", at)])).await
}

#[tokio::test]
async fn errors_are_counted_by_kind_and_are_in_no_latency() {
    let refused = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("its address")
    };
    let busy =
        saying(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    let cut = saying(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
    let other = saying(b"SSH-2.0-OpenSSH_9.6\r\n").await;
    let silent = server(|mut stream| async move {
        let mut request = [0; 1024];
        while stream.read(&mut request).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    for (at, kind) in [
        (refused, "refused"),
        (busy, "status"),
        (cut, "cut"),
        (other, "cut"),
        (silent, "timeout"),
    ] {
        let result = errors_of(at).await;
        let errors = &result.overall.errors;
        let found = [
            ("status", errors.status.get(&503).copied().unwrap_or_default()),
            ("timeout", errors.timeout),
            ("refused", errors.refused),
            ("cut", errors.cut),
        ];
        for (name, count) in found {
            assert_eq!(count, if name == kind { 20 } else { 0 }, "{kind}: {errors:?}");
        }
        assert_eq!(errors.count(), 20);
        assert!(result.overall.latency.is_none() && result.invalid.contains(&Invalid::NoAnswer));
        assert_eq!(result.overall.with_errors.map(|all| all.count), Some(20));
        assert_eq!(errors.example.is_some(), kind != "status", "{errors:?}");
    }
}

#[tokio::test]
async fn errors_beside_answers_leave_the_latency_of_answers_as_it_is() {
    let busy = saying(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
    let manner = Manner {
        delays: Delays::Constant(ms(40.0)),
        stall: None,
    };
    let site = site(&[("good", serve(manner)), ("bad", busy)]);
    let load = Load {
        endpoints: vec![page("good", "/"), page("bad", "/")],
        ..load(50, 2)
    };
    let result = put(load, &site).await;
    let summary = &result.overall;
    let (answers, all) = (
        summary.latency.expect("answers"),
        summary.with_errors.expect("errors"),
    );
    assert_eq!(summary.answered + summary.errors.count(), 100);
    assert_eq!((answers.count, all.count), (summary.answered, 100));
    assert!(answers.p50_us >= 40_000 && all.p50_us <= answers.p50_us && all.mean_us < answers.mean_us);
}

#[tokio::test]
async fn an_endless_body_and_a_slow_header_end_at_the_timeout() {
    let endless = server(|mut stream| async move {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {
            tokio::time::sleep(ms(1.0)).await;
        }
    })
    .await;
    let slow = server(|mut stream| async move {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" {
            tokio::time::sleep(ms(100.0)).await;
            let _ = stream.write_all(&[*byte]).await;
        }
    })
    .await;
    for at in [endless, slow] {
        let began = Instant::now();
        let result = errors_of(at).await;
        assert_eq!(result.overall.errors.timeout, 20, "{:?}", result.overall.errors);
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_page_is_asked_by_head_where_the_file_says_so_and_connections_are_kept() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let at = server(move |mut stream| {
        let tell = tell.clone();
        async move {
            let mut request = [0; 1024];
            while let Ok(count @ 1..) = stream.read(&mut request).await {
                let _ = tell.send(String::from_utf8_lossy(&request[..count]).into_owned());
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
                    .await;
            }
        }
    })
    .await;
    let head = LoadEndpoint {
        method: LoadMethod::Head,
        ..page("api", "/health?full=1")
    };
    let load = Load {
        endpoints: vec![head],
        warm_up_seconds: 0,
        ..load(20, 1)
    };
    let result = put(load, &site(&[("api", at)])).await;
    assert_eq!(
        (result.overall.answered, result.connections <= 3),
        (20, true),
        "{result:?}"
    );
    let request = told.recv().await.expect("a request");
    assert!(
        request.starts_with("HEAD /health?full=1 HTTP/1.1\r\nhost: 127.0.0.1:"),
        "{request}"
    );
}

// ---- what may be asked -----------------------------------------------------------------------------------------------

#[tokio::test]
async fn nothing_is_sent_that_the_environment_does_not_list() {
    let (progress, _) = watch::channel(LoadProgress::default());
    let prober = Prober::new(context());
    let site = site(&[("api", ([127, 0, 0, 1], 9).into())]);
    let mut metadata = site.clone();
    metadata.environment.endpoints[0].url = "http://169.254.169.254".to_owned();
    let mut told = Vec::new();
    for (site, asked, rate) in [
        (&site, page("elsewhere", "/"), 10),
        (&site, page("127.0.0.1:9", "/"), 10),
        (&site, page("api", "//elsewhere/"), 0),
        (&site, page("api", "elsewhere:80/"), 10),
        (&metadata, page("api", "/"), 10),
    ] {
        let plan = LoadPlan {
            load: Load {
                endpoints: vec![asked],
                ..load(rate, 1)
            },
            seed: 1,
        };
        let loaded = prober
            .load(&plan, site, CancellationToken::new(), &progress)
            .await;
        told.push(loaded.expect_err("refused").to_string());
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn a_path_never_changes_the_host() {
    let at = saying(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let load = Load {
        endpoints: vec![page("api", "//169.254.169.254/latest")],
        warm_up_seconds: 0,
        ..load(10, 1)
    };
    let result = put(load, &site(&[("api", at)])).await;
    assert_eq!(result.overall.answered, 10, "{:?}", result.overall.errors);
}

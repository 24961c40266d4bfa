//! Servers that speak another protocol than they are asked in, or none, or speak it without end: every pair of them.

use crate::support::{endpoint, environment, get, open, probe, server};
use domain::probe::{
    DockerProbe, DockerQuestion, MetricProbe, MetricQuestion, PostgresProbe, PostgresQuestion, ProbeSpec,
    PrometheusProbe, PrometheusQuestion, RedisProbe, RedisQuestion,
};
use domain::verdict::Verdict;
use probe::Site;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const DEADLINE: Duration = Duration::from_millis(400);

/// How a server behaves: what it says first, what it says for ever after, and how long it waits between.
type Manner = (&'static str, &'static [u8], &'static [u8], Duration);

const MANNERS: &[Manner] = &[
    (
        "http",
        b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
        b"",
        Duration::ZERO,
    ),
    ("redis", b"-ERR unknown command\r\n", b"", Duration::ZERO),
    ("postgres", b"E\0\0\0\x0bSFATAL\0\0", b"", Duration::ZERO),
    ("ssh", b"SSH-2.0-OpenSSH_9.6\r\n", b"", Duration::ZERO),
    ("mysql", b"\x4a\0\0\0\x0a8.0.36\0\x08\0\0\0", b"", Duration::ZERO),
    ("half open", b"", b"", Duration::ZERO),
    (
        "slow headers",
        b"HTTP/1.1 200 OK\r\n",
        b"x",
        Duration::from_millis(100),
    ),
    (
        "endless headers",
        b"HTTP/1.1 200 OK\r\n",
        b"x-more: xxxxxxxxxxxxxxxx\r\n",
        Duration::ZERO,
    ),
    ("nested lists", b"", b"*1\r\n", Duration::ZERO),
    (
        "a long list",
        b"*2147483647\r\n",
        b"$3\r\nabc\r\n",
        Duration::ZERO,
    ),
    (
        "a long text",
        b"$9223372036854775807\r\n",
        b"xxxxxxxxxxxxxxxx",
        Duration::ZERO,
    ),
    // Authentication by SCRAM-SHA-256, of which the server's part never comes whole.
    (
        "slow SCRAM",
        b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0",
        b"R",
        Duration::from_millis(100),
    ),
    ("endless notices", b"", b"N\0\0\0\x0dSNOTICE\0\0", Duration::ZERO),
    ("zeroes", b"", &[0; 4096], Duration::ZERO),
];

async fn behaving((_, first, again, pause): Manner) -> SocketAddr {
    server(move |mut stream| async move {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(first).await;
        let mut tick = tokio::time::interval(pause.max(Duration::from_micros(1)));
        while !again.is_empty() && stream.write_all(again).await.is_ok() {
            match pause.is_zero() {
                true => tokio::task::yield_now().await,
                false => {
                    tick.tick().await;
                }
            }
        }
        // Held open, whoever waits.
        while stream.read(&mut request).await.is_ok_and(|count| count > 0) {}
    })
    .await
}

fn site(at: SocketAddr) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![
        endpoint("backend", &format!("http://{at}"), &["backend:8000"]),
        endpoint("prometheus", &format!("http://{at}"), &["prometheus:9090"]),
        endpoint("docker", &format!("tcp://{at}"), &[]),
        endpoint("redis", &format!("redis://{at}"), &[]),
        endpoint("database", &format!("postgres://me:it-is-secret@{at}/shop"), &[]),
    ];
    Site {
        deadline: DEADLINE,
        ..open(environment)
    }
}

fn questions() -> [(&'static str, ProbeSpec); 6] {
    [
        ("http", ProbeSpec::Http(get("http://backend:8000/"))),
        (
            "redis",
            ProbeSpec::Redis(RedisProbe {
                address: Some("redis".to_owned()),
                question: RedisQuestion::Ping,
            }),
        ),
        (
            "postgres",
            ProbeSpec::Postgres(PostgresProbe {
                address: None,
                question: PostgresQuestion::Answers,
            }),
        ),
        (
            "docker",
            ProbeSpec::Docker(DockerProbe {
                project: None,
                services: Vec::new(),
                question: DockerQuestion::Running,
            }),
        ),
        (
            "prometheus",
            ProbeSpec::Prometheus(PrometheusProbe {
                url: None,
                question: PrometheusQuestion::Targets { job: None },
            }),
        ),
        (
            "metrics",
            ProbeSpec::Metric(MetricProbe {
                url: "http://backend:8000/metrics".to_owned(),
                question: MetricQuestion::Present {
                    name: "requests".to_owned(),
                },
            }),
        ),
    ]
}

/// The most memory that this process had at once, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel shows it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.expect("a number") * 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_answers_the_reason_comes_in_time_and_no_pair_passes() {
    let before = peak();
    let mut longest = (Duration::ZERO, String::new());
    let mut pairs = 0;
    for manner in MANNERS {
        let site = site(behaving(*manner).await);
        for (asked, spec) in questions() {
            let began = Instant::now();
            let finding = probe(&spec, &site).await;
            let took = began.elapsed();
            let pair = format!("{asked} of {}", manner.0);
            assert!(
                matches!(finding.verdict, Verdict::Error | Verdict::Fail),
                "{pair}: {finding:#?}"
            );
            assert!(
                !finding.reason.is_empty() && !format!("{finding:?}").contains("it-is-secret"),
                "{pair}"
            );
            // Ten times what is aimed at: a probe that hangs fails it, a machine under load does not.
            assert!(
                took < DEADLINE + Duration::from_millis(500),
                "{pair} took {took:?}: {}",
                finding.reason
            );
            if took > longest.0 {
                longest = (took, pair);
            }
            pairs += 1;
        }
    }
    println!(
        "hostile: {pairs} pairs, the longest {} in {:?} with a deadline of {DEADLINE:?}; peak memory grew by {} KB",
        longest.1,
        longest.0,
        (peak() - before) / 1024
    );
}

/// How much later than alone a good target may be answered for beside bad ones: ten times what is aimed at, so that a probe that is
/// held up fails it and a machine under load does not.
const DELAY: Duration = Duration::from_millis(100);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_target_beside_bad_ones_is_answered_for_at_once() {
    let good = site(
        behaving((
            "good",
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            b"",
            Duration::ZERO,
        ))
        .await,
    );
    let good_spec = ProbeSpec::Http(get("http://backend:8000/"));
    let mut longest = (Duration::ZERO, "");
    for manner in MANNERS {
        // One that floods takes a whole core of the test's own: that is the server's doing.
        if !manner.2.is_empty() && manner.3.is_zero() {
            continue;
        }
        let bad = site(behaving(*manner).await);
        let specs = questions();
        let asking = futures::future::join_all(specs.iter().map(|(_, spec)| probe(spec, &bad)));
        let beside = async {
            let mut best = Duration::MAX;
            for _ in 0..5 {
                let began = Instant::now();
                let finding = probe(&good_spec, &good).await;
                assert_eq!(
                    finding.verdict,
                    Verdict::Pass,
                    "beside {}: {finding:#?}",
                    manner.0
                );
                best = best.min(began.elapsed());
            }
            best
        };
        let (_, best) = futures::future::join(asking, beside).await;
        assert!(best < DELAY, "beside {}: {best:?}", manner.0);
        if best > longest.0 {
            longest = (best, manner.0);
        }
    }
    println!(
        "hostile: a good target took {:?} at most, beside {}",
        longest.0, longest.1
    );
}

//! A round observes once what several of its probes ask, over one connection to each target.

use crate::support::{Folder, context, endpoint, environment, get, open, site_of};
use domain::probe::{
    MetricProbe, MetricQuestion, PostgresProbe, PostgresQuestion, ProbeSpec, RedisProbe, RedisQuestion,
    TextRule,
};
use domain::verdict::{Finding, Verdict};
use probe::{CancellationToken, Prober, Site};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn together(prober: &Prober, specs: &[ProbeSpec], site: &Site) -> Vec<Finding> {
    let round = prober.round();
    let probing = specs
        .iter()
        .map(|spec| round.probe(spec, site, CancellationToken::new()));
    futures::future::join_all(probing).await
}

fn verdicts(findings: &[Finding]) -> Vec<Verdict> {
    findings.iter().map(|finding| finding.verdict).collect()
}

fn metric(name: &str) -> ProbeSpec {
    ProbeSpec::Metric(MetricProbe {
        url: "http://backend:8000/metrics".to_owned(),
        question: MetricQuestion::Present {
            name: name.to_owned(),
        },
    })
}

fn redis(question: RedisQuestion) -> ProbeSpec {
    ProbeSpec::Redis(RedisProbe {
        address: None,
        question,
    })
}

fn info(section: &str, field: &str) -> ProbeSpec {
    redis(RedisQuestion::Info {
        section: Some(section.to_owned()),
        field: field.to_owned(),
        rules: vec![TextRule::NotEmpty],
    })
}

#[tokio::test]
async fn several_questions_to_one_page_make_one_request_and_their_evidence_names_it() {
    let server = MockServer::start().await;
    let page = ResponseTemplate::new(200).set_body_string("hits 1\nmisses 2\n");
    Mock::given(path("/metrics"))
        .respond_with(page)
        .mount(&server)
        .await;
    let (prober, site) = (Prober::new(context()), site_of(*server.address()));
    let specs = [metric("hits"), metric("misses"), metric("evictions")];
    let findings = together(&prober, &specs, &site).await;
    assert_eq!(verdicts(&findings), [Verdict::Pass, Verdict::Pass, Verdict::Fail]);
    let captures: Vec<_> = findings
        .iter()
        .map(|finding| &finding.evidence.captures)
        .collect();
    assert!(
        captures[0][0].name.ends_with("/metrics (endpoint backend)"),
        "{captures:?}"
    );
    assert!(
        captures.iter().all(|one| one.len() == 1 && *one == captures[0]),
        "{captures:?}"
    );
    let requests = async || server.received_requests().await.map(|requests| requests.len());
    assert_eq!(requests().await, Some(1));
    together(&prober, &specs, &site).await;
    assert_eq!(requests().await, Some(2), "a later round looks again");
}

#[tokio::test]
async fn who_names_a_status_does_not_get_the_page_that_a_redirect_leads_to() {
    let server = MockServer::start().await;
    let moved = ResponseTemplate::new(301).insert_header("location", "/new");
    Mock::given(path("/old")).respond_with(moved).mount(&server).await;
    Mock::given(path("/new"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    let following = get("http://backend:8000/old");
    let mut named = following.clone();
    named.status = domain::probe::StatusRule::Is(301);
    let specs = [ProbeSpec::Http(following), ProbeSpec::Http(named)];
    let findings = together(&Prober::new(context()), &specs, &site_of(*server.address())).await;
    assert_eq!(
        verdicts(&findings),
        [Verdict::Warning, Verdict::Pass],
        "{findings:#?}"
    );
}

/// Counts the connections that go through it to a server's socket.
fn counted(own: &Path, server: PathBuf) -> Arc<AtomicU32> {
    let listener = UnixListener::bind(own).expect("a new socket");
    let count = Arc::new(AtomicU32::new(0));
    let counting = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            counting.fetch_add(1, Ordering::Relaxed);
            let server = server.clone();
            tokio::spawn(async move {
                let mut server = UnixStream::connect(server).await.expect("the server");
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    count
}

#[sqlx::test(migrations = false)]
async fn questions_to_one_database_go_over_one_connection_and_a_failed_one_harms_no_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let folder = Folder::new();
    let name = format!(".s.PGSQL.{}", options.get_port());
    let server = options.get_socket().expect("a socket").join(&name);
    let connections = counted(&folder.path().join(&name), server);
    let mut environment = environment(folder.path());
    let through = options.clone().socket(folder.path());
    environment.endpoints = vec![endpoint("database", through.to_url_lossy().as_str(), &[])];
    let ask = |question| {
        ProbeSpec::Postgres(PostgresProbe {
            address: None,
            question,
        })
    };
    let query = |sql: &str| {
        ask(PostgresQuestion::Query {
            sql: sql.to_owned(),
            rules: vec![],
        })
    };
    let specs = [
        ask(PostgresQuestion::Answers),
        query("SELECT 1 FROM nowhere"),
        query("SELECT 2"),
        ask(PostgresQuestion::Answers),
    ];
    let findings = together(&Prober::new(context()), &specs, &open(environment)).await;
    assert_eq!(
        verdicts(&findings),
        [Verdict::Pass, Verdict::Error, Verdict::Pass, Verdict::Pass],
        "{findings:#?}"
    );
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

/// A Redis that counts connections and `INFO`s, and closes a connection after `lives` commands.
async fn redis_that_counts(lives: u32) -> (Site, Arc<AtomicU32>, Arc<AtomicU32>) {
    let (connections, infos) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (connected, asked) = (Arc::clone(&connections), Arc::clone(&infos));
    let server = crate::support::server(move |stream: TcpStream| {
        let (connected, asked) = (Arc::clone(&connected), Arc::clone(&asked));
        async move {
            connected.fetch_add(1, Ordering::Relaxed);
            let mut lines = BufReader::new(stream);
            for _ in 0..lives {
                let mut word = String::new();
                while !["PING\r\n", "INFO\r\n"].contains(&word.as_str()) {
                    word.clear();
                    if lines.read_line(&mut word).await.unwrap_or_default() == 0 {
                        return;
                    }
                }
                let text = "# Server\r\nredis_version:7.0\r\n\r\n# Memory\r\nused_memory:5\r\n";
                let reply = if word.starts_with("PING") {
                    "+PONG\r\n".to_owned()
                } else {
                    asked.fetch_add(1, Ordering::Relaxed);
                    format!("${}\r\n{text}\r\n", text.len())
                };
                lines.write_all(reply.as_bytes()).await.expect("written");
            }
        }
    })
    .await;
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint("redis", &format!("redis://{server}"), &[])];
    (open(environment), connections, infos)
}

#[tokio::test]
async fn questions_to_any_section_of_info_are_one_command_and_all_commands_share_a_connection() {
    let (site, connections, infos) = redis_that_counts(10).await;
    let specs = [
        redis(RedisQuestion::Ping),
        info("memory", "used_memory"),
        info("server", "redis_version"),
        info("memory", "redis_version"),
    ];
    let findings = together(&Prober::new(context()), &specs, &site).await;
    let read: Vec<Verdict> = verdicts(&findings);
    assert_eq!(
        read,
        [Verdict::Pass, Verdict::Pass, Verdict::Pass, Verdict::Error],
        "a field of another section is not there: {findings:#?}"
    );
    let counts = (connections.load(Ordering::Relaxed), infos.load(Ordering::Relaxed));
    assert_eq!(counts, (1, 1));
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_made_again() {
    let (site, connections, _) = redis_that_counts(1).await;
    let prober = Prober::new(context());
    let round = prober.round();
    for spec in [redis(RedisQuestion::Ping), info("memory", "used_memory")] {
        let finding = round.probe(&spec, &site, CancellationToken::new()).await;
        assert_eq!(finding.verdict, Verdict::Pass, "{finding:#?}");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 2);
}

//! Redis: a server of its own for each test, and others that only claim to be one.

use crate::support::{Folder, assert_said, endpoint, environment, open, probe, server};
use domain::probe::{Filter, ProbeSpec, RedisProbe, RedisQuestion, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use domain::verdict::Verdict;
use probe::Site;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// A server with its data in a folder; both end with the test.
pub struct Redis {
    pub address: SocketAddr,
    process: Child,
    folder: Folder,
}

impl Redis {
    pub async fn start(options: &[&str]) -> Self {
        Self::start_in(Folder::new(), options, "Ready to accept connections").await
    }

    async fn start_in(folder: Folder, options: &[&str], ready: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = free.local_addr().expect("its address");
        drop(free);
        let mut process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
            .args(["--save", "", "--dir", &folder.path().display().to_string()])
            .args(options)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("redis-server is installed (scripts/setup)");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        let mut lines = output.lines();
        while let Some(line) = lines.next_line().await.expect("a line") {
            if line.contains(ready) {
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Self {
                    address,
                    process,
                    folder,
                };
            }
        }
        panic!("redis-server ended before it was ready: {options:?}");
    }

    /// Says it as a person would by telnet, and waits for so many replies of one line.
    pub async fn tell(&self, commands: &str, replies: usize) {
        let mut stream = BufReader::new(TcpStream::connect(self.address).await.expect("a connection"));
        stream.write_all(commands.as_bytes()).await.expect("written");
        for _ in 0..replies {
            let mut line = String::new();
            stream.read_line(&mut line).await.expect("a reply");
            assert!(!line.starts_with('-'), "{line}");
        }
    }

    fn site(&self) -> Site {
        site_at(&format!("redis://{}", self.address))
    }
}

fn site_at(url: &str) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint("cache", url, &["redis", "localhost:6379"])];
    Site {
        deadline: Duration::from_secs(2),
        ..open(environment)
    }
}

fn ask(question: RedisQuestion) -> ProbeSpec {
    ProbeSpec::Redis(RedisProbe {
        address: Some("redis".to_owned()),
        question,
    })
}

fn config(key: &str, rule: TextRule) -> ProbeSpec {
    ask(RedisQuestion::Config {
        key: key.to_owned(),
        rules: vec![rule],
    })
}

fn info(section: &str, field: &str, rule: TextRule) -> ProbeSpec {
    ask(RedisQuestion::Info {
        section: Some(section.to_owned()),
        field: field.to_owned(),
        rules: vec![rule],
    })
}

fn number(comparison: Comparison, value: f64, unit: Unit) -> TextRule {
    TextRule::Number(Bound {
        comparison,
        quantity: Quantity { value, unit },
    })
}

fn megabytes(comparison: Comparison, count: f64) -> TextRule {
    number(comparison, count * 1024.0 * 1024.0, Unit::Bytes)
}

fn is(text: &str) -> TextRule {
    TextRule::Is(text.to_owned())
}

#[tokio::test]
async fn settings_are_compared_as_bytes_and_both_spellings_are_shown() {
    let redis = Redis::start(&["--maxmemory", "512mb", "--appendonly", "yes"]).await;
    let site = redis.site();
    assert_said(
        &probe(&ask(RedisQuestion::Ping), &site).await,
        Verdict::Pass,
        "PONG",
    );
    let memory = config("maxmemory", megabytes(Comparison::Equal, 512.0));
    let finding = probe(&memory, &site).await;
    assert_said(&finding, Verdict::Pass, "maxmemory: 536870912 (512 MB)");
    assert_eq!(finding.evidence.read_as, "`CONFIG GET maxmemory`, natively");
    assert_eq!(finding.evidence.expected, "maxmemory: number = 512 MB");
    assert_eq!(
        finding.evidence.target,
        format!("Redis at 127.0.0.1:{} (endpoint cache)", redis.address.port())
    );
    assert_eq!(
        finding.evidence.output.expect("an output").text,
        "maxmemory\n536870912\n"
    );
    assert_said(
        &probe(&config("appendonly", is("yes")), &site).await,
        Verdict::Pass,
        "appendonly: “yes”",
    );

    redis
        .tell("CONFIG SET maxmemory 0\r\nCONFIG SET appendonly no\r\n", 2)
        .await;
    assert_said(
        &probe(&memory, &site).await,
        Verdict::Fail,
        "maxmemory: 0 (0 B), must be = 512 MB; 0 sets no limit",
    );
    assert_said(
        &probe(&config("appendonly", is("yes")), &site).await,
        Verdict::Fail,
        "appendonly: is “no”, not “yes”",
    );
    assert_said(
        &probe(&config("no-such", is("x")), &site).await,
        Verdict::Fail,
        "no setting no-such",
    );
}

#[tokio::test]
async fn a_field_of_info_is_judged_by_its_own_value_and_no_other_line() {
    let redis = Redis::start(&[]).await;
    let site = redis.site();
    assert_said(
        &probe(
            &info("memory", "used_memory", megabytes(Comparison::Below, 512.0)),
            &site,
        )
        .await,
        Verdict::Pass,
        "used_memory: ",
    );
    assert_said(
        &probe(
            &info("memory", "used_memory", megabytes(Comparison::Below, 0.001)),
            &site,
        )
        .await,
        Verdict::Fail,
        "must be < 1",
    );
    let zero = number(Comparison::Equal, 0.0, Unit::Count);
    assert_said(
        &probe(&info("stats", "evicted_keys", zero.clone()), &site).await,
        Verdict::Pass,
        "evicted_keys: 0",
    );
    // Enough keys in too little memory are evicted.
    redis
        .tell(
            "CONFIG SET maxmemory-policy allkeys-lru\r\nSET a b\r\nCONFIG SET maxmemory 1\r\n",
            3,
        )
        .await;
    assert_said(
        &probe(&info("stats", "evicted_keys", zero), &site).await,
        Verdict::Fail,
        "evicted_keys: 1, must be = 0",
    );
    assert_said(
        &probe(&info("server", "redis_version", TextRule::NotEmpty), &site).await,
        Verdict::Pass,
        "redis_version: “",
    );
    assert_said(
        &probe(&info("persistence", "aof_enabled", is("1")), &site).await,
        Verdict::Fail,
        "aof_enabled: is “0”, not “1”",
    );
    assert_said(
        &probe(&info("server", "no_such", TextRule::NotEmpty), &site).await,
        Verdict::Error,
        "no field no_such",
    );
}

#[tokio::test]
async fn other_reading_commands_are_printed_as_redis_cli_does_and_writing_ones_never_sent() {
    let redis = Redis::start(&[]).await;
    let site = redis.site();
    redis.tell("RPUSH list one two three\r\n", 1).await;
    let text = |command: &[&str], filters: &[Filter], rule: TextRule| {
        ask(RedisQuestion::Text {
            command: command.iter().map(|word| (*word).to_owned()).collect(),
            filters: filters.to_vec(),
            rules: vec![rule],
        })
    };
    let lrange = ["LRANGE", "list", "0", "-1"];
    assert_said(
        &probe(&text(&lrange, &[Filter::Tail(1)], is("three")), &site).await,
        Verdict::Pass,
        "three",
    );
    assert_said(
        &probe(
            &text(&["dbsize"], &[], number(Comparison::AtLeast, 2.0, Unit::Count)),
            &site,
        )
        .await,
        Verdict::Fail,
        "1, must be ≥ 2",
    );
    assert_said(
        &probe(&text(&["FLUSHALL"], &[], TextRule::NotEmpty), &site).await,
        Verdict::Error,
        "was not sent",
    );
    assert_said(
        &probe(&text(&["dbsize"], &[], is("1")), &site).await,
        Verdict::Pass,
        "1",
    );
}

#[tokio::test]
async fn a_password_is_asked_for_by_the_name_of_the_secret_and_never_shown() {
    let redis = Redis::start(&["--requirepass", "hunter2secret"]).await;
    let ping = ask(RedisQuestion::Ping);
    assert_said(
        &probe(&ping, &redis.site()).await,
        Verdict::Error,
        "asks for a password (NOAUTH): name it in the url of endpoint cache, as `redis://:$REDIS_PASSWORD@host:port`, \
         and add `REDIS_PASSWORD = \"file:/…\"` below [secrets] in environments/test.toml",
    );
    let wrong = site_at(&format!("redis://:wrong-one@{}", redis.address));
    assert_said(
        &probe(&ping, &wrong).await,
        Verdict::Error,
        "(WRONGPASS): correct the secret",
    );
    let right = site_at(&format!("redis://:hunter2secret@{}/3", redis.address));
    assert_said(&probe(&ping, &right).await, Verdict::Pass, "PONG");
    let finding = probe(&config("requirepass", TextRule::NotEmpty), &right).await;
    assert_eq!(finding.verdict, Verdict::Pass);
    assert!(!format!("{finding:?}").contains("hunter2secret"), "{finding:#?}");

    redis
        .tell(
            "AUTH hunter2secret\r\nACL SETUSER probe on >probe-secret +ping\r\n",
            2,
        )
        .await;
    let probing = site_at(&format!("redis://probe:probe-secret@{}", redis.address));
    assert_said(&probe(&ping, &probing).await, Verdict::Pass, "PONG");
    assert_said(
        &probe(&config("maxmemory", is("0")), &probing).await,
        Verdict::Error,
        "(NOPERM): allow it with ACL SETUSER",
    );
    let open = Redis::start(&[]).await;
    let needless = site_at(&format!("redis://:hunter2secret@{}", open.address));
    assert_said(
        &probe(&ping, &needless).await,
        Verdict::Error,
        "it has no password",
    );
}

#[tokio::test]
async fn a_server_that_still_loads_is_no_data_and_one_that_is_gone_an_error() {
    let first = Redis::start(&[]).await;
    let value = "x".repeat(4096);
    let sets: String = (0..200).map(|key| format!("SET key{key} {value}\r\n")).collect();
    first.tell(&format!("{sets}SAVE\r\n"), 201).await;
    let Redis {
        mut process, folder, ..
    } = first;
    process.kill().await.expect("it ends");

    let slowly = [
        "--key-load-delay",
        "50000",
        "--loading-process-events-interval-bytes",
        "1024",
    ];
    let mut second = Redis::start_in(folder, &slowly, "Loading RDB").await;
    let site = second.site();
    assert_said(
        &probe(&ask(RedisQuestion::Ping), &site).await,
        Verdict::NoData,
        "still loading its data from disk (LOADING)",
    );
    second.process.kill().await.expect("it ends");
    assert_said(
        &probe(&ask(RedisQuestion::Ping), &site).await,
        Verdict::Error,
        "connection refused",
    );
    drop(second.folder);
}

#[tokio::test]
async fn a_replica_without_its_master_and_a_server_that_cannot_save_say_so() {
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = gone.local_addr().expect("its address").port().to_string();
    drop(gone);
    let replica = Redis::start(&[
        "--replicaof",
        &format!("127.0.0.1 {port}"),
        "--replica-serve-stale-data",
        "no",
    ])
    .await;
    let size = ask(RedisQuestion::Text {
        command: vec!["DBSIZE".to_owned()],
        filters: vec![],
        rules: vec![TextRule::NotEmpty],
    });
    assert_said(
        &probe(&size, &replica.site()).await,
        Verdict::Error,
        "lost its master (MASTERDOWN)",
    );

    let address = answering("-MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.\r\n").await;
    assert_said(
        &probe(&ask(RedisQuestion::Ping), &site_at(&format!("redis://{address}"))).await,
        Verdict::Fail,
        "cannot save to disk and refuses writes (MISCONF)",
    );
}

/// A server that answers every question alike and then keeps silent.
async fn answering(reply: impl Into<Vec<u8>>) -> SocketAddr {
    let reply: Vec<u8> = reply.into();
    server(move |mut stream| {
        let reply = reply.clone();
        async move {
            let mut question = [0; 1024];
            while let Ok(1..) = stream.read(&mut question).await {
                let _ = stream.write_all(&reply).await;
            }
        }
    })
    .await
}

#[tokio::test]
async fn hostile_answers_are_errors_with_a_reason_and_take_neither_memory_nor_time() {
    let hostile: &[(&[u8], &str)] = &[
        (b"$9000000000\r\nabc", "announces a value of 9000000000 bytes"),
        (b"*900000000\r\n", "announces 900000000 values"),
        (&b"*1\r\n".repeat(5000), "more than 8 deep"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak Redis"),
        (b"+PO", "no complete answer within 2000 ms"),
        (b"", "no complete answer within 2000 ms"),
        (
            b"-ERR something \x1b[31mred\r\n",
            "answers with an error: “ERR something \\u{1b}[31mred”",
        ),
    ];
    for (reply, why) in hostile {
        let address = answering(*reply).await;
        let site = site_at(&format!("redis://{address}"));
        assert_said(
            &probe(&ask(RedisQuestion::Ping), &site).await,
            Verdict::Error,
            why,
        );
    }
    let closing = server(|stream| async move { drop(stream) }).await;
    let finding = probe(&ask(RedisQuestion::Ping), &site_at(&format!("redis://{closing}"))).await;
    assert_eq!(finding.verdict, Verdict::Error, "{finding:#?}");
    let endless = server(|mut stream| async move {
        let _ = stream.write_all(b"+").await;
        while stream.write_all(&[b'x'; 65536]).await.is_ok() {}
    })
    .await;
    assert_said(
        &probe(&ask(RedisQuestion::Ping), &site_at(&format!("redis://{endless}"))).await,
        Verdict::Error,
        "longer than 1 MB",
    );
    let other = answering("+HELLO\r\n").await;
    assert_said(
        &probe(&ask(RedisQuestion::Ping), &site_at(&format!("redis://{other}"))).await,
        Verdict::Fail,
        "answered PING with “HELLO”, not with PONG",
    );
}

#[tokio::test]
async fn an_address_without_an_endpoint_is_an_error_that_names_the_line_to_add() {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint("web", "http://127.0.0.1:1/", &["web:6379"])];
    let site = open(environment);
    let at = |address: Option<&str>| {
        ProbeSpec::Redis(RedisProbe {
            address: address.map(str::to_owned),
            question: RedisQuestion::Ping,
        })
    };
    assert_said(
        &probe(&at(Some("redis")), &site).await,
        Verdict::Error,
        "redis:6379 is not an endpoint of the environment test: add `replaces = [\"redis:6379\"]`",
    );
    assert_said(
        &probe(&at(None), &site).await,
        Verdict::Error,
        "localhost:6379 is not an endpoint",
    );
    assert_said(
        &probe(&at(Some("web")), &site).await,
        Verdict::Error,
        "endpoint web is not a Redis server",
    );
    let metadata = site_at("redis://metadata.invalid:6379");
    assert_said(
        &probe(&ask(RedisQuestion::Ping), &metadata).await,
        Verdict::Error,
        "does not resolve",
    );
}

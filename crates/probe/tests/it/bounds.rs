//! What a target sends without end is read up to a bound, and memory does not grow with it. Each is measured in a process of its
//! own: the peak of a process says nothing while other tests run in it.

use crate::support::{assert_said, endpoint, environment, get, open, probe, server};
use domain::probe::{DockerProbe, DockerQuestion, Filter, LogsQuestion, ProbeSpec, TextRule};
use domain::verdict::Verdict;
use probe::Site;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Names the test that this process was started for.
const ALONE: &str = "GONOGO_TEST_ALONE";

/// How much the peak may grow, in bytes.
const GROWTH: u64 = 4 * 1024 * 1024;

/// A gigabyte.
const LOG_BYTES: usize = 1024 * 1024 * 1024;

/// Whether this is the process that measures; another one starts it and waits for it.
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own process is told which test it is for"
)]
fn alone(name: &str) -> bool {
    if std::env::var(ALONE).is_ok_and(|test| test == name) {
        return true;
    }
    let itself = std::env::current_exe().expect("this program");
    let output = std::process::Command::new(itself)
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(ALONE, name)
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    print!(
        "{}",
        said.lines()
            .find(|line| line.starts_with("bounds:"))
            .unwrap_or_default()
    );
    false
}

/// The most memory that this process had at once, in bytes, without the pages of its own program: those are read as it comes to them.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel shows it");
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        number.expect("a number")
    };
    (kilobytes("VmHWM:") - kilobytes("RssFile:")) * 1024
}

/// An engine with one container, whose log is a gigabyte.
async fn engine() -> SocketAddr {
    server(|mut stream| async move {
        let mut request = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut request).await {
            let text = String::from_utf8_lossy(&request[..count]).into_owned();
            let labels = json!({"com.docker.compose.project": "shop", "com.docker.compose.service": "web",
                "com.docker.compose.oneoff": "False", "com.docker.compose.project.working_dir": "/srv/shop"});
            if text.contains("/containers/json") {
                say(
                    &mut stream,
                    &json!([{"Id": "id-web", "Names": ["/shop-web-1"], "Labels": labels}]),
                )
                .await;
            } else if text.contains("/id-web/json") {
                let state = json!({"Status": "running", "StartedAt": "2026-11-20T10:00:01.5Z"});
                let config = json!({"Image": "shop:1", "Env": []});
                say(
                    &mut stream,
                    &json!({"Id": "id-web", "Name": "/shop-web-1", "State": state, "Config": config,
                    "Created": "2026-11-20T10:00:00Z", "Image": "sha256:aa", "RestartCount": 0}),
                )
                .await;
            } else {
                pour(&mut stream).await;
                return;
            }
        }
    })
    .await
}

async fn say(stream: &mut TcpStream, body: &Value) {
    let body = body.to_string();
    let head = format!("content-type: application/json\r\ncontent-length: {}", body.len());
    let _ = stream
        .write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").as_bytes())
        .await;
}

/// The log in the engine's frames: the stream, the length, a line with its time.
async fn pour(stream: &mut TcpStream) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.docker.multiplexed-stream\r\n\r\n";
    let _ = stream.write_all(head.as_bytes()).await;
    let line = format!(
        "2026-11-20T10:00:02.000000000Z request served in 3 ms {}\n",
        "x".repeat(140)
    );
    let length = u32::try_from(line.len()).expect("a short line").to_be_bytes();
    let frame = [&[1, 0, 0, 0], length.as_slice(), line.as_bytes()].concat();
    let piece = frame.repeat(64);
    let mut sent = 0;
    while sent < LOG_BYTES && stream.write_all(&piece).await.is_ok() {
        sent += piece.len();
    }
}

fn logs(pattern: &str) -> ProbeSpec {
    let question = LogsQuestion {
        last_seconds: None,
        tail: None,
        filters: vec![Filter::Grep {
            pattern: pattern.to_owned(),
            ignore_case: true,
            invert: false,
        }],
        rules: vec![TextRule::Empty],
    };
    ProbeSpec::Docker(DockerProbe {
        project: None,
        services: vec!["web".to_owned()],
        question: DockerQuestion::Logs(question),
    })
}

fn site(name: &str, url: &str) -> Site {
    let mut environment = environment(std::path::Path::new("/srv/shop"));
    environment.endpoints = vec![endpoint(name, url, &["backend:8000"])];
    Site {
        deadline: Duration::from_secs(25),
        ..open(environment)
    }
}

#[test]
fn a_log_of_a_gigabyte_is_searched_in_four_megabytes() {
    if !alone("bounds::a_log_of_a_gigabyte_is_searched_in_four_megabytes") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let site = site("docker", &format!("tcp://{}", engine().await));
        let running = ProbeSpec::Docker(DockerProbe {
            project: None,
            services: Vec::new(),
            question: DockerQuestion::Running,
        });
        assert_said(&probe(&running, &site).await, Verdict::Pass, "web runs");
        let before = peak();
        // Nothing of what was read says `error`; what was not read may.
        let finding = probe(&logs("error"), &site).await;
        assert_eq!(finding.verdict, Verdict::Error, "{finding:#?}");
        assert_said(
            &probe(&logs("served"), &site).await,
            Verdict::Fail,
            "request served",
        );
        let grew = peak().saturating_sub(before);
        println!(
            "bounds: two searches of a log of 1 GB, peak memory grew by {} KB",
            grew / 1024
        );
        assert!(grew <= GROWTH, "peak memory grew by {} KB", grew / 1024);
    });
}

#[test]
fn a_page_without_end_is_read_in_four_megabytes() {
    if !alone("bounds::a_page_without_end_is_read_in_four_megabytes") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let address = server(|mut stream| async move {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            let piece = b"spam spam spam\n".repeat(1000);
            while stream.write_all(&piece).await.is_ok() {}
        })
        .await;
        let site = site("backend", &format!("http://{address}"));
        let mut spec = get("http://backend:8000/");
        spec.body = vec![TextRule::Lacks("eggs".to_owned())];
        // What a first request needs once is none of the page's.
        let small = server(|mut stream| async move {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .await;
        })
        .await;
        let first = self::site("backend", &format!("http://{small}"));
        assert_said(
            &probe(&ProbeSpec::Http(spec.clone()), &first).await,
            Verdict::Pass,
            "200 OK",
        );
        let before = peak();
        let finding = probe(&ProbeSpec::Http(spec), &site).await;
        assert_said(&finding, Verdict::Error, "too long to be read whole");
        let grew = peak().saturating_sub(before);
        println!(
            "bounds: a page without end, peak memory grew by {} KB",
            grew / 1024
        );
        assert!(grew <= GROWTH, "peak memory grew by {} KB", grew / 1024);
    });
}

//! Docker: an engine where there is one, and servers that claim to be one.

use crate::support::{Folder, assert_said, endpoint, environment, open, probe, server};
use domain::environment::Environment;
use domain::probe::{DockerProbe, DockerQuestion, Filter, LogsQuestion, ProbeSpec, TextRule};
use domain::verdict::Verdict;
use probe::Site;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn ask(services: &[&str], question: DockerQuestion) -> ProbeSpec {
    ProbeSpec::Docker(DockerProbe {
        project: None,
        services: services.iter().map(|service| (*service).to_owned()).collect(),
        question,
    })
}

fn logs(services: &[&str], pattern: &str, rule: TextRule) -> ProbeSpec {
    let question = LogsQuestion {
        last_seconds: None,
        tail: None,
        filters: vec![grep(pattern)],
        rules: vec![rule],
    };
    ask(services, DockerQuestion::Logs(question))
}

fn variables(service: &str, pattern: &str, rule: TextRule) -> ProbeSpec {
    let question = DockerQuestion::Environment {
        filters: vec![grep(pattern)],
        rules: vec![rule],
    };
    ask(&[service], question)
}

fn grep(pattern: &str) -> Filter {
    Filter::Grep {
        pattern: pattern.to_owned(),
        ignore_case: true,
        invert: false,
    }
}

fn at(url: &str) -> Environment {
    let mut environment = environment(std::path::Path::new("/srv/My.Shop"));
    environment.endpoints = vec![endpoint("docker", url, &[])];
    environment
}

fn site_at(url: &str) -> Site {
    Site {
        deadline: Duration::from_secs(1),
        ..open(at(url))
    }
}

/// An engine whose one container is as `seen` says, below what every container has.
async fn engine_with(seen: &[(&str, Value)]) -> MockServer {
    let engine = MockServer::start().await;
    let summaries: Vec<Value> = seen
        .iter()
        .map(|(service, _)| {
            let labels = json!({
                "com.docker.compose.project": "myshop", "com.docker.compose.service": service,
                "com.docker.compose.oneoff": "False", "com.docker.compose.project.working_dir": "/srv/My.Shop",
            });
            json!({"Id": format!("id-{service}"), "Names": [format!("/myshop-{service}-1")], "Labels": labels})
        })
        .chain([
            json!({"Id": "id-other", "Labels": {"com.docker.compose.project": "other", "com.docker.compose.service": "web",
                "com.docker.compose.project.working_dir": "/srv/other"}}),
            json!({"Id": "id-once", "Labels": {"com.docker.compose.project": "myshop", "com.docker.compose.service": "web",
                "com.docker.compose.oneoff": "True"}}),
        ])
        .collect();
    answers(&engine, "/containers/json", Value::Array(summaries)).await;
    for (service, seen) in seen {
        let mut whole = json!({"Id": format!("id-{service}"), "Name": format!("/myshop-{service}-1"), "RestartCount": 0,
            "Created": "2026-11-20T10:00:00Z", "Image": "sha256:aaaaaaaaaaaaaaaa", "Config": {"Image": "shop:1", "Env": []}});
        for (key, value) in seen.as_object().expect("an object") {
            whole[key] = value.clone();
        }
        answers(&engine, &format!("/containers/id-{service}/json"), whole).await;
    }
    engine
}

async fn answers(engine: &MockServer, at: &str, body: Value) {
    Mock::given(method("GET"))
        .and(path(at))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(engine)
        .await;
}

fn site(engine: &MockServer) -> Site {
    site_at(&engine.uri().replace("http://", "tcp://"))
}

fn running() -> Value {
    let state = json!({"Status": "running", "FinishedAt": "2026-11-20T10:00:00.5Z", "StartedAt": "2026-11-20T10:00:01.5Z"});
    json!({"State": state})
}

#[tokio::test]
async fn each_state_of_a_container_is_said_in_words() {
    let state = |state: Value| json!({"State": state, "RestartCount": 3});
    let now = chrono::DateTime::from_timestamp_nanos(i64::MAX).to_rfc3339();
    let cases = [
        (running(), Verdict::Pass, "web runs"),
        (
            json!({"State": {"Status": "running", "Health": {"Status": "healthy"}}}),
            Verdict::Pass,
            "web runs, healthy",
        ),
        (
            json!({"State": {"Status": "running", "Health": {"Status": "starting"}}}),
            Verdict::NoData,
            "health check has not answered yet",
        ),
        (
            json!({"State": {"Status": "running", "Health": {"Status": "unhealthy", "FailingStreak": 7, "Log": [
                {"ExitCode": 1, "Output": "HTTP 500\n"}]}}}),
            Verdict::Fail,
            "web is up but unhealthy, 7 failed checks in a row: “HTTP 500”",
        ),
        (state(json!({"Status": "paused"})), Verdict::Fail, "web is paused"),
        (
            state(json!({"Status": "exited", "ExitCode": 137, "OOMKilled": true})),
            Verdict::Fail,
            "web has exited with exit code 137, killed because it ran out of memory",
        ),
        (
            state(json!({"Status": "restarting", "ExitCode": 1})),
            Verdict::Fail,
            "web is restarting again and again: it ended with exit code 1; restarted 3 times",
        ),
        (
            state(json!({"Status": "created", "ExitCode": 127, "Error": "port is already allocated"})),
            Verdict::Fail,
            "web was created and never ran: exit code 127: “port is already allocated”",
        ),
        (
            state(json!({"Status": "running", "StartedAt": now})),
            Verdict::Warning,
            "web runs, but the engine restarted it 3 times, the last time less than a minute ago",
        ),
    ];
    for (seen, verdict, words) in cases {
        let engine = engine_with(&[("web", seen)]).await;
        assert_said(
            &probe(&ask(&["web"], DockerQuestion::Running), &site(&engine)).await,
            verdict,
            words,
        );
    }
    let engine = engine_with(&[("web", running())]).await;
    assert_said(
        &probe(&ask(&[], DockerQuestion::Healthy), &site(&engine)).await,
        Verdict::Fail,
        "web runs, but has no health check",
    );
}

#[tokio::test]
async fn containers_of_another_project_and_one_off_ones_are_nobodys_service() {
    let engine = engine_with(&[("web", running()), ("db", running())]).await;
    let site = site(&engine);
    let finding = probe(&ask(&[], DockerQuestion::Running), &site).await;
    assert_said(&finding, Verdict::Pass, "db runs; web runs");
    assert_eq!(
        finding.evidence.output.expect("an output").text,
        "db runs\nweb runs\n"
    );
    assert!(
        finding
            .evidence
            .target
            .starts_with("every service on Docker Engine at 127.0.0.1:")
    );
    assert_said(
        &probe(&ask(&["web", "cache"], DockerQuestion::Running), &site).await,
        Verdict::Fail,
        "the Compose project of /srv/My.Shop has no container of cache",
    );
    assert_said(
        &probe(&logs(&["cache"], "error", TextRule::Empty), &site).await,
        Verdict::NoData,
        "no container of cache",
    );
    let needy = MockServer::start().await;
    let labels = json!({"com.docker.compose.project": "myshop", "com.docker.compose.service": "web",
        "com.docker.compose.depends_on": "db:service_started:false,cache:service_healthy:true"});
    answers(
        &needy,
        "/containers/json",
        json!([{"Id": "id-web", "Labels": labels}]),
    )
    .await;
    answers(
        &needy,
        "/containers/id-web/json",
        json!({"Id": "id-web", "State": {"Status": "running"}}),
    )
    .await;
    assert_said(
        &probe(&ask(&[], DockerQuestion::Running), &site_at(&needy.uri())).await,
        Verdict::Fail,
        "has no container of cache, db",
    );
    let empty = engine_with(&[]).await;
    assert_said(
        &probe(&ask(&[], DockerQuestion::Running), &site_at(&empty.uri())).await,
        Verdict::Fail,
        "has no container: start it, or name it as COMPOSE_PROJECT_NAME below [variables]",
    );
    let mut named = at(&engine.uri());
    named
        .variables
        .insert("COMPOSE_PROJECT_NAME".to_owned(), "shop-2".to_owned());
    let asked = MockServer::start().await;
    named.endpoints[0].url = asked.uri();
    Mock::given(path("/containers/json"))
        .and(query_param(
            "filters",
            r#"{"label":["com.docker.compose.project=shop-2"]}"#,
        ))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
        .mount(&asked)
        .await;
    assert_said(
        &probe(&ask(&[], DockerQuestion::Running), &open(named)).await,
        Verdict::Fail,
        "the Compose project shop-2 has no container",
    );
}

#[tokio::test]
async fn variables_are_read_from_the_container_and_secrets_are_not_shown() {
    let seen = json!({"State": {"Status": "running"}, "Config": {"Env": [
        "REDIS_HOST=redis", "REDIS_PASSWORD=hunter2secret", "PATH=/bin"]}});
    let engine = engine_with(&[("web", seen)]).await;
    let site = site(&engine);
    let finding = probe(&variables("web", "REDIS", TextRule::NotEmpty), &site).await;
    assert_eq!(finding.verdict, Verdict::Pass);
    let shown = finding.evidence.output.clone().expect("an output").text;
    assert_eq!(shown, "REDIS_HOST=redis\nREDIS_PASSWORD=[not shown]\n");
    assert!(!format!("{finding:?}").contains("hunter2secret"));
    assert_said(
        &probe(&variables("web", "CACHE_", TextRule::NotEmpty), &site).await,
        Verdict::Fail,
        "empty, but something should be there",
    );
    let stopped = engine_with(&[("web", json!({"State": {"Status": "exited", "ExitCode": 1}}))]).await;
    assert_said(
        &probe(
            &variables("web", "REDIS", TextRule::NotEmpty),
            &site_at(&stopped.uri()),
        )
        .await,
        Verdict::Error,
        "nothing runs there to have variables: web has exited with exit code 1",
    );
}

#[tokio::test]
async fn a_container_that_was_made_before_env_was_changed_fails_with_both_values() {
    let seen = json!({"State": {"Status": "running"}, "Config": {"Env": [
        "REDIS_PORT=6379", "REDIS_HOST=redis", "REDIS_PASSWORD=hunter2secret", "CACHE=1"]}});
    let engine = engine_with(&[("web", seen)]).await;
    let folder = Folder::new();
    let mut environment = environment(folder.path());
    environment.endpoints = vec![endpoint("docker", &engine.uri(), &[])];
    environment
        .variables
        .insert("COMPOSE_PROJECT_NAME".to_owned(), "myshop".to_owned());
    let site = open(environment);
    let redis = variables("web", "REDIS", TextRule::NotEmpty);
    folder.write(
        ".env",
        "REDIS_PORT=6379\nREDIS_HOST='redis'\nCACHE=2\nREDIS_DB=0\nREDIS_PASSWORD=hunter2secret\n",
    );
    assert_said(&probe(&redis, &site).await, Verdict::Pass, "REDIS_HOST=redis");
    folder.write(
        ".env",
        "REDIS_PORT=6380\nREDIS_HOST=$OTHER\nREDIS_PASSWORD=another-one\n",
    );
    let finding = probe(&redis, &site).await;
    assert_said(
        &finding,
        Verdict::Fail,
        "web runs with other values than .env has now: REDIS_PASSWORD (not shown), REDIS_PORT (6379, in .env 6380); make it \
         again (`up -d web`)",
    );
    assert!(!format!("{finding:?}").contains("another-one"));
}

/// A log as the engine sends it: a stream number, three zeros, a length, a line with its time.
fn log(lines: &[&str]) -> Vec<u8> {
    let frame = |line: &&str| {
        let line = format!("{line}\n");
        let mut bytes = vec![2, 0, 0, 0];
        bytes.extend(u32::try_from(line.len()).expect("short").to_be_bytes());
        bytes.extend(line.into_bytes());
        bytes
    };
    lines.iter().flat_map(frame).collect()
}

async fn logging(engine: &MockServer, answer: ResponseTemplate) {
    Mock::given(path("/containers/id-web/logs"))
        .and(query_param("timestamps", "true"))
        .respond_with(answer)
        .mount(engine)
        .await;
}

#[tokio::test]
async fn logs_are_searched_since_the_deployment_and_the_matching_lines_are_the_evidence() {
    let lines = log(&[
        "2026-11-20T10:00:00.000000000Z ERROR of the old version",
        "2026-11-20T10:00:01.400000000Z ready\r",
        "2026-11-20T10:00:03.250000000Z an Error here",
        "2026-11-20T10:00:09.000000000Z error again",
    ]);
    let engine = engine_with(&[("web", running())]).await;
    logging(&engine, ResponseTemplate::new(200).set_body_bytes(lines)).await;
    let site = site(&engine);
    let no_errors = logs(&["web"], "error", TextRule::Empty);
    let finding = probe(&no_errors, &site).await;
    assert_said(
        &finding,
        Verdict::Fail,
        "should be empty, but has 2 lines: “an Error here”; first at 2026-11-20 10:00:03 UTC, last at 2026-11-20 10:00:09 UTC \
         (in 3 lines of web since 2026-11-20 10:00:01 UTC (the container's start))",
    );
    assert_eq!(
        finding.evidence.output.expect("an output").text,
        "2026-11-20T10:00:03.250Z web | an Error here\n2026-11-20T10:00:09.000Z web | error again\n"
    );
    assert_said(
        &probe(&logs(&["web"], "ready", TextRule::NotEmpty), &site).await,
        Verdict::Pass,
        "“ready”",
    );
    assert_said(
        &probe(&logs(&["web"], "warm", TextRule::NotEmpty), &site).await,
        Verdict::Fail,
        "should be there",
    );
    let deployed = chrono::DateTime::parse_from_rfc3339("2026-11-20T10:00:10Z")
        .expect("a time")
        .to_utc();
    let deployed = site.with_deployed_at(deployed);
    // What says that it started was logged before it served.
    assert_said(
        &probe(&logs(&["web"], "ready", TextRule::NotEmpty), &deployed).await,
        Verdict::Pass,
        "“ready”",
    );
    assert_said(
        &probe(&no_errors, &deployed).await,
        Verdict::Pass,
        "empty (in 0 lines of web since 2026-11-20 10:00:10 UTC (the deployment))",
    );
}

#[tokio::test]
async fn a_log_that_cannot_be_read_or_of_a_container_that_ended_is_never_a_pass() {
    let engine = engine_with(&[("web", running())]).await;
    let none = json!({"message": "configured logging driver does not support reading"});
    logging(&engine, ResponseTemplate::new(501).set_body_json(none)).await;
    let no_errors = logs(&["web"], "error", TextRule::Empty);
    assert_said(
        &probe(&no_errors, &site(&engine)).await,
        Verdict::Error,
        "the log of web: answered 501: configured logging driver does not support reading",
    );
    let engine = engine_with(&[("web", json!({"State": {"Status": "exited", "ExitCode": 3}}))]).await;
    logging(
        &engine,
        ResponseTemplate::new(200).set_body_bytes(log(&["2026-11-20T10:00:00Z fine"])),
    )
    .await;
    assert_said(
        &probe(&no_errors, &site(&engine)).await,
        Verdict::Warning,
        "but web has exited with exit code 3",
    );
    // After restarts by the engine the container's start would hide why.
    let engine = engine_with(&[("web", json!({"State": {"Status": "running"}, "RestartCount": 2}))]).await;
    logging(
        &engine,
        ResponseTemplate::new(200).set_body_bytes(log(&["2026-11-20T10:00:00Z error"])),
    )
    .await;
    assert_said(
        &probe(&no_errors, &site(&engine)).await,
        Verdict::Fail,
        "since 2026-11-20 10:00:00 UTC (the container was made)",
    );
}

#[tokio::test]
async fn a_long_log_is_searched_up_to_a_bound_and_then_decides_nothing_by_silence() {
    let line = format!("2026-11-20T10:00:02Z {}", "x".repeat(4000));
    let engine = engine_with(&[("web", running())]).await;
    logging(
        &engine,
        ResponseTemplate::new(200).set_body_bytes(log(&vec![line.as_str(); 5000])),
    )
    .await;
    let site = Site {
        deadline: Duration::from_secs(20),
        ..site(&engine)
    };
    assert_said(
        &probe(&logs(&["web"], "error", TextRule::Empty), &site).await,
        Verdict::Error,
        "too long to be read whole",
    );
    let finding = probe(&logs(&["web"], "x", TextRule::NotEmpty), &site).await;
    assert_eq!(finding.verdict, Verdict::Pass, "{}", finding.reason);
    assert!(finding.evidence.output.expect("an output").dropped_bytes > 900_000);
}

#[tokio::test]
async fn a_container_that_was_made_from_an_older_image_fails() {
    let engine = engine_with(&[("web", running())]).await;
    let site = site(&engine);
    let newest = ask(&["web"], DockerQuestion::NewestImage);
    assert_said(
        &probe(&newest, &site).await,
        Verdict::Error,
        "the image shop:1 of web: answered 404",
    );
    answers(
        &engine,
        "/images/shop:1/json",
        json!({"Id": "sha256:bbbbbbbbbbbbbbbb", "Created": "2026-11-21T00:00:00Z"}),
    )
    .await;
    assert_said(
        &probe(&newest, &site).await,
        Verdict::Fail,
        "web runs shop:1 aaaaaaaaaaaa, but shop:1 is bbbbbbbbbbbb now, built 2026-11-21T00:00:00Z: make the container again (`up -d web`)",
    );
}

/// What one container uses, of which the kernel could give back the last part at once.
async fn uses(engine: &MockServer, service: &str, memory: Value) {
    let at = format!("/containers/id-{service}/stats");
    Mock::given(method("GET"))
        .and(path(at))
        .and(query_param("stream", "false"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"memory_stats": memory})))
        .mount(engine)
        .await;
}

#[tokio::test]
async fn the_memory_of_containers_is_counted_together_without_what_the_kernel_keeps_for_files() {
    let engine = engine_with(&[("web", running()), ("db", running())]).await;
    let site = site(&engine);
    let mb = 1024 * 1024;
    uses(
        &engine,
        "web",
        json!({"usage": 120 * mb, "stats": {"inactive_file": 20 * mb}}),
    )
    .await;
    let together = ask(&[], DockerQuestion::Memory);
    assert_said(&probe(&together, &site).await, Verdict::Error, "db: answered 404");
    uses(
        &engine,
        "db",
        json!({"usage": 60 * mb, "stats": {"total_inactive_file": 10 * mb}}),
    )
    .await;
    let finding = probe(&together, &site).await;
    assert_said(&finding, Verdict::Pass, "2 containers use together 150.00 MB");
    assert_eq!(
        domain::window::value(&finding.evidence.found),
        Some(150.0 * 1024.0 * 1024.0)
    );
    assert_eq!(
        finding.evidence.output.expect("each").text,
        "db 50.00 MB\nweb 100.00 MB\n"
    );
    let one = probe(&ask(&["web"], DockerQuestion::Memory), &site).await;
    assert_said(&one, Verdict::Pass, "web uses 100.00 MB");
    assert_said(
        &probe(&ask(&["cache"], DockerQuestion::Memory), &site).await,
        Verdict::NoData,
        "has no container of cache",
    );
}

#[tokio::test]
async fn of_a_container_that_does_not_run_or_does_not_say_it_no_memory_is_known() {
    let stopped = json!({"State": {"Status": "exited", "ExitCode": 0}});
    let engine = engine_with(&[("web", running()), ("db", stopped)]).await;
    let memory = ask(&[], DockerQuestion::Memory);
    assert_said(
        &probe(&memory, &site(&engine)).await,
        Verdict::NoData,
        "db does not run",
    );
    let engine = engine_with(&[("web", running())]).await;
    uses(&engine, "web", json!({"usage": 0})).await;
    let finding = probe(&memory, &site(&engine)).await;
    assert_said(
        &finding,
        Verdict::Error,
        "the engine does not say how much memory web uses",
    );
}

#[tokio::test]
async fn without_an_engine_the_reason_says_what_to_add_or_to_start() {
    let folder = Folder::new();
    let up = ask(&["web"], DockerQuestion::Running);
    assert_said(
        &probe(&up, &open(environment(folder.path()))).await,
        Verdict::Error,
        "names no Docker Engine: add `[[endpoints]]`, `name = \"docker\"`, `url = \"unix:///run/docker.sock\"` to \
         environments/test.toml",
    );
    let gone = format!("unix://{}/docker.sock", folder.path().display());
    assert_said(
        &probe(&up, &site_at(&gone)).await,
        Verdict::Error,
        "there is no such socket: is the engine started",
    );
    assert_said(
        &probe(&up, &site_at("tcp://127.0.0.1:1")).await,
        Verdict::Error,
        "connection refused",
    );
    assert_said(
        &probe(&up, &site_at("redis://127.0.0.1:1")).await,
        Verdict::Error,
        "is no Docker Engine",
    );
}

#[tokio::test]
async fn hostile_engines_are_errors_within_the_deadline() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let hostile: Vec<(Vec<u8>, bool, &str)> = vec![
        (b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(), true, "is no Docker Engine"),
        (
            format!("{head}Content-Length: 5\r\n\r\nhello").into_bytes(),
            true,
            "is no Docker Engine",
        ),
        (
            format!("{head}Content-Length: 500\r\n\r\n[").into_bytes(),
            true,
            "closed before the answer was complete",
        ),
        (
            format!("{head}Content-Length: 500\r\n\r\n[").into_bytes(),
            false,
            "no complete answer within 1000 ms",
        ),
        (vec![], false, "no complete answer within 1000 ms"),
        (
            format!("{head}Content-Length: 40\r\n\r\n{}", "[".repeat(40)).into_bytes(),
            true,
            "is no Docker Engine",
        ),
    ];
    let up = ask(&["web"], DockerQuestion::Running);
    for (answer, closes, why) in hostile {
        let address = server(move |mut stream| {
            let answer = answer.clone();
            async move {
                let mut question = [0; 4096];
                let _ = stream.read(&mut question).await;
                let _ = stream.write_all(&answer).await;
                if !closes {
                    std::future::pending::<()>().await;
                }
            }
        })
        .await;
        assert_said(
            &probe(&up, &site_at(&format!("tcp://{address}"))).await,
            Verdict::Error,
            why,
        );
    }
    let endless = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n[\"").await;
        while stream.write_all(&[b'x'; 65536]).await.is_ok() {}
    })
    .await;
    let patient = Site {
        deadline: Duration::from_secs(20),
        ..site_at(&format!("tcp://{endless}"))
    };
    assert_said(
        &probe(&up, &patient).await,
        Verdict::Error,
        "it sent more than 32 MB",
    );
}

#[tokio::test]
async fn the_questions_of_a_round_are_asked_one_after_the_other_over_one_connection() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (connections, requests) = (
        std::sync::Arc::new(AtomicUsize::new(0)),
        std::sync::Arc::new(AtomicUsize::new(0)),
    );
    let (opened, asked) = (connections.clone(), requests.clone());
    let address = server(move |mut stream| {
        opened.fetch_add(1, Ordering::SeqCst);
        let asked = asked.clone();
        async move {
            let mut request = [0; 4096];
            while stream.read(&mut request).await.is_ok_and(|count| count > 0) {
                asked.fetch_add(1, Ordering::SeqCst);
                let body = r#"{"Version":"20.10.24"}"#;
                let head = format!("content-type: application/json\r\ncontent-length: {}", body.len());
                let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    })
    .await;
    let site = site_at(&format!("tcp://{address}"));
    let prober = probe::Prober::new(crate::support::context());
    let round = prober.round();
    let spec = ProbeSpec::Tool {
        tool: domain::probe::Tool::Docker,
        at_least: None,
    };
    for _ in 0..5 {
        let finding = round.probe(&spec, &site, probe::CancellationToken::new()).await;
        assert_said(&finding, Verdict::Pass, "Docker Engine 20.10.24");
    }
    assert_eq!(requests.load(Ordering::SeqCst), 5);
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    // Nothing is kept for a later round.
    let again = prober.round();
    let finding = again.probe(&spec, &site, probe::CancellationToken::new()).await;
    assert_said(&finding, Verdict::Pass, "Docker Engine 20.10.24");
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

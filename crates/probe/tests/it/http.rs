use crate::support::{
    assert_said, endpoint, environment, get, open, probe, probe_until, said, server, site_of,
};
use domain::probe::{Filter, HeaderHolds, HeaderRule, HttpProbe, ProbeSpec, StatusRule, TextRule};
use domain::verdict::Verdict;
use probe::{CancellationToken, Prober};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn mock(page: &str, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(page))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn a_healthy_endpoint_passes_under_the_address_that_the_document_writes() {
    let server = mock(
        "/health",
        ResponseTemplate::new(200).set_body_string("{\"status\": \"ok\"}"),
    )
    .await;
    let spec = HttpProbe {
        body: vec![TextRule::Contains("ok".to_owned())],
        ..get("http://backend:8000/health")
    };
    let finding = probe(&ProbeSpec::Http(spec), &site_of(*server.address())).await;
    assert_said(&finding, Verdict::Pass, "200 OK in ");
    assert_eq!(
        finding.evidence.target,
        format!("http://{}/health", server.address())
    );
    assert_eq!(
        finding.evidence.output.expect("the body").text,
        "{\"status\": \"ok\"}"
    );
}

#[tokio::test]
async fn an_address_that_is_no_endpoint_is_never_dialled() {
    let dialled = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = dialled.clone();
    let address = server(move |_stream| {
        seen.store(true, std::sync::atomic::Ordering::SeqCst);
        async {}
    })
    .await;
    let site = open(environment(&std::env::temp_dir()));
    let finding = probe(&ProbeSpec::Http(get(&format!("http://{address}/"))), &site).await;
    assert_eq!(said(&finding).0, Verdict::Error);
    assert!(
        finding
            .reason
            .contains(&format!("add `replaces = [\"{address}\"]`")),
        "{}",
        finding.reason
    );
    assert!(!dialled.load(std::sync::atomic::Ordering::SeqCst));
}

#[tokio::test]
async fn an_address_without_scheme_or_port_is_matched_as_curl_reads_it() {
    let server = mock("/", ResponseTemplate::new(200)).await;
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint("backend", &server.uri(), &["example.test:80"])];
    for written in [
        "example.test",
        "http://example.test/",
        "example.test:80/",
        "http://BACKEND/",
    ] {
        let finding = probe(&ProbeSpec::Http(get(written)), &open(environment.clone())).await;
        assert_said(&finding, Verdict::Pass, "200 OK");
    }
}

#[tokio::test]
async fn an_http_error_fails_although_curl_would_exit_0() {
    let server = mock(
        "/health",
        ResponseTemplate::new(500).set_body_string("database is down"),
    )
    .await;
    let finding = probe(
        &ProbeSpec::Http(get("http://backend:8000/health")),
        &site_of(*server.address()),
    )
    .await;
    assert_said(
        &finding,
        Verdict::Fail,
        "answered 500 Internal Server Error, must be 200 to 299: “database is down”",
    );
}

#[tokio::test]
async fn an_error_page_stands_in_the_evidence_and_not_in_the_reason() {
    let server = mock(
        "/",
        ResponseTemplate::new(404).set_body_string("<!DOCTYPE html><title>gone</title>"),
    )
    .await;
    let finding = probe(
        &ProbeSpec::Http(get("http://backend:8000/")),
        &site_of(*server.address()),
    )
    .await;
    assert_eq!(
        said(&finding),
        (Verdict::Fail, "answered 404 Not Found, must be 200 to 299")
    );
    assert!(
        finding
            .evidence
            .output
            .expect("the page")
            .text
            .contains("<title>gone")
    );
}

#[tokio::test]
async fn a_stopped_endpoint_is_an_error_in_words() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    drop(listener);
    let finding = probe(
        &ProbeSpec::Http(get("http://backend:8000/healthz")),
        &site_of(address),
    )
    .await;
    assert_eq!(
        said(&finding),
        (
            Verdict::Error,
            format!("GET http://{address}/healthz: connection refused").as_str()
        )
    );
}

#[tokio::test]
async fn a_server_that_accepts_and_never_answers_is_an_error_at_the_deadline() {
    let address = server(|mut stream| async move {
        let mut nothing = [0; 1024];
        while stream.read(&mut nothing).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let finding = probe(&ProbeSpec::Http(get("http://backend:8000/")), &site_of(address)).await;
    assert_said(
        &finding,
        Verdict::Error,
        "no first byte within 500 ms; connected after ",
    );
}

/// Writes the same bytes again and again until the other side hangs up.
async fn drip(mut stream: TcpStream, first: &'static str, again: &'static [u8], pause: Duration) {
    let mut request = [0; 1024];
    let _ = stream.read(&mut request).await;
    let _ = stream.write_all(first.as_bytes()).await;
    let mut tick = tokio::time::interval(pause.max(Duration::from_micros(1)));
    while stream.write_all(again).await.is_ok() {
        if !pause.is_zero() {
            tick.tick().await;
        }
    }
}

#[tokio::test]
async fn a_body_that_drips_is_an_error_at_the_deadline() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
    let address = server(move |stream| drip(stream, head, b"x", Duration::from_millis(50))).await;
    let finding = probe(&ProbeSpec::Http(get("http://backend:8000/")), &site_of(address)).await;
    assert_said(
        &finding,
        Verdict::Error,
        "answered 200, but no end of it within 500 ms; first byte after ",
    );
}

#[tokio::test]
async fn endless_headers_are_an_error_with_bounded_memory() {
    let address = server(|stream| {
        drip(
            stream,
            "HTTP/1.1 200 OK\r\n",
            b"x-more: and more\r\n",
            Duration::ZERO,
        )
    })
    .await;
    let finding = probe(&ProbeSpec::Http(get("http://backend:8000/")), &site_of(address)).await;
    assert_eq!(said(&finding).0, Verdict::Error, "{}", finding.reason);
}

#[tokio::test]
async fn an_endless_body_is_read_up_to_a_bound_and_decides_only_what_it_can() {
    let address = server(|stream| {
        drip(
            stream,
            "HTTP/1.1 200 OK\r\n\r\n",
            b"spam spam spam spam\n",
            Duration::ZERO,
        )
    })
    .await;
    let site = probe::Site {
        deadline: Duration::from_secs(10),
        ..site_of(address)
    };
    let with = |rule: TextRule| {
        ProbeSpec::Http(HttpProbe {
            body: vec![rule],
            ..get("http://backend:8000/")
        })
    };
    assert_said(
        &probe(&with(TextRule::Contains("spam".to_owned())), &site).await,
        Verdict::Pass,
        "200 OK",
    );
    let lacks = probe(&with(TextRule::Lacks("eggs".to_owned())), &site).await;
    assert_said(&lacks, Verdict::Error, "too long to be read whole");
    let kept = lacks.evidence.output.expect("the beginning");
    assert!(kept.text.len() <= probe::output::KEPT_BYTES && kept.dropped_bytes > 0);
}

#[tokio::test]
async fn a_gzip_bomb_is_read_up_to_a_bound() {
    // 100 MB of zeros in 100 KB: one deflate block of distance 1, repeated; made by hand so that nothing big is held.
    let bomb = std::process::Command::new("sh")
        .args(["-c", "head -c 100000000 /dev/zero | gzip -9"])
        .output()
        .expect("gzip")
        .stdout;
    assert!(bomb.len() < 200_000);
    let answer = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_bytes(bomb);
    let server = mock("/", answer).await;
    let spec = HttpProbe {
        body: vec![TextRule::Lacks("error".to_owned())],
        ..get("http://backend:8000/")
    };
    let site = probe::Site {
        deadline: Duration::from_secs(10),
        ..site_of(*server.address())
    };
    let finding = probe(&ProbeSpec::Http(spec), &site).await;
    assert_said(&finding, Verdict::Error, "too long to be read whole");
}

#[tokio::test]
async fn a_connection_that_is_reset_or_closed_early_is_an_error() {
    let closed = server(|mut stream| async move {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nshort")
            .await;
    })
    .await;
    let finding = probe(&ProbeSpec::Http(get("http://backend:8000/")), &site_of(closed)).await;
    assert_said(&finding, Verdict::Error, "answered 200, but");
    let rude = server(|stream| async move { drop(stream) }).await;
    let finding = probe(&ProbeSpec::Http(get("http://backend:8000/")), &site_of(rude)).await;
    assert_eq!(finding.verdict, Verdict::Error, "{finding:#?}");
}

#[tokio::test]
async fn what_does_not_speak_http_is_an_error() {
    let address = server(|mut stream| async move {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
    })
    .await;
    let finding = probe(&ProbeSpec::Http(get("http://backend:8000/")), &site_of(address)).await;
    assert_eq!(finding.verdict, Verdict::Error, "{finding:#?}");
}

#[tokio::test]
async fn a_redirect_to_a_stranger_is_not_followed() {
    let answer = ResponseTemplate::new(302).insert_header("location", "http://elsewhere.test/");
    let server = mock("/", answer).await;
    let finding = probe(
        &ProbeSpec::Http(get("http://backend:8000/")),
        &site_of(*server.address()),
    )
    .await;
    assert_said(
        &finding,
        Verdict::Fail,
        "302 Found to “http://elsewhere.test/”, which is no endpoint",
    );
}

#[tokio::test]
async fn a_redirect_to_another_page_is_followed_and_not_a_pass() {
    let server = mock("/login", ResponseTemplate::new(200)).await;
    let to_login = ResponseTemplate::new(302).insert_header("location", "http://backend:8000/login");
    Mock::given(path("/readyz"))
        .respond_with(to_login)
        .mount(&server)
        .await;
    let to_slash = ResponseTemplate::new(308).insert_header("location", "/login/../login");
    Mock::given(path("/login/"))
        .respond_with(to_slash)
        .mount(&server)
        .await;
    let site = site_of(*server.address());
    let finding = probe(&ProbeSpec::Http(get("http://backend:8000/readyz")), &site).await;
    assert_said(&finding, Verdict::Warning, "/login, after a redirect");
    let finding = probe(&ProbeSpec::Http(get("http://backend:8000/login/")), &site).await;
    assert_said(&finding, Verdict::Pass, "200 OK");
    let exact = HttpProbe {
        status: StatusRule::Is(302),
        ..get("http://backend:8000/readyz")
    };
    assert_said(
        &probe(&ProbeSpec::Http(exact), &site).await,
        Verdict::Pass,
        "302 Found",
    );
}

#[tokio::test]
async fn redirects_that_go_round_end() {
    let server = mock("/", ResponseTemplate::new(302).insert_header("location", "/")).await;
    let finding = probe(
        &ProbeSpec::Http(get("http://backend:8000/")),
        &site_of(*server.address()),
    )
    .await;
    assert_said(&finding, Verdict::Error, "redirected more than 5 times");
}

#[tokio::test]
async fn a_slow_answer_fails_with_its_time() {
    let server = mock(
        "/",
        ResponseTemplate::new(200).set_delay(Duration::from_millis(60)),
    )
    .await;
    let spec = HttpProbe {
        within_ms: Some(20),
        ..get("http://backend:8000/")
    };
    let finding = probe(&ProbeSpec::Http(spec), &site_of(*server.address())).await;
    assert_said(&finding, Verdict::Fail, "at most 20 ms allowed");
}

#[tokio::test]
async fn plain_http_beyond_loopback_fails_where_the_line_asks_for_safety() {
    let server = mock("/", ResponseTemplate::new(200)).await;
    let spec = HttpProbe {
        secure_or_loopback: true,
        ..get("http://backend:8000/")
    };
    let finding = probe(&ProbeSpec::Http(spec.clone()), &site_of(*server.address())).await;
    assert_said(&finding, Verdict::Pass, "is a loopback address");
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint("backend", "http://gonogo.invalid", &["backend:8000"])];
    let finding = probe(&ProbeSpec::Http(spec), &open(environment)).await;
    assert_said(&finding, Verdict::Error, "the name does not resolve");
}

#[tokio::test]
async fn a_name_that_resolves_to_a_refused_address_is_not_dialled() {
    let why = probe::dial::resolve("169.254.169.254", 80)
        .await
        .expect_err("refused")
        .to_string();
    assert!(why.contains("link-local"), "{why}");
    let why = probe::dial::resolve("::ffff:169.254.169.254", 80)
        .await
        .expect_err("refused")
        .to_string();
    assert!(why.contains("link-local"), "{why}");
}

#[tokio::test]
async fn filters_of_a_pipe_are_applied_to_the_body() {
    let server = mock(
        "/metrics",
        ResponseTemplate::new(200).set_body_string("# HELP up\nup 1\ncache_hits 93\n"),
    )
    .await;
    let spec = HttpProbe {
        filters: vec![Filter::Grep {
            pattern: "cache_hits".to_owned(),
            ignore_case: false,
            invert: false,
        }],
        body: vec![TextRule::LinesAtLeast(1)],
        ..get("http://backend:8000/metrics")
    };
    assert_said(
        &probe(&ProbeSpec::Http(spec), &site_of(*server.address())).await,
        Verdict::Pass,
        "1 line",
    );
}

#[tokio::test]
async fn cancelling_ends_a_probe_at_once() {
    let address = server(|mut stream| async move {
        let mut nothing = [0; 1024];
        while stream.read(&mut nothing).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let cancel = CancellationToken::new();
    let site = probe::Site {
        deadline: Duration::from_secs(3600),
        ..site_of(address)
    };
    let spec = ProbeSpec::Http(get("http://backend:8000/"));
    let (finding, ()) = tokio::join!(probe_until(&spec, &site, cancel.clone()), async {
        cancel.cancel()
    });
    assert_said(&finding, Verdict::NoData, "cancelled");
}

#[tokio::test]
async fn a_target_that_hangs_delays_no_other() {
    let hanging = server(|mut stream| async move {
        let mut nothing = [0; 1024];
        while stream.read(&mut nothing).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let healthy = mock("/", ResponseTemplate::new(200)).await;
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![
        endpoint("hanging", &format!("http://{hanging}"), &[]),
        endpoint("healthy", &healthy.uri(), &[]),
    ];
    let site = probe::Site {
        deadline: Duration::from_secs(3600),
        ..open(environment)
    };
    let prober = Prober::new(crate::support::context());
    let cancel = CancellationToken::new();
    let stuck = ProbeSpec::Http(get("http://hanging/"));
    let waiting = futures::future::join_all((0..200).map(|_| prober.probe(&stuck, &site, cancel.clone())));
    let quick = async {
        let finding = prober
            .probe(
                &ProbeSpec::Http(get("http://healthy/")),
                &site,
                CancellationToken::new(),
            )
            .await;
        cancel.cancel();
        finding
    };
    let (all, finding) = tokio::time::timeout(Duration::from_secs(30), futures::future::join(waiting, quick))
        .await
        .expect("the healthy target is not delayed");
    assert_said(&finding, Verdict::Pass, "200 OK");
    assert!(all.iter().all(|finding| finding.verdict == Verdict::NoData));
}

#[tokio::test]
async fn a_kept_connection_does_not_outlive_its_server() {
    let site = |address| probe::Site {
        deadline: Duration::from_secs(5),
        ..site_of(address)
    };
    let prober = Prober::new(crate::support::context());
    let spec = ProbeSpec::Http(get("http://backend:8000/"));
    let first = mock("/", ResponseTemplate::new(200)).await;
    let address = *first.address();
    for _ in 0..3 {
        assert_said(
            &prober
                .probe(&spec, &site(address), CancellationToken::new())
                .await,
            Verdict::Pass,
            "200 OK",
        );
    }
    // A server that hangs up after each answer, whatever the client hopes for.
    let address = server(|mut stream| async move {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            .await;
    })
    .await;
    for _ in 0..20 {
        assert_said(
            &prober
                .probe(&spec, &site(address), CancellationToken::new())
                .await,
            Verdict::Pass,
            "200 OK",
        );
    }
}

#[tokio::test]
async fn tls_where_none_is_spoken_is_an_error_in_words() {
    let server = mock("/", ResponseTemplate::new(200)).await;
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint(
        "backend",
        &format!("https://{}", server.address()),
        &["backend:8000"],
    )];
    let spec = HttpProbe {
        secure_or_loopback: true,
        ..get("http://backend:8000/")
    };
    let finding = probe(&ProbeSpec::Http(spec), &open(environment)).await;
    assert_eq!(
        said(&finding),
        (
            Verdict::Error,
            format!(
                "GET https://{}/: received corrupt message of type InvalidContentType",
                server.address()
            )
            .as_str()
        )
    );
}

fn with_header(url: &str, name: &str, value: &str) -> ProbeSpec {
    ProbeSpec::Http(HttpProbe {
        headers: vec![(name.to_owned(), value.to_owned())],
        ..get(url)
    })
}

#[tokio::test]
async fn the_header_fields_of_a_probe_are_sent_and_not_to_another_server() {
    let other = MockServer::start().await;
    let moved = format!("http://{}/new", other.address());
    Mock::given(path("/new"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&other)
        .await;
    let server = MockServer::start().await;
    Mock::given(path("/old"))
        .and(header("x-tenant", "acme"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", moved.as_str()))
        .mount(&server)
        .await;
    let mut environment = environment(&std::env::temp_dir());
    environment
        .endpoints
        .push(endpoint("one", &format!("http://{}", server.address()), &[]));
    environment
        .endpoints
        .push(endpoint("two", &format!("http://{}", other.address()), &[]));
    let url = format!("http://{}/old", server.address());
    let finding = probe(&with_header(&url, "X-Tenant", "acme"), &open(environment)).await;
    // Another page than the one that was asked for is a warning of its own.
    assert_said(&finding, Verdict::Warning, "/new");
    let seen = other.received_requests().await.expect("requests");
    assert_eq!(seen.len(), 1);
    assert!(!seen[0].headers.contains_key("x-tenant"));
}

#[tokio::test]
async fn a_header_field_that_may_not_be_sent_is_an_error_and_nothing_is_dialled() {
    let server = mock("/", ResponseTemplate::new(200)).await;
    let url = format!("http://{}/", server.address());
    for (name, value) in [
        ("Host", "other"),
        ("Connection", "close"),
        ("A", "x\r\nB: y"),
        ("X-Method", "DELETE"),
    ] {
        let finding = probe(&with_header(&url, name, value), &site_of(*server.address())).await;
        assert_said(&finding, Verdict::Error, "none that a probe may send");
    }
    assert!(server.received_requests().await.expect("requests").is_empty());
}

#[tokio::test]
async fn a_header_field_of_the_answer_is_judged_and_no_other_is_kept() {
    let answer = ResponseTemplate::new(200)
        .insert_header("x-frame-options", "DENY")
        .insert_header("set-cookie", "session=kQ7mX2vT9wLz4RbN8p");
    let server = mock("/", answer).await;
    let asked = |name: &str, holds: HeaderHolds| {
        ProbeSpec::Http(HttpProbe {
            response: vec![HeaderRule {
                name: name.to_owned(),
                holds,
            }],
            ..get("http://backend:8000/")
        })
    };
    let site = site_of(*server.address());
    let finding = probe(&asked("X-Frame-Options", HeaderHolds::Present), &site).await;
    assert_said(&finding, Verdict::Pass, "X-Frame-Options: “DENY”");
    assert_eq!(
        finding.evidence.expected,
        "status 200 to 299; header X-Frame-Options"
    );
    assert!(!format!("{finding:?}").contains("kQ7mX2vT9wLz4RbN8p"));
    let finding = probe(&asked("Referrer-Policy", HeaderHolds::Present), &site).await;
    assert_said(
        &finding,
        Verdict::Fail,
        "the answer has no header Referrer-Policy",
    );
}

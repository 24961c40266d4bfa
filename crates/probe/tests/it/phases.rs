//! Where the time of an HTTP exchange goes, and that a probe answers at its deadline whichever phase stalls.

use crate::support::{assert_said, context, endpoint, environment, get, open, probe, server, site_of};
use domain::probe::ProbeSpec;
use domain::timing::{Phase, Timing};
use domain::verdict::{Finding, Verdict};
use probe::{CancellationToken, Prober, Site};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

const DEADLINE: Duration = Duration::from_millis(300);
const EXACT: Duration = Duration::from_millis(50);

fn timing(finding: &Finding) -> Timing {
    let [capture] = finding.evidence.captures.as_slice() else {
        panic!("one capture: {finding:#?}");
    };
    capture.timing.expect("a GET has a timing")
}

fn site(address: SocketAddr, scheme: &str) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint(
        "backend",
        &format!("{scheme}://{address}"),
        &["backend:8000"],
    )];
    Site {
        deadline: DEADLINE,
        ..open(environment)
    }
}

/// The finding, once it came between the deadline and 50 ms later. None may come earlier; that one comes later now and then is the
/// machine's, not the probe's.
async fn at_the_deadline(site: &Site) -> Finding {
    let mut took = Vec::new();
    for _ in 0..10 {
        let began = Instant::now();
        let finding = probe(&ProbeSpec::Http(get("http://backend:8000/")), site).await;
        took.push(began.elapsed());
        assert_eq!(finding.verdict, Verdict::Error, "{finding:#?}");
        let last = began.elapsed();
        assert!(last >= DEADLINE, "{last:?}: {}", finding.reason);
        if last <= DEADLINE + EXACT {
            return finding;
        }
    }
    panic!("always later than {EXACT:?} after the deadline: {took:?}");
}

async fn says_nothing(mut stream: TcpStream) {
    let mut nothing = [0; 1024];
    while stream.read(&mut nothing).await.is_ok_and(|count| count > 0) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_takes_no_connection_is_answered_for_at_the_deadline() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let listener = socket.listen(1).expect("listening");
    let address = listener.local_addr().expect("its address");
    // Nobody accepts: once its queue is full, the kernel lets further connections wait.
    let mut filling = Vec::new();
    let full = Duration::from_millis(500);
    while let Ok(taken) = tokio::time::timeout(full, TcpStream::connect(address)).await {
        filling.push(taken.expect("a place in the queue"));
        assert!(filling.len() < 10_000, "the queue has no end");
    }
    let finding = at_the_deadline(&site(address, "http")).await;
    assert_said(&finding, Verdict::Error, ": no connection within 300 ms");
    let timing = timing(&finding);
    assert_eq!(timing.stopped_in, Some(Phase::Connect));
    assert!(timing.connect_us.is_some_and(|us| us >= 300_000), "{timing:?}");
    assert_eq!((timing.resolve_us, timing.first_byte_us), (None, None));
    drop(filling);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_never_answers_the_tls_hello_is_answered_for_at_the_deadline() {
    let finding = at_the_deadline(&site(server(says_nothing).await, "https")).await;
    assert_said(
        &finding,
        Verdict::Error,
        ": no TLS handshake within 300 ms; connected after ",
    );
    let timing = timing(&finding);
    assert_eq!(timing.stopped_in, Some(Phase::Tls));
    assert!(
        timing.connect_us.is_some() && timing.tls_us > timing.connect_us,
        "{timing:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_never_answers_is_answered_for_at_the_deadline() {
    let finding = at_the_deadline(&site(server(says_nothing).await, "http")).await;
    assert_said(
        &finding,
        Verdict::Error,
        ": no first byte within 300 ms; connected after ",
    );
    let json = serde_json::to_value(&finding.evidence.captures[0]).expect("JSON");
    assert_eq!(json["timing"]["stopped_in"], "first_byte");
    assert!(
        json["timing"]["first_byte_us"]
            .as_u64()
            .is_some_and(|us| us > 250_000),
        "{json}"
    );
    assert!(json["timing"].get("body_us").is_none(), "{json}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_of_one_byte_a_second_is_answered_for_at_the_deadline() {
    let address = server(|mut stream| async move {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        for byte in b"HTTP/1.1 200 OK\r\n" {
            tick.tick().await;
            let _ = stream.write_all(&[*byte]).await;
        }
    })
    .await;
    let finding = at_the_deadline(&site(address, "http")).await;
    assert_said(
        &finding,
        Verdict::Error,
        ": no complete header within 300 ms; first byte after ",
    );
    let timing = timing(&finding);
    assert_eq!(timing.stopped_in, Some(Phase::Body));
    assert!(timing.first_byte_us < timing.body_us, "{timing:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_stops_is_answered_for_at_the_deadline() {
    let address = server(|mut stream| async move {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
            .await;
        says_nothing(stream).await;
    })
    .await;
    let finding = at_the_deadline(&site(address, "http")).await;
    assert_said(
        &finding,
        Verdict::Error,
        ": answered 200, but no end of it within 300 ms; first byte after ",
    );
    assert!(finding.reason.ends_with("; 4 B so far"), "{}", finding.reason);
    assert_eq!(timing(&finding).stopped_in, Some(Phase::Body));
}

#[tokio::test]
async fn the_phases_of_an_answer_are_told_apart_and_a_kept_connection_has_fewer() {
    // Each answer begins late and ends later, so that the phases differ by more than a busy machine adds.
    let address = server(|mut stream| async move {
        let mut request = [0; 1024];
        while stream.read(&mut request).await.is_ok_and(|count| count > 0) {
            tokio::time::sleep(Duration::from_millis(40)).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no")
                .await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            let _ = stream.write_all(b"k").await;
        }
    })
    .await;
    let site = Site {
        deadline: Duration::from_secs(10),
        ..site_of(address)
    };
    let prober = Prober::new(context());
    let spec = ProbeSpec::Http(get("http://backend:8000/"));
    let first = prober.probe(&spec, &site, CancellationToken::new()).await;
    let second = prober.probe(&spec, &site, CancellationToken::new()).await;
    for finding in [&first, &second] {
        assert_said(finding, Verdict::Pass, "200 OK");
        let timing = timing(finding);
        assert!(timing.first_byte_us.is_some_and(|us| us >= 40_000), "{timing:?}");
        assert!(timing.body_us.is_some_and(|us| us >= 18_000), "{timing:?}");
        assert_eq!(
            (timing.resolve_us, timing.tls_us, timing.stopped_in),
            (None, None, None)
        );
        let sum: u64 = timing.phases().iter().map(|(_, us)| us).sum();
        assert!(sum <= finding.evidence.duration_us, "{finding:#?}");
    }
    assert!(timing(&first).connect_us.is_some());
    assert_eq!(timing(&second).connect_us, None);
}

#[tokio::test]
async fn a_name_is_a_phase_of_its_own() {
    let address = server(|mut stream| async move {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
    })
    .await;
    let named = SocketAddr::from(([127, 0, 0, 1], address.port()));
    let mut environment = environment(&std::env::temp_dir());
    let url = format!("http://localhost:{}", named.port());
    environment.endpoints = vec![endpoint("backend", &url, &["backend:8000"])];
    let finding = probe(&ProbeSpec::Http(get("http://backend:8000/")), &open(environment)).await;
    assert_said(&finding, Verdict::Pass, "204 No Content");
    assert!(timing(&finding).resolve_us.is_some());
}

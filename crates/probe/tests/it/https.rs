//! GET over TLS: who vouches for the server, for which name, and when, decides before a byte of an answer counts.

use crate::support::{assert_said, context, endpoint, environment, get, open, server};
use chrono::{DateTime, Utc};
use domain::probe::ProbeSpec;
use domain::verdict::{Finding, Verdict};
use probe::{CancellationToken, Context, Prober, Site};
use rstest::rstest;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;

/// For `localhost` and `app.test`, valid from 2026-11-26 to 2036-11-23, signed by an authority of the tests.
const CERTIFICATE: &[u8] = include_bytes!("../certificates/server.pem");
const KEY: &[u8] = include_bytes!("../certificates/server.key.pem");
const AUTHORITY: &[u8] = include_bytes!("../certificates/authority.pem");

fn certificate(pem: &[u8]) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem).expect("a certificate")
}

/// A server that answers every request over TLS, and how many requests reached it.
async fn answering() -> (SocketAddr, Arc<AtomicUsize>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate(CERTIFICATE)], key)
        .expect("the key of the certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let address = server(move |stream| {
        let (acceptor, count) = (acceptor.clone(), count.clone());
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut request = [0; 4096];
            while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                    .await;
            }
        }
    })
    .await;
    (address, asked)
}

/// A machine that trusts this authority, at this time.
fn machine(at: &str, authority: &[u8]) -> Context {
    let at: DateTime<Utc> = at.parse().expect("a time");
    let mut authorities = RootCertStore::empty();
    authorities.add(certificate(authority)).expect("an authority");
    Context {
        clock: Arc::new(move || at),
        authorities: Some(Arc::new(authorities)),
        ..context()
    }
}

fn site(host: &str, port: u16) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint(
        "app",
        &format!("https://{host}:{port}"),
        &["app.test:443"],
    )];
    Site {
        deadline: Duration::from_secs(5),
        ..open(environment)
    }
}

async fn asked(prober: &Prober, site: &Site) -> Finding {
    let spec = ProbeSpec::Http(get("https://app.test/"));
    prober.probe(&spec, site, CancellationToken::new()).await
}

#[tokio::test]
async fn a_server_that_is_trusted_answers_and_its_handshake_is_a_phase_of_its_own() {
    let (address, _) = answering().await;
    let prober = Prober::new(machine("2027-01-01T00:00:00Z", AUTHORITY));
    let site = site("localhost", address.port());
    let finding = asked(&prober, &site).await;
    assert_said(&finding, Verdict::Pass, "200 OK");
    let timing = finding.evidence.captures[0].timing.expect("a timing");
    assert!(
        timing.resolve_us.is_some() && timing.tls_us.is_some(),
        "{timing:?}"
    );
    // The second goes over the same connection.
    let timing = asked(&prober, &site).await.evidence.captures[0]
        .timing
        .expect("a timing");
    assert_eq!((timing.connect_us, timing.tls_us), (None, None));
}

#[rstest]
#[case::expired("2037-01-01T00:00:00Z", AUTHORITY, "localhost", "it has expired")]
#[case::not_yet_valid("2020-01-01T00:00:00Z", AUTHORITY, "localhost", "it is not valid yet")]
#[case::of_another_name("2027-01-01T00:00:00Z", AUTHORITY, "127.0.0.1", "it is for another name")]
#[case::self_signed(
    "2027-01-01T00:00:00Z",
    CERTIFICATE,
    "localhost",
    "it is signed by nobody whom this machine trusts"
)]
#[tokio::test]
async fn a_server_with_an_invalid_certificate_is_asked_nothing(
    #[case] at: &str,
    #[case] authority: &[u8],
    #[case] host: &str,
    #[case] why: &str,
) {
    let (address, requests) = answering().await;
    let finding = asked(&Prober::new(machine(at, authority)), &site(host, address.port())).await;
    assert_said(
        &finding,
        Verdict::Error,
        &format!("the certificate is not trusted: {why}"),
    );
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

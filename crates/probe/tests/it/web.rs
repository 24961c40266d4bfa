//! Certificates, names, the way to https, and paths without a host, against real servers.

use crate::support::{assert_said, context, endpoint, environment, get, open, probe, server};
use chrono::{DateTime, Utc};
use domain::probe::{CertificateProbe, DnsProbe, ProbeSpec};
use domain::verdict::{Finding, Verdict};
use probe::{CancellationToken, Context, Prober, Site};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio_rustls::TlsAcceptor;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// For `localhost` and `app.test`, valid to 2036-11-23, signed by an authority of the tests.
const CERTIFICATE: &[u8] = include_bytes!("../certificates/server.pem");
const KEY: &[u8] = include_bytes!("../certificates/server.key.pem");
const AUTHORITY: &[u8] = include_bytes!("../certificates/authority.pem");

fn certificate(pem: &[u8]) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem).expect("a certificate")
}

async fn tls_server() -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate(CERTIFICATE)], key)
        .expect("the key of the certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    server(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = stream.read(&mut [0; 1]).await;
            }
        }
    })
    .await
}

fn site(url: &str, replaces: &[&str]) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint("app", url, replaces)];
    Site {
        deadline: Duration::from_secs(2),
        ..open(environment)
    }
}

/// A machine that trusts the tests' authority, or nobody else, at a time of the test's own.
fn machine(at: &str, trusting: bool) -> Context {
    let at: DateTime<Utc> = at.parse().expect("a time");
    let mut authorities = RootCertStore::empty();
    let trusted = if trusting { AUTHORITY } else { CERTIFICATE };
    authorities.add(certificate(trusted)).expect("an authority");
    Context {
        clock: Arc::new(move || at),
        authorities: Some(Arc::new(authorities)),
        ..context()
    }
}

async fn certificate_of(url: Option<&str>, days: u32, site: &Site, machine: Context) -> Finding {
    let url = url.map(str::to_owned);
    let spec = ProbeSpec::Certificate(CertificateProbe { url, days });
    Prober::new(machine)
        .probe(&spec, site, CancellationToken::new())
        .await
}

#[tokio::test]
async fn a_certificate_is_valid_until_it_expires() {
    let port = tls_server().await.port();
    let site = site(&format!("https://localhost:{port}"), &["app.test:443"]);
    for (at, days, verdict, said) in [
        (
            "2027-01-01T00:00:00Z",
            30,
            Verdict::Pass,
            "valid until 2036-11-23",
        ),
        ("2036-11-01T00:00:00Z", 0, Verdict::Pass, "22 days yet"),
        (
            "2036-11-01T00:00:00Z",
            30,
            Verdict::Fail,
            "22 days yet, must be 30",
        ),
        ("2037-01-01T00:00:00Z", 0, Verdict::Fail, "it has expired"),
    ] {
        for url in [None, Some("https://app.test"), Some("app.test")] {
            let finding = certificate_of(url, days, &site, machine(at, true)).await;
            assert_said(&finding, verdict, said);
        }
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_or_of_another_name_fails() {
    let port = tls_server().await.port();
    let now = "2027-01-01T00:00:00Z";
    let own = site(&format!("https://localhost:{port}"), &[]);
    let finding = certificate_of(None, 0, &own, machine(now, false)).await;
    assert_said(
        &finding,
        Verdict::Fail,
        "signed by nobody whom this machine trusts",
    );
    let other = site(&format!("https://127.0.0.1:{port}"), &[]);
    let finding = certificate_of(None, 0, &other, machine(now, true)).await;
    assert_said(&finding, Verdict::Fail, "for another name");
}

#[tokio::test]
async fn a_certificate_that_cannot_be_looked_at_is_an_error_with_the_line_to_write() {
    let now = "2027-01-01T00:00:00Z";
    let plain = site("http://localhost:1", &[]);
    let finding = certificate_of(None, 0, &plain, machine(now, true)).await;
    assert_said(
        &finding,
        Verdict::Error,
        "reached by http, which shows no certificate",
    );
    let finding = certificate_of(Some("other.test"), 0, &plain, machine(now, true)).await;
    assert_said(&finding, Verdict::Error, "add `replaces = [\"other.test:443\"]`");
    // A server that speaks no TLS.
    let address = server(|stream| async move { drop(stream) }).await;
    let deaf = site(&format!("https://localhost:{}", address.port()), &[]);
    let finding = certificate_of(None, 0, &deaf, machine(now, true)).await;
    assert_said(&finding, Verdict::Error, "the TLS handshake failed");
}

#[tokio::test]
async fn a_name_that_the_environment_lists_is_resolved_and_no_other() {
    let site = site("http://localhost:1", &["app.invalid:80"]);
    let dns = |name: Option<&str>, to: Option<&str>| {
        ProbeSpec::Dns(DnsProbe {
            name: name.map(str::to_owned),
            to: to.map(str::to_owned),
        })
    };
    for (spec, verdict, said) in [
        (dns(None, None), Verdict::Pass, "localhost is "),
        (
            dns(Some("localhost"), Some("127.0.0.1")),
            Verdict::Pass,
            "as is 127.0.0.1",
        ),
        (
            dns(Some("localhost"), Some("192.0.2.1")),
            Verdict::Fail,
            "not 192.0.2.1",
        ),
        (dns(Some("app.invalid"), None), Verdict::Fail, "does not resolve"),
        (
            dns(Some("other.test"), None),
            Verdict::Error,
            "add `replaces = [\"other.test:443\"]`",
        ),
        (dns(None, Some("other.test")), Verdict::Error, "other.test:443"),
    ] {
        assert_said(&probe(&spec, &site).await, verdict, said);
    }
}

#[tokio::test]
async fn plain_http_that_leads_to_https_passes() {
    let server = MockServer::start().await;
    let to = ResponseTemplate::new(308).insert_header("location", "https://app.test/");
    Mock::given(method("GET"))
        .and(path("/"))
        .respond_with(to)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/open"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    let site = site(&server.uri(), &["app.test:80"]);
    let redirects = |url: Option<&str>| ProbeSpec::Redirects {
        url: url.map(str::to_owned),
    };
    for url in [None, Some("http://app.test"), Some("http://app.test/")] {
        assert_said(&probe(&redirects(url), &site).await, Verdict::Pass, "answers 308");
    }
    let open = probe(&redirects(Some("http://app.test/open")), &site).await;
    assert_said(&open, Verdict::Fail, "answers 200 by plain http");
    let finding = probe(&redirects(Some("http://other.test/")), &site).await;
    assert_said(&finding, Verdict::Error, "other.test:80");
}

#[tokio::test]
async fn a_site_that_is_listed_by_https_only_is_not_asked_by_http() {
    let site = site("https://app.test", &[]);
    let finding = probe(&ProbeSpec::Redirects { url: None }, &site).await;
    assert_eq!(finding.verdict, Verdict::Error);
    assert!(
        finding.reason.contains("environments/test.toml"),
        "{}",
        finding.reason
    );
}

#[tokio::test]
async fn a_path_without_a_host_is_asked_of_the_web_endpoint() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/api/health"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    let ask = ProbeSpec::Http(get("/api/health"));
    let finding = probe(&ask, &site(&server.uri(), &[])).await;
    assert_said(&finding, Verdict::Pass, "200 OK");
    assert_eq!(finding.evidence.target, format!("{}/api/health", server.uri()));
    // Two of them, and none that says it is the one.
    let mut two = environment(&std::env::temp_dir());
    two.endpoints = vec![
        endpoint("one", &server.uri(), &[]),
        endpoint("two", "http://localhost:1", &[]),
    ];
    let finding = probe(&ask, &open(two.clone())).await;
    assert_said(&finding, Verdict::Error, "add `replaces = [\"/\"]`");
    two.endpoints[0].replaces = vec!["/".to_owned()];
    assert_said(&probe(&ask, &open(two)).await, Verdict::Pass, "200 OK");
}

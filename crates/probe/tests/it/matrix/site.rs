//! A site's certificate, its name and its way to https.

use super::machine::row;
use super::world::{Conduct, Target, World};
use super::*;
use domain::probe::{CertificateProbe, DnsProbe};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::sync::Arc;

const AUTHORITY: &[u8] = include_bytes!("../../certificates/authority.pem");

pub fn rows() -> Vec<Row> {
    [certificates(), names(), redirects()]
        .into_iter()
        .flatten()
        .collect()
}

/// A machine that trusts the tests' authority, at this time.
fn trusting(context: &mut probe::Context, at: &str) {
    let at: chrono::DateTime<chrono::Utc> = at.parse().expect("a time");
    let mut authorities = RootCertStore::empty();
    authorities
        .add(CertificateDer::from_pem_slice(AUTHORITY).expect("a certificate"))
        .expect("an authority");
    context.authorities = Some(Arc::new(authorities));
    context.clock = Arc::new(move || at);
}

fn certificates() -> Vec<Row> {
    let days = |days| ProbeSpec::Certificate(CertificateProbe { url: None, days });
    let shown = |host| World::of(Target::Tls(host));
    let today = || shown("localhost").with(|_, context, _| trusting(context, "2027-01-01T00:00:00Z"));
    let late = || shown("localhost").with(|_, context, _| trusting(context, "2036-11-13T00:00:00Z"));
    let over = shown("localhost").with(|_, context, _| trusting(context, "2037-01-01T00:00:00Z"));
    let early = shown("localhost").with(|_, context, _| trusting(context, "2001-01-01T00:00:00Z"));
    let other = shown("127.0.0.1").with(|_, context, _| trusting(context, "2027-01-01T00:00:00Z"));
    // The clock of a row is its own, and openssl has the machine's.
    let look = "openssl s_client -connect $HOST:$PORT </dev/null";
    let cert = |state, what, right, spec, world, command| {
        row("certificate", state, what, right, spec, world, command)
    };
    let tls = |conduct| World::tcp("https", conduct);
    vec![
        cert(Good, "trusted and valid", PASS, days(30), today(), look),
        cert(
            Good,
            "valid for ten days yet, and nothing more asked",
            PASS,
            days(0),
            late(),
            "",
        ),
        cert(
            Bad,
            "valid for ten days yet, where thirty are meant",
            FAIL,
            days(30),
            late(),
            "",
        ),
        cert(Bad, "expired", FAIL, days(0), over, ""),
        cert(Bad, "for another name", FAIL, days(0), other, look),
        cert(
            Bad,
            "signed by nobody whom this machine trusts",
            FAIL,
            days(0),
            shown("localhost"),
            look,
        ),
        cert(
            Unreachable,
            "nobody listens",
            NO_ANSWER,
            days(0),
            tls(Conduct::Closed),
            look,
        ),
        cert(
            Unreachable,
            "the queue is full",
            NO_ANSWER,
            days(0),
            tls(Conduct::Full),
            look,
        ),
        cert(
            Unreachable,
            "a server that speaks no TLS",
            NO_ANSWER,
            days(0),
            tls(Conduct::http("400 Bad Request", "")),
            look,
        ),
        cert(
            Slow,
            "no handshake",
            NO_ANSWER,
            days(0),
            tls(Conduct::Silent),
            look,
        ),
        cert(Ambiguous, "not valid yet", NOT_GREEN, days(0), early, ""),
        cert(
            Ambiguous,
            "an address by plain http",
            NO_ANSWER,
            days(0),
            World::tcp("http", Conduct::http("200 OK", "")),
            look,
        ),
    ]
}

fn names() -> Vec<Row> {
    let name = |name: &str, to: Option<&str>| {
        ProbeSpec::Dns(DnsProbe {
            name: Some(name.to_owned()),
            to: to.map(str::to_owned),
        })
    };
    let listed = || {
        World::folder("").with(|site, _, _| {
            let replaces = ["app.invalid:80", "localhost:80"];
            site.environment.endpoints =
                vec![crate::support::endpoint("app", "http://localhost:1", &replaces)];
        })
    };
    let dns = |state, what, right, spec, command| row("dns", state, what, right, spec, listed(), command);
    vec![
        dns(
            Good,
            "a name that resolves",
            PASS,
            name("localhost", None),
            "getent hosts localhost",
        ),
        dns(
            Good,
            "a name that leads where it should",
            PASS,
            name("localhost", Some("127.0.0.1")),
            "getent hosts localhost",
        ),
        dns(
            Bad,
            "a name that nobody has",
            FAIL,
            name("app.invalid", None),
            "getent hosts app.invalid",
        ),
        dns(
            Bad,
            "a name that leads elsewhere",
            FAIL,
            name("localhost", Some("192.0.2.1")),
            "getent hosts localhost",
        ),
        dns(
            Unreachable,
            "a name that the environment does not list",
            NO_ANSWER,
            name("other.test", None),
            "getent hosts other.test",
        ),
        dns(
            Ambiguous,
            "an address where a name is meant",
            NOT_GREEN,
            name("127.0.0.1", None),
            "getent hosts 127.0.0.1",
        ),
        dns(
            Ambiguous,
            "a name like another that nobody has",
            FAIL,
            name("localhost", Some("app.invalid")),
            "getent hosts localhost",
        ),
    ]
}

fn redirects() -> Vec<Row> {
    let leads = |head: &str| Conduct::http(head, "");
    let way = |state, what, right, conduct| {
        let spec = ProbeSpec::Redirects {
            url: Some("http://app.test/".to_owned()),
        };
        row(
            "redirects",
            state,
            what,
            right,
            spec,
            World::tcp("http", conduct),
            "curl -fsS $URL",
        )
    };
    vec![
        way(
            Good,
            "301 to https",
            PASS,
            leads("301 Moved\r\nlocation: https://app.test/"),
        ),
        way(
            Good,
            "308 to https",
            PASS,
            leads("308 Moved\r\nlocation: https://app.test/"),
        ),
        way(Bad, "200 by plain http", FAIL, leads("200 OK")),
        way(
            Bad,
            "a redirect to http",
            FAIL,
            leads("302 Found\r\nlocation: http://app.test/login"),
        ),
        way(Bad, "404", FAIL, leads("404 Not Found")),
        way(Unreachable, "nobody listens", NO_ANSWER, Conduct::Closed),
        way(Unreachable, "the queue is full", NO_ANSWER, Conduct::Full),
        way(
            Unreachable,
            "the connection is closed at once",
            NO_ANSWER,
            Conduct::Closes,
        ),
        way(Slow, "no answer", NO_ANSWER, Conduct::Silent),
        way(
            Ambiguous,
            "200 that names https",
            FAIL,
            leads("200 OK\r\nlocation: https://app.test/"),
        ),
        way(
            Ambiguous,
            "a redirect without an address",
            NOT_GREEN,
            leads("301 Moved"),
        ),
        way(
            Ambiguous,
            "a relative redirect",
            FAIL,
            leads("302 Found\r\nlocation: /https"),
        ),
        way(
            Ambiguous,
            "a redirect to https on another site",
            &[Verdict::Warning, Verdict::Fail],
            leads("301 Moved\r\nlocation: https://parking.invalid/"),
        ),
        way(
            Ambiguous,
            "304 that names https",
            NOT_GREEN,
            leads("304 Not Modified\r\nlocation: https://app.test/"),
        ),
        way(
            Ambiguous,
            "503 by plain http",
            NOT_GREEN,
            leads("503 Service Unavailable"),
        ),
    ]
}

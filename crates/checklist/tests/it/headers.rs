//! `curl` with header fields is a native GET where each may be sent as written, and otherwise what it was.

use checklist::{compile, describe};
use domain::plan::Work;
use domain::probe::{HttpProbe, ProbeSpec};
use rstest::rstest;

fn read(command: &str) -> (String, Vec<String>) {
    let compiled =
        compile(format!("## Phase 1: x\n\n- [ ] The API answers: `{command}` returns 200\n").as_bytes());
    let item = compiled.plan.items().next().expect("an item");
    let words = match &item.work {
        Work::Probe { spec } => describe::probe(spec),
        other => other.word().to_owned(),
    };
    let codes = compiled.diagnostics.into_iter().map(|found| found.code).collect();
    (words, codes)
}

#[rstest]
#[case("-H 'Accept: application/json'", "Accept: application/json")]
#[case("--header \"X-Tenant: acme\"", "X-Tenant: acme")]
#[case(
    "-s -H 'Accept: text/html' -H 'X-Tenant:acme'",
    "Accept: text/html, X-Tenant: acme"
)]
#[case("-H 'Authorization: Bearer kQ7mX2vT9wLz4RbN8p'", "Authorization")]
fn a_header_field_is_sent_natively(#[case] options: &str, #[case] shown: &str) {
    let (words, _) = read(&format!("curl {options} http://localhost:8000/api"));
    assert_eq!(
        words,
        format!("GET http://localhost:8000/api with {shown}: status 200")
    );
}

#[rstest]
#[case("-H 'Host: other'")]
#[case("-H 'Connection: close'")]
#[case("-H 'X-HTTP-Method-Override: DELETE'")]
#[case("-H 'X-Forwarded-Host: other'")]
#[case("-H 'Accept:'")]
#[case("-H 'Accept;'")]
#[case("-H 'Transfer-Encoding: chunked'")]
#[case("-H 'Authorization: Bearer <token>'")]
#[case("-H 'Authorization: Bearer YOUR_TOKEN'")]
#[case("-H 'Authorization: Bearer token'")]
#[case("-H \"Authorization: Bearer $TOKEN\"")]
#[case("-H @headers.txt")]
#[case("-H 'Größe: 1'")]
fn any_other_header_field_stays_as_it_was(#[case] options: &str) {
    let (words, _) = read(&format!("curl {options} http://localhost:8000/api"));
    assert!(
        ["attestation", "action"].contains(&words.as_str()),
        "{options}: {words}"
    );
}

#[test]
fn a_secret_in_a_header_field_is_found() {
    let (_, codes) = read("curl -H 'Authorization: Bearer kQ7mX2vT9wLz4RbN8p' http://localhost:8000/api");
    assert!(codes.iter().any(|code| code == "GNG030"), "{codes:?}");
}

#[test]
fn a_plan_from_before_header_fields_is_read() {
    let old = r#"{"probe":"http","asks":{"url":"/x","status":"success","body":[],"filters":[],"within_ms":null,"secure_or_loopback":false}}"#;
    let spec: ProbeSpec = serde_json::from_str(old).expect("an old plan");
    assert!(matches!(&spec, ProbeSpec::Http(HttpProbe { headers, .. }) if headers.is_empty()));
    assert_eq!(serde_json::to_string(&spec).expect("JSON"), old);
}

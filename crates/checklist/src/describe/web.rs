//! Questions about a site's name, certificate and way to https in words.

use domain::probe::{CertificateProbe, DnsProbe, HeaderHolds, HeaderRule, RepeatedProbe};

const SITE: &str = "the environment's web endpoint";

/// What is asked of a certificate.
pub fn certificate(spec: &CertificateProbe) -> String {
    let whose = spec.url.as_deref().unwrap_or(SITE);
    let valid = match spec.days {
        0 => "not expired".to_owned(),
        days => format!("valid for {days} days yet"),
    };
    format!("certificate of {whose}: trusted, for its name, {valid}")
}

/// What is asked of a name.
pub fn dns(spec: &DnsProbe) -> String {
    let name = match &spec.name {
        Some(name) => name.clone(),
        None => format!("the name of {SITE}"),
    };
    match &spec.to {
        Some(to) => format!("{name} resolves to {to}"),
        None => format!("{name} resolves"),
    }
}

/// What is asked of plain http.
pub fn redirects(url: Option<&str>) -> String {
    format!("GET {} by plain http: redirects to https", url.unwrap_or(SITE))
}

/// What is asked of pairs of calls.
pub fn repeated(spec: &RepeatedProbe) -> String {
    let counted = spec
        .counter
        .as_ref()
        .map(|counter| format!(", as its header or {} of {} says", counter.hits, counter.url));
    format!(
        "GET {} in {} pairs: the second answer from a cache{}, or faster",
        spec.url,
        spec.pairs,
        counted.unwrap_or_default()
    )
}

/// What is asked of a field of an answer's header.
pub fn header(rule: &HeaderRule) -> String {
    match &rule.holds {
        HeaderHolds::Present => format!("answers with the header {}", rule.name),
        HeaderHolds::Absent => format!("answers without the header {}", rule.name),
        HeaderHolds::Contains(text) => format!("answers with the header {}: {text}", rule.name),
    }
}

//! What is asked of a site's name, its certificate and its way to https.

use serde::{Deserialize, Serialize};

/// The certificate that an endpoint shows: trusted, for its host's name, and valid for some time yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateProbe {
    /// The address as written; `None`: the environment's web endpoint.
    pub url: Option<String>,
    /// For how many days it must be valid yet.
    pub days: u32,
}

/// A name resolves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsProbe {
    /// The name as written; `None`: that of the environment's web endpoint.
    pub name: Option<String>,
    /// The address, or the name with the same addresses, that it must lead to.
    pub to: Option<String>,
}

/// Pairs of the same GET, of which the second is answered from a cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatedProbe {
    /// The address as written; a path alone is one of the environment's web endpoint.
    pub url: String,
    /// How many pairs, [`RepeatedProbe::PAIRS`] of these.
    pub pairs: u32,
    /// What is sent in each request's header, by name; each is [`may_send`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// Where hits of the cache are counted; `None`: where the environment says so, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<HitCounter>,
}

/// Where a cache counts what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitCounter {
    /// The address of a page of metrics as written.
    pub url: String,
    /// The text in the name of the counter of hits.
    pub hits: String,
    /// The text in the name of the counter of misses.
    pub misses: String,
}

impl HitCounter {
    /// The counter of misses beside one of hits, by its name; `None` where the name speaks of no hits.
    pub fn misses_of(hits: &str) -> Option<String> {
        let misses = hits.replace("hits", "misses").replace("hit", "miss");
        (misses != hits).then_some(misses)
    }
}

impl RepeatedProbe {
    /// Of fewer pairs no answer would be certain enough (one-sided sign test at 5 %); more load a target for nothing.
    pub const PAIRS: std::ops::RangeInclusive<u32> = 5..=50;

    /// Five pairs.
    pub fn of(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            pairs: *Self::PAIRS.start(),
            headers: Vec::new(),
            counter: None,
        }
    }
}

/// A field of an answer's header (RFC 9110, section 5) and what must hold of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderRule {
    /// Its name; case does not matter.
    pub name: String,
    /// What must hold.
    pub holds: HeaderHolds,
}

/// What must hold of a header field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderHolds {
    /// It is there, whatever it says.
    Present,
    /// It is not there.
    Absent,
    /// It is there with this text in its value, whatever its case.
    Contains(String),
}

/// Longest name and longest value of a header field, in bytes.
const LONGEST: usize = 1000;

/// Whether a probe may send this header field (RFC 9110, section 5): a plain name and a value of visible characters. None
/// that says where the request goes, how it is carried (section 7.6.1), what its body is, or that it is no GET.
pub fn may_send(name: &str, value: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let kept = [
        "host",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "expect",
        "accept-encoding",
        "via",
        "forwarded",
        "http2-settings",
    ];
    let carried =
        lower.starts_with("proxy-") || lower.starts_with("x-forwarded-") || lower.contains("method");
    let named = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let plain = value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let short = name.len() <= LONGEST && value.len() <= LONGEST;
    named && plain && short && !value.trim().is_empty() && !carried && !kept.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::may_send;

    #[test]
    fn a_header_that_only_describes_the_request_may_be_sent_and_no_other() {
        for (name, value) in [
            ("Accept", "application/json"),
            ("X-Tenant", "acme"),
            ("Cookie", "a=b; c=d"),
            ("Range", "bytes=0-9"),
        ] {
            assert!(may_send(name, value), "{name}");
        }
        for (name, value) in [
            ("Host", "other"),
            ("CONNECTION", "close"),
            ("Transfer-Encoding", "chunked"),
            ("Proxy-Authorization", "x"),
            ("X-Forwarded-Host", "other"),
            ("X-HTTP-Method-Override", "DELETE"),
            ("Upgrade", "h2c"),
            ("Content-Length", "5"),
            ("A b", "x"),
            ("", "x"),
            ("A", ""),
            ("A", "x\r\nHost: other"),
            ("A", "x\0"),
            ("A", "é"),
        ] {
            assert!(!may_send(name, value), "{name}: {value:?}");
        }
    }
}

//! Fields of an answer's header, in a pipe and in words.

use crate::phrases::{Lower, Phrases};
use domain::probe::{Filter, HeaderHolds, HeaderRule, TextRule};

/// Fields that answers have, as far as checklists ask for them. `grep` finds a part of a name too: only a whole one is known to
/// mean its field.
const KNOWN: &[&str] = &[
    "strict-transport-security",
    "content-security-policy",
    "content-security-policy-report-only",
    "x-frame-options",
    "x-content-type-options",
    "x-xss-protection",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "cache-control",
    "content-type",
    "content-encoding",
    "x-powered-by",
    "x-robots-tag",
    "x-request-id",
    "x-cache",
    "x-cache-status",
    "cf-cache-status",
    "cache-status",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "etag",
    "expires",
    "last-modified",
    "vary",
    "server",
    "alt-svc",
];

/// `Name` or `Name: value` of a field that is known, or that begins with `X-`.
pub fn written(text: &str) -> Option<HeaderRule> {
    let (name, value) = match text.split_once(':') {
        Some((name, value)) => (name.trim(), value.trim()),
        None => (text.trim(), ""),
    };
    is_field(name).then(|| HeaderRule {
        name: name.to_owned(),
        holds: match value {
            "" => HeaderHolds::Present,
            value => HeaderHolds::Contains(value.to_owned()),
        },
    })
}

/// That there is no such field.
pub fn absent(name: &str) -> Option<HeaderRule> {
    is_field(name.trim()).then(|| HeaderRule {
        name: name.trim().to_owned(),
        holds: HeaderHolds::Absent,
    })
}

fn is_field(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let own = lower.strip_prefix("x-").is_some_and(|rest| rest.len() > 1);
    let token = lower
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    token && (own || KNOWN.contains(&lower.as_str()))
}

/// What `curl -I … | grep -i NAME` asks, where the name is a whole one.
pub fn searched(filters: &[Filter], rules: &[TextRule]) -> Option<HeaderRule> {
    let [
        Filter::Grep {
            pattern,
            invert: false,
            ..
        },
    ] = filters
    else {
        return None;
    };
    let rule = written(pattern.strip_prefix('^').unwrap_or(pattern))?;
    match rules {
        [] | [TextRule::NotEmpty] => Some(rule),
        [TextRule::Empty] if rule.holds == HeaderHolds::Present => absent(&rule.name),
        [TextRule::Contains(text)] => match written(text) {
            Some(whole) if whole.name.eq_ignore_ascii_case(&rule.name) => Some(whole),
            Some(_) => None,
            None if rule.holds == HeaderHolds::Present && !text.contains(':') => Some(HeaderRule {
                holds: HeaderHolds::Contains(text.clone()),
                ..rule
            }),
            None => None,
        },
        _ => None,
    }
}

static ANSWERS: Phrases = Phrases::new(
    "response has header, response has the header, response has a header, response header, response contains header, \
    response contains the header, response includes header, response includes the header, responds with header, \
    responds with the header, security header, headers present, header present, header is present, headers are present, \
    header is set, headers are set, headers set, header set, returns header, returns the header, answers with the header",
);

/// Words about a header that are not about the answer's, or ask for more than that it is there.
static OTHERS: Phrases = Phrases::new(
    "request header, authorization, not set, not present, missing, removed, absent, without, no header, forwarded, proxy, \
    scan, a+, grade, configure, add , review",
);

/// The fields that words say the answer has: all of the inline code, but for an address.
pub fn said(codes: &[&str], lower: &Lower) -> Option<Vec<HeaderRule>> {
    (ANSWERS.within(lower) && !OTHERS.within(lower)).then_some(())?;
    let mut rules = Vec::new();
    for code in codes {
        if code.starts_with('/') || code.contains("://") {
            continue;
        }
        rules.push(written(code)?);
    }
    (!rules.is_empty()).then_some(rules)
}

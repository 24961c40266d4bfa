//! What an answer's header must say.

use crate::answer::Judgement;
use crate::output::excerpt;
use crate::redact::Secrets;
use domain::probe::{HeaderHolds, HeaderRule};
use domain::verdict::Verdict;
use hyper::header::HeaderMap;

/// One rule against the header of the answer.
pub(super) fn judge(rule: &HeaderRule, headers: &HeaderMap, secrets: &Secrets) -> Judgement {
    let name = &rule.name;
    let values = values(name, headers);
    let found = match values.as_slice() {
        [] => format!("no header {name}"),
        values => format!("{name}: {}", excerpt(&values.join(", "), secrets)),
    };
    match (&rule.holds, values.as_slice()) {
        (HeaderHolds::Absent, []) => Judgement::pass(found),
        (HeaderHolds::Absent, _) => Judgement::fail(format!("{found}, must not be there"), found),
        (HeaderHolds::Present | HeaderHolds::Contains(_), []) => {
            Judgement::fail(format!("the answer has {found}"), found)
        }
        (HeaderHolds::Contains(text), values) => {
            let lower = text.to_lowercase();
            match values.iter().all(|value| value.to_lowercase().contains(&lower)) {
                true => switched_off(name, values, found),
                false => Judgement::fail(format!("{found}, must contain {text}"), found),
            }
        }
        (HeaderHolds::Present, values) if values.iter().all(|value| value.trim().is_empty()) => {
            Judgement::fail(format!("{name} is empty"), found)
        }
        (HeaderHolds::Present, values) => switched_off(name, values, found),
    }
}

/// `max-age=0` is how a site takes HSTS back (RFC 6797, section 6.1.1).
fn switched_off(name: &str, values: &[String], found: String) -> Judgement {
    let off = name.eq_ignore_ascii_case("strict-transport-security")
        && values.iter().any(|value| {
            value.split(';').any(|part| {
                let part = part.to_lowercase().replace([' ', '"'], "");
                part == "max-age=0"
            })
        });
    match off {
        true => Judgement::new(Verdict::Warning, format!("{found}, which switches it off"), found),
        false => Judgement::pass(found),
    }
}

fn values(name: &str, headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(name).iter();
    values
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect()
}

/// The fields that were judged, as the answer has them: of the others some may say who somebody is.
pub(super) fn shown(rules: &[HeaderRule], headers: &HeaderMap) -> String {
    let mut lines = String::new();
    for rule in rules {
        for value in values(&rule.name, headers) {
            lines.push_str(&format!("{}: {value}\n", rule.name));
        }
    }
    lines
}

pub(super) fn expected(rule: &HeaderRule) -> String {
    match &rule.holds {
        HeaderHolds::Present => format!("header {}", rule.name),
        HeaderHolds::Absent => format!("no header {}", rule.name),
        HeaderHolds::Contains(text) => format!("header {} with {text}", rule.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use HeaderHolds::{Absent, Present};
    use Verdict::{Fail, Pass, Warning};
    use rstest::rstest;

    fn contains(text: &str) -> HeaderHolds {
        HeaderHolds::Contains(text.to_owned())
    }

    #[rstest]
    #[case("X-Frame-Options", Present, Pass)]
    #[case("x-frame-options", contains("deny"), Pass)]
    #[case("X-Frame-Options", contains("sameorigin"), Fail)]
    #[case("X-Frame-Options", Absent, Fail)]
    #[case("X-Frame", Present, Fail)]
    #[case("X-Powered-By", Absent, Pass)]
    #[case("X-Powered-By", contains("PHP"), Fail)]
    #[case("X-Empty", Present, Fail)]
    #[case("Strict-Transport-Security", Present, Warning)]
    #[case("Strict-Transport-Security", contains("max-age"), Warning)]
    // One of two values is another.
    #[case("Vary", contains("origin"), Fail)]
    fn a_header_field_is_judged_by_its_whole_name(
        #[case] name: &str,
        #[case] holds: HeaderHolds,
        #[case] verdict: Verdict,
    ) {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-empty", ""),
            ("strict-transport-security", "includeSubDomains; max-age = 0"),
            ("access-control-expose-headers", "X-Powered-By"),
            ("vary", "Origin"),
            ("vary", "Accept"),
        ] {
            headers.append(name, value.parse().expect("a value"));
        }
        let rule = HeaderRule {
            name: name.to_owned(),
            holds,
        };
        let judged = judge(&rule, &headers, &Secrets::default());
        assert_eq!(judged.verdict, verdict, "{judged:?}");
    }
}

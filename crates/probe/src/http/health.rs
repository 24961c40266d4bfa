//! A health page that answers 200 and says that the service is not well.

use crate::answer::Judgement;
use domain::verdict::Verdict;
use serde_json::Value;

/// Words for a service that does not serve, as health pages write them (draft-inadarei-api-health-check: `fail`, with `error` and
/// `down` as aliases; Spring Boot Actuator: `DOWN`, `OUT_OF_SERVICE`).
const DOWN: &[&str] = &[
    "fail",
    "failed",
    "failing",
    "failure",
    "error",
    "down",
    "unhealthy",
    "critical",
    "dead",
    "red",
    "not ok",
    "notok",
    "out_of_service",
    "unavailable",
];
/// Words for one that serves with something missing.
const DEGRADED: &[&str] = &[
    "warn", "warning", "degraded", "partial", "yellow", "impaired", "limited",
];

/// What the body of a health page says against the service: nothing where it is no such page, no JSON object, or a word
/// that nobody knows.
pub(crate) fn judge(url: &str, body: &[u8]) -> Option<Judgement> {
    if !is_page(url) {
        return None;
    }
    let path = path(url);
    let Ok(Value::Object(page)) = serde_json::from_slice::<Value>(body) else {
        return for_people(path, body);
    };
    ["status", "state", "health", "healthy", "ok"]
        .iter()
        .find_map(|key| page.get(*key).and_then(|value| said(key, value)))
}

/// Whether an address is named like that of a health page.
pub(crate) fn is_page(url: &str) -> bool {
    path(url).rsplit('/').any(|segment| {
        let segment = segment.to_ascii_lowercase();
        segment.starts_with("health") || matches!(segment.as_str(), "ready" | "readyz" | "livez" | "status")
    })
}

fn path(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// Sites that draw themselves in the browser answer every address with 200 and the same page, also where no service is.
fn for_people(path: &str, body: &[u8]) -> Option<Judgement> {
    let start = String::from_utf8_lossy(&body[..body.len().min(64)])
        .trim_start()
        .to_ascii_lowercase();
    let html = start.starts_with("<!doctype html") || start.starts_with("<html");
    // A status page may well be one for people.
    let meant = path
        .rsplit('/')
        .any(|segment| segment.eq_ignore_ascii_case("status"));
    let reason = "what answers is a page for people, which says nothing about the service's health";
    (html && !meant).then(|| Judgement::new(Verdict::Warning, reason, reason))
}

fn said(key: &str, value: &Value) -> Option<Judgement> {
    let word = match value {
        Value::String(word) => word.trim().to_lowercase(),
        Value::Bool(false) if matches!(key, "healthy" | "ok" | "status") => "false".to_owned(),
        Value::Bool(_) | Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let reason = format!("the page itself says that {key} is “{word}”");
    if word == "false" || DOWN.contains(&word.as_str()) {
        return Some(Judgement::fail(reason.clone(), reason));
    }
    DEGRADED
        .contains(&word.as_str())
        .then(|| Judgement::new(Verdict::Warning, reason.clone(), reason))
}

#[cfg(test)]
mod tests {
    use super::judge;
    use domain::verdict::Verdict::{self, Fail, Warning};
    use rstest::rstest;

    #[rstest]
    #[case("http://localhost:8000/health", r#"{"status":"degraded"}"#, Some(Warning))]
    #[case("http://localhost:8000/actuator/health", r#"{"status":"DOWN"}"#, Some(Fail))]
    #[case("http://localhost:8000/healthz?full=1", r#"{"ok":false}"#, Some(Fail))]
    #[case(
        "http://localhost:8000/api/health",
        r#"{"status":"ok","state":"warming"}"#,
        None
    )]
    #[case("http://localhost:8000/health", "degraded", None)]
    #[case(
        "http://localhost:8000/health",
        "\n<!DOCTYPE html><title>Shop</title>",
        Some(Warning)
    )]
    #[case("http://localhost:8000/status", "<html>all well</html>", None)]
    #[case("http://localhost:8000/health", r#"{"status":"sideways"}"#, None)]
    #[case("http://localhost:8000/api/orders", r#"{"status":"failed"}"#, None)]
    fn a_health_page_that_says_it_is_not_well_does_not_pass(
        #[case] url: &str,
        #[case] body: &str,
        #[case] verdict: Option<Verdict>,
    ) {
        let found = judge(url, body.as_bytes()).map(|judgement| judgement.verdict);
        assert_eq!(found, verdict);
    }
}

use super::*;
use domain::probe::JsonHolds;
use domain::quantity::Quantity;

fn holds(before: &str, after: &str) -> Option<Holds> {
    read(before, after).holds
}

#[test]
fn the_words_of_the_reference_checklist_are_understood() {
    let bytes = |value: f64| Bound {
        comparison: Comparison::Equal,
        quantity: Quantity {
            value,
            unit: Unit::Bytes,
        },
    };
    assert_eq!(
        holds("", " returns `512mb`"),
        Some(Holds::Number(bytes(512.0 * 1024.0 * 1024.0)))
    );
    assert_eq!(holds("", " returns `yes`"), Some(Holds::Is("yes".into())));
    assert_eq!(holds("", " shows all \"Up\""), Some(Holds::AllUp));
    assert_eq!(holds("", " is empty"), Some(Holds::Empty));
    assert_eq!(holds("", "Should be empty"), Some(Holds::Empty));
    assert_eq!(
        holds("", " returns 200"),
        Some(Holds::Status(StatusRule::Is(200)))
    );
    assert_eq!(
        holds("", " returns `200 OK`"),
        Some(Holds::Status(StatusRule::Is(200)))
    );
    assert_eq!(holds("", " returns data"), Some(Holds::Something));
    assert_eq!(
        holds("", "Expected output: 10+ new indexes listed"),
        Some(Holds::Lines(10))
    );
}

#[test]
fn a_number_before_the_command_counts() {
    let below = Bound {
        comparison: Comparison::Below,
        quantity: Quantity {
            value: 512.0 * 1024.0 * 1024.0,
            unit: Unit::Bytes,
        },
    };
    assert_eq!(holds("Redis memory <512MB: ", ""), Some(Holds::Number(below)));
}

#[test]
fn no_something_asks_for_none() {
    assert!(read("No slow queries: ", "").none);
    assert!(read("Backend logs show no errors: ", "").none);
    assert!(!read("Notify people: ", "").none);
}

#[test]
fn a_verb_inside_of_a_word_or_code_is_no_verb() {
    assert_eq!(holds("This exists: ", ""), None);
    assert_eq!(holds("Redis health check passes: ", ""), None);
}

fn bound(comparison: Comparison, value: f64, unit: Unit) -> Bound {
    Bound {
        comparison,
        quantity: Quantity { value, unit },
    }
}

fn is(text: &str) -> Holds {
    Holds::Is(text.to_owned())
}

fn contains(text: &str) -> Holds {
    Holds::Contains(text.to_owned())
}

fn lacks(text: &str) -> Holds {
    Holds::Lacks(text.to_owned())
}

fn code(status: u16) -> Holds {
    Holds::Status(StatusRule::Is(status))
}

#[test]
fn what_follows_a_command_says_what_must_hold() {
    let rows: &[(&str, Holds)] = &[
        (" should return 200", code(200)),
        (" → 200", code(200)),
        (" => 200 OK", code(200)),
        (" -> `200`", code(200)),
        (" (expect 200)", code(200)),
        (" - expect: HTTP/1.1 200 OK", code(200)),
        (" returns `HTTP/2 301`", code(301)),
        (" returns HTTP status code 204", code(204)),
        (" responds with a 404 status", code(404)),
        (" is live and returns 200", code(200)),
        (" returns 2xx", Holds::Status(StatusRule::Success)),
        (" returns 200-299", Holds::Status(StatusRule::Success)),
        (" returns 4xx", Holds::Status(StatusRule::Between(400, 499))),
        (" returns 301 or 302", Holds::Status(StatusRule::Either(301, 302))),
        (
            " returns `301` or `302`",
            Holds::Status(StatusRule::Either(301, 302)),
        ),
        (" HTTP 200", code(200)),
        (" 200 OK", code(200)),
        (" shows `ready`", contains("ready")),
        (" should print \"done\"", contains("done")),
        (" contains `a`", contains("a")),
        (" equals `a`", is("a")),
        (" should not contain `error`", lacks("error")),
        (" must not be `yes`", lacks("yes")),
        (" does not show `error`", lacks("error")),
        (" shows no errors", lacks("error")),
        (" should not be empty", Holds::Something),
        (" returns nothing", Holds::Empty),
        (" returns no rows", Holds::Empty),
        (
            " should be at least 3",
            Holds::Number(bound(Comparison::AtLeast, 3.0, Unit::Count)),
        ),
        (
            " must not exceed 80%",
            Holds::Number(bound(Comparison::AtMost, 80.0, Unit::Percent)),
        ),
        (
            " is under 2 GB",
            Holds::Number(bound(Comparison::Below, 2.0 * 1024f64.powi(3), Unit::Bytes)),
        ),
        (
            " is between 2 and 4",
            Holds::Between(
                bound(Comparison::AtLeast, 2.0, Unit::Count),
                bound(Comparison::AtMost, 4.0, Unit::Count),
            ),
        ),
        (
            " returns `{\"status\":\"ok\"}`",
            Holds::Json(vec![field("/status", "\"ok\"")]),
        ),
        (
            " returns {\"status\": \"ok\"}.",
            Holds::Json(vec![field("/status", "\"ok\"")]),
        ),
        ("=> 3", Holds::Number(bound(Comparison::Equal, 3.0, Unit::Count))),
        (
            "expected: 0",
            Holds::Number(bound(Comparison::Equal, 0.0, Unit::Count)),
        ),
        ("Expected output: `PONG`", contains("PONG")),
    ];
    for (after, expected) in rows {
        assert_eq!(holds("", after), Some(expected.clone()), "{after}");
    }
}

#[test]
fn other_languages_say_what_must_hold_too() {
    let rows: &[(&str, Holds)] = &[
        (" sollte leer sein", Holds::Empty),
        (" gibt 200 zurück", code(200)),
        (" sollte 200 zurückgeben", code(200)),
        (" antwortet mit 204", code(204)),
        (" enthält `bereit`", contains("bereit")),
        (" ist nicht leer", Holds::Something),
        (" doit retourner 200", code(200)),
        (" doit être vide", Holds::Empty),
        (" renvoie `ok`", is("ok")),
        (" debe devolver 200", code(200)),
        (" debe estar vacío", Holds::Empty),
        (" muestra `listo`", contains("listo")),
        (" deve retornar 200", code(200)),
        (" deve estar vazio", Holds::Empty),
        (" retorna `ok`", is("ok")),
        (" 应返回 200", code(200)),
        (" 返回状态码 200", code(200)),
        ("，应为空", Holds::Empty),
        (" 应包含 `ok`", contains("ok")),
        (" が 200 を返す", code(200)),
        (" が `ok` を返すこと", is("ok")),
        (" が空であること", Holds::Empty),
    ];
    for (after, expected) in rows {
        assert_eq!(holds("", after), Some(expected.clone()), "{after}");
    }
    for clean in ["无错误", " keine Fehler", " sin errores", " エラーなし"] {
        assert!(read("", clean).none, "{clean}");
    }
}

#[test]
fn what_cannot_be_judged_says_why() {
    for (before, after, why) in [
        ("", " matches `^ok.*$`", "pattern"),
        ("", " returns ~500 rows", "not exact"),
        ("Memory usage is stable: ", "", "several looks"),
        ("p95 reduced by 50%: ", "", "from before"),
        ("", " exits with code 2", "must exit 2"),
    ] {
        let expectation = read(before, after);
        assert_eq!(expectation.holds, None, "{before}{after}");
        let beyond = expectation.beyond.unwrap_or_default();
        assert!(beyond.contains(why), "{before}{after}: {beyond}");
    }
    for (before, after) in [("", " exit code 0"), ("Redis is up: ", ""), ("", " returns 200")] {
        assert_eq!(read(before, after).beyond, None, "{before}{after}");
    }
}

#[test]
fn the_words_are_kept() {
    let words = |after| read("", after).words.unwrap_or_default();
    assert_eq!(words(" should return 200 OK."), "should return 200 OK");
    assert_eq!(words(" doit être vide (sinon, stop)"), "doit être vide");
    assert_eq!(words(", at least 3 of them"), "at least 3");
}

#[test]
fn a_block_of_output_is_json_or_a_few_lines_that_stay_as_they_are() {
    assert_eq!(output("PONG\n"), Some(contains("PONG")));
    assert_eq!(
        output("3"),
        Some(Holds::Number(bound(Comparison::Equal, 3.0, Unit::Count)))
    );
    assert_eq!(output("HTTP/1.1 200 OK"), Some(code(200)));
    assert_eq!(
        output("migrated\nseeded"),
        Some(Holds::Text(vec!["migrated".into(), "seeded".into()]))
    );
    assert_eq!(
        output("{\"status\": \"ok\", ...}"),
        Some(Holds::Json(vec![field("/status", "\"ok\"")]))
    );
    for example in [
        "NAME    READY\nweb     1/1",
        "…",
        "2026-01-01 12:00:00 started",
        "a\nb\nc\nd\ne\nf",
        "<html>",
    ] {
        assert_eq!(output(example), None, "{example}");
    }
}

fn field(pointer: &str, value: &str) -> JsonField {
    JsonField {
        pointer: pointer.to_owned(),
        holds: JsonHolds::Is(value.to_owned()),
    }
}

//! Pages over HTTP.

use super::world::{Conduct, World};
use super::*;
use crate::support::get;
use domain::probe::{Filter, HttpProbe, JsonField, JsonHolds, StatusRule, TextRule};

const HEALTH: &str = "http://backend:8000/health";
const JSON: &str = "200 OK\r\ncontent-type: application/json";
const HTML: &str = "200 OK\r\ncontent-type: text/html";

fn row(state: State, what: &'static str, right: Right, spec: HttpProbe, conduct: Conduct) -> Row {
    let command = match spec.filters.as_slice() {
        [] if spec.body.is_empty() => "curl -fsS $URL/health".to_owned(),
        [] => "curl -fsS $URL/health | grep ok".to_owned(),
        _ => "curl -s $URL/health | jq .status".to_owned(),
    };
    Row {
        kind: "http",
        state,
        what,
        right,
        spec: ProbeSpec::Http(spec),
        world: World::tcp("http", conduct),
        command,
    }
}

/// The page must contain "ok".
fn containing() -> HttpProbe {
    HttpProbe {
        body: vec![TextRule::Contains("ok".to_owned())],
        ..get(HEALTH)
    }
}

/// `jq -r .status` of the page must be "ok".
fn piped() -> HttpProbe {
    HttpProbe {
        filters: vec![Filter::JsonAt("/status".to_owned())],
        body: vec![TextRule::Is("ok".to_owned())],
        ..get(HEALTH)
    }
}

fn field() -> HttpProbe {
    let fields = vec![JsonField {
        pointer: "/db".to_owned(),
        holds: JsonHolds::Is("true".to_owned()),
    }];
    HttpProbe {
        body: vec![TextRule::Json(fields)],
        ..get(HEALTH)
    }
}

fn status(status: u16) -> HttpProbe {
    HttpProbe {
        status: StatusRule::Is(status),
        ..get(HEALTH)
    }
}

pub fn rows() -> Vec<Row> {
    [good(), bad(), silent(), ambiguous()]
        .into_iter()
        .flatten()
        .collect()
}

fn good() -> Vec<Row> {
    let ok = || Conduct::http(JSON, r#"{"status":"ok","db":true}"#);
    vec![
        row(Good, "200 and a status that is ok", PASS, get(HEALTH), ok()),
        row(Good, "200 and the text that is meant", PASS, containing(), ok()),
        row(Good, "200 and the JSON value that is meant", PASS, piped(), ok()),
        row(Good, "200 and the JSON field that is meant", PASS, field(), ok()),
        row(
            Good,
            "204 without a body",
            PASS,
            get(HEALTH),
            Conduct::Says(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        ),
        row(
            Good,
            "401 where 401 is meant",
            PASS,
            status(401),
            Conduct::http("401 Unauthorized", ""),
        ),
        row(
            Good,
            "301 where 301 is meant",
            PASS,
            status(301),
            Conduct::http("301 Moved Permanently\r\nlocation: /login", ""),
        ),
        row(
            Good,
            "a page in chunks",
            PASS,
            containing(),
            Conduct::Says(
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"
                    .to_vec(),
            ),
        ),
    ]
}

fn bad() -> Vec<Row> {
    let immediately = HttpProbe {
        within_ms: Some(0),
        ..get(HEALTH)
    };
    vec![
        row(
            Bad,
            "500",
            FAIL,
            get(HEALTH),
            Conduct::http("500 Internal Server Error", "boom"),
        ),
        row(
            Bad,
            "503 that says why",
            FAIL,
            get(HEALTH),
            Conduct::http("503 Service Unavailable", "no database"),
        ),
        row(Bad, "404", FAIL, get(HEALTH), Conduct::http("404 Not Found", "")),
        row(
            Bad,
            "401 where 200 is meant",
            FAIL,
            get(HEALTH),
            Conduct::http("401 Unauthorized", ""),
        ),
        row(
            Bad,
            "200 where 401 is meant",
            FAIL,
            status(401),
            Conduct::http("200 OK", "welcome"),
        ),
        row(
            Bad,
            "500 with the text that is meant",
            FAIL,
            containing(),
            Conduct::http("500 Error", "ok"),
        ),
        row(
            Bad,
            "200 without the text that is meant",
            FAIL,
            containing(),
            Conduct::http("200 OK", "no"),
        ),
        row(
            Bad,
            "200 whose health page says down",
            FAIL,
            get(HEALTH),
            Conduct::http(JSON, r#"{"status":"DOWN"}"#),
        ),
        row(
            Bad,
            "200 whose health page says ok is false",
            FAIL,
            get(HEALTH),
            Conduct::http(JSON, r#"{"ok":false}"#),
        ),
        row(
            Bad,
            "200 whose JSON value is another",
            FAIL,
            piped(),
            Conduct::http(JSON, r#"{"status":"error"}"#),
        ),
        row(
            Bad,
            "200 whose JSON field is another",
            FAIL,
            field(),
            Conduct::http(JSON, r#"{"db":false}"#),
        ),
        row(
            Bad,
            "200 later than allowed",
            FAIL,
            immediately,
            Conduct::http("200 OK", "ok"),
        ),
    ]
}

fn silent() -> Vec<Row> {
    let elsewhere = get("http://elsewhere.test:8000/health");
    let half = |bytes: &str| Conduct::Says(bytes.as_bytes().to_vec());
    vec![
        row(
            Unreachable,
            "nobody listens",
            NO_ANSWER,
            get(HEALTH),
            Conduct::Closed,
        ),
        row(
            Unreachable,
            "the queue is full",
            NO_ANSWER,
            get(HEALTH),
            Conduct::Full,
        ),
        row(
            Unreachable,
            "the connection is closed at once",
            NO_ANSWER,
            get(HEALTH),
            Conduct::Closes,
        ),
        row(
            Unreachable,
            "a Redis listens there",
            NO_ANSWER,
            get(HEALTH),
            Conduct::Ends(b"-ERR unknown command\r\n".to_vec()),
        ),
        row(
            Unreachable,
            "a status line cut in the middle",
            NO_ANSWER,
            get(HEALTH),
            Conduct::Ends(b"HTTP/1.1 2".to_vec()),
        ),
        row(
            Unreachable,
            "an address that the environment does not list",
            NO_ANSWER,
            elsewhere,
            Conduct::http("200 OK", "ok"),
        ),
        row(Slow, "no answer", NO_ANSWER, get(HEALTH), Conduct::Silent),
        row(
            Slow,
            "no answer where a text is meant",
            NO_ANSWER,
            containing(),
            Conduct::Silent,
        ),
        row(
            Slow,
            "headers that do not end",
            NO_ANSWER,
            get(HEALTH),
            half("HTTP/1.1 200 OK\r\nx: 1\r\n"),
        ),
        row(
            Slow,
            "a body that does not end",
            NO_ANSWER,
            containing(),
            half("HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\nok"),
        ),
        row(
            Slow,
            "chunks that do not end",
            NO_ANSWER,
            get(HEALTH),
            half("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n"),
        ),
    ]
}

fn ambiguous() -> Vec<Row> {
    let away = "302 Found\r\nlocation: http://elsewhere.test/health";
    let empty = HttpProbe {
        body: vec![TextRule::NotEmpty],
        ..get(HEALTH)
    };
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"status\":\"ok\"".to_vec();
    vec![
        row(
            Ambiguous,
            "200 whose health page says degraded",
            WARNING,
            get(HEALTH),
            Conduct::http(JSON, r#"{"status":"degraded"}"#),
        ),
        row(
            Ambiguous,
            "200 with a page for people instead of JSON",
            NOT_GREEN,
            piped(),
            Conduct::http(HTML, "<html>ok</html>"),
        ),
        row(
            Ambiguous,
            "200 with a page for people at a health address",
            &[Verdict::Warning, Verdict::Fail],
            get(HEALTH),
            Conduct::http(HTML, "<!doctype html><title>Shop</title>"),
        ),
        row(
            Ambiguous,
            "200 with half a JSON",
            NOT_GREEN,
            piped(),
            Conduct::http(JSON, r#"{"status":"ok""#),
        ),
        row(
            Ambiguous,
            "200 whose JSON has no such value",
            NOT_GREEN,
            piped(),
            Conduct::http(JSON, r#"{"state":"ok"}"#),
        ),
        row(
            Ambiguous,
            "200 whose JSON value is null",
            NOT_GREEN,
            piped(),
            Conduct::http(JSON, r#"{"status":null}"#),
        ),
        row(
            Ambiguous,
            "200 with JSON as a text in JSON",
            NOT_GREEN,
            field(),
            Conduct::http(JSON, r#""{\"db\":true}""#),
        ),
        row(
            Ambiguous,
            "200 closed before the body's end",
            NO_ANSWER,
            containing(),
            Conduct::Ends(cut),
        ),
        row(
            Ambiguous,
            "200 without a body where one is meant",
            FAIL,
            empty,
            Conduct::http("200 OK", " \n"),
        ),
        row(
            Ambiguous,
            "a redirect to a host that is not listed",
            NOT_GREEN,
            get(HEALTH),
            Conduct::http(away, ""),
        ),
        row(
            Ambiguous,
            "a redirect to itself",
            NOT_GREEN,
            get(HEALTH),
            Conduct::http("302 Found\r\nlocation: /health", ""),
        ),
        row(
            Ambiguous,
            "a redirect that leads nowhere",
            NOT_GREEN,
            get(HEALTH),
            Conduct::http("302 Found", ""),
        ),
        row(
            Ambiguous,
            "304, which says that nothing changed",
            NOT_GREEN,
            get(HEALTH),
            Conduct::Says(b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec()),
        ),
        row(
            Ambiguous,
            "ok in the page of an error in words",
            NOT_GREEN,
            piped(),
            Conduct::http("200 OK", "ok"),
        ),
    ]
}

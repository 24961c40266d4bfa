//! A Prometheus server, here one of the tests that answers as its HTTP API does.

use super::world::{Conduct, Page, World};
use super::*;
use domain::probe::{PrometheusProbe, PrometheusQuestion, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use serde_json::{Value, json};

fn row(
    state: State,
    what: &'static str,
    right: Right,
    question: PrometheusQuestion,
    conduct: Conduct,
) -> Row {
    let command = match &question {
        PrometheusQuestion::Targets { .. } => "curl -s $URL/api/v1/targets | grep '\"up\"'",
        PrometheusQuestion::Query { .. } | PrometheusQuestion::Range(_) => {
            "curl -fsS $URL/api/v1/query?query=error_rate"
        }
    };
    let url = Some("http://backend:8000".to_owned());
    Row {
        kind: "prometheus",
        state,
        what,
        right,
        spec: ProbeSpec::Prometheus(PrometheusProbe { url, question }),
        world: World::tcp("http", conduct),
        command: command.to_owned(),
    }
}

fn targets() -> PrometheusQuestion {
    PrometheusQuestion::Targets { job: None }
}

fn below_one() -> PrometheusQuestion {
    let quantity = Quantity {
        value: 1.0,
        unit: Unit::Percent,
    };
    PrometheusQuestion::Query {
        expr: "error_rate".to_owned(),
        rules: vec![TextRule::Number(Bound {
            comparison: Comparison::Below,
            quantity,
        })],
    }
}

fn answers(data: Value) -> Conduct {
    said(json!({"status": "success", "data": data}).to_string())
}

fn said(body: String) -> Conduct {
    let page = |path| Page {
        path,
        status: 200,
        body: body.clone().into_bytes(),
    };
    Conduct::Pages(vec![page("/api/v1/targets"), page("/api/v1/query")])
}

fn target(job: &str, health: &str, seconds_ago: i64) -> Value {
    let now = (crate::support::context().clock)();
    let scraped = match seconds_ago {
        -1 => "0001-01-01T00:00:00Z".to_owned(),
        ago => (now - chrono::TimeDelta::seconds(ago)).to_rfc3339(),
    };
    json!({"labels": {"job": job, "instance": "x:1"}, "health": health, "lastError": "", "lastScrape": scraped})
}

fn active(targets: &[Value]) -> Conduct {
    answers(json!({"activeTargets": targets}))
}

fn vector(values: &[&str]) -> Conduct {
    let series: Vec<Value> = values
        .iter()
        .map(|value| json!({"metric": {"path": value}, "value": [1_700_000_000.0, value]}))
        .collect();
    answers(json!({"resultType": "vector", "result": series}))
}

pub fn rows() -> Vec<Row> {
    let up = || target("web", "up", 2);
    let scalar = json!({"resultType": "scalar", "result": [1_700_000_000.0, "0.5"]});
    let matrix = json!({"resultType": "matrix", "result": []});
    let histogram =
        json!({"resultType": "vector", "result": [{"metric": {}, "histogram": [1, {"count": "1"}]}]});
    let error = r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#;
    let half = "{\"status\":\"success\",\"data\":{\"activeTargets\":[{\"health\":\"up\"";
    vec![
        row(
            Good,
            "every target is up",
            PASS,
            targets(),
            active(&[up(), target("db", "up", 3)]),
        ),
        row(
            Good,
            "a value within its bound",
            PASS,
            below_one(),
            vector(&["0.2"]),
        ),
        row(
            Good,
            "one number within its bound",
            PASS,
            below_one(),
            answers(scalar),
        ),
        row(
            Bad,
            "one target of two is down",
            FAIL,
            targets(),
            active(&[up(), target("db", "down", 3)]),
        ),
        row(
            Bad,
            "every target is down",
            FAIL,
            targets(),
            active(&[target("db", "down", 3)]),
        ),
        row(Bad, "a value beyond its bound", FAIL, below_one(), vector(&["3"])),
        row(
            Bad,
            "one value of two beyond its bound",
            FAIL,
            below_one(),
            vector(&["0.1", "3"]),
        ),
        row(
            Unreachable,
            "nobody listens",
            NO_ANSWER,
            targets(),
            Conduct::Closed,
        ),
        row(
            Unreachable,
            "the queue is full",
            NO_ANSWER,
            targets(),
            Conduct::Full,
        ),
        row(
            Unreachable,
            "503",
            NO_ANSWER,
            below_one(),
            Conduct::http("503 Service Unavailable", "starting"),
        ),
        row(
            Unreachable,
            "another server's page",
            NO_ANSWER,
            below_one(),
            Conduct::http("200 OK", "<html>\"up\"</html>"),
        ),
        row(Slow, "no answer", NO_ANSWER, targets(), Conduct::Silent),
        row(
            Slow,
            "no answer to a query",
            NO_ANSWER,
            below_one(),
            Conduct::Silent,
        ),
        row(Ambiguous, "no target", NO_DATA, targets(), active(&[])),
        row(
            Ambiguous,
            "a target that was never scraped",
            NO_DATA,
            targets(),
            active(&[up(), target("new", "unknown", -1)]),
        ),
        row(
            Ambiguous,
            "a target up an hour ago",
            NO_DATA,
            targets(),
            active(&[up(), target("old", "up", 3600)]),
        ),
        row(Ambiguous, "no value", NO_DATA, below_one(), vector(&[])),
        row(Ambiguous, "NaN", NO_DATA, below_one(), vector(&["NaN"])),
        row(
            Ambiguous,
            "NaN beside a value within its bound",
            NO_DATA,
            below_one(),
            vector(&["0.1", "NaN"]),
        ),
        row(
            Ambiguous,
            "an infinite value",
            FAIL,
            below_one(),
            vector(&["+Inf"]),
        ),
        row(
            Ambiguous,
            "a range of values",
            NO_ANSWER,
            below_one(),
            answers(matrix),
        ),
        row(
            Ambiguous,
            "a histogram",
            NO_ANSWER,
            below_one(),
            answers(histogram),
        ),
        row(
            Ambiguous,
            "an error with 200",
            NO_ANSWER,
            below_one(),
            said(error.to_owned()),
        ),
        row(
            Ambiguous,
            "half a JSON",
            NO_ANSWER,
            targets(),
            said(half.to_owned()),
        ),
        row(
            Ambiguous,
            "success without data",
            NO_ANSWER,
            targets(),
            said(r#"{"status":"success"}"#.to_owned()),
        ),
    ]
}

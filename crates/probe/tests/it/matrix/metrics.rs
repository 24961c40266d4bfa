//! Pages of metrics.

use super::world::{Conduct, World};
use super::*;
use domain::probe::{MetricProbe, MetricQuestion};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

pub fn row(
    state: State,
    what: &'static str,
    right: Right,
    question: MetricQuestion,
    conduct: Conduct,
) -> Row {
    let (MetricQuestion::Present { name }
    | MetricQuestion::Value { name, .. }
    | MetricQuestion::Quantile { name, .. }
    | MetricQuestion::Share { part: name, .. }) = &question;
    let command = format!("curl -s $URL/metrics | grep {name}");
    let url = "http://backend:8000/metrics".to_owned();
    Row {
        kind: "metric",
        state,
        what,
        right,
        spec: ProbeSpec::Metric(MetricProbe { url, question }),
        world: World::tcp("http", conduct),
        command,
    }
}

pub fn page(text: &str) -> Conduct {
    Conduct::http("200 OK\r\ncontent-type: text/plain; version=0.0.4", text)
}

pub fn bound(comparison: Comparison, value: f64, unit: Unit) -> Bound {
    let quantity = Quantity { value, unit };
    Bound { comparison, quantity }
}

fn present() -> MetricQuestion {
    MetricQuestion::Present {
        name: "cache_hits".to_owned(),
    }
}

/// No error.
fn none() -> MetricQuestion {
    MetricQuestion::Value {
        name: "errors_total".to_owned(),
        bound: bound(Comparison::Equal, 0.0, Unit::Count),
    }
}

fn fast() -> MetricQuestion {
    MetricQuestion::Value {
        name: "latency_seconds".to_owned(),
        bound: bound(Comparison::Below, 200.0, Unit::Milliseconds),
    }
}

pub fn rows() -> Vec<Row> {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\ncache_hits_total 5\n".to_vec();
    vec![
        row(
            Good,
            "a sample",
            PASS,
            present(),
            page("# TYPE cache_hits_total counter\ncache_hits_total 5\n"),
        ),
        row(
            Good,
            "a sample with labels",
            PASS,
            present(),
            page("cache_hits_total{a=\"# {\"} 5 1700000000000\n"),
        ),
        row(
            Good,
            "no error on any path",
            PASS,
            none(),
            page("errors_total{path=\"/a\"} 0\nerrors_total{path=\"/b\"} 0\n"),
        ),
        row(
            Good,
            "a duration in seconds below milliseconds",
            PASS,
            fast(),
            page("latency_seconds 0.1\n"),
        ),
        row(Bad, "no such metric", FAIL, present(), page("other 1\n")),
        row(Bad, "errors", FAIL, none(), page("errors_total 3\n")),
        row(
            Bad,
            "errors on one path of two",
            FAIL,
            none(),
            page("errors_total{a=\"1\"} 0\nerrors_total{a=\"2\"} 1\n"),
        ),
        row(Bad, "too slow", FAIL, fast(), page("latency_seconds 0.3\n")),
        row(
            Bad,
            "500 with a page of metrics",
            NOT_GREEN,
            present(),
            Conduct::http("500 Error", "cache_hits 5\n"),
        ),
        row(
            Unreachable,
            "nobody listens",
            NO_ANSWER,
            present(),
            Conduct::Closed,
        ),
        row(Unreachable, "the queue is full", NO_ANSWER, none(), Conduct::Full),
        row(
            Unreachable,
            "the connection is closed at once",
            NO_ANSWER,
            none(),
            Conduct::Closes,
        ),
        row(Slow, "no answer", NO_ANSWER, present(), Conduct::Silent),
        row(
            Slow,
            "half a page, and the metric in it",
            NO_ANSWER,
            present(),
            Conduct::Says(half.clone()),
        ),
        row(
            Ambiguous,
            "the metric stands in comments only",
            NOT_GREEN,
            present(),
            page("# HELP cache_hits_total Hits.\n# TYPE cache_hits_total counter\n"),
        ),
        row(
            Ambiguous,
            "half a page, closed",
            NO_ANSWER,
            present(),
            Conduct::Ends(half),
        ),
        row(Ambiguous, "an empty page", NOT_GREEN, none(), page("")),
        row(
            Ambiguous,
            "a sample that is NaN",
            NO_DATA,
            present(),
            page("cache_hits NaN\n"),
        ),
        row(
            Ambiguous,
            "errors that are NaN",
            NO_DATA,
            none(),
            page("errors_total NaN\n"),
        ),
        row(
            Ambiguous,
            "one path NaN, one without errors",
            NO_DATA,
            none(),
            page("errors_total{a=\"1\"} NaN\nerrors_total{a=\"2\"} 0\n"),
        ),
        row(
            Ambiguous,
            "an infinite duration",
            FAIL,
            fast(),
            page("latency_seconds +Inf\n"),
        ),
        row(
            Ambiguous,
            "a value that is no number",
            NOT_GREEN,
            present(),
            page("cache_hits many\n"),
        ),
        row(
            Ambiguous,
            "the time when a counter began, and no value",
            NOT_GREEN,
            present(),
            page("cache_hits_created 1.7e9\n"),
        ),
        row(
            Ambiguous,
            "a page for people with 200",
            NOT_GREEN,
            present(),
            page("<html>cache_hits 5</html>\n"),
        ),
        row(
            Ambiguous,
            "metrics as JSON",
            NOT_GREEN,
            present(),
            page("{\"cache_hits\": 5}\n"),
        ),
        row(
            Ambiguous,
            "errors below zero",
            FAIL,
            none(),
            page("errors_total -1\n"),
        ),
        row(
            Ambiguous,
            "a line cut before its number",
            NOT_GREEN,
            none(),
            page("errors_total{path=\"/a\"} 0\nerrors_total{path=\"/b\""),
        ),
    ]
}

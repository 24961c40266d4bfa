use super::*;
use crate::redact::Secrets;
use chrono::DateTime;
use domain::quantity::Comparison;

fn said(text: &str, question: &MetricQuestion) -> (Verdict, String) {
    let asking = Asking {
        target: "http://127.0.0.1/metrics",
        at: DateTime::UNIX_EPOCH,
        earlier: &[],
        deployed_at: None,
        over: None,
        secrets: &Secrets::none(),
    };
    let (judgement, _) = judge(&exposition::parse(text), false, text, question, &asking);
    (judgement.verdict, judgement.reason)
}

fn present(text: &str, name: &str) -> (Verdict, String) {
    said(
        text,
        &MetricQuestion::Present {
            name: name.to_owned(),
        },
    )
}

fn bound(comparison: Comparison, value: f64, unit: Unit) -> Bound {
    Bound {
        comparison,
        quantity: Quantity { value, unit },
    }
}

fn hit_rate(text: &str) -> (Verdict, String) {
    said(
        text,
        &MetricQuestion::Share {
            part: "cache_hits".to_owned(),
            rest: "cache_misses".to_owned(),
            bound: bound(Comparison::Above, 60.0, Unit::Percent),
            minutes: None,
        },
    )
}

#[test]
fn comments_alone_are_no_metric() {
    let comments = "# HELP cache_hits_total Hits.\n# TYPE cache_hits_total counter\nup 1\n";
    let (verdict, reason) = present(comments, "cache_hits");
    assert_eq!(verdict, Verdict::Fail);
    assert!(reason.contains("stands in comments only"), "{reason}");
    assert_eq!(
        present(
            &format!("{comments}cache_hits_total{{kind=\"a\"}} 12\ncache_hits_created 1.7e9\n"),
            "cache_hits"
        ),
        (Verdict::Pass, "cache_hits_total{kind=\"a\"} 12".to_owned())
    );
    assert_eq!(
        present("cache_hits_created 1.7e9\n", "cache_hits").0,
        Verdict::Fail
    );
    assert_eq!(present("cache_hits NaN\n", "cache_hits").0, Verdict::NoData);
    assert_eq!(present("", "cache_hits").0, Verdict::Fail);
    let histogram = "took_seconds_bucket{le=\"0.1\"} 0\ntook_seconds_count 7\ntook_seconds_sum 3\n";
    assert_eq!(
        present(histogram, "took_seconds").1,
        "took_seconds_count 7 and 2 more"
    );
}

#[test]
fn malformed_lines_are_named_and_a_page_without_metrics_is_an_error() {
    let (verdict, reason) = present("cache_hits 1\nrubbish\n", "cache_hits");
    assert_eq!(
        (verdict, reason.as_str()),
        (
            Verdict::Pass,
            "cache_hits 1; 1 line of the page is no metric and left out: 2"
        )
    );
    let (verdict, reason) = present("<html>\n<p>Sign in</p>\n", "cache_hits");
    assert_eq!(
        (verdict, reason.as_str()),
        (Verdict::Error, "no line of the page is a metric: “<html>”")
    );
}

#[test]
fn what_counters_say_since_the_start_is_no_rate_of_a_window() {
    let (verdict, reason) = hit_rate("cache_hits_total 72\ncache_misses_total 28\n");
    assert_eq!(verdict, Verdict::NoData);
    assert!(
        reason.contains(
            "72.0 % (72 cache_hits_total and 28 cache_misses_total) was counted since the process started and says nothing"
        ),
        "{reason}"
    );
    for counts in [[6, 4], [0, 0], [0, 500]] {
        let page = format!(
            "cache_hits_total {}\ncache_misses_total {}\n",
            counts[0], counts[1]
        );
        assert_eq!(hit_rate(&page).0, Verdict::NoData, "{page}");
    }
    assert_eq!(
        hit_rate("cache_hits_total 7.5\ncache_misses_total 1\n").0,
        Verdict::Error
    );
    assert_eq!(hit_rate("cache_hits_total 7\n").0, Verdict::Fail);
    assert_eq!(
        hit_rate("cache_hits_total -1\ncache_misses_total 1\n").0,
        Verdict::Error
    );
    let (verdict, reason) = hit_rate("a_cache_hits 1\nb_cache_hits 1\ncache_misses 1\n");
    assert_eq!(verdict, Verdict::Error);
    assert!(
        reason.contains("a_cache_hits, b_cache_hits; name one"),
        "{reason}"
    );
}

#[test]
fn seconds_are_compared_as_milliseconds() {
    let value = |text: &str| {
        let question = MetricQuestion::Value {
            name: "latency_seconds".to_owned(),
            bound: bound(Comparison::Below, 200.0, Unit::Milliseconds),
        };
        said(text, &question).0
    };
    assert_eq!(value("latency_seconds 0.1\n"), Verdict::Pass);
    assert_eq!(
        value("latency_seconds{a=\"b\"} 0.1\nlatency_seconds{a=\"c\"} 0.3\n"),
        Verdict::Fail
    );
    assert_eq!(value("other 0.1\n"), Verdict::Fail);
}

use super::*;
use proptest::prelude::*;

fn one(line: &str) -> Sample {
    let page = parse(line);
    assert_eq!((page.samples.len(), page.strange), (1, 0), "{line}: {page:?}");
    page.samples.into_iter().next().expect("a sample")
}

fn strange(line: &str) -> bool {
    let page = parse(line);
    page.samples.is_empty() && page.malformed == [1]
}

#[test]
fn the_examples_of_the_format_are_read() {
    let text = r##"# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
http_request_duration_seconds_bucket{le="+Inf"} 144320 # {trace_id="a # b"} 0.67 1520879607.789
{"name.with.dots",code="200",} 7
rpc_duration_seconds{quantile="0.99"} NaN
# EOF
"##;
    let page = parse(text);
    assert_eq!(page.malformed, [0usize; 0], "{page:#?}");
    assert_eq!((page.samples.len(), page.comments.len()), (8, 4));
    assert_eq!(
        page.samples[0].shown(),
        r#"http_requests_total{method="post",code="200"} 1027"#
    );
    assert_eq!(page.samples[2].labels[0].1, r"C:\DIR\FILE.TXT");
    assert_eq!(page.samples[2].labels[1].1, "Cannot find file:\n\"FILE.TXT\"");
    assert_eq!(page.samples[4].value, f64::INFINITY);
    assert_eq!(page.samples[5].value, 144_320.0);
    assert_eq!(page.samples[6].name, "name.with.dots");
    assert!(page.samples[7].value.is_nan());
    assert_eq!(page.samples[7].line, 13);
}

#[test]
fn values_of_every_spelling_are_read() {
    assert_eq!(one("a 1e3").value, 1000.0);
    assert_eq!(one("a -Inf").value, f64::NEG_INFINITY);
    assert_eq!(one("a{} 0").value, 0.0);
    assert_eq!(one("a{b=\"}\"} 1").labels, [("b".to_owned(), "}".to_owned())]);
    assert_eq!(one("a:b_c 1").name, "a:b_c");
}

#[test]
fn what_is_no_sample_is_named_with_its_line() {
    for line in [
        "a",
        "a b",
        "a 1 2 3",
        "a{b=\"c\" 1",
        "a{b} 1",
        "a{b=c} 1",
        "1a 1",
        "a{b=\"c\"d=\"e\"} 1",
        "<html> 1",
        "a 1 # x",
        "{} 1",
        "{b=\"c\"} 1",
        "a{1b=\"c\"} 1",
    ] {
        assert!(strange(line), "{line}");
    }
    let page = parse("a 1\nnonsense\n\nb 2\nmore nonsense here\n");
    assert_eq!(
        (page.samples.len(), page.malformed.as_slice(), page.strange),
        (2, &[2, 5][..], 2)
    );
    let page = parse(&"nonsense\n".repeat(1000));
    assert_eq!((page.malformed.len(), page.strange), (NAMED, 1000));
}

fn written(sample: &Sample) -> String {
    let escaped = |value: &str| {
        value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    };
    let labels: Vec<String> = sample
        .labels
        .iter()
        .map(|(key, value)| format!("{key}=\"{}\"", escaped(value)))
        .collect();
    format!("{}{{{}}} {}", sample.name, labels.join(","), sample.value)
}

proptest! {
    #[test]
    fn any_text_is_read_without_failing(text in "(?s).{0,400}") {
        let page = parse(&text);
        prop_assert!(page.samples.len() + page.comments.len() + page.strange <= text.lines().count());
    }

    #[test]
    fn a_written_sample_is_read_back(
        name in "[a-zA-Z_:][a-zA-Z0-9_:]{0,20}",
        labels in prop::collection::vec(("[a-zA-Z_][a-zA-Z0-9_]{0,10}", "[^\r\u{b}\u{c}\u{85}\u{2028}\u{2029}]{0,20}"), 0..4),
        value in any::<f64>().prop_filter("NaN is not equal to itself", |value| !value.is_nan()),
        timestamp in prop::option::of(any::<i64>()),
    ) {
        let sample = Sample { name, labels, value, line: 1 };
        let timestamp = timestamp.map_or_else(String::new, |time| format!(" {time}"));
        let page = parse(&format!("{}{timestamp}\n", written(&sample)));
        prop_assert_eq!(page.samples, vec![sample]);
    }
}

//! Forms: what is typed into them, and what follows from it.

use domain::blank::BlankId;
use domain::form::improvement::{Change, Missing, change, computed};
use domain::form::number;
use domain::form::typed::{Entry, Filled, Trouble, Typed, read, value};
use domain::form::{Field, FieldKind, FieldUnit, Form, Moment};
use domain::metric::{Aggregation, Better, Metric};
use domain::plan::SectionId;
use rstest::rstest;
use std::collections::BTreeMap;

fn id(name: &str) -> BlankId {
    BlankId(name.to_owned())
}

fn field(name: &str, metric: Metric, aggregation: Aggregation, kind: FieldKind) -> Field {
    Field {
        id: id(name),
        label: name.trim_end_matches("-after").to_owned(),
        group: None,
        line: 1,
        metric,
        aggregation,
        kind,
    }
}

fn in_unit(name: &str, metric: Metric, unit: &str) -> Field {
    let unit = Some(FieldUnit::of(unit));
    field(name, metric, Aggregation::Unsaid, FieldKind::Number { unit })
}

fn percentile(name: &str, percent: u8) -> Field {
    let mut field = in_unit(name, Metric::Latency, "ms");
    field.aggregation = Aggregation::Percentile(percent);
    field
}

fn form(moment: Moment, fields: Vec<Field>) -> Form {
    Form {
        section: SectionId("benchmark".into()),
        moment,
        title: "Benchmark".into(),
        fields,
    }
}

#[rstest]
#[case("1212", 1212.0, "")]
#[case("0,5", 0.5, "")]
#[case("0.5", 0.5, "")]
#[case(" 12,25 ms", 12.25, "ms")]
#[case("0.125", 0.125, "")]
#[case("0,125", 0.125, "")]
#[case("1234.567", 1234.567, "")]
#[case("1.2500", 1.25, "")]
#[case("1,234.5", 1234.5, "")]
#[case("1.234,5", 1234.5, "")]
#[case("1,234,567", 1_234_567.0, "")]
#[case("1.234.567,25", 1_234_567.25, "")]
#[case("87%", 87.0, "%")]
#[case("-5", -5.0, "")]
#[case("3 queries per request", 3.0, "queries per request")]
fn a_number_is_read_with_a_comma_or_a_point(#[case] text: &str, #[case] expected: f64, #[case] unit: &str) {
    assert_eq!(number::read(text), Ok((expected, unit)));
}

#[rstest]
#[case("1,000", "1000", "1.000")]
#[case("1.000", "1000", "1.000")]
#[case("12.345 ms", "12345", "12.345")]
fn a_mark_before_three_digits_is_a_question(#[case] text: &str, #[case] one: &str, #[case] other: &str) {
    let error = number::read(text).expect_err(text).to_string();
    assert!(error.contains(&format!("write {one}, or {other}0")), "{error}");
}

#[rstest]
#[case("")]
#[case("ms")]
#[case("~200")]
#[case("<5")]
#[case("200-300")]
#[case("200 300")]
#[case("1e3")]
#[case("NaN")]
#[case("inf")]
#[case("n/a")]
#[case("1..5")]
#[case("1,2,3")]
#[case("1.23.456")]
#[case("5.")]
#[case(".5")]
#[case("1234567890123456789")]
#[case("٣")]
fn what_is_no_plain_number_is_refused(#[case] text: &str) {
    let error = number::read(text).expect_err(text).to_string();
    assert!(error.contains("write digits"), "{error}");
}

#[rstest]
#[case("200", 200.0)]
#[case("200 ms", 200.0)]
#[case("200 milliseconds", 200.0)]
#[case("0", 0.0)]
fn a_value_in_the_unit_of_its_field_is_taken(#[case] text: &str, #[case] expected: f64) {
    let field = in_unit("p95", Metric::Latency, "ms");
    assert_eq!(value(&field, text), Ok(Typed::Number(expected)));
}

#[rstest]
#[case("ms", "0.2 s", "is 200 ms meant")]
#[case("ms", "0,29 s", "is 290 ms meant")]
#[case("ms", "1 min", "is 60000 ms meant")]
#[case("s", "200 ms", "is 0.2 s meant")]
#[case("MB", "2 GB", "is 2048 MB meant")]
#[case("ms", "200 MB", "is not in ms")]
#[case("ms", "200 apples", "is not in ms")]
#[case("queries", "3 ms", "is not in queries")]
fn another_unit_is_challenged(#[case] unit: &str, #[case] text: &str, #[case] says: &str) {
    let field = in_unit("x", Metric::Free("x".into()), unit);
    let error = value(&field, text).expect_err(text).to_string();
    assert!(error.contains(says), "{error}");
}

#[rstest]
#[case("100", true)]
#[case("0", true)]
#[case("87,5", true)]
#[case("0.87 %", true)]
#[case("0.87", false)]
#[case("1", false)]
#[case("100.1", false)]
#[case("-1", false)]
fn a_percentage_lies_between_0_and_100_and_a_share_is_asked_about(#[case] text: &str, #[case] taken: bool) {
    let field = in_unit("hit-rate", Metric::CacheHitRate, "%");
    assert_eq!(value(&field, text).is_ok(), taken, "{text}");
}

#[test]
fn a_choice_is_one_of_its_options_and_what_is_given_or_follows_is_not_typed() {
    let choice = FieldKind::Choice {
        options: vec!["Yes".into(), "No".into()],
        start: 0,
        end: 1,
    };
    let choice = field("n", Metric::RepeatedQueries, Aggregation::Total, choice);
    assert_eq!(value(&choice, "no"), Ok(Typed::Words("No".into())));
    assert_eq!(value(&choice, ""), Ok(Typed::Empty));
    assert!(value(&choice, "maybe").is_err());
    let fixed = FieldKind::Fixed { value: "No".into() };
    assert!(value(&field("f", Metric::Latency, Aggregation::Unsaid, fixed), "Yes").is_err());
    let follows = FieldKind::Computed {
        of: id("p95"),
        before: None,
        better: Better::Lower,
    };
    assert!(value(&field("c", Metric::Latency, Aggregation::Unsaid, follows), "60").is_err());
}

fn entries(typed: &[(&str, &str)]) -> BTreeMap<BlankId, Entry> {
    let entry = |(name, text): &(&str, &str)| {
        let entry = Entry {
            text: (*text).to_owned(),
            source: "the report of the load test".to_owned(),
        };
        (id(name), entry)
    };
    typed.iter().map(entry).collect()
}

fn latencies(typed: &[(&str, &str)]) -> Filled {
    let before = form(
        Moment::Before,
        vec![
            percentile("p50", 50),
            percentile("p95", 95),
            percentile("p99", 99),
        ],
    );
    let after = form(
        Moment::After,
        vec![
            percentile("p50-after", 50),
            percentile("p95-after", 95),
            percentile("p99-after", 99),
        ],
    );
    read(&[before, after], &entries(typed))
}

#[test]
fn a_lower_percentile_above_a_higher_one_is_said_and_equal_ones_are_fine() {
    let fine = latencies(&[("p50", "100"), ("p95", "100"), ("p99", "400")]);
    assert_eq!(fine.troubles, []);
    assert_eq!(fine.open.len(), 3);
    let wrong = latencies(&[("p50", "100"), ("p95", "90"), ("p99", "400")]);
    let (at, trouble) = &wrong.troubles[0];
    assert_eq!((at, wrong.troubles.len()), (&id("p95"), 1));
    assert!(
        trouble.to_string().contains("p50 100 is above p95 90"),
        "{trouble}"
    );
    let gap = latencies(&[("p50", "500"), ("p99", "400")]);
    assert_eq!(gap.troubles.len(), 1, "p95 left open does not hide it");
}

#[test]
fn a_value_without_a_source_is_not_taken() {
    let mut typed = entries(&[("p50", "100")]);
    typed.entry(id("p50")).or_default().source = " ".into();
    let filled = read(&[form(Moment::Before, vec![percentile("p50", 50)])], &typed);
    assert_eq!(filled.numbers, BTreeMap::new());
    assert_eq!(filled.troubles, [(id("p50"), Trouble::NoSource)]);
}

#[test]
fn a_thousandth_of_the_value_before_is_a_question_and_no_refusal() {
    let filled = latencies(&[("p95", "200"), ("p95-after", "0.2")]);
    let (at, trouble) = &filled.troubles[0];
    assert_eq!((at, filled.troubles.len()), (&id("p95-after"), 1));
    assert!(
        trouble.is_question() && trouble.to_string().contains("is 200 meant"),
        "{trouble}"
    );
    assert_eq!(filled.numbers.len(), 2);
    assert_eq!(latencies(&[("p95", "200"), ("p95-after", "20")]).troubles, []);
}

#[rstest]
#[case(Some(200.0), Some(80.0), Better::Lower, Change::Improved { percent: 60.0 })]
#[case(Some(200.0), Some(200.0), Better::Lower, Change::Unchanged)]
#[case(Some(200.0), Some(300.0), Better::Lower, Change::Regressed { percent: 50.0 })]
#[case(Some(50.0), Some(75.0), Better::Higher, Change::Improved { percent: 50.0 })]
#[case(Some(50.0), Some(25.0), Better::Higher, Change::Regressed { percent: 50.0 })]
#[case(Some(200.0), Some(0.0), Better::Lower, Change::Improved { percent: 100.0 })]
#[case(
    Some(0.0),
    Some(80.0),
    Better::Lower,
    Change::NotComputable(Missing::ZeroBefore)
)]
#[case(None, Some(80.0), Better::Lower, Change::NotComputable(Missing::Before))]
#[case(Some(200.0), None, Better::Lower, Change::NotComputable(Missing::After))]
#[case(
    Some(200.0),
    Some(80.0),
    Better::Unsaid,
    Change::NotComputable(Missing::Direction)
)]
#[case(
    Some(f64::NAN),
    Some(80.0),
    Better::Lower,
    Change::NotComputable(Missing::Senseless)
)]
#[case(Some(200.0), Some(-1.0), Better::Lower, Change::NotComputable(Missing::Senseless))]
#[case(Some(-1.0), Some(5.0), Better::Lower, Change::NotComputable(Missing::Senseless))]
#[case(
    Some(5.0),
    Some(f64::INFINITY),
    Better::Lower,
    Change::NotComputable(Missing::Senseless)
)]
#[case::more_than_a_number_holds(
    Some(1e-300),
    Some(1e300),
    Better::Lower,
    Change::NotComputable(Missing::Senseless)
)]
#[case(
    Some(0.0),
    Some(0.0),
    Better::Lower,
    Change::NotComputable(Missing::ZeroBefore)
)]
#[case(
    Some(0.0),
    Some(0.4),
    Better::Higher,
    Change::NotComputable(Missing::ZeroBefore)
)]
#[case(None, None, Better::Lower, Change::NotComputable(Missing::Before))]
#[case(Some(0.4), Some(0.8), Better::Higher, Change::Improved { percent: 100.0 })]
fn an_improvement_is_a_part_of_the_value_before(
    #[case] before: Option<f64>,
    #[case] after: Option<f64>,
    #[case] better: Better,
    #[case] expected: Change,
) {
    assert_eq!(change(before, after, better), expected);
}

#[rstest]
#[case(200.0, 80.0, "60.0 % better")]
#[case(200.0, 79.0, "60.5 % better")]
#[case(450.0, 95.0, "78.9 % better")]
#[case(1.0, 0.0, "100.0 % better")]
#[case(3.0, 3.0, "as before")]
#[case(3.0, 3.000_001, "a regression: 0.0 % worse")]
#[case(100.0, 150.0, "a regression: 50.0 % worse")]
#[case(0.0, 5.0, "not computable: the value before is 0")]
#[case(-1.0, 5.0, "not computable: a value is below 0 or none")]
fn an_improvement_is_told(#[case] before: f64, #[case] after: f64, #[case] told: &str) {
    assert_eq!(change(Some(before), Some(after), Better::Lower).to_string(), told);
}

#[test]
fn computed_fields_follow_from_both_forms_whatever_their_units() {
    let mut before = in_unit("p95", Metric::Latency, "s");
    before.aggregation = Aggregation::Percentile(95);
    let follows = FieldKind::Computed {
        of: id("p95-after"),
        before: Some(id("p95")),
        better: Better::Lower,
    };
    let alone = FieldKind::Computed {
        of: id("p95-after"),
        before: None,
        better: Better::Lower,
    };
    let after = vec![
        percentile("p95-after", 95),
        field("gain", Metric::Latency, Aggregation::Unsaid, follows),
        field("alone", Metric::Latency, Aggregation::Unsaid, alone),
    ];
    let forms = [form(Moment::Before, vec![before]), form(Moment::After, after)];
    let values = BTreeMap::from([(id("p95"), 0.5), (id("p95-after"), 125.0)]);
    let found = computed(&forms, &values);
    assert_eq!(found[&id("gain")], Change::Improved { percent: 75.0 });
    assert_eq!(found[&id("gain")].written().as_deref(), Some("75"));
    assert_eq!(found[&id("alone")], Change::NotComputable(Missing::Counterpart));
}

#[rstest]
#[case(Change::Improved { percent: 66.666_666 }, Some("66.7"))]
#[case(Change::Regressed { percent: 12.0 }, Some("-12"))]
#[case(Change::Unchanged, Some("0"))]
#[case(Change::Regressed { percent: 0.01 }, Some("0"))]
#[case(Change::NotComputable(Missing::Before), None)]
fn what_goes_into_the_document_is_rounded(#[case] change: Change, #[case] written: Option<&str>) {
    assert_eq!(change.written().as_deref(), written);
}

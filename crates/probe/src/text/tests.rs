use super::{Text, filter, judge};
use crate::redact::Secrets;
use domain::probe::{Filter, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use domain::verdict::Verdict::{self, Error, Fail, Pass, Warning};
use rstest::rstest;

fn whole(text: &str) -> Text {
    Text::of(text.as_bytes(), false)
}

fn cut(text: &str) -> Text {
    Text::of(text.as_bytes(), true)
}

fn number(comparison: Comparison, value: f64, unit: Unit) -> TextRule {
    TextRule::Number(Bound {
        comparison,
        quantity: Quantity { value, unit },
    })
}

#[rstest]
#[case::empty("", TextRule::Empty, Pass, "empty")]
#[case::white_space(" \n\t", TextRule::Empty, Pass, "empty")]
#[case::not_empty("a\n\nb\n", TextRule::Empty, Fail, "should be empty, but has 2 lines: “a”")]
#[case::something("\n x", TextRule::NotEmpty, Pass, "“x”")]
#[case::nothing("\n", TextRule::NotEmpty, Fail, "empty, but something should be there")]
#[case::contains("a\nUp 3 hours\n", TextRule::Contains("Up".into()), Pass, "“Up 3 hours”")]
#[case::contains_over_lines("a\nb", TextRule::Contains("a\nb".into()), Pass, "“a\\nb”")]
#[case::case_matters("UP", TextRule::Contains("Up".into()), Fail, "does not contain “Up”: “UP”")]
#[case::contains_nothing("", TextRule::Contains("Up".into()), Fail, "does not contain “Up”: nothing")]
#[case::lacks("all well", TextRule::Lacks("error".into()), Pass, "“error” does not occur")]
#[case::lacks_any_case("x\nERROR y", TextRule::Lacks("error".into()), Fail, "contains “error”: “ERROR y”")]
#[case::is("yes\n", TextRule::Is("yes".into()), Pass, "“yes”")]
#[case::is_not("no", TextRule::Is("yes".into()), Fail, "is “no”, not “yes”")]
#[case::lines("a\n\nb", TextRule::LinesAtLeast(2), Pass, "2 lines")]
#[case::too_few_lines("a\n \n", TextRule::LinesAtLeast(2), Fail, "1 line, must be at least 2")]
fn texts_are_judged(
    #[case] text: &str,
    #[case] rule: TextRule,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let judgement = judge(&whole(text), &[rule], &Secrets::none());
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}

#[rstest]
#[case::not_empty(TextRule::NotEmpty, Pass)]
#[case::empty(TextRule::Empty, Fail)]
#[case::contains(TextRule::Contains("start".into()), Pass)]
#[case::maybe_later(TextRule::Contains("end".into()), Error)]
#[case::lacks(TextRule::Lacks("start".into()), Fail)]
#[case::maybe_lacks(TextRule::Lacks("end".into()), Error)]
#[case::is(TextRule::Is("the start".into()), Fail)]
#[case::lines(TextRule::LinesAtLeast(1), Pass)]
#[case::more_lines(TextRule::LinesAtLeast(2), Error)]
#[case::number(number(Comparison::Above, 0.0, Unit::Count), Error)]
fn what_was_not_read_to_its_end_decides_only_what_its_start_proves(
    #[case] rule: TextRule,
    #[case] verdict: Verdict,
) {
    assert_eq!(
        judge(&cut("the start"), &[rule], &Secrets::none()).verdict,
        verdict
    );
}

#[rstest]
#[case::redis_bytes(
    "maxmemory\n536870912\n",
    Comparison::Equal,
    536_870_912.0,
    Unit::Bytes,
    Pass,
    "536870912 (512 MB)"
)]
#[case::as_written(
    "512mb",
    Comparison::Equal,
    536_870_912.0,
    Unit::Bytes,
    Pass,
    "512mb (512 MB)"
)]
#[case::other_size(
    "256mb",
    Comparison::Equal,
    536_870_912.0,
    Unit::Bytes,
    Fail,
    "256mb (256 MB), must be = 512 MB"
)]
#[case::unlimited(
    "0",
    Comparison::Equal,
    536_870_912.0,
    Unit::Bytes,
    Fail,
    "0 (0 B), must be = 512 MB"
)]
#[case::kib("4 KiB", Comparison::AtMost, 4096.0, Unit::Bytes, Pass, "4 KiB (4 KB)")]
#[case::milliseconds("p95: 12.5 ms", Comparison::Below, 200.0, Unit::Milliseconds, Pass, "12.5 ms")]
#[case::seconds(
    "took 1.5s",
    Comparison::Below,
    200.0,
    Unit::Milliseconds,
    Fail,
    "1.5s (1500 ms), must be < 200 ms"
)]
#[case::micro("900µs", Comparison::Below, 5.0, Unit::Milliseconds, Pass, "900µs (0.9 ms)")]
#[case::bare_time(
    "0.25",
    Comparison::Below,
    5.0,
    Unit::Milliseconds,
    Warning,
    "0.25 has no unit; read as milliseconds it is < 5 ms"
)]
#[case::bare_time_too_long(
    "7",
    Comparison::Below,
    5.0,
    Unit::Milliseconds,
    Fail,
    "7 (7 ms), must be < 5 ms"
)]
#[case::percent("hit rate 93.2 %", Comparison::Above, 60.0, Unit::Percent, Pass, "93.2 %")]
#[case::percent_on_the_edge(
    "60%",
    Comparison::Above,
    60.0,
    Unit::Percent,
    Fail,
    "60% (60 %), must be > 60 %"
)]
#[case::thousands("1,234 rows", Comparison::Equal, 1234.0, Unit::Count, Pass, "1,234 (1234)")]
#[case::json("{\"a\": 3, \"n\": 12}", Comparison::Equal, 12.0, Unit::Count, Pass, "12")]
#[case::negative("delta: -3", Comparison::Below, 0.0, Unit::Count, Pass, "-3")]
#[case::exponent("1.2e3", Comparison::Equal, 1200.0, Unit::Count, Pass, "1.2e3 (1200)")]
#[case::not_in_words(
    "redis7 v2 3rd 0x1f",
    Comparison::Above,
    0.0,
    Unit::Count,
    Error,
    "there is no number in “redis7 v2 3rd 0x1f”"
)]
#[case::not_in_dates(
    "5 since 2026-11-23T10:00:01Z",
    Comparison::Equal,
    5.0,
    Unit::Count,
    Pass,
    "5"
)]
#[case::not_in_times("5 at 10:00:01", Comparison::Equal, 5.0, Unit::Count, Pass, "5")]
#[case::not_in_versions("5 in 1.2.3", Comparison::Equal, 5.0, Unit::Count, Pass, "5")]
#[case::not_a_range(
    "10-20",
    Comparison::Above,
    0.0,
    Unit::Count,
    Error,
    "there is no number in “10-20”"
)]
#[case::wrong_dimension(
    "5 ms",
    Comparison::Below,
    10.0,
    Unit::Bytes,
    Error,
    "5 ms cannot be compared with 10 B: it is a time"
)]
#[case::no_number(
    "NaN",
    Comparison::Below,
    10.0,
    Unit::Count,
    Error,
    "there is no number in “NaN”"
)]
#[case::nothing(
    "",
    Comparison::AtLeast,
    0.0,
    Unit::Count,
    Error,
    "there is no number in nothing"
)]
fn numbers_are_compared_in_their_units(
    #[case] text: &str,
    #[case] comparison: Comparison,
    #[case] value: f64,
    #[case] unit: Unit,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let judgement = judge(&whole(text), &[number(comparison, value, unit)], &Secrets::none());
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}

fn grep(pattern: &str, ignore_case: bool, invert: bool) -> Filter {
    Filter::Grep {
        pattern: pattern.to_owned(),
        ignore_case,
        invert,
    }
}

#[rstest]
#[case::grep(&[grep("Up", false, false)], "a\nUp\nup\n", "Up\n")]
#[case::no_expression(&[grep("a.c", false, false)], "abc\na.c\n", "a.c\n")]
#[case::ignore_case(&[grep("up", true, false)], "a\nUp\nup", "Up\nup\n")]
#[case::invert(&[grep("up", true, true)], "a\nUp\nup", "a\n")]
#[case::head(&[Filter::Head(2)], "1\n2\n3\n", "1\n2\n")]
#[case::tail(&[Filter::Tail(2)], "1\n2\n3\n", "2\n3\n")]
#[case::more_than_there_is(&[Filter::Tail(9), Filter::Head(9)], "1\n2", "1\n2\n")]
#[case::none(&[Filter::Head(0)], "1\n2", "")]
#[case::count(&[grep("x", false, false), Filter::CountLines], "x\ny\nx\n", "2\n")]
#[case::count_of_nothing(&[Filter::CountLines], "", "0\n")]
#[case::json_text(&[Filter::JsonAt("/a/0/b".into())], "{\"a\":[{\"b\":\"ok\"}]}", "ok\n")]
#[case::json_number(&[Filter::JsonAt("/a".into())], "{\"a\":2.5}", "2.5\n")]
#[case::json_nothing_there(&[Filter::JsonAt("/b".into())], "{\"a\":1}", "null\n")]
#[case::json(&[Filter::Json], "{\"a\":1}", "{\n  \"a\": 1\n}\n")]
fn filters_are_applied_in_order(#[case] filters: &[Filter], #[case] text: &str, #[case] left: &str) {
    assert_eq!(
        filter(whole(text), filters, &Secrets::none())
            .expect("filtered")
            .text,
        left
    );
}

#[test]
fn what_is_not_json_fails_and_what_was_not_read_cannot_be_filtered() {
    let none = Secrets::none();
    let judgement = filter(whole("<html>"), &[Filter::Json], &none).expect_err("not JSON");
    assert_eq!(
        (judgement.verdict, judgement.found.as_str()),
        (Fail, "not JSON: “<html>”")
    );
    for one in [
        Filter::Json,
        Filter::JsonAt("/a".into()),
        Filter::Tail(1),
        Filter::CountLines,
    ] {
        assert_eq!(
            filter(cut("1\n2"), &[one], &none).expect_err("unread").verdict,
            Error
        );
    }
    assert!(
        !filter(cut("1\n2\n3"), &[Filter::Head(1)], &none)
            .expect("its start")
            .cut
    );
    assert!(
        filter(cut("1"), &[Filter::Head(3)], &none)
            .expect("its start")
            .cut
    );
}

#[test]
fn the_weakest_rule_counts_and_all_its_reasons_are_given() {
    let rules = [
        TextRule::Contains("a".into()),
        TextRule::Contains("b".into()),
        TextRule::Is("c".into()),
    ];
    let judgement = judge(&whole("a"), &rules, &Secrets::none());
    assert_eq!(
        (judgement.verdict, judgement.reason.as_str()),
        (Fail, "does not contain “b”: “a”; is “a”, not “c”")
    );
}

proptest::proptest! {
    #[test]
    fn any_text_is_judged_without_a_panic(text in ".{0,200}") {
        for unit in [Unit::Count, Unit::Bytes, Unit::Milliseconds, Unit::Percent] {
            judge(&whole(&text), &[number(Comparison::Below, 1.0, unit)], &Secrets::none());
        }
    }

    #[test]
    fn texts_of_digits_and_signs_are_judged_without_a_panic(text in "[0-9.,:eE+ mskb%µ-]{0,40}") {
        judge(&whole(&text), &[number(Comparison::Below, 1.0, Unit::Bytes)], &Secrets::none());
    }
}

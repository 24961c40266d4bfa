use super::*;

fn first(text: &str) -> (Option<Comparison>, f64, Unit) {
    let measures = find(text);
    let measure = measures.first().expect("a number");
    (measure.comparison, measure.value, measure.unit)
}

#[test]
fn comparisons_and_units_are_read() {
    assert_eq!(
        first("<5ms average"),
        (Some(Comparison::Below), 5.0, Unit::Milliseconds)
    );
    assert_eq!(
        first("rate: > 60 %"),
        (Some(Comparison::Above), 60.0, Unit::Percent)
    );
    assert_eq!(
        first("At least 1GB RAM"),
        (Some(Comparison::AtLeast), 1024f64.powi(3), Unit::Bytes)
    );
    assert_eq!(
        first("Docker (20.10+)"),
        (Some(Comparison::AtLeast), 20.1, Unit::Count)
    );
    assert_eq!(
        first("within 24 hours"),
        (Some(Comparison::AtMost), 86_400_000.0, Unit::Milliseconds)
    );
    assert_eq!(
        first("10+ new indexes"),
        (Some(Comparison::AtLeast), 10.0, Unit::Count)
    );
    let at_least = (Some(Comparison::AtLeast), 10.0 * 1024f64.powi(3), Unit::Bytes);
    for text in [
        "Mínimo 10 GB",
        "mínimo de 10GB",
        "10 GB 이상",
        "최소 10 GB",
        "не менее 10 GB",
    ] {
        assert_eq!(first(text), at_least, "{text}");
    }
    assert_eq!(first("5% 미만").0, Some(Comparison::Below));
    assert_eq!(first("takes 20 m"), (None, 1_200_000.0, Unit::Milliseconds));
    assert_eq!(first("returns 1,024"), (None, 1024.0, Unit::Count));
}

#[test]
fn a_comma_stands_before_thousands_or_before_decimals_and_a_list_is_no_number() {
    for (text, value) in [
        ("unter 0,5%", 0.5),
        ("Verfügbarkeit 99,95 %", 99.95),
        ("0,125 s", 125.0),
        ("1,024.5 MB", 1024.5 * 1024f64.powi(2)),
        ("1.234,5", 1234.5),
        ("1,234,567", 1_234_567.0),
        ("1.234.567,25", 1_234_567.25),
    ] {
        assert_eq!(first(text).1, value, "{text}");
    }
    assert!(find("80,8080 and 1,2,3 and 10.0.0.1").is_empty());
}

#[test]
fn digits_inside_of_names_and_versions_are_no_numbers() {
    assert!(find("p95 of v2 at 10.0.0.1, port:6379, node-18, 95th of 5xx is 3x").is_empty());
}

#[test]
fn a_unit_is_a_whole_word() {
    assert_eq!(first("5 machines"), (None, 5.0, Unit::Count));
    assert_eq!(first("5 minutes").1, 300_000.0);
}

#[test]
fn ranges_and_rough_numbers_are_no_plain_numbers() {
    let range = |text: &str| {
        let measures = find(text);
        let measure = measures.first().expect("a number");
        (measure.value, measure.upper, measure.unit)
    };
    assert_eq!(range("200-299"), (200.0, Some(299.0), Unit::Count));
    assert_eq!(
        range("between 10 and 15 minutes"),
        (600_000.0, Some(900_000.0), Unit::Milliseconds)
    );
    assert_eq!(range("2 GB to 4 GB").1, Some(4.0 * 1024f64.powi(3)));
    assert_eq!(range("on 2026-01-15").1, None);
    assert_eq!(range("5 and 6").1, None);
    assert_eq!(range("from 5 to 3").1, None);
    let rough = find("returns ~500 rows");
    assert!(rough[0].roughly && rough[0].comparison.is_none());
}

#[test]
fn the_words_of_limits_are_read_in_several_languages() {
    for (text, comparison) in [
        ("must not exceed 5%", Comparison::AtMost),
        ("no more than 3", Comparison::AtMost),
        ("max 80%", Comparison::AtMost),
        ("a minimum of 2 replicas", Comparison::AtLeast),
        ("no less than 2", Comparison::AtLeast),
        ("CPU exceeds 80%", Comparison::Above),
        ("faster than 2 s", Comparison::Below),
        ("mindestens 3", Comparison::AtLeast),
        ("moins de 200 ms", Comparison::Below),
        ("al menos 3", Comparison::AtLeast),
        ("pelo menos 3", Comparison::AtLeast),
        ("错误率低于 1%", Comparison::Below),
        ("不超过 5%", Comparison::AtMost),
        ("200ms 以下", Comparison::AtMost),
        ("3 or more replicas", Comparison::AtLeast),
    ] {
        assert_eq!(first(text).0, Some(comparison), "{text}");
    }
}

#[test]
fn sizes_and_thousands_without_a_space_are_units() {
    assert_eq!(first("512M"), (None, 512.0 * 1024f64.powi(2), Unit::Bytes));
    assert_eq!(first("2Gi"), (None, 2.0 * 1024f64.powi(3), Unit::Bytes));
    assert_eq!(first("10k requests"), (None, 10_000.0, Unit::Count));
    assert_eq!(first("5 m").2, Unit::Milliseconds);
}

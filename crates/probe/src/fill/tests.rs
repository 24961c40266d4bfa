use super::{dates, fill};
use chrono::{DateTime, Utc};
use rstest::rstest;

#[rstest]
#[case("$A/x", Ok("1/x"))]
#[case("${A}x$B_2", Ok("1x2"))]
#[case("$$A $", Ok("$A $"))]
#[case("${A", Ok("${A"))]
#[case("$1 ${1}", Ok("$1 ${1}"))]
#[case("€$A€", Ok("€1€"))]
#[case("$Ax", Err("Ax"))]
#[case("${C}", Err("C"))]
fn references_are_filled_in_or_named(#[case] text: &str, #[case] expected: Result<&str, &str>) {
    let value = |name: &str| match name {
        "A" => Some("1".to_owned()),
        "B_2" => Some("2".to_owned()),
        _ => None,
    };
    assert_eq!(
        fill(text, &value),
        expected.map(str::to_owned).map_err(str::to_owned)
    );
}

#[test]
fn a_value_is_not_filled_in_again() {
    assert_eq!(fill("$A", &|_| Some("$A".to_owned())), Ok("$A".to_owned()));
}

#[rstest]
#[case("backup_$(date +%Y%m%d).sql", "backup_20261109.sql")]
#[case("$(date +%F)/$(date +%y-%j).sql", "2026-11-09/26-313.sql")]
#[case("backup_$(date +%H%M).sql", "backup_$(date +%H%M).sql")]
#[case("$(date +%Y", "$(date +%Y")]
#[case("$(date +%Y;id).sql", "$(date +%Y;id).sql")]
#[case("$(rm x)", "$(rm x)")]
fn the_day_is_filled_in_and_nothing_else(#[case] text: &str, #[case] expected: &str) {
    let now: DateTime<Utc> = "2026-11-09T23:59:59Z".parse().expect("a time");
    assert_eq!(dates(text, now), expected);
}

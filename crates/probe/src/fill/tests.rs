use super::fill;
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

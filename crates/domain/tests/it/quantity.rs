use domain::quantity::{Comparison, Quantity, Unit, Version, bytes};
use rstest::rstest;

#[rstest]
#[case("Docker version 28.2.2, build e6534b4", "28.2.2")]
#[case("Python 3.11.7", "3.11.7")]
#[case("go version go1.24.1 linux/amd64", "1.24.1")]
#[case("psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15.18")]
#[case("v20", "20")]
#[case("build 7, version 1.2", "1.2")]
fn a_version_is_found_in_real_output(#[case] output: &str, #[case] version: &str) {
    assert_eq!(Version::find(output).unwrap().to_string(), version);
}

#[test]
fn text_without_a_number_has_no_version() {
    assert_eq!(Version::find("command not found"), None);
}

#[rstest]
#[case("28.2.2", "20.10", true)]
#[case("20.10", "20.10.0", true)]
#[case("20.9", "20.10", false)]
#[case("3.9", "3.12", false)]
#[case("4", "3.12", true)]
fn versions_compare_by_number_and_not_by_text(
    #[case] found: &str,
    #[case] least: &str,
    #[case] enough: bool,
) {
    let (found, least) = (Version::find(found).unwrap(), Version::find(least).unwrap());
    assert_eq!(found.at_least(&least), enough);
}

#[rstest]
#[case(0, "0 B")]
#[case(1023, "1023 B")]
#[case(1024, "1 KB")]
#[case(536_870_912, "512 MB")]
#[case(1_610_612_736, "1.5 GB")]
#[case(u64::MAX, "16777216 TB")]
fn bytes_are_written_for_people(#[case] count: u64, #[case] text: &str) {
    assert_eq!(bytes(count), text);
}

#[test]
fn not_a_number_stands_in_no_relation_to_anything() {
    for comparison in [
        Comparison::Below,
        Comparison::AtMost,
        Comparison::Equal,
        Comparison::AtLeast,
        Comparison::Above,
        Comparison::Other,
    ] {
        assert!(!comparison.holds(f64::NAN, 1.0) && !comparison.holds(1.0, f64::NAN));
    }
}

#[test]
fn long_times_are_shown_in_the_largest_whole_unit() {
    let shown = |value| {
        let unit = Unit::Milliseconds;
        Quantity { value, unit }.to_string()
    };
    assert_eq!(shown(200.0), "200 ms");
    assert_eq!(shown(90_000.0), "90000 ms");
    assert_eq!(shown(300_000.0), "5 min");
    assert_eq!(shown(86_400_000.0 * 30.0), "30 d");
}

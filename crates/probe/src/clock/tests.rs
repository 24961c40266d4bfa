use super::{Difference, judge};
use domain::verdict::Verdict::{self, Error, Fail, Pass};
use rstest::rstest;

#[rstest]
#[case(0.1, 0.2, 100, Pass, "the clocks differ by less than 0.3 ms")]
#[case(90.0, 1.0, 100, Pass, "the database's clock is 90.0 ms ahead (± 1.0 ms)")]
#[case(-90_000.0, 1.0, 1000, Fail, "the database's clock is 90000.0 ms behind (± 1.0 ms), at most 1000 ms allowed")]
#[case(
    100.5,
    1.0,
    100,
    Error,
    "the database's clock is 100.5 ms ahead (± 1.0 ms): the round trip is too long to tell whether that is within 100 ms"
)]
#[case(
    0.0,
    500.0,
    100,
    Error,
    "the clocks differ by less than 500.0 ms: the round trip is too long to tell whether that is within 100 ms"
)]
#[case(
    f64::INFINITY,
    1.0,
    100,
    Fail,
    "the database's clock is inf ms ahead (± 1.0 ms), at most 100 ms allowed"
)]
fn a_difference_counts_only_beyond_what_the_round_trip_hides(
    #[case] ms: f64,
    #[case] off_by: f64,
    #[case] within: u64,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let judgement = judge(Difference { ms, off_by }, within);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}

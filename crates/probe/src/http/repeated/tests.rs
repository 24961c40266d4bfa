use super::*;
use Verdict::{Fail, NoData, Pass, Warning};
use rstest::rstest;

fn call(ms: f64, cache: Option<bool>) -> Call {
    Call {
        took: Duration::from_secs_f64(ms / 1000.0),
        cache: cache.map(|hit| (hit, format!("x-cache: {}", if hit { "HIT" } else { "MISS" }))),
    }
}

/// Without a counter.
fn judge(pairs: &[[Call; 2]]) -> Judgement {
    by_header(pairs).unwrap_or_else(|| by_time(pairs, None))
}

fn timed(pairs: &[(f64, f64)]) -> Judgement {
    let pairs: Vec<[Call; 2]> = pairs
        .iter()
        .map(|(one, other)| [call(*one, None), call(*other, None)])
        .collect();
    judge(&pairs)
}

#[rstest]
#[case(&[(20.0, 2.0), (22.0, 2.1), (19.0, 2.0), (25.0, 3.0), (20.0, 2.0)], Pass)]
// One of five the other way may be chance, however large the others.
#[case(&[(20.0, 2.0), (22.0, 2.1), (19.0, 2.0), (25.0, 3.0), (2.0, 2.5)], NoData)]
// One outlier among many is none of the answer's.
#[case(&[(20.0, 2.0), (22.0, 2.1), (19.0, 2.0), (25.0, 3.0), (2.0, 200.0), (20.0, 2.0), (21.0, 2.0), (22.0, 2.0)], Pass)]
// Always faster, and by less than anybody notices.
#[case(&[(1.00, 0.95), (1.00, 0.96), (1.01, 0.95), (1.02, 0.97), (1.00, 0.98)], NoData)]
#[case(&[(20.0, 19.5), (20.0, 19.6), (20.0, 19.2), (20.0, 19.1), (20.0, 19.9)], NoData)]
#[case(&[(2.0, 20.0), (2.0, 21.0), (2.0, 19.0), (2.0, 22.0), (2.0, 20.0)], Fail)]
#[case(&[(2.0, 2.0), (2.0, 2.0), (2.0, 2.0), (2.0, 2.0), (2.0, 2.0)], NoData)]
#[case(&[(20.0, 2.0)], NoData)]
#[case(&[], NoData)]
fn times_decide_only_what_is_clear(#[case] pairs: &[(f64, f64)], #[case] verdict: Verdict) {
    let judged = timed(pairs);
    assert_eq!(judged.verdict, verdict, "{judged:?}");
    assert!(
        verdict != NoData || judged.reason.starts_with("too close to tell"),
        "{judged:?}"
    );
}

#[rstest]
// What the answers say decides, whatever the times.
#[case([Some(true); 5], 2.0, Pass)]
#[case([Some(false); 5], 0.1, Fail)]
#[case([Some(true), Some(true), Some(false), Some(true), Some(true)], 0.1, Warning)]
// What only some of them say does not.
#[case([Some(true), Some(true), None, Some(true), Some(true)], 2.0, NoData)]
fn what_the_answers_say_comes_before_the_times(
    #[case] says: [Option<bool>; 5],
    #[case] second: f64,
    #[case] verdict: Verdict,
) {
    let pairs = says.map(|says| [call(2.0, Some(false)), call(second, says)]);
    let judged = judge(&pairs);
    assert_eq!(judged.verdict, verdict, "{judged:?}");
}

#[test]
fn the_sign_test_is_the_binomial_tail() {
    assert_eq!(chance(0, 5), 1.0 / 32.0);
    assert_eq!(chance(1, 5), 6.0 / 32.0);
    assert_eq!(chance(1, 8), 9.0 / 256.0);
    assert_eq!(chance(0, 0), 1.0);
    assert_eq!(chance(5, 5), 1.0);
}

use super::*;
use chrono::TimeDelta;
use domain::verdict::Verdict;
use rstest::rstest;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
}

fn seen(days: i64, trusted: Result<(), &str>) -> Seen {
    Seen {
        trusted: trusted.map_err(str::to_owned),
        begins: now() - TimeDelta::days(30),
        ends: now() + TimeDelta::days(days),
    }
}

#[rstest]
#[case::it_is_valid(seen(60, Ok(())), 0, Verdict::Pass, "60 days yet")]
#[case::it_is_valid_for_long_enough(seen(60, Ok(())), 60, Verdict::Pass, "60 days yet")]
#[case::it_expires_too_soon(seen(20, Ok(())), 30, Verdict::Fail, "20 days yet, must be 30")]
#[case::it_has_expired(seen(-1, Err("it has expired")), 0, Verdict::Fail, "expired on")]
#[case::nobody_trusted_signed_it(
    seen(60, Err("it is signed by nobody")),
    0,
    Verdict::Fail,
    "signed by nobody"
)]
fn a_certificate_is_judged(
    #[case] seen: Seen,
    #[case] days: u32,
    #[case] verdict: Verdict,
    #[case] said: &str,
) {
    let judgement = judge(&seen, "app.test", days, now());
    assert!(
        judgement.verdict == verdict && judgement.reason.contains(said),
        "{judgement:?}"
    );
}

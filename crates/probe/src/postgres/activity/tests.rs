use super::*;
use Verdict::{Error, Fail, NoData, Pass};
use domain::quantity::{Comparison, Quantity};
use rstest::rstest;

fn below(value: f64, unit: Unit) -> Bound {
    Bound {
        comparison: Comparison::Below,
        quantity: Quantity { value, unit },
    }
}

#[rstest]
#[case(
    79,
    100,
    below(80.0, Unit::Percent),
    Pass,
    "79 of 100 connections (79 %), this one among them"
)]
#[case(
    80,
    100,
    below(80.0, Unit::Percent),
    Fail,
    "80 of 100 connections (80 %), this one among them, must be < 80 %"
)]
#[case(
    159,
    200,
    below(80.0, Unit::Percent),
    Pass,
    "159 of 200 connections (79.5 %), this one among them"
)]
#[case(
    81,
    300,
    below(80.0, Unit::Count),
    Fail,
    "81 of 300 connections (27 %), this one among them, must be < 80"
)]
#[case(
    0,
    100,
    below(80.0, Unit::Percent),
    Error,
    "0 of 100 connections cannot be, with this one among them"
)]
#[case(
    1,
    100,
    below(80.0, Unit::Milliseconds),
    Error,
    "1 of 100 connections (1 %), this one among them, which cannot be compared with < 80 ms"
)]
fn connections_are_a_share_of_what_the_server_allows(
    #[case] open: i64,
    #[case] most: i64,
    #[case] bound: Bound,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let judgement = judge_sessions(&Sessions { open, most }, &bound);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}

#[test]
fn a_session_that_waits_is_named_with_those_that_hold_the_lock() {
    assert_eq!(judge_waits(&[]).verdict, Pass);
    let wait = |pid, for_pids: &[i32]| Wait {
        pid,
        for_pids: for_pids.to_vec(),
    };
    let judgement = judge_waits(&[wait(7, &[3, 4]), wait(8, &[7])]);
    assert_eq!(
        (judgement.verdict, judgement.reason.as_str()),
        (Fail, "session 7 waits for a lock that 3, 4 holds, and 1 more")
    );
    assert_eq!(judge_waits(&[wait(7, &[])]).reason, "session 7 waits for a lock");
}

fn open(seconds: f64) -> Transaction {
    Transaction {
        who: "session 7".to_owned(),
        seconds,
        state: "idle in transaction".to_owned(),
    }
}

#[rstest]
#[case(&[], 0, Pass, "no other transaction is open")]
#[case(&[2.0], 0, Pass, "none is too old: session 7 has had a transaction open for 2 s (idle in transaction)")]
#[case(&[301.0, 300.5, 1.0], 0, Fail,
    "session 7 has had a transaction open for 5 min 1 s (idle in transaction), and 1 more; at most 5 min allowed")]
#[case(&[2.0], 3, NoData,
    "this user may not see the transactions of 3 sessions of other users: GRANT pg_read_all_stats to it")]
#[case(&[400.0], 3, Fail,
    "session 7 has had a transaction open for 6 min 40 s (idle in transaction); at most 5 min allowed")]
fn what_cannot_be_seen_is_not_taken_for_short(
    #[case] seconds: &[f64],
    #[case] hidden: i64,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let open = seconds.iter().map(|seconds| open(*seconds)).collect();
    let judgement = judge_transactions(&Transactions { open, hidden }, 300);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}

#[rstest]
#[case(
    None,
    None,
    Fail,
    "public.t was never analyzed since its statistics were reset: run ANALYZE public.t"
)]
#[case(Some(60), None, Pass, "public.t was analyzed 1 min ago")]
#[case(
    Some(7200),
    Some(3600),
    Fail,
    "public.t was analyzed 2 h ago, at most 1 h allowed"
)]
#[case(Some(3600), Some(3600), Pass, "public.t was analyzed 1 h ago")]
fn statistics_have_an_age(
    #[case] ago: Option<i64>,
    #[case] within: Option<u64>,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let now = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000);
    let seen = Analyzed {
        table: "public.t".to_owned(),
        at: ago.map(|seconds| now - chrono::TimeDelta::seconds(seconds)),
        now,
    };
    let judgement = judge_analyzed(Some(&seen), "t", within);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
    assert_eq!(
        judge_analyzed(None, "t", within).reason,
        "the table t does not exist"
    );
}

use super::{Kind, Seen, judge, lasting};
use crate::redact::Secrets;
use chrono::{DateTime, TimeDelta, Utc};
use domain::probe::FileRule::{self, Absent, AgeAtMost, Directory, ModeAtMost};
use domain::verdict::Verdict::{self, Error, Fail, Pass};
use rstest::rstest;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
}

fn seen(kind: Kind, mode: u32, age: i64) -> Seen {
    Seen::Something {
        kind,
        size: 2048,
        mode,
        modified: now() - TimeDelta::seconds(age),
        writable: true,
        content: None,
        ending: None,
        more: Box::default(),
    }
}

#[rstest]
#[case(seen(Kind::File, 0o600, 0), &[], Pass, "f exists: a file of 2 KB")]
#[case(seen(Kind::Directory, 0o700, 0), &[Directory, ModeAtMost(0o700)], Pass, "f is a directory; mode 0700")]
#[case(seen(Kind::File, 0o600, 0), &[Directory], Fail, "f is a file of 2 KB, not a directory")]
#[case(seen(Kind::Other, 0o600, 0), &[Absent], Fail, "f exists: neither a file nor a directory")]
#[case(Seen::Nothing, &[Absent], Pass, "f does not exist")]
#[case(Seen::Nothing, &[AgeAtMost(9)], Fail, "f does not exist")]
#[case(seen(Kind::File, 0o4777, 0), &[ModeAtMost(0o640)], Fail,
    "mode 4777, at most 0640 allowed: others can read and write and execute it, its group can write and execute it, \
     its owner can execute it, it has a set-user, set-group or sticky bit")]
#[case(seen(Kind::File, 0o600, 3600), &[AgeAtMost(3600)], Pass, "changed 1 h ago")]
#[case(seen(Kind::File, 0o600, 93_784), &[AgeAtMost(3600)], Fail, "changed 1 d 2 h ago, at most 1 h allowed")]
#[case(seen(Kind::File, 0o600, -3), &[AgeAtMost(3600)], Pass, "changed 0 s ago")]
#[case(seen(Kind::File, 0o600, -7200), &[AgeAtMost(3600)], Error, "changed 2 h in the future: the clocks disagree")]
fn files_are_judged(
    #[case] seen: Seen,
    #[case] rules: &[FileRule],
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let judgement = judge("f", &seen, rules, now(), &Secrets::none());
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}

#[rstest]
#[case(0, "0 s")]
#[case(61, "1 min 1 s")]
#[case(3_601, "1 h")]
#[case(90_000, "1 d 1 h")]
fn durations_have_two_units_at_most(#[case] seconds: u64, #[case] words: &str) {
    assert_eq!(lasting(seconds), words);
}

use super::*;
use Verdict::{Fail, NoData, Pass};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use rstest::rstest;

fn process(pid: u32, parent: u32, name: &str, line: &str) -> Process {
    Process {
        pid,
        parent,
        name: name.to_owned(),
        line: line.to_owned(),
    }
}

/// 50 is Gonogo, which runs `grep worker` in a shell.
fn seen(hidden: bool) -> Seen {
    let processes = vec![
        process(1, 0, "init", "/sbin/init"),
        process(2, 0, "kthreadd", ""),
        process(10, 1, "nginx", "nginx: master process"),
        process(11, 10, "nginx", "nginx: worker process"),
        process(12, 1, "python3", "python3 app.py --worker"),
        process(50, 1, "gonogo", "gonogo run worker.md"),
        process(51, 50, "bash", "bash -c ps aux | grep worker"),
        process(52, 51, "grep", "grep worker"),
    ];
    Seen { processes, hidden }
}

fn asks(which: ProcessMatch, comparison: Comparison, value: f64) -> ProcessProbe {
    let unit = Unit::Count;
    let quantity = Quantity { value, unit };
    let count = Bound { comparison, quantity };
    ProcessProbe { which, count }
}

fn name(name: &str) -> ProcessMatch {
    ProcessMatch::Name(name.to_owned())
}

fn line(part: &str) -> ProcessMatch {
    ProcessMatch::CommandLine(part.to_owned())
}

use Comparison::{AtLeast, AtMost, Equal};

#[rstest]
#[case(
    name("nginx"),
    AtLeast,
    1.0,
    Pass,
    "2 of process nginx run: nginx (10), nginx (11)"
)]
#[case(
    name("ngin"),
    AtLeast,
    1.0,
    Fail,
    "no process ngin runs; how many must run: ≥ 1"
)]
#[case(ProcessMatch::NameContains("ngin".to_owned()), AtLeast, 3.0, Fail,
    "2 of process with ngin in its name run: nginx (10), nginx (11); how many must run: ≥ 3")]
#[case(
    line("worker"),
    Equal,
    2.0,
    Pass,
    "2 of process with “worker” in its command line run: nginx (11), python3 (12)"
)]
#[case(
    line("grep"),
    Equal,
    0.0,
    Pass,
    "no process with “grep” in its command line runs"
)]
#[case(
    name("python3"),
    Equal,
    0.0,
    Fail,
    "1 process python3 runs: python3 (12); how many must run: = 0"
)]
fn what_gonogo_started_itself_never_counts(
    #[case] which: ProcessMatch,
    #[case] comparison: Comparison,
    #[case] value: f64,
    #[case] verdict: Verdict,
    #[case] reason: &str,
) {
    let judgement = judge(&seen(false), &asks(which, comparison, value), 50);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
}

#[rstest]
#[case(name("nginx"), AtLeast, 1.0, Pass)]
#[case(name("nginx"), AtLeast, 3.0, NoData)]
#[case(name("nginx"), Equal, 2.0, NoData)]
#[case(name("gone"), Equal, 0.0, NoData)]
#[case(name("gone"), AtMost, 5.0, NoData)]
#[case(name("nginx"), AtMost, 1.0, NoData)]
fn where_some_are_hidden_only_enough_is_an_answer(
    #[case] which: ProcessMatch,
    #[case] comparison: Comparison,
    #[case] value: f64,
    #[case] verdict: Verdict,
) {
    let judgement = judge(&seen(true), &asks(which, comparison, value), 50);
    assert_eq!(judgement.verdict, verdict, "{}", judgement.reason);
}

use crate::support::{Bench, id, person};
use chrono::TimeDelta;
use domain::{
    event::Happening,
    status::{Standing, Status, Tally, standing},
    verdict::Verdict,
};

fn of(bench: &Bench, name: &str) -> Standing {
    let (section, line) = bench.outline.line(&id(name)).unwrap();
    standing(section, line, &bench.run, bench.now)
}

#[test]
fn only_a_pass_is_proved() {
    let expected = [
        (Verdict::Pass, Status::Proved),
        (Verdict::Warning, Status::Warning),
        (Verdict::NoData, Status::NoData),
        (Verdict::Error, Status::Error),
        (Verdict::Fail, Status::Failed),
    ];
    for (verdict, status) in expected {
        let mut bench = Bench::new();
        bench.observe("probe", verdict);
        let found = of(&bench, "probe");
        assert_eq!(found.status, status);
        assert_eq!(found.status.is_settled(), verdict == Verdict::Pass, "{verdict:?}");
        assert!(found.reason.contains(verdict.word()));
    }
}

#[test]
fn a_parent_shows_its_weakest_child_and_is_counted_once() {
    let mut bench = Bench::new();
    bench.observe("child-a", Verdict::Pass);
    assert_eq!(of(&bench, "parent").status, Status::Open);
    bench.observe("child-b", Verdict::Fail);
    assert_eq!(of(&bench, "parent").status, Status::Failed);
    bench.observe("child-b", Verdict::Pass);
    assert_eq!(of(&bench, "parent").status, Status::Proved);
    let tally = Tally::of(&bench.outline, &bench.run, bench.now);
    assert_eq!((tally.all, tally.proved), (7, 3));
}

#[test]
fn a_check_is_no_box() {
    let mut bench = Bench::new();
    bench.observe("check", Verdict::Fail);
    assert_eq!(Tally::of(&bench.outline, &bench.run, bench.now).failed, 0);
    assert_eq!(of(&bench, "check").status, Status::Failed);
}

#[test]
fn a_window_has_no_data_before_it_is_due_whatever_was_seen() {
    let mut bench = Bench::new();
    assert_eq!(of(&bench, "later").status, Status::NoData);
    let t0 = bench.now;
    bench.happen(
        &domain::person::Author::Gonogo,
        Happening::T0Set { t0, reason: None },
    );
    bench.observe("later", Verdict::Pass);
    let early = of(&bench, "later");
    assert_eq!(early.status, Status::NoData);
    assert!(early.reason.contains("due 2026-03-02 13:00"), "{}", early.reason);
    bench.now = t0 + TimeDelta::minutes(60);
    assert_eq!(of(&bench, "later").status, Status::Proved);
}

#[test]
fn evidence_grows_stale_and_is_then_not_counted_as_proved_until_somebody_looks_again() {
    let mut bench = Bench::new();
    bench.observe("probe", Verdict::Pass);
    bench.now += TimeDelta::minutes(15);
    assert_eq!(of(&bench, "probe").status, Status::Proved);
    bench.now += TimeDelta::seconds(1);
    assert_eq!(of(&bench, "probe").status, Status::Stale);
    let tally = Tally::of(&bench.outline, &bench.run, bench.now);
    assert_eq!((tally.proved, tally.stale), (0, 1));
    assert!(Status::Stale.is_settled(), "it holds nothing up");
    bench.observe("probe", Verdict::Pass);
    assert_eq!(of(&bench, "probe").status, Status::Proved);
    bench.observe("probe", Verdict::Fail);
    bench.now += TimeDelta::hours(1);
    assert_eq!(of(&bench, "probe").status, Status::Failed, "what fails stays red");
}

#[test]
fn a_waiver_ends() {
    let mut bench = Bench::new();
    let until = bench.now + TimeDelta::hours(1);
    let waived = Happening::Waived {
        item: id("probe"),
        reason: "known".into(),
        until,
    };
    bench.happen(&person(1, &[]).author(), waived);
    assert_eq!(of(&bench, "probe").status, Status::Waived);
    bench.now = until;
    assert_eq!(of(&bench, "probe").status, Status::Open);
    bench.observe("probe", Verdict::Fail);
    assert_eq!(of(&bench, "probe").status, Status::Failed);
    bench.observe("probe", Verdict::Pass);
    assert_eq!(of(&bench, "probe").status, Status::Proved);
}

#[test]
fn a_closed_run_reads_for_ever_as_it_was_closed() {
    let mut bench = Bench::new();
    let until = bench.now + TimeDelta::hours(1);
    let waived = Happening::Waived {
        item: id("probe"),
        reason: "known".into(),
        until,
    };
    bench.happen(&person(1, &[]).author(), waived);
    let t0 = bench.now;
    bench.happen(
        &domain::person::Author::Gonogo,
        Happening::T0Set { t0, reason: None },
    );
    let (outcome, reason) = (domain::event::Outcome::Abandoned, "enough".to_owned());
    bench.happen(&person(1, &[]).author(), Happening::Closed { outcome, reason });
    let before = [of(&bench, "probe"), of(&bench, "later")];
    bench.now += TimeDelta::days(400);
    assert_eq!([of(&bench, "probe"), of(&bench, "later")], before);
    assert_eq!(before[0].status, Status::Waived);
}

#[test]
fn what_was_under_way_when_gonogo_stopped_is_unknown_until_it_is_seen_again() {
    let mut bench = Bench::new();
    bench.observe("probe", Verdict::Pass);
    let items = vec![id("probe")];
    bench.happen(
        &domain::person::Author::Gonogo,
        Happening::VerificationStarted { items: items.clone() },
    );
    assert_eq!(of(&bench, "probe").status, Status::Running);
    bench.happen(&domain::person::Author::Gonogo, Happening::Interrupted { items });
    assert_eq!(of(&bench, "probe").status, Status::Unknown);
    bench.observe("probe", Verdict::Pass);
    assert_eq!(of(&bench, "probe").status, Status::Proved);
}

#[test]
fn an_event_that_arrives_twice_changes_nothing() {
    let mut bench = Bench::new();
    bench.observe("probe", Verdict::Fail);
    let before = bench.run.clone();
    let again = domain::event::Event {
        number: before.number,
        at: bench.now,
        by: domain::person::Author::Gonogo,
        what: Happening::Skipped {
            item: id("probe"),
            reason: "x".into(),
        },
        record: before.record.clone(),
    };
    bench.run.apply(&again);
    assert_eq!(bench.run, before);
}

use crate::support::{Bench, hash, id, person};
use domain::{
    Role,
    action::Ending,
    event::Happening,
    outline::LineKind,
    person::Author,
    phase::{Next, ProgressState, Why, next, place},
    plan::SectionId,
    verdict::Verdict,
};
use std::collections::BTreeSet;

/// A run that goes through its phase, whose first line and whose check are commands: the one is required, the other optional.
fn going() -> (Bench, Author) {
    let (mut bench, devops) = (Bench::new(), person(7, &[Role::Devops]).author());
    for line in &mut bench.outline.sections[0].lines {
        if matches!(line.id.0.as_str(), "probe" | "optional-probe") {
            line.kind = LineKind::Action;
        }
    }
    bench.happen(&devops, Happening::Executing);
    let section = SectionId("phase".into());
    bench.happen(&devops, Happening::PhaseStarted { section });
    (bench, devops)
}

fn comes(bench: &Bench, tried: &[&str]) -> Next {
    let tried: BTreeSet<_> = tried.iter().copied().map(id).collect();
    next(&bench.outline.sections[0], &bench.run, &tried, bench.now)
}

fn runs(bench: &mut Bench, item: &str, ending: Ending) {
    let item = id(item);
    let began = Happening::ActionStarted {
        item: item.clone(),
        again: false,
    };
    bench.happen(&Author::Gonogo, began);
    let ended = Happening::ActionEnded {
        item,
        ending,
        reason: ending.word().into(),
        evidence: hash(9),
        duration_us: 1,
    };
    bench.happen(&Author::Gonogo, ended);
}

fn asks(bench: &mut Bench, item: &str, why: Why) {
    let asked = Happening::PhaseAsked {
        item: id(item),
        why,
        reason: "so".into(),
    };
    bench.happen(&Author::Gonogo, asked);
}

#[test]
fn lines_come_in_the_documents_order_and_probes_that_stand_together_are_asked_together() {
    let (mut bench, _) = going();
    // What holds before the command runs shows nothing of what that does.
    bench.observe("child-a", Verdict::Pass);
    assert_eq!(comes(&bench, &[]), Next::Run(id("probe")));
    runs(&mut bench, "probe", Ending::Done);
    assert_eq!(comes(&bench, &[]), Next::Read(vec![id("child-a"), id("child-b")]));
    bench.observe("child-a", Verdict::Pass);
    bench.observe("child-b", Verdict::Pass);
    assert_eq!(
        comes(&bench, &["child-a", "child-b"]),
        Next::Ask(id("word"), Why::Person, String::new())
    );
    bench.attest("word");
    assert_eq!(comes(&bench, &[]), Next::Run(id("optional-probe")));
    runs(&mut bench, "optional-probe", Ending::Failed);
    assert_eq!(comes(&bench, &[]), Next::Read(vec![id("check")]));
    bench.observe("check", Verdict::Pass);
    // Its first command ended well and nothing proves it: somebody says so at the end.
    assert_eq!(
        comes(&bench, &["check"]),
        Next::Ask(id("probe"), Why::Person, "done".into())
    );
    bench.attest("probe");
    assert_eq!(comes(&bench, &[]), Next::Over);
}

#[test]
fn a_command_that_failed_runs_again_only_where_somebody_wants_it() {
    let (mut bench, devops) = going();
    runs(&mut bench, "probe", Ending::Failed);
    let asked = Next::Ask(id("probe"), Why::Failed, "failed".into());
    assert_eq!(comes(&bench, &[]), asked, "whoever takes it over does not run it");
    asks(&mut bench, "probe", Why::Failed);
    bench.happen(&devops, Happening::PhaseContinued);
    assert_eq!(comes(&bench, &[]), Next::Run(id("probe")));
    runs(&mut bench, "probe", Ending::Failed);
    assert_eq!(comes(&bench, &[]), asked, "once for each wish");
}

#[test]
fn a_command_of_which_nobody_knows_the_end_asks_whether_it_is_optional_or_not() {
    let (mut bench, devops) = going();
    runs(&mut bench, "probe", Ending::Cancelled);
    let unknown = |next: Next, item: &str| matches!(next, Next::Ask(at, Why::Unknown, _) if at == id(item));
    assert!(unknown(comes(&bench, &[]), "probe"));
    let section = SectionId("phase".into());
    bench.happen(&devops, Happening::PhaseStarted { section });
    assert!(
        unknown(comes(&bench, &[]), "probe"),
        "a new start runs it no more than the old one"
    );
    asks(&mut bench, "probe", Why::Unknown);
    bench.happen(&devops, Happening::PhaseContinued);
    assert_eq!(comes(&bench, &[]), Next::Run(id("probe")));
    bench.settle_phase();
    runs(&mut bench, "optional-probe", Ending::Cancelled);
    bench.attest("probe");
    let next = comes(&bench, &["child-a", "child-b"]);
    assert!(unknown(next.clone(), "optional-probe"), "{next:?}");
}

#[test]
fn a_command_that_is_under_way_when_somebody_comes_to_it_is_lost() {
    let (mut bench, _) = going();
    let (item, again) = (id("probe"), false);
    bench.happen(&Author::Gonogo, Happening::ActionStarted { item, again });
    assert_eq!(comes(&bench, &[]), Next::Lost(id("probe")));
    let (at, of, line) = place(&bench.outline.sections[0], &bench.run, bench.now).unwrap();
    assert_eq!((at, of, line.text.as_str()), (1, 6, "probe"));
}

#[test]
fn a_rollback_or_another_run_gives_it_up_and_what_comes_later_changes_nothing() {
    let started = Happening::RollbackStarted {
        tier: SectionId("immediate".into()),
        reason: "it burns".into(),
        steps: 1,
        rehearsal: false,
        environment_hash: None,
    };
    let lost = Happening::LockLost {
        to_run: 2,
        reason: "urgent".into(),
    };
    for between in [started, lost] {
        let (mut bench, devops) = going();
        bench.happen(&devops, between);
        bench.happen(&devops, Happening::PhaseContinued);
        asks(&mut bench, "probe", Why::Failed);
        bench.happen(&devops, Happening::PhaseEnded);
        let state = bench.run.phase.unwrap().state;
        assert!(matches!(state, ProgressState::GivenUp { .. }), "{state:?}");
    }
}

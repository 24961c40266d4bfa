use crate::support::{Bench, hash, person};
use domain::{
    Role,
    action::Ending,
    consequence::consequence,
    decision::{Word, decide},
    event::{Happening, Outcome},
    fingerprint::{CONTAINERS, Fingerprint, Part, image_of},
    person::Author,
    plan::SectionId,
    rollback::{RollbackState, StepState},
    run::RunState,
};

/// A run in whose rollback of two steps the first has begun.
fn rolling_back() -> (Bench, Author) {
    let mut bench = Bench::new();
    let owner = person(7, &[Role::ProductOwner]).author();
    bench.happen(&owner, Happening::Executing);
    bench.happen(&owner, started(false));
    bench.happen(&Author::Gonogo, Happening::StepStarted { step: 0, fence: 3 });
    (bench, owner)
}

fn started(rehearsal: bool) -> Happening {
    Happening::RollbackStarted {
        tier: SectionId("immediate".into()),
        reason: "it burns".into(),
        steps: 2,
        rehearsal,
        environment_hash: None,
    }
}

fn ended(step: usize, ending: Ending) -> Happening {
    Happening::StepEnded {
        step,
        ending,
        reason: "exit code 0".into(),
        evidence: hash(9),
    }
}

fn state(bench: &Bench) -> RollbackState {
    bench.run.rollback.as_ref().unwrap().state.clone()
}

fn part(value: &str) -> Fingerprint {
    let is = Part::Is { value: value.into() };
    Fingerprint {
        parts: [("the commit".to_owned(), is)].into(),
        latency_us: None,
    }
}

#[test]
fn while_a_rollback_runs_the_answer_is_no_go_and_says_whose_it_is() {
    let (bench, owner) = rolling_back();
    let answer = decide(&bench.outline, &bench.run, bench.now);
    assert_eq!(answer.word, Word::NoGo);
    assert_eq!(answer.why, format!("{} rolls back: “it burns”.", owner.name()));
}

#[test]
fn a_rollback_ends_the_run_once_things_are_as_they_were() {
    let (mut bench, _) = rolling_back();
    for step in [0, 1] {
        bench.happen(&Author::Gonogo, ended(step, Ending::Done));
    }
    assert_eq!(consequence(&bench.outline, &bench.run, bench.now), None);
    bench.happen(&Author::Gonogo, Happening::RollbackEnded { differences: vec![] });
    let closed = consequence(&bench.outline, &bench.run, bench.now);
    assert!(
        matches!(
            closed,
            Some(Happening::Closed {
                outcome: Outcome::RolledBack,
                ..
            })
        ),
        "{closed:?}"
    );
}

#[test]
fn a_step_that_failed_asks_and_goes_on_when_somebody_chose() {
    let (mut bench, owner) = rolling_back();
    bench.happen(&Author::Gonogo, ended(0, Ending::Failed));
    assert_eq!(state(&bench), RollbackState::Asking { step: 0 });
    let again = Happening::StepRetried {
        step: 0,
        environment_hash: Some(hash(4)),
    };
    bench.happen(&owner, again);
    assert_eq!(state(&bench), RollbackState::Running);
    let rollback = bench.run.rollback.as_ref().unwrap();
    assert_eq!(
        rollback.environment_hash,
        Some(hash(4)),
        "the file that was mended"
    );
    assert_eq!(
        (rollback.current(), &rollback.steps[0]),
        (Some(0), &StepState::Waiting)
    );
    bench.happen(&Author::Gonogo, Happening::StepStarted { step: 0, fence: 4 });
    bench.happen(&Author::Gonogo, Happening::StepLost { step: 0 });
    assert_eq!(state(&bench), RollbackState::Asking { step: 0 });
    let skipped = Happening::StepSkipped {
        step: 0,
        reason: "done by hand".into(),
    };
    bench.happen(&owner, skipped);
    assert_eq!(bench.run.rollback.as_ref().unwrap().current(), Some(1));
}

#[test]
fn each_difference_is_accepted_by_name_before_it_is_over() {
    let (mut bench, owner) = rolling_back();
    let differences = part("b").differences(&part("a"));
    bench.happen(&Author::Gonogo, Happening::RollbackEnded { differences });
    assert!(matches!(state(&bench), RollbackState::Differs { open } if open.len() == 1));
    let accepted = Happening::DifferenceAccepted {
        part: "the commit".into(),
        reason: "it is the same tree".into(),
    };
    bench.happen(&owner, accepted);
    assert!(bench.run.rollback.as_ref().unwrap().is_done());
}

#[test]
fn what_nobody_could_read_is_a_difference() {
    let unread = Fingerprint {
        parts: [("the commit".to_owned(), Part::Unread { why: "no git".into() })].into(),
        latency_us: None,
    };
    assert_eq!(unread.differences(&unread).len(), 1);
    assert_eq!(part("a").differences(&Fingerprint::default()).len(), 1);
    assert_eq!(part("a").differences(&part("a")), []);
}

#[test]
fn a_rehearsal_gives_the_run_back() {
    let (mut bench, owner) = rolling_back();
    bench.happen(&owner, started(true));
    bench.happen(&Author::Gonogo, Happening::RollbackEnded { differences: vec![] });
    assert!(matches!(bench.run.state, RunState::Executing { .. }));
    assert_eq!(consequence(&bench.outline, &bench.run, bench.now), None);
}

#[test]
fn what_an_engine_that_cannot_be_read_runs_is_unknown_and_not_gone() {
    let ran = Fingerprint {
        parts: [(
            image_of("web"),
            Part::Is {
                value: "sha256:a".into(),
            },
        )]
        .into(),
        latency_us: Some(900),
    };
    let unread = Part::Unread {
        why: "no socket".into(),
    };
    let now = Fingerprint {
        parts: [(CONTAINERS.to_owned(), unread.clone())].into(),
        latency_us: None,
    };
    let differences = now.differences(&ran);
    let after = differences
        .iter()
        .map(|difference| (difference.part.as_str(), &difference.after));
    assert_eq!(
        after.collect::<Vec<_>>(),
        [(CONTAINERS, &unread), ("the image of web", &unread)]
    );
    let stopped = Fingerprint::default();
    assert_eq!(stopped.differences(&ran)[0].after, Part::Absent);
    assert_eq!(
        ran.images().map(|(service, _)| service).collect::<Vec<_>>(),
        ["web"]
    );
}

#[test]
fn how_long_the_health_page_took_is_no_difference() {
    let slower = Fingerprint {
        latency_us: Some(9000),
        ..part("a")
    };
    assert_eq!(slower.differences(&part("a")), []);
}

use crate::support::{Bench, id};
use domain::{
    comparison::{Became, Comparison, compare},
    event::Happening,
    outline::LineKind,
    person::Author,
    status::Status,
    verdict::Verdict,
};

fn compared(one: &Bench, other: &Bench) -> Comparison {
    compare(
        [(&one.outline, &one.run), (&other.outline, &other.run)],
        other.now,
    )
}

fn became(comparison: &Comparison, line: &str) -> Became {
    let pair = comparison.lines.iter().find(|pair| pair.id == id(line)).unwrap();
    pair.became()
}

#[test]
fn two_runs_of_which_the_same_was_seen_are_the_same_but_for_their_times() {
    let (mut one, mut other) = (Bench::new(), Bench::new());
    for bench in [&mut one, &mut other] {
        bench.happen(&Author::Gonogo, Happening::Executing);
        bench.settle_phase();
    }
    let comparison = compared(&one, &other);
    assert_eq!(comparison.lines.len(), 8);
    assert!(comparison.lines.iter().all(|pair| pair.became() == Became::Same));
    let phases = &comparison.phases;
    assert_eq!((phases.len(), phases[0].title.as_str()), (1, "phase"));
    assert_eq!(
        (phases[0].planned, phases[0].took),
        ([Some(5); 2], [Some(300); 2])
    );
}

#[test]
fn each_line_tells_what_became_of_it() {
    let (mut one, mut other) = (Bench::new(), Bench::new());
    one.settle_phase();
    other.settle_phase();
    other.observe("probe", Verdict::Fail);
    other.happen(
        &Author::Gonogo,
        Happening::Observed {
            asked_at: None,
            item: id("child-a"),
            verdict: Verdict::Pass,
            reason: "p95 180 ms".into(),
            evidence: crate::support::hash(77),
            duration_us: 5,
        },
    );
    let lines = &mut other.outline.sections[0].lines;
    lines.retain(|line| line.id != id("optional-probe"));
    lines.iter_mut().find(|line| line.id == id("word")).unwrap().text = "other words".into();
    let mut added = lines[0].clone();
    added.id = id("added");
    lines.push(added);
    let comparison = compared(&one, &other);
    for (line, expected) in [
        ("probe", Became::StandsOtherwise),
        ("child-a", Became::SeenOtherwise),
        ("child-b", Became::Same),
        ("word", Became::Changed),
        ("added", Became::Added),
        ("optional-probe", Became::Removed),
    ] {
        assert_eq!(became(&comparison, line), expected, "{line}");
    }
    let order: Vec<&str> = comparison.lines.iter().map(|pair| pair.id.0.as_str()).collect();
    assert_eq!(
        order,
        [
            "probe",
            "parent",
            "child-a",
            "child-b",
            "word",
            "check",
            "added",
            "optional-probe",
            "later"
        ],
        "what is gone stands where its section ends"
    );
    let probe = &comparison.lines[0].sides;
    let status = |side: usize| probe[side].as_ref().unwrap().status;
    assert_eq!((status(0), status(1)), (Status::Proved, Status::Failed));
    assert_eq!(probe[1].as_ref().unwrap().seen, "probe is fail");
    assert_eq!(probe[1].as_ref().unwrap().kind, LineKind::Probe);
}

#[test]
fn a_line_that_a_person_settled_tells_who_and_how() {
    let (mut one, mut other) = (Bench::new(), Bench::new());
    one.observe("probe", Verdict::Fail);
    other.observe("probe", Verdict::Fail);
    let until = other.now + chrono::TimeDelta::days(1);
    let waived = Happening::Waived {
        item: id("probe"),
        reason: "known, next week".into(),
        until,
    };
    other.happen(&crate::support::person(4, &[]).author(), waived);
    let comparison = compared(&one, &other);
    let pair = &comparison.lines[0];
    assert_eq!(pair.became(), Became::StandsOtherwise);
    let side = pair.sides[1].as_ref().unwrap();
    assert_eq!(side.settled, Some(("waived".into(), "person-4".into())));
    assert_eq!(
        (side.status, side.seen.as_str()),
        (Status::Waived, "known, next week")
    );
}

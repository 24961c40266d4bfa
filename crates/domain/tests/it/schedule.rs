use crate::support::{Bench, hash, id, person};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Role,
    action::Ending,
    event::{Happening, Outcome},
    outline::LineKind,
    person::Author,
    plan::{SectionId, SectionKind},
    schedule::{Course, PhaseTook, Schedule},
    verdict::Verdict,
};

/// A phase of five minutes and one of ten, whose only line is a word.
fn bench() -> (Bench, Author) {
    let (mut bench, devops) = (Bench::new(), person(7, &[Role::Devops]).author());
    let mut second = bench.outline.sections[0].clone();
    (second.id, second.title) = (SectionId("second".into()), "second".into());
    second.kind = SectionKind::Phase {
        number: 2,
        minutes: Some(10),
    };
    second.lines.retain(|line| line.kind == LineKind::Attestation);
    second.lines[0].id = id("second-word");
    bench.outline.sections.insert(1, second);
    (bench, devops)
}

fn schedule(bench: &Bench) -> Schedule {
    Schedule::of(&bench.outline, &bench.run, bench.now)
}

fn courses(bench: &Bench) -> (Course, Course) {
    let mut phases = schedule(bench).phases.into_iter().map(|phase| phase.course);
    (phases.next().unwrap(), phases.next().unwrap())
}

/// Minutes after noon, when the run was started; each event takes one.
fn minute(bench: &Bench, minutes: i64) -> DateTime<Utc> {
    bench.run.started_at + TimeDelta::minutes(minutes)
}

#[test]
fn before_the_execution_there_is_a_plan_and_no_forecast() {
    let (mut bench, _) = bench();
    bench.settle_phase();
    let schedule = schedule(&bench);
    assert_eq!(
        (schedule.began, schedule.planned(), schedule.ends()),
        (None, Some(15), None)
    );
    let ahead = |course: &Course| *course == Course::Ahead { expected: None };
    assert!(
        schedule.phases.iter().all(|phase| ahead(&phase.course)),
        "{schedule:?}"
    );
}

#[test]
fn a_phase_goes_from_the_end_of_the_one_before_it_to_the_last_that_came_to_hold() {
    let (mut bench, devops) = bench();
    bench.happen(&devops, Happening::Executing);
    let at = |minutes| minute(&bench, minutes);
    let (began, planned) = (at(1), at(6));
    let expected = Some((planned, planned + TimeDelta::minutes(10)));
    assert_eq!(
        courses(&bench),
        (
            Course::Running {
                since: began,
                expected: Some(planned)
            },
            Course::Ahead { expected }
        )
    );
    assert_eq!(schedule(&bench).late(), Some(TimeDelta::zero()));
    bench.settle_phase();
    let ended = bench.now;
    let running = Course::Running {
        since: ended,
        expected: Some(ended + TimeDelta::minutes(10)),
    };
    assert_eq!(
        courses(&bench),
        (
            Course::Done {
                since: began,
                at: ended
            },
            running
        )
    );
    // Looking again finds the same, and is no work.
    bench.observe("probe", Verdict::Pass);
    assert_eq!(
        courses(&bench).0,
        Course::Done {
            since: began,
            at: ended
        }
    );
    bench.attest("second-word");
    let schedule = schedule(&bench);
    assert_eq!(schedule.ends(), Some(bench.now));
    assert_eq!(schedule.late(), Some(TimeDelta::minutes(-8)));
    let took = |number, title: &str, seconds| PhaseTook {
        number,
        title: title.into(),
        seconds,
    };
    assert_eq!(schedule.took(), [took(1, "phase", 300), took(2, "second", 120)]);
}

#[test]
fn what_takes_longer_than_planned_pushes_the_rest_ahead_of_itself() {
    let (mut bench, devops) = bench();
    bench.happen(&devops, Happening::Executing);
    let now = bench.now + TimeDelta::minutes(12);
    let schedule = Schedule::of(&bench.outline, &bench.run, now);
    assert_eq!(schedule.phases[0].course.ends(), Some(now));
    assert_eq!(schedule.ends(), Some(now + TimeDelta::minutes(10)));
    assert_eq!(schedule.late(), Some(TimeDelta::minutes(7)));
}

#[test]
fn a_phase_without_a_planned_time_leaves_everything_after_it_without_a_forecast() {
    let (mut bench, devops) = bench();
    bench.outline.sections[0].kind = SectionKind::Phase {
        number: 1,
        minutes: None,
    };
    bench.happen(&devops, Happening::Executing);
    let schedule = schedule(&bench);
    assert_eq!(
        (schedule.planned(), schedule.ends(), schedule.late()),
        (None, None, None)
    );
    assert_eq!(courses(&bench).1, Course::Ahead { expected: None });
}

#[test]
fn what_broke_meanwhile_counts_from_when_it_held_again() {
    let (mut bench, devops) = bench();
    bench.happen(&devops, Happening::Executing);
    bench.settle_phase();
    bench.observe("probe", Verdict::Fail);
    assert!(matches!(
        courses(&bench),
        (Course::Running { .. }, Course::Ahead { .. })
    ));
    bench.observe("probe", Verdict::Pass);
    assert_eq!(
        courses(&bench).0,
        Course::Done {
            since: minute(&bench, 1),
            at: bench.now
        }
    );
}

#[test]
fn a_phase_that_somebody_went_ahead_to_begins_with_its_first_deed() {
    let (mut bench, devops) = bench();
    bench.outline.sections[1].lines[0].kind = LineKind::Action;
    bench.happen(&devops, Happening::Executing);
    let section = SectionId("second".into());
    bench.happen(
        &devops,
        Happening::WentAhead {
            section,
            reason: "no time".into(),
        },
    );
    let item = id("second-word");
    bench.happen(
        &devops,
        Happening::ActionStarted {
            item: item.clone(),
            again: false,
        },
    );
    let since = bench.now;
    assert!(matches!(courses(&bench).0, Course::Running { .. }));
    assert!(matches!(courses(&bench).1, Course::Running { since: is, .. } if is == since));
    let ended = Happening::ActionEnded {
        item,
        ending: Ending::Failed,
        reason: "exit code 1".into(),
        evidence: hash(9),
        duration_us: 1,
    };
    bench.happen(&devops, ended);
    assert!(matches!(courses(&bench).1, Course::Running { .. }));
}

#[test]
fn a_run_that_is_closed_or_superseded_halts_where_it_was() {
    for superseded in [false, true] {
        let (mut bench, devops) = bench();
        bench.happen(&devops, Happening::Executing);
        let since = bench.now;
        let end = if superseded {
            Happening::Superseded { by_run: 2 }
        } else {
            Happening::Closed {
                outcome: Outcome::Abandoned,
                reason: "so".into(),
            }
        };
        bench.happen(&devops, end);
        let at = bench.now;
        bench.now += TimeDelta::days(1);
        assert_eq!(
            courses(&bench),
            (Course::Halted { since, at }, Course::Ahead { expected: None })
        );
        assert_eq!(schedule(&bench).until, at);
    }
}

#[test]
fn an_observation_that_was_stored_before_it_knew_since_when_holds_since_it_was_made() {
    let mut bench = Bench::new();
    bench.observe("probe", Verdict::Pass);
    let mut stored = serde_json::to_value(&bench.run).unwrap();
    stored["items"]["probe"]["latest"]
        .as_object_mut()
        .unwrap()
        .remove("since")
        .unwrap();
    bench.run = serde_json::from_value(stored).unwrap();
    let first = bench.now;
    bench.observe("probe", Verdict::Pass);
    assert_eq!(
        bench.run.items[&id("probe")].latest.as_ref().unwrap().since(),
        first
    );
}

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    follow_up::{FollowUp, When},
    hourly::{next, slot},
    plan::SectionId,
};

fn t0() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 28, 12, 0, 7).unwrap()
}

fn step(when: When) -> FollowUp {
    FollowUp {
        id: "check".into(),
        section: SectionId("next".into()),
        line: 1,
        item: None,
        words: "Check metrics hourly".into(),
        parent: None,
        when,
        automatic: true,
    }
}

/// Minutes after T0.
fn minutes(at: Option<DateTime<Utc>>) -> Option<i64> {
    at.map(|at| (at - t0()).num_minutes())
}

fn at(minutes: i64) -> DateTime<Utc> {
    t0() + TimeDelta::minutes(minutes)
}

#[test]
fn an_hour_is_due_from_its_beginning_until_the_next_and_only_while_the_step_lasts() {
    let steps = [step(When::Days { from: 1, to: 1 })];
    for (now, due, following) in [
        (-90, None, Some(60)),
        (0, None, Some(60)),
        (59, None, Some(60)),
        (60, Some(60), Some(120)),
        (119, Some(60), Some(120)),
        (120, Some(120), Some(180)),
        (24 * 60, Some(24 * 60), None),
        (24 * 60 + 59, Some(24 * 60), None),
        (25 * 60, None, None),
        (365 * 24 * 60, None, None),
    ] {
        let found = (
            minutes(slot(t0(), &steps, at(now))),
            minutes(next(t0(), &steps, at(now))),
        );
        assert_eq!(found, (due, following), "{now} minutes after T0");
    }
}

#[test]
fn steps_of_other_weeks_follow_each_other_and_what_has_no_days_is_never_due() {
    let week = step(When::Weeks { from: 2, to: 2 });
    let steps = [step(When::Days { from: 1, to: 1 }), week];
    let day = 24 * 60;
    assert_eq!(
        minutes(next(t0(), &steps, at(day))),
        Some(7 * day),
        "the checks of the second week"
    );
    assert_eq!(slot(t0(), &steps, at(3 * day)), None);
    assert_eq!(minutes(slot(t0(), &steps, at(8 * day + 5))), Some(8 * day));
    let unsaid = [step(When::Unsaid)];
    assert_eq!(
        (slot(t0(), &unsaid, at(60)), next(t0(), &unsaid, at(60))),
        (None, None)
    );
    assert_eq!((slot(t0(), &[], at(60)), next(t0(), &[], at(60))), (None, None));
}

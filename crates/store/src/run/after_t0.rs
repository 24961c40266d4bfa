//! What follows T0 by itself: each is a task that whoever comes first takes.

use crate::task::{self, NewTask};
use chrono::{DateTime, Utc};
use domain::{
    fingerprint::Moment,
    outline::{LineKind, Outline, OutlineLine},
    person::Author,
    plan::SectionKind,
    run::Run,
    task::Work,
};
use record::chain::Linked;
use uuid::Uuid;

/// The tasks of the T0 that this event sets.
pub(super) fn tasks(
    outline: &Outline,
    run: &Run,
    set: &Linked,
    t0: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Vec<NewTask> {
    let mut tasks = vec![look_after(run, set, now)];
    if outline
        .sections
        .iter()
        .any(|section| section.kind == SectionKind::FollowUp)
    {
        tasks.push(hourly(run, set, t0));
    }
    if windows(outline) {
        tasks.push(sampling(run, set, t0));
    }
    tasks
}

/// How things are once the new version serves is read by whoever comes first.
fn look_after(run: &Run, set: &Linked, now: DateTime<Utc>) -> NewTask {
    let moment = Moment::After;
    of_t0(
        run,
        set.hash.as_str().get(..32),
        Work::Fingerprint { moment },
        now,
    )
}

/// The windows are sampled from T0 on by whoever comes first.
fn sampling(run: &Run, set: &Linked, t0: DateTime<Utc>) -> NewTask {
    let work = Work::Window {
        set: set.event.number,
    };
    of_t0(run, set.hash.as_str().get(32..64), work, t0)
}

/// Next steps are checked every hour from T0 on by whoever comes first, where the plan has such.
fn hourly(run: &Run, set: &Linked, t0: DateTime<Utc>) -> NewTask {
    let number = set.event.number;
    NewTask {
        request_key: task::key("hourly", &format!("{} {number}", run.id.0)),
        ..of_t0(run, None, Work::Hourly { set: number }, t0)
    }
}

/// What follows T0: one for each time that it is set, by the digits of that event.
fn of_t0(run: &Run, digits: Option<&str>, work: Work, due_at: DateTime<Utc>) -> NewTask {
    NewTask {
        run: run.id,
        environment: run.start.environment.clone(),
        request_key: Uuid::try_parse(digits.unwrap_or_default()).unwrap_or_default(),
        work,
        by: Author::Gonogo,
        due_at,
        panel: None,
    }
}

/// Whether the plan has windows that a probe looks into.
fn windows(outline: &Outline) -> bool {
    let probed = |line: &OutlineLine| matches!(line.kind, LineKind::Probe | LineKind::Check);
    outline
        .lines()
        .any(|(section, line)| matches!(section.kind, SectionKind::Window { .. }) && probed(line))
}

//! What follows by itself from what happened, whoever did it.

use crate::{
    decision::close_outcome,
    event::{Happening, Outcome},
    outline::Outline,
    phase_order::{is_phase, phase_settled},
    run::{Run, RunState},
};
use chrono::{DateTime, Utc};

/// The next thing that follows from how `run` stands at `now`; `None` when nothing does. Asked again after each
/// answer, it ends: each answer leaves the state from which it follows.
pub fn consequence(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Option<Happening> {
    match &run.state {
        RunState::Preparing | RunState::Closed { .. } => None,
        RunState::RollingBack { .. } => run
            .rollback
            .as_ref()
            .filter(|rollback| rollback.is_done() && !rollback.rehearsal)
            .map(|rollback| Happening::Closed {
                outcome: Outcome::RolledBack,
                reason: rollback.reason.clone(),
            }),
        RunState::Executing { .. } if phases_settled(outline, run, now) => Some(Happening::T0Set {
            t0: now,
            reason: None,
        }),
        RunState::Executing { .. } | RunState::Verifying { .. } => {
            // Anything less than a clean go is closed by a person.
            close_outcome(outline, run, now)
                .filter(|outcome| *outcome == Outcome::Go)
                .map(|outcome| Happening::Closed {
                    outcome,
                    reason: String::new(),
                })
        }
    }
}

fn phases_settled(outline: &Outline, run: &Run, now: DateTime<Utc>) -> bool {
    let mut phases = outline.sections.iter().filter(|section| is_phase(section));
    phases.all(|phase| phase_settled(phase, run, now))
}

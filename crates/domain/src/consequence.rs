//! What follows by itself from what happened, whoever did it.

use crate::{
    decision::close_outcome,
    event::{Happening, Outcome},
    outline::{LineKind, Outline},
    plan::SectionKind,
    run::{Run, RunState},
    status::standing,
};
use chrono::{DateTime, Utc};

/// The next thing that follows from how `run` stands at `now`; `None` when nothing does. Asked again after each
/// answer, it ends: each answer leaves the state from which it follows.
pub fn consequence(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Option<Happening> {
    match &run.state {
        RunState::Preparing | RunState::Closed { .. } => None,
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
    outline
        .lines()
        .filter(|(section, _)| matches!(section.kind, SectionKind::Phase { .. }))
        // A parent speaks through its children, and an optional child blocks nothing.
        .filter(|(_, line)| !line.optional && line.kind != LineKind::Parent)
        .all(|(section, line)| standing(section, line, run, now).status.is_settled())
}

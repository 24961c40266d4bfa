//! A run in one line, for lists: kept beside the run so that a list reads no plan.

use crate::{
    decision::{Answer, decide, open_slots},
    outline::Outline,
    run::Run,
    schedule::{PhaseTook, Schedule},
    status::Tally,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A run in one line, as it stood after its last event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Go, no-go or not yet, and why.
    pub answer: Answer,
    /// How the boxes stand.
    pub tally: Tally,
    /// The roles whose signature is missing or stale, by key.
    pub unsigned: Vec<String>,
    /// How many slots the signature table has.
    pub slots: u32,
    /// How long each phase took that is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<PhaseTook>,
}

impl Summary {
    /// Of `run` at `now`.
    pub fn of(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Self {
        Self {
            answer: decide(outline, run, now),
            tally: Tally::of(outline, run, now),
            unsigned: open_slots(outline, run).map(|slot| slot.key()).collect(),
            slots: outline.slots.len() as u32,
            phases: Schedule::of(outline, run, now).took(),
        }
    }
}

//! What is known of one item or check of a run.

use crate::{action::ActionState, event::Proof, hash::Hash, person::Author, verdict::Verdict};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is known about an item or a check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemState {
    /// How many times it was observed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempts: u32,
    /// Since when a probe is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<DateTime<Utc>>,
    /// Gonogo stopped while it was under way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
    /// The latest observation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Observation>,
    /// The verdicts of the last twelve attempts, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<Verdict>,
    /// The latest execution of its action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionState>,
    /// What a person settled it with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement: Option<Settlement>,
}

/// What a probe answered last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The answer.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// When the round began that it was asked in: what it saw is no older. `None` in what was stored before this was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<DateTime<Utc>>,
    /// When it first gave this verdict, without another one in between. `None` in what was stored before this was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// The evidence.
    pub evidence: Hash,
    /// The evidence that first gave this verdict: what the record names.
    pub first: Hash,
    /// Who had it verified.
    pub by: Author,
}

/// How a person settled an item. What probes settle is in [`ItemState::latest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settlement {
    /// How.
    pub how: How,
    /// Who.
    pub by: Author,
    /// When.
    pub at: DateTime<Utc>,
    /// What they wrote: the note of an attestation, the reason of the others.
    pub reason: String,
}

/// The ways in which a person settles an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum How {
    /// By their word.
    Attested {
        /// What they showed.
        proof: Option<Proof>,
    },
    /// Against its probe.
    Overridden,
    /// Let off.
    Waived {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Left out.
    Skipped,
}

const TRIES: usize = 12;

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Observation {
    /// Since when the probe says so.
    pub fn since(&self) -> DateTime<Utc> {
        self.since.unwrap_or(self.at)
    }
}

impl ItemState {
    /// Nobody knows how what was under way ended.
    pub(super) fn interrupted(&mut self) {
        if self.running.take().is_some() {
            self.unknown = true;
        }
        if let Some(ActionState::Running { since, by, .. }) = &self.action {
            let (since, by) = (*since, by.clone());
            self.action = Some(ActionState::Unknown { since, by });
        }
    }

    /// How often something was seen of it: attempts of its probe, and the end of its command. A page asks for evidence
    /// again when this grows.
    pub fn seen(&self) -> u32 {
        self.attempts + u32::from(matches!(self.action, Some(ActionState::Ended { .. })))
    }

    /// Whether a probe or a command of it is under way.
    pub fn is_under_way(&self) -> bool {
        self.running.is_some() || self.action.as_ref().is_some_and(ActionState::is_running)
    }

    pub(super) fn observed(&mut self, verdict: Verdict) {
        self.attempts += 1;
        (self.running, self.unknown) = (None, false);
        if self.tries.len() == TRIES {
            self.tries.remove(0);
        }
        self.tries.push(verdict);
    }
}

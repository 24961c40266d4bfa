//! Where a run stands.

use crate::{event::Outcome, person::Author};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RunState {
    /// Preflight; the environment is not locked.
    Preparing,
    /// The deployment executes; the run holds the environment's lock.
    Executing {
        /// Since when.
        since: DateTime<Utc>,
        /// Who began.
        by: Author,
    },
    /// From T0 to the last window.
    Verifying {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// A rollback is under way, or waits for somebody: the run holds the environment's lock.
    RollingBack {
        /// Since when.
        since: DateTime<Utc>,
        /// Who pressed.
        by: Author,
    },
    /// It ended.
    Closed {
        /// How.
        outcome: Outcome,
        /// When.
        at: DateTime<Utc>,
        /// By whom.
        by: Author,
        /// What was said about it.
        reason: String,
    },
}

impl RunState {
    /// The word for people, also the key in the database.
    pub fn word(&self) -> &'static str {
        match self {
            RunState::Preparing => "preparing",
            RunState::Executing { .. } => "executing",
            RunState::Verifying { .. } => "verifying",
            RunState::RollingBack { .. } => "rolling back",
            RunState::Closed { outcome, .. } => outcome.word(),
        }
    }
}

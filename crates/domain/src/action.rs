//! Actions: commands that change their target. Exit 0 alone is *done*; what comes after it proves it.

use crate::{hash::Hash, person::Author};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Exit code 0.
    Done,
    /// Another exit code, a signal, or it could not be started.
    Failed,
    /// Somebody cancelled it: its processes were ended.
    Cancelled,
    /// It was not done in time: its processes were ended.
    TimedOut,
}

/// What is known of the latest execution of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ActionState {
    /// Under way.
    Running {
        /// Since when.
        since: DateTime<Utc>,
        /// Who pressed.
        by: Author,
        /// Who asked for its end.
        cancelled_by: Option<Author>,
    },
    /// It ended.
    Ended {
        /// How.
        ending: Ending,
        /// Why, in one sentence.
        reason: String,
        /// When.
        at: DateTime<Utc>,
        /// Who pressed.
        by: Author,
        /// What it printed.
        evidence: Hash,
    },
    /// Gonogo stopped meanwhile: look at the target.
    Unknown {
        /// When it was started.
        since: DateTime<Utc>,
        /// Who pressed.
        by: Author,
    },
}

impl Ending {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Done => "done",
            Ending::Failed => "failed",
            Ending::Cancelled => "cancelled",
            Ending::TimedOut => "timed out",
        }
    }
}

impl ActionState {
    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        matches!(self, ActionState::Running { .. })
    }
}

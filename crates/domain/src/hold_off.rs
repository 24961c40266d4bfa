//! The hold-off: the time between a window that failed and the rollback that the environment's file asks for then. Whoever may
//! roll back may hold it.

use crate::{
    person::Author,
    plan::{ItemId, SectionId},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the environment's rule has come to in a run, by the window that failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldOffs(pub BTreeMap<SectionId, HoldOff>);

/// What it has come to for one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HoldOff {
    /// The number of the event that began it: one rollback at most comes of it.
    pub number: u64,
    /// The line that failed.
    pub line: ItemId,
    /// Why it failed, in one sentence.
    pub failed: String,
    /// Where it stands.
    pub state: HoldOffState,
}

/// Where a hold-off stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum HoldOffState {
    /// The tier starts at `until`, unless somebody holds it.
    Waiting {
        /// The tier's section.
        tier: SectionId,
        /// When.
        until: DateTime<Utc>,
    },
    /// Somebody held it: nothing starts by itself for this window.
    Held {
        /// Who.
        by: Author,
        /// Why; empty where they did not say.
        reason: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// It does not start.
    Refused {
        /// Why not.
        why: String,
        /// When that was found.
        at: DateTime<Utc>,
    },
    /// Nobody held it: it started.
    Started {
        /// When.
        at: DateTime<Utc>,
    },
    /// Something came first: a rollback by hand, a later run, another T0, the end of the run.
    Over {
        /// When.
        at: DateTime<Utc>,
    },
}

/// What the log says about hold-offs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "hold_off", rename_all = "snake_case")]
pub enum HoldOffEntry {
    /// A line of a window failed for certain: this tier starts at `until`, unless somebody holds it.
    Began {
        /// The window.
        window: SectionId,
        /// The line.
        line: ItemId,
        /// Why it failed.
        failed: String,
        /// The tier's section.
        tier: SectionId,
        /// The rule of the environment's file, in its words.
        rule: String,
        /// When it starts.
        until: DateTime<Utc>,
    },
    /// It starts later than was said.
    Moved {
        /// The window.
        window: SectionId,
        /// When it starts.
        until: DateTime<Utc>,
        /// Why.
        why: String,
    },
    /// Somebody held it.
    Held {
        /// The window.
        window: SectionId,
        /// Why; empty where they did not say.
        reason: String,
    },
    /// The environment's file asks for it, and it does not start.
    Refused {
        /// The window.
        window: SectionId,
        /// The line.
        line: ItemId,
        /// Why the line failed.
        failed: String,
        /// The rule of the environment's file, in its words.
        rule: String,
        /// Why nothing starts.
        why: String,
    },
}

impl HoldOffs {
    /// Whether none ever began.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one that waits now, with its window: there is one at most.
    pub fn waiting(&self) -> Option<(&SectionId, &HoldOff)> {
        self.0.iter().find(|(_, one)| one.is_waiting())
    }

    /// Whether the one that this event began still waits.
    pub fn waits(&self, number: u64) -> bool {
        self.waiting().is_some_and(|(_, one)| one.number == number)
    }

    /// Whether one may begin for this window: none waits anywhere, and this window has had none, or something came first.
    pub fn may_begin(&self, window: &SectionId) -> bool {
        let had = self.0.get(window).map(|one| &one.state);
        self.waiting().is_none() && matches!(had, None | Some(HoldOffState::Over { .. }))
    }
}

impl HoldOff {
    /// Whether it waits.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, HoldOffState::Waiting { .. })
    }
}

//! Work that outlives the process that does it.

use crate::{
    fingerprint::Moment,
    notice::Notice,
    plan::{ItemId, SectionId},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is to be done in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// The command of a line.
    Action {
        /// The line.
        item: ItemId,
    },
    /// The edit of a `.env` file that a line asks for.
    EnvEdit {
        /// The line.
        item: ItemId,
    },
    /// The actions and probes of a phase, in the document's order.
    Phase {
        /// Its section.
        section: SectionId,
    },
    /// Reading how things are.
    Fingerprint {
        /// When.
        moment: Moment,
    },
    /// Measuring the numbers of a form.
    Measure {
        /// The number of the attempt.
        attempt: u32,
    },
    /// Sampling the verification windows. A corrected T0 is another's work.
    Window {
        /// The number of the event that set T0.
        set: u64,
    },
    /// Waiting until the rollback starts that the environment's file asks for, unless somebody holds it.
    HoldOff {
        /// The window that failed.
        window: SectionId,
        /// The line that failed in it.
        line: ItemId,
        /// Why, in one sentence.
        failed: String,
        /// When; `None` where an older Gonogo stored it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed_at: Option<DateTime<Utc>>,
        /// The number of the event that set T0.
        set: u64,
    },
    /// The hourly checks of next steps. A corrected T0 is another's work.
    Hourly {
        /// The number of the event that set T0.
        set: u64,
    },
    /// Handing a notice out to the webhooks of the environment.
    Notify {
        /// What is told.
        notice: Notice,
        /// Since when it is so.
        at: DateTime<Utc>,
    },
    /// Telling one webhook. The task's request key is the delivery's number, the same however often it is tried.
    Deliver {
        /// Its name.
        webhook: String,
        /// What is told.
        notice: Notice,
        /// Since when it is so.
        at: DateTime<Utc>,
    },
    /// A tier of the rollback.
    Rollback {
        /// The tier's section.
        tier: SectionId,
    },
}

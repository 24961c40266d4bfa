//! Whether a way back can be gone now, and what is missing where it cannot.

use crate::{plan::SectionId, rollback::Tier};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How ready every tier of a plan is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// In the plan's order.
    pub tiers: Vec<TierReadiness>,
}

/// How ready a tier is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierReadiness {
    /// The tier's section.
    pub section: SectionId,
    /// Its budget in minutes, where the document names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Everything that its steps need and that can be looked at before.
    pub needs: Vec<Need>,
}

/// One thing that a tier needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// What it is, in words: ".env.backup, the copy of .env".
    pub what: String,
    /// Whether it is there.
    pub state: NeedState,
}

/// Whether something that a tier needs is there. In words without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum NeedState {
    /// It is there.
    Met {
        /// What was found.
        found: String,
    },
    /// It is not there, or not what it should be.
    Missing {
        /// Why not.
        why: String,
        /// What to do.
        todo: String,
    },
    /// Nobody knows: it could not be looked at.
    Unread {
        /// Why.
        why: String,
    },
}

impl Readiness {
    /// That of the tier.
    pub fn tier(&self, section: &SectionId) -> Option<&TierReadiness> {
        self.tiers.iter().find(|tier| tier.section == *section)
    }
}

impl TierReadiness {
    /// What is known of `tier`.
    pub fn new(tier: &Tier, needs: Vec<Need>) -> Self {
        Self {
            section: tier.section.clone(),
            minutes: tier.minutes,
            needs,
        }
    }

    /// Whether everything is there. What nobody could look at is not.
    pub fn is_ready(&self) -> bool {
        self.needs
            .iter()
            .all(|need| matches!(need.state, NeedState::Met { .. }))
    }

    /// One line: "ready, about 40 s of 5 min", "ready, never rehearsed", or exactly what is missing. `rehearsed` is how long
    /// the latest rehearsal took.
    pub fn summary(&self, rehearsed: Option<Duration>) -> String {
        let missing = self.needs.iter().filter_map(|need| match &need.state {
            NeedState::Missing { why, .. } => Some(why.clone()),
            NeedState::Met { .. } | NeedState::Unread { .. } => None,
        });
        let unread = self.needs.iter().filter_map(|need| match &need.state {
            NeedState::Unread { why } => Some(format!("{}: {why}", need.what)),
            NeedState::Met { .. } | NeedState::Missing { .. } => None,
        });
        let (missing, unread) = (joined(missing), joined(unread));
        match (missing.is_empty(), unread.is_empty()) {
            (false, true) => format!("not ready: {missing}"),
            (false, false) => format!("not ready: {missing}; and nobody knows of {unread}"),
            (true, false) => format!("nobody knows whether it is ready: {unread}"),
            (true, true) => match rehearsed {
                None => "ready, never rehearsed".to_owned(),
                Some(took) => {
                    let of = self
                        .minutes
                        .map_or_else(String::new, |most| format!(" of {most} min"));
                    let over = self
                        .minutes
                        .is_some_and(|most| took.as_secs() > u64::from(most) * 60);
                    let over = if over { ", longer than planned" } else { "" };
                    format!("ready, about {}{of}{over}", about(took))
                }
            },
        }
    }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join("; ")
}

/// Rounded up, so that nobody hopes for less: to ten seconds below two minutes, to whole minutes above.
fn about(took: Duration) -> String {
    let seconds = took.as_secs() + u64::from(took.subsec_nanos() > 0);
    match seconds {
        0..10 => format!("{} s", seconds.max(1)),
        10..=120 => format!("{} s", seconds.div_ceil(10) * 10),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

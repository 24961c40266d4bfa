//! What people said of the guides that they followed, and what they handed on.

use crate::{
    action::{ActionState, Ending},
    event::Event,
    hash::Hash,
    person::Author,
    plan::{ItemId, SectionId},
    run::{ItemState, Run},
    verdict::Verdict,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Most words about guides that a run takes.
pub const MOST: usize = 500;

/// What the log says about guides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum GuideEntry {
    /// Somebody said whether a guide helped.
    Tried {
        /// With this item or check.
        item: ItemId,
        /// The guide's section.
        guide: SectionId,
        /// Whether it did.
        help: Help,
        /// What they wrote; empty where nothing.
        note: String,
    },
    /// No guide helped: somebody handed a line on.
    Escalated {
        /// This item or check.
        item: ItemId,
        /// How it stands, in one sentence.
        reason: String,
    },
}

/// What became of the guides of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Guides {
    /// What people said of them, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Tried>,
    /// The lines that somebody handed on, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalated: Vec<Escalated>,
}

/// What somebody said of a guide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The line that failed.
    pub item: ItemId,
    /// The guide's section.
    pub guide: SectionId,
    /// What it did.
    pub help: Help,
    /// What they wrote; empty where nothing.
    pub note: String,
    /// Who.
    pub by: Author,
    /// When.
    pub at: DateTime<Utc>,
}

/// Whether a guide helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Help {
    /// It solved it.
    Solved,
    /// It did not help.
    NoHelp,
}

/// A line that somebody handed on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Escalated {
    /// The line.
    pub item: ItemId,
    /// Who.
    pub by: Author,
    /// When.
    pub at: DateTime<Utc>,
}

/// A line that does not pass, and what shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failing<'a> {
    /// The line.
    pub item: &'a ItemId,
    /// What was said of it.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: &'a str,
    /// What was seen.
    pub evidence: &'a Hash,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// The lines of a run that do not pass as they were seen last, and that nobody settled; those of a window that fails too.
pub fn failing(run: &Run) -> impl Iterator<Item = Failing<'_>> {
    let observed = run.items.iter();
    let observed = observed.filter_map(|(item, state)| of_state(item, state));
    let settled = |item: &ItemId| {
        let state = run.items.get(item);
        state.is_some_and(|state| state.settlement.is_some() || of_state(item, state).is_some())
    };
    let sampled = run.windows.bad.iter().filter(move |(item, _)| !settled(item));
    observed.chain(sampled.map(|(item, bad)| Failing {
        item,
        verdict: Verdict::Fail,
        reason: &bad.reason,
        evidence: &bad.evidence,
        since: bad.slot,
    }))
}

/// Whether a line did not pass, now or before.
pub fn has_failed(run: &Run, item: &ItemId) -> bool {
    let failed = |state: &ItemState| {
        let ended = matches!(
            state.action,
            Some(ActionState::Ended {
                ending: Ending::Failed | Ending::TimedOut,
                ..
            })
        );
        ended || state.tries.iter().any(|verdict| *verdict != Verdict::Pass)
    };
    run.items.get(item).is_some_and(failed) || run.windows.bad.contains_key(item)
}

fn of_state<'a>(item: &'a ItemId, state: &'a ItemState) -> Option<Failing<'a>> {
    if state.settlement.is_some() {
        return None;
    }
    let latest = state.latest.as_ref();
    match &state.action {
        // What proves it was asked after it ended, where it was.
        Some(ActionState::Ended {
            ending: Ending::Failed | Ending::TimedOut,
            reason,
            at,
            evidence,
            ..
        }) if latest.is_none_or(|latest| latest.at < *at) => Some(Failing {
            item,
            verdict: Verdict::Fail,
            reason,
            evidence,
            since: *at,
        }),
        Some(ActionState::Running { .. } | ActionState::Ended { .. } | ActionState::Unknown { .. })
        | None => {
            let latest = latest.filter(|latest| latest.verdict != Verdict::Pass)?;
            Some(Failing {
                item,
                verdict: latest.verdict,
                reason: &latest.reason,
                evidence: &latest.evidence,
                since: latest.since(),
            })
        }
    }
}

impl Help {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Help::Solved => "solved it",
            Help::NoHelp => "did not help",
        }
    }
}

impl Guides {
    /// Whether nobody said anything.
    pub fn is_empty(&self) -> bool {
        self.tried.is_empty() && self.escalated.is_empty()
    }

    /// How often somebody said something.
    pub fn count(&self) -> usize {
        self.tried.len() + self.escalated.len()
    }

    /// What was said last of a guide for a line since this time.
    pub fn said(&self, item: &ItemId, guide: &SectionId, since: DateTime<Utc>) -> Option<&Tried> {
        let about = |tried: &&Tried| tried.item == *item && tried.guide == *guide && tried.at >= since;
        self.tried.iter().rfind(about)
    }

    /// Who has handed a line on since this time.
    pub fn escalated(&self, item: &ItemId, since: DateTime<Utc>) -> Option<&Escalated> {
        let mut escalated = self.escalated.iter();
        escalated.find(|escalated| escalated.item == *item && escalated.at >= since)
    }

    pub(crate) fn enter(&mut self, entry: &GuideEntry, event: &Event) {
        let (by, at) = (event.by.clone(), event.at);
        match entry.clone() {
            GuideEntry::Tried {
                item,
                guide,
                help,
                note,
            } => self.tried.push(Tried {
                item,
                guide,
                help,
                note,
                by,
                at,
            }),
            GuideEntry::Escalated { item, reason: _ } => self.escalated.push(Escalated { item, by, at }),
        }
    }
}

//! Going through the lines of a phase: which way each of them goes, which comes next, and where it stands.

use crate::{
    action::{ActionState, Ending},
    outline::{LineKind, OutlineLine, OutlineSection, Proof},
    person::Author,
    plan::{ItemId, SectionId},
    run::{ItemState, Run},
    status::{Standing, Status, settles, standing},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far the latest phase has come that a run goes through by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Its section.
    pub section: SectionId,
    /// Who pressed.
    pub by: Author,
    /// When.
    pub since: DateTime<Utc>,
    /// The actions whose commands ended in it: none of them runs a second time unless somebody wants it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ran: BTreeSet<ItemId>,
    /// How it stands.
    pub state: ProgressState,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ProgressState {
    /// It goes from line to line.
    Running {
        /// The line that somebody wants again, until it begins.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<ItemId>,
        /// Who asked for its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped_by: Option<Author>,
    },
    /// A person chooses how it goes on.
    Asking {
        /// At this line.
        item: ItemId,
        /// What for.
        why: Why,
        /// In words; empty where the line says it all.
        reason: String,
        /// The number of the event: an answer is to this question and no other.
        #[serde(default)]
        asked: u64,
    },
    /// Everything required in it is settled.
    Done {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// A rollback, another run or the end of this one came between.
    GivenUp {
        /// Since when.
        at: DateTime<Utc>,
    },
}

/// Why it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It does not hold, it did not end well, or it may not begin.
    Failed,
    /// Nobody knows how it ended: look at the target.
    Unknown,
    /// The line is a person's.
    Person,
}

/// Which way one line goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nothing is done about it: it is settled, optional and done with, or a parent.
    Pass,
    /// Its probe is asked.
    Read,
    /// Its command runs.
    Run,
    /// Its command ended well; what proves it comes later, or a person's word at the end.
    Done,
    /// Its command was begun by somebody who died in it.
    Lost,
    /// It asks.
    Ask(Why, String),
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// These probes, together.
    Read(Vec<ItemId>),
    /// The command of this line.
    Run(ItemId),
    /// Finding out what became of the command of this line, whose owner died in it.
    Lost(ItemId),
    /// A person.
    Ask(ItemId, Why, String),
    /// Nothing.
    Over,
}

/// The way of each line of `section` as `run` stands; parents are left out. Of `tried` the probes have been asked already.
pub fn ways<'a>(
    section: &'a OutlineSection,
    run: &Run,
    tried: &BTreeSet<ItemId>,
    now: DateTime<Utc>,
) -> Vec<(&'a OutlineLine, Way)> {
    let progress = run
        .phase
        .as_ref()
        .filter(|progress| progress.section == section.id && progress.is_running());
    // What was seen before the last command above ended shows nothing of what that did.
    let mut acted = None;
    let lines = section.lines.iter().filter(|line| line.kind != LineKind::Parent);
    lines
        .map(|line| {
            let state = run.items.get(&line.id);
            let stands = standing(section, line, run, now);
            let way = match line.kind {
                _ if state.is_some_and(|state| settles(state, now)) => Way::Pass,
                LineKind::Attestation | LineKind::Parent if line.optional => Way::Pass,
                LineKind::Attestation | LineKind::Parent => Way::Ask(Why::Person, String::new()),
                LineKind::Probe | LineKind::Check => read(line, state, stands, acted, tried),
                LineKind::Action => act(line, state, stands, progress, tried),
            };
            if let Some(ActionState::Ended { at, .. }) = state.and_then(|state| state.action.as_ref()) {
                acted = acted.max(Some(*at));
            }
            (line, way)
        })
        .collect()
}

/// What comes next in `section`, in the document's order: probes that stand together are asked together, and whatever they
/// say is known before the next command begins.
pub fn next(section: &OutlineSection, run: &Run, tried: &BTreeSet<ItemId>, now: DateTime<Utc>) -> Next {
    let mut together = Vec::new();
    for (line, way) in ways(section, run, tried, now) {
        let id = line.id.clone();
        let next = match way {
            Way::Pass | Way::Done => continue,
            Way::Read => {
                together.push(id);
                continue;
            }
            Way::Run => Next::Run(id),
            Way::Lost => Next::Lost(id),
            Way::Ask(why, reason) => Next::Ask(id, why, reason),
        };
        if together.is_empty() {
            return next;
        }
        break;
    }
    if !together.is_empty() {
        return Next::Read(together);
    }
    let required = section
        .lines
        .iter()
        .filter(|line| !line.optional && line.kind != LineKind::Parent);
    let mut open = required.map(|line| (line, standing(section, line, run, now)));
    match open.find(|(_, stands)| !stands.status.is_settled()) {
        // A command that nothing proves waits for a person's word.
        Some((line, stands)) => Next::Ask(line.id.clone(), Why::Person, stands.reason),
        None => Next::Over,
    }
}

/// The place of the line that is under way or comes next, from 1, how many there are, and the line.
pub fn place<'a>(
    section: &'a OutlineSection,
    run: &Run,
    now: DateTime<Utc>,
) -> Option<(usize, usize, &'a OutlineLine)> {
    let ways = ways(section, run, &BTreeSet::new(), now);
    let state = |line: &OutlineLine| run.items.get(&line.id);
    let asks = run.phase.as_ref().and_then(|progress| match &progress.state {
        ProgressState::Asking { item, .. } => Some(item),
        ProgressState::Running { .. } | ProgressState::Done { .. } | ProgressState::GivenUp { .. } => None,
    });
    let asking = || ways.iter().position(|(line, _)| asks == Some(&line.id));
    let under_way = || {
        ways.iter()
            .position(|(line, _)| state(line).is_some_and(ItemState::is_under_way))
    };
    let waiting = || {
        ways.iter()
            .position(|(_, way)| !matches!(way, Way::Pass | Way::Done))
    };
    let at = asking().or_else(under_way).or_else(waiting)?;
    Some((at + 1, ways.len(), ways[at].0))
}

fn read(
    line: &OutlineLine,
    state: Option<&ItemState>,
    stands: Standing,
    acted: Option<DateTime<Utc>>,
    tried: &BTreeSet<ItemId>,
) -> Way {
    let asked = state
        .and_then(|state| state.latest.as_ref())
        .map(|latest| latest.asked_at.unwrap_or(latest.at));
    let fresh = stands.status.is_settled() && stands.status != Status::Stale && asked >= acted;
    match stands.status {
        _ if fresh => Way::Pass,
        _ if !tried.contains(&line.id) => Way::Read,
        status if status.is_settled() || line.optional => Way::Pass,
        Status::Unknown | Status::Running => Way::Ask(Why::Unknown, stands.reason),
        // A person edits the file, or accepts the edit that is offered.
        _ if line.env_edit => Way::Ask(Why::Person, stands.reason),
        Status::NotApplicable
        | Status::Proved
        | Status::Attested
        | Status::Overridden
        | Status::Skipped
        | Status::Waived
        | Status::Stale
        | Status::Done
        | Status::Open
        | Status::Warning
        | Status::NoData
        | Status::Error
        | Status::Failed => Way::Ask(Why::Failed, stands.reason),
    }
}

fn act(
    line: &OutlineLine,
    state: Option<&ItemState>,
    stands: Standing,
    progress: Option<&Progress>,
    tried: &BTreeSet<ItemId>,
) -> Way {
    let action = state.and_then(|state| state.action.as_ref());
    let wanted = progress.is_some_and(|progress| progress.wants_again(&line.id));
    let ran = progress.is_some_and(|progress| progress.ran.contains(&line.id));
    let failed = |stands: Standing| {
        if line.optional {
            Way::Pass
        } else {
            Way::Ask(Why::Failed, stands.reason)
        }
    };
    match action {
        Some(ActionState::Running { .. }) => Way::Lost,
        _ if stands.status == Status::Proved => Way::Pass,
        None => Way::Run,
        Some(ActionState::Ended {
            ending: Ending::Done, ..
        }) => match (stands.status, &line.proof) {
            // Exit 0, and what it was for does not hold: again only where somebody wants it.
            (Status::Failed, _) if wanted || !ran => Way::Run,
            (Status::Failed, _) => failed(stands),
            (_, Proof::Own) if !tried.contains(&line.id) => Way::Read,
            (_, Proof::Own) => failed(stands),
            (_, Proof::Nothing | Proof::Beside(_)) => Way::Done,
        },
        Some(ActionState::Ended {
            ending: Ending::Failed | Ending::TimedOut,
            ..
        }) if wanted || !ran => Way::Run,
        Some(ActionState::Ended {
            ending: Ending::Failed | Ending::TimedOut,
            ..
        }) => failed(stands),
        // Nobody knows what it has changed: a person looks, whether it is optional or not.
        Some(
            ActionState::Unknown { .. }
            | ActionState::Ended {
                ending: Ending::Cancelled,
                ..
            },
        ) => {
            if wanted {
                Way::Run
            } else {
                Way::Ask(Why::Unknown, stands.reason)
            }
        }
    }
}

impl Progress {
    /// Whether it goes from line to line now.
    pub fn is_running(&self) -> bool {
        matches!(self.state, ProgressState::Running { .. })
    }

    fn wants_again(&self, item: &ItemId) -> bool {
        matches!(&self.state, ProgressState::Running { again: Some(again), .. } if again == item)
    }
}

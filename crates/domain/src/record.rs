//! The canonical record of a run: what a signature is bound to.
//!
//! A re-check or a sample with the same verdict adds evidence but does not change the record; a changed
//! verdict, settlement, waiver or rule does.

mod difference;

pub use difference::{About, Difference, differences};

use crate::{
    action::{ActionState, Ending},
    blank::BlankId,
    event::{Event, Happening, Start},
    hash::Hash,
    measurement::Source,
    person::PersonId,
    plan::{ItemId, SectionId},
    run::{Filling, How, ItemState, Run},
    verdict::Verdict,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// What is signed, to be written as canonical JSON (RFC 8785) and hashed with SHA-256.
#[derive(Debug, PartialEq, Serialize)]
pub struct Record<'a> {
    start: &'a Start,
    run: i64,
    t0: Option<String>,
    /// The tier that undid it: what was signed before is void.
    #[serde(skip_serializing_if = "Option::is_none")]
    rolled_back_by: Option<&'a SectionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<i64>,
    items: BTreeMap<&'a ItemId, RecordItem<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    blanks: BTreeMap<&'a BlankId, RecordBlank<'a>>,
}

/// How much of the record an event can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch<'a> {
    /// Nothing: the hash after it is the one before.
    Nothing,
    /// This line.
    Item(&'a ItemId),
    /// This blank.
    Blank(&'a BlankId),
    /// All of it.
    Anything,
}

/// How much an event can change of the record of a run that stands like `run` before it.
pub fn touch<'a>(run: &Run, event: &'a Event) -> Touch<'a> {
    match &event.what {
        // The evidence that first gave the verdict stays.
        Happening::Observed { item, verdict, .. } => {
            let latest = run.items.get(item).and_then(|state| state.latest.as_ref());
            if latest.is_some_and(|latest| latest.verdict == *verdict) {
                Touch::Nothing
            } else {
                Touch::Item(item)
            }
        }
        Happening::ActionStarted { item, .. }
        | Happening::ActionEnded { item, .. }
        | Happening::Attested { item, .. }
        | Happening::Overridden { item, .. }
        | Happening::Waived { item, .. }
        | Happening::Skipped { item, .. }
        | Happening::Reopened { item, .. } => Touch::Item(item),
        Happening::BlankFilled { blank, .. } => Touch::Blank(blank),
        Happening::Started(_)
        | Happening::Superseded { .. }
        | Happening::Interrupted { .. }
        | Happening::T0Set { .. }
        | Happening::RollbackStarted { .. }
        | Happening::StepStarted { .. }
        | Happening::StepEnded { .. }
        | Happening::StepStopped { .. }
        | Happening::StepLost { .. }
        | Happening::StepRetried { .. }
        | Happening::StepSkipped { .. }
        | Happening::RollbackEnded { .. }
        | Happening::DifferenceAccepted { .. }
        | Happening::HoldOff(_)
        | Happening::Hourly(_) => Touch::Anything,
        Happening::Executing
        | Happening::WithoutBaseline { .. }
        | Happening::WentAhead { .. }
        | Happening::LockLost { .. }
        | Happening::VerificationStarted { .. }
        | Happening::ActionCancelled { .. }
        | Happening::PhaseStarted { .. }
        | Happening::PhaseStopped
        | Happening::PhaseAsked { .. }
        | Happening::PhaseContinued
        | Happening::PhaseEnded
        | Happening::FollowUpTaken { .. }
        | Happening::FollowUpEnded { .. }
        | Happening::Guide(_)
        | Happening::MeasurementStarted { .. }
        | Happening::MeasurementStopped { .. }
        | Happening::MeasurementEnded { .. }
        | Happening::MeasurementFailed { .. }
        | Happening::MeasurementCounts { .. }
        | Happening::SampleFailed { .. }
        | Happening::SamplesHold { .. }
        | Happening::ClockWentBack { .. }
        | Happening::WindowJudged { .. }
        | Happening::FingerprintTaken { .. }
        | Happening::Signed { .. }
        | Happening::Withdrawn { .. }
        | Happening::Closed { .. } => Touch::Nothing,
    }
}

/// A blank as it stands in the record.
#[derive(Debug, PartialEq, Serialize)]
pub struct RecordBlank<'a> {
    value: &'a str,
    by: Option<PersonId>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a Source>,
}

/// A line as it stands in the record.
#[derive(Debug, PartialEq, Serialize)]
pub struct RecordItem<'a> {
    verdict: Option<Verdict>,
    evidence: Option<&'a Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Ending>,
    settled: Option<RecordSettlement<'a>>,
}

#[derive(Debug, PartialEq, Serialize)]
struct RecordSettlement<'a> {
    how: &'a How,
    by: Option<PersonId>,
    name: &'a str,
    reason: &'a str,
}

impl<'a> From<&'a Run> for Record<'a> {
    fn from(run: &'a Run) -> Self {
        let items = run.items.keys();
        let blanks = run.blanks.iter();
        Self {
            items: items
                .filter_map(|id| Some((id, RecordItem::of(run, id)?)))
                .collect(),
            blanks: blanks.map(|(id, filling)| (id, filling.into())).collect(),
            ..Self::frame(run)
        }
    }
}

impl<'a> Record<'a> {
    /// The record without its lines and blanks.
    pub fn frame(run: &'a Run) -> Self {
        let undone = run.rollback.as_ref().filter(|rollback| !rollback.rehearsal);
        Self {
            start: &run.start,
            run: run.id.0,
            t0: run.t0.map(|t0| t0.to_rfc3339()),
            rolled_back_by: undone.map(|rollback| &rollback.tier),
            superseded_by: run.superseded.map(|superseded| superseded.by_run.0),
            items: BTreeMap::new(),
            blanks: BTreeMap::new(),
        }
    }
}

impl<'a> RecordItem<'a> {
    /// The line of this id; `None` where the record has nothing about it.
    pub fn of(run: &'a Run, id: &ItemId) -> Option<Self> {
        let state = run.items.get(id)?;
        let (latest, action) = (state.latest.as_ref(), ending(state));
        let settled = state.settlement.as_ref().map(|settlement| RecordSettlement {
            how: &settlement.how,
            by: settlement.by.account(),
            name: settlement.by.name(),
            reason: &settlement.reason,
        });
        (latest.is_some() || settled.is_some() || action.is_some()).then(|| Self {
            verdict: latest.map(|latest| latest.verdict),
            evidence: latest.map(|latest| &latest.first),
            action,
            settled,
        })
    }
}

impl<'a> RecordBlank<'a> {
    /// The blank of this id; `None` where it is empty.
    pub fn of(run: &'a Run, id: &BlankId) -> Option<Self> {
        run.blanks.get(id).map(Into::into)
    }
}

impl<'a> From<&'a Filling> for RecordBlank<'a> {
    fn from(filling: &'a Filling) -> Self {
        Self {
            value: &filling.value,
            by: filling.by.person(),
            name: filling.by.name(),
            source: filling.source.as_ref(),
        }
    }
}

/// How its command ended last. One that is under way, or of which nobody knows the end, has not ended.
fn ending(state: &ItemState) -> Option<Ending> {
    match &state.action {
        Some(ActionState::Ended { ending, .. }) => Some(*ending),
        Some(ActionState::Running { .. } | ActionState::Unknown { .. }) | None => None,
    }
}

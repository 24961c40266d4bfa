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

/// Whether an event can change the record of a run that stands like `run` before it. Where it cannot, the record's hash after it is the
/// one before.
pub fn touches(run: &Run, event: &Event) -> bool {
    match &event.what {
        // The evidence that first gave the verdict stays.
        Happening::Observed { item, verdict, .. } => {
            let latest = run.items.get(item).and_then(|state| state.latest.as_ref());
            latest.is_none_or(|latest| latest.verdict != *verdict)
        }
        Happening::Started(_)
        | Happening::Superseded { .. }
        | Happening::ActionStarted { .. }
        | Happening::ActionEnded { .. }
        | Happening::Interrupted { .. }
        | Happening::Attested { .. }
        | Happening::Overridden { .. }
        | Happening::Waived { .. }
        | Happening::Skipped { .. }
        | Happening::Reopened { .. }
        | Happening::BlankFilled { .. }
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
        | Happening::Hourly(_) => true,
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
        | Happening::Closed { .. } => false,
    }
}

#[derive(Debug, PartialEq, Serialize)]
struct RecordBlank<'a> {
    value: &'a str,
    by: Option<PersonId>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a Source>,
}

#[derive(Debug, PartialEq, Serialize)]
struct RecordItem<'a> {
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
        let items = run
            .items
            .iter()
            .filter(|(_, state)| {
                state.latest.is_some() || state.settlement.is_some() || ending(state).is_some()
            })
            .map(|(id, state)| {
                let settled = state.settlement.as_ref().map(|settlement| RecordSettlement {
                    how: &settlement.how,
                    by: settlement.by.account(),
                    name: settlement.by.name(),
                    reason: &settlement.reason,
                });
                let item = RecordItem {
                    verdict: state.latest.as_ref().map(|latest| latest.verdict),
                    evidence: state.latest.as_ref().map(|latest| &latest.first),
                    action: ending(state),
                    settled,
                };
                (id, item)
            })
            .collect();
        let undone = run.rollback.as_ref().filter(|rollback| !rollback.rehearsal);
        Self {
            start: &run.start,
            run: run.id.0,
            t0: run.t0.map(|t0| t0.to_rfc3339()),
            rolled_back_by: undone.map(|rollback| &rollback.tier),
            superseded_by: run.superseded.map(|superseded| superseded.by_run.0),
            items,
            blanks: run
                .blanks
                .iter()
                .map(|(id, filling)| (id, filling.into()))
                .collect(),
        }
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

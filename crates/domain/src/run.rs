//! A run: the fold of its events. The server stores it beside them, the browser goes on from it with every
//! event that arrives; both by [`Run::apply`].

mod following_up;
mod holding_off;
mod hourly_checking;
mod item;
mod measuring;
mod phase;
mod rolling_back;
mod sampling;
mod signing;
mod state;

use crate::{
    action::ActionState,
    baseline::Forgone,
    blank::BlankId,
    event::{Event, Happening, Start},
    fingerprint::{Moment, Taken},
    follow_up::FollowUps,
    guide::Guides,
    hash::Hash,
    hold_off::HoldOffs,
    hourly::Hourly,
    measurement::Measurements,
    person::Author,
    phase::Progress,
    plan::{ItemId, SectionId},
    rollback::Rollback,
    sign_off::SignOff,
    window::Windows,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub use crate::blank::Filling;
pub use item::{How, ItemState, Observation, Settlement};
pub use state::RunState;

/// The number of a run: what people say aloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

/// Everything that a page or a decision needs to know about a run, besides its outline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// What it was started with.
    pub start: Start,
    /// By whom.
    pub started_by: Author,
    /// When.
    pub started_at: DateTime<Utc>,
    /// Where it stands.
    pub state: RunState,
    /// Since when it executes: what a rehearsal of the way back or another run took away begins anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<DateTime<Utc>>,
    /// The moment the new version served its first healthy answer.
    pub t0: Option<DateTime<Utc>>,
    /// The later run that took its place in the environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded: Option<Superseded>,
    /// The phases that people went on to before an earlier one was settled, each with a reason in the log.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ahead: BTreeSet<SectionId>,
    /// Who said to go on without numbers from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_baseline: Option<Forgone>,
    /// What is known about each item and check that something happened to.
    pub items: BTreeMap<ItemId, ItemState>,
    /// What stands in the blanks that somebody filled in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blanks: BTreeMap<BlankId, Filling>,
    /// What was measured for its forms.
    #[serde(default)]
    pub measurements: Measurements,
    /// What people did about its follow-ups.
    #[serde(default)]
    pub follow_ups: FollowUps,
    /// What people said of the guides that they followed.
    #[serde(default, skip_serializing_if = "Guides::is_empty")]
    pub guides: Guides,
    /// The signatures that count now, by role key.
    pub sign_offs: BTreeMap<String, SignOff>,
    /// How things were, by moment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fingerprints: BTreeMap<Moment, Taken>,
    /// The latest phase that it goes through by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Progress>,
    /// What its windows have come to since T0.
    #[serde(default, skip_serializing_if = "Windows::is_closed")]
    pub windows: Windows,
    /// What came of the rule by which it rolls back by itself.
    #[serde(default, skip_serializing_if = "HoldOffs::is_empty")]
    pub hold_offs: HoldOffs,
    /// What its hourly checks have come to.
    #[serde(default, skip_serializing_if = "Hourly::is_empty")]
    pub hourly: Hourly,
    /// The latest rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rollback>,
    /// The number of the last event.
    pub number: u64,
    /// The hash of the canonical record now.
    pub record: Hash,
}

/// A later run began in the environment: what is seen there from now on is its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Superseded {
    /// The later run.
    pub by_run: RunId,
    /// Since when.
    pub at: DateTime<Utc>,
}

impl Run {
    /// The run after its first event, which must be [`Happening::Started`]; `None` for any other.
    pub fn begin(id: RunId, event: &Event) -> Option<Self> {
        match &event.what {
            Happening::Started(start) => Some(Self::start(id, (**start).clone(), event)),
            _ => None,
        }
    }

    /// The run that `event`, its first, has started with `start`.
    pub fn start(id: RunId, start: Start, event: &Event) -> Self {
        Self {
            id,
            start,
            started_by: event.by.clone(),
            started_at: event.at,
            state: RunState::Preparing,
            began: None,
            t0: None,
            superseded: None,
            ahead: BTreeSet::new(),
            without_baseline: None,
            items: BTreeMap::new(),
            blanks: BTreeMap::new(),
            measurements: Measurements::default(),
            follow_ups: FollowUps::default(),
            guides: Guides::default(),
            sign_offs: BTreeMap::new(),
            fingerprints: BTreeMap::new(),
            phase: None,
            windows: Windows::default(),
            hold_offs: HoldOffs::default(),
            hourly: Hourly::default(),
            rollback: None,
            number: event.number,
            record: event.record.clone(),
        }
    }

    /// Goes on by one event. An event that was applied before changes nothing, so that a repeated
    /// delivery is harmless.
    pub fn apply(&mut self, event: &Event) {
        if event.number <= self.number {
            return;
        }
        self.number = event.number;
        self.record = event.record.clone();
        self.going(event);
        self.happen(event);
    }

    fn happen(&mut self, event: &Event) {
        let (at, by) = (event.at, &event.by);
        match &event.what {
            Happening::Started(_) => {}
            Happening::Executing => {
                self.began = Some(at);
                self.state = RunState::Executing {
                    since: at,
                    by: by.clone(),
                }
            }
            Happening::LockLost { .. } => {
                self.hold_offs.over(at);
                self.began = None;
                self.state = RunState::Preparing;
            }
            Happening::Superseded { by_run } => {
                self.hold_offs.over(at);
                let by_run = RunId(*by_run);
                // What answers from now on has seen the later run's work.
                self.items.values_mut().for_each(|state| state.running = None);
                self.superseded = Some(Superseded { by_run, at });
            }
            Happening::HoldOff(entry) => self.hold_offs.enter(entry, event),
            Happening::Guide(entry) => self.guides.enter(entry, event),
            Happening::Hourly(entry) => self.hourly.enter(entry),
            Happening::PhaseStarted { .. }
            | Happening::PhaseStopped
            | Happening::PhaseAsked { .. }
            | Happening::PhaseContinued
            | Happening::PhaseEnded => {}
            Happening::WithoutBaseline { reason } => {
                self.without_baseline = Some(Forgone {
                    by: by.clone(),
                    at,
                    reason: reason.clone(),
                });
            }
            Happening::WentAhead { section, .. } => {
                self.ahead.insert(section.clone());
            }
            Happening::VerificationStarted { items } => {
                items
                    .iter()
                    .for_each(|item| self.item_mut(item).running = Some(at));
            }
            Happening::Observed {
                item,
                verdict,
                reason,
                evidence,
                duration_us,
                asked_at,
            } => {
                let state = self.item_mut(item);
                let same = state.latest.take().filter(|latest| latest.verdict == *verdict);
                state.latest = Some(Observation {
                    verdict: *verdict,
                    reason: reason.clone(),
                    at,
                    duration_us: *duration_us,
                    asked_at: *asked_at,
                    since: Some(same.as_ref().map_or(at, Observation::since)),
                    evidence: evidence.clone(),
                    first: same.map_or_else(|| evidence.clone(), |latest| latest.first),
                    by: by.clone(),
                });
                state.observed(*verdict);
            }
            Happening::Interrupted { items } => {
                items.iter().for_each(|item| self.item_mut(item).interrupted())
            }
            Happening::ActionStarted { item, again: _ } => {
                self.item_mut(item).action = Some(ActionState::Running {
                    since: at,
                    by: by.clone(),
                    cancelled_by: None,
                });
            }
            Happening::ActionCancelled { item } => {
                if let Some(ActionState::Running { cancelled_by, .. }) = &mut self.item_mut(item).action {
                    *cancelled_by = Some(by.clone());
                }
            }
            Happening::ActionEnded {
                item,
                ending,
                reason,
                evidence,
                duration_us: _,
            } => {
                self.item_mut(item).action = Some(ActionState::Ended {
                    ending: *ending,
                    reason: reason.clone(),
                    at,
                    by: by.clone(),
                    evidence: evidence.clone(),
                });
            }
            Happening::Attested { item, note, proof } => {
                self.settle(item, How::Attested { proof: proof.clone() }, note, event);
            }
            Happening::Overridden { item, reason } => self.settle(item, How::Overridden, reason, event),
            Happening::Waived { item, reason, until } => {
                self.settle(item, How::Waived { until: *until }, reason, event);
            }
            Happening::Skipped { item, reason } => self.settle(item, How::Skipped, reason, event),
            Happening::Reopened { item, .. } => self.item_mut(item).settlement = None,
            Happening::BlankFilled { blank, value, .. } if value.is_empty() => {
                self.blanks.remove(blank);
            }
            Happening::BlankFilled { blank, value, source } => {
                let filling = Filling {
                    value: value.clone(),
                    by: by.clone(),
                    at,
                    source: source.clone(),
                };
                self.blanks.insert(blank.clone(), filling);
            }
            Happening::MeasurementStarted { .. }
            | Happening::MeasurementStopped { .. }
            | Happening::MeasurementEnded { .. }
            | Happening::MeasurementFailed { .. }
            | Happening::MeasurementCounts { .. } => self.measurements.happen(event),
            Happening::FollowUpTaken { .. } | Happening::FollowUpEnded { .. } => {
                self.follow_ups.happen(event)
            }
            Happening::SampleFailed { .. }
            | Happening::SamplesHold { .. }
            | Happening::ClockWentBack { .. }
            | Happening::WindowJudged { .. } => self.windows.happen(event),
            Happening::T0Set { t0, .. } => {
                self.measurements.t0_moved(self.t0, *t0, &mut self.blanks);
                self.hold_offs.begin_anew(at);
                self.hourly.failing.clear();
                self.t0 = Some(*t0);
                self.windows = Windows::since(event.number);
                self.state = RunState::Verifying { since: at };
            }
            Happening::FingerprintTaken { moment, fingerprint } => {
                let fingerprint = fingerprint.clone();
                self.fingerprints.insert(*moment, Taken { at, fingerprint });
            }
            Happening::RollbackStarted { .. } => {
                self.hold_offs.rolled_back(event);
                self.rolling_back(event);
            }
            Happening::StepStarted { .. }
            | Happening::StepEnded { .. }
            | Happening::StepStopped { .. }
            | Happening::StepLost { .. }
            | Happening::StepRetried { .. }
            | Happening::StepSkipped { .. }
            | Happening::RollbackEnded { .. }
            | Happening::DifferenceAccepted { .. } => self.rolling_back(event),
            Happening::Signed { .. } | Happening::Withdrawn { .. } => self.signing(event),
            Happening::Closed { outcome, reason } => {
                self.hold_offs.over(at);
                let (by, reason) = (by.clone(), reason.clone());
                self.state = RunState::Closed {
                    outcome: *outcome,
                    at,
                    by,
                    reason,
                };
            }
        }
    }

    fn settle(&mut self, item: &ItemId, how: How, reason: &str, event: &Event) {
        let (by, at) = (event.by.clone(), event.at);
        self.item_mut(item).settlement = Some(Settlement {
            how,
            by,
            at,
            reason: reason.to_owned(),
        });
    }

    fn item_mut(&mut self, item: &ItemId) -> &mut ItemState {
        self.items.entry(item.clone()).or_default()
    }

    /// Whether nothing can happen to it any more.
    pub fn is_closed(&self) -> bool {
        matches!(self.state, RunState::Closed { .. })
    }

    /// Whether it has begun and not ended: there is something to roll back.
    pub fn is_live(&self) -> bool {
        match self.state {
            RunState::Executing { .. } | RunState::Verifying { .. } | RunState::RollingBack { .. } => true,
            RunState::Preparing | RunState::Closed { .. } => false,
        }
    }

    /// Whether a rollback holds it.
    pub fn is_rolling_back(&self) -> bool {
        matches!(self.state, RunState::RollingBack { .. })
    }
}

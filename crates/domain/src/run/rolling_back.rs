//! What the events of a rollback do to a run.

use super::{Run, RunState};
use crate::{
    event::{Event, Happening},
    rollback::{Rollback, RollbackState, StepState},
    window::Windows,
};

impl Run {
    pub(super) fn rolling_back(&mut self, event: &Event) {
        if let Happening::RollbackStarted {
            tier,
            reason,
            steps,
            rehearsal,
            environment_hash,
        } = &event.what
        {
            self.state = RunState::RollingBack {
                since: event.at,
                by: event.by.clone(),
            };
            // What answers from now on sees the way back, not the deployment.
            self.items.values_mut().for_each(|state| state.running = None);
            self.rollback = Some(Rollback {
                tier: tier.clone(),
                reason: reason.clone(),
                by: event.by.clone(),
                since: event.at,
                rehearsal: *rehearsal,
                environment_hash: environment_hash.clone(),
                steps: vec![StepState::Waiting; *steps],
                state: RollbackState::Running,
            });
        } else if let Some(rollback) = &mut self.rollback {
            rollback.go_on(event);
            if rollback.rehearsal && rollback.is_done() {
                self.state = RunState::Executing {
                    since: event.at,
                    by: rollback.by.clone(),
                };
                self.began = Some(event.at);
                // What was deployed was really taken back: nothing that was seen before holds any more.
                self.t0 = None;
                self.windows = Windows::default();
                for item in self.items.values_mut() {
                    (item.latest, item.action) = (None, None);
                }
                self.measurements.forget_after(&mut self.blanks);
            }
        }
    }
}

impl Rollback {
    fn go_on(&mut self, event: &Event) {
        let at = event.at;
        match &event.what {
            Happening::StepStarted { step, fence } => {
                let fence = *fence;
                self.put(*step, StepState::Running { since: at, fence }, None);
            }
            Happening::StepEnded {
                step,
                ending,
                reason,
                evidence,
            } => {
                let ended = StepState::Ended {
                    ending: *ending,
                    reason: reason.clone(),
                    since: self.since_of(*step).unwrap_or(at),
                    at,
                    evidence: evidence.clone(),
                };
                let asks = !ended.is_over();
                self.put(
                    *step,
                    ended,
                    asks.then_some(RollbackState::Asking { step: *step }),
                );
            }
            Happening::StepLost { step } => {
                let since = self.since_of(*step).unwrap_or(at);
                let asking = RollbackState::Asking { step: *step };
                self.put(*step, StepState::Unknown { since }, Some(asking));
            }
            Happening::StepRetried {
                step,
                environment_hash,
            } => {
                if environment_hash.is_some() {
                    self.environment_hash = environment_hash.clone();
                }
                self.put(*step, StepState::Waiting, Some(RollbackState::Running));
            }
            Happening::StepSkipped { step, reason } => {
                let skipped = StepState::Skipped {
                    by: event.by.clone(),
                    reason: reason.clone(),
                    at,
                };
                self.put(*step, skipped, Some(RollbackState::Running));
            }
            Happening::RollbackEnded { differences } if differences.is_empty() => {
                self.state = RollbackState::Done { at };
            }
            Happening::RollbackEnded { differences } => {
                let open = differences.clone();
                self.state = RollbackState::Differs { open };
            }
            Happening::DifferenceAccepted { part, .. } => {
                if let RollbackState::Differs { open } = &mut self.state {
                    open.retain(|difference| difference.part != *part);
                    if open.is_empty() {
                        self.state = RollbackState::Done { at };
                    }
                }
            }
            _ => {}
        }
    }

    fn since_of(&self, step: usize) -> Option<chrono::DateTime<chrono::Utc>> {
        match self.steps.get(step)? {
            StepState::Running { since, .. } => Some(*since),
            StepState::Waiting
            | StepState::Ended { .. }
            | StepState::Unknown { .. }
            | StepState::Skipped { .. } => None,
        }
    }

    fn put(&mut self, step: usize, state: StepState, then: Option<RollbackState>) {
        if let Some(place) = self.steps.get_mut(step) {
            *place = state;
        }
        if let Some(then) = then {
            self.state = then;
        }
    }
}

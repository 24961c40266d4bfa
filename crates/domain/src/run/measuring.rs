//! What the events of a measurement do to a run.

use crate::{
    event::{Event, Happening},
    measurement::{Attempt, AttemptState, Measurements},
};

impl Measurements {
    pub(super) fn happen(&mut self, event: &Event) {
        let at = event.at;
        match &event.what {
            Happening::MeasurementStarted { attempt, moment } => self.attempts.push(Attempt {
                number: *attempt,
                moment: *moment,
                by: event.by.clone(),
                since: at,
                state: AttemptState::Running,
            }),
            Happening::MeasurementEnded {
                attempt,
                found,
                evidence,
            } => {
                let (found, evidence) = (found.clone(), evidence.clone());
                self.put(*attempt, AttemptState::Ended { at, found, evidence });
            }
            Happening::MeasurementFailed { attempt, why } => {
                let why = why.clone();
                self.put(*attempt, AttemptState::Failed { at, why });
            }
            Happening::MeasurementCounts { attempt, .. } => {
                if let Some(moment) = self.attempt(*attempt).map(|attempt| attempt.moment) {
                    self.counting.insert(moment, *attempt);
                }
            }
            _ => {}
        }
    }

    fn put(&mut self, number: u32, state: AttemptState) {
        let attempt = self.attempts.iter_mut().find(|attempt| attempt.number == number);
        if let Some(attempt) = attempt {
            attempt.state = state;
        }
    }
}

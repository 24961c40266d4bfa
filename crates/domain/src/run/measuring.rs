//! What the events of a measurement do to a run.

use super::Filling;
use crate::{
    blank::BlankId,
    event::{Event, Happening},
    form::Moment,
    measurement::{Attempt, AttemptState, Measurements, Origin, Source},
};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

impl Measurements {
    pub(super) fn happen(&mut self, event: &Event) {
        let at = event.at;
        match &event.what {
            Happening::MeasurementStarted {
                attempt,
                moment,
                origin,
            } => self.attempts.push(Attempt {
                number: *attempt,
                moment: *moment,
                origin: *origin,
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
                if let Some((moment, origin)) = self.attempt(*attempt).map(|one| (one.moment, one.origin)) {
                    self.count(*attempt, moment, origin);
                }
            }
            _ => {}
        }
    }

    /// This one counts from now on.
    fn count(&mut self, attempt: u32, moment: Moment, origin: Origin) {
        let before = self.counting(moment).map(|before| (before.number, before.origin));
        self.counting.insert(moment, attempt);
        match (origin, before) {
            // It asks for everything.
            (Origin::Load, _) => {
                self.beside.remove(&moment);
            }
            (Origin::Prometheus, Some((before, Origin::Load))) => {
                self.beside.insert(moment, before);
            }
            (Origin::Prometheus, Some((_, Origin::Prometheus)) | None) => {}
        }
    }

    /// What was read of a window that may hold the time before T0 says nothing of the new version.
    pub(super) fn t0_moved(
        &mut self,
        from: Option<DateTime<Utc>>,
        to: DateTime<Utc>,
        blanks: &mut BTreeMap<BlankId, Filling>,
    ) {
        let read = self.counting(Moment::After);
        let read = read.filter(|attempt| attempt.origin == Origin::Prometheus);
        let Some(read) = read
            .map(|attempt| attempt.number)
            .filter(|_| from.is_some_and(|from| to > from))
        else {
            return;
        };
        // The load beside it was put on the new version, whenever that is said to serve since.
        match self.beside.remove(&Moment::After) {
            Some(load) => self.counting.insert(Moment::After, load),
            None => self.counting.remove(&Moment::After),
        };
        blanks.retain(
            |_, filling| !matches!(filling.source, Some(Source::Measured { attempt }) if attempt == read),
        );
    }

    /// What was measured after the deployment is taken back with it: the attempts stay, and none counts.
    pub(super) fn forget_after(&mut self, blanks: &mut BTreeMap<BlankId, Filling>) {
        self.counting.remove(&Moment::After);
        self.beside.remove(&Moment::After);
        let after = |filling: &Filling| match filling.source {
            Some(Source::Measured { attempt }) => self
                .attempt(attempt)
                .is_some_and(|attempt| attempt.moment == Moment::After),
            Some(Source::Said { .. }) | None => false,
        };
        blanks.retain(|_, filling| !after(filling));
    }

    fn put(&mut self, number: u32, state: AttemptState) {
        let attempt = self.attempts.iter_mut().find(|attempt| attempt.number == number);
        if let Some(attempt) = attempt {
            attempt.state = state;
        }
    }
}

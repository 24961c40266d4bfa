//! What the samples of windows do to a run.

use crate::{
    event::{Event, Happening},
    window::{Bad, Windows},
};

impl Windows {
    pub(super) fn happen(&mut self, event: &Event) {
        match &event.what {
            Happening::SampleFailed {
                item,
                slot,
                reason,
                evidence,
            } => {
                let bad = Bad {
                    slot: *slot,
                    reason: reason.clone(),
                    evidence: evidence.clone(),
                };
                self.bad.entry(item.clone()).or_insert(bad);
            }
            Happening::SamplesHold { item, since } => {
                self.steady.insert(item.clone(), *since);
            }
            Happening::WindowJudged { section } => {
                self.judged.insert(section.clone(), event.at);
            }
            _ => {}
        }
    }
}

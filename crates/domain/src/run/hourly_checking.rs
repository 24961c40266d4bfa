//! What the hourly checks of next steps do to a run.

use crate::{
    event::{Event, Happening},
    hourly::{Hourly, HourlyEntry},
    window::Bad,
};

impl Hourly {
    pub(super) fn happen(&mut self, event: &Event) {
        match &event.what {
            Happening::Hourly(HourlyEntry::Failed {
                line,
                slot,
                reason,
                evidence,
            }) => {
                let bad = Bad {
                    slot: *slot,
                    reason: reason.clone(),
                    evidence: evidence.clone(),
                };
                self.failing.entry(line.clone()).or_insert(bad);
            }
            Happening::Hourly(HourlyEntry::Holds { line, .. }) => {
                self.failing.remove(line);
            }
            Happening::T0Set { .. } => self.failing.clear(),
            _ => {}
        }
    }
}

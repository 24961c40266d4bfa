//! What the hourly checks of next steps do to a run.

use crate::{
    hourly::{Hourly, HourlyEntry},
    window::Bad,
};

impl Hourly {
    pub(super) fn enter(&mut self, entry: &HourlyEntry) {
        match entry {
            HourlyEntry::Failed {
                line,
                slot,
                reason,
                evidence,
            } => {
                let bad = Bad {
                    slot: *slot,
                    reason: reason.clone(),
                    evidence: evidence.clone(),
                };
                self.failing.entry(line.clone()).or_insert(bad);
            }
            HourlyEntry::Holds { line, .. } => {
                self.failing.remove(line);
            }
        }
    }
}

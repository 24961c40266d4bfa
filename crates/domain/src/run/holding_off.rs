//! What the events of hold-offs do to a run, and what ends one that waits.

use crate::{
    event::Event,
    hold_off::{HoldOff, HoldOffEntry, HoldOffState, HoldOffs},
    person::Author,
    plan::SectionId,
};
use chrono::{DateTime, Utc};

impl HoldOffs {
    /// A rollback begins: the one that it waited for, or another.
    pub(super) fn rolled_back(&mut self, event: &Event) {
        let at = event.at;
        self.end(match event.by {
            Author::Rule { .. } => HoldOffState::Started { at },
            Author::Gonogo | Author::Person { .. } | Author::Service { .. } => HoldOffState::Over { at },
        });
    }

    /// Something came first.
    pub(super) fn over(&mut self, at: DateTime<Utc>) {
        self.end(HoldOffState::Over { at });
    }

    /// The windows count from another T0, and are others: what was held or refused was said of those before.
    pub(super) fn begin_anew(&mut self, at: DateTime<Utc>) {
        let stays = |one: &HoldOff| matches!(one.state, HoldOffState::Started { .. });
        for one in self.0.values_mut().filter(|one| !stays(one)) {
            one.state = HoldOffState::Over { at };
        }
    }

    pub(super) fn enter(&mut self, entry: &HoldOffEntry, event: &Event) {
        let (at, number) = (event.at, event.number);
        match entry {
            HoldOffEntry::Began {
                window,
                line,
                failed,
                tier,
                until,
                ..
            } => {
                let state = HoldOffState::Waiting {
                    tier: tier.clone(),
                    until: *until,
                    promised: Some((*until - at).num_seconds()),
                };
                let (line, failed) = (line.clone(), failed.clone());
                let one = HoldOff {
                    number,
                    line,
                    failed,
                    state,
                };
                self.0.insert(window.clone(), one);
            }
            HoldOffEntry::Moved {
                window, until: to, ..
            } => {
                if let Some(HoldOffState::Waiting { until, .. }) = self.state(window) {
                    *until = *to;
                }
            }
            HoldOffEntry::Held { window, reason } => {
                if let Some(state) = self.state(window) {
                    *state = HoldOffState::Held {
                        by: event.by.clone(),
                        reason: reason.clone(),
                        at,
                    };
                }
            }
            HoldOffEntry::Refused {
                window,
                line,
                failed,
                why,
                let_off,
                ..
            } => {
                let (why, let_off) = (why.clone(), *let_off);
                let one = HoldOff {
                    number,
                    line: line.clone(),
                    failed: failed.clone(),
                    state: HoldOffState::Refused { why, let_off, at },
                };
                self.0.insert(window.clone(), one);
            }
        }
    }

    fn state(&mut self, window: &SectionId) -> Option<&mut HoldOffState> {
        self.0.get_mut(window).map(|one| &mut one.state)
    }

    fn end(&mut self, how: HoldOffState) {
        if let Some(one) = self.0.values_mut().find(|one| one.is_waiting()) {
            one.state = how;
        }
    }
}

//! What the events of hold-offs do to a run, and what ends one that waits.

use crate::{
    event::{Event, Happening},
    hold_off::{HoldOff, HoldOffEntry, HoldOffState, HoldOffs},
    person::Author,
    plan::SectionId,
};

impl HoldOffs {
    pub(super) fn happen(&mut self, event: &Event) {
        let at = event.at;
        match &event.what {
            Happening::HoldOff(entry) => self.enter(entry, event),
            Happening::RollbackStarted { .. } if matches!(event.by, Author::Rule { .. }) => {
                self.end(HoldOffState::Started { at });
            }
            Happening::RollbackStarted { .. }
            | Happening::Superseded { .. }
            | Happening::LockLost { .. }
            | Happening::Closed { .. } => self.end(HoldOffState::Over { at }),
            // Its windows are others: what was held or refused was said of those before.
            Happening::T0Set { .. } => {
                let stays = |one: &HoldOff| matches!(one.state, HoldOffState::Started { .. });
                for one in self.0.values_mut().filter(|one| !stays(one)) {
                    one.state = HoldOffState::Over { at };
                }
            }
            _ => {}
        }
    }

    fn enter(&mut self, entry: &HoldOffEntry, event: &Event) {
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
                ..
            } => {
                let why = why.clone();
                let one = HoldOff {
                    number,
                    line: line.clone(),
                    failed: failed.clone(),
                    state: HoldOffState::Refused { why, at },
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

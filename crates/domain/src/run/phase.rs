//! What the events of a phase that a run goes through by itself do to the run.

use super::Run;
use crate::{
    event::{Event, Happening},
    phase::{Progress, ProgressState},
    plan::SectionId,
};
use std::collections::BTreeSet;

impl Run {
    pub(super) fn going(&mut self, event: &Event) {
        if let Happening::PhaseStarted { section } = &event.what {
            self.phase = Some(Progress {
                section: section.clone(),
                by: event.by.clone(),
                since: event.at,
                ran: BTreeSet::new(),
                state: ProgressState::Running {
                    again: None,
                    stopped_by: None,
                },
            });
        } else if let Some(progress) = &mut self.phase {
            progress.go_on(event);
        }
    }

    /// Whether it goes through this phase now.
    pub fn goes_through(&self, section: &SectionId) -> bool {
        let here = |progress: &&Progress| progress.section == *section && progress.is_running();
        self.phase.as_ref().is_some_and(|progress| here(&progress))
    }
}

impl Progress {
    fn go_on(&mut self, event: &Event) {
        let at = event.at;
        match (&event.what, &mut self.state) {
            (Happening::PhaseStopped, ProgressState::Running { stopped_by, .. }) => {
                *stopped_by = Some(event.by.clone());
            }
            (Happening::ActionStarted { item, .. }, ProgressState::Running { again, .. })
                if again.as_ref() == Some(item) =>
            {
                *again = None;
            }
            (Happening::ActionEnded { item, .. }, ProgressState::Running { .. }) => {
                self.ran.insert(item.clone());
            }
            (Happening::PhaseAsked { item, why, reason }, ProgressState::Running { .. }) => {
                self.state = ProgressState::Asking {
                    item: item.clone(),
                    why: *why,
                    reason: reason.clone(),
                    asked: event.number,
                };
            }
            (Happening::PhaseContinued, ProgressState::Asking { item, .. }) => {
                self.ran.remove(item);
                self.state = ProgressState::Running {
                    again: Some(item.clone()),
                    stopped_by: None,
                };
            }
            (Happening::PhaseEnded, ProgressState::Running { .. }) => self.state = ProgressState::Done { at },
            (
                Happening::RollbackStarted { .. }
                | Happening::LockLost { .. }
                | Happening::Superseded { .. }
                | Happening::Closed { .. },
                ProgressState::Running { .. } | ProgressState::Asking { .. },
            ) => self.state = ProgressState::GivenUp { at },
            _ => {}
        }
    }
}

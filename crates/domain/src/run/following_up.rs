//! What the events of follow-ups do to a run.

use crate::{
    event::{Event, Happening},
    follow_up::{Ended, FollowUps},
};

impl FollowUps {
    pub(super) fn happen(&mut self, event: &Event) {
        match &event.what {
            Happening::FollowUpTaken { follow_up } => {
                self.0.entry(follow_up.clone()).or_default().owner = Some(event.by.clone());
            }
            Happening::FollowUpEnded {
                follow_up,
                time,
                how,
                note,
            } => {
                let ended = Ended {
                    how: *how,
                    note: note.clone(),
                    by: event.by.clone(),
                    at: event.at,
                };
                let state = self.0.entry(follow_up.clone()).or_default();
                state.ended.insert(*time, ended);
            }
            _ => {}
        }
    }
}

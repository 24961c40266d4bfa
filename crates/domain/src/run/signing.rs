//! What signatures do to a run.

use super::Run;
use crate::{
    event::{Event, Happening},
    sign_off::SignOff,
};

impl Run {
    pub(super) fn signing(&mut self, event: &Event) {
        match &event.what {
            Happening::Signed {
                role,
                meaning,
                comment,
                signed,
                conditions,
                nonce,
                confirmed: _,
            } => {
                let sign_off = SignOff {
                    role: role.clone(),
                    number: event.number,
                    by: event.by.clone(),
                    at: event.at,
                    meaning: *meaning,
                    comment: comment.clone(),
                    record: signed.clone(),
                    conditions: conditions.clone(),
                    nonce: nonce.clone(),
                };
                self.sign_offs.insert(role.clone(), sign_off);
            }
            Happening::Withdrawn { role, .. } => {
                self.sign_offs.remove(role);
            }
            _ => {}
        }
    }

    /// Whether the signature in the slot of `role` was given on another record than today's.
    pub fn is_stale(&self, sign_off: &SignOff) -> bool {
        sign_off.record != self.record
    }
}

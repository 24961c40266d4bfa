//! Signature tables that can never come to a go.

use super::{Findings, catalogue as c, document::line};
use crate::source::Source;
use domain::plan::Slot;

/// Looks at the slots of the signature table. A document without one is no subject of this.
pub fn slots(source: &Source, slots: &[Slot], findings: &mut Findings) {
    for slot in slots.iter().filter(|slot| !slot.can_be_filled()) {
        let message = format!("there is no role {:?}, so nobody can sign here", slot.title);
        findings.add(&c::UNKNOWN_ROLE, line(source, slot.line), message);
    }
    if let [only] = slots {
        let message = "one signature alone never makes a go";
        findings.add(&c::ONE_SLOT, line(source, only.line), message);
    }
}

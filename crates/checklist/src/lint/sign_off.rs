//! Signature tables that can never come to a go.

use super::{Findings, catalogue as c, document::line};
use crate::source::Source;
use domain::plan::Slot;

/// Looks at the slots of the signature table. A document without one is no subject of this.
pub fn slots(source: &Source, slots: &[Slot], findings: &mut Findings) {
    let unknown: Vec<&Slot> = slots.iter().filter(|slot| !slot.can_be_filled()).collect();
    if let Some(first) = unknown.first() {
        let names: Vec<String> = unknown
            .iter()
            .take(8)
            .map(|slot| format!("{:?}", slot.title))
            .collect();
        let message = format!("there is no role {}, so nobody can sign here", names.join(", "));
        findings.add(&c::UNKNOWN_ROLE, line(source, first.line), message);
    }
    if let [only] = slots {
        let message = "one signature alone never makes a go";
        findings.add(&c::ONE_SLOT, line(source, only.line), message);
    }
}

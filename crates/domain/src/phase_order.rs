//! Phases are worked on in their order; going out of it needs a reason.

use crate::{
    outline::{LineKind, Outline, OutlineSection},
    plan::SectionKind,
    run::Run,
    status::standing,
};
use chrono::{DateTime, Utc};

/// The earlier phase that `section` waits for: the first one with a required line that is not settled. `None` where
/// the section is no phase, everything before it is settled, or somebody went ahead with a reason.
///
/// Reading is free: probes may be asked at any time. What waits is a person's word and whatever changes the target.
pub fn waits_for<'a>(
    outline: &'a Outline,
    section: &OutlineSection,
    run: &Run,
    now: DateTime<Utc>,
) -> Option<&'a OutlineSection> {
    if !is_phase(section) || run.ahead.contains(&section.id) {
        return None;
    }
    outline
        .sections
        .iter()
        .take_while(|earlier| earlier.id != section.id)
        .filter(|earlier| is_phase(earlier))
        .find(|earlier| !phase_settled(earlier, run, now))
}

/// Whether everything required in a phase is settled.
pub(crate) fn phase_settled(phase: &OutlineSection, run: &Run, now: DateTime<Utc>) -> bool {
    phase
        .lines
        .iter()
        // A parent speaks through its children, and an optional child blocks nothing.
        .filter(|line| !line.optional && line.kind != LineKind::Parent)
        .all(|line| standing(phase, line, run, now).status.is_settled())
}

pub(crate) fn is_phase(section: &OutlineSection) -> bool {
    matches!(section.kind, SectionKind::Phase { .. })
}

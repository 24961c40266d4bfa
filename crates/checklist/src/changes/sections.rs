//! What sections are for, before and after.

use domain::plan::{Plan, SectionId, SectionKind};
use std::collections::HashMap;

/// What sections of the same name are for now and were not before.
pub fn changed(old: &Plan, new: &Plan) -> Vec<String> {
    let was: HashMap<&SectionId, SectionKind> = old
        .sections
        .iter()
        .map(|section| (&section.id, section.kind))
        .collect();
    let changed = new.sections.iter().filter_map(|section| {
        let before = was.get(&section.id).filter(|before| **before != section.kind)?;
        let (from, to) = (kind(*before), kind(section.kind));
        Some(format!("“{}” was a {from} and is a {to}.", section.title))
    });
    changed.collect()
}

/// "phase 2 of 15 min", "verification window due 60 min after T0".
fn kind(kind: SectionKind) -> String {
    let minutes =
        |minutes: Option<u32>| minutes.map_or_else(String::new, |minutes| format!(" of {minutes} min"));
    match kind {
        SectionKind::Phase { number, minutes: of } => format!("phase {number}{}", minutes(of)),
        SectionKind::Rollback { minutes: of } => format!("rollback{}", minutes(of)),
        SectionKind::Window { minutes } => format!("verification window due {minutes} min after T0"),
        SectionKind::Preflight
        | SectionKind::Benchmark
        | SectionKind::Troubleshooting
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp
        | SectionKind::Prose => kind.word().to_owned(),
    }
}

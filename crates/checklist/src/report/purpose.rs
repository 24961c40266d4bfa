//! What a section is for, in words.

use super::visible;
use domain::plan::{Section, SectionKind};

/// Line, title and purpose of a section.
pub fn heading(section: &Section) -> String {
    format!(
        "{:>5}  {} ({})",
        section.line,
        visible(&section.title),
        purpose(section)
    )
}

/// What a section is for, and when it is sampled where an annotation says so.
pub fn purpose(section: &Section) -> String {
    let kind = kind(section.kind);
    if section.timing.is_empty() {
        return kind;
    }
    format!("{kind}, {}", section.timing)
}

fn kind(kind: SectionKind) -> String {
    match kind {
        SectionKind::Phase { number, minutes } => format!("phase {number}{}", budget(minutes)),
        SectionKind::Window { minutes } => format!("verification window, due {minutes} min after T0"),
        SectionKind::Rollback { minutes } => format!("rollback{}", budget(minutes)),
        SectionKind::Preflight
        | SectionKind::Benchmark
        | SectionKind::Troubleshooting
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp
        | SectionKind::Prose => kind.word().to_owned(),
    }
}

fn budget(minutes: Option<u32>) -> String {
    minutes
        .map(|minutes| format!(", {minutes} min"))
        .unwrap_or_default()
}

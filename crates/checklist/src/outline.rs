//! What else stands in a document: blocks of code by their purpose, blanks of its forms, rules.

use crate::source::Source;
use domain::plan::SectionKind;
use serde::Serialize;
use std::ops::Range;

/// What was counted beside the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// The blocks of code, in order.
    pub fences: Vec<FenceUse>,
    /// The blanks, in order.
    pub blanks: Vec<Blank>,
    /// Horizontal rules.
    pub rules: u32,
    /// Groups of next steps.
    pub follow_ups: u32,
}

/// A block of code and its purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FenceUse {
    /// Its first line, from 1.
    pub line: u32,
    /// What it is for.
    pub purpose: Purpose,
}

/// What a block of code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Its commands are checks, or the command of a box.
    Verification,
    /// A form of measurements.
    Form,
    /// A step of a rollback.
    Rollback,
    /// For reading.
    Reading,
}

/// A blank to be filled: three or more underscores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Blank {
    /// Its line, from 1.
    pub line: u32,
    /// It follows from others: "(improvement: ___%)".
    pub computed: bool,
}

/// The purpose of a block in a section of this kind.
pub fn fence(line: u32, kind: SectionKind, verifies: bool) -> FenceUse {
    let purpose = match kind {
        _ if verifies => Purpose::Verification,
        SectionKind::Benchmark => Purpose::Form,
        SectionKind::Rollback { .. } => Purpose::Rollback,
        SectionKind::Preflight
        | SectionKind::Phase { .. }
        | SectionKind::Window { .. }
        | SectionKind::Troubleshooting
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp
        | SectionKind::Prose => Purpose::Reading,
    };
    FenceUse { line, purpose }
}

/// Finds the blanks of a text.
pub fn of_text(source: &Source) -> Outline {
    let mut outline = Outline::default();
    if !source.text.contains("___") {
        return outline;
    }
    for (index, line) in source.text.lines().enumerate() {
        for place in blanks(line) {
            let start = place.start;
            let before = line[line[..start].rfind(['(', ')']).unwrap_or(0)..start].to_lowercase();
            let computed = ["improvement", "change", "delta", "difference", "reduction"]
                .iter()
                .any(|word| before.contains(word));
            outline.blanks.push(Blank {
                line: index as u32 + 1,
                computed,
            });
        }
    }
    outline
}

/// The blanks of a line: three or more underscores that are no part of a word and not all of the line.
pub fn blanks(line: &str) -> Vec<Range<usize>> {
    let rule = || line.trim().bytes().all(|byte| matches!(byte, b'_' | b' '));
    let mut found = Vec::new();
    if !line.contains("___") || rule() {
        return found;
    }
    let mut at = 0;
    while let Some(offset) = line[at..].find("___") {
        let start = at + offset;
        let end = start + line[start..].bytes().take_while(|byte| *byte == b'_').count();
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if !word(line[..start].chars().next_back()) && !word(line[end..].chars().next()) {
            found.push(start..end);
        }
        at = end;
    }
    found
}

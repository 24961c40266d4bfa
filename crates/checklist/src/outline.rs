//! What else stands in a document: blocks of code by their purpose, rules, next steps.

use domain::plan::SectionKind;
use serde::Serialize;

/// What was counted beside the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// The blocks of code, in order.
    pub fences: Vec<FenceUse>,
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

//! What is said about a document.

use serde::{Deserialize, Serialize};

/// What is wrong or worth a look in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable code: `GNG012`.
    pub code: String,
    /// How bad.
    pub severity: Severity,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// How many characters it covers, at least 1.
    pub length: u32,
    /// What is wrong.
    pub message: String,
    /// What Gonogo does instead, or how to write it.
    pub help: String,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// The line cannot prove what it claims as it stands.
    Warning,
    /// The line cannot be used as it stands.
    Error,
}

//! The blanks of a document: "Deployed by: ____". They are fields of a run.

use crate::{measurement::Source, person::Author, plan::SectionId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a blank within a plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlankId(pub String);

/// What stands in a blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filling {
    /// The words or the number, as typed.
    pub value: String,
    /// Who wrote it.
    pub by: Author,
    /// When.
    pub at: DateTime<Utc>,
    /// Where it comes from; `None`: nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// A place of the document that somebody fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blank {
    /// Its name within the plan.
    pub id: BlankId,
    /// The words before it: "Deployed by"; in a table those of the row and the column.
    pub label: String,
    /// The line above that its lines belong to: "API Response Time".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What goes into it.
    pub kind: BlankKind,
    /// The unit that is written behind it: `ms`, `%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// It follows from others and nobody types it: "(improvement: ___%)".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub computed: bool,
    /// The section that it stands in.
    pub section: SectionId,
    /// Its line, from 1.
    pub line: u32,
    /// Which of the line's blanks it is, from 0.
    pub place: u32,
    /// Its first byte in the document, which is taken as UTF-8, a byte order mark included.
    pub start: u64,
    /// The byte after its last one.
    pub end: u64,
}

/// What goes into a blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlankKind {
    /// Words.
    Text,
    /// A date, a time, or both.
    Date,
    /// A number.
    Number,
}

impl fmt::Display for BlankId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! The forms of a document: a block of blanks, choices and fixed values about one moment. [`typed`] reads what somebody
//! types, [`improvement`] computes what follows from it.

pub mod improvement;
pub mod number;
pub mod typed;

use crate::{
    blank::BlankId,
    metric::{Aggregation, Better, Metric},
    plan::SectionId,
    quantity::Unit,
};
use serde::{Deserialize, Serialize};

/// A form: what a section asks for about one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// The section that it stands in.
    pub section: SectionId,
    /// Before or after the deployment.
    pub moment: Moment,
    /// The section's heading.
    pub title: String,
    /// What it asks for, in the document's order.
    pub fields: Vec<Field>,
}

/// When the values of a form are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the deployment: it is locked when the first phase begins.
    Before,
    /// After the deployment.
    After,
    /// The document does not say.
    Unsaid,
}

impl Moment {
    /// The words for people.
    pub fn word(self) -> &'static str {
        match self {
            Moment::Before => "before the deployment",
            Moment::After => "after the deployment",
            Moment::Unsaid => "at no moment that the document names",
        }
    }
}

/// A line of a form, or a part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Names its value among those of the run; that of the plan's blank, where it is one.
    pub id: BlankId,
    /// The words before it.
    pub label: String,
    /// The line above that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Its line, from 1.
    pub line: u32,
    /// What it measures.
    pub metric: Metric,
    /// How many values become this one.
    pub aggregation: Aggregation,
    /// What goes into it.
    pub kind: FieldKind,
}

/// What goes into a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A number in this unit; `None`: a plain one.
    Number {
        /// The unit that is written behind it.
        unit: Option<FieldUnit>,
    },
    /// Words.
    Words,
    /// A date, a time, or both.
    Date,
    /// One of these, as written: `Yes / No`.
    Choice {
        /// What can be chosen.
        options: Vec<String>,
        /// The first byte of the options in the document, a byte order mark included: an export puts the chosen one there.
        start: u64,
        /// The byte after the last one.
        end: u64,
    },
    /// The document gives the value itself: `Enabled: No`. Nobody types it.
    Fixed {
        /// As written.
        value: String,
    },
    /// It follows from others, and nobody types it: `improvement: ___%`.
    Computed {
        /// The field of this form that it is about.
        of: BlankId,
        /// The same field of the form about the time before, where there is one.
        before: Option<BlankId>,
        /// Which way is better.
        better: Better,
    },
}

/// A unit as a field writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldUnit {
    /// As written: `ms`, `%`.
    pub written: String,
    /// The base unit that it counts.
    pub base: Unit,
    /// How many of the base unit one is.
    pub factor: f64,
}

impl FieldUnit {
    /// Reads a unit; a word that is none counts things: `queries`.
    pub fn of(written: &str) -> Self {
        let (base, factor) = match written.to_lowercase().as_str() {
            "%" | "percent" => (Unit::Percent, 1.0),
            "ns" => (Unit::Milliseconds, 0.000_001),
            "us" | "µs" | "μs" => (Unit::Milliseconds, 0.001),
            "ms" | "msec" | "milliseconds" => (Unit::Milliseconds, 1.0),
            "s" | "sec" | "secs" | "second" | "seconds" => (Unit::Milliseconds, 1000.0),
            "min" | "mins" | "minute" | "minutes" => (Unit::Milliseconds, 60_000.0),
            "h" | "hour" | "hours" => (Unit::Milliseconds, 3_600_000.0),
            "b" | "byte" | "bytes" => (Unit::Bytes, 1.0),
            "kb" | "kib" => (Unit::Bytes, 1024.0),
            "mb" | "mib" => (Unit::Bytes, 1024f64.powi(2)),
            "gb" | "gib" => (Unit::Bytes, 1024f64.powi(3)),
            "tb" | "tib" => (Unit::Bytes, 1024f64.powi(4)),
            _ => (Unit::Count, 1.0),
        };
        Self {
            written: written.to_owned(),
            base,
            factor,
        }
    }
}

impl Field {
    /// Whether somebody types or chooses it.
    pub fn is_typed(&self) -> bool {
        match self.kind {
            FieldKind::Number { .. } | FieldKind::Words | FieldKind::Date | FieldKind::Choice { .. } => true,
            FieldKind::Fixed { .. } | FieldKind::Computed { .. } => false,
        }
    }

    /// Whether it is a blank of the document: a choice and a fixed value are none.
    pub fn is_blank(&self) -> bool {
        match self.kind {
            FieldKind::Number { .. } | FieldKind::Words | FieldKind::Date | FieldKind::Computed { .. } => {
                true
            }
            FieldKind::Choice { .. } | FieldKind::Fixed { .. } => false,
        }
    }

    /// Its value in the base unit of its metric, so that those of fields with other units can be compared.
    pub fn in_base(&self, value: f64) -> f64 {
        match &self.kind {
            FieldKind::Number { unit: Some(unit) } => value * unit.factor,
            FieldKind::Number { unit: None }
            | FieldKind::Words
            | FieldKind::Date
            | FieldKind::Choice { .. }
            | FieldKind::Fixed { .. }
            | FieldKind::Computed { .. } => value,
        }
    }

    /// What people call it: "API Response Time p95".
    pub fn name(&self) -> String {
        match &self.group {
            Some(group) => format!("{group} {}", self.label),
            None => self.label.clone(),
        }
    }
}

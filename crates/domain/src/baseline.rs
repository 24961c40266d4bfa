//! What a run knows of the time before its deployment: once the execution begins, nobody can measure that any more.

use crate::{
    form::{Field, FieldKind, Form, Moment},
    metric::Metric,
    outline::Outline,
    person::Author,
    run::Run,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Somebody began without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgone {
    /// Who.
    pub by: Author,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// What is missing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The fields that are empty, by name, in the document's order.
    pub open: Vec<String>,
    /// How many fields there are.
    pub of: usize,
}

/// The fields about the time before, where a form asks for a number of it.
pub fn fields(forms: &[Form]) -> Vec<Field> {
    let before = forms.iter().filter(|form| form.moment == Moment::Before);
    let asks = |form: &&Form| form.fields.iter().any(is_number);
    let fields = before.filter(asks).flat_map(|form| &form.fields);
    fields.filter(|field| field.is_typed()).cloned().collect()
}

/// What is missing; `None` where the document asks for nothing, or a measurement before the deployment counts. What Gonogo cannot
/// measure itself is there when it was typed.
pub fn missing(outline: &Outline, run: &Run) -> Option<Missing> {
    let fields = &outline.baseline;
    let measured = run.measurements.counting(Moment::Before);
    if fields.is_empty() || measured.is_some_and(|attempt| attempt.valid().is_some()) {
        return None;
    }
    let open = fields.iter().filter(|field| !run.blanks.contains_key(&field.id));
    let open: Vec<String> = open.map(Field::name).collect();
    let measurable = fields
        .iter()
        .any(|field| is_number(field) && can_be_measured(&field.metric));
    (measurable || !open.is_empty()).then_some(Missing {
        open,
        of: fields.len(),
    })
}

fn is_number(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Number { .. })
}

/// Whether measuring a service tells it.
pub(crate) fn can_be_measured(metric: &Metric) -> bool {
    match metric {
        Metric::Latency
        | Metric::CacheLatency
        | Metric::CacheReadLatency
        | Metric::CacheWriteLatency
        | Metric::CacheHitRate
        | Metric::Queries
        | Metric::RepeatedQueries
        | Metric::ErrorRate => true,
        Metric::CacheEvictions | Metric::Errors | Metric::ErrorLogs | Metric::Memory | Metric::Free(_) => {
            false
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("No measurement before the deployment counts")?;
        match self.open.as_slice() {
            [] => f.write_str(", and numbers that were typed show no improvement."),
            open => write!(
                f,
                ", and {} of {} fields are empty: {}.",
                open.len(),
                self.of,
                open.join(", ")
            ),
        }
    }
}

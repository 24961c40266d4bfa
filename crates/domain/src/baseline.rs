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
    /// The fields that no measurement that counts could fill, by name, in the document's order; empty where none counts at all.
    pub unmeasured: Vec<String>,
    /// Those of them that are empty, or all that are empty where none counts.
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

/// What is missing; `None` where the document asks for nothing, or measurements before the deployment count that asked for all of
/// it. What Gonogo cannot measure itself is there when it was typed.
pub fn missing(outline: &Outline, run: &Run) -> Option<Missing> {
    let fields = &outline.baseline;
    let asked = |field: &&Field| {
        let counting = run
            .measurements
            .counting_for(Moment::Before, &field.metric, field.aggregation);
        counting.is_some_and(|attempt| attempt.valid().is_some())
    };
    let unmeasured: Vec<&Field> = fields.iter().filter(|field| !asked(field)).collect();
    let open = unmeasured
        .iter()
        .filter(|field| !run.blanks.contains_key(&field.id));
    let open: Vec<String> = open.map(|field| field.name()).collect();
    let measurable = unmeasured
        .iter()
        .any(|field| is_number(field) && can_be_measured(&field.metric));
    let counts = run
        .measurements
        .counting(Moment::Before)
        .is_some_and(|attempt| attempt.valid().is_some());
    let named = unmeasured.iter().filter(|_| counts).map(|field| field.name());
    (measurable || !open.is_empty()).then_some(Missing {
        unmeasured: named.collect(),
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
        if !self.unmeasured.is_empty() {
            write!(f, " for {}", self.unmeasured.join(", "))?;
        }
        match self.open.as_slice() {
            [] => f.write_str(", and numbers that were typed show no improvement."),
            open if *open == self.unmeasured => f.write_str(", and nothing was typed there."),
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

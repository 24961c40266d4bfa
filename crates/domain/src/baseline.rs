//! What a run knows of the time before its deployment: once the execution begins, nobody can measure that any more.

use crate::{
    form::{Field, FieldKind, Form, Moment},
    measurement::{Attempt, Origin},
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
    /// The fields that no measurement that counts asked for, by name, in the document's order; empty where none counts at all.
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
    let (fields, measurements) = (&outline.baseline, &run.measurements);
    let is_valid = |attempt: Option<&Attempt>| attempt.is_some_and(|attempt| attempt.valid().is_some());
    let counts = is_valid(measurements.counting(Moment::Before));
    // Words are typed whenever there are any: that the numbers count is enough.
    let is_measured = |field: &Field| {
        if is_number(field) || can_be_measured(&field.metric) {
            is_valid(measurements.counting_for(Moment::Before, &field.metric, field.aggregation))
        } else {
            counts
        }
    };
    let is_open = |field: &Field| !run.blanks.contains_key(&field.id);
    let is_missing = |field: &&Field| {
        let stays = is_open(field) || (is_number(field) && can_be_measured(&field.metric));
        stays && !is_measured(field)
    };
    let missing: Vec<&Field> = fields.iter().filter(is_missing).collect();
    let open = missing.iter().filter(|field| is_open(field));
    (!missing.is_empty()).then(|| Missing {
        unmeasured: missing
            .iter()
            .filter(|_| counts)
            .map(|field| field.name())
            .collect(),
        open: open.map(|field| field.name()).collect(),
        of: fields.len(),
    })
}

fn is_number(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Number { .. })
}

/// Whether measuring a service tells it.
pub(crate) fn can_be_measured(metric: &Metric) -> bool {
    Origin::Load.asks(metric, metric.natural())
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

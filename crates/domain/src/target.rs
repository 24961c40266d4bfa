//! A line that a person settles and that demands a number: their word alone does not make the number.

use crate::{
    baseline::can_be_measured,
    form::{Field, FieldKind, Form, Moment, typed},
    measurement::{self, Source},
    metric::Aggregation,
    objective::{Aim, Clock, Judgement, Measured, Objective, Outcome, Reading, judge},
    outline::OutlineLine,
    quantity::Unit,
    run::Run,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Most fields of a document that hold one number.
const MOST: usize = 8;

/// What the line demands, and the fields of forms that may hold its number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The demand.
    pub objective: Objective,
    /// The fields about the time before the deployment that hold the number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Field>,
    /// Those about the time after it, or about no time that the document names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Field>,
}

/// Why a person's word for a line does not stand by itself at the gate; `None` where it demands no number, or numbers back it.
pub fn missing(line: &OutlineLine, run: &Run, now: DateTime<Utc>) -> Option<Judgement> {
    line.targets.iter().find_map(|target| target.missing(run, now))
}

impl Target {
    /// The target of an objective; `None` for what must stay as it is, which is no number, and for "no errors in the logs", where a
    /// person's word is the number and nothing else could hold it.
    pub fn of(objective: &Objective, forms: &[Form]) -> Option<Self> {
        match objective.aim {
            Aim::Absolute { .. } | Aim::Improvement { .. } => {}
            Aim::Steady { .. } | Aim::Settled { .. } => return None,
        }
        let aggregation = natural(objective.aggregation, objective);
        let holds = |field: &&Field| {
            matches!(field.kind, FieldKind::Number { .. })
                && objective.subject.is_none()
                && field.metric == objective.metric
                && natural(field.aggregation, objective) == aggregation
        };
        let of = |before: bool| -> Vec<Field> {
            let forms = forms
                .iter()
                .filter(|form| (form.moment == Moment::Before) == before);
            let fields = forms.flat_map(|form| &form.fields);
            fields.filter(holds).take(MOST).cloned().collect()
        };
        let after = of(false);
        let told =
            after.is_empty() && aggregation == Aggregation::Total && !can_be_measured(&objective.metric);
        (!told).then(|| Self {
            objective: objective.clone(),
            before: of(true),
            after,
        })
    }

    /// What was measured backs it, else what somebody typed into a form with its source.
    fn missing(&self, run: &Run, now: DateTime<Utc>) -> Option<Judgement> {
        let measured = measurement::measured(&self.objective, &run.measurements);
        let known = measured.or_else(|| self.typed(run));
        let clock = Clock {
            t0: run.t0,
            now,
            waived: false,
        };
        let judgement = judge(&self.objective, known.as_ref(), clock);
        match judgement.outcome {
            Outcome::Met | Outcome::Waived => None,
            Outcome::NoData if known.is_none() => Some(Judgement {
                outcome: Outcome::NoData,
                reason: format!("the number is missing: {}", self.objective),
            }),
            Outcome::NotMet { .. } | Outcome::NoData | Outcome::TooEarly { .. } => Some(judgement),
        }
    }

    /// What somebody typed: a number without samples, so that it shows no improvement.
    fn typed(&self, run: &Run) -> Option<Measured> {
        let value = |fields: &[Field]| fields.iter().find_map(|field| typed_into(field, run));
        let (after, unit) = value(&self.after)?;
        let reading = match self.objective.aim {
            Aim::Absolute { .. } => Reading::Value { value: after, unit },
            Aim::Improvement { .. } => Reading::Pair {
                before: value(&self.before).map(|(before, _)| before),
                after: Some(after),
                interval: None,
            },
            Aim::Steady { .. } | Aim::Settled { .. } => return None,
        };
        Some(Measured {
            aggregation: natural(self.objective.aggregation, &self.objective),
            // Whoever says where it was read answers for what it stands on.
            samples: self.objective.minimum_samples,
            coverage: Some(1.0),
            reading,
        })
    }
}

fn natural(aggregation: Aggregation, objective: &Objective) -> Aggregation {
    match aggregation {
        Aggregation::Unsaid => objective.metric.natural(),
        said => said,
    }
}

/// What a person wrote into a field, in the base unit.
fn typed_into(field: &Field, run: &Run) -> Option<(f64, Unit)> {
    let filling = run.blanks.get(&field.id)?;
    let said = matches!(filling.source, Some(Source::Said { .. }));
    let FieldKind::Number { unit } = &field.kind else {
        return None;
    };
    match typed::value(field, &filling.value) {
        Ok(typed::Typed::Number(number)) if said => Some((
            field.in_base(number),
            unit.as_ref().map_or(Unit::Count, |unit| unit.base),
        )),
        Ok(_) | Err(_) => None,
    }
}

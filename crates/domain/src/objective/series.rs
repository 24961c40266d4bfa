//! Which lines are about the same number, and how they differ.

use super::{Aim, Objective};
use crate::{
    blank::BlankId,
    form::Form,
    metric::{Aggregation, Metric},
    plan::ItemId,
};

/// A number that one line or several demand something of. It is measured once.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What is measured.
    pub metric: Metric,
    /// Of what part, where the words name one.
    pub subject: Option<String>,
    /// The lines, in the document's order.
    pub lines: Vec<ItemId>,
    /// The fields of forms that hold it.
    pub fields: Vec<BlankId>,
    /// How the lines differ, in words; nothing where they ask the same.
    pub differences: Vec<Difference>,
}

/// How a line differs from an earlier one about the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The earlier line.
    pub first: ItemId,
    /// The later one.
    pub second: ItemId,
    /// What differs, and what follows.
    pub words: String,
}

/// The series of a plan's objectives, in the order of their first lines.
pub fn of(objectives: &[Objective], forms: &[Form]) -> Vec<Series> {
    let mut found: Vec<(Series, Vec<&Objective>)> = Vec::new();
    for objective in objectives {
        let same = |(series, _): &&mut (Series, Vec<&Objective>)| {
            series.metric == objective.metric && series.subject == objective.subject
        };
        match found.iter_mut().find(same) {
            Some((series, lines)) => {
                if let Some(difference) = difference(lines, objective) {
                    series.differences.push(difference);
                }
                series.lines.push(objective.item.clone());
                lines.push(objective);
            }
            None => {
                let series = Series {
                    metric: objective.metric.clone(),
                    subject: objective.subject.clone(),
                    lines: vec![objective.item.clone()],
                    fields: fields(objective, forms),
                    differences: Vec::new(),
                };
                found.push((series, vec![objective]));
            }
        }
    }
    found.into_iter().map(|(series, _)| series).collect()
}

/// The fields that hold what an objective is about. One about a part of the service has none.
fn fields(objective: &Objective, forms: &[Form]) -> Vec<BlankId> {
    let all = forms.iter().flat_map(|form| &form.fields);
    let same = all
        .filter(|field| field.metric == objective.metric && objective.subject.is_none() && field.is_typed());
    same.map(|field| field.id.clone()).collect()
}

/// Compares a line with the last earlier one that asks the same kind of question, else with the last one.
fn difference(earlier: &[&Objective], later: &Objective) -> Option<Difference> {
    let like = earlier.iter().rev().find(|first| first.aim.is_like(&later.aim));
    let first = like.or_else(|| earlier.last())?;
    let mut parts = Vec::new();
    if !first.aim.is_like(&later.aim) {
        parts.push(format!(
            "line {} asks for {}, this line for {}: two questions about one number, each answered by itself",
            first.line, first.aim, later.aim
        ));
    } else if first.aim != later.aim {
        parts.push(format!(
            "line {} asks for {}, this line for {}: one value is judged against each",
            first.line, first.aim, later.aim
        ));
    }
    if first.aggregation != later.aggregation {
        parts.push(format!(
            "line {} is about the {}, this line about the {}",
            first.line, first.aggregation, later.aggregation
        ));
    }
    if let Some(assumed) = &later.assumed {
        parts.push(assumed.clone());
    }
    if first.window != later.window {
        parts.push(format!(
            "line {} is due {}, this line {}",
            first.line,
            due(first),
            due(later)
        ));
    }
    (!parts.is_empty()).then(|| Difference {
        first: first.item.clone(),
        second: later.item.clone(),
        words: parts.join("; "),
    })
}

fn due(objective: &Objective) -> String {
    match objective.window {
        Some(minutes) => format!("{minutes} min after T0"),
        None => "as soon as there is a value".to_owned(),
    }
}

/// Whether a value that meets `first` meets `second` for certain: the same kind of question about the same number, and a
/// bound that is at least as strict. 60 does not prove 70.
pub fn implies(first: &Objective, second: &Objective) -> bool {
    use crate::quantity::Comparison::{Above, AtLeast, AtMost, Below, Equal, Other};
    let numbers = (first.aggregation, &first.metric, &first.subject);
    if numbers != (second.aggregation, &second.metric, &second.subject) {
        return false;
    }
    if first.aim == second.aim {
        return first.window >= second.window;
    }
    if first.aggregation == Aggregation::Unsaid {
        return false;
    }
    let bounds = match (&first.aim, &second.aim) {
        (
            Aim::Absolute { bound, .. },
            Aim::Absolute {
                bound: other,
                upper: None,
            },
        )
        | (Aim::Improvement { bound, .. }, Aim::Improvement { bound: other, .. }) => (bound, other),
        (Aim::Absolute { .. } | Aim::Improvement { .. } | Aim::Steady { .. } | Aim::Settled { .. }, _) => {
            return false;
        }
    };
    let (bound, other) = bounds;
    let (value, limit) = (bound.quantity.value, other.quantity.value);
    let stricter = match (bound.comparison, other.comparison) {
        (Above, Above | AtLeast) | (AtLeast, AtLeast) => value >= limit,
        (AtLeast, Above) => value > limit,
        (Below, Below | AtMost) | (AtMost, AtMost) => value <= limit,
        (AtMost, Below) => value < limit,
        (Above | AtLeast, Below | AtMost | Equal | Other)
        | (Below | AtMost, Above | AtLeast | Equal | Other)
        | (Equal | Other, Above | AtLeast | Below | AtMost | Equal | Other) => false,
    };
    stricter && bound.quantity.unit == other.quantity.unit && first.window >= second.window
}

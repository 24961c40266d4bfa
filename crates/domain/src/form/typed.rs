//! What somebody types into a form: each value by itself, and all of them together. Nothing is guessed: a value that may
//! mean two things is a question.

use super::{
    Field, FieldKind, FieldUnit, Form, Moment,
    number::{self, NoNumber},
};
use crate::{
    blank::BlankId,
    metric::{Aggregation, Metric},
    quantity::Unit,
};
use std::collections::BTreeMap;
use thiserror::Error;

/// What somebody typed, and where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The value; empty: the field is left open.
    pub text: String,
    /// Where it was read: a link, a report, a command. A value without one is not taken.
    pub source: String,
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed {
    /// Left open.
    Empty,
    /// A number in the field's own unit.
    Number(f64),
    /// Words, a date, or the option that was chosen, as the document writes it.
    Words(String),
}

/// Why a value is not taken as it is.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Trouble {
    /// No number.
    #[error("{0}")]
    Number(#[from] NoNumber),
    /// In another unit: it asks whether this is meant.
    #[error("{typed} typed into a field in {unit}: is {means} {unit} meant? Then write that.")]
    Converts {
        /// As typed.
        typed: String,
        /// The field's unit.
        unit: String,
        /// The value in it.
        means: f64,
    },
    /// In a unit that is none of the field's.
    #[error("{typed} is not in {unit}.")]
    Unit {
        /// As typed.
        typed: String,
        /// The field's unit.
        unit: String,
    },
    /// A share where a percentage is asked for: `0.87`.
    #[error("{typed} may be a share of 1: write {means} where it is, or {typed} % where it is not.")]
    Share {
        /// As typed.
        typed: String,
        /// As a percentage.
        means: f64,
    },
    /// Below 0, or above 100 %.
    #[error("{typed} is not between 0 and {most}.")]
    Range {
        /// As typed.
        typed: String,
        /// The largest that is possible, in words.
        most: &'static str,
    },
    /// None of the options.
    #[error("{typed:?} is none of: {options}.")]
    Option {
        /// As typed.
        typed: String,
        /// What can be chosen.
        options: String,
    },
    /// The document gives it, or it follows from others.
    #[error("nobody types this value: {why}.")]
    NotTyped {
        /// Why.
        why: &'static str,
    },
    /// No source.
    #[error("say where this value comes from: a link, a report, or a command.")]
    NoSource,
    /// p50 above p95.
    #[error("{lower} is above {upper}: a lower percentile is never above a higher one.")]
    Order {
        /// The lower percentile with its value.
        lower: String,
        /// The higher one with its value.
        upper: String,
    },
    /// A thousandth or a thousandfold of the value before: seconds and milliseconds mixed up, perhaps.
    #[error("{typed} is {factor} of the value before: is {means} meant?")]
    Thousand {
        /// As typed.
        typed: String,
        /// How it stands to the one before.
        factor: &'static str,
        /// The value that is rather meant.
        means: f64,
    },
}

impl Trouble {
    /// Whether the value can be taken once somebody says that it is meant.
    pub fn is_question(&self) -> bool {
        matches!(self, Trouble::Thousand { .. })
    }
}

/// Reads one value.
///
/// # Errors
/// Why it is not taken; each says what to do.
pub fn value(field: &Field, text: &str) -> Result<Typed, Trouble> {
    let text = text.trim();
    let not_typed = |why| Err(Trouble::NotTyped { why });
    match &field.kind {
        FieldKind::Fixed { .. } => not_typed("the document gives it"),
        FieldKind::Computed { .. } => not_typed("it follows from others"),
        FieldKind::Number { .. } | FieldKind::Words | FieldKind::Date | FieldKind::Choice { .. }
            if text.is_empty() =>
        {
            Ok(Typed::Empty)
        }
        FieldKind::Words | FieldKind::Date => Ok(Typed::Words(text.to_owned())),
        FieldKind::Choice { options, .. } => {
            let chosen = options
                .iter()
                .find(|option| option.to_lowercase() == text.to_lowercase());
            chosen
                .map(|option| Typed::Words(option.clone()))
                .ok_or_else(|| Trouble::Option {
                    typed: text.to_owned(),
                    options: options.join(", "),
                })
        }
        FieldKind::Number { unit } => measured(field, unit.as_ref(), text).map(Typed::Number),
    }
}

fn measured(field: &Field, unit: Option<&FieldUnit>, text: &str) -> Result<f64, Trouble> {
    let (value, word) = number::read(text)?;
    let typed = || text.to_owned();
    let base = unit.map_or(Unit::Count, |unit| unit.base);
    if !word.is_empty() {
        same_unit(unit, value, word, text)?;
    }
    if value < 0.0 {
        let most = if base == Unit::Percent {
            "100"
        } else {
            "any number"
        };
        return Err(Trouble::Range { typed: typed(), most });
    }
    if base == Unit::Percent {
        if value > 100.0 {
            return Err(Trouble::Range {
                typed: typed(),
                most: "100",
            });
        }
        let share = value > 0.0 && value <= 1.0 && word.is_empty() && field.metric == Metric::CacheHitRate;
        if share {
            return Err(Trouble::Share {
                typed: typed(),
                means: value * 100.0,
            });
        }
    }
    Ok(value)
}

/// A unit that somebody typed must be the field's.
fn same_unit(unit: Option<&FieldUnit>, value: f64, word: &str, text: &str) -> Result<(), Trouble> {
    let Some(unit) = unit else {
        return Err(Trouble::Unit {
            typed: text.to_owned(),
            unit: "a unit: the field is a plain number".to_owned(),
        });
    };
    let said = FieldUnit::of(word);
    let same_word = word.to_lowercase() == unit.written.to_lowercase()
        || unit.base == Unit::Count && word.to_lowercase().starts_with(&unit.written.to_lowercase());
    if same_word || said.base != Unit::Count && (said.base, said.factor) == (unit.base, unit.factor) {
        return Ok(());
    }
    if said.base == Unit::Count || said.base != unit.base {
        return Err(Trouble::Unit {
            typed: text.to_owned(),
            unit: unit.written.clone(),
        });
    }
    Err(Trouble::Converts {
        typed: text.to_owned(),
        unit: unit.written.clone(),
        means: tidy(value * said.factor / unit.factor),
    })
}

/// Without the last bits that a multiplication leaves: 0.29 × 1000 is 290.
fn tidy(value: f64) -> f64 {
    format!("{value:.6}").parse().unwrap_or(value)
}

/// What was typed into all forms of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filled {
    /// The numbers that were taken, in the unit of each field.
    pub numbers: BTreeMap<BlankId, f64>,
    /// The words and choices that were taken.
    pub words: BTreeMap<BlankId, String>,
    /// What was not, or wants a look, in the order of the fields.
    pub troubles: Vec<(BlankId, Trouble)>,
    /// The fields that are open still: allowed until the gate.
    pub open: Vec<BlankId>,
}

/// Reads what was typed into all forms: each value, its source, the order of percentiles, and values that look like a
/// mistake of a thousand.
pub fn read(forms: &[Form], entries: &BTreeMap<BlankId, Entry>) -> Filled {
    let mut filled = Filled::default();
    for field in forms.iter().flat_map(|form| &form.fields) {
        let entry = entries.get(&field.id).cloned().unwrap_or_default();
        if entry.text.trim().is_empty() {
            if field.is_typed() {
                filled.open.push(field.id.clone());
            }
            continue;
        }
        let taken = value(field, &entry.text).and_then(|typed| match typed {
            Typed::Number(_) if entry.source.trim().is_empty() => Err(Trouble::NoSource),
            taken => Ok(taken),
        });
        match taken {
            Ok(Typed::Number(number)) => {
                filled.numbers.insert(field.id.clone(), number);
            }
            Ok(Typed::Words(words)) => {
                filled.words.insert(field.id.clone(), words);
            }
            Ok(Typed::Empty) => filled.open.push(field.id.clone()),
            Err(trouble) => filled.troubles.push((field.id.clone(), trouble)),
        }
    }
    for form in forms {
        order(form, &mut filled);
    }
    thousands(forms, &mut filled);
    filled
}

/// p50 ≤ p95 ≤ p99 of one metric within a form.
fn order(form: &Form, filled: &mut Filled) {
    let ranked = |field: &&Field| match field.aggregation {
        Aggregation::Percentile(_) => filled.numbers.contains_key(&field.id),
        Aggregation::Mean
        | Aggregation::Maximum
        | Aggregation::Total
        | Aggregation::Ratio
        | Aggregation::Unsaid => false,
    };
    let mut fields: Vec<&Field> = form.fields.iter().filter(ranked).collect();
    fields.sort_by_key(|field| (&field.metric, &field.group, field.aggregation));
    let value = |field: &Field| filled.numbers.get(&field.id).copied().unwrap_or_default();
    let said = |field: &Field| format!("{} {}", field.label, value(field));
    let wrong = fields.windows(2).filter(|pair| {
        let same = pair[0].metric == pair[1].metric && pair[0].group == pair[1].group;
        same && pair[0].in_base(value(pair[0])) > pair[1].in_base(value(pair[1]))
    });
    let troubles: Vec<_> = wrong
        .map(|pair| {
            let trouble = Trouble::Order {
                lower: said(pair[0]),
                upper: said(pair[1]),
            };
            (pair[1].id.clone(), trouble)
        })
        .collect();
    filled.troubles.extend(troubles);
}

/// A time that is about a thousandth or a thousandfold of the one before.
fn thousands(forms: &[Form], filled: &mut Filled) {
    let timed = |field: &&Field| matches!(&field.kind, FieldKind::Number { unit: Some(unit) } if unit.base == Unit::Milliseconds);
    let of = |moment| {
        let forms = forms.iter().filter(move |form| form.moment == moment);
        forms.flat_map(|form| &form.fields).filter(timed)
    };
    let mut troubles = Vec::new();
    for after in of(Moment::After) {
        let same = |before: &&Field| {
            (&before.metric, before.aggregation, &before.group, &before.label)
                == (&after.metric, after.aggregation, &after.group, &after.label)
        };
        let Some(before) = of(Moment::Before).find(same) else {
            continue;
        };
        let (Some(now), Some(then)) = (filled.numbers.get(&after.id), filled.numbers.get(&before.id)) else {
            continue;
        };
        let ratio = after.in_base(*now) / before.in_base(*then);
        let (factor, means) = match ratio {
            ratio if (0.0001..=0.004).contains(&ratio) => ("about a thousandth", now * 1000.0),
            ratio if (250.0..=10_000.0).contains(&ratio) => ("about a thousand times", now / 1000.0),
            _ => continue,
        };
        let trouble = Trouble::Thousand {
            typed: now.to_string(),
            factor,
            means: tidy(means),
        };
        troubles.push((after.id.clone(), trouble));
    }
    filled.troubles.extend(troubles);
}

//! What follows from the values of a form: by how much it is better than before.

use super::{FieldKind, Form};
use crate::{blank::BlankId, metric::Better};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// How a value stands to the one before, in per cent of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Better, by more than 0.
    Improved {
        /// By how much.
        percent: f64,
    },
    /// Neither better nor worse.
    Unchanged,
    /// Worse: a regression.
    Regressed {
        /// By how much, more than 0.
        percent: f64,
    },
    /// There is no such number.
    NotComputable(Missing),
}

/// Why a change cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The document has no form about the time before, or none of the same field.
    Counterpart,
    /// The value before is not there.
    Before,
    /// The value before is 0, so that nothing is a part of it.
    ZeroBefore,
    /// The value after is not there.
    After,
    /// Nobody said which way is better.
    Direction,
    /// A value is below 0, or none that counts.
    Senseless,
}

/// (before − after) / before where lower is better, (after − before) / before where higher is; in per cent, unrounded.
pub fn change(before: Option<f64>, after: Option<f64>, better: Better) -> Change {
    let sensible = |value: Option<f64>| value.is_none_or(|value| value.is_finite() && value >= 0.0);
    if !sensible(before) || !sensible(after) {
        return Change::NotComputable(Missing::Senseless);
    }
    let (before, after) = match (before, after) {
        (None, _) => return Change::NotComputable(Missing::Before),
        (Some(0.0), _) => return Change::NotComputable(Missing::ZeroBefore),
        (_, None) => return Change::NotComputable(Missing::After),
        (Some(before), Some(after)) => (before, after),
    };
    let gain = match better {
        Better::Lower => before - after,
        Better::Higher => after - before,
        Better::Unsaid => return Change::NotComputable(Missing::Direction),
    };
    let percent = gain * 100.0 / before;
    if !percent.is_finite() {
        return Change::NotComputable(Missing::Senseless);
    }
    if percent > 0.0 {
        Change::Improved { percent }
    } else if percent < 0.0 {
        Change::Regressed { percent: -percent }
    } else {
        Change::Unchanged
    }
}

/// Every computed field of the forms, from the typed values, each in the unit of its own field.
pub fn computed(forms: &[Form], values: &BTreeMap<BlankId, f64>) -> BTreeMap<BlankId, Change> {
    let fields = || forms.iter().flat_map(|form| &form.fields);
    let value = |id: &BlankId| {
        let field = fields().find(|field| field.id == *id)?;
        values.get(id).map(|value| field.in_base(*value))
    };
    let changes = fields().filter_map(|field| match &field.kind {
        FieldKind::Computed { of, before, better } => {
            let change = match before {
                Some(before) => change(value(before), value(of), *better),
                None => Change::NotComputable(Missing::Counterpart),
            };
            Some((field.id.clone(), change))
        }
        FieldKind::Number { .. }
        | FieldKind::Words
        | FieldKind::Date
        | FieldKind::Choice { .. }
        | FieldKind::Fixed { .. } => None,
    });
    changes.collect()
}

impl Change {
    /// The improvement in per cent, below 0 for a regression; `None` where it cannot be computed.
    pub fn percent(self) -> Option<f64> {
        match self {
            Change::Improved { percent } => Some(percent),
            Change::Unchanged => Some(0.0),
            Change::Regressed { percent } => Some(-percent),
            Change::NotComputable(_) => None,
        }
    }

    /// What goes into the document's blank, before its `%`: rounded to a tenth for reading; nothing is judged by it.
    pub fn written(self) -> Option<String> {
        self.percent().map(|percent| {
            let rounded = (percent * 10.0).round() / 10.0;
            format!("{}", rounded + 0.0)
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Improved { percent } => write!(f, "{percent:.1} % better"),
            Change::Unchanged => f.write_str("as before"),
            Change::Regressed { percent } => write!(f, "a regression: {percent:.1} % worse"),
            Change::NotComputable(missing) => write!(f, "not computable: {missing}"),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Missing::Counterpart => "the document has no field for it before",
            Missing::Before => "there is no value before",
            Missing::ZeroBefore => "the value before is 0",
            Missing::After => "there is no value after",
            Missing::Direction => "nobody says which way is better",
            Missing::Senseless => "a value is below 0 or none",
        })
    }
}

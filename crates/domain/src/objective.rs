//! What a line demands of a number: which metric, how many values become one, the bound, when it is due, and how many
//! samples it needs. [`judge`] answers whether it is met; [`series`] tells which lines are about the same number.

mod bucket;
mod judge;
pub mod series;
pub mod steady;

use crate::{
    metric::{Aggregation, Better, Metric},
    plan::ItemId,
    quantity::Bound,
};
pub use bucket::Between;
pub use judge::{Change, Clock, Interval, Judgement, Measured, Outcome, Reading, judge};
use serde::{Deserialize, Serialize};
use std::fmt;
use steady::Steady;

/// A demand of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// The line that states it.
    pub item: ItemId,
    /// Its line in the document, from 1.
    pub line: u32,
    /// What is measured.
    pub metric: Metric,
    /// Of what, where the words name a part: `search`. Without, the service as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How many values become one.
    pub aggregation: Aggregation,
    /// The document does not say the aggregation: why it is this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed: Option<String>,
    /// What must hold.
    pub aim: Aim,
    /// Minutes after T0 when it is due; `None`: as soon as there is a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u32>,
    /// With fewer samples there is no data: requests, lookups or points in time, whatever the value is made of.
    pub minimum_samples: u64,
}

/// What must hold of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// The value stands in this relation, in the bound's base unit.
    Absolute {
        /// The relation.
        bound: Bound,
        /// The other end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upper: Option<Bound>,
    },
    /// It is better than before by so many per cent. Met only where the whole 95 % interval clears the bound.
    Improvement {
        /// In per cent of the value before.
        bound: Bound,
        /// Which way is better.
        better: Better,
    },
    /// It stays as it is.
    Steady {
        /// What that means.
        steady: Steady,
    },
    /// It stays as it is, and each sample of the part that is looked at stands in this relation.
    Settled {
        /// The relation.
        bound: Bound,
        /// What staying means.
        steady: Steady,
    },
}

impl Aim {
    /// Whether both ask the same kind of question, whatever the numbers.
    pub fn is_like(&self, other: &Aim) -> bool {
        match (self, other) {
            (Aim::Absolute { .. }, Aim::Absolute { .. })
            | (Aim::Improvement { .. }, Aim::Improvement { .. })
            | (Aim::Steady { .. }, Aim::Steady { .. })
            | (Aim::Settled { .. }, Aim::Settled { .. }) => true,
            (
                Aim::Absolute { .. } | Aim::Improvement { .. } | Aim::Steady { .. } | Aim::Settled { .. },
                _,
            ) => false,
        }
    }

    /// The relation, where it has one.
    pub fn bound(&self) -> Option<Bound> {
        match self {
            Aim::Absolute { bound, .. } | Aim::Improvement { bound, .. } | Aim::Settled { bound, .. } => {
                Some(*bound)
            }
            Aim::Steady { .. } => None,
        }
    }
}

/// So many samples a value needs at least: ten beyond the percentile (as many as lie above p95 in 200 values), 30 for a
/// mean, 100 for a ratio, 12 points in time for a count and for what must stay as it is.
pub fn minimum_samples(aggregation: Aggregation, aim: &Aim) -> u64 {
    match aim {
        Aim::Steady { .. } | Aim::Settled { .. } => steady::FEWEST,
        Aim::Absolute { .. } | Aim::Improvement { .. } => match aggregation {
            Aggregation::Percentile(percent) => {
                let percent = u64::from(percent.min(99));
                1000_u64.div_ceil(100 - percent).max(20)
            }
            Aggregation::Mean | Aggregation::Unsaid | Aggregation::Maximum => 30,
            Aggregation::Total => 12,
            Aggregation::Ratio => 100,
        },
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.aggregation {
            Aggregation::Mean | Aggregation::Percentile(_) | Aggregation::Maximum => {
                write!(f, "{} of {}", self.aggregation, self.metric)?;
            }
            Aggregation::Total | Aggregation::Ratio | Aggregation::Unsaid => write!(f, "{}", self.metric)?,
        }
        if let Some(subject) = &self.subject {
            write!(f, " ({subject})")?;
        }
        write!(f, " {}", self.aim)?;
        if let Some(minutes) = self.window {
            write!(f, ", due {minutes} min after T0")?;
        }
        write!(f, ", from {} samples", self.minimum_samples)
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Aim::Absolute { bound, upper } => match upper {
                Some(upper) => write!(f, "{bound} and {upper}"),
                None => write!(f, "{bound}"),
            },
            Aim::Improvement { bound, .. } => write!(f, "better than before by {bound}"),
            Aim::Steady { .. } => f.write_str("stable"),
            Aim::Settled { bound, .. } => write!(f, "stabilised at {bound}"),
        }
    }
}

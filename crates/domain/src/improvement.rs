//! How much better a figure became, and whether that is shown.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A latency, a count of queries.
    Lower,
    /// A hit rate.
    Higher,
}

/// (before − after) / before, or the other way round where more is better. 0.6 is 60 %; below zero it became worse.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Improvement {
    /// There is no such number.
    NotComputable(NotComputable),
    /// So much.
    Share {
        /// The improvement.
        share: f64,
        /// Where it lies with 95 % confidence; `None`: too few samples, or figures without any.
        interval: Option<Interval>,
    },
}

/// The bounds of an interval, as shares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower.
    pub low: f64,
    /// The upper.
    pub high: f64,
}

/// Why there is no improvement to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NotComputable {
    /// Nothing was measured before.
    #[error("there is no value from before")]
    NoBefore,
    /// Nothing was measured after.
    #[error("there is no value from after")]
    NoAfter,
    /// A share of nothing.
    #[error("the value from before is 0")]
    BeforeZero,
    /// A value that is no measurement: negative, infinite or not a number.
    #[error("a value is no measurement")]
    NoMeasurement,
}

/// What "improvement > 60 %" comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The whole interval is beyond it.
    Met,
    /// The whole interval is not.
    NotMet,
    /// The interval holds it, or there is none.
    NotShown,
    /// There is no number.
    NotComputable(NotComputable),
}

impl Improvement {
    /// Between two figures without samples, such as typed ones: without an interval, it shows nothing.
    pub fn between(before: Option<f64>, after: Option<f64>, better: Direction) -> Self {
        match share(before, after, better) {
            Ok(share) => Improvement::Share {
                share,
                interval: None,
            },
            Err(why) => Improvement::NotComputable(why),
        }
    }

    /// Whether it became worse.
    pub fn is_regression(&self) -> bool {
        matches!(self, Improvement::Share { share, .. } if *share < 0.0)
    }

    /// Whether it is shown to be more than this share (0.6 for "> 60 %"), unrounded.
    pub fn exceeds(&self, bound: f64) -> Claim {
        match self {
            Improvement::NotComputable(why) => Claim::NotComputable(*why),
            Improvement::Share {
                interval: Some(interval),
                ..
            } if interval.low > bound => Claim::Met,
            Improvement::Share {
                interval: Some(interval),
                ..
            } if interval.high <= bound => Claim::NotMet,
            Improvement::Share { .. } => Claim::NotShown,
        }
    }
}

impl Claim {
    /// Whether it holds; all else is no pass.
    pub fn is_met(self) -> bool {
        self == Claim::Met
    }
}

/// The improvement as a share.
///
/// # Errors
/// [`NotComputable`].
pub fn share(before: Option<f64>, after: Option<f64>, better: Direction) -> Result<f64, NotComputable> {
    let before = before.ok_or(NotComputable::NoBefore)?;
    let after = after.ok_or(NotComputable::NoAfter)?;
    if [before, after]
        .iter()
        .any(|value| !value.is_finite() || *value < 0.0)
    {
        return Err(NotComputable::NoMeasurement);
    }
    if before == 0.0 {
        return Err(NotComputable::BeforeZero);
    }
    let share = match better {
        Direction::Lower => (before - after) / before,
        Direction::Higher => (after - before) / before,
    };
    match share.is_finite() {
        true => Ok(share),
        false => Err(NotComputable::NoMeasurement),
    }
}

/// A share in per cent with one digit, or as many more as it takes to see on which side of `bound` it is.
pub fn percent(share: f64, bound: Option<f64>) -> String {
    let shown = |digits: usize| format!("{:.digits$}", share * 100.0);
    let tells = |digits: &usize| {
        bound.is_none_or(|bound| {
            let rounded = shown(*digits).parse::<f64>().unwrap_or(f64::NAN);
            (rounded > bound * 100.0) == (share > bound)
        })
    };
    let text = shown((1..=9).find(tells).unwrap_or(9));
    let unsigned = text.trim_start_matches('-');
    let is_zero = unsigned.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    format!("{} %", if is_zero { unsigned } else { &text })
}

impl fmt::Display for Improvement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Improvement::NotComputable(why) => write!(f, "not computable: {why}"),
            Improvement::Share { share, interval } => {
                f.write_str(&percent(*share, None))?;
                if let Some(Interval { low, high }) = interval {
                    write!(f, " ({} to {})", percent(*low, None), percent(*high, None))?;
                }
                match self.is_regression() {
                    true => f.write_str(", a regression"),
                    false => Ok(()),
                }
            }
        }
    }
}

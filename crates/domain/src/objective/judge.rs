//! Whether an objective is met: unrounded, from enough samples, and not too early.

use super::{Aim, Between, Objective, bucket};
use crate::{
    form::improvement,
    metric::Aggregation,
    quantity::{Bound, Comparison, Unit},
    window::FLOOR,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use improvement::Change;

/// A difference that arithmetic on decimals can leave: a value that near to a strict bound does not clear it.
const NOISE: f64 = 1e-9;

/// What is known of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// How many values became one.
    pub aggregation: Aggregation,
    /// What it stands on: requests, lookups, or points in time; of before and after the lesser number.
    pub samples: u64,
    /// The share of the window that was seen, 0 to 1; `None` where it is not about a window.
    pub coverage: Option<f64>,
    /// The value.
    pub reading: Reading,
}

/// A measured value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// One number.
    Value {
        /// In the base unit.
        value: f64,
        /// The base unit.
        unit: Unit,
    },
    /// One number of which no more is known than two bounds.
    Between {
        /// The bounds.
        between: Between,
        /// The base unit.
        unit: Unit,
    },
    /// The same number before and after, in one unit.
    Pair {
        /// Before the deployment.
        before: Option<f64>,
        /// After it.
        after: Option<f64>,
        /// Where the improvement lies, as a resampling of both histograms says; none for values that somebody typed.
        interval: Option<Interval>,
    },
}

/// Where an improvement lies, in per cent of the value before; below 0 is a regression. With 95 % confidence, or within the bounds of
/// buckets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Its ends follow from the bounds of buckets, at the worst and at the best: that is no confidence.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bounds: bool,
}

/// When it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// T0, where it is known.
    pub t0: Option<DateTime<Utc>>,
    /// Now.
    pub now: DateTime<Utc>,
    /// Somebody waived it, and the waiver holds now.
    pub waived: bool,
}

/// How an objective stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Met,
    /// It does not hold; where it was not shown it may, and the interval does not clear the bound.
    NotMet {
        /// The measurement shows that it does not hold.
        shown: bool,
    },
    /// Nothing, too little, or nothing that can be compared was measured.
    NoData,
    /// It is due later.
    TooEarly {
        /// When; `None` before T0.
        due: Option<DateTime<Utc>>,
    },
    /// Somebody decided that it does not count.
    Waived,
}

/// An outcome and why, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The outcome.
    pub outcome: Outcome,
    /// One sentence with the found value in it.
    pub reason: String,
}

impl Interval {
    /// What it is, for people.
    pub fn words(self) -> &'static str {
        match self.bounds {
            true => "bounds of buckets",
            false => "95 % interval",
        }
    }
}

impl Judgement {
    pub(super) fn of(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self {
            outcome,
            reason: reason.into(),
        }
    }

    pub(super) fn no_data(reason: impl Into<String>) -> Self {
        Self::of(Outcome::NoData, reason)
    }
}

impl Outcome {
    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Met => "met",
            Outcome::NotMet { shown: true } => "not met",
            Outcome::NotMet { shown: false } => "not met (not shown)",
            Outcome::NoData => "no data",
            Outcome::TooEarly { .. } => "too early",
            Outcome::Waived => "waived",
        }
    }
}

/// Whether an objective is met.
///
/// Early is never met; a count that has already passed its limit is not met at once, for it cannot become less. A strict
/// bound is not met by its own value.
pub fn judge(objective: &Objective, measured: Option<&Measured>, clock: Clock) -> Judgement {
    if clock.waived {
        return Judgement::of(Outcome::Waived, "waived");
    }
    let broken = measured.and_then(|measured| broken_for_good(objective, measured));
    if let Some(broken) = broken {
        return broken;
    }
    if let Some(early) = too_early(objective, clock) {
        return early;
    }
    let Some(measured) = measured else {
        return Judgement::no_data("nothing was measured");
    };
    if let Some(thin) = too_thin(objective, measured) {
        return thin;
    }
    match (&objective.aim, &measured.reading) {
        (Aim::Absolute { bound, upper }, Reading::Value { value, unit }) => {
            compared(*value, *unit, *bound, *upper)
        }
        (Aim::Absolute { bound, upper }, Reading::Between { between, unit }) => {
            bucket::compared(*between, *unit, *bound, *upper)
        }
        (
            Aim::Improvement { bound, better },
            Reading::Pair {
                before,
                after,
                interval,
            },
        ) => improved(improvement::change(*before, *after, *better), *interval, *bound),
        (Aim::Absolute { .. }, Reading::Pair { .. }) => Judgement::no_data("one value is asked for"),
        (Aim::Improvement { .. }, Reading::Value { .. } | Reading::Between { .. }) => {
            Judgement::no_data("a value before and one after are asked for")
        }
        // Samples over a window say it, and they are judged with it: see `window::judge`.
        (
            Aim::Steady { steady } | Aim::Settled { steady, .. },
            Reading::Value { .. } | Reading::Between { .. } | Reading::Pair { .. },
        ) => Judgement::no_data(format!("one value says nothing of what stays: {steady}")),
    }
}

/// A count that passed its limit: "0 errors" with one error is not met, at any time and from any number of samples.
fn broken_for_good(objective: &Objective, measured: &Measured) -> Option<Judgement> {
    let (Aim::Absolute { bound, .. }, Reading::Value { value, unit }) = (&objective.aim, &measured.reading)
    else {
        return None;
    };
    let counts = objective.aggregation == Aggregation::Total && measured.aggregation == Aggregation::Total;
    let limit = match bound.comparison {
        Comparison::Below => *value >= bound.quantity.value,
        Comparison::AtMost | Comparison::Equal => *value > bound.quantity.value,
        Comparison::AtLeast | Comparison::Above | Comparison::Other => false,
    };
    (counts && limit && *unit == bound.quantity.unit).then(|| {
        Judgement::of(
            Outcome::NotMet { shown: true },
            format!("{value} found, {bound} asked for"),
        )
    })
}

fn too_early(objective: &Objective, clock: Clock) -> Option<Judgement> {
    let minutes = objective.window?;
    let Some(t0) = clock.t0 else {
        let outcome = Outcome::TooEarly { due: None };
        return Some(Judgement::of(outcome, "too early: it is due after T0"));
    };
    // What lies beyond the calendar is never due.
    let due = t0.checked_add_signed(TimeDelta::minutes(i64::from(minutes)));
    if due.is_some_and(|due| due <= clock.now) {
        return None;
    }
    let words = due.map_or_else(String::new, |due| {
        format!(", due {} UTC", due.format("%Y-%m-%d %H:%M"))
    });
    Some(Judgement::of(
        Outcome::TooEarly { due },
        format!("too early{words}"),
    ))
}

/// Too few samples, too much of the window unseen, or another kind of number.
fn too_thin(objective: &Objective, measured: &Measured) -> Option<Judgement> {
    let asked = objective.aggregation;
    if asked != Aggregation::Unsaid && measured.aggregation != asked {
        let found = measured.aggregation;
        return Some(Judgement::no_data(format!(
            "{found} was measured, {asked} is asked for"
        )));
    }
    let (samples, least) = (measured.samples, objective.minimum_samples);
    if samples < least {
        return Some(Judgement::no_data(format!(
            "{samples} samples, {least} are needed"
        )));
    }
    let continuous = match &objective.aim {
        Aim::Absolute { .. } => {
            objective.window.is_some_and(|minutes| minutes > 0) && asked == Aggregation::Total
        }
        Aim::Steady { .. } | Aim::Settled { .. } => true,
        Aim::Improvement { .. } => false,
    };
    if !continuous {
        return None;
    }
    match measured.coverage {
        Some(coverage) if (FLOOR as f64 / 100.0..=1.0).contains(&coverage) => None,
        Some(coverage) => {
            let seen = coverage * 100.0;
            Some(Judgement::no_data(format!(
                "{seen:.1} % of the window was seen, {FLOOR} % are needed"
            )))
        }
        None => Some(Judgement::no_data("how much of the window was seen is not known")),
    }
}

/// Whether a value stands in the relation: as [`Comparison::holds`], but what is nearer to a strict bound than arithmetic can
/// tell does not clear it.
pub(super) fn clears(value: f64, bound: Bound) -> bool {
    let limit = bound.quantity.value;
    let near = (value - limit).abs() <= NOISE * limit.abs().max(1.0);
    let strict = matches!(bound.comparison, Comparison::Below | Comparison::Above);
    bound.comparison.holds(value, limit) && !(strict && near)
}

fn compared(value: f64, unit: Unit, bound: Bound, upper: Option<Bound>) -> Judgement {
    if !value.is_finite() {
        return Judgement::no_data("the value is no number: nothing divided by nothing, perhaps");
    }
    if unit != bound.quantity.unit {
        return Judgement::no_data(format!(
            "measured in {unit:?}, asked for in {:?}",
            bound.quantity.unit
        ));
    }
    let met = clears(value, bound) && upper.is_none_or(|upper| clears(value, upper));
    // For people: four decimals, unless they would say otherwise than the value does.
    let short = (value * 1e4).round() / 1e4;
    let value = if clears(short, bound) == clears(value, bound) {
        short
    } else {
        value
    };
    let found = crate::quantity::Quantity { value, unit };
    let asked = Aim::Absolute { bound, upper };
    let outcome = if met {
        Outcome::Met
    } else {
        Outcome::NotMet { shown: true }
    };
    Judgement::of(outcome, format!("{found} found, {asked} asked for"))
}

/// A number with one digit, or as many more as it takes to see on which side of `limit` it is.
fn shown(value: f64, limit: f64) -> String {
    let rounded = |digits: usize| format!("{value:.digits$}");
    let tells = |digits: &usize| {
        let shown = rounded(*digits).parse::<f64>().unwrap_or(f64::NAN);
        shown.partial_cmp(&limit) == value.partial_cmp(&limit)
    };
    let text = rounded((1..=9).find(tells).unwrap_or(9));
    let unsigned = text.trim_start_matches('-');
    let is_zero = unsigned.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if is_zero { unsigned.to_owned() } else { text }
}

fn improved(change: Change, interval: Option<Interval>, bound: Bound) -> Judgement {
    let percent = match change {
        Change::NotComputable(missing) => return Judgement::no_data(format!("not computable: {missing}")),
        Change::Improved { percent } => percent,
        Change::Unchanged => 0.0,
        Change::Regressed { percent } => -percent,
    };
    if bound.quantity.unit != Unit::Percent {
        return Judgement::no_data("an improvement is asked for in per cent");
    }
    let asked = format!("{bound} asked for");
    let Some(interval @ Interval { low, high, .. }) = interval else {
        let shown = !clears(percent, bound);
        let reason = format!("{change}, without an interval that shows it; {asked}");
        return Judgement::of(Outcome::NotMet { shown }, reason);
    };
    let valid = low.is_finite() && high.is_finite() && low <= percent && percent <= high;
    if !valid {
        return Judgement::no_data(format!(
            "the interval {low} to {high} % does not hold the value {percent} %"
        ));
    }
    let limit = bound.quantity.value;
    let (low_shown, high_shown) = (shown(low, limit), shown(high, limit));
    let reason = format!(
        "{change}, {} {low_shown} to {high_shown} %; {asked}",
        interval.words()
    );
    let all = clears(low, bound) && clears(high, bound);
    let none = !clears(low, bound) && !clears(high, bound);
    let outcome = match (all, none) {
        (true, _) => Outcome::Met,
        (false, true) => Outcome::NotMet { shown: true },
        (false, false) => Outcome::NotMet { shown: false },
    };
    Judgement::of(outcome, reason)
}

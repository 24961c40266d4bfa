//! A value that is known only as lying between two bounds, such as a quantile between two buckets of a histogram.

use super::{Judgement, Outcome, judge::clears};
use crate::quantity::{Bound, Comparison, Quantity, Unit};
use serde::{Deserialize, Serialize};

/// Where a value lies: above the first, at most the second, in the base unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Between {
    /// The value is above it.
    pub low: f64,
    /// And at most this.
    pub high: f64,
}

/// Whether wherever it lies it stands in the relation. What the bounds leave open is no data.
pub(super) fn compared(between: Between, unit: Unit, bound: Bound, upper: Option<Bound>) -> Judgement {
    let Between { low, high } = between;
    if !(low.is_finite() && high.is_finite() && low <= high) {
        return Judgement::no_data("what it lies between is not known");
    }
    if unit != bound.quantity.unit {
        return Judgement::no_data(format!(
            "measured in {unit:?}, asked for in {:?}",
            bound.quantity.unit
        ));
    }
    let shown = |value| Quantity { value, unit };
    let asked = super::Aim::Absolute { bound, upper };
    let found = format!(
        "above {} and at most {}, two bounds of its buckets, {asked} asked for",
        shown(low),
        shown(high)
    );
    let holds = |value, bound: Bound| {
        let ordered = match bound.comparison {
            Comparison::Below | Comparison::AtMost | Comparison::Above | Comparison::AtLeast => true,
            Comparison::Equal | Comparison::Other => false,
        };
        (ordered, clears(value, bound))
    };
    let (mut all, mut none) = (true, false);
    for bound in [Some(bound), upper].into_iter().flatten() {
        match (holds(low, bound), holds(high, bound)) {
            ((true, true), (true, true)) => {}
            ((true, false), (true, false)) => (all, none) = (false, true),
            _ => all = false,
        }
    }
    match (all, none) {
        (true, _) => Judgement::of(Outcome::Met, found),
        (false, true) => Judgement::of(Outcome::NotMet { shown: true }, found),
        (false, false) => Judgement::no_data(format!("{found}: that cannot tell")),
    }
}

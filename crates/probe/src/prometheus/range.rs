//! An expression over a window: every sample of every series must hold, and there must be enough of them.

use super::{Series, labels};
use crate::answer::Judgement;
use crate::output::excerpt;
use crate::redact::Secrets;
use chrono::{DateTime, Utc};
use domain::probe::RangeQuery;
use domain::quantity::{Quantity, Unit};
use domain::verdict::Verdict;

/// How much of the window samples must cover, in per cent.
const COVERED: usize = 90;

/// The parameters of `query_range` for a window that ends now.
pub(super) fn parameters(range: &RangeQuery, now: DateTime<Utc>) -> [(&'static str, String); 4] {
    let end = now.timestamp();
    let window = i64::from(range.minutes) * 60;
    [
        ("query", range.expr.clone()),
        ("start", (end - window).to_string()),
        ("end", end.to_string()),
        ("step", step(range).to_string()),
    ]
}

/// Seconds between two samples: a thousand in a window at most, and none closer than most scrapes.
fn step(range: &RangeQuery) -> u32 {
    (range.minutes * 60).div_ceil(1000).max(15)
}

/// How many samples a window without gaps has: those at both ends count.
fn wanted(range: &RangeQuery) -> usize {
    (range.minutes * 60 / step(range)) as usize + 1
}

pub(super) fn judge(series: &[Series], range: &RangeQuery, secrets: &Secrets) -> Judgement {
    let judged = series.iter().map(|series| judge_series(series, range, secrets));
    Judgement::weakest(judged.collect()).unwrap_or_else(|| {
        let reason = format!(
            "the expression has no sample in {} min: there is nothing to judge",
            range.minutes
        );
        Judgement::new(Verdict::NoData, reason, "no sample")
    })
}

fn judge_series(series: &Series, range: &RangeQuery, secrets: &Secrets) -> Judgement {
    let of = labels(&series.metric);
    let bound = range.bound;
    // Prometheus counts times in seconds. Of a share it cannot be told whether it counts to 1 or to 100.
    let scale = match bound.quantity.unit {
        Unit::Milliseconds => 1000.0,
        Unit::Count | Unit::Bytes => 1.0,
        Unit::Percent => {
            return Judgement::error(
                "a sample is a plain number: write `<0.01` or what the expression counts in",
            );
        }
    };
    let (mut held, mut wrong, mut first) = (0_usize, 0_usize, None);
    for (at, value) in series.values.as_deref().unwrap_or_default() {
        let Ok(number) = value.parse::<f64>() else {
            return Judgement::error(format!("{of}{} is no number", excerpt(value, secrets)));
        };
        // A sample without a number is none.
        if number.is_nan() {
            continue;
        }
        let value = number * scale;
        match bound.comparison.holds(value, bound.quantity.value) {
            true => held += 1,
            false => {
                wrong += 1;
                first.get_or_insert((
                    *at,
                    Quantity {
                        value,
                        ..bound.quantity
                    },
                ));
            }
        }
    }
    let (wanted, count) = (wanted(range), held + wrong);
    let found = format!("{of}{held} of {wanted} samples are {bound}");
    if let Some((at, value)) = first {
        let at = DateTime::from_timestamp(at as i64, 0).map(|at| at.format("%H:%M:%S UTC").to_string());
        let reason = format!(
            "{of}{wrong} of {count} samples are not: first at {}: {value}",
            at.unwrap_or_default()
        );
        return Judgement::fail(reason, found);
    }
    if count * 100 < wanted * COVERED {
        let reason = format!(
            "{found}, too few: at least {COVERED} % of {} min must be known",
            range.minutes
        );
        return Judgement::new(Verdict::NoData, reason, found);
    }
    Judgement::pass(format!("{found}, over {} min", range.minutes))
}

//! What "stable" and "stabilised" mean, for windows and objectives alike: how far the line of least squares through the samples
//! rises or falls over the part of the window that is looked at, and how far they lie apart. Whoever judges by it says so in the
//! words of [`Stays`], and a plan says it beforehand in those of [`Steady`].

use crate::metric::Metric;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A sample of a window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Minutes after T0.
    pub minute: f64,
    /// The value.
    pub value: f64,
}

/// The definition of staying as it is. Both parts are in per cent of the samples' mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Steady {
    /// The line of least squares through the samples changes over the part by no more than this, up or down.
    pub slope: f64,
    /// The largest and the smallest sample, without the tenth at either end, differ by no more than this.
    pub spread: f64,
    /// The part of the window that is looked at, up to its end: 1 is all of it, 0.25 its last quarter.
    pub part: f64,
}

/// So many points in time the whole window needs at least, and a part of it as large a part of them.
pub const FEWEST: u64 = 12;

/// So many points in time a part needs, however small it is: fewer show no slope.
const FEWEST_IN_A_PART: usize = 6;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// How much the line through the samples changes, in per cent of their mean, with its sign.
    pub slope: f64,
    /// How far the middle eight tenths of the samples differ, in per cent of their mean.
    pub spread: f64,
    /// How many samples it stands on.
    pub samples: usize,
}

/// Whether samples stay as they are, in words that hold the definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stays {
    /// They do.
    Yes(String),
    /// They do not.
    No(String),
    /// Nobody can tell: why.
    Unknown(String),
}

impl Steady {
    /// "Stable": over the whole window. Latencies vary more than memory, and a rate less.
    pub fn stable(metric: &Metric) -> Self {
        let (slope, spread) = match metric {
            Metric::CacheHitRate => (5.0, 10.0),
            Metric::Latency | Metric::CacheLatency | Metric::CacheReadLatency | Metric::CacheWriteLatency => {
                (10.0, 50.0)
            }
            Metric::CacheEvictions
            | Metric::Queries
            | Metric::RepeatedQueries
            | Metric::Errors
            | Metric::ErrorRate
            | Metric::ErrorLogs
            | Metric::Memory
            | Metric::Free(_) => (10.0, 20.0),
        };
        Self {
            slope,
            spread,
            part: 1.0,
        }
    }

    /// "Stabilised": it may have moved before; over the last quarter of the window it does not.
    pub fn stabilised(metric: &Metric) -> Self {
        Self {
            part: 0.25,
            ..Self::stable(metric)
        }
    }

    /// The samples of the part that is looked at, of a window of so many minutes: what is taken at the beginning of a part is of the one
    /// before.
    pub fn part_of(self, samples: &[Sample], window: f64) -> Vec<Sample> {
        let from = window * (1.0 - self.part);
        let after = |sample: &&Sample| sample.minute > from || self.part >= 1.0;
        let inside = samples.iter().filter(|sample| sample.minute <= window);
        inside.filter(after).copied().collect()
    }

    /// Slope and spread of samples; `None` where there are fewer than three at different times, or their mean is 0 although
    /// they differ.
    pub fn measure(samples: &[Sample]) -> Option<Found> {
        let count = samples.len() as f64;
        if samples.len() < 3
            || !samples
                .iter()
                .all(|s| s.value.is_finite() && s.minute.is_finite())
        {
            return None;
        }
        let mean = samples.iter().map(|s| s.value).sum::<f64>() / count;
        let middle = samples.iter().map(|s| s.minute).sum::<f64>() / count;
        let square: f64 = samples.iter().map(|s| (s.minute - middle).powi(2)).sum();
        let product: f64 = samples
            .iter()
            .map(|s| (s.minute - middle) * (s.value - mean))
            .sum();
        let minutes = samples.iter().map(|s| s.minute);
        let length = minutes.clone().fold(f64::MIN, f64::max) - minutes.fold(f64::MAX, f64::min);
        if square == 0.0 {
            return None;
        }
        let mut values: Vec<f64> = samples.iter().map(|s| s.value).collect();
        values.sort_by(f64::total_cmp);
        let cut = values.len() / 10;
        let inner = &values[cut..values.len() - cut];
        let range = inner[inner.len() - 1] - inner[0];
        let part = |value: f64| {
            if value == 0.0 {
                return Some(0.0);
            }
            (mean != 0.0).then(|| value * 100.0 / mean.abs())
        };
        Some(Found {
            slope: part(product / square * length)?,
            spread: part(range)?,
            samples: samples.len(),
        })
    }

    /// Whether the samples of a window of so many minutes stay as they are.
    pub fn judge(self, samples: &[Sample], window: f64) -> Stays {
        let part = self.part_of(samples, window);
        let least = ((FEWEST as f64 * self.part).ceil() as usize).max(FEWEST_IN_A_PART);
        let over = self.over();
        if part.len() < least {
            let count = part.len();
            return Stays::Unknown(format!(
                "{count} numbers {over}: {least} are needed to tell whether it is stable"
            ));
        }
        let Some(found) = Self::measure(&part) else {
            return Stays::Unknown(format!(
                "{over} slope and spread of the numbers cannot be computed"
            ));
        };
        let Self { slope, spread, .. } = self;
        let said = format!(
            "{over} the line through {} samples changes by {:+.1} % of their mean (at most {slope} %), and without the tenth at either \
             end they differ by {:.1} % of it (at most {spread} %)",
            found.samples, found.slope, found.spread
        );
        if found.slope.abs() <= slope && found.spread <= spread {
            Stays::Yes(format!("stable: {said}"))
        } else {
            Stays::No(format!("not stable: {said}"))
        }
    }

    fn over(self) -> String {
        if self.part < 1.0 {
            format!("over the last {} % of the window", self.part * 100.0)
        } else {
            "over the window".to_owned()
        }
    }
}

impl fmt::Display for Steady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slope, spread, .. } = self;
        write!(
            f,
            "{} the line through the samples changes by at most {slope} % of their mean, and the samples without the tenth \
             at either end differ by at most {spread} % of it",
            self.over()
        )
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            slope,
            spread,
            samples,
        } = self;
        write!(
            f,
            "the line through {samples} samples changes by {slope:+.1} % of their mean, and they differ by {spread:.1} % of it"
        )
    }
}

//! What "stable" and "stabilised" mean: the slope and the spread of the samples.

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

    /// The samples of the part that is looked at, of a window of so many minutes.
    pub fn part_of(self, samples: &[Sample], window: f64) -> Vec<Sample> {
        let from = window * (1.0 - self.part);
        let inside = samples
            .iter()
            .filter(|sample| (from..=window).contains(&sample.minute));
        inside.copied().collect()
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
        let part = |value: f64| match (value, mean) {
            (0.0, _) => Some(0.0),
            (_, 0.0) => None,
            _ => Some(value * 100.0 / mean.abs()),
        };
        Some(Found {
            slope: part(product / square * length)?,
            spread: part(range)?,
            samples: samples.len(),
        })
    }

    /// Whether what was found counts as staying.
    pub fn holds(self, found: Found) -> bool {
        found.slope.abs() <= self.slope && found.spread <= self.spread
    }
}

impl fmt::Display for Steady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = if self.part < 1.0 {
            format!("over the last {} % of the window", self.part * 100.0)
        } else {
            "over the window".to_owned()
        };
        let Self { slope, spread, .. } = self;
        write!(
            f,
            "{part} the line through the samples changes by at most {slope} % of their mean, and the samples without the tenth \
             at either end differ by at most {spread} % of it"
        )
    }
}

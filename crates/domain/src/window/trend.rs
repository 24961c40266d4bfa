//! How the number of a line went over a window, and what "stable" means.

use super::{Sample, Window};
use chrono::{DateTime, Utc};
use std::fmt;

/// A number over a window: a straight line through its samples, and how far they lie apart. Both in per cent of the median.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// From the beginning to the end of the window on the line (least squares); negative where it falls.
    pub drift: f64,
    /// From the 5th to the 95th percentile.
    pub spread: f64,
}

/// Fewer numbers than this show no trend.
const FEWEST: usize = 10;

/// A stable number drifts by no more than this, in per cent of its median.
const DRIFTS: f64 = 10.0;

/// A stable number spreads over no more than this, in per cent of its median.
const SPREADS: f64 = 20.0;

impl Trend {
    /// The trend of these samples; `None` where fewer than ten have a number, or their median is 0.
    pub(super) fn of<'a>(window: &Window, samples: impl Iterator<Item = &'a Sample>) -> Option<Self> {
        let seconds = |from: DateTime<Utc>, to: DateTime<Utc>| (to - from).num_milliseconds() as f64 / 1e3;
        let length = seconds(window.t0, window.due);
        let points: Vec<(f64, f64)> = samples
            .filter_map(|sample| {
                let value = sample.value.filter(|value| value.is_finite())?;
                Some((seconds(window.t0, sample.slot) / length, value))
            })
            .collect();
        let mut sorted: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| {
            sorted
                .get(((sorted.len().max(1) - 1) as f64 * share).round() as usize)
                .copied()
        };
        let (low, median, high) = (at(0.05)?, at(0.5)?, at(0.95)?);
        if points.len() < FEWEST || median == 0.0 {
            return None;
        }
        let count = points.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(|point| point.0), mean(|point| point.1));
        let across: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
        let along: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
        Some(Self {
            drift: across / along / median.abs() * 100.0,
            spread: (high - low) / median.abs() * 100.0,
        })
    }

    /// Whether it neither drifts nor spreads.
    pub fn is_stable(&self) -> bool {
        self.drift.abs() <= DRIFTS && self.spread <= SPREADS
    }
}

impl fmt::Display for Trend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_stable() { "stable" } else { "not stable" };
        write!(
            f,
            "{word}: drift {:+.1} %, spread {:.1} % over the window (at most {DRIFTS} % and {SPREADS} %)",
            self.drift, self.spread
        )
    }
}

/// The number that stands in what was found, its last one, in a base unit: bytes, milliseconds, per cent or a count. Digits within
/// a word are none.
pub fn value(found: &str) -> Option<f64> {
    let digit = |c: char| c.is_ascii_digit() || c == '.';
    let end = found.rfind(|c: char| c.is_ascii_digit())? + 1;
    let start = found[..end]
        .rfind(|c: char| !digit(c))
        .map_or(0, |at| at + found[at..].chars().next().map_or(1, char::len_utf8));
    let before = found[..start].chars().next_back();
    let time_of_day = before == Some(':') && found[..start - 1].ends_with(|c: char| c.is_ascii_digit());
    if before.is_some_and(char::is_alphanumeric) || time_of_day {
        return None;
    }
    let number: f64 = found[start..end].parse().ok()?;
    let signed = if before == Some('-') { -number } else { number };
    let unit: String = found[end..]
        .trim_start()
        .chars()
        .take_while(|c| c.is_alphabetic() || *c == '%')
        .collect();
    let factor = match unit.to_ascii_lowercase().as_str() {
        "kb" | "kib" => 1024.0,
        "mb" | "mib" => 1024.0 * 1024.0,
        "gb" | "gib" => 1024.0 * 1024.0 * 1024.0,
        "tb" | "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        "s" => 1000.0,
        _ => 1.0,
    };
    Some(signed * factor)
}

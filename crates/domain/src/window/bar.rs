//! The samples of a line as a bar: few letters, whatever the window.

use super::{Sample, Window, judge::Judged};
use crate::{plan::ItemId, verdict::Verdict};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How many parts a bar has at most.
pub const BUCKETS: usize = 60;

/// The samples of a line of a window up to now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// The line.
    pub item: ItemId,
    /// A letter for each part of the window that has come, its weakest sample: `.` all passed, `w` a warning, `-` a gap, `x` a
    /// failure. What has not come yet has none.
    pub parts: String,
    /// Of how many parts the whole window is.
    pub of: usize,
    /// "2,861 of 2,880 samples, longest gap 4 min".
    pub coverage: String,
    /// How many samples were bad.
    pub failed: usize,
    /// How its number went, in words; empty where it has none.
    pub trend: String,
    /// The last number of each part, of those that have one, 0 to 100 between the smallest and the largest.
    pub line: Vec<u8>,
}

impl Bar {
    /// The bar of these samples, in order, and of what they say at `now`.
    pub fn new(
        item: ItemId,
        window: &Window,
        samples: &[Sample],
        judged: &Judged,
        now: DateTime<Utc>,
    ) -> Self {
        let all = window.come(window.due);
        let (of, wide) = (all.min(BUCKETS), all.div_ceil(BUCKETS).max(1));
        let slots: Vec<_> = window.slots(now).collect();
        let mut samples = samples.iter().filter(|sample| window.counts(sample)).peekable();
        let (mut parts, mut values) = (String::new(), Vec::new());
        for part in slots.chunks(wide) {
            let (mut weakest, mut value) = ('.', None);
            for slot in part {
                let sample = samples.next_if(|sample| sample.slot == *slot);
                value = sample.and_then(|sample| sample.value).or(value);
                weakest = weaker(weakest, sample.map(|sample| sample.verdict));
            }
            parts.push(weakest);
            values.extend(value);
        }
        Self {
            item,
            parts,
            of: if wide == 1 { of } else { all.div_ceil(wide) },
            coverage: judged.coverage(),
            failed: judged.failed,
            trend: judged.trend.clone(),
            line: scaled(&values),
        }
    }
}

/// A letter for every slot that has come at `now`, as in [`Bar::parts`].
pub fn letters(window: &Window, samples: &[Sample], now: DateTime<Utc>) -> String {
    let mut samples = samples.iter().filter(|sample| window.counts(sample)).peekable();
    window
        .slots(now)
        .map(|slot| {
            letter(
                samples
                    .next_if(|sample| sample.slot == slot)
                    .map(|sample| sample.verdict),
            )
        })
        .collect()
}

fn letter(verdict: Option<Verdict>) -> char {
    match verdict {
        Some(Verdict::Pass) => '.',
        Some(Verdict::Warning) => 'w',
        Some(Verdict::NoData | Verdict::Error) | None => '-',
        Some(Verdict::Fail) => 'x',
    }
}

fn weaker(than: char, verdict: Option<Verdict>) -> char {
    let rank = |letter| ".w-x".find(letter);
    let other = letter(verdict);
    if rank(other) > rank(than) { other } else { than }
}

fn scaled(values: &[f64]) -> Vec<u8> {
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(*value), high.max(*value))
        });
    let place = |value: &f64| {
        let share = (value - low) / (high - low);
        if share.is_finite() {
            (share * 100.0).round() as u8
        } else {
            50
        }
    };
    values.iter().map(place).collect()
}

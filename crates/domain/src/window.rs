//! Verification windows: what is sampled when, and what the samples say when the window is due.
//!
//! Slots stand on a grid of absolute time, so that whoever samples, whenever it was started again, agrees about them; a window is
//! what lies on it after T0 and not after the due time. A corrected T0 moves the window and no sample.

mod bar;
mod demand;
mod judge;
mod number;
mod timing;
mod watch;

pub use bar::{BUCKETS, Bar, letters};
pub use demand::Demand;
pub use judge::{FLOOR, Judged, judge};
pub use number::value;
pub use timing::{LEAST_INTERVAL, LEAST_SLOTS, NoTiming, OfWindows, Timing, WindowTiming};
pub use watch::{HOLD, Look, Watch};

use crate::{
    hash::Hash,
    plan::{ItemId, SectionId},
    verdict::Verdict,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When a window is sampled, and what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// From one slot to the next. A slot is a multiple of it since 1970.
    pub interval: TimeDelta,
    /// For how long before the due time what need not hold throughout must have held.
    pub steady: TimeDelta,
    /// How long after its slot a sample may be taken; later there is none: a gap.
    pub timeout: TimeDelta,
}

/// The most slots that a window has: what is kept is bounded by it.
pub const MOST_SLOTS: i64 = 2_880;

impl Sampling {
    /// Every ten seconds in the first minutes, every thirty in an hour or a day, and [`MOST_SLOTS`] in whatever is longer.
    pub fn of(length: TimeDelta) -> Self {
        let seconds = length.num_seconds();
        let interval = (seconds / 30)
            .clamp(10, 30)
            .max((seconds + MOST_SLOTS - 1) / MOST_SLOTS);
        Self {
            interval: TimeDelta::seconds(interval),
            steady: TimeDelta::seconds((2 * interval).min(seconds / 2)),
            timeout: TimeDelta::seconds(interval / 2),
        }
    }
}

/// A window of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// It opens after this: T0, or so much later as it is delayed.
    pub t0: DateTime<Utc>,
    /// It is due then.
    pub due: DateTime<Utc>,
    /// How it is sampled.
    pub sampling: Sampling,
}

impl Window {
    /// The window of this many minutes after T0, sampled as is usual.
    pub fn new(t0: DateTime<Utc>, minutes: u32) -> Self {
        Self::timed(t0, minutes, Timing::default())
    }

    /// The window of this many minutes after T0, sampled as somebody says. What one says and another's does not fit is cut to what fits.
    pub fn timed(t0: DateTime<Utc>, minutes: u32, timing: Timing) -> Self {
        let length = TimeDelta::minutes(i64::from(minutes));
        Self {
            t0: t0 + timing.delay(length),
            due: t0 + length,
            sampling: timing.sampling(length),
        }
    }

    /// The last part of it: 0.25 is its last quarter.
    pub fn last(&self, part: f64) -> Self {
        if part >= 1.0 {
            return *self;
        }
        let length = (self.due - self.t0).num_milliseconds() as f64 * part;
        Self {
            t0: self.due - TimeDelta::milliseconds(length as i64),
            ..*self
        }
    }

    /// The number of the last slot that is not after `at`, since 1970.
    fn number(&self, at: DateTime<Utc>) -> i64 {
        at.timestamp_micros().div_euclid(self.step())
    }

    fn step(&self) -> i64 {
        self.sampling
            .interval
            .num_microseconds()
            .unwrap_or(i64::MAX)
            .max(1)
    }

    fn time(&self, number: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(number.saturating_mul(self.step())).unwrap_or(self.due)
    }

    /// The slots that have come at `now`, in order.
    pub fn slots(&self, now: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let numbers = self.number(self.t0) + 1..=self.number(now.min(self.due));
        numbers.map(|number| self.time(number))
    }

    /// How many slots have come at `now`.
    pub fn come(&self, now: DateTime<Utc>) -> usize {
        let slots = self.number(now.min(self.due)) - self.number(self.t0);
        usize::try_from(slots).unwrap_or(0)
    }

    /// The slot that a sample taken at `now` belongs to; `None` where it would be none's.
    pub fn slot_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let slot = self.time(self.number(now));
        (slot > self.t0 && slot <= self.due && now - slot <= self.sampling.timeout).then_some(slot)
    }

    /// When there is something to do after `now`: the next slot, or the due time; `None` where it is past.
    pub fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let slot = self.time(self.number(now.max(self.t0)) + 1);
        (now < self.due).then(|| slot.min(self.due))
    }

    /// Whether this sample is one of the window's: on its slot, and taken in time for it.
    pub fn counts(&self, sample: &Sample) -> bool {
        let late = sample.taken_at - sample.slot;
        sample.slot > self.t0
            && sample.slot <= self.due
            && self.time(self.number(sample.slot)) == sample.slot
            && late >= TimeDelta::zero()
            && late <= self.sampling.timeout
    }
}

/// What was seen in a slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The slot.
    pub slot: DateTime<Utc>,
    /// When it was really taken.
    pub taken_at: DateTime<Utc>,
    /// What the probe answered.
    pub verdict: Verdict,
    /// The number that was found, where there is one.
    pub value: Option<f64>,
    /// Why, where the verdict differs from the one before.
    pub said: Option<String>,
}

impl Sample {
    /// Whether the target answered: what could not be asked was not seen.
    pub fn is_answered(&self) -> bool {
        match self.verdict {
            Verdict::Pass | Verdict::Warning | Verdict::Fail => true,
            Verdict::NoData | Verdict::Error => false,
        }
    }
}

/// What the windows of a run have come to since its T0. A new T0 begins it anew.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Windows {
    /// The number of the event that set T0; 0 before.
    #[serde(default)]
    pub set: u64,
    /// When what the samples of a window say was written down.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub judged: BTreeMap<SectionId, DateTime<Utc>>,
    /// The first bad sample of a line.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bad: BTreeMap<ItemId, Bad>,
    /// Since when a line has held for the first time as long as it must at the end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steady: BTreeMap<ItemId, DateTime<Utc>>,
}

impl Windows {
    /// Those that count from the T0 that this event set.
    pub fn since(set: u64) -> Self {
        Self {
            set,
            ..Self::default()
        }
    }

    /// Whether none has opened yet.
    pub fn is_closed(&self) -> bool {
        *self == Self::default()
    }

    /// Whether what this window's samples say was written down, by a clock that this one agrees with.
    pub fn is_judged(&self, section: &SectionId, window: &Window, now: DateTime<Utc>) -> bool {
        self.judged
            .get(section)
            .is_some_and(|at| *at >= window.due && *at <= now)
    }
}

/// A bad sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bad {
    /// Its slot.
    pub slot: DateTime<Utc>,
    /// What the probe said.
    pub reason: String,
    /// What it saw.
    pub evidence: Hash,
}

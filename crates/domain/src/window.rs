//! Verification windows: what is sampled when, and what the samples say when the window is due.
//!
//! Slots stand on a grid of absolute time, so that whoever samples, whenever it was started again, agrees about them; a window is
//! what lies on it after T0 and not after the due time. A corrected T0 moves the window and no sample.

mod bar;
mod judge;
mod trend;
mod watch;

pub use bar::{BUCKETS, Bar, letters};
pub use judge::{FLOOR, Judged, judge};
pub use trend::{Trend, value};
pub use watch::{HOLD, Look, Watch};

use crate::{
    hash::Hash,
    outline::OutlineSection,
    plan::{ItemId, SectionId, SectionKind},
    probe::{HttpProbe, ProbeSpec, TextRule},
    verdict::Verdict,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a line of a window asks of its samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// It holds at the due time and for a steady time before; what was before that is forgiven.
    #[default]
    AtTheEnd,
    /// It holds in every sample, and at least [`FLOOR`] of them were taken.
    Throughout,
    /// As [`Demand::Throughout`], and its number neither drifts nor spreads: see [`Trend`].
    Stable,
}

impl Demand {
    /// What the words of a line and its probe ask for. "Zero errors", "no evictions", "is empty" and whatever must be absent hold
    /// throughout; in doubt the stricter one is taken, of which a person can let a run off by name.
    pub fn of(text: &str, spec: &ProbeSpec) -> Self {
        let lower = text.to_lowercase();
        let words = || lower.split(|c: char| !c.is_alphanumeric());
        if words().any(|word| STABLE.contains(&word)) {
            Demand::Stable
        } else if words().any(|word| THROUGHOUT.contains(&word)) || spec.leaves().into_iter().any(is_absence)
        {
            Demand::Throughout
        } else {
            Demand::AtTheEnd
        }
    }

    /// Whether one bad sample decides.
    pub fn needs_every_sample(self) -> bool {
        match self {
            Demand::AtTheEnd => false,
            Demand::Throughout | Demand::Stable => true,
        }
    }

    /// Whether it is what is taken where nothing else is said.
    pub fn is_default(&self) -> bool {
        *self == Demand::default()
    }
}

const STABLE: [&str; 5] = ["stable", "stabilised", "stabilized", "stabil", "稳定"];

const THROUGHOUT: [&str; 12] = [
    "no",
    "zero",
    "never",
    "none",
    "without",
    "empty",
    "always",
    "continuously",
    "throughout",
    "keine",
    "aucune",
    "sin",
];

/// Whether a probe looks for what must not be there.
fn is_absence(spec: &ProbeSpec) -> bool {
    let absent = |rules: &[TextRule]| {
        rules
            .iter()
            .any(|rule| matches!(rule, TextRule::Empty | TextRule::Lacks(_)))
    };
    match spec {
        ProbeSpec::Http(HttpProbe { body, .. }) => absent(body),
        ProbeSpec::Docker(docker) => match &docker.question {
            crate::probe::DockerQuestion::Logs(logs) => absent(&logs.rules),
            _ => false,
        },
        _ => false,
    }
}

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
    /// It opens after this.
    pub t0: DateTime<Utc>,
    /// It is due then.
    pub due: DateTime<Utc>,
    /// How it is sampled.
    pub sampling: Sampling,
}

impl Window {
    /// The window of this many minutes after T0.
    pub fn new(t0: DateTime<Utc>, minutes: u32) -> Self {
        let length = TimeDelta::minutes(i64::from(minutes));
        Self {
            t0,
            due: t0 + length,
            sampling: Sampling::of(length),
        }
    }

    /// The window that a section is; `None` for other sections.
    pub fn of(section: &OutlineSection, t0: DateTime<Utc>) -> Option<Self> {
        match section.kind {
            SectionKind::Window { minutes } => Some(Self::new(t0, minutes)),
            SectionKind::Preflight
            | SectionKind::Phase { .. }
            | SectionKind::Benchmark
            | SectionKind::Rollback { .. }
            | SectionKind::Troubleshooting
            | SectionKind::Criteria
            | SectionKind::SignOff
            | SectionKind::FollowUp
            | SectionKind::Prose => None,
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

//! When a window is sampled, where the document or the environment's file says it.

use super::{MOST_SLOTS, Sampling};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The shortest interval, in seconds.
pub const LEAST_INTERVAL: u32 = 5;

/// A window has at least so many slots.
pub const LEAST_SLOTS: u32 = 6;

/// What somebody says of when a window is sampled, in seconds; what is `None` is for others to say, and at last for [`Sampling::of`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timing {
    /// For how long after T0 nothing is sampled, 0 to half of the window: what happens then does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<u32>,
    /// From one sample to the next: from 5 s on, so that there are 6 to 2,880 of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<u32>,
    /// For how long what need not hold throughout must have held when the window is due, 1 s to half of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steady: Option<u32>,
    /// How late a sample may be taken, 1 s to less than an interval; later there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
}

/// Why a window cannot be sampled as somebody says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoTiming(pub String);

impl Timing {
    /// Nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This, and where it says nothing, `other`.
    pub fn or(self, other: Self) -> Self {
        Self {
            delay: self.delay.or(other.delay),
            interval: self.interval.or(other.interval),
            steady: self.steady.or(other.steady),
            timeout: self.timeout.or(other.timeout),
        }
    }

    /// Whether a window of so many minutes can be sampled like this; without a number, whether any can.
    ///
    /// # Errors
    /// What can be said, in words.
    pub fn check(self, minutes: Option<u32>) -> Result<(), NoTiming> {
        let length = minutes.map(|minutes| u64::from(minutes) * 60);
        if length == Some(0) {
            return Err(NoTiming(
                "what is due at T0 has no samples: give the window a time first".to_owned(),
            ));
        }
        let half = length.map_or(HALF_A_DAY, |length| length / 2);
        let left = length.map(|length| length.saturating_sub(u64::from(self.delay.unwrap_or_default())));
        let shortest = left.map_or(0, |left| left.div_ceil(MOST_SLOTS.unsigned_abs()));
        let shortest = shortest.max(u64::from(LEAST_INTERVAL));
        let longest = left.map_or(HALF_A_DAY, |left| left / u64::from(LEAST_SLOTS));
        let interval = self.interval.map_or(longest, u64::from);
        within("delay", self.delay, 0, half)?;
        within("interval", self.interval, shortest, longest)?;
        within("steady", self.steady, 1, half)?;
        within("timeout", self.timeout, 1, interval.saturating_sub(1))
    }

    /// How long after T0 a window of this length opens.
    pub(super) fn delay(self, length: TimeDelta) -> TimeDelta {
        let said = self.delay.map_or_else(TimeDelta::zero, seconds);
        said.min(length / 2)
    }

    /// How a window of this length is sampled.
    pub(super) fn sampling(self, length: TimeDelta) -> Sampling {
        let left = length - self.delay(length);
        let usual = Sampling::of(left);
        let whole = left.num_seconds();
        let interval = self.interval.map_or(usual.interval, |said| {
            let most = (whole / i64::from(LEAST_SLOTS)).max(1);
            let least = ((whole + MOST_SLOTS - 1) / MOST_SLOTS).max(i64::from(LEAST_INTERVAL));
            TimeDelta::seconds(i64::from(said).min(most).max(least))
        });
        let steady = (interval * 2).min(left / 2);
        let timeout = interval / 2;
        Sampling {
            interval,
            steady: self.steady.map_or(steady, seconds).min(left / 2),
            timeout: self
                .timeout
                .map_or(timeout, seconds)
                .min(interval - TimeDelta::seconds(1)),
        }
    }
}

/// Longest delay and interval where no window is named, in seconds.
const HALF_A_DAY: u64 = 43_200;

fn seconds(count: u32) -> TimeDelta {
    TimeDelta::seconds(i64::from(count))
}

fn within(what: &str, said: Option<u32>, least: u64, most: u64) -> Result<(), NoTiming> {
    match said {
        Some(said) if !(least..=most).contains(&u64::from(said)) => Err(NoTiming(format!(
            "{what} must be {least} s to {most} s here, {said} s are too {}",
            if u64::from(said) < least { "few" } else { "many" }
        ))),
        Some(_) | None => Ok(()),
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("sampled from", self.delay, " after T0 on"),
            ("sampled every", self.interval, ""),
            ("held for", self.steady, " at its end"),
            ("each sample at most", self.timeout, " late"),
        ];
        let said = parts.into_iter().filter_map(|(before, said, after)| {
            let length = super::judge::length(seconds(said?));
            Some(format!("{before} {length}{after}"))
        });
        f.write_str(&said.collect::<Vec<_>>().join(", "))
    }
}

/// One of the `[[windows]]` of an environment's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowTiming {
    /// The windows that are due so many minutes after T0; left out: all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// See [`Timing::delay`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_seconds: Option<u32>,
    /// See [`Timing::interval`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_seconds: Option<u32>,
    /// See [`Timing::steady`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steady_seconds: Option<u32>,
    /// See [`Timing::timeout`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
}

impl From<WindowTiming> for Timing {
    fn from(said: WindowTiming) -> Self {
        Self {
            delay: said.delay_seconds,
            interval: said.interval_seconds,
            steady: said.steady_seconds,
            timeout: said.timeout_seconds,
        }
    }
}

/// What an environment's file says of all windows; each of them can be sampled as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<WindowTiming>", into = "Vec<WindowTiming>")]
pub struct OfWindows(Vec<WindowTiming>);

impl OfWindows {
    /// Nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said of a window of so many minutes: what names it, and then what names none.
    pub fn of(&self, minutes: u32) -> Timing {
        let said = |named: Option<u32>| {
            let found = self.0.iter().find(|said| said.minutes == named);
            found.copied().map(Timing::from).unwrap_or_default()
        };
        said(Some(minutes)).or(said(None))
    }
}

impl TryFrom<Vec<WindowTiming>> for OfWindows {
    type Error = NoTiming;

    fn try_from(said: Vec<WindowTiming>) -> Result<Self, NoTiming> {
        for (at, one) in said.iter().enumerate() {
            let name = match one.minutes {
                Some(minutes) => format!("[[windows]] with minutes = {minutes}"),
                None => "[[windows]] without minutes".to_owned(),
            };
            if said[..at].iter().any(|before| before.minutes == one.minutes) {
                return Err(NoTiming(format!("{name} stands there twice")));
            }
            let timing = Timing::from(*one);
            if timing.is_empty() {
                return Err(NoTiming(format!(
                    "{name} says nothing: delay_seconds, interval_seconds, steady_seconds, timeout_seconds"
                )));
            }
            timing
                .check(one.minutes)
                .map_err(|NoTiming(why)| NoTiming(format!("{name}: {why}")))?;
        }
        Ok(Self(said))
    }
}

impl From<OfWindows> for Vec<WindowTiming> {
    fn from(said: OfWindows) -> Self {
        said.0
    }
}

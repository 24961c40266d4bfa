//! What the samples of a line say.

use super::{Demand, Sample, Window};
use crate::{
    objective::steady::{self, Stays, Steady},
    verdict::Verdict,
};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Per cent of a window's slots that must have been sampled and answered for anything to have held throughout.
pub const FLOOR: usize = 95;

/// How many gaps are named.
const NAMED: usize = 20;

/// Slots in a row without a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first of them.
    pub from: DateTime<Utc>,
    /// The last of them.
    pub until: DateTime<Utc>,
    /// How long nobody looked, or nothing answered.
    pub length: TimeDelta,
    /// How many of them were asked, without an answer. Of the others nobody knows: Gonogo did not run, or a clock jumped.
    pub asked: usize,
}

/// What the samples of a line say of the slots that have come.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The answer, where the window is due now.
    pub verdict: Verdict,
    /// Why, in one sentence, with value and coverage.
    pub reason: String,
    /// How many slots have come.
    pub come: usize,
    /// How many of them have a sample that was taken in time and answered.
    pub taken: usize,
    /// How many of those are bad.
    pub failed: usize,
    /// The first gaps, at most 20.
    pub gaps: Vec<Gap>,
    /// The longest gap.
    pub longest: TimeDelta,
    /// Since when it has held without a break, up to the last slot that has come.
    pub held_since: Option<DateTime<Utc>>,
    /// How its number went, in words; empty where it has none.
    pub trend: String,
}

/// Judges `samples`, in any order, at `now`; what is no sample of the window does not count. `None` where no slot has come: there
/// is nothing to judge by.
pub fn judge(window: &Window, demand: Demand, samples: &[Sample], now: DateTime<Utc>) -> Option<Judged> {
    let counted: BTreeMap<DateTime<Utc>, &Sample> = samples
        .iter()
        .filter(|sample| window.counts(sample))
        .map(|sample| (sample.slot, sample))
        .collect();
    let mut judged = Judged::of(window, &counted, now);
    if judged.come == 0 {
        return None;
    }
    let (verdict, said) = match demand {
        Demand::AtTheEnd => at_the_end(window, &counted, &judged, now),
        Demand::Throughout => throughout(&counted, &judged),
        Demand::Stable(steady) => stable(window, steady, &counted, &mut judged, now),
    };
    (judged.verdict, judged.reason) = (verdict, said);
    Some(judged)
}

impl Judged {
    fn of(window: &Window, counted: &BTreeMap<DateTime<Utc>, &Sample>, now: DateTime<Utc>) -> Self {
        let interval = window.sampling.interval;
        let mut judged = Judged {
            verdict: Verdict::NoData,
            reason: String::new(),
            come: 0,
            taken: 0,
            failed: 0,
            gaps: Vec::new(),
            longest: TimeDelta::zero(),
            held_since: None,
            trend: Steady::measure(&numbers(window, counted))
                .map_or_else(String::new, |found| found.to_string()),
        };
        let mut gap: Option<Gap> = None;
        for slot in window.slots(now) {
            judged.come += 1;
            let sample = counted.get(&slot);
            match sample.filter(|sample| sample.is_answered()) {
                Some(sample) => {
                    judged.close(gap.take());
                    judged.taken += 1;
                    judged.failed += usize::from(sample.verdict == Verdict::Fail);
                    let held = (sample.verdict == Verdict::Pass).then_some(slot);
                    judged.held_since = held.map(|slot| judged.held_since.unwrap_or(slot));
                }
                None => {
                    judged.held_since = None;
                    let gap = gap.get_or_insert(Gap {
                        from: slot,
                        until: slot,
                        length: TimeDelta::zero(),
                        asked: 0,
                    });
                    (gap.until, gap.length) = (slot, gap.length + interval);
                    gap.asked += usize::from(sample.is_some());
                }
            }
        }
        judged.close(gap);
        judged
    }

    fn close(&mut self, gap: Option<Gap>) {
        let Some(gap) = gap else { return };
        self.longest = self.longest.max(gap.length);
        if self.gaps.len() < NAMED {
            self.gaps.push(gap);
        }
    }

    /// Whether enough slots were sampled.
    pub fn is_covered(&self) -> bool {
        self.taken > 0 && self.taken * 100 >= self.come * FLOOR
    }

    /// "2,861 of 2,880 samples, longest gap 4 min".
    pub fn coverage(&self) -> String {
        let mut said = format!("{} of {} samples", grouped(self.taken), grouped(self.come));
        if self.longest > TimeDelta::zero() {
            let _ = write!(said, ", longest gap {}", length(self.longest));
        }
        said
    }
}

fn throughout(counted: &BTreeMap<DateTime<Utc>, &Sample>, judged: &Judged) -> (Verdict, String) {
    let coverage = judged.coverage();
    let first = |verdict| {
        counted
            .values()
            .find(move |sample| sample.verdict == verdict)
            .map(|sample| (sample.slot.format("%Y-%m-%d %H:%M:%S"), said(sample)))
    };
    if let Some((slot, said)) = first(Verdict::Fail) {
        let failed = grouped(judged.failed);
        return (
            Verdict::Fail,
            format!("{failed} failed, the first {slot} UTC{said}; {coverage}"),
        );
    }
    if !judged.is_covered() {
        let share = judged.taken as f64 * 100.0 / judged.come.max(1) as f64;
        let reason = format!("0 failed, but {coverage}: {share:.1} % were seen, {FLOOR} % must be");
        return (Verdict::NoData, reason);
    }
    match first(Verdict::Warning) {
        Some((slot, said)) => (
            Verdict::Warning,
            format!("0 failed, a warning {slot} UTC{said}; {coverage}"),
        ),
        None => (Verdict::Pass, format!("0 failed, {coverage}")),
    }
}

/// The numbers of samples, in minutes since the window opened.
fn numbers(window: &Window, counted: &BTreeMap<DateTime<Utc>, &Sample>) -> Vec<steady::Sample> {
    let minute = |slot: DateTime<Utc>| (slot - window.t0).num_milliseconds() as f64 / 60_000.0;
    let number = |sample: &&Sample| {
        sample
            .value
            .filter(|value| value.is_finite() && sample.is_answered())
    };
    counted
        .values()
        .filter_map(|sample| {
            Some(steady::Sample {
                minute: minute(sample.slot),
                value: number(sample)?,
            })
        })
        .collect()
}

/// Enough of the whole window was seen, it held throughout the part that is looked at, and its number stayed there as it is.
fn stable(
    window: &Window,
    steady: Steady,
    counted: &BTreeMap<DateTime<Utc>, &Sample>,
    whole: &mut Judged,
    now: DateTime<Utc>,
) -> (Verdict, String) {
    let part = window.last(steady.part);
    let inside: BTreeMap<_, _> = counted
        .iter()
        .filter(|(_, sample)| part.counts(sample))
        .map(|(slot, sample)| (*slot, *sample))
        .collect();
    let judged = Judged::of(&part, &inside, now);
    let (verdict, mut said) = throughout(&inside, &judged);
    if steady.part < 1.0 {
        said = format!("in the last {} % of the window {said}", steady.part * 100.0);
    }
    let length = (window.due - window.t0).num_milliseconds() as f64 / 60_000.0;
    let numbers = numbers(window, counted);
    let numbered = steady.part_of(&numbers, length).len();
    let stays = steady.judge(&numbers, length);
    let (of, words) = match stays {
        Stays::Yes(words) => (Verdict::Pass, words),
        Stays::No(words) => (Verdict::Fail, words),
        Stays::Unknown(words) => (Verdict::NoData, words),
    };
    whole.trend.clone_from(&words);
    match verdict {
        Verdict::Pass => {}
        Verdict::Warning | Verdict::NoData | Verdict::Error | Verdict::Fail => return (verdict, said),
    }
    if !whole.is_covered() {
        let coverage = whole.coverage();
        return (
            Verdict::NoData,
            format!("{said}, but {coverage}: {FLOOR} % of the window must be seen"),
        );
    }
    if numbered * 100 < judged.come * FLOOR {
        let (numbered, come) = (grouped(numbered), grouped(judged.come));
        let reason = format!(
            "{said}, but {numbered} of {come} samples hold a number that could be stable: {FLOOR} % must"
        );
        return (Verdict::NoData, reason);
    }
    (of, format!("{words}; {said}"))
}

fn at_the_end(
    window: &Window,
    counted: &BTreeMap<DateTime<Utc>, &Sample>,
    judged: &Judged,
    now: DateTime<Utc>,
) -> (Verdict, String) {
    let (steady, coverage) = (window.sampling.steady, judged.coverage());
    let end = window.slots(now).last();
    let last = counted
        .values()
        .next_back()
        .filter(|sample| Some(sample.slot) == end);
    match (last, judged.held_since, end) {
        (None, ..) => {
            let reason = format!("nobody looked when it was due; {coverage}");
            (Verdict::NoData, reason)
        }
        (Some(sample), Some(since), Some(end)) if end - since >= steady => {
            let held = length(end - since);
            let failed = grouped(judged.failed);
            let before = if judged.failed > 0 {
                format!(", {failed} failed before")
            } else {
                String::new()
            };
            (
                sample.verdict,
                format!("held for {held} when it was due{before}; {coverage}"),
            )
        }
        (Some(_), Some(since), Some(end)) => {
            let (held, steady) = (length(end - since), length(steady));
            let reason = format!("held for {held} only when it was due, {steady} are asked for; {coverage}");
            (Verdict::NoData, reason)
        }
        (Some(sample), ..) => {
            let reason = format!(
                "{} when it was due{}; {coverage}",
                sample.verdict.word(),
                said(sample)
            );
            (sample.verdict, reason)
        }
    }
}

fn said(sample: &Sample) -> String {
    sample
        .said
        .as_ref()
        .map(|said| format!(" ({said})"))
        .unwrap_or_default()
}

/// "30 s", "4 min", "1 h 2 min".
pub(super) fn length(length: TimeDelta) -> String {
    let seconds = length.num_seconds();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// `2,861`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

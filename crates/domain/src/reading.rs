//! Counters of a page as they stood at one time. What was counted in a window is what two readings differ by, never what one
//! of them says: that was counted since its process started.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How far two times of one process's start may lie apart: some pages work it out anew each time, in whole seconds.
const SAME_START: TimeDelta = TimeDelta::seconds(2);

/// Counters of one page, read together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The page's address as it was dialled, without user and password.
    pub target: String,
    /// When the page was asked for.
    pub at: DateTime<Utc>,
    /// The counters, each series once.
    pub counters: Vec<Counter>,
}

/// One series of a counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// The metric's name.
    pub name: String,
    /// What tells its series apart, in words, masked: `cache="pages"`; empty where it has no labels.
    pub labels: String,
    /// How far it has counted.
    pub count: u64,
    /// When it began, where the page says so: its process's start, or its own.
    pub since: Option<DateTime<Utc>>,
}

/// How counters went on from one reading to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Each stands where it stood, or higher.
    On,
    /// They were counted anew since then, which is after the earlier reading.
    Anew {
        /// When the process started.
        since: DateTime<Utc>,
    },
    /// One stands lower, so that it began anew between the two, nobody knows when.
    Fell,
    /// Another process answered, which was there already at the earlier reading: nothing follows from the two.
    Elsewhere,
}

/// What earlier readings say of the time before a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch<'a> {
    /// From this reading on nothing began anew: what was counted is the difference.
    On(&'a Reading),
    /// All that the later reading says was counted since then.
    Anew {
        /// When the process started.
        since: DateTime<Utc>,
    },
    /// Something fell after this reading, which is the last before.
    Fell(&'a Reading),
    /// Another process answered.
    Elsewhere,
}

impl Reading {
    /// How its counters went on to `later`.
    pub fn course(&self, later: &Reading) -> Course {
        let (mut anew, mut fell, mut gone) = (None, false, false);
        for before in &self.counters {
            let Some(after) = later.series(before) else {
                gone = true;
                continue;
            };
            let lower = after.count < before.count;
            match (before.since, after.since) {
                (Some(then), Some(since)) if (since - then).abs() <= SAME_START => {
                    if lower {
                        return Course::Elsewhere;
                    }
                }
                (_, Some(since)) if since >= self.at => {
                    anew = Some(anew.map_or(since, |earliest: DateTime<Utc>| earliest.min(since)));
                }
                (Some(_), Some(_)) => return Course::Elsewhere,
                (None, _) | (_, None) => fell |= lower,
            }
        }
        match anew {
            Some(since) if !fell => Course::Anew { since },
            Some(_) | None if fell || gone => Course::Fell,
            Some(_) | None => Course::On,
        }
    }

    /// What the metric of this name has counted, all its series together.
    pub fn count(&self, name: &str) -> u64 {
        let of = self.counters.iter().filter(|counter| counter.name == name);
        of.fold(0, |sum, counter| sum.saturating_add(counter.count))
    }

    /// What the metric of this name counted up to `later`. Of a series that stands lower than it stood, what it says counts: it
    /// began at nothing meanwhile, as one did that was not there.
    pub fn rise(&self, later: &Reading, name: &str) -> u64 {
        let of = later.counters.iter().filter(|counter| counter.name == name);
        of.fold(0, |sum, after| {
            let before = self.series(after).map_or(0, |before| before.count);
            sum.saturating_add(after.count.checked_sub(before).unwrap_or(after.count))
        })
    }

    /// Whether the metric of this name was read.
    pub fn has(&self, name: &str) -> bool {
        self.counters.iter().any(|counter| counter.name == name)
    }

    fn series(&self, like: &Counter) -> Option<&Counter> {
        let same = |own: &&Counter| own.name == like.name && own.labels == like.labels;
        self.counters.iter().find(same)
    }
}

/// The longest stretch up to `now` of which `earlier` readings, in any order, say what was counted; `None`: there are none.
/// Each is held against the next, so that a fall shows that a later rise would hide.
pub fn stretch<'a>(mut earlier: Vec<&'a Reading>, now: &'a Reading) -> Option<Stretch<'a>> {
    earlier.retain(|reading| reading.at < now.at);
    earlier.sort_by_key(|reading| reading.at);
    let (mut from, mut later) = (None, now);
    for reading in earlier.into_iter().rev() {
        let stopped = match reading.course(later) {
            Course::On => {
                (from, later) = (Some(reading), reading);
                continue;
            }
            Course::Anew { since } => return Some(Stretch::Anew { since }),
            Course::Fell => Stretch::Fell(reading),
            Course::Elsewhere => Stretch::Elsewhere,
        };
        return Some(from.map_or(stopped, Stretch::On));
    }
    from.map(Stretch::On)
}

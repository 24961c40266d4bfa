//! The hold-off: the time between a window that failed and the rollback that the environment's file asks for then. Whoever may
//! roll back may hold it.

use crate::{
    person::Author,
    plan::{ItemId, SectionId},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often somebody looks whether one still waits.
pub const LOOKED: TimeDelta = TimeDelta::seconds(10);

/// Where a look comes later than this, nobody was there to take it, and nobody could have held it meanwhile.
const ABSENT: TimeDelta = TimeDelta::seconds(5);

/// What starts later than this was expected no more.
const LATE: TimeDelta = TimeDelta::seconds(60);

/// However little is left of its time, people have this long when they are told that it goes on.
const LEAST: TimeDelta = TimeDelta::seconds(30);

/// What the environment's rule has come to in a run, by the window that failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldOffs(pub BTreeMap<SectionId, HoldOff>);

/// What it has come to for one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HoldOff {
    /// The number of the event that began it: one rollback at most comes of it.
    pub number: u64,
    /// The line that failed.
    pub line: ItemId,
    /// Why it failed, in one sentence.
    pub failed: String,
    /// Where it stands.
    pub state: HoldOffState,
}

/// Where a hold-off stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum HoldOffState {
    /// The tier starts at `until`, unless somebody holds it.
    Waiting {
        /// The tier's section.
        tier: SectionId,
        /// When.
        until: DateTime<Utc>,
        /// The time that people were promised, in seconds, whatever the file says by now; `None` in a run that was stored before that
        /// was noted.
        #[serde(default)]
        promised: Option<i64>,
    },
    /// Somebody held it: nothing starts by itself for this window.
    Held {
        /// Who.
        by: Author,
        /// Why; empty where they did not say.
        reason: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// It does not start.
    Refused {
        /// Why not.
        why: String,
        /// Whether a person had let its line off, or answered for it: that says nothing about another line.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        let_off: bool,
        /// When that was found.
        at: DateTime<Utc>,
    },
    /// Nobody held it: it started.
    Started {
        /// When.
        at: DateTime<Utc>,
    },
    /// Something came first: a rollback by hand, a later run, another T0, the end of the run.
    Over {
        /// When.
        at: DateTime<Utc>,
    },
}

/// What the log says about hold-offs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "hold_off", rename_all = "snake_case")]
pub enum HoldOffEntry {
    /// A line of a window failed for certain: this tier starts at `until`, unless somebody holds it.
    Began {
        /// The window.
        window: SectionId,
        /// The line.
        line: ItemId,
        /// Why it failed.
        failed: String,
        /// The tier's section.
        tier: SectionId,
        /// The rule of the environment's file, in its words.
        rule: String,
        /// When it starts.
        until: DateTime<Utc>,
    },
    /// It starts later than was said.
    Moved {
        /// The window.
        window: SectionId,
        /// When it starts.
        until: DateTime<Utc>,
        /// Why.
        why: String,
    },
    /// Somebody held it.
    Held {
        /// The window.
        window: SectionId,
        /// Why; empty where they did not say.
        reason: String,
    },
    /// The environment's file asks for it, and it does not start.
    Refused {
        /// The window.
        window: SectionId,
        /// The line.
        line: ItemId,
        /// Why the line failed.
        failed: String,
        /// The rule of the environment's file, in its words.
        rule: String,
        /// Why nothing starts.
        why: String,
        /// Whether a person had let the line off, or answered for it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        let_off: bool,
    },
}

impl HoldOffs {
    /// Whether none ever began.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one that waits now, with its window: there is one at most.
    pub fn waiting(&self) -> Option<(&SectionId, &HoldOff)> {
        self.0.iter().find(|(_, one)| one.is_waiting())
    }

    /// Whether the one that this event began still waits.
    pub fn waits(&self, number: u64) -> bool {
        self.waiting().is_some_and(|(_, one)| one.number == number)
    }

    /// What becomes of a line that failed for certain at `failed_at` (`None`: nobody noted when). `settled` says of a line whether a
    /// person has let it off, or answered for it.
    pub fn turn(
        &self,
        window: &SectionId,
        line: &ItemId,
        failed_at: Option<DateTime<Utc>>,
        settled: impl Fn(&ItemId) -> bool,
    ) -> Turn<'_> {
        if let Some((of, one)) = self.waiting() {
            let own = of == window && one.line == *line;
            return if own { Turn::Own(one) } else { Turn::Behind };
        }
        // Whoever decided about one decided about everything that had failed by then, and about its window for good.
        let covers = |of: &SectionId, at: DateTime<Utc>| {
            of == window || failed_at.is_some_and(|failed_at| failed_at <= at)
        };
        let ends = |(of, one): (&SectionId, &HoldOff)| match &one.state {
            HoldOffState::Held { at, .. } => covers(of, *at),
            HoldOffState::Refused { at, let_off, .. } => !let_off && covers(of, *at),
            HoldOffState::Started { .. } => of == window,
            HoldOffState::Waiting { .. } | HoldOffState::Over { .. } => false,
        };
        if settled(line) || self.0.iter().any(ends) {
            Turn::Never
        } else {
            Turn::Begins
        }
    }
}

/// What becomes of a line that failed for certain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn<'a> {
    /// People are told, and have their time from now on.
    Begins,
    /// This one waits for it.
    Own(&'a HoldOff),
    /// Another waits: what becomes of that one comes first.
    Behind,
    /// Nothing: somebody decided, or something came first.
    Never,
}

/// When a hold-off ends instead of at `until`, and why; `None`: it stays. It counts the time that some Gonogo served, for nobody can
/// hold it otherwise: `look_due` is when somebody was to look at it, and `now` when somebody does. `whole` is the time that people were promised.
pub fn moved(
    until: DateTime<Utc>,
    whole: TimeDelta,
    look_due: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<(DateTime<Utc>, &'static str)> {
    if until - now > whole + LATE {
        Some((now + whole, "the clock was set back"))
    } else if now - look_due > ABSENT {
        let rest = (until - look_due).max(LEAST).min(whole);
        Some((
            now + rest,
            "no Gonogo served for a part of the time (all were down, or the clock jumped), and nobody could have held it then",
        ))
    } else if now - until > LATE {
        Some((now + whole, "whether it may start could not be told until now"))
    } else {
        None
    }
}

impl HoldOff {
    /// Whether it waits.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, HoldOffState::Waiting { .. })
    }
}

//! Hourly checks: what a next step such as "Check metrics hourly" is, done by Gonogo itself for as long as the step lasts.
//!
//! What is asked is what the checklist itself looks at after a deployment: the lines of its verification windows and success
//! criteria that a probe reads.

use crate::{
    event::Outcome,
    follow_up::{FollowUp, next_hour, of_run},
    hash::Hash,
    plan::{ItemId, Plan, Section, SectionKind, Work},
    probe::ProbeSpec,
    run::{Run, RunState},
    window::Bad,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the hourly checks of a run have come to since its T0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hourly {
    /// The lines that fail now, each with the first bad sample of the stretch.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failing: BTreeMap<ItemId, Bad>,
}

/// What the log says about hourly checks: where a stretch of failures begins, and where it ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "hourly", rename_all = "snake_case")]
pub enum HourlyEntry {
    /// A line fails that did not fail before.
    Failed {
        /// The line.
        line: ItemId,
        /// The hour that was checked.
        slot: DateTime<Utc>,
        /// What the probe said.
        reason: String,
        /// What it saw.
        evidence: Hash,
    },
    /// A line that failed holds again.
    Holds {
        /// The line.
        line: ItemId,
        /// The hour that was checked.
        slot: DateTime<Utc>,
    },
}

/// A line that is asked every hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked<'a> {
    /// The line.
    pub line: &'a ItemId,
    /// Its words.
    pub text: &'a str,
    /// What is asked.
    pub spec: &'a ProbeSpec,
}

impl Hourly {
    /// Whether nothing fails.
    pub fn is_empty(&self) -> bool {
        self.failing.is_empty()
    }
}

/// What is asked every hour in runs of this plan: the lines of windows and of success criteria that a probe reads, each question
/// once, in the document's order.
pub fn asked(plan: &Plan) -> Vec<Asked<'_>> {
    let watched = |section: &&Section| match section.kind {
        SectionKind::Window { .. } | SectionKind::Criteria => true,
        SectionKind::Preflight
        | SectionKind::Phase { .. }
        | SectionKind::Benchmark
        | SectionKind::Rollback { .. }
        | SectionKind::Troubleshooting
        | SectionKind::SignOff
        | SectionKind::FollowUp
        | SectionKind::Prose => false,
    };
    let mut asked: Vec<Asked<'_>> = Vec::new();
    for section in plan.sections.iter().filter(watched) {
        let items = section
            .items
            .iter()
            .map(|item| (&item.id, &item.text, &item.work));
        let checks = section
            .checks
            .iter()
            .map(|check| (&check.id, &check.text, &check.work));
        for (line, text, work) in items.chain(checks) {
            match work {
                Work::Probe { spec } if asked.iter().all(|other| other.spec != spec) => {
                    asked.push(Asked { line, text, spec });
                }
                Work::Probe { .. } | Work::Action { .. } | Work::Attestation | Work::Parent => {}
            }
        }
    }
    asked
}

/// The steps of a run that are checked every hour; none where it was rolled back, or another run took its place.
pub fn steps(plan: &Plan, run: &Run) -> Vec<FollowUp> {
    let over = match run.state {
        RunState::Preparing | RunState::Executing { .. } | RunState::RollingBack { .. } => true,
        RunState::Closed { outcome, .. } => outcome == Outcome::RolledBack,
        RunState::Verifying { .. } => false,
    };
    if over || run.superseded.is_some() {
        return Vec::new();
    }
    let mut steps = of_run(&plan.follow_ups, run);
    let ended = |step: &FollowUp| {
        run.follow_ups
            .0
            .get(&step.id)
            .is_some_and(|state| state.ended.contains_key(&1))
    };
    // What a person has done or left out, nobody asks any more.
    steps.retain(|step| step.automatic && !ended(step));
    steps
}

/// The hour that is to be checked at `now`: the last that has come within the days of one of these steps.
pub fn slot(t0: DateTime<Utc>, steps: &[FollowUp], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let hours = steps.iter().filter_map(|step| {
        let before = now - TimeDelta::hours(1);
        // What comes next after an hour ago is the one that has come.
        next_hour(t0, step.when, before).filter(|hour| *hour <= now && *hour > t0)
    });
    hours.max()
}

/// When the next hour comes after `now`; `None` where all steps are over.
pub fn next(t0: DateTime<Utc>, steps: &[FollowUp], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    steps
        .iter()
        .filter_map(|step| next_hour(t0, step.when, now))
        .min()
}

/// What [`kept_under`] begins with, and no name of a line.
pub const KEPT_UNDER: &str = "hourly/";

/// What the samples and the evidence of a line's hourly checks are kept under.
pub fn kept_under(line: &ItemId) -> ItemId {
    ItemId(format!("{KEPT_UNDER}{line}"))
}

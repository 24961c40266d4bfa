//! How many boxes of a run stand how.

use super::{Status, standing};
use crate::{
    outline::{Outline, OutlineSection},
    run::Run,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How many boxes stand how. Never mixed: each box is counted once, under its own status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Boxes in all.
    pub all: u32,
    /// Proved by a probe.
    pub proved: u32,
    /// Proved longer ago than the evidence counts.
    #[serde(default)]
    pub stale: u32,
    /// By a person's word.
    pub attested: u32,
    /// Against the probe.
    pub overridden: u32,
    /// Let off.
    pub waived: u32,
    /// Left out, or not applicable.
    pub skipped: u32,
    /// Failed, or could not be asked.
    pub failed: u32,
    /// Warned.
    pub warned: u32,
    /// No data, too early, or unknown.
    pub no_data: u32,
    /// Nothing yet, running or done.
    pub open: u32,
}

impl Tally {
    /// Counts the boxes of `outline` as they stand at `now`.
    pub fn of(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Self {
        let mut tally = Self::default();
        for (section, line) in outline.lines().filter(|(_, line)| line.is_box) {
            tally.count(standing(section, line, run, now).status);
        }
        tally
    }

    /// Counts one section alone.
    pub fn of_section(section: &OutlineSection, run: &Run, now: DateTime<Utc>) -> Self {
        let mut tally = Self::default();
        for line in section.lines.iter().filter(|line| line.is_box) {
            tally.count(standing(section, line, run, now).status);
        }
        tally
    }

    fn count(&mut self, status: Status) {
        self.all += 1;
        *match status {
            Status::Proved => &mut self.proved,
            Status::Attested => &mut self.attested,
            Status::Overridden => &mut self.overridden,
            Status::Waived => &mut self.waived,
            Status::Stale => &mut self.stale,
            Status::Skipped | Status::NotApplicable => &mut self.skipped,
            Status::Failed | Status::Error => &mut self.failed,
            Status::Warning => &mut self.warned,
            Status::NoData | Status::Unknown => &mut self.no_data,
            Status::Open | Status::Running | Status::Done => &mut self.open,
        } += 1;
    }

    /// Boxes that need nothing more.
    pub fn settled(&self) -> u32 {
        self.proved + self.stale + self.attested + self.overridden + self.waived + self.skipped
    }
}

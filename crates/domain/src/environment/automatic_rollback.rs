//! What an environment's file says about a rollback that nobody presses.

use crate::{plan::Plan, rollback::Tier};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::fmt;

/// `[automatic_rollback]` of an environment's file: a window that fails starts this tier, unless somebody holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomaticRollback {
    /// The tier: its heading, or how that begins, in any case: `immediate` for "Immediate Rollback".
    pub tier: String,
    /// How long people have to hold it.
    pub hold_off: HoldOffTime,
}

/// How long people have to hold a rollback: `30s` to `1h`, in whole seconds, minutes or hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HoldOffTime(u32);

/// The least and the most, in seconds.
const BOUNDS: std::ops::RangeInclusive<u32> = 30..=3600;

/// The text is no time to hold a rollback in.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("hold_off = {0:?}: write a time from \"30s\" to \"1h\", such as \"2m\"")]
pub struct NoHoldOff(pub String);

impl HoldOffTime {
    /// As a span of time.
    pub fn delta(self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.0))
    }
}

impl TryFrom<String> for HoldOffTime {
    type Error = NoHoldOff;

    fn try_from(text: String) -> Result<Self, NoHoldOff> {
        let unit = |unit| text.strip_suffix(unit);
        let written = (unit("s").map(|number| (number, 1)))
            .or_else(|| unit("m").map(|number| (number, 60)))
            .or_else(|| unit("h").map(|number| (number, 3600)));
        let seconds = written.and_then(|(number, seconds)| number.parse::<u32>().ok()?.checked_mul(seconds));
        seconds
            .filter(|seconds| BOUNDS.contains(seconds))
            .map(HoldOffTime)
            .ok_or(NoHoldOff(text))
    }
}

impl From<HoldOffTime> for String {
    fn from(time: HoldOffTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for HoldOffTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds.is_multiple_of(3600) => write!(f, "{}h", seconds / 3600),
            seconds if seconds.is_multiple_of(60) => write!(f, "{}m", seconds / 60),
            seconds => write!(f, "{seconds}s"),
        }
    }
}

impl AutomaticRollback {
    /// The tier of this plan that is meant.
    ///
    /// # Errors
    /// In words, where no tier is called so, or several are.
    pub fn tier<'a>(&self, plan: &'a Plan) -> Result<&'a Tier, String> {
        let wanted = self.tier.trim().to_lowercase();
        let called = |tier: &&Tier| !wanted.is_empty() && tier.title.to_lowercase().starts_with(&wanted);
        let mut found = plan.rollback.iter().filter(called);
        match (found.next(), found.next()) {
            (Some(tier), None) => Ok(tier),
            (None, _) => Err(format!("no tier of this checklist is called {:?}", self.tier)),
            (Some(_), Some(_)) => Err(format!(
                "several tiers of this checklist are called {:?}",
                self.tier
            )),
        }
    }

    /// The rule in words, as it stands in the record.
    pub fn words(&self) -> String {
        format!(
            "tier = {:?}, hold_off = {:?}",
            self.tier,
            self.hold_off.to_string()
        )
    }
}

//! How long outputs are kept: after a time that the operator sets, what old runs have seen goes, and its hash stays.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// For how many days after their run was closed outputs can be kept, where not for ever.
pub const DAYS: RangeInclusive<u32> = 30..=36_500;

/// The shortest of them. The database and both verifiers refuse a removal that comes sooner.
pub const LEAST: TimeDelta = TimeDelta::days(30);

/// Something that retention takes away, and its name not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept<T> {
    /// It is there.
    Whole(T),
    /// It was taken away then.
    Removed(DateTime<Utc>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_setting_is_shorter_than_what_the_verifiers_accept() {
        assert_eq!(TimeDelta::days(i64::from(*DAYS.start())), LEAST);
    }
}

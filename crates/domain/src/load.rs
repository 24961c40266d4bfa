//! A measured load: what was asked, what came of it, and whether the figures may be used.
//!
//! The load is *open*: each request is due at a time that is fixed before the first is sent, whatever becomes of those before
//! it, and its latency counts from then. A target that stands still is seen by everybody who would have asked meanwhile.

use crate::environment::{Load, LoadMethod};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A load with the seed that decides which request asks what. Two measurements are alike when their [`Load`] is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadPlan {
    /// What is asked, how often and for how long.
    pub load: Load,
    /// The same seed gives the same requests in the same order.
    pub seed: u32,
}

/// What a load measured. The warm-up is in none of its figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadResult {
    /// What was to be done.
    pub plan: LoadPlan,
    /// When the first request was due, warm-up included.
    pub began_at: DateTime<Utc>,
    /// Whether it went to its end.
    pub end: LoadEnd,
    /// Why its figures may not be used; empty where they may.
    pub invalid: Vec<Invalid>,
    /// All endpoints together.
    pub overall: LoadSummary,
    /// Each of the plan's, in its order.
    pub endpoints: Vec<EndpointSummary>,
    /// How long after they were due requests were sent that found a free slot; `None`: none did.
    pub lag: Option<Percentiles>,
    /// Those that found none.
    pub waits: Waits,
    /// Due, and never sent: the load was stopped, or they still waited a whole timeout after the last was due.
    pub unsent: u64,
    /// Sent, and still without an answer when the load was stopped.
    pub abandoned: u64,
    /// Connections that were opened, warm-up included. All others are exchanges on a kept one.
    pub connections: u64,
}

/// How a load ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadEnd {
    /// All of it was done.
    Whole,
    /// Somebody stopped it.
    Stopped {
        /// After so long, in milliseconds, warm-up included.
        after_ms: u64,
    },
}

/// Why figures may not be used: the measuring itself stood in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Invalid {
    /// Requests were sent late although slots were free: whoever measures was too busy.
    Lag {
        /// 99 of 100 were sent within so long, in microseconds.
        p99_us: u64,
    },
    /// No request found a free slot, so that nothing shows that the schedule was kept.
    NoLag,
    /// Requests waited for a slot although the target took no longer than when it was asked little: our bound was too low.
    Bound {
        /// So many waited.
        waited: u64,
        /// Of so many.
        of: u64,
        /// As many slots as the rate needs at the target's speed (Little's law).
        needed: u64,
    },
    /// Requests were never sent, so that their latency is missing.
    Unsent {
        /// So many.
        count: u64,
    },
    /// Nothing was answered.
    NoAnswer,
}

/// The longest 99th percentile of the send lag that is still none, in microseconds.
pub const LAG_US: u64 = 1_000;

/// What came of requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadSummary {
    /// Requests that were sent.
    pub sent: u64,
    /// Those that were answered with a status below 400.
    pub answered: u64,
    /// The others, by kind.
    pub errors: LoadErrors,
    /// Latency of what was answered, from when it was due to the last byte; `None`: nothing was. **Without the errors.**
    pub latency: Option<Percentiles>,
    /// The same with the errors, each counted as long as it took until it was one; `None`: there were none.
    pub with_errors: Option<Percentiles>,
    /// The latencies of what was answered.
    pub histogram: EncodedHistogram,
    /// Those of the errors; `None`: there were none.
    pub error_histogram: Option<EncodedHistogram>,
}

/// One page of a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EndpointSummary {
    /// The endpoint's name.
    pub endpoint: String,
    /// Path and query.
    pub path: String,
    /// How it was asked.
    pub method: LoadMethod,
    /// What came of it.
    pub summary: LoadSummary,
}

/// Requests without a proper answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadErrors {
    /// Answered with a status of 400 or more: how many with each.
    pub status: BTreeMap<u16, u64>,
    /// No whole answer in time.
    pub timeout: u64,
    /// No connection: refused, unreachable, no name, no TLS.
    pub refused: u64,
    /// A connection that ended, or said what is no HTTP, before the answer was whole.
    pub cut: u64,
    /// What the first of the last three kinds said, in words.
    pub example: Option<String>,
}

impl LoadErrors {
    /// All kinds together.
    pub fn count(&self) -> u64 {
        self.status.values().sum::<u64>() + self.timeout + self.refused + self.cut
    }
}

/// Some quantiles (nearest rank) of so many values, in microseconds, right to 0.1 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// How many values there are.
    pub count: u64,
    /// Their mean.
    pub mean_us: f64,
    /// Half of them are at most this.
    pub p50_us: u64,
    /// 95 of 100.
    pub p95_us: u64,
    /// 99 of 100.
    pub p99_us: u64,
    /// All of them.
    pub max_us: u64,
}

/// A whole HDR histogram of microseconds with three significant digits: the compressed V2 encoding in base64, as other tools
/// read it too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EncodedHistogram(pub String);

/// Requests that were due when all slots were taken. Their wait is part of their latency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// How many.
    pub count: u64,
    /// The longest, in microseconds.
    pub longest_us: u64,
    /// Whether the target was what held the slots: an exchange that others waited for took twice as long as one that began
    /// when few were under way, or longer. Otherwise it was our bound.
    pub target_held: bool,
}

/// How far a load is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LoadProgress {
    /// Whether what is sent now is not measured yet.
    pub warming_up: bool,
    /// Since the first was due, in milliseconds.
    pub elapsed_ms: u64,
    /// All requests, warm-up included.
    pub planned: u64,
    /// Sent, warm-up included.
    pub sent: u64,
    /// Over, warm-up included.
    pub done: u64,
    /// Errors among the measured ones.
    pub errors: u64,
    /// Due, and waiting for a slot.
    pub waiting: u64,
    /// What was answered and measured so far.
    pub latency: Option<Percentiles>,
    /// The 99th percentile of the send lag so far, in microseconds.
    pub lag_p99_us: Option<u64>,
}

impl LoadResult {
    /// Whether its figures may be used: it went to its end and did not stand in its own way.
    pub fn is_valid(&self) -> bool {
        self.invalid.is_empty() && self.end == LoadEnd::Whole
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Invalid::Lag { p99_us } => write!(
                f,
                "requests were sent late though slots were free, p99 {:.1} ms, at most {} ms: this machine was too busy, lower \
                 `rate` or measure from another one",
                *p99_us as f64 / 1_000.0,
                LAG_US / 1_000
            ),
            Invalid::NoLag => f.write_str(
                "every request waited for a free slot: the target does not take this rate, lower `rate` or raise `concurrency`",
            ),
            Invalid::Bound { waited, of, needed } => write!(
                f,
                "{waited} of {of} requests waited for a free slot, and the target was not slower than when asked little: raise \
                 `concurrency` to {needed} or more, or lower `rate`"
            ),
            Invalid::Unsent { count } => write!(
                f,
                "{count} requests were never sent, and their latency is missing: the target does not take this rate, lower `rate`"
            ),
            Invalid::NoAnswer => f.write_str("nothing was answered"),
        }
    }
}

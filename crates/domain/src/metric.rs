//! What a document measures, and how many values become one. The same metric under several names is one.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// How long the service takes to answer, in milliseconds.
    Latency,
    /// How long a call of the cache takes, reads and writes together, in milliseconds.
    CacheLatency,
    /// How long reading from the cache takes, in milliseconds.
    CacheReadLatency,
    /// How long writing to the cache takes, in milliseconds.
    CacheWriteLatency,
    /// Hits / (hits + misses) of the cache, in per cent.
    CacheHitRate,
    /// Entries that the cache threw away for want of room.
    CacheEvictions,
    /// Database queries for each request of the service. What a document calls the database's load is counted by them.
    Queries,
    /// Statements that run once for each row of another one: N+1.
    RepeatedQueries,
    /// Failed requests of the service.
    Errors,
    /// Failed requests of all requests, in per cent.
    ErrorRate,
    /// Lines of the logs that tell of an error.
    ErrorLogs,
    /// Memory in use.
    Memory,
    /// Anything else, by its words in lower case.
    Free(String),
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Less of it.
    Lower,
    /// More of it.
    Higher,
    /// Nobody said.
    Unsaid,
}

/// How many values become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// The arithmetic mean.
    Mean,
    /// The value that so many per cent do not exceed.
    Percentile(u8),
    /// The largest.
    Maximum,
    /// All of them together: a count.
    Total,
    /// One quotient over all of them: a rate.
    Ratio,
    /// The document does not say.
    Unsaid,
}

impl Metric {
    /// Which way is better.
    pub fn better(&self) -> Better {
        match self {
            Metric::CacheHitRate => Better::Higher,
            Metric::Latency
            | Metric::CacheLatency
            | Metric::CacheReadLatency
            | Metric::CacheWriteLatency
            | Metric::CacheEvictions
            | Metric::Queries
            | Metric::RepeatedQueries
            | Metric::Errors
            | Metric::ErrorRate
            | Metric::ErrorLogs
            | Metric::Memory => Better::Lower,
            Metric::Free(_) => Better::Unsaid,
        }
    }

    /// How its values become one where the document does not say.
    pub fn natural(&self) -> Aggregation {
        match self {
            Metric::CacheHitRate | Metric::ErrorRate => Aggregation::Ratio,
            Metric::CacheEvictions | Metric::RepeatedQueries | Metric::Errors | Metric::ErrorLogs => {
                Aggregation::Total
            }
            Metric::Queries | Metric::CacheLatency | Metric::CacheReadLatency | Metric::CacheWriteLatency => {
                Aggregation::Mean
            }
            Metric::Latency => Aggregation::Percentile(95),
            Metric::Memory | Metric::Free(_) => Aggregation::Unsaid,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Metric::Latency => "latency",
            Metric::CacheLatency => "cache latency",
            Metric::CacheReadLatency => "cache read latency",
            Metric::CacheWriteLatency => "cache write latency",
            Metric::CacheHitRate => "cache hit rate",
            Metric::CacheEvictions => "cache evictions",
            Metric::Queries => "database queries per request",
            Metric::RepeatedQueries => "N+1 queries",
            Metric::Errors => "errors",
            Metric::ErrorRate => "error rate",
            Metric::ErrorLogs => "errors in the logs",
            Metric::Memory => "memory in use",
            Metric::Free(words) => words,
        })
    }
}

impl fmt::Display for Aggregation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Aggregation::Mean => f.write_str("average"),
            Aggregation::Percentile(percent) => write!(f, "p{percent}"),
            Aggregation::Maximum => f.write_str("largest"),
            Aggregation::Total => f.write_str("total"),
            Aggregation::Ratio => f.write_str("ratio"),
            Aggregation::Unsaid => f.write_str("any"),
        }
    }
}

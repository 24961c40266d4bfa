//! What is asked of Prometheus, and of a page in its text format.

use super::TextRule;
use crate::quantity::Bound;
use serde::{Deserialize, Serialize};

/// A question to a Prometheus server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrometheusProbe {
    /// The server's address as written, without the path of its API; `None`: the endpoint `prometheus`.
    pub url: Option<String>,
    /// What is asked.
    pub question: PrometheusQuestion,
}

/// What a Prometheus server is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrometheusQuestion {
    /// Every active target is up.
    Targets {
        /// Those of one job; `None`: all.
        job: Option<String>,
    },
    /// An expression, evaluated now, and what must hold of every value that it gives.
    Query {
        /// The expression in PromQL.
        expr: String,
        /// What must hold.
        rules: Vec<TextRule>,
    },
    /// An expression over a window that ends now.
    Range(RangeQuery),
}

/// An expression of which every sample in a window must hold; too few samples are no data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RangeQuery {
    /// The expression in PromQL.
    pub expr: String,
    /// What must hold of each sample.
    pub bound: Bound,
    /// The window, in minutes: one to a week.
    pub minutes: u32,
}

impl RangeQuery {
    /// Windows that can be asked for.
    pub const MINUTES: std::ops::RangeInclusive<u32> = 1..=7 * 24 * 60;
}

/// A question to a page of metrics in the text format of Prometheus or OpenMetrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricProbe {
    /// The page's address as written.
    pub url: String,
    /// What is asked.
    pub question: MetricQuestion,
}

/// What a page of metrics is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricQuestion {
    /// A metric with this text in its name has a sample; comments are none.
    Present {
        /// The text.
        name: String,
    },
    /// Every sample of the metrics with this text in their name stands in this relation.
    Value {
        /// The text.
        name: String,
        /// What must hold.
        bound: Bound,
    },
    /// A quantile of a histogram, from its buckets.
    Quantile {
        /// The text in the histogram's name.
        name: String,
        /// Which: 0.95 is the 95th percentile.
        quantile: f64,
        /// What must hold.
        bound: Bound,
    },
    /// The share of one counter in the sum of two, in per cent.
    Share {
        /// The text in the name of what is counted.
        part: String,
        /// The text in the name of the rest.
        rest: String,
        /// What must hold, in per cent.
        bound: Bound,
        /// Of what was counted in the last so many minutes and up to half as many before them; `None`: as far back as is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minutes: Option<u32>,
    },
}

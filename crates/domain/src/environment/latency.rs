//! Where Prometheus keeps the latencies of an environment's service.

use super::Environment;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// `[latency]` of an environment's file: the histogram that a benchmark's percentiles can be read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// The classic histogram, without `_bucket`; its name says its unit: `http_request_duration_seconds`.
    pub histogram: String,
    /// What its series must be labelled with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The window that ends when it is asked, in minutes, 1 to 1,440.
    #[serde(default = "default_window")]
    pub window_minutes: u32,
    /// The name of the endpoint that is the Prometheus server.
    #[serde(default = "default_endpoint")]
    pub endpoint: String,
}

/// A histogram that cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("latency.{key}: {why}")]
pub struct NoLatency {
    /// The key of the table.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub why: String,
}

fn default_window() -> u32 {
    5
}

fn default_endpoint() -> String {
    "prometheus".to_owned()
}

impl Latency {
    /// Milliseconds in the unit that the histogram's name says.
    ///
    /// # Errors
    /// [`NoLatency`] where it says none.
    pub fn milliseconds(&self) -> Result<f64, NoLatency> {
        let name = self.histogram.as_str();
        if name.ends_with("_seconds") {
            Ok(1_000.0)
        } else if name.ends_with("_milliseconds") || name.ends_with("_ms") {
            Ok(1.0)
        } else {
            let why = format!("{name:?} says no unit: its name ends in _seconds, _milliseconds or _ms");
            Err(NoLatency {
                key: "histogram",
                why,
            })
        }
    }

    /// Whether it can be asked for in this environment.
    ///
    /// # Errors
    /// [`NoLatency`], which names the key and what to do.
    pub fn check(&self, environment: &Environment) -> Result<(), NoLatency> {
        let no = |key, why: String| Err(NoLatency { key, why });
        if !is_name(&self.histogram, true) {
            return no(
                "histogram",
                format!("{:?} is no name of a metric", self.histogram),
            );
        }
        self.milliseconds()?;
        if let Some(label) = self
            .labels
            .keys()
            .find(|label| !is_name(label, false) || *label == "le")
        {
            return no("labels", format!("{label:?} is no label that tells series apart"));
        }
        if !(1..=1_440).contains(&self.window_minutes) {
            return no("window_minutes", "it is a number from 1 to 1440".to_owned());
        }
        match environment.named(&self.endpoint) {
            Some(endpoint) if endpoint.url.starts_with("http") => Ok(()),
            Some(endpoint) => no("endpoint", format!("{} is not reached by http", endpoint.name)),
            None => no(
                "endpoint",
                format!(
                    "{} is no name of one of the [[endpoints]]: use one of theirs, or add it",
                    self.endpoint
                ),
            ),
        }
    }

    /// What picks its series: `{job="backend"}`, empty without labels.
    pub fn selector(&self) -> String {
        if self.labels.is_empty() {
            return String::new();
        }
        let escaped = |value: &str| {
            value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n")
        };
        let labels = self
            .labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)));
        format!("{{{}}}", labels.collect::<Vec<_>>().join(","))
    }
}

/// A name of a metric, or of a label, as Prometheus takes it without quotes.
fn is_name(name: &str, colons: bool) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || colons && c == ':';
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "The percentiles of {}{} over the last {} min, from {}: what everybody asked of it then, known between two bounds of its \
             buckets",
            self.histogram,
            self.selector(),
            self.window_minutes,
            self.endpoint
        )
    }
}

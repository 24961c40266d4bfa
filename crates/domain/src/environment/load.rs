//! The load that a benchmark puts on an environment.

use super::Environment;
use serde::{Deserialize, Serialize};
use std::fmt;

/// `[load]` of an environment's file: what a measured load asks, how often and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Requests a second, 1 to 10,000, whatever becomes of those before.
    pub rate: u32,
    /// How long is measured, in seconds, 1 to 3,600.
    pub seconds: u32,
    /// How long the same load goes before, unmeasured, in seconds, 0 to 600.
    #[serde(default = "default_warm_up")]
    pub warm_up_seconds: u32,
    /// Requests under way at once, 1 to 1,000. When so many are, the others wait, and the wait counts in their latency.
    #[serde(default = "default_concurrency")]
    pub concurrency: u32,
    /// How long one exchange may take, in seconds from when it is sent, 1 to 60.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u32,
    /// What is asked, 1 to 32 of them.
    pub endpoints: Vec<LoadEndpoint>,
}

/// A page that is asked for under load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadEndpoint {
    /// The name of one of the environment's endpoints.
    pub endpoint: String,
    /// Path and query there, from `/`.
    pub path: String,
    /// How often it is asked beside the others, 1 to 1,000.
    #[serde(default = "default_weight")]
    pub weight: u32,
    /// How it is asked.
    #[serde(default)]
    pub method: LoadMethod,
}

/// How a page is asked under load: in ways that change nothing (RFC 9110, 9.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LoadMethod {
    /// The page.
    #[default]
    Get,
    /// Its header alone.
    Head,
}

/// How many requests one load may hold, warm-up and all.
pub const LOAD_REQUESTS: u64 = 5_000_000;

/// A load that cannot be put on its environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {why}")]
pub struct NoLoad {
    /// The key of the environment's file.
    pub key: String,
    /// What is wrong and what to do.
    pub why: String,
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pages = self.endpoints.iter().map(|page| {
            let method = match page.method {
                LoadMethod::Get => "GET",
                LoadMethod::Head => "HEAD",
            };
            let weight = match page.weight {
                1 => String::new(),
                weight => format!(" ({weight} times as often)"),
            };
            format!("{method} {} of {}{weight}", page.path, page.endpoint)
        });
        let pages: Vec<String> = pages.collect();
        write!(
            f,
            "{} requests a second for {} s after {} s of warming up, at most {} at once: {}",
            self.rate,
            self.seconds,
            self.warm_up_seconds,
            self.concurrency,
            pages.join(", ")
        )
    }
}

fn default_warm_up() -> u32 {
    5
}

fn default_concurrency() -> u32 {
    64
}

fn default_timeout() -> u32 {
    10
}

fn default_weight() -> u32 {
    1
}

impl Load {
    /// How many requests it holds in all, warm-up included.
    pub fn requests(&self) -> u64 {
        u64::from(self.rate) * (u64::from(self.warm_up_seconds) + u64::from(self.seconds))
    }

    /// How many of them, the first ones, are not measured.
    pub fn warm_up_requests(&self) -> u64 {
        u64::from(self.rate) * u64::from(self.warm_up_seconds)
    }

    /// Whether it stays within its bounds and asks only what the environment lists.
    ///
    /// # Errors
    /// [`NoLoad`], which names the key and what to do.
    pub fn check(&self, environment: &Environment) -> Result<(), NoLoad> {
        let no = |key: &str, why: String| NoLoad {
            key: format!("load.{key}"),
            why,
        };
        let bounds = [
            ("rate", self.rate, 1..=10_000),
            ("seconds", self.seconds, 1..=3_600),
            ("warm_up_seconds", self.warm_up_seconds, 0..=600),
            ("concurrency", self.concurrency, 1..=1_000),
            ("timeout_seconds", self.timeout_seconds, 1..=60),
        ];
        for (key, value, bounds) in bounds {
            if !bounds.contains(&value) {
                return Err(no(
                    key,
                    format!("it is a number from {} to {}", bounds.start(), bounds.end()),
                ));
            }
        }
        if self.requests() > LOAD_REQUESTS {
            let why = format!(
                "{} requests in all, at most {LOAD_REQUESTS}: lower it or `seconds`",
                self.requests()
            );
            return Err(no("rate", why));
        }
        if !(1..=32).contains(&self.endpoints.len()) {
            return Err(no("endpoints", "it lists 1 to 32 of them".to_owned()));
        }
        self.endpoints.iter().enumerate().try_for_each(|(at, asked)| {
            asked
                .check(environment)
                .map_err(|why| no(&format!("endpoints[{at}]"), why))
        })
    }
}

impl LoadEndpoint {
    fn check(&self, environment: &Environment) -> Result<(), String> {
        let unlisted = |c: char| c.is_control() || c.is_whitespace() || c == '#';
        if !self.path.starts_with('/') || self.path.contains(unlisted) {
            return Err(format!(
                "{:?} is no path: write one from `/`, without spaces and `#`",
                self.path
            ));
        }
        if !(1..=1_000).contains(&self.weight) {
            return Err("weight is a number from 1 to 1000".to_owned());
        }
        let endpoint = environment.named(&self.endpoint).ok_or_else(|| {
            format!(
                "{} is no name of one of the [[endpoints]]: use one of theirs, or add it",
                self.endpoint
            )
        })?;
        let scheme = endpoint.url.split("://").next().unwrap_or_default();
        match scheme {
            "http" | "https" => Ok(()),
            other => Err(format!(
                "endpoint {} is reached by {other}, not by http",
                endpoint.name
            )),
        }
    }
}

impl LoadMethod {
    /// As it stands in a request.
    pub fn word(self) -> &'static str {
        match self {
            LoadMethod::Get => "GET",
            LoadMethod::Head => "HEAD",
        }
    }
}

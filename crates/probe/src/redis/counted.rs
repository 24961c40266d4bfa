//! What a Redis server counts of its lookups, and how long a call of it takes.

use super::connect::{self, Target, Trouble};
use super::{info, judge_trouble, once, reply};
use crate::counted::{Lookups, Pair};
use crate::round::Round;
use crate::site::Site;
use domain::measurement::Figure;
use domain::metric::{Aggregation, Metric};
use domain::quantity::Unit;
use redis::Value;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How many calls are timed.
const CALLS: u64 = 200;

/// Reads a key that nobody has; the answer says whether that is so.
const CALL: [&str; 2] = ["GET", "gonogo:no-such-key:0f6cf1a7-5f0c-4b43-9b0e-3d2f6e1f6a52"];

/// Whether the environment names a Redis server.
pub(crate) fn listed(site: &Site) -> bool {
    site.endpoint("redis")
        .or_else(|_| site.endpoint("localhost:6379"))
        .is_ok()
}

/// The lookups of every client since the server began (Redis documentation, "INFO").
///
/// # Errors
/// Why they cannot be counted, in words.
pub(crate) async fn lookups(site: &Site, round: &Round<'_>) -> Result<Lookups, String> {
    let target = connect::target(None, site)?;
    let answer = once(&target, &["INFO"], site, round).await;
    let told = answer.seen.as_ref().as_ref();
    let told = told.map_err(|trouble| judge_trouble(trouble, &target, site).reason)?;
    let text = reply::printed(told);
    let field = |name: &str| {
        let value = info::field(&text, name);
        value.ok_or_else(|| format!("{}: what INFO gives has no field {name}", target.shown))
    };
    let count = |name: &str| {
        let counted: Result<u64, _> = field(name)?.parse();
        counted.map_err(|_| format!("{}: its {name} is no count", target.shown))
    };
    let (hits, misses) = ("keyspace_hits", "keyspace_misses");
    let instance = field("run_id")?.chars().filter(char::is_ascii_alphanumeric);
    Ok(Lookups {
        instance: instance.take(64).collect(),
        pairs: vec![Pair {
            hits: count(hits)? as f64,
            misses: count(misses)? as f64,
            hits_name: hits.to_owned(),
            misses_name: misses.to_owned(),
        }],
        place: target.shown,
    })
}

/// The mean of calls, one after the other over one connection. After half of the deadline none is begun any more, so that those
/// that were begun have time to end: one that hangs leaves no figure without it.
///
/// # Errors
/// Why there is none, in words.
pub(crate) async fn calls(site: &Site) -> Result<Figure, String> {
    let target = connect::target(None, site)?;
    let timed = match timeout(site.deadline, timed(&target, site.deadline / 2)).await {
        Ok(timed) => timed,
        Err(_) => {
            let limit = site.deadline.as_millis();
            Err(Trouble::Broken(format!(
                "a call was not answered within {limit} ms"
            )))
        }
    };
    let (calls, took) = timed.map_err(|trouble| judge_trouble(&trouble, &target, site).reason)?;
    Ok(Figure {
        metric: Metric::CacheLatency,
        aggregation: Aggregation::Mean,
        value: took.as_secs_f64() * 1000.0 / calls as f64,
        unit: Unit::Milliseconds,
        samples: calls,
        between: None,
    })
}

/// How many calls were answered, and how long all of them took.
async fn timed(target: &Target, begin_within: Duration) -> Result<(u64, Duration), Trouble> {
    let mut stream = connect::open(target).await?;
    let began = Instant::now();
    let (mut calls, mut took) = (0, Duration::ZERO);
    // The first is not timed: it finds everything cold.
    for call in 0..=CALLS {
        if calls > 0 && began.elapsed() >= begin_within {
            break;
        }
        let at = Instant::now();
        let reply = connect::exchange(&mut stream, &CALL).await?;
        if reply != Value::Nil {
            let why = format!(
                "its answer to {} is not that there is no such key",
                CALL.join(" ")
            );
            return Err(Trouble::Broken(why));
        }
        if call > 0 {
            took += at.elapsed();
            calls += 1;
        }
    }
    Ok((calls, took))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_reads_only() {
        assert!(domain::probe::redis::reads(&CALL));
    }
}

//! What is said of a Redis or Valkey server.

use super::{Found, Words};
use crate::measure::Measure;
use crate::phrases::{Lower, Phrases};
use domain::probe::{ProbeSpec, RedisPersistence, RedisProbe, RedisQuestion, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

static SERVER: Phrases = Phrases::new("redis, valkey");

/// Words of lines that are about something that a look at the server does not show.
static ELSEWHERE: Phrases = Phrases::new(
    "alert, monitor, dashboard, volume, during, while, in the last, in the past, sentinel, cluster, disabled, not needed, \
    not required, policy, off ",
);

static ON: Phrases = Phrases::new(
    "enabled, configured, active, turned on, is on, working, aktiviert, aktiv, activé, activad, ativad, 启用, 有効",
);

static EVICTIONS: Phrases = Phrases::new(
    "no eviction, no keys evicted, no evicted keys, no key was evicted, zero evictions, 0 evictions",
);

/// "Redis persistence enabled", "no evictions in Redis", "Redis memory below 80 %".
pub fn cache(words: &Words<'_>, lower: &Lower, measures: &[Measure]) -> Option<Found> {
    let about = SERVER.within(lower) || words.near.len() < 300 && SERVER.within(&Lower::of(words.near));
    if !about || !words.codes.is_empty() || ELSEWHERE.within(lower) {
        return None;
    }
    if EVICTIONS.within(lower) {
        let question = RedisQuestion::Info {
            section: Some("stats".to_owned()),
            field: "evicted_keys".to_owned(),
            rules: vec![TextRule::Number(zero())],
        };
        return found(
            question,
            "the server is asked how many keys it has evicted since its start",
        );
    }
    if let Some(how) = ON.within(lower).then(|| way(lower)).flatten()
        && measures.is_empty()
    {
        let because =
            "the server is asked whether it keeps its data on disk, and whether the last writing went well";
        return found(RedisQuestion::Persistence(how), because);
    }
    if let ([one], true) = (measures, lower.contains("memory"))
        && one.unit == Unit::Percent
        && one.upper.is_none()
        && !one.roughly
        && matches!(one.comparison, Some(Comparison::Below | Comparison::AtMost))
    {
        let bound = one.bound(Comparison::AtMost);
        let because = "the memory that the server uses is compared with its maxmemory";
        return found(RedisQuestion::MemoryShare(bound), because);
    }
    None
}

fn way(lower: &Lower) -> Option<RedisPersistence> {
    let (aof, rdb) = (
        lower.any(&["append-only", "append only", "appendonly", "(aof)", "aof "]),
        lower.any(&["rdb", "snapshot"]),
    );
    match (aof, rdb) {
        (true, true) => lower.contains(" or ").then_some(RedisPersistence::Any),
        (true, false) => Some(RedisPersistence::Aof),
        (false, true) => Some(RedisPersistence::Rdb),
        (false, false) => lower.contains("persisten").then_some(RedisPersistence::Any),
    }
}

fn found(question: RedisQuestion, because: &str) -> Option<Found> {
    let address = None;
    let spec = ProbeSpec::Redis(RedisProbe { address, question });
    Some((spec, because.to_owned()))
}

fn zero() -> Bound {
    Bound {
        comparison: Comparison::Equal,
        quantity: Quantity {
            value: 0.0,
            unit: Unit::Count,
        },
    }
}

//! Hits and misses on a page of metrics: which counters they are is read off their names.

use super::{Lookups, Pair};
use crate::http;
use crate::metric::exposition::{self, Page};
use crate::output::sentence;
use crate::round::Round;
use crate::site::Site;
use futures::future::{FutureExt as _, join_all};

/// How many endpoints are asked for a page.
const ASKED: usize = 8;

/// How many pairs of counters a page may have.
const PAIRS: usize = 20;

/// How long the name of a counter may be.
const NAME_BYTES: usize = 120;

/// What the name of a counter of a cache holds.
const CACHE: [&str; 2] = ["cache", "keyspace"];

/// The two words in which the names of a pair differ.
const WORDS: [(&str, &str); 2] = [("hits", "misses"), ("hit", "miss")];

/// The counters of the first endpoint whose `/metrics` has some: the one that serves what is deployed, then the others in the
/// order of the environment's file.
pub(super) async fn lookups(site: &Site, round: &Round<'_>) -> Result<Lookups, String> {
    let environment = &site.environment;
    let web = environment.web_endpoint().ok().map(|endpoint| &endpoint.name);
    let by_http = environment
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.url.starts_with("http"));
    let mut names: Vec<&String> = by_http.map(|endpoint| &endpoint.name).collect();
    names.sort_by_key(|name| Some(*name) != web);
    let asking = names
        .iter()
        .take(ASKED)
        .map(|name| at(format!("http://{name}/metrics"), site, round).boxed());
    let mut reasons = Vec::new();
    for answer in join_all(asking).await {
        match answer {
            Ok(lookups) => return Ok(lookups),
            Err(why) => reasons.push(why),
        }
    }
    let nothing = format!(
        "the environment has no endpoint `redis`, and no page /metrics of it counts hits and misses of a cache: add the endpoint \
         to environments/{}.toml",
        environment.name
    );
    reasons.insert(0, nothing);
    Err(reasons.join("; "))
}

async fn at(written: String, site: &Site, round: &Round<'_>) -> Result<Lookups, String> {
    let fetched = http::fetch(&written, site, round).await;
    let place = fetched.target;
    let seen = fetched
        .seen
        .map_err(|judgement| match judgement.reason.contains(&place) {
            true => judgement.reason,
            false => format!("GET {place}: {}", judgement.reason),
        })?;
    if seen.cut {
        return Err(format!("{place} is too long to be read whole"));
    }
    let text = String::from_utf8_lossy(&seen.body);
    let page = exposition::parse(&text);
    let pairs = pairs(&page).map_err(|why| format!("{place} {why}"))?;
    let of_pair = |line: &&str| {
        let names = pairs.iter().flat_map(|pair| [&pair.hits_name, &pair.misses_name]);
        names.into_iter().any(|name| line.contains(name.as_str()))
    };
    if text
        .lines()
        .filter(of_pair)
        .any(|line| exposition::parse(line).strange > 0)
    {
        return Err(format!("a line of {place} about hits or misses cannot be read"));
    }
    match pairs.is_empty() {
        true => Err(format!("{place} has no such counters")),
        false => Ok(Lookups {
            instance: instance(&page),
            place: sentence(&place, &site.secrets),
            pairs,
        }),
    }
}

/// When the process began (Prometheus documentation, "Writing client libraries", "Process metrics").
fn instance(page: &Page) -> String {
    let of_process = |name: &str| name == "process_start_time_seconds";
    let samples = page.samples.iter().filter(|sample| of_process(&sample.name));
    let began: Vec<String> = samples.map(|sample| sample.value.to_string()).collect();
    began.join(", ")
}

/// Pairs of counters, in the order of the page; the samples of all labels are added up.
fn pairs(page: &Page) -> Result<Vec<Pair>, String> {
    let mut pairs: Vec<Pair> = Vec::new();
    for sample in &page.samples {
        let known = |pair: &Pair| pair.hits_name == sample.name;
        let Some(misses_name) = misses_of(&sample.name).filter(|_| !pairs.iter().any(known)) else {
            continue;
        };
        let (Some(hits), Some(misses)) = (sum(page, &sample.name)?, sum(page, &misses_name)?) else {
            continue;
        };
        if pairs.len() == PAIRS {
            return Err(format!("counts more than {PAIRS} caches"));
        }
        pairs.push(Pair {
            hits_name: sample.name.clone(),
            misses_name,
            hits,
            misses,
        });
    }
    Ok(pairs)
}

/// The name of the counter of misses beside one of hits of a cache. `cache_hits_created` is the time since when a counter
/// counts (OpenMetrics 1.0), and a page's gauges and histograms have names of their own too.
fn misses_of(hits: &str) -> Option<String> {
    let lower = hits.to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_:".contains(&byte);
    let named = hits.len() <= NAME_BYTES && hits.bytes().all(plain);
    if !named || lower.ends_with("_created") || !CACHE.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let words: Vec<&str> = hits.split('_').collect();
    let (at, misses) = words.iter().enumerate().find_map(|(at, word)| {
        let found = WORDS.iter().find(|(hit, _)| word.eq_ignore_ascii_case(hit));
        found.map(|(_, miss)| (at, *miss))
    })?;
    let told = words
        .iter()
        .enumerate()
        .map(|(index, word)| if index == at { misses } else { word });
    Some(told.collect::<Vec<&str>>().join("_"))
}

/// The sum over all labels; `None` where the page has no such counter.
fn sum(page: &Page, name: &str) -> Result<Option<f64>, String> {
    if !may_count(page, name) {
        return Ok(None);
    }
    let samples = page.samples.iter().filter(|sample| sample.name == name);
    let values: Vec<f64> = samples.map(|sample| sample.value).collect();
    let sum: f64 = values.iter().sum();
    match values.iter().all(|value| *value >= 0.0) && sum.is_finite() {
        true => Ok((!values.is_empty()).then_some(sum)),
        false => Err(format!("gives {name} a value that is no count")),
    }
}

/// Whether the page declares it as a counter, or not at all.
fn may_count(page: &Page, name: &str) -> bool {
    let declared = page.comments.iter().filter_map(|comment| {
        let mut words = comment.split_whitespace();
        let of = (words.next()?, words.next()?);
        let own = of == ("TYPE", name) || of == ("TYPE", name.trim_end_matches("_total"));
        words.next().filter(|_| own)
    });
    declared
        .into_iter()
        .all(|kind| matches!(kind, "counter" | "untyped" | "unknown"))
}

#[cfg(test)]
mod tests;

//! "The second call should be faster": pairs of the same GET. Each pair asks something new, so that its first call cannot be
//! answered from what an earlier one stored. An answer that says itself whether it comes from a cache decides; else a counter of
//! hits does, where one is known; otherwise the times do, and what they leave open is no data.

use super::cached::from_cache;
use super::headers::headers;
use super::{Course, milliseconds, resolve, shown};
use crate::answer::{Answer, Asked, Judgement};
use crate::round::Round;
use crate::site::Site;
use domain::probe::RepeatedProbe;
use domain::timing::Timing;
use domain::verdict::Verdict;
use hyper::header::HeaderMap;
use std::time::Duration;
use url::Url;

mod counted;
use counted::Counted;

/// A difference below this, or below a tenth of the first call, is none that anybody would notice.
const NOTICED: Duration = Duration::from_micros(200);

/// How likely the sign of the differences may be by chance (one-sided sign test).
const CHANCE: f64 = 0.05;

/// One call: the time from the request to the end of the answer, and what the answer says about a cache.
#[derive(Clone, Debug, PartialEq)]
struct Call {
    took: Duration,
    cache: Option<(bool, String)>,
}

pub(crate) async fn probe(spec: &RepeatedProbe, site: &Site, round: &Round<'_>) -> Answer {
    let pairs = spec
        .pairs
        .clamp(*RepeatedProbe::PAIRS.start(), *RepeatedProbe::PAIRS.end());
    let mut asked = Asked {
        read_as: format!("{pairs} pairs of the same GET, natively"),
        target: spec.url.clone(),
        expected: "the second of a pair from a cache, or faster".to_owned(),
    };
    let found = resolve(&spec.url, site)
        .and_then(|(url, endpoint)| Ok((url, endpoint, headers(&spec.headers)?.fields)));
    let (url, endpoint, fields) = match found {
        Ok(found) => found,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target = shown(&url);
    let new = (round.context.clock)().timestamp_micros();
    let mut course = Course::new(site.deadline);
    let mut made: Vec<[Call; 2]> = Vec::new();
    // The first call of all opens the connection and wakes the target; it is no part of a pair.
    for number in 0..=pairs {
        let url = something_new(&url, new, number);
        let pair = async {
            let first = call(&url, &fields, round, &mut course).await?;
            let second = call(&url, &fields, round, &mut course).await?;
            Ok::<_, Judgement>([first, second])
        };
        match pair.await {
            Ok(pair) if number > 0 => made.push(pair),
            Ok(_) => {}
            Err(judgement) => {
                let reason = format!(
                    "GET {}: {} (pair {number} of {pairs})",
                    asked.target, judgement.reason
                );
                let judgement = Judgement::new(judgement.verdict, reason.clone(), reason);
                return Answer::new(asked, judgement).with_output(written(&made));
            }
        }
    }
    let judgement = match by_header(&made) {
        Some(judgement) => judgement,
        None => {
            let addresses = (1..=pairs).map(|number| something_new(&url, new, pairs + number));
            let calls = counted::Calls {
                addresses: addresses.collect(),
                fields: &fields,
            };
            match counted::ask(spec, endpoint, &calls, site, round, &mut course).await {
                Counted::Judged(judgement) => judgement,
                Counted::Open(why) => by_time(&made, Some(&why)),
                Counted::Nowhere => by_time(&made, None),
            }
        }
    };
    Answer::new(asked, judgement).with_output(written(&made))
}

/// The address with a query that no cache has met.
fn something_new(url: &Url, new: i64, number: u32) -> Url {
    let mut url = url.clone();
    url.query_pairs_mut()
        .append_pair("gonogo", &format!("{new}-{number}"));
    url
}

async fn call(
    url: &Url,
    fields: &HeaderMap,
    round: &Round<'_>,
    course: &mut Course,
) -> Result<Call, Judgement> {
    course.timing = Timing::default();
    let arriving = round
        .client
        .get(url, fields, course)
        .await
        .map_err(Judgement::error)?;
    let (status, cache) = (arriving.status(), from_cache(arriving.head.headers()));
    let body = arriving.read(course).await.map_err(Judgement::error)?;
    if body.cut {
        return Err(Judgement::error(
            "the answer is longer than 1 MB: too long to be timed",
        ));
    }
    if !status.is_success() {
        return Err(Judgement::fail(
            format!("answered {status}, must be 200 to 299"),
            status.to_string(),
        ));
    }
    // A connection that had to be opened is no part of the answer's time.
    let Timing {
        first_byte_us,
        body_us,
        ..
    } = course.timing;
    let took = Duration::from_micros(first_byte_us.unwrap_or(0) + body_us.unwrap_or(0));
    Ok(Call { took, cache })
}

/// What the second answers say themselves, where each of them does.
fn by_header(pairs: &[[Call; 2]]) -> Option<Judgement> {
    let said: Vec<&(bool, String)> = pairs
        .iter()
        .filter_map(|[_, second]| second.cache.as_ref())
        .collect();
    (said.len() == pairs.len() && !said.is_empty()).then(|| said_so(&said, pairs))
}

fn said_so(said: &[&(bool, String)], pairs: &[[Call; 2]]) -> Judgement {
    let count = said.len();
    let hits = said.iter().filter(|(hit, _)| *hit).count();
    let times = times(pairs);
    let example = |wanted: bool| {
        let found = said.iter().find(|(hit, _)| *hit == wanted);
        found.map(|(_, field)| field.as_str()).unwrap_or_default()
    };
    let found = format!("{hits} of {count} second answers come from a cache; {times}");
    match hits {
        _ if hits == count => Judgement::pass(format!("{found} ({})", example(true))),
        0 => Judgement::fail(
            format!(
                "no second answer comes from a cache ({}); {times}",
                example(false)
            ),
            found,
        ),
        _ => Judgement::new(Verdict::Warning, format!("{found} ({})", example(false)), found),
    }
}

/// The Hodges-Lehmann estimate of the differences says how much faster, the sign test whether that may be chance.
/// `counter` is why no counter decided, where one was asked.
fn by_time(pairs: &[[Call; 2]], counter: Option<&str>) -> Judgement {
    let saved: Vec<f64> = pairs
        .iter()
        .map(|[first, second]| first.took.as_secs_f64() - second.took.as_secs_f64())
        .collect();
    let (times, estimate) = (times(pairs), hodges_lehmann(&saved));
    let first = median(pairs.iter().map(|[first, _]| first.took.as_secs_f64()).collect());
    let noticed = NOTICED.as_secs_f64().max(first / 10.0);
    let faster = saved.iter().filter(|saved| **saved > 0.0).count();
    let slower = saved.iter().filter(|saved| **saved < 0.0).count();
    let found = format!("{faster} of {} second calls are faster; {times}", pairs.len());
    let by_chance = |others: usize| chance(others, faster + slower) > CHANCE;
    if estimate >= noticed && !by_chance(slower) {
        return Judgement::pass(format!(
            "{found}; {} saved",
            milliseconds(Duration::from_secs_f64(estimate))
        ));
    }
    if estimate <= -noticed && !by_chance(faster) {
        return Judgement::fail(format!("the second call is slower: {found}"), found);
    }
    let counter = counter.map(|why| format!(", and {why}")).unwrap_or_default();
    let reason = format!("too close to tell: {found}; no header says whether a cache answers{counter}");
    Judgement::new(Verdict::NoData, reason, found)
}

fn times(pairs: &[[Call; 2]]) -> String {
    let of = |which: usize| {
        let took = pairs.iter().map(|pair| pair[which].took.as_secs_f64()).collect();
        milliseconds(Duration::from_secs_f64(median(took)))
    };
    format!("median {}, then {}", of(0), of(1))
}

/// How likely it is that so few or fewer of so many fall on one side, where both are as likely.
fn chance(fewer: usize, of: usize) -> f64 {
    if of == 0 {
        return 1.0;
    }
    let (mut ways, mut sum) = (1.0, 0.0);
    for k in 0..=fewer.min(of) {
        sum += ways;
        ways *= (of - k) as f64 / (k + 1) as f64;
    }
    sum / 2f64.powi(i32::try_from(of).unwrap_or(i32::MAX))
}

/// The median of the means of all pairs of values, each with itself too.
fn hodges_lehmann(values: &[f64]) -> f64 {
    let means = values.iter().enumerate().flat_map(|(at, one)| {
        let rest = values[at..].iter();
        rest.map(move |other| (one + other) / 2.0)
    });
    median(means.collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.as_slice() {
        [] => 0.0,
        values if values.len() % 2 == 1 => values[middle],
        values => (values[middle - 1] + values[middle]) / 2.0,
    }
}

/// Each pair on a line.
fn written(pairs: &[[Call; 2]]) -> String {
    let call = |call: &Call| {
        let cache = call
            .cache
            .as_ref()
            .map(|(_, field)| format!(" ({field})"))
            .unwrap_or_default();
        format!("{}{cache}", milliseconds(call.took))
    };
    let lines = pairs
        .iter()
        .map(|[first, second]| format!("{}, then {}\n", call(first), call(second)));
    lines.collect()
}

#[cfg(test)]
mod tests;

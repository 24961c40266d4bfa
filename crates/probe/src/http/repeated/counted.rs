//! Repeated calls by the counters of a cache. What others ask meanwhile is counted too: a pass needs that as many new calls as
//! repeated ones were misses and none of them a hit, and that then each repeated one was a hit and none a miss. No hit among the
//! repeated ones is a failure. Everything else leaves it open.

use super::super::{metrics_of, resolve, shown};
use super::call;
use crate::answer::Judgement;
use crate::http::Course;
use crate::metric::exposition::{self, Page};
use crate::metric::share::{self, Asking, Pair};
use crate::round::Round;
use crate::site::{Site, authority};
use domain::environment::Endpoint;
use domain::probe::{HitCounter, RepeatedProbe};
use domain::reading::Course as Went;
use hyper::header::HeaderMap;
use url::Url;

/// What the counters said.
pub(super) enum Counted {
    Judged(Judgement),
    /// They leave it open, and why.
    Open(String),
    /// Nobody says where hits are counted.
    Nowhere,
}

/// The calls that are counted: addresses that nobody has asked for yet, and what is sent along.
pub(super) struct Calls<'a> {
    pub addresses: Vec<Url>,
    pub fields: &'a HeaderMap,
}

/// Where hits are counted, and the names of the counters where the plan knows them.
struct Place<'a> {
    url: Url,
    counter: Option<&'a HitCounter>,
}

pub(super) async fn ask(
    spec: &RepeatedProbe,
    called: &Endpoint,
    calls: &Calls<'_>,
    site: &Site,
    round: &Round<'_>,
    course: &mut Course,
) -> Counted {
    let place = match place(spec, called, site) {
        Some(Ok(place)) => place,
        Some(Err(why)) => return Counted::Open(format!("the hits cannot be counted: {why}")),
        None => return Counted::Nowhere,
    };
    let looking = async {
        let before = look(&place, site, round, course).await?;
        each(calls, round, course).await?;
        let between = look(&place, site, round, course).await?;
        each(calls, round, course).await?;
        let after = look(&place, site, round, course).await?;
        Ok::<_, String>([before, between, after])
    };
    match looking.await {
        Ok(looks) => judge(&looks, calls.addresses.len() as u64),
        Err(why) => Counted::Open(format!("the hits cannot be counted: {why}")),
    }
}

/// The plan's own counter, else the page that the environment names for the endpoint that is called: `backend-metrics` for
/// `backend`, or `metrics` at the same host and port.
fn place<'a>(spec: &'a RepeatedProbe, called: &Endpoint, site: &Site) -> Option<Result<Place<'a>, String>> {
    if let Some(counter) = &spec.counter {
        let resolved = resolve(&counter.url, site);
        return Some(resolved.map(|(url, _)| Place {
            url,
            counter: Some(counter),
        }));
    }
    let at = |endpoint: &Endpoint| Url::parse(&endpoint.url).ok().as_ref().and_then(authority);
    let endpoints = || site.environment.endpoints.iter();
    let own = endpoints().find(|endpoint| endpoint.serves_metrics_of(called));
    let beside = || {
        endpoints()
            .find(|endpoint| endpoint.name.eq_ignore_ascii_case("metrics") && at(endpoint) == at(called))
    };
    let page = metrics_of(own.or_else(beside)?);
    Some(page.map(|url| Place { url, counter: None }))
}

/// What a page said.
struct Look {
    text: String,
    pair: Pair,
}

async fn look(
    place: &Place<'_>,
    site: &Site,
    round: &Round<'_>,
    course: &mut Course,
) -> Result<Look, String> {
    let target = shown(&place.url);
    let at = (round.context.clock)();
    let arriving = round.client.get(&place.url, &HeaderMap::new(), course).await;
    let arriving = arriving.map_err(|why| format!("GET {target}: {why}"))?;
    let status = arriving.status();
    let body = arriving
        .read(course)
        .await
        .map_err(|why| format!("GET {target}: {why}"))?;
    if !status.is_success() || body.cut {
        return Err(format!(
            "GET {target} answered {status} and no whole page of metrics"
        ));
    }
    let text = String::from_utf8_lossy(&body.bytes).into_owned();
    let page = exposition::parse(&text);
    let (hits, misses) = match place.counter {
        Some(counter) => (counter.hits.clone(), counter.misses.clone()),
        None => {
            names(&page).ok_or_else(|| format!("{target} has not one pair of counters of hits and misses"))?
        }
    };
    let asking = Asking {
        target: &target,
        at,
        earlier: &[],
        deployed_at: None,
        over: None,
        secrets: &site.secrets,
    };
    let pair = share::read(&page, false, &hits, &misses, &asking).map_err(|judgement| judgement.reason)?;
    Ok(Look { text, pair })
}

/// The only counter of hits of a cache that has one of misses beside it.
fn names(page: &Page) -> Option<(String, String)> {
    let has = |name: &str| page.samples.iter().any(|sample| sample.name == name);
    let mut found: Option<(String, String)> = None;
    for sample in &page.samples {
        let name = sample.name.as_str();
        let counts = name.contains("cache") && !name.ends_with("_created");
        let Some(misses) = HitCounter::misses_of(name).filter(|misses| counts && has(misses)) else {
            continue;
        };
        match &found {
            Some((hits, _)) if hits != name => return None,
            Some(_) => {}
            None => found = Some((name.to_owned(), misses)),
        }
    }
    found
}

async fn each(calls: &Calls<'_>, round: &Round<'_>, course: &mut Course) -> Result<(), String> {
    for url in &calls.addresses {
        let called = call(url, calls.fields, round, course).await;
        called.map_err(|judgement| judgement.reason)?;
    }
    Ok(())
}

fn judge([before, between, after]: &[Look; 3], calls: u64) -> Counted {
    let (hits, misses) = (&after.pair.part, &after.pair.rest);
    if before.text == between.text && between.text == after.text {
        return Counted::Open("the page of metrics did not change: it may count others' calls".to_owned());
    }
    let [first, second, third] = [before, between, after].map(|look| &look.pair.reading);
    if first.course(second) != Went::On || second.course(third) != Went::On {
        return Counted::Open("the counters began anew meanwhile, or another process answered".to_owned());
    }
    let new = (first.rise(second, hits), first.rise(second, misses));
    let again = (second.rise(third, hits), second.rise(third, misses));
    let found = format!(
        "{calls} repeated calls: {hits} rose by {}, {misses} by {}; as many new ones before: by {}, by {}",
        again.0, again.1, new.0, new.1
    );
    if again.0 == 0 {
        let reason = format!("no repeated call was counted as a hit: {found}");
        return Counted::Judged(Judgement::fail(reason, found));
    }
    let each = again.0 >= calls && again.1 == 0;
    let counted = new.0 == 0 && new.1 >= calls;
    match each && counted {
        true => Counted::Judged(Judgement::pass(found)),
        false => Counted::Open(format!("the counters of the cache leave it open: {found}")),
    }
}

#[cfg(test)]
mod tests;

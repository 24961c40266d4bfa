//! HTTP GET: the endpoint's host is dialled, the document gives path and query.

use crate::answer::{Answer, Asked, Judgement};
use crate::capture::Captured;
use crate::output::{Kept, Printed, excerpt};
use crate::place::plain;
use crate::redact::Secrets;
use crate::round::Round;
use crate::site::{Site, authority};
use crate::text::{self, Text};
use domain::environment::Endpoint;
use domain::probe::{HttpProbe, StatusRule};
use domain::timing::Timing;
use domain::verdict::Verdict;
use hyper::StatusCode;
use hyper::header::HeaderMap;
use std::error::Error;
use std::time::Duration;
use url::Url;

mod address;
mod answered;
mod cached;
mod client;
mod course;
mod gzip;
mod headers;
pub(crate) mod health;
mod line;
mod page;
pub(crate) mod repeated;
mod tls;
pub(crate) use address::{dialled, resolve};
use address::{endpoint_of, metrics_of};
pub(crate) use client::{Client, data, request};
pub(crate) use course::{Course, Stopped};
use headers::{Headers, headers};
pub(crate) use line::{Line, Sent};
pub(crate) use page::fetch;

/// How much of a body is read, in bytes, after decompression.
pub(crate) const BODY_BYTES: usize = 1024 * 1024;

/// How many redirects are followed.
const HOPS: usize = 5;

/// What answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub status: u16,
    /// Where a redirect that was not followed leads.
    pub leads_to: Option<String>,
    /// Where redirects that were followed led, when that is another page.
    pub led_to: Option<String>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The body is longer than [`BODY_BYTES`].
    pub cut: bool,
    pub took: Duration,
    pub timing: Timing,
}

pub(crate) async fn probe(spec: &HttpProbe, site: &Site, round: &Round<'_>) -> Answer {
    let mut asked = Asked {
        read_as: "GET, natively".to_owned(),
        target: spec.url.clone(),
        expected: expected(spec),
    };
    let (url, endpoint) = match resolve(&spec.url, site) {
        Ok(found) => found,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target = shown(&url);
    let secure = spec
        .secure_or_loopback
        .then(|| judge_secure(&url, &endpoint.name));
    let headers = match headers(&spec.headers) {
        Ok(headers) => headers,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    let Captured { seen, capture, .. } = page(&url, endpoint, spec.status, headers, site, round).await;
    let answer = match seen.as_ref() {
        Ok(seen) => {
            let judgements = secure
                .into_iter()
                .chain([judge(seen, spec, &site.secrets)])
                .collect();
            let judgement =
                Judgement::weakest(judgements).unwrap_or_else(|| Judgement::error("nothing was judged"));
            let answer = Answer::new(asked, judgement);
            match spec.response.is_empty() {
                true => answer.printed(Printed::Masked(Kept::of(&seen.body, seen.cut, &site.secrets))),
                false => answer.with_output(answered::shown(&spec.response, &seen.headers)),
            }
        }
        Err(Stopped { why, .. }) => {
            let reason = format!("GET {}: {why}", asked.target);
            Answer::new(asked, Judgement::error(reason))
        }
    };
    answer.of(capture)
}

/// The page at this address, asked for once in a round.
async fn page(
    url: &Url,
    endpoint: &Endpoint,
    wanted: StatusRule,
    headers: Headers,
    site: &Site,
    round: &Round<'_>,
) -> Captured<Result<Seen, Stopped>> {
    let following = follows(wanted);
    let how = if following { "" } else { ", redirects not followed" };
    let name = format!("GET {} (endpoint {}){how}{headers}", shown(url), endpoint.name);
    let observing = observe(url.clone(), following, headers.fields, site, round.client);
    let mut captured = round.once(&round.pages, name, site, observing).await;
    captured.capture.timing = Some(match captured.seen.as_ref() {
        Ok(seen) => seen.timing,
        Err(stopped) => stopped.timing,
    });
    captured
}

/// Who asks for a success wants the page that a redirect leads to; who names a status wants that one.
fn follows(wanted: StatusRule) -> bool {
    wanted == StatusRule::Success
}

async fn observe(
    url: Url,
    following: bool,
    fields: HeaderMap,
    site: &Site,
    client: &Client,
) -> Result<Seen, Stopped> {
    let mut course = Course::new(site.deadline);
    match exchange(url, following, &fields, site, client, &mut course).await {
        Ok(seen) => Ok(Seen {
            took: course.took(),
            timing: course.timing,
            ..seen
        }),
        Err(why) => Err(course.stopped(why)),
    }
}

/// Asks, follows where it may, and reads the page that is reached in the end.
async fn exchange(
    first: Url,
    following: bool,
    fields: &HeaderMap,
    site: &Site,
    client: &Client,
    course: &mut Course,
) -> Result<Seen, String> {
    let mut url = first.clone();
    for _ in 0..=HOPS {
        // What the document gives to one server is given to no other one.
        let own = authority(&url) == authority(&first) && url.scheme() == first.scheme();
        let none = HeaderMap::new();
        let arriving = client.get(&url, if own { fields } else { &none }, course).await?;
        let status = arriving.status();
        let location = arriving.location().map(str::to_owned);
        let mut leads_to = None;
        if let Some(location) = location.filter(|_| status.is_redirection() && following) {
            match follow(&url, &location, site) {
                Ok(next) => {
                    url = next;
                    continue;
                }
                Err(_) => leads_to = Some(location),
            }
        }
        let headers = arriving.head.headers().clone();
        let body = arriving.read(course).await;
        let body = body.map_err(|why| format!("answered {}, but {why}", status.as_u16()))?;
        return Ok(Seen {
            status: status.as_u16(),
            leads_to,
            led_to: other_page(&first, &url),
            headers,
            body: body.bytes,
            cut: body.cut,
            took: Duration::ZERO,
            timing: Timing::default(),
        });
    }
    Err(format!("redirected more than {HOPS} times"))
}

/// Where a redirect leads, if the environment lists it.
fn follow(from: &Url, location: &str, site: &Site) -> Result<Url, String> {
    let next = from.join(location).map_err(|why| why.to_string())?;
    if authority(&next) == authority(from) && next.scheme() == from.scheme() {
        let mut same = from.clone();
        same.set_path(next.path());
        same.set_query(next.query());
        return Ok(same);
    }
    dialled(&next, endpoint_of(&next, site)?)
}

/// The page that was reached in the end, when it is not the one that was asked for.
fn other_page(first: &Url, last: &Url) -> Option<String> {
    let same = first.path().trim_end_matches('/') == last.path().trim_end_matches('/');
    (!same).then(|| shown(last))
}

pub(crate) fn judge(seen: &Seen, spec: &HttpProbe, secrets: &Secrets) -> Judgement {
    let mut judgements = vec![judge_status(seen, spec.status, secrets)];
    if judgements[0].verdict == Verdict::Pass && !(spec.body.is_empty() && spec.filters.is_empty()) {
        let filtered = text::filter(Text::of(&seen.body, seen.cut), &spec.filters, secrets);
        judgements.push(filtered.map_or_else(
            |judgement| judgement,
            |left| text::judge(&left, &spec.body, secrets),
        ));
    }
    if judgements[0].verdict == Verdict::Pass {
        let rules = spec.response.iter();
        judgements.extend(rules.map(|rule| answered::judge(rule, &seen.headers, secrets)));
    }
    if judgements[0].verdict == Verdict::Pass && spec.body.is_empty() && spec.response.is_empty() {
        judgements.extend(health::judge(&spec.url, &seen.body));
    }
    let took = milliseconds(seen.took);
    if let Some(within) = spec.within_ms {
        judgements.push(match seen.took <= Duration::from_millis(within) {
            true => Judgement::pass(format!("within {within} ms")),
            false => Judgement::fail(format!("answered in {took}, at most {within} ms allowed"), took),
        });
    }
    if let Some(page) = &seen.led_to {
        let reason =
            format!("what answered is another page, {page}, after a redirect: name the page that is meant");
        judgements.push(Judgement::new(Verdict::Warning, reason.clone(), reason));
    }
    Judgement::weakest(judgements).unwrap_or_else(|| Judgement::error("nothing was judged"))
}

fn judge_status(seen: &Seen, rule: StatusRule, secrets: &Secrets) -> Judgement {
    let word = StatusCode::from_u16(seen.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let found = format!("{} {word}", seen.status).trim_end().to_owned();
    let (right, wanted) = match rule {
        StatusRule::Success => ((200..300).contains(&seen.status), "200 to 299".to_owned()),
        StatusRule::Is(status) => (seen.status == status, status.to_string()),
        StatusRule::Either(one, other) => ([one, other].contains(&seen.status), format!("{one} or {other}")),
        StatusRule::Between(from, to) => ((from..=to).contains(&seen.status), format!("{from} to {to}")),
    };
    if right {
        return Judgement::pass(format!("{found} in {}", milliseconds(seen.took)));
    }
    if let Some(location) = &seen.leads_to {
        let reason = format!(
            "answered {found} to {}, which is no endpoint of this environment and is not followed",
            excerpt(location, secrets)
        );
        return Judgement::fail(reason, found);
    }
    let body = String::from_utf8_lossy(&seen.body);
    let said = match body.trim() {
        "" => String::new(),
        // A page for people says in its first line only that it is one; it stands in the evidence.
        page if page.starts_with('<') => String::new(),
        body => format!(": {}", excerpt(body, secrets)),
    };
    Judgement::fail(format!("answered {found}, must be {wanted}{said}"), found)
}

/// https, or a loopback address (RFC 6761 keeps `localhost` there).
fn judge_secure(url: &Url, endpoint: &str) -> Judgement {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let loopback = host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback());
    match (url.scheme(), loopback) {
        ("https", _) => Judgement::pass("https"),
        (_, true) => Judgement::pass(format!("{host} is a loopback address")),
        (scheme, false) => Judgement::fail(
            format!(
                "endpoint {endpoint} is reached by {scheme} on {host}, which is no loopback address: use https"
            ),
            format!("{scheme} on {host}"),
        ),
    }
}

fn expected(spec: &HttpProbe) -> String {
    let mut parts = vec![match spec.status {
        StatusRule::Success => "status 200 to 299".to_owned(),
        StatusRule::Is(status) => format!("status {status}"),
        StatusRule::Either(one, other) => format!("status {one} or {other}"),
        StatusRule::Between(from, to) => format!("status {from} to {to}"),
    }];
    let body = text::expected(&spec.body);
    if !body.is_empty() || !spec.filters.is_empty() {
        parts.push(
            format!("body{} {body}", text::piped(&spec.filters))
                .trim_end()
                .to_owned(),
        );
    }
    parts.extend(spec.response.iter().map(answered::expected));
    parts.extend(spec.within_ms.map(|within| format!("within {within} ms")));
    parts.extend(spec.secure_or_loopback.then(|| "https or loopback".to_owned()));
    parts.join("; ")
}

/// An address without user and password.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for addresses that can have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

fn milliseconds(took: Duration) -> String {
    let ms = took.as_secs_f64() * 1000.0;
    if ms < 10.0 {
        format!("{ms:.1} ms")
    } else {
        format!("{ms:.0} ms")
    }
}

/// Why there was no answer, in words.
fn words(error: &hyper::Error) -> String {
    let mut at: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = at {
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            && io.raw_os_error().is_some()
        {
            return plain(io);
        }
        at = cause.source();
    }
    match innermost(error).as_str() {
        "connection closed before message completed" | "end of file before message length reached" => {
            "the connection was closed before the answer was complete".to_owned()
        }
        other => other.to_owned(),
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut at = error.source();
    while let Some(cause) = at {
        text = cause.to_string();
        at = cause.source();
    }
    text
}

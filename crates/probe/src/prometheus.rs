//! Questions to the HTTP API of a Prometheus server (Prometheus documentation, "HTTP API").

use crate::answer::{Answer, Asked, Judgement};
use crate::http;
use crate::output::excerpt;
use crate::redact::Secrets;
use crate::round::Round;
use crate::site::Site;
use crate::text::{self, Text};
use chrono::{DateTime, TimeDelta, Utc};
use domain::probe::{PrometheusProbe, PrometheusQuestion, TextRule};
use domain::quantity::Unit;
use domain::verdict::Verdict;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use url::Url;

pub mod latency;
mod range;

/// A target that was not scraped for so long is not known to be up any more.
const OLD: TimeDelta = TimeDelta::minutes(5);

pub(crate) async fn probe(spec: &PrometheusProbe, site: &Site, round: &Round<'_>) -> Answer {
    let now = (round.context.clock)();
    let mut asked = Asked {
        read_as: "Prometheus API, natively".to_owned(),
        target: spec.url.clone().unwrap_or_else(|| "prometheus".to_owned()),
        expected: expected(&spec.question),
    };
    let fetched = http::fetch(&address_at(spec, now), site, round).await;
    asked.target = fetched.target;
    let body = match fetched.seen {
        Ok(seen) if seen.cut => {
            return Answer::new(
                asked,
                Judgement::error("the answer is longer than 1 MB: ask for less of it"),
            )
            .of(fetched.capture);
        }
        Ok(seen) => seen.body,
        // Another status than success is no answer to the question.
        Err(judgement) => {
            return Answer::new(asked, Judgement::error(judgement.reason)).of(fetched.capture);
        }
    };
    let judgement = match &spec.question {
        PrometheusQuestion::Targets { job } => read::<Targets>(&body, &site.secrets)
            .map(|targets| judge_targets(&targets.active, job.as_deref(), now, &site.secrets)),
        PrometheusQuestion::Query { rules, .. } => read::<Answered>(&body, &site.secrets)
            .map(|answered| judge_query(&answered, rules, &site.secrets)),
        PrometheusQuestion::Range(range) => {
            read::<Answered>(&body, &site.secrets).map(|answered| match answered {
                Answered::Matrix(series) => range::judge(&series, range, &site.secrets),
                Answered::Vector(_) | Answered::Scalar(_) | Answered::String(_) => {
                    Judgement::error("the expression gives no range")
                }
            })
        }
    };
    Answer::new(asked, judgement.unwrap_or_else(|judgement| judgement))
        .with_output(body)
        .of(fetched.capture)
}

/// Where the question goes; its window, where it has one, does not matter to that.
pub(crate) fn address(spec: &PrometheusProbe) -> String {
    address_at(spec, DateTime::UNIX_EPOCH)
}

/// The address of the question below the server's; `prometheus` is the endpoint's name.
fn address_at(spec: &PrometheusProbe, now: DateTime<Utc>) -> String {
    let base = spec
        .url
        .as_deref()
        .unwrap_or("http://prometheus")
        .trim_end_matches('/');
    match &spec.question {
        PrometheusQuestion::Targets { .. } => format!("{base}/api/v1/targets?state=active"),
        PrometheusQuestion::Query { expr, .. } => {
            let path = format!("{base}/api/v1/query");
            Url::parse_with_params(&path, [("query", expr)]).map_or(path, |url| url.to_string())
        }
        PrometheusQuestion::Range(range) => {
            let path = format!("{base}/api/v1/query_range");
            Url::parse_with_params(&path, range::parameters(range, now)).map_or(path, |url| url.to_string())
        }
    }
}

#[derive(Deserialize)]
struct Reply<T> {
    status: String,
    data: Option<T>,
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Targets {
    #[serde(rename = "activeTargets")]
    active: Vec<Target>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    #[serde(default)]
    labels: BTreeMap<String, String>,
    health: String,
    #[serde(default)]
    last_error: String,
    last_scrape: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "snake_case")]
enum Answered {
    Vector(Vec<Series>),
    Scalar((f64, String)),
    String((f64, String)),
    Matrix(Vec<Series>),
}

#[derive(Debug, Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    value: Option<(f64, String)>,
    /// In a range.
    values: Option<Vec<(f64, String)>>,
}

fn read<T: DeserializeOwned>(body: &[u8], secrets: &Secrets) -> Result<T, Judgement> {
    let shown = || excerpt(&String::from_utf8_lossy(body), secrets);
    let reply: Reply<T> = serde_json::from_slice(body).map_err(|why| {
        Judgement::error(format!(
            "what answers is no Prometheus, or cannot be understood ({why}): {}",
            shown()
        ))
    })?;
    match (reply.status.as_str(), reply.data) {
        ("success", Some(data)) => Ok(data),
        _ => Err(Judgement::error(format!(
            "Prometheus says: {}",
            excerpt(&reply.error.unwrap_or_default(), secrets)
        ))),
    }
}

fn judge_targets(active: &[Target], job: Option<&str>, now: DateTime<Utc>, secrets: &Secrets) -> Judgement {
    let label = |target: &Target, name: &str| target.labels.get(name).cloned().unwrap_or_default();
    let of_job = |target: &&Target| job.is_none_or(|job| label(target, "job") == job);
    let judged = active.iter().filter(of_job).map(|target| {
        let name = format!("{} {}", label(target, "job"), label(target, "instance"));
        // Before the first scrape its time is the year 1.
        let age = target
            .last_scrape
            .filter(|at| at.timestamp() > 0)
            .map(|at| (now - at).max(TimeDelta::zero()));
        let ago = age.map_or_else(
            || "never scraped".to_owned(),
            |age| format!("scraped {} s ago", age.num_seconds()),
        );
        match target.health.as_str() {
            "up" if age.is_none_or(|age| age > OLD) => {
                let why = format!("{name} was up, but {ago}: what it is now is not known");
                Judgement::new(Verdict::NoData, why, format!("{name} up, {ago}"))
            }
            "up" => Judgement::pass(format!("{name} is up, {ago}")),
            "down" => {
                let why = excerpt(&target.last_error, secrets);
                Judgement::fail(
                    format!("{name} is down, {ago}: {why}"),
                    format!("{name} down: {why}"),
                )
            }
            _ => Judgement::new(
                Verdict::NoData,
                format!("{name} is not known to be up, {ago}"),
                format!("{name} unknown"),
            ),
        }
    });
    Judgement::weakest(judged.collect()).unwrap_or_else(|| {
        let of = job.map_or_else(String::new, |job| format!(" of the job {job}"));
        Judgement::new(
            Verdict::NoData,
            format!("Prometheus has no active target{of}"),
            "no target",
        )
    })
}

fn judge_query(answered: &Answered, rules: &[TextRule], secrets: &Secrets) -> Judgement {
    let one = |value: &str, of: &str| judge_value(value, of, rules, secrets);
    let judged = match answered {
        Answered::Scalar((_, value)) => vec![one(value, "")],
        Answered::String((_, text)) => vec![text::judge(&Text::of(text.as_bytes(), false), rules, secrets)],
        Answered::Vector(series) => series
            .iter()
            .map(|series| match &series.value {
                Some((_, value)) => one(value, &labels(&series.metric)),
                None => Judgement::error("the expression gives a histogram: ask for one number of it"),
            })
            .collect(),
        Answered::Matrix(_) => vec![Judgement::error(
            "the expression gives a range: ask for one value of it",
        )],
    };
    Judgement::weakest(judged).unwrap_or_else(|| {
        Judgement::new(
            Verdict::NoData,
            "the expression gives no value: there is nothing to judge",
            "no value",
        )
    })
}

/// One value. Prometheus counts times in seconds.
fn judge_value(value: &str, of: &str, rules: &[TextRule], secrets: &Secrets) -> Judgement {
    let Ok(number) = value.parse::<f64>() else {
        return Judgement::error(format!("{} is no number", excerpt(value, secrets)));
    };
    if number.is_nan() {
        return Judgement::new(
            Verdict::NoData,
            format!("{of}NaN: there is nothing to judge"),
            "NaN",
        );
    }
    let beyond = |rule: &TextRule| match rule {
        TextRule::Number(bound) if !bound.comparison.holds(number, bound.quantity.value) => Some(*bound),
        _ => None,
    };
    if number.is_infinite()
        && let Some(bound) = rules.iter().find_map(beyond)
    {
        return Judgement::fail(format!("{of}{value}, must be {bound}"), format!("{of}{value}"));
    }
    let timed = rules
        .iter()
        .any(|rule| matches!(rule, TextRule::Number(bound) if bound.quantity.unit == Unit::Milliseconds));
    let written = if timed {
        format!("{value}s")
    } else {
        value.to_owned()
    };
    let judgement = text::judge(&Text::of(written.as_bytes(), false), rules, secrets);
    Judgement {
        reason: format!("{of}{}", judgement.reason),
        found: format!("{of}{}", judgement.found),
        ..judgement
    }
}

fn labels(metric: &BTreeMap<String, String>) -> String {
    let labels: Vec<String> = metric
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    match labels.is_empty() {
        true => String::new(),
        false => format!("{{{}}} ", labels.join(",")),
    }
}

fn expected(question: &PrometheusQuestion) -> String {
    match question {
        PrometheusQuestion::Targets { job: None } => "every active target is up".to_owned(),
        PrometheusQuestion::Targets { job: Some(job) } => format!("every active target of {job} is up"),
        PrometheusQuestion::Query { expr, rules } => match text::expected(rules) {
            words if words.is_empty() => format!("{expr} has a value"),
            words => format!("{expr}: {words}"),
        },
        PrometheusQuestion::Range(range) => {
            format!(
                "{}: every sample of {} min {}",
                range.expr, range.minutes, range.bound
            )
        }
    }
}

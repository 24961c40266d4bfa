//! Questions to a page of metrics: what counts are samples, never the comments around them.

use crate::answer::{Answer, Asked, Judgement};
use crate::http;
use crate::output::excerpt;
use crate::round::Round;
use crate::site::Site;
use chrono::TimeDelta;
use domain::probe::{MetricProbe, MetricQuestion};
use domain::quantity::{Bound, Quantity, Unit};
use domain::verdict::Verdict;
use exposition::{Page, Sample};
use share::{Asking, Pair};

pub(crate) mod exposition;
mod quantile;
pub(crate) use quantile::between;
pub(crate) mod share;

/// How many samples of a metric stand in the evidence.
const SHOWN: usize = 200;

pub(crate) async fn probe(spec: &MetricProbe, site: &Site, round: &Round<'_>) -> Answer {
    let mut asked = Asked {
        read_as: "GET, read as metrics, natively".to_owned(),
        target: spec.url.clone(),
        expected: expected(&spec.question),
    };
    let fetched = http::fetch(&spec.url, site, round).await;
    asked.target = fetched.target;
    let seen = match fetched.seen {
        Ok(seen) => seen,
        Err(judgement) => return Answer::new(asked, judgement).of(fetched.capture),
    };
    let text = String::from_utf8_lossy(&seen.body);
    // The last line of a page that was not read to its end may be half a one.
    let text = match (seen.cut, text.rfind('\n')) {
        (true, Some(end)) => &text[..end],
        _ => &text,
    };
    let page = exposition::parse(text);
    let asking = Asking {
        target: &asked.target,
        at: fetched
            .capture
            .as_ref()
            .map_or_else(|| (round.context.clock)(), |capture| capture.at),
        earlier: &site.readings,
        deployed_at: site.deployed_at,
        over: over(&spec.question),
        secrets: &site.secrets,
    };
    let (judgement, pair) = judge(&page, seen.cut, text, &spec.question, &asking);
    Answer::new(asked, judgement)
        .with_output(output(&page, &spec.question))
        .read(pair.map(|pair| pair.reading))
        .of(fetched.capture)
}

/// Evidence that is to be counted from is a moment older than the slot that it was taken for.
const SLACK: TimeDelta = TimeDelta::seconds(15);

/// What was read longer ago is not counted from.
fn over(question: &MetricQuestion) -> Option<TimeDelta> {
    match question {
        MetricQuestion::Share { minutes, .. } => {
            minutes.map(|minutes| TimeDelta::minutes(i64::from(minutes)) + SLACK)
        }
        MetricQuestion::Present { .. } | MetricQuestion::Value { .. } | MetricQuestion::Quantile { .. } => {
            None
        }
    }
}

/// The judgement, and the counters that a later one counts from.
fn judge(
    page: &Page,
    cut: bool,
    text: &str,
    question: &MetricQuestion,
    asking: &Asking<'_>,
) -> (Judgement, Option<Pair>) {
    let pair = match question {
        MetricQuestion::Share { part, rest, .. } => Some(share::read(page, cut, part, rest, asking)),
        MetricQuestion::Present { .. } | MetricQuestion::Value { .. } | MetricQuestion::Quantile { .. } => {
            None
        }
    };
    let judgement = judge_page(page, cut, text, question, pair.as_ref(), asking);
    // From what could not be read whole nothing is counted.
    let whole = judgement.verdict != Verdict::Error;
    (judgement, pair.and_then(Result::ok).filter(|_| whole))
}

fn judge_page(
    page: &Page,
    cut: bool,
    text: &str,
    question: &MetricQuestion,
    pair: Option<&Result<Pair, Judgement>>,
    asking: &Asking<'_>,
) -> Judgement {
    let secrets = asking.secrets;
    if page.samples.is_empty() && page.strange > 0 {
        let first = text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or_default();
        return Judgement::error(format!(
            "no line of the page is a metric: {}",
            excerpt(first, secrets)
        ));
    }
    let judgement = match question {
        MetricQuestion::Present { name } => judge_present(page, cut, name),
        MetricQuestion::Value { name, bound } => judge_values(page, cut, name, *bound),
        MetricQuestion::Quantile {
            name,
            quantile,
            bound,
        } => quantile::judge(page, cut, name, *quantile, *bound),
        MetricQuestion::Share { bound, .. } => match pair {
            Some(Ok(pair)) => share::judge(pair, asking, *bound),
            Some(Err(judgement)) => judgement.clone(),
            None => Judgement::error("nothing was counted"),
        },
    };
    // What every sample must hold is not known while one of them cannot be read.
    let judgement = match broken(text, question) {
        Some(line) if judgement.verdict != Verdict::Fail => {
            let line = excerpt(line, secrets);
            Judgement::error(format!("a line of the metric cannot be read: {line}"))
        }
        Some(_) | None => judgement,
    };
    match page.malformed.as_slice() {
        [] => judgement,
        lines => {
            let (count, verb) = if page.strange == 1 {
                ("1 line".to_owned(), "is")
            } else {
                (format!("{} lines", page.strange), "are")
            };
            let lines: Vec<String> = lines.iter().take(5).map(usize::to_string).collect();
            Judgement {
                reason: format!(
                    "{}; {count} of the page {verb} no metric and left out: {}",
                    judgement.reason,
                    lines.join(", ")
                ),
                ..judgement
            }
        }
    }
}

/// A line that names a metric of which every sample counts, and that is no sample.
fn broken<'a>(text: &'a str, question: &MetricQuestion) -> Option<&'a str> {
    let names = match question {
        MetricQuestion::Present { .. } => return None,
        MetricQuestion::Value { name, .. } | MetricQuestion::Quantile { name, .. } => vec![name],
        MetricQuestion::Share { part, rest, .. } => vec![part, rest],
    };
    let of = |line: &&str| names.iter().any(|name| line.contains(name.as_str()));
    text.lines()
        .filter(of)
        .find(|line| exposition::parse(line).strange > 0)
}

/// The samples of the metrics with this text in their name. When a counter began is no value of it.
fn samples<'a>(page: &'a Page, name: &str) -> Vec<&'a Sample> {
    let of = |sample: &&Sample| {
        sample.name.contains(name) && (name.ends_with("_created") || !sample.name.ends_with("_created"))
    };
    page.samples.iter().filter(of).collect()
}

/// Why there is no sample.
fn judge_none(page: &Page, cut: bool, name: &str) -> Judgement {
    let commented = page.comments.iter().any(|comment| comment.contains(name));
    match (cut, commented) {
        (true, _) => Judgement::error(format!(
            "the page is too long to be read whole, and what was read has no {name}"
        )),
        (false, true) => Judgement::fail(
            format!("{name} stands in comments only: the metric is declared and has no sample yet"),
            "comments only",
        ),
        (false, false) => Judgement::fail(
            format!(
                "no metric has {name} in its name, among {} samples",
                page.samples.len()
            ),
            "no such metric",
        ),
    }
}

fn judge_present(page: &Page, cut: bool, name: &str) -> Judgement {
    let found = samples(page, name);
    let Some(first) = found.first() else {
        return judge_none(page, cut, name);
    };
    // Of a histogram the count says more than the first of its buckets.
    let count = found.iter().find(|sample| sample.name.ends_with("_count"));
    let first = count.unwrap_or(first).shown();
    let shown = match found.len() {
        1 => first,
        count => format!("{first} and {} more", count - 1),
    };
    match found.iter().all(|sample| sample.value.is_nan()) {
        true => Judgement::new(Verdict::NoData, format!("{shown}: it has no value yet"), shown),
        false => Judgement::pass(shown),
    }
}

fn judge_values(page: &Page, cut: bool, name: &str, bound: Bound) -> Judgement {
    let found = samples(page, name);
    let judged = found.iter().map(|sample| {
        let quantity = Quantity {
            value: in_unit(sample, bound.quantity.unit),
            unit: bound.quantity.unit,
        };
        match bound.comparison.holds(quantity.value, bound.quantity.value) {
            _ if sample.value.is_nan() => Judgement::new(
                Verdict::NoData,
                format!("{}: it has no value yet", sample.shown()),
                sample.shown(),
            ),
            true => Judgement::pass(sample.shown()),
            false => Judgement::fail(format!("{}, must be {bound}", sample.shown()), sample.shown()),
        }
    });
    Judgement::weakest(judged.collect()).unwrap_or_else(|| judge_none(page, cut, name))
}

/// Metrics count in base units (Prometheus documentation, "Metric and label naming"): seconds and ratios.
fn in_unit(sample: &Sample, unit: Unit) -> f64 {
    match unit {
        Unit::Milliseconds if sample.name.contains("_seconds") => sample.value * 1000.0,
        Unit::Percent if sample.name.contains("_ratio") => sample.value * 100.0,
        Unit::Milliseconds | Unit::Percent | Unit::Count | Unit::Bytes => sample.value,
    }
}

/// The samples that were judged, as the page writes them, with their lines.
fn output(page: &Page, question: &MetricQuestion) -> String {
    let names: Vec<&str> = match question {
        MetricQuestion::Present { name }
        | MetricQuestion::Value { name, .. }
        | MetricQuestion::Quantile { name, .. } => vec![name],
        MetricQuestion::Share { part, rest, .. } => vec![part, rest],
    };
    let found = names.into_iter().flat_map(|name| samples(page, name));
    found
        .take(SHOWN)
        .map(|sample| format!("{}: {}\n", sample.line, sample.shown()))
        .collect()
}

fn expected(question: &MetricQuestion) -> String {
    match question {
        MetricQuestion::Present { name } => format!("a sample of a metric with {name} in its name"),
        MetricQuestion::Value { name, bound } => format!("{name} {bound}"),
        MetricQuestion::Quantile {
            name,
            quantile,
            bound,
        } => format!("p{} of {name} {bound}", quantile * 100.0),
        MetricQuestion::Share {
            part,
            rest,
            bound,
            minutes,
        } => {
            let over = minutes.map_or_else(String::new, |minutes| format!(" in the last {minutes} min"));
            format!("share of {part} in {part} and {rest}{over} {bound}")
        }
    }
}

#[cfg(test)]
mod tests;

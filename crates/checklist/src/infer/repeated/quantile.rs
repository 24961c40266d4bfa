//! "p95 < 200 ms: `curl …/metrics | grep http_request_duration`".

use super::Outcome;
use crate::expect::{self, Claim};
use domain::plan::Work;
use domain::probe::{Filter, MetricProbe, MetricQuestion, ProbeSpec};
use domain::quantity::Unit;
use std::ops::Range;

/// The quantile that the words claim of the histogram that a command searches for on a page of metrics. The time that the page
/// itself takes is another one.
pub fn commands(text: &str, commands: &[(Outcome, Range<usize>)]) -> Option<ProbeSpec> {
    let [(outcome, _)] = commands else { return None };
    let Claim::Bound {
        of: Some(of),
        bound,
        upper: None,
    } = expect::claim(text)?
    else {
        return None;
    };
    let percent: f64 = of.strip_prefix('p')?.parse().ok()?;
    (bound.quantity.unit == Unit::Milliseconds && percent > 0.0 && percent < 100.0).then_some(())?;
    let (url, name) = searched(outcome)?;
    Some(ProbeSpec::Metric(MetricProbe {
        url: url.to_owned(),
        question: MetricQuestion::Quantile {
            name: name.to_owned(),
            quantile: percent / 100.0,
            bound,
        },
    }))
}

/// The page and the text in the metric's name.
fn searched(outcome: &Outcome) -> Option<(&str, &str)> {
    match &outcome.work {
        Work::Probe {
            spec: ProbeSpec::Metric(metric),
        } => match &metric.question {
            MetricQuestion::Value { name, .. } | MetricQuestion::Present { name } => {
                Some((&metric.url, name))
            }
            MetricQuestion::Quantile { .. } | MetricQuestion::Share { .. } => None,
        },
        Work::Probe {
            spec: ProbeSpec::Http(http),
        } if http.url.ends_with("/metrics") && http.headers.is_empty() => {
            let [
                Filter::Grep {
                    pattern,
                    invert: false,
                    ..
                },
                ..,
            ] = http.filters.as_slice()
            else {
                return None;
            };
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
            (pattern.len() > 2 && pattern.chars().all(plain)).then_some((http.url.as_str(), pattern.as_str()))
        }
        _ => None,
    }
}

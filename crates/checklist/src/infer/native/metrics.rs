//! Pages of metrics and the API of Prometheus.

use crate::expect::Expectation;
use domain::probe::{
    Filter, HttpProbe, MetricProbe, MetricQuestion, ProbeSpec, PrometheusProbe, PrometheusQuestion,
    StatusRule, TextRule,
};
use domain::quantity::{Bound, Unit};

/// What a GET really asks, where its address is a page of metrics or the API of Prometheus and nothing else is asked.
pub fn probe(http: &HttpProbe, expectation: &Expectation, rules: &[TextRule]) -> Option<ProbeSpec> {
    if http.status != StatusRule::Success || http.within_ms.is_some() {
        return None;
    }
    if let Some(base) = http.url.strip_suffix("/api/v1/targets") {
        let whole = matches!(http.filters.as_slice(), [] | [Filter::Json]) && rules.is_empty();
        return whole.then(|| {
            ProbeSpec::Prometheus(PrometheusProbe {
                url: Some(base.to_owned()),
                question: PrometheusQuestion::Targets { job: None },
            })
        });
    }
    let [
        Filter::Grep {
            pattern,
            ignore_case: false,
            invert: false,
        },
        comments @ ..,
    ] = http.filters.as_slice()
    else {
        return None;
    };
    let page = http.url.ends_with("/metrics") && comments.iter().all(without_comments);
    let question = match rules {
        [TextRule::NotEmpty] => MetricQuestion::Present {
            name: pattern.clone(),
        },
        [TextRule::Number(bound)] => counted(pattern, *bound)?,
        _ => return None,
    };
    let none = expectation.none && !matches!(question, MetricQuestion::Value { .. });
    (page && is_part_of_a_name(pattern) && !none).then(|| {
        ProbeSpec::Metric(MetricProbe {
            url: http.url.clone(),
            question,
        })
    })
}

/// A share of hits is one of hits and misses; of what another share is one cannot be told.
fn counted(pattern: &str, bound: Bound) -> Option<MetricQuestion> {
    let rest = pattern.replace("hits", "misses").replace("hit", "miss");
    match (bound.quantity.unit, rest != pattern) {
        (Unit::Percent, true) => Some(MetricQuestion::Share {
            part: pattern.to_owned(),
            rest,
            bound,
            minutes: None,
        }),
        (Unit::Percent, false) => None,
        (Unit::Count | Unit::Bytes | Unit::Milliseconds, _) => Some(MetricQuestion::Value {
            name: pattern.to_owned(),
            bound,
        }),
    }
}

/// The filters behind a GET; what searches a page of metrics passes over its comments.
pub fn filters(address: &str, written: &[Filter]) -> Vec<Filter> {
    let searches = written
        .iter()
        .any(|filter| matches!(filter, Filter::Grep { invert: false, .. }));
    let comments = (address.ends_with("/metrics") && searches).then(|| Filter::Grep {
        pattern: "# ".to_owned(),
        ignore_case: false,
        invert: true,
    });
    written.iter().cloned().chain(comments).collect()
}

/// `grep -v "# "`, or `grep -v '^#'` in the form that is left of it.
fn without_comments(filter: &Filter) -> bool {
    matches!(filter, Filter::Grep { pattern, invert: true, .. } if matches!(pattern.as_str(), "#" | "# "))
}

fn is_part_of_a_name(pattern: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    pattern.len() > 2 && pattern.chars().all(plain)
}

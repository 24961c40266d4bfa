//! Questions to Prometheus and to pages of metrics in words.

use super::text_rule;
use domain::probe::{MetricProbe, MetricQuestion, PrometheusProbe, PrometheusQuestion};

/// What a page of metrics is asked.
pub fn page(metric: &MetricProbe) -> String {
    let asked = match &metric.question {
        MetricQuestion::Present { name } => {
            format!("a metric with {name:?} in its name has a sample, comments do not count")
        }
        MetricQuestion::Value { name, bound } => format!("every sample of {name:?} must be {bound}"),
        MetricQuestion::Quantile {
            name,
            quantile,
            bound,
        } => format!(
            "p{} of the histogram {name:?} must be {bound}; its buckets may leave it open, and since the start it is a warning at best",
            quantile * 100.0
        ),
        MetricQuestion::Share {
            part,
            rest,
            bound,
            minutes,
        } => {
            let over = match minutes {
                Some(minutes) => format!("in the last {minutes} minutes, or in as many of them as are known"),
                None => "between two looks, a minute or more apart".to_owned(),
            };
            format!(
                "{part:?} / ({part:?} + {rest:?}) must be {bound} of what is counted {over}; the first is no data"
            )
        }
    };
    format!("GET {} and read the metrics: {asked}", metric.url)
}

/// What Prometheus is asked.
pub fn prometheus(prometheus: &PrometheusProbe) -> String {
    let whom = match &prometheus.url {
        Some(url) => format!("Prometheus at {url}"),
        None => "the environment's Prometheus".to_owned(),
    };
    let asked = match &prometheus.question {
        PrometheusQuestion::Targets { job: None } => {
            "there are targets, and every active one is up".to_owned()
        }
        PrometheusQuestion::Targets { job: Some(job) } => {
            format!("{job} has targets, and every active one is up")
        }
        PrometheusQuestion::Range(range) => {
            format!(
                "{}: every sample of the last {} min must be {}",
                range.expr, range.minutes, range.bound
            )
        }
        PrometheusQuestion::Query { expr, rules } => {
            let rules: Vec<String> = rules.iter().map(text_rule).collect();
            let rules = if rules.is_empty() {
                "has a value".to_owned()
            } else {
                rules.join(", ")
            };
            format!("{expr}: {rules}")
        }
    };
    format!("ask {whom}: {asked}")
}

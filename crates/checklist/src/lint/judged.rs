//! What a command proves as it stands, and what its words say that it proves.

use super::command::curl_ignores_status;
use super::{Findings, catalogue as c};
use crate::infer::command::Outcome;
use crate::infer::judge::{lists_services, reads_logs};
use crate::shell::Simple;
use domain::plan::Work;
use domain::probe::{
    DockerQuestion, Filter, MetricQuestion, ProbeSpec, RedisQuestion, ShellProbe, StatusRule, TextRule,
};
use domain::quantity::Unit;
use std::ops::Range;

/// What the command would prove if it were run as it stands.
pub fn judged(outcome: &Outcome, span: &Range<usize>, findings: &mut Findings) {
    let Work::Probe { spec } = &outcome.work else {
        return;
    };
    let Some(script) = &outcome.script else { return };
    let stages = &script.pipelines[0].stages;
    let Some(first) = stages.first() else { return };
    let mut add = |lint, message: String| findings.add(lint, span.clone(), message);
    let texts: Vec<&str> = first
        .words
        .iter()
        .filter_map(|word| word.literal.as_deref())
        .collect();
    let reads_value = texts
        .windows(2)
        .any(|pair| pair[0].eq_ignore_ascii_case("config") && pair[1].eq_ignore_ascii_case("get"));
    match spec {
        ProbeSpec::Http(http) if script.plain && curl_ignores_status(stages) => {
            let said = http.status != StatusRule::Success
                || http.body.iter().any(|rule| *rule != TextRule::NotEmpty);
            if !said {
                add(&c::STATUS_IGNORED, "`curl` exits 0 on HTTP 500 too".to_owned());
            }
        }
        ProbeSpec::Shell(shell) if script.plain && shell.rules.is_empty() && curl_ignores_status(stages) => {
            add(&c::STATUS_IGNORED, "`curl` exits 0 on HTTP 500 too".to_owned());
        }
        spec if reads_value
            && judged_by(spec)
                .is_some_and(|(_, rules)| !rules.iter().any(|rule| matches!(rule, TextRule::Number(_)))) =>
        {
            add(
                &c::STATUS_IGNORED,
                "`CONFIG GET` exits 0 whatever the value is".to_owned(),
            );
        }
        _ => {}
    }
    if let Some((_, rules)) = judged_by(spec) {
        let bytes = rules
            .iter()
            .any(|rule| matches!(rule, TextRule::Number(bound) if bound.quantity.unit == Unit::Bytes));
        if bytes && texts.contains(&"redis-cli") {
            add(&c::UNITS, "the server answers in bytes".to_owned());
        }
        let grep = stages
            .iter()
            .skip(1)
            .any(|stage| matches!(stage.program(), Some("grep" | "egrep")));
        if grep && rules.contains(&TextRule::Empty) {
            add(
                &c::EMPTY_IS_GOOD,
                "`grep` exits 1 when it finds nothing, which is what this line wants".to_owned(),
            );
        }
        if reads_logs(first) && !texts.iter().any(|word| word.starts_with("--since")) {
            add(
                &c::OLD_LOGS,
                "the log also holds what happened before this deployment".to_owned(),
            );
        }
    }
    loose(first, stages.len() > 1, spec, span, findings);
}

/// The filters and rules of a probe whose command prints a text.
fn judged_by(spec: &ProbeSpec) -> Option<(&[Filter], &[TextRule])> {
    match spec {
        ProbeSpec::Shell(ShellProbe { filters, rules, .. }) => Some((filters, rules)),
        ProbeSpec::Redis(redis) => match &redis.question {
            RedisQuestion::Ping | RedisQuestion::Persistence(_) | RedisQuestion::MemoryShare(_) => None,
            RedisQuestion::Config { rules, .. } | RedisQuestion::Info { rules, .. } => Some((&[], rules)),
            RedisQuestion::Text { filters, rules, .. } => Some((filters, rules)),
        },
        ProbeSpec::Docker(docker) => match &docker.question {
            DockerQuestion::Running
            | DockerQuestion::Healthy
            | DockerQuestion::NewestImage
            | DockerQuestion::Memory => None,
            DockerQuestion::Logs(logs) => Some((&logs.filters, &logs.rules)),
            DockerQuestion::Environment { filters, rules } => Some((filters, rules)),
        },
        _ => None,
    }
}

fn unwanted(rule: &TextRule) -> bool {
    matches!(rule, TextRule::Empty | TextRule::Lacks(_))
}

const UP: &str = "\"Up\" also stands in \"Up (unhealthy)\"";
const EVICTED: &str = "\"evicted\" also stands in `evicted_keys:0`, which is good";

fn searches_evictions(question: &RedisQuestion) -> bool {
    matches!(question, RedisQuestion::Info { field, rules, .. }
        if field == "evicted_keys" && rules.iter().any(|rule| matches!(rule, TextRule::Number(_))))
}

fn loose(first: &Simple, piped: bool, spec: &ProbeSpec, span: &Range<usize>, findings: &mut Findings) {
    let filters: &[Filter] = match spec {
        ProbeSpec::Http(http) => &http.filters,
        _ => judged_by(spec).map_or(&[], |(filters, _)| filters),
    };
    let pattern = filters.iter().find_map(|filter| match filter {
        Filter::Grep {
            pattern,
            invert: false,
            ..
        } => Some(pattern.as_str()),
        _ => None,
    });
    let message = match (spec, pattern) {
        (ProbeSpec::Shell(_), Some("Up" | "up")) if lists_services(first) => UP.to_owned(),
        (ProbeSpec::Docker(docker), _) if piped && docker.question == DockerQuestion::Running => {
            UP.to_owned()
        }
        (ProbeSpec::Http(http), Some(pattern)) if http.url.ends_with("/metrics") => {
            format!("{pattern:?} also stands in the comment lines of the metrics")
        }
        (ProbeSpec::Shell(_) | ProbeSpec::Docker(_), Some(pattern))
            if judged_by(spec).is_some_and(|(_, rules)| rules.iter().any(unwanted))
                && pattern.len() <= 5
                && !matches!(pattern, "error" | "ERROR" | "Error" | "fatal" | "FATAL" | "panic") =>
        {
            format!("{pattern:?} matches every line with that word in it")
        }
        (ProbeSpec::Shell(_), Some("evicted_keys:")) => EVICTED.to_owned(),
        (ProbeSpec::Metric(metric), _) if piped => {
            let name = match &metric.question {
                MetricQuestion::Present { name }
                | MetricQuestion::Value { name, .. }
                | MetricQuestion::Quantile { name, .. } => name,
                MetricQuestion::Share { part, .. } => part,
            };
            format!("{name:?} also stands in the comment lines of the metrics")
        }
        (ProbeSpec::Redis(redis), _) if searches_evictions(&redis.question) => EVICTED.to_owned(),
        _ => return,
    };
    findings.add(&c::LOOSE_PATTERN, span.clone(), message);
}

//! Traps in one command.

use super::{Findings, catalogue as c, exposed};
use crate::classify::Effect;
use crate::infer::command::{Outcome, backup_copy, is_dump};
use crate::infer::judge::{lists_services, reads_logs};
use crate::shell::{self, Redirect, Simple};
use domain::plan::Work;
use domain::probe::{DockerQuestion, Filter, MetricQuestion, ProbeSpec, RedisQuestion, ShellProbe, TextRule};
use domain::quantity::Unit;
use std::ops::Range;

/// Everything that a command of an item or a check can be told.
pub fn all(outcome: &Outcome, span: &Range<usize>, findings: &mut Findings) {
    traps(outcome, span, findings);
    judged(outcome, span, findings);
    match &outcome.effect {
        Effect::Reads if outcome.work == Work::Attestation => {
            let lint = if outcome.because.contains("would dial") {
                &c::HARD_HOST
            } else {
                &c::UNJUDGED
            };
            findings.add(
                lint,
                span.clone(),
                outcome.because.trim_end_matches(": somebody's word"),
            );
        }
        Effect::Unknown(why) if outcome.script.is_some() => {
            findings.add(&c::UNKNOWN_PROGRAM, span.clone(), why.clone())
        }
        Effect::Reads | Effect::Changes(_) | Effect::Unknown(_) => {}
    }
}

/// Traps that are traps wherever the command stands.
pub fn traps(outcome: &Outcome, span: &Range<usize>, findings: &mut Findings) {
    if let Some((_, placeholder)) = outcome.rewritten.placeholders.first() {
        findings.add(
            &c::PLACEHOLDER,
            span.clone(),
            format!("`{placeholder}` must be filled in"),
        );
    }
    if outcome.rewritten.without_terminal {
        findings.add(
            &c::NO_TERMINAL,
            span.clone(),
            "`exec` asks for a terminal, which a server does not have",
        );
    }
    let Some(script) = &outcome.script else {
        not_understood(outcome, span, findings);
        return;
    };
    let stages = || script.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let replaced_whole = stages().any(|stage| stage.program() == Some("mv"));
    for stage in stages() {
        simple(stage, span, findings);
        if is_dump(stage) && writes_file(stage) && !replaced_whole {
            findings.add(&c::SAME_DAY, span.clone(), "a dump into a file: the same name is overwritten, and a dump that fails leaves an empty file");
        }
    }
    let hides = script.pipelines.iter().any(|pipeline| {
        pipeline.fallback
            && pipeline
                .stages
                .first()
                .is_some_and(|stage| matches!(stage.program(), Some("true" | ":")))
    });
    if hides {
        findings.add(&c::ALWAYS_TRUE, span.clone(), "`|| true` hides the failure");
    }
    let assigns = script.plain
        && script.pipelines[0]
            .stages
            .iter()
            .all(|stage| stage.words.is_empty() && !stage.assignments.is_empty());
    if let (true, Some((name, _))) = (
        assigns,
        script.pipelines[0]
            .stages
            .first()
            .and_then(|stage| stage.assignments.first()),
    ) {
        findings.add(
            &c::SHELL_ONLY,
            span.clone(),
            format!("`{name}=` sets a variable of this shell and edits no file"),
        );
    }
}

fn not_understood(outcome: &Outcome, span: &Range<usize>, findings: &mut Findings) {
    let Effect::Unknown(why) = &outcome.effect else {
        return;
    };
    let hidden = outcome.rewritten.command.chars().any(shell::hidden);
    findings.add(
        if hidden { &c::HIDDEN } else { &c::NOT_UNDERSTOOD },
        span.clone(),
        why.clone(),
    );
}

fn simple(stage: &Simple, span: &Range<usize>, findings: &mut Findings) {
    let program = stage.program().unwrap_or_default();
    let words: Vec<&str> = stage
        .words
        .iter()
        .map(|word| word.literal.as_deref().unwrap_or(&word.raw))
        .collect();
    let has = |word: &str| words.contains(&word);
    let mut add = |lint, message: String| findings.add(lint, span.clone(), message);
    if let Some(target) = backup_copy(stage) {
        add(&c::LOST_COPY, format!("a second run overwrites `{target}`"));
    }
    let compose = matches!(program, "docker-compose") || (program == "docker" && has("compose"));
    if compose && has("restart") {
        add(
            &c::RESTART,
            "`restart` keeps the environment that the container was made with".to_owned(),
        );
    }
    let endless = matches!(program, "watch" | "top" | "htop")
        || (has("ping")
            && !has("-c")
            && !has("redis-cli")
            && !has("PING")
            && (program == "ping" || has("exec")))
        || (has("-f") || has("--follow")) && (has("logs") || matches!(program, "tail" | "journalctl"));
    if endless {
        add(&c::ENDLESS, "this command never ends by itself".to_owned());
    }
    if matches!(program, "vi" | "vim" | "nano" | "emacs" | "less" | "more") {
        add(
            &c::INTERACTIVE,
            format!("`{program}` waits for somebody at a terminal"),
        );
    }
    if program == "sudo" {
        add(&c::SUDO, "`sudo` can ask for a password".to_owned());
    }
    let recursive = words
        .iter()
        .any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(['r', 'R']));
    let destroys = (program == "rm" && recursive)
        || matches!(program, "mkfs" | "shred" | "dropdb")
        || words.iter().any(|word| {
            let upper = word.to_uppercase();
            ["DROP TABLE", "DROP DATABASE", "TRUNCATE", "FLUSHALL", "FLUSHDB"]
                .iter()
                .any(|bad| upper.contains(bad))
        })
        || (compose && has("down") && (has("-v") || has("--volumes")))
        || (program == "git" && has("--hard"));
    if destroys {
        add(&c::DESTRUCTIVE, format!("`{}` cannot be undone", short(&words)));
    }
    if matches!(program, "docker" | "podman" | "kubectl")
        && words.iter().any(|word| word.ends_with(":latest"))
    {
        add(&c::LATEST, "`latest` is another image tomorrow".to_owned());
    }
    exposed::addresses(stage, &words, span, findings);
    exposed::secrets(&words, stage, span, findings);
}

fn short(words: &[&str]) -> String {
    words.iter().take(4).copied().collect::<Vec<_>>().join(" ")
}

fn writes_file(stage: &Simple) -> bool {
    let redirected = stage.redirects.iter().any(|redirect| matches!(redirect, Redirect::Writes { file, .. } if file.literal.as_deref() != Some("/dev/null")));
    redirected
        || stage
            .words
            .iter()
            .any(|word| word.raw == "-f" || word.raw.starts_with("--file"))
}

/// What the command would prove if it were run as it stands.
fn judged(outcome: &Outcome, span: &Range<usize>, findings: &mut Findings) {
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
        ProbeSpec::Http(http)
            if stages.len() == 1
                && !texts.iter().any(|word| {
                    word.contains("http_code")
                        || word.starts_with("--fail")
                        || (word.starts_with("-") && !word.starts_with("--") && word.contains('f'))
                }) =>
        {
            let said = http.status != domain::probe::StatusRule::Success;
            if !said {
                add(&c::STATUS_IGNORED, "`curl` exits 0 on HTTP 500 too".to_owned());
            }
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
            RedisQuestion::Ping => None,
            RedisQuestion::Config { rules, .. } | RedisQuestion::Info { rules, .. } => Some((&[], rules)),
            RedisQuestion::Text { filters, rules, .. } => Some((filters, rules)),
        },
        ProbeSpec::Docker(docker) => match &docker.question {
            DockerQuestion::Running | DockerQuestion::Healthy | DockerQuestion::NewestImage => None,
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
                MetricQuestion::Present { name } | MetricQuestion::Value { name, .. } => name,
                MetricQuestion::Share { part, .. } => part,
            };
            format!("{name:?} also stands in the comment lines of the metrics")
        }
        (ProbeSpec::Redis(redis), _) if searches_evictions(&redis.question) => EVICTED.to_owned(),
        _ => return,
    };
    findings.add(&c::LOOSE_PATTERN, span.clone(), message);
}

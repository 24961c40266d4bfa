//! What Compose is asked about services, their logs and their variables.

use super::compose::{Compose, Exec};
use super::redis;
use crate::expect::{Expectation, all_up};
use domain::probe::{DockerProbe, DockerQuestion, Filter, LogsQuestion, ProbeSpec, TextRule};

/// The probe for a call of Compose and the filters behind it.
pub fn probe(
    compose: &Compose<'_>,
    filters: &[Filter],
    expectation: &Expectation,
    rules: &[TextRule],
) -> Option<ProbeSpec> {
    if let Some(exec) = compose.exec() {
        return inside(compose, &exec, filters, expectation, rules);
    }
    let words: Vec<&str> = compose.words.iter().copied().collect::<Option<_>>()?;
    let (services, question) = match words.as_slice() {
        ["ps", words @ ..] => (services(words, &["-a", "--all"])?, standing(filters, rules)?),
        ["logs", words @ ..] => {
            let (words, mut question) = options(words)?;
            filters.clone_into(&mut question.filters);
            rules.clone_into(&mut question.rules);
            (services(&words, &[])?, DockerQuestion::Logs(question))
        }
        _ => return None,
    };
    Some(docker(compose, services, question))
}

fn docker(compose: &Compose<'_>, services: Vec<String>, question: DockerQuestion) -> ProbeSpec {
    ProbeSpec::Docker(DockerProbe {
        project: compose.project.clone(),
        services,
        question,
    })
}

fn inside(
    compose: &Compose<'_>,
    exec: &Exec<'_>,
    filters: &[Filter],
    expectation: &Expectation,
    rules: &[TextRule],
) -> Option<ProbeSpec> {
    match exec.words.as_slice() {
        [Some("redis-cli" | "valkey-cli"), words @ ..] => {
            redis::probe(Some(exec.service), words, filters, expectation, rules)
        }
        [Some("env" | "printenv")] => {
            let (filters, rules) = (filters.to_vec(), rules.to_vec());
            let question = DockerQuestion::Environment { filters, rules };
            Some(docker(compose, vec![exec.service.to_owned()], question))
        }
        _ => None,
    }
}

/// Words that are services, beside flags that change nothing here.
fn services(words: &[&str], flags: &[&str]) -> Option<Vec<String>> {
    let named = words.iter().filter(|word| !flags.contains(word));
    named
        .map(|word| (!word.starts_with('-')).then(|| (*word).to_owned()))
        .collect()
}

/// Services that must be up, in each way that a line says so.
fn standing(filters: &[Filter], rules: &[TextRule]) -> Option<DockerQuestion> {
    match filters {
        [] if rules == all_up() => Some(DockerQuestion::Running),
        [
            Filter::Grep {
                pattern,
                invert: false,
                ..
            },
        ] if rules.first() == Some(&TextRule::NotEmpty) => match pattern.to_lowercase().as_str() {
            "up" | "running" => Some(DockerQuestion::Running),
            "healthy" | "(healthy)" => Some(DockerQuestion::Healthy),
            _ => None,
        },
        _ => None,
    }
}

/// The options of `logs`, and the words that are left.
fn options<'a>(words: &[&'a str]) -> Option<(Vec<&'a str>, LogsQuestion)> {
    let mut question = LogsQuestion {
        last_seconds: None,
        tail: None,
        filters: Vec::new(),
        rules: Vec::new(),
    };
    let mut left = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, value) = word
            .split_once('=')
            .map_or((*word, None), |(name, value)| (name, Some(value)));
        let mut value = || value.or_else(|| words.next().copied());
        match name {
            "-f" | "--follow" | "-t" | "--timestamps" | "--no-color" | "--no-log-prefix" => {}
            "--tail" | "-n" => {
                question.tail = match value()? {
                    "all" => None,
                    count => Some(count.parse().ok()?),
                }
            }
            "--since" => question.last_seconds = Some(seconds(value()?)?),
            _ => left.push(*word),
        }
    }
    Some((left, question))
}

/// `90s`, `10m`, `1h30m`: as Go writes a duration.
fn seconds(text: &str) -> Option<u64> {
    let mut total = 0u64;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0)?;
        let count: u64 = rest[..end].parse().ok()?;
        let (factor, after) = match rest.as_bytes()[end] {
            b'h' => (3600, &rest[end + 1..]),
            b'm' if !rest[end..].starts_with("ms") => (60, &rest[end + 1..]),
            b's' => (1, &rest[end + 1..]),
            _ => return None,
        };
        total = total.checked_add(count.checked_mul(factor)?)?;
        rest = after;
    }
    (total > 0).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        assert_eq!(seconds("90s"), Some(90));
        assert_eq!(seconds("1h30m"), Some(5400));
        for strange in ["", "10", "5ms", "m", "2026-01-01", "99999999999999999999h", "1d"] {
            assert_eq!(seconds(strange), None, "{strange}");
        }
    }
}

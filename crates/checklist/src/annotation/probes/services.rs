//! Questions to services that an annotation can name.

use super::measure;
use domain::probe::{
    DockerProbe, DockerQuestion, Filter, LogsQuestion, ProbeSpec, RedisProbe, RedisQuestion, TextRule,
};
use domain::quantity::Comparison;

/// `NAME`, `NAME=value`, `NAME<512MB`: the name and what must hold of it.
fn compared(word: &str) -> (String, Vec<TextRule>) {
    let Some(at) = word.find(['<', '>', '=', '≤', '≥']) else {
        return (word.to_owned(), vec![TextRule::NotEmpty]);
    };
    let (name, rest) = word.split_at(at);
    let rule = match measure::find(rest).as_slice() {
        [one] if one.span == (0..rest.len()) => TextRule::Number(one.bound(Comparison::Equal)),
        _ => TextRule::Is(rest.trim_start_matches('=').to_owned()),
    };
    (name.to_owned(), vec![rule])
}

/// `ping`, `config NAME=value`, `info NAME<512MB`, each behind an address where it is not the environment's own.
pub fn redis(words: &[String]) -> Result<ProbeSpec, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (address, asked) = match words.as_slice() {
        [first, rest @ ..] if !matches!(*first, "ping" | "config" | "info") => {
            (Some((*first).to_owned()), rest)
        }
        words => (None, words),
    };
    let question = match asked {
        ["ping"] => RedisQuestion::Ping,
        ["config", word] => {
            let (key, rules) = compared(word);
            RedisQuestion::Config { key, rules }
        }
        ["info", word] => {
            let (field, rules) = compared(word);
            let section = None;
            RedisQuestion::Info {
                section,
                field,
                rules,
            }
        }
        _ => {
            return Err(
                "`redis` takes ping, config NAME=value or info NAME<N, behind a service or an address"
                    .to_owned(),
            );
        }
    };
    Ok(ProbeSpec::Redis(RedisProbe { address, question }))
}

/// `running`, `healthy`, `newest-image`, `env NAME=value` and `logs lacks="text"`, each behind a service; the first three
/// without one are about every service.
pub fn docker(words: &[String]) -> Result<ProbeSpec, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let known = ["running", "healthy", "newest-image", "env", "logs"];
    let (services, asked) = match words.as_slice() {
        [first, rest @ ..] if !known.contains(first) => (vec![(*first).to_owned()], rest),
        words => (Vec::new(), words),
    };
    let question = match asked {
        ["running"] => DockerQuestion::Running,
        ["healthy"] => DockerQuestion::Healthy,
        ["newest-image"] => DockerQuestion::NewestImage,
        ["env", word] if !services.is_empty() => variable(word),
        ["logs", word] => DockerQuestion::Logs(LogsQuestion {
            last_seconds: None,
            tail: None,
            filters: Vec::new(),
            rules: vec![text_rule(word)?],
        }),
        _ => {
            return Err("`docker` takes running, healthy, newest-image, env NAME=value, logs contains= or lacks=, behind a service".to_owned());
        }
    };
    Ok(ProbeSpec::Docker(DockerProbe {
        project: None,
        services,
        question,
    }))
}

/// `NAME` is set, or `NAME=value` is among the variables.
fn variable(word: &str) -> DockerQuestion {
    let line = if word.contains('=') {
        word.to_owned()
    } else {
        format!("{word}=")
    };
    let rule = if word.contains('=') {
        TextRule::Is(line.clone())
    } else {
        TextRule::NotEmpty
    };
    DockerQuestion::Environment {
        filters: vec![Filter::Grep {
            pattern: line,
            ignore_case: false,
            invert: false,
        }],
        rules: vec![rule],
    }
}

fn text_rule(word: &str) -> Result<TextRule, String> {
    let contains = word
        .strip_prefix("contains=")
        .map(|text| TextRule::Contains(text.to_owned()));
    contains
        .or_else(|| {
            word.strip_prefix("lacks=")
                .map(|text| TextRule::Lacks(text.to_owned()))
        })
        .ok_or_else(|| format!("`{word}` is no rule of a log: contains= or lacks="))
}

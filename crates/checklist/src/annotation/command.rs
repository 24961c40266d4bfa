//! What an annotation says of the line's own command: `expect`, `param`, `probe`, `action`.

use super::probes::bound;
use crate::describe;
use crate::expect::{Expectation, Holds};
use crate::infer::command::{self, Outcome};
use domain::plan::Work;
use domain::probe::{DockerQuestion, ProbeSpec, RedisQuestion, StatusRule, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

/// The values of `expect`.
#[derive(Default)]
pub struct Expected {
    holds: Option<Holds>,
    more: Vec<TextRule>,
    within_ms: Option<u64>,
}

const RULES: &str =
    "empty, not-empty, is=, contains=, lacks=, status=, lines>=, time<=, or a bound such as >60%";

/// Reads the values of `expect`.
pub fn expected(values: &[String]) -> Result<Expected, String> {
    let mut out = Expected::default();
    for word in values {
        let holds = match word.as_str() {
            "empty" => Holds::Empty,
            "not-empty" => Holds::Something,
            word => match rule(word)? {
                Rule::Holds(holds) => holds,
                Rule::Within(time) => {
                    out.within_ms = Some(time);
                    continue;
                }
            },
        };
        match (&out.holds, holds) {
            (None, holds) => out.holds = Some(holds),
            (Some(_), Holds::Contains(text)) => out.more.push(TextRule::Contains(text)),
            (Some(_), Holds::Lacks(text)) => out.more.push(TextRule::Lacks(text)),
            (Some(_), _) => {
                return Err(format!(
                    "`{word}` contradicts what stands before it: say one of them"
                ));
            }
        }
    }
    let nothing = out.holds.is_none() && out.within_ms.is_none();
    if nothing {
        Err(format!("`expect` takes {RULES}"))
    } else {
        Ok(out)
    }
}

enum Rule {
    Holds(Holds),
    Within(u64),
}

fn rule(word: &str) -> Result<Rule, String> {
    let some = |text: &str| {
        if text.is_empty() {
            Err(format!("`{word}` names no text"))
        } else {
            Ok(text.to_owned())
        }
    };
    if let Some(text) = word.strip_prefix("contains=") {
        return some(text).map(|text| Rule::Holds(Holds::Contains(text)));
    }
    if let Some(text) = word.strip_prefix("is=") {
        return some(text).map(|text| Rule::Holds(Holds::Is(text)));
    }
    if let Some(text) = word.strip_prefix("lacks=") {
        return some(text).map(|text| Rule::Holds(Holds::Lacks(text)));
    }
    if let Some(status) = word.strip_prefix("status=") {
        let code: Option<u16> = status.parse().ok().filter(|code| (100..600).contains(code));
        return code
            .map(|code| Rule::Holds(Holds::Status(StatusRule::Is(code))))
            .ok_or_else(|| format!("`{status}` is no HTTP status"));
    }
    if let Some(count) = word.strip_prefix("lines>=") {
        return count
            .parse()
            .map(|count| Rule::Holds(Holds::Lines(count)))
            .map_err(|_| format!("`{count}` is no number of lines"));
    }
    if let Some(time) = word.strip_prefix("time") {
        return bound(time, Unit::Milliseconds).map(|bound| Rule::Within(bound.quantity.value as u64));
    }
    let number = match word.strip_prefix('=').map(str::parse::<f64>) {
        Some(Ok(value)) if value.is_finite() => Some(Bound {
            comparison: Comparison::Equal,
            quantity: Quantity {
                value,
                unit: Unit::Count,
            },
        }),
        _ if word.starts_with(['<', '>', '≤', '≥']) => {
            [Unit::Percent, Unit::Milliseconds, Unit::Bytes, Unit::Count]
                .into_iter()
                .find_map(|unit| bound(word, unit).ok())
        }
        _ => None,
    };
    number
        .map(|bound| Rule::Holds(Holds::Number(bound)))
        .ok_or_else(|| format!("`{word}` is no rule of `expect`: {RULES}"))
}

/// Compiles the command again with what the annotation expects. `probe`: the author says that it only reads.
pub fn judged(outcome: &Outcome, expected: Option<&Expected>, probe: bool) -> Result<Outcome, String> {
    let nothing = Expected::default();
    let said = expected.unwrap_or(&nothing);
    let mut again = match expected {
        None => command::compile_expecting(&outcome.written, "", outcome.expectation.clone(), false),
        Some(_) => {
            let expectation = Expectation {
                holds: said.holds.clone(),
                within_ms: said.within_ms,
                ..Expectation::default()
            };
            command::compile_expecting(&outcome.written, "", expectation, false)
        }
    };
    again.declared = probe;
    if let Work::Action { .. } = &again.work {
        if !probe {
            return Err(format!("`expect` is for a command that reads: {}", again.because));
        }
        again.work = Work::Probe {
            spec: command::declared_probe(&again)?,
        };
    }
    let Work::Probe { spec } = &mut again.work else {
        return Err(again.because.clone());
    };
    if !said.more.is_empty() {
        let described = describe::probe(spec);
        let rules = rules_of(spec).ok_or_else(|| format!("nothing more can be asked of it: {described}"))?;
        rules.extend(said.more.iter().cloned());
    }
    Ok(again)
}

/// The rules of a probe that judges a text.
fn rules_of(spec: &mut ProbeSpec) -> Option<&mut Vec<TextRule>> {
    match spec {
        ProbeSpec::Shell(shell) => Some(&mut shell.rules),
        ProbeSpec::Http(http) => Some(&mut http.body),
        ProbeSpec::Redis(redis) => match &mut redis.question {
            RedisQuestion::Ping | RedisQuestion::Persistence(_) | RedisQuestion::MemoryShare(_) => None,
            RedisQuestion::Config { rules, .. }
            | RedisQuestion::Info { rules, .. }
            | RedisQuestion::Text { rules, .. } => Some(rules),
        },
        ProbeSpec::Docker(docker) => match &mut docker.question {
            DockerQuestion::Running
            | DockerQuestion::Healthy
            | DockerQuestion::NewestImage
            | DockerQuestion::Memory => None,
            DockerQuestion::Logs(logs) => Some(&mut logs.rules),
            DockerQuestion::Environment { rules, .. } => Some(rules),
        },
        _ => None,
    }
}

/// The command with `value` replaced by the quoted variable `name`, and what was replaced. Without a value the only
/// placeholder is meant.
pub fn with_parameter(
    outcome: &Outcome,
    name: &str,
    value: Option<&str>,
) -> Result<(String, String), String> {
    let value = match (value, outcome.rewritten.placeholders.as_slice()) {
        (Some(value), _) => value,
        (None, [(_, written)]) => written,
        (None, []) => {
            return Err(format!(
                "`param {name}` does not say which words it stands for, and the command holds no placeholder"
            ));
        }
        (None, _) => {
            return Err(format!(
                "`param {name}` does not say which of the placeholders it stands for"
            ));
        }
    };
    let text = &outcome.written;
    let mut out = String::with_capacity(text.len() + 16);
    let (mut single, mut double, mut found) = (false, false, false);
    let mut rest = text.as_str();
    let mut previous = ' ';
    while let Some(c) = rest.chars().next() {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let glued = |at: &str| {
            (word(value.chars().next()) && word(Some(previous)))
                || (word(value.chars().next_back()) && word(at.chars().next()))
        };
        if let Some(after) = rest.strip_prefix(value).filter(|after| !glued(after)) {
            if single {
                return Err(format!(
                    "`{value}` stands in single quotes, where no variable is filled in"
                ));
            }
            found = true;
            out.push_str(&if double {
                format!("${{{name}}}")
            } else {
                format!("\"${name}\"")
            });
            previous = '"';
            rest = after;
            continue;
        }
        match c {
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            _ => {}
        }
        out.push(c);
        previous = c;
        rest = &rest[c.len_utf8()..];
    }
    if found {
        Ok((out, value.to_owned()))
    } else {
        Err(format!("`{value}` does not stand in the command"))
    }
}

//! One command with the words around it to what settles it.

use super::{filters, native};
use crate::classify::{self, Effect};
use crate::expect::{self, Expectation, Holds, all_up, text_rules};
use crate::rewrite::{self, Rewritten};
use crate::shell::{self, Script, Simple};
use domain::plan::Work;
use domain::probe::{Filter, ProbeSpec, ShellProbe, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

/// A command after it was understood, or not.
pub struct Outcome {
    /// What settles it.
    pub work: Work,
    /// Why, without the author's words.
    pub because: String,
    /// The author's expectation.
    pub expectation: Expectation,
    /// As it will run.
    pub rewritten: Rewritten,
    /// Its grammar; `None` where it was not understood.
    pub script: Option<Script>,
    /// What it does.
    pub effect: Effect,
}

/// Compiles a command. `before` and `after` are the words around it, inline code between backticks.
pub fn compile(written: &str, before: &str, after: &str) -> Outcome {
    let mut rewritten = rewrite::rewrite(written);
    let expectation = expect::read(before, after);
    let script = match shell::read(&rewritten.command) {
        Ok(script) => script,
        Err(shell::NotUnderstood(why)) => {
            let because =
                format!("{why}: it is not understood, so it counts as changing and only a person runs it");
            let work = Work::Action {
                command: rewritten.command.clone(),
                written: written.to_owned(),
            };
            let effect = Effect::Unknown(why);
            return Outcome {
                work,
                because,
                expectation,
                rewritten,
                script: None,
                effect,
            };
        }
    };
    let effect = classify::script(&script);
    let (work, because) = match &effect {
        Effect::Reads => {
            let spec = probe(&mut rewritten, &script, &expectation, before);
            (Work::Probe { spec }, "known to read only".to_owned())
        }
        Effect::Changes(what) => (
            action(&mut rewritten, written, &script),
            format!("{what}: an action that a person runs"),
        ),
        Effect::Unknown(what) => (
            action(&mut rewritten, written, &script),
            format!("{what}: it is not known to read only, so it is an action that a person runs"),
        ),
    };
    Outcome {
        work,
        because,
        expectation,
        rewritten,
        script: Some(script),
        effect,
    }
}

/// An action, with the traps mended that would destroy a backup.
fn action(rewritten: &mut Rewritten, written: &str, script: &Script) -> Work {
    if let Some(mended) = without_overwriting(&rewritten.command, script) {
        rewritten.command = mended;
    }
    Work::Action {
        command: rewritten.command.clone(),
        written: written.to_owned(),
    }
}

/// A dump into a file and a copy to a backup refuse to overwrite.
fn without_overwriting(command: &str, script: &Script) -> Option<String> {
    let [stage] = script.pipelines.first()?.stages.as_slice() else {
        return None;
    };
    if !script.plain {
        return None;
    }
    if is_dump(stage)
        && stage
            .redirects
            .iter()
            .any(|redirect| matches!(redirect, shell::Redirect::Writes { append: false, .. }))
    {
        return Some(format!("set -o noclobber; {command}"));
    }
    let target = backup_copy(stage)?;
    Some(format!(
        "if [ -e {target} ]; then echo {target} exists already: it is left as it is >&2; exit 1; fi; {command}"
    ))
}

/// `pg_dump …`, `mysqldump …`
pub fn is_dump(stage: &Simple) -> bool {
    matches!(stage.program(), Some("pg_dump" | "pg_dumpall" | "mysqldump"))
}

/// The target of `cp FILE FILE.backup`, where it needs no quotes.
pub fn backup_copy(stage: &Simple) -> Option<&str> {
    let arguments = stage.literal_arguments()?;
    let [from, to] = arguments.as_slice() else {
        return None;
    };
    let lower = to.to_lowercase();
    let backup = ["backup", ".bak", ".old", ".orig", ".save"]
        .iter()
        .any(|word| lower.contains(word));
    let restores = from.to_lowercase().contains("backup") || from.ends_with(".bak");
    let simple = to
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-'));
    (stage.program() == Some("cp") && backup && !restores && simple && !to.starts_with('-')).then_some(*to)
}

fn probe(rewritten: &mut Rewritten, script: &Script, expectation: &Expectation, before: &str) -> ProbeSpec {
    if !script.plain {
        let rules = expectation.holds.as_ref().map(text_rules).unwrap_or_default();
        return ProbeSpec::Shell(ShellProbe {
            command: rewritten.command.clone(),
            filters: Vec::new(),
            rules,
        });
    }
    let stages = &script.pipelines[0].stages;
    let mut split = filters::split(script);
    let mut rules = rules(stages, &split.filters, expectation, before);
    if split.stages == 1
        && let Some(spec) = native::probe(&stages[0], &split.filters, expectation, &rules)
    {
        return spec;
    }
    if let Some((filters, redis)) = redis(&stages[0], &split.filters, expectation)
        && split.stages == 1
    {
        split.filters = filters;
        rules = redis;
    }
    if expectation.none
        && expectation.holds.is_none()
        && split.filters.is_empty()
        && reads_logs(&stages[0])
        && split.stages == 1
    {
        split.filters = vec![Filter::Grep {
            pattern: "error".to_owned(),
            ignore_case: true,
            invert: false,
        }];
        rules = vec![TextRule::Empty];
    }
    let ranges = shell::stages(&rewritten.command).unwrap_or_default();
    let command = match ranges.get(split.stages - 1) {
        Some(last) => without_quiet_failure(
            rewritten.command[..last.end].trim(),
            &stages[..split.stages],
            &ranges,
        ),
        None => rewritten.command.clone(),
    };
    let command = rewrite::failing(&rewrite::bounded(&command));
    rewritten.command.clone_from(&command);
    ProbeSpec::Shell(ShellProbe {
        command,
        filters: split.filters,
        rules,
    })
}

/// A `grep` that stays with the command and finds nothing exits 1, which is no failure of the source.
fn without_quiet_failure(command: &str, stages: &[Simple], ranges: &[std::ops::Range<usize>]) -> String {
    let last = stages.last().and_then(Simple::program);
    match (last, ranges.get(stages.len() - 1)) {
        (Some("grep" | "egrep" | "rg"), Some(range)) if stages.len() > 1 => {
            let start = range.start.min(command.len());
            format!(
                "{} {{ {} || test $? -eq 1; }}",
                &command[..start],
                command[start..].trim()
            )
        }
        _ => command.to_owned(),
    }
}

/// Words that an output is searched for because they must not be there.
const FAILURES: &[&str] = &[
    "error",
    "exception",
    "fail",
    "fatal",
    "panic",
    "traceback",
    "critical",
    "exhaust",
    "timeout",
    "denied",
    "slow query",
    "oom",
];

/// What must hold of what the filters leave.
fn rules(stages: &[Simple], filters: &[Filter], expectation: &Expectation, before: &str) -> Vec<TextRule> {
    if let Some(holds) = &expectation.holds {
        let services = lists_services(&stages[0]) && filters.is_empty();
        return match holds {
            Holds::AllUp | Holds::Contains(_) | Holds::Is(_) if services && means_up(holds) => all_up(),
            _ => text_rules(holds),
        };
    }
    let searched = filters.iter().rev().find_map(|filter| match filter {
        Filter::Grep {
            pattern,
            invert: false,
            ..
        } => Some(pattern.to_lowercase()),
        _ => None,
    });
    let counted = matches!(filters.last(), Some(Filter::CountLines));
    let failure = searched
        .as_ref()
        .is_some_and(|pattern| FAILURES.iter().any(|word| pattern.contains(word)));
    let none = expectation.none || failure;
    match (searched, counted, none) {
        (_, true, true) => vec![TextRule::Number(zero())],
        (Some(_), false, true) => vec![TextRule::Empty],
        (Some(pattern), false, false) if pattern == "up" && lists_services(&stages[0]) => {
            vec![
                TextRule::NotEmpty,
                TextRule::Lacks("unhealthy".to_owned()),
                TextRule::Lacks("Restarting".to_owned()),
            ]
        }
        (Some(_), false, false) => vec![TextRule::NotEmpty],
        (None | Some(_), _, _) => by_program(&stages[0], filters, before),
    }
}

fn means_up(holds: &Holds) -> bool {
    match holds {
        Holds::AllUp => true,
        Holds::Is(text) | Holds::Contains(text) => {
            matches!(text.to_lowercase().as_str(), "up" | "running" | "healthy")
        }
        Holds::Empty | Holds::Something | Holds::Number(_) | Holds::Status(_) | Holds::Lines(_) => false,
    }
}

fn by_program(stage: &Simple, filters: &[Filter], before: &str) -> Vec<TextRule> {
    let words: Vec<&str> = stage
        .words
        .iter()
        .filter_map(|word| word.literal.as_deref())
        .collect();
    if lists_services(stage) && filters.is_empty() {
        return all_up();
    }
    if words.contains(&"redis-cli") && words.last().is_some_and(|word| word.eq_ignore_ascii_case("ping")) {
        return vec![TextRule::Is("PONG".to_owned())];
    }
    if words.starts_with(&["systemctl", "is-active"]) {
        return vec![TextRule::Is("active".to_owned())];
    }
    if words.starts_with(&["kubectl", "get", "pods"])
        || (words.starts_with(&["kubectl", "get"]) && before.to_lowercase().contains("running"))
    {
        let lacks = [
            "CrashLoopBackOff",
            "Error",
            "Pending",
            "ImagePullBackOff",
            "No resources found",
        ]
        .map(|word| TextRule::Lacks(word.to_owned()));
        return lacks.into_iter().collect();
    }
    let shows = words
        .iter()
        .any(|word| word.starts_with("print(") || word.contains("print("))
        || words.contains(&"env");
    if shows || reads_logs(stage) && !filters.is_empty() {
        vec![TextRule::NotEmpty]
    } else {
        Vec::new()
    }
}

/// `docker ps`, `docker-compose ps`
pub fn lists_services(stage: &Simple) -> bool {
    let words: Vec<&str> = stage
        .words
        .iter()
        .filter_map(|word| word.literal.as_deref())
        .collect();
    matches!(words.first(), Some(&"docker" | &"docker-compose" | &"podman"))
        && words.contains(&"ps")
        && !words.contains(&"exec")
}

/// `docker logs`, `docker-compose logs`, `kubectl logs`, `journalctl`
pub fn reads_logs(stage: &Simple) -> bool {
    let words: Vec<&str> = stage
        .words
        .iter()
        .filter_map(|word| word.literal.as_deref())
        .take(4)
        .collect();
    words.first() == Some(&"journalctl") || (words.contains(&"logs") && !words.contains(&"exec"))
}

fn zero() -> Bound {
    Bound {
        comparison: Comparison::Equal,
        quantity: Quantity {
            value: 0.0,
            unit: Unit::Count,
        },
    }
}

/// What redis-cli prints is known: `CONFIG GET` gives the value in its last line, `INFO` a line per field.
fn redis(
    stage: &Simple,
    filters: &[Filter],
    expectation: &Expectation,
) -> Option<(Vec<Filter>, Vec<TextRule>)> {
    let words: Vec<String> = stage
        .words
        .iter()
        .filter_map(|word| word.literal.as_deref())
        .map(str::to_uppercase)
        .collect();
    let at = words
        .iter()
        .position(|word| word == "REDIS-CLI" || word == "VALKEY-CLI")?;
    let asked = &words[at + 1..];
    let keep = |pattern: &str| {
        vec![Filter::Grep {
            pattern: pattern.to_owned(),
            ignore_case: false,
            invert: false,
        }]
    };
    let has = |first: &str| asked.iter().any(|word| word == first);
    if has("CONFIG") && has("GET") && filters.is_empty() {
        let holds = expectation.holds.as_ref()?;
        return match holds {
            Holds::Number(_) => Some((vec![Filter::Tail(1)], text_rules(holds))),
            Holds::Is(value) | Holds::Contains(value) => {
                Some((vec![Filter::Tail(1)], vec![TextRule::Is(value.clone())]))
            }
            Holds::Empty | Holds::Something | Holds::AllUp | Holds::Status(_) | Holds::Lines(_) => None,
        };
    }
    if has("INFO") {
        let evictions = filters
            .iter()
            .any(|filter| matches!(filter, Filter::Grep { pattern, .. } if pattern.starts_with("evicted")));
        if evictions && expectation.none {
            return Some((keep("evicted_keys:"), vec![TextRule::Number(zero())]));
        }
        if let (true, true, Some(Holds::Number(bound))) =
            (has("MEMORY"), filters.is_empty(), &expectation.holds)
        {
            return Some((keep("used_memory:"), vec![TextRule::Number(*bound)]));
        }
    }
    None
}

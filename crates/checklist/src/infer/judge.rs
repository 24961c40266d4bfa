//! What must hold of a command's output: from the author's words, else from what the program is known to print.

use super::one;
use crate::expect::{Expectation, Holds, all_up, text_rules};
use crate::shell::Simple;
use domain::probe::{Filter, StatusRule, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};

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
    "refused",
    "exceeded",
    "violation",
    "invalid",
    "fehler",
    "erreur",
    "erro",
    "ошибк",
    "エラー",
    "错误",
    "异常",
];

/// What must hold of what the filters leave.
pub fn rules(
    stages: &[Simple],
    left: usize,
    filters: &[Filter],
    expectation: &Expectation,
    before: &str,
) -> Vec<TextRule> {
    if let Some(holds) = &expectation.holds {
        let services = lists_services(&stages[0]) && filters.is_empty();
        let searches = searched(stages, left, filters).is_some();
        let counted = matches!(filters.last(), Some(Filter::CountLines));
        let one = one::value(stages, left, filters) && (!searches || counted);
        return match holds {
            Holds::Word(text) | Holds::Contains(text) | Holds::Is(text) if one && !services => {
                vec![exactly(text)]
            }
            Holds::Status(StatusRule::Is(code)) if one => vec![exactly(&code.to_string())],
            Holds::AllUp | Holds::Contains(_) | Holds::Is(_) if services && means_up(holds) => all_up(),
            // What a search finds is what there must be none of.
            Holds::Lacks(_) if searches && expectation.none => vec![TextRule::Empty],
            Holds::Number(bound) if searches && !counted && *bound == zero() => vec![TextRule::Empty],
            Holds::Lacks(_) if counted && expectation.none => vec![TextRule::Number(zero())],
            // "The signature is valid": the exit code says it, and nothing comes out.
            Holds::Something if verifies(&stages[0]) && filters.is_empty() => Vec::new(),
            Holds::Word(_) => by_program(&stages[0], filters, before),
            _ => text_rules(holds),
        };
    }
    let searched = searched(stages, left, filters);
    let counted = matches!(filters.last(), Some(Filter::CountLines));
    let failure = searched
        .as_ref()
        .is_some_and(|pattern| FAILURES.iter().any(|word| pattern.contains(word)));
    let alone = left == 1 && stages[0].program().is_some_and(greps);
    // A `grep` by itself looks at a file, which may well be asked for what it says of errors.
    let none = expectation.none || failure && (!alone || reads_a_log(&stages[0]));
    let exhausted = before.to_lowercase().contains("exhaust");
    match (searched, counted, none) {
        (Some(pattern), false, true) if exhausted && !pattern.contains("exhaust") => trouble(),
        (_, true, true) => vec![TextRule::Number(zero())],
        (Some(_), false, true) => vec![TextRule::Empty],
        (Some(pattern), false, false) if pattern == "up" && lists_services(&stages[0]) => {
            vec![
                TextRule::NotEmpty,
                TextRule::Lacks("unhealthy".to_owned()),
                TextRule::Lacks("Restarting".to_owned()),
            ]
        }
        (Some(_), false, false) if lists_pods(&stages[0]) => {
            std::iter::once(TextRule::NotEmpty).chain(bad_pods()).collect()
        }
        (Some(_), false, false) if !alone => vec![TextRule::NotEmpty],
        (None | Some(_), _, _) => by_program(&stages[0], filters, before),
    }
}

/// The one value that comes out: a number as a number, anything else as it is written.
fn exactly(text: &str) -> TextRule {
    match text.parse::<u32>() {
        Ok(number) => TextRule::Number(Bound {
            comparison: Comparison::Equal,
            quantity: Quantity {
                value: f64::from(number),
                unit: Unit::Count,
            },
        }),
        Err(_) => TextRule::Is(text.to_owned()),
    }
}

/// What the output is searched for, in lower case.
fn searched(stages: &[Simple], left: usize, filters: &[Filter]) -> Option<String> {
    let found = filters.iter().rev().find_map(|filter| match filter {
        Filter::Grep {
            pattern,
            invert: false,
            ..
        } => Some(pattern.to_lowercase()),
        _ => None,
    });
    found.or_else(|| kept_search(&stages[..left]))
}

/// Words of which one stands in a line that says that something ran out; `grep pool` also finds "pool ready".
fn trouble() -> Vec<TextRule> {
    let words = [
        "exhaust",
        "timed out",
        "timeout",
        "limit of",
        "reached",
        "too many",
        "no more",
        "unavailable",
        "is full",
        "error",
        "fail",
    ];
    words.map(|word| TextRule::Lacks(word.to_owned())).to_vec()
}

/// What a `grep` looks for that stays with the command.
fn kept_search(stages: &[Simple]) -> Option<String> {
    let last = stages.last()?;
    let grep = last.program().is_some_and(greps);
    if stages.len() == 1 && last.words.iter().any(|word| silent_or_counting(&word.raw)) {
        return None;
    }
    let inverted = last
        .words
        .iter()
        .any(|word| word.raw == "-v" || word.raw == "--invert-match");
    let pattern = last
        .words
        .iter()
        .skip(1)
        .find(|word| !word.raw.starts_with('-'))?;
    (grep && !inverted).then(|| pattern.raw.to_lowercase())
}

fn greps(program: &str) -> bool {
    matches!(program, "grep" | "egrep" | "rg")
}

/// Options of `grep` after which nothing comes out but numbers, or nothing at all.
fn silent_or_counting(word: &str) -> bool {
    let short = word.starts_with('-') && !word.starts_with("--");
    short && word.contains(['c', 'q', 'L', 'v']) || matches!(word, "--count" | "--quiet" | "--silent")
}

fn reads_a_log(stage: &Simple) -> bool {
    let mut words = stage.words.iter().skip(1);
    words.any(|word| word.raw.ends_with(".log") || word.raw.starts_with("/var/log/"))
}

fn means_up(holds: &Holds) -> bool {
    match holds {
        Holds::AllUp => true,
        Holds::Is(text) | Holds::Contains(text) => {
            matches!(text.to_lowercase().as_str(), "up" | "running" | "healthy")
        }
        Holds::Empty
        | Holds::Something
        | Holds::Word(_)
        | Holds::Lacks(_)
        | Holds::Text(_)
        | Holds::Json(_)
        | Holds::Number(_)
        | Holds::Between(..)
        | Holds::Status(_)
        | Holds::Lines(_) => false,
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
    if words.starts_with(&["systemctl", "is-active"]) && words.len() > 3 {
        // A line for each of them.
        let lacks = ["inactive", "failed", "activating", "unknown"];
        return lacks.map(|word| TextRule::Lacks(word.to_owned())).to_vec();
    }
    if words.starts_with(&["systemctl", "is-active"]) {
        return vec![TextRule::Is("active".to_owned())];
    }
    if lists_pods(stage)
        || (words.starts_with(&["kubectl", "get"]) && before.to_lowercase().contains("running"))
    {
        return bad_pods();
    }
    // It exits 0 where no name matches.
    if words.starts_with(&["git", "ls-remote"]) && words.len() > 3 && filters.is_empty() {
        return vec![TextRule::NotEmpty];
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

/// `codesign --verify`, `cosign verify`, `terraform validate`
fn verifies(stage: &Simple) -> bool {
    let words = stage.words.iter().skip(1).take(2);
    words
        .filter_map(|word| word.literal.as_deref())
        .any(|word| matches!(word.trim_start_matches('-'), "verify" | "validate"))
}

/// `kubectl get pods`
fn lists_pods(stage: &Simple) -> bool {
    let words = stage.words.iter().filter_map(|word| word.literal.as_deref());
    let first: Vec<&str> = words.take(3).collect();
    matches!(first.as_slice(), ["kubectl", "get", "pods" | "pod" | "po"])
}

/// "prometheus-agent: Running" about a list of pods: the one that must be there.
pub fn pod_running<'a>(stage: &Simple, filters: &[Filter], words: &'a str) -> Option<&'a str> {
    let (name, state) = words.split_once(':')?;
    let name = name.trim().trim_matches('`');
    let shaped = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let running = state
        .trim()
        .trim_matches(['`', '.'])
        .eq_ignore_ascii_case("running");
    (filters.is_empty() && lists_pods(stage) && shaped && running).then_some(name)
}

/// What a list of pods must not say.
pub fn bad_pods() -> Vec<TextRule> {
    [
        "CrashLoopBackOff",
        "Error",
        "Pending",
        "ImagePullBackOff",
        "No resources found",
    ]
    .map(|word| TextRule::Lacks(word.to_owned()))
    .to_vec()
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
pub fn redis(
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
            Holds::Number(_) | Holds::Between(..) => Some((vec![Filter::Tail(1)], text_rules(holds))),
            Holds::Is(value) | Holds::Contains(value) => {
                Some((vec![Filter::Tail(1)], vec![TextRule::Is(value.clone())]))
            }
            Holds::Empty
            | Holds::Something
            | Holds::Word(_)
            | Holds::Lacks(_)
            | Holds::Text(_)
            | Holds::Json(_)
            | Holds::AllUp
            | Holds::Status(_)
            | Holds::Lines(_) => None,
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

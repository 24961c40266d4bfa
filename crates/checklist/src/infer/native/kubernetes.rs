//! `kubectl get`, `rollout status` and `wait`.

use crate::infer::judge;
use crate::shell::{Redirect, Simple};
use domain::probe::kubernetes::{is_selector, names_object};
use domain::probe::{Filter, KubernetesProbe, KubernetesQuestion, ObjectKind, ProbeSpec, TextRule, Workload};

/// What words behind `kubectl` say, in so far as all of it is understood.
#[derive(Default)]
struct Said<'a> {
    words: Vec<&'a str>,
    namespace: Option<&'a str>,
    context: Option<&'a str>,
    selector: Option<&'a str>,
    until: Option<&'a str>,
    all: bool,
    once: bool,
}

/// Words of a line that wants what it names to be well.
const WELL: &[&str] = &[
    "ready",
    "healthy",
    "running",
    "available",
    "rolled out",
    "is up",
    "are up",
];
const ILL: &[&str] = &["unhealthy", "unavailable", "not ready", "notready", "not running"];
const THERE: &[&str] = &["exists", "exist", "is present", "is created", "was created"];
const ENDED: &[&str] = &["complete", "succeeded", "finished"];

/// What a list of pods is searched for that is no name.
const STATES: &[&str] = &[
    "running",
    "pending",
    "error",
    "completed",
    "evicted",
    "terminating",
    "crashloopbackoff",
    "ready",
    "failed",
];

/// The question to the cluster, where the line leaves nothing of it open. `before`: the words before the command.
pub fn probe(command: &Simple, filters: &[Filter], rules: &[TextRule], before: &str) -> Option<ProbeSpec> {
    let quiet = command.redirects.iter().all(|redirect| match redirect {
        Redirect::Reads { .. } => false,
        Redirect::Writes { file, .. } => file.literal.as_deref() == Some("/dev/null"),
    });
    let plain = command.assignments.is_empty() && quiet && command.program() == Some("kubectl");
    plain.then_some(())?;
    let arguments = command.literal_arguments()?;
    let said = read(&arguments)?;
    let question = match said.words.as_slice() {
        ["rollout", "status", rest @ ..] if filters.is_empty() && says(rules, &["success", "rolled out"]) => {
            match object(rest)? {
                (ObjectKind::Workload(kind), name) => rollout(kind, name),
                _ => return None,
            }
        }
        ["wait", rest @ ..] if filters.is_empty() && rules.is_empty() => waited(&said, rest)?,
        ["get", "pods" | "pod" | "po"] => pods(&said, filters, rules)?,
        ["get", rest @ ..] if filters.is_empty() && said.selector.is_none() => got(rest, rules, before)?,
        _ => return None,
    };
    Some(ProbeSpec::Kubernetes(KubernetesProbe {
        question,
        namespace: said.namespace.map(str::to_owned),
        context: said.context.map(str::to_owned),
        waits: !said.words.starts_with(&["get"]) && !said.once,
    }))
}

fn read<'a>(arguments: &[&'a str]) -> Option<Said<'a>> {
    let mut said = Said::default();
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            said.words.push(word);
            continue;
        }
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (word, None),
        };
        match (option, value) {
            ("--all", None) => said.all = true,
            ("--no-headers" | "--show-labels", None) => {}
            ("--watch" | "-w", Some("false")) => said.once = true,
            ("-n" | "--namespace", value) => {
                let name = value.or_else(|| words.next()).filter(|name| names_object(name));
                said.namespace = Some(name?);
            }
            ("--context", value) => said.context = Some(value.or_else(|| words.next())?),
            ("-l" | "--selector", value) => {
                let selector = value.or_else(|| words.next()).filter(|text| is_selector(text));
                said.selector = Some(selector?);
            }
            ("--for", value) => said.until = Some(value.or_else(|| words.next())?),
            ("-o" | "--output", value) => {
                (value.or_else(|| words.next())? == "wide").then_some(())?;
            }
            ("--timeout" | "--request-timeout", value) => {
                value.or_else(|| words.next())?;
            }
            // Another cluster, another user, every namespace, no end: none of it is asked natively.
            _ => return None,
        }
    }
    Some(said)
}

/// `deployment/web`, `deployment web`
fn object<'a>(words: &[&'a str]) -> Option<(ObjectKind, &'a str)> {
    let (kind, name) = match words {
        [one] => one.split_once('/')?,
        [kind, name] => (*kind, *name),
        _ => return None,
    };
    names_object(name).then_some((ObjectKind::find(kind)?, name))
}

fn rollout(kind: Workload, name: &str) -> KubernetesQuestion {
    let name = name.to_owned();
    KubernetesQuestion::Rollout { kind, name }
}

/// `kubectl wait --for=condition=complete job/migrate`
fn waited(said: &Said<'_>, rest: &[&str]) -> Option<KubernetesQuestion> {
    let condition = said.until?.strip_prefix("condition=")?.to_ascii_lowercase();
    let condition = condition.strip_suffix("=true").unwrap_or(&condition);
    match (condition, rest) {
        ("ready", ["pod" | "pods" | "po"]) if said.all != said.selector.is_some() => {
            Some(KubernetesQuestion::PodsReady {
                selector: said.selector.map(str::to_owned),
                named: None,
            })
        }
        ("ready", ["node" | "nodes"]) if said.all && said.selector.is_none() => {
            Some(KubernetesQuestion::NodesReady)
        }
        _ if said.all || said.selector.is_some() => None,
        ("complete", rest) => match object(rest)? {
            (ObjectKind::Job, name) => Some(KubernetesQuestion::JobComplete {
                name: name.to_owned(),
            }),
            _ => None,
        },
        ("available", rest) => match object(rest)? {
            (ObjectKind::Workload(Workload::Deployment), name) => Some(rollout(Workload::Deployment, name)),
            _ => None,
        },
        _ => None,
    }
}

/// `kubectl get pods`, where the line asks for what is right of any list of pods.
fn pods(said: &Said<'_>, filters: &[Filter], rules: &[TextRule]) -> Option<KubernetesQuestion> {
    let rest = match rules {
        [TextRule::NotEmpty, rest @ ..] => rest,
        [TextRule::Contains(text) | TextRule::Is(text), rest @ ..] if well(text) => rest,
        rest => rest,
    };
    let usual = rest == judge::bad_pods() || rest.is_empty() && rules.len() == 1;
    let named = match filters {
        [] if rules != [TextRule::NotEmpty] => None,
        [
            Filter::Grep {
                pattern,
                invert: false,
                ..
            },
        ] if names_object(pattern) && !STATES.contains(&pattern.as_str()) => Some(pattern.clone()),
        _ => return None,
    };
    let selector = said.selector.map(str::to_owned);
    usual.then_some(KubernetesQuestion::PodsReady { selector, named })
}

/// `kubectl get` of nodes, or of one object, where the line says how it must be.
fn got(rest: &[&str], rules: &[TextRule], before: &str) -> Option<KubernetesQuestion> {
    let lower = before.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let counted = lower.contains(|c: char| c.is_ascii_digit());
    let well = any(WELL) && !any(ILL);
    let usual =
        rules.is_empty() && well || rules == judge::bad_pods() || !rules.is_empty() && says(rules, WELL);
    if matches!(rest, ["nodes" | "node" | "no"]) {
        return (usual && !counted).then_some(KubernetesQuestion::NodesReady);
    }
    let (kind, name) = object(rest)?;
    match kind {
        ObjectKind::Workload(kind) if usual && !counted => Some(rollout(kind, name)),
        ObjectKind::Job if says(rules, ENDED) && (any(ENDED) || !rules.is_empty()) => {
            Some(KubernetesQuestion::JobComplete {
                name: name.to_owned(),
            })
        }
        kind if rules.is_empty() && any(THERE) && !any(WELL) && !counted => {
            let name = name.to_owned();
            Some(KubernetesQuestion::Exists { kind, name })
        }
        _ => None,
    }
}

/// Whether every rule asks for one of these words, where there is one.
fn says(rules: &[TextRule], words: &[&str]) -> bool {
    rules.iter().all(|rule| match rule {
        TextRule::Contains(text) | TextRule::Is(text) => {
            let lower = text.to_lowercase();
            words.iter().any(|word| lower.contains(word)) && !lower.contains("not")
        }
        _ => false,
    })
}

fn well(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "running" | "ready")
}

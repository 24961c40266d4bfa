//! Docker, Compose, Podman and kubectl.

use super::tool::{given, guarded};
use super::{Effect, FILLED, HARMLESS, after_options, simple, text};
use crate::shell::Simple;
use crate::word::Word;

/// What a container tool does. `depth` counts how far commands are nested.
pub fn effect(name: &str, words: &[&str], depth: u32) -> Option<Effect> {
    let effect = match name {
        "docker" | "podman" | "nerdctl" => match subcommand(words) {
            Some(("compose", rest)) => compose(rest, depth),
            _ => docker(name, words, depth),
        },
        "docker-compose" | "podman-compose" => compose(words, depth),
        "kubectl" | "oc" | "k" => kubectl(words, depth),
        _ => return None,
    };
    Some(effect)
}

/// Options before the subcommand that take a value.
#[rustfmt::skip] // names in rows
const GLOBAL: &[&str] = &[
    "-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi",
    "--progress", "-H", "--host", "--context", "-c", "-l", "--log-level", "--config", "-n", "--namespace",
    "--kubeconfig", "--kube-context", "--cluster", "--user",
];
/// Options before the subcommand that take none.
const FLAGS: &[&str] = &[
    "-D",
    "--debug",
    "--tls",
    "--verbose",
    "--no-ansi",
    "--compatibility",
];
/// Options of `exec` that take a value, and those that take none.
#[rustfmt::skip] // names in rows
const EXEC_VALUED: &[&str] = &[
    "-u", "--user", "-w", "--workdir", "-e", "--env", "--index", "--env-file", "--detach-keys",
];
#[rustfmt::skip] // names in rows
const EXEC_FLAGS: &[&str] = &[
    "-T", "-i", "-t", "-it", "-ti", "-d", "--no-TTY", "--privileged", "--interactive", "--tty",
    "--detach",
];

fn after<'a, 'b>(words: &'b [&'a str], word: &str) -> &'b [&'a str] {
    let at = words
        .iter()
        .position(|other| *other == word)
        .map_or(words.len(), |at| at + 1);
    &words[at..]
}

/// Skips global options: the subcommand and what follows it. `None` where an option is not known.
fn subcommand<'a, 'b>(words: &'b [&'a str]) -> Option<(&'a str, &'b [&'a str])> {
    let rest = after_options(words, GLOBAL, FLAGS)?;
    rest.split_first().map(|(first, rest)| (*first, rest))
}

fn compose(words: &[&str], depth: u32) -> Effect {
    match subcommand(words) {
        Some((
            "ps" | "logs" | "config" | "convert" | "images" | "top" | "port" | "version" | "ls" | "stats"
            | "events" | "volumes",
            rest,
        )) => {
            let writes = ["-o", "--output", "--lock-image-digests", "--watch"]
                .iter()
                .any(|option| given(option, rest));
            Effect::reads_if(!writes, "it writes a file")
        }
        Some(("exec", rest)) => exec(rest, depth),
        Some(("run", _)) => Effect::changes("`compose run` makes a container"),
        Some((subcommand, _)) => Effect::changes(format!(
            "`compose {}` changes containers or images",
            super::shown(subcommand)
        )),
        None => Effect::unknown("`compose` is given no subcommand"),
    }
}

fn docker(name: &str, words: &[&str], depth: u32) -> Effect {
    let Some((first, rest)) = subcommand(words) else {
        return Effect::reads_if(words == ["-v"], format!("`{name}` is given no subcommand"));
    };
    let second = rest.first().copied().unwrap_or_default();
    match (first, second) {
        ("buildx", _) if rest.contains(&"--bootstrap") => {
            Effect::changes("`buildx --bootstrap` starts a builder")
        }
        (
            "ps" | "logs" | "inspect" | "images" | "version" | "info" | "stats" | "top" | "port" | "diff"
            | "history" | "search" | "events",
            _,
        ) => Effect::Reads,
        (
            "container" | "image" | "volume" | "network" | "node" | "service" | "stack" | "system"
            | "context" | "secret" | "config" | "manifest" | "buildx" | "swarm",
            "ls" | "list" | "inspect" | "ps" | "logs" | "df" | "info" | "show" | "version" | "top" | "stats"
            | "port" | "diff" | "history" | "events" | "du" | "services",
        ) => Effect::Reads,
        ("scout", "quickview" | "cves" | "recommendations") => {
            Effect::reads_if(!given("-o", rest) && !given("--output", rest), "it writes a file")
        }
        ("pod", "ls" | "list" | "ps" | "inspect" | "logs" | "stats" | "top") if name == "podman" => {
            Effect::Reads
        }
        ("exec", _) => exec(rest, depth),
        ("container", "exec") => exec(&rest[1..], depth),
        _ => Effect::changes(format!(
            "`{name} {}` changes containers or images",
            super::shown(first)
        )),
    }
}

/// The command inside of a container decides. A variable that is set for it must be one that changes nothing.
fn exec(words: &[&str], depth: u32) -> Effect {
    let Some(rest) = after_options(words, EXEC_VALUED, EXEC_FLAGS) else {
        return Effect::unknown("this option of `exec` is not known");
    };
    let options = &words[..words.len() - rest.len()];
    let sets = options
        .windows(2)
        .filter(|pair| matches!(pair[0], "-e" | "--env"))
        .map(|pair| pair[1]);
    let sets = sets.chain(
        options
            .iter()
            .filter_map(|word| word.strip_prefix("--env=").or_else(|| word.strip_prefix("-e="))),
    );
    if sets
        .map(|set| set.split('=').next().unwrap_or(set))
        .any(|name| !HARMLESS.contains(&name))
    {
        return Effect::unknown("a variable that is set for `exec` can change what runs");
    }
    match rest.split_first() {
        Some((_, inner)) if !inner.is_empty() => inner_command(inner, depth),
        _ => Effect::unknown("`exec` is given no command"),
    }
}

/// Reads words as a command of their own.
fn inner_command(words: &[&str], depth: u32) -> Effect {
    let shell = matches!(
        words.first(),
        Some(&"sh" | &"bash" | &"ash" | &"/bin/sh" | &"/bin/bash" | &"/bin/ash")
    );
    if shell {
        return match words {
            [_, "-c" | "-lc" | "-ec", script] if !script.contains(FILLED) => text(script, depth + 1),
            [_, "-c" | "-lc" | "-ec", _] => Effect::unknown("what the shell runs is filled in"),
            _ => Effect::unknown("a shell inside of a container needs a terminal"),
        };
    }
    if depth > super::DEEPEST {
        return Effect::unknown("it is nested too deeply");
    }
    let inner = Simple {
        words: words.iter().map(|word| Word::given(word)).collect(),
        ..Simple::default()
    };
    simple(&inner, depth + 1, &super::Known::default())
}

fn kubectl(words: &[&str], depth: u32) -> Effect {
    let Some((first, rest)) = subcommand(words) else {
        return Effect::unknown("`kubectl` is given no subcommand");
    };
    let second = rest.first().copied().unwrap_or_default();
    match (first, second) {
        ("cluster-info", "dump") => Effect::unknown("`cluster-info dump` can write files"),
        ("diff" | "get" | "describe", _) if given("--prune", rest) => {
            Effect::unknown("`--prune` is not known to read")
        }
        (
            "get" | "describe" | "logs" | "top" | "version" | "cluster-info" | "explain" | "api-resources"
            | "api-versions" | "diff" | "events" | "wait",
            _,
        ) => Effect::Reads,
        ("config", "view" | "current-context" | "get-contexts" | "get-clusters")
        | ("rollout", "status" | "history")
        | ("auth", "can-i" | "whoami") => Effect::Reads,
        ("exec", _) if rest.contains(&"--") => inner_command(after(rest, "--"), depth),
        ("kustomize", _) => Effect::reads_if(
            rest.iter().all(|word| !word.starts_with('-')),
            "an option of `kustomize` can write or run something",
        ),
        ("apply", "view-last-applied")
        | ("plugin", "list")
        | ("certificate", "list")
        | ("rollout", "list")
        | ("auth", "reconcile-check") => Effect::Reads,
        (
            "apply" | "create" | "delete" | "replace" | "patch" | "scale" | "label" | "annotate" | "expose"
            | "drain" | "cordon" | "taint" | "set" | "autoscale",
            _,
        ) if guarded(
            "kubectl",
            "-f= --filename= -n= -k=",
            &["+--dry-run=client|--dry-run=server"],
            "",
        )
        .effect("kubectl", rest)
            == Effect::Reads =>
        {
            Effect::Reads
        }
        _ => Effect::changes(format!(
            "`kubectl {}` changes the cluster or its client",
            super::shown(first)
        )),
    }
}

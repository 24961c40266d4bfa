//! Docker, Compose, Podman, Kubernetes and Helm.

use super::{Effect, operands, text};

/// What a container tool does. `depth` counts how far commands are nested.
pub fn effect(name: &str, words: &[&str], depth: u32) -> Option<Effect> {
    let effect = match name {
        "docker" | "podman" | "nerdctl" => match operands(words, GLOBAL).first() {
            Some(&"compose") => compose(after(words, "compose"), depth),
            _ => docker(name, words, depth),
        },
        "docker-compose" | "podman-compose" => compose(words, depth),
        "kubectl" | "oc" | "k" => kubectl(words, depth),
        "helm" => helm(words),
        "kustomize" => Effect::reads_if(
            words.first() == Some(&"build") && !words.contains(&"-o"),
            "`kustomize` writes files",
        ),
        "argocd" | "flux" | "istioctl" => Effect::reads_if(
            operands(words, &[])
                .iter()
                .any(|word| matches!(*word, "get" | "list" | "diff" | "history" | "version" | "check")),
            format!("this form of `{name}` is not known to read"),
        ),
        _ => return None,
    };
    Some(effect)
}

const GLOBAL: &[&str] = &[
    "-f",
    "--file",
    "-p",
    "--project-name",
    "--profile",
    "--env-file",
    "--project-directory",
    "-H",
    "--context",
    "-c",
    "-n",
    "--namespace",
    "--kubeconfig",
];

fn after<'a, 'b>(words: &'b [&'a str], word: &str) -> &'b [&'a str] {
    let at = words
        .iter()
        .position(|other| *other == word)
        .map_or(words.len(), |at| at + 1);
    &words[at..]
}

/// Skips global options: the subcommand and what follows it.
fn subcommand<'a, 'b>(words: &'b [&'a str]) -> Option<(&'a str, &'b [&'a str])> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if !word.starts_with('-') {
            return Some((word, &words[at + 1..]));
        }
        at += if GLOBAL.contains(word) { 2 } else { 1 };
    }
    None
}

fn compose(words: &[&str], depth: u32) -> Effect {
    match subcommand(words) {
        Some((
            "ps" | "logs" | "config" | "images" | "top" | "port" | "version" | "ls" | "stats" | "events",
            rest,
        )) => {
            let writes = rest
                .iter()
                .any(|word| *word == "-o" || word.starts_with("--output") || word.starts_with("--lock"));
            Effect::reads_if(!writes, "it writes a file")
        }
        Some(("exec", rest)) => exec(
            rest,
            &["-u", "--user", "-w", "--workdir", "-e", "--env", "--index"],
            depth,
        ),
        Some(("run", _)) => Effect::changes("`compose run` makes a container"),
        Some((subcommand, _)) => {
            Effect::changes(format!("`compose {subcommand}` changes containers or images"))
        }
        None => Effect::unknown("`compose` is given no subcommand"),
    }
}

fn docker(name: &str, words: &[&str], depth: u32) -> Effect {
    let Some((first, rest)) = subcommand(words) else {
        return Effect::reads_if(words.contains(&"-v"), format!("`{name}` is given no subcommand"));
    };
    let second = operands(rest, &[]).first().copied().unwrap_or_default();
    match (first, second) {
        (
            "ps" | "logs" | "inspect" | "images" | "version" | "info" | "stats" | "top" | "port" | "diff"
            | "history" | "search",
            _,
        ) => Effect::Reads,
        (
            "container" | "image" | "volume" | "network" | "node" | "service" | "stack" | "system"
            | "context" | "secret" | "config" | "manifest" | "buildx" | "swarm",
            "ls" | "list" | "inspect" | "ps" | "logs" | "df" | "info" | "show" | "version",
        ) => Effect::Reads,
        ("exec", _) => exec(rest, &["-u", "--user", "-w", "--workdir", "-e", "--env"], depth),
        ("container", "exec") => Effect::unknown("this form of `docker` is not known"),
        _ => Effect::changes(format!("`{name} {first}` changes containers or images")),
    }
}

/// The command inside of a container decides.
fn exec(words: &[&str], with_value: &[&str], depth: u32) -> Effect {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        at += if with_value.contains(word) { 2 } else { 1 };
    }
    match words.get(at + 1..) {
        Some(inner) if !inner.is_empty() => inner_command(inner, depth),
        _ => Effect::unknown("`exec` is given no command"),
    }
}

/// Reads words as a command of their own.
fn inner_command(words: &[&str], depth: u32) -> Effect {
    let shell = matches!(words.first(), Some(&"sh" | &"bash" | &"/bin/sh" | &"/bin/bash"));
    if shell {
        return match words {
            [_, "-c" | "-lc" | "-ec", script] => text(script, depth + 1),
            _ => Effect::unknown("a shell inside of a container needs a terminal"),
        };
    }
    let quoted: Vec<String> = words
        .iter()
        .map(|word| {
            if word.starts_with("\"$") {
                (*word).to_owned()
            } else {
                format!("'{}'", word.replace('\'', "'\\''"))
            }
        })
        .collect();
    text(&quoted.join(" "), depth + 1)
}

fn kubectl(words: &[&str], depth: u32) -> Effect {
    let Some((first, rest)) = subcommand(words) else {
        return Effect::unknown("`kubectl` is given no subcommand");
    };
    let second = operands(rest, GLOBAL).first().copied().unwrap_or_default();
    match (first, second) {
        (
            "get" | "describe" | "logs" | "top" | "version" | "cluster-info" | "explain" | "api-resources"
            | "api-versions" | "diff" | "events" | "wait",
            _,
        ) => Effect::Reads,
        ("config", "view" | "current-context" | "get-contexts" | "get-clusters")
        | ("rollout", "status" | "history")
        | ("auth", "can-i" | "whoami") => Effect::Reads,
        ("exec", _) if rest.contains(&"--") => inner_command(after(rest, "--"), depth),
        _ if rest
            .iter()
            .any(|word| matches!(*word, "--dry-run=client" | "--dry-run=server")) =>
        {
            Effect::Reads
        }
        _ => Effect::changes(format!("`kubectl {first}` changes the cluster or its client")),
    }
}

fn helm(words: &[&str]) -> Effect {
    match subcommand(words) {
        Some((
            "list" | "ls" | "status" | "history" | "get" | "template" | "lint" | "show" | "version"
            | "search" | "env",
            rest,
        )) => Effect::reads_if(
            !rest
                .iter()
                .any(|word| word.starts_with("--output-dir") || word.starts_with("--post-renderer")),
            "it writes files",
        ),
        Some((first, _)) => Effect::changes(format!("`helm {first}` changes releases")),
        None => Effect::unknown("`helm` is given no subcommand"),
    }
}

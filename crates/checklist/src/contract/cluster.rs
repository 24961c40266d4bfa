//! Kubernetes and Helm.

use super::{Thing, Twice, operands};

const NAMED: &[&str] = &["-n", "--namespace", "--context", "--kubeconfig", "--timeout"];

pub(super) fn of(program: &str, words: &[&str]) -> Option<Twice> {
    match program {
        "kubectl" | "oc" => kubectl(words),
        "helm" => helm(words),
        _ => None,
    }
}

fn kubectl(words: &[&str]) -> Option<Twice> {
    let valued = |more: &[&'static str]| [NAMED, more].concat();
    let first = operands(
        words,
        &valued(&["-f", "-k", "--filename", "--kustomize", "--replicas", "-l"]),
        &EVERY,
    )?;
    let has = |name: &str| {
        words
            .iter()
            .any(|word| *word == name || word.split('=').next() == Some(name))
    };
    match first.as_slice() {
        ["apply"]
            if !words.contains(&"-") && !has("--prune") && (has("-f") || has("-k") || has("--filename")) =>
        {
            Some(Twice::takes([Thing::Files]))
        }
        ["scale", _, ..] if has("--replicas") => Some(Twice::default()),
        ["set", "image", _, _, ..] => Some(Twice::default()),
        // The second time the pods are replaced once more, by the same ones: that costs time and changes nothing else.
        ["rollout", "restart", _, ..] => Some(Twice::default()),
        ["cordon" | "uncordon", _, ..] => Some(Twice::default()),
        ["delete", _, ..] if has("--ignore-not-found") && !has("--all") => Some(Twice::default()),
        _ => None,
    }
}

/// Options without a value that change nothing about running twice. `rollout undo` is not saved by `--to-revision`: the
/// revision gets a new number the first time.
const EVERY: [&str; 6] = [
    "--wait",
    "--server-side",
    "--ignore-not-found",
    "--record",
    "-R",
    "--all",
];

/// A release goes back to a revision that is named. Without one, and with 0, it goes back from where it is.
fn helm(words: &[&str]) -> Option<Twice> {
    let flags = [
        "--wait",
        "--cleanup-on-fail",
        "--wait-for-jobs",
        "--no-hooks",
        "--debug",
    ];
    let valued = [NAMED, &["--kube-context", "--history-max"]].concat();
    match operands(words, &valued, &flags)?.as_slice() {
        ["rollback", _, revision] if revision.parse::<u32>().is_ok_and(|number| number > 0) => {
            Some(Twice::default())
        }
        _ => None,
    }
}

//! Version control.

use super::{Effect, has, operands};

/// What `git` does. An option that names a program, a file to write or another configuration never reads.
pub fn effect(words: &[&str]) -> Effect {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        match *word {
            "-C" => at += 2,
            "--no-pager" | "--version" => at += 1,
            _ => return Effect::unknown("a global option of `git` can run a program"),
        }
    }
    let (Some(first), rest) = (words.get(at), words.get(at + 1..).unwrap_or_default()) else {
        return Effect::reads_if(words == ["--version"], "`git` is given no subcommand");
    };
    // `git` accepts abbreviated long options.
    let abbreviated = [
        "--out",
        "--ext",
        "--up",
        "--open",
        "--rec",
        "--exec",
        "--textconv",
        "--filters",
    ];
    let runs = rest
        .iter()
        .any(|word| abbreviated.iter().any(|option| word.starts_with(option)))
        || has(rest, Some('O'), "");
    if !runs && (LOOKS.contains(first) || lists(first, rest)) {
        Effect::Reads
    } else {
        Effect::changes(format!(
            "`git {}` changes the repository or its remote",
            super::shown(first)
        ))
    }
}

/// Subcommands that read whatever their operands are.
#[rustfmt::skip] // names in rows
const LOOKS: &[&str] = &[
    "status", "log", "diff", "show", "rev-parse", "describe", "ls-files", "ls-tree", "blame", "shortlog",
    "rev-list", "grep", "cat-file", "merge-base", "whatchanged", "count-objects", "for-each-ref",
    "show-ref", "version", "name-rev", "cherry", "check-ignore", "check-attr", "diff-tree", "diff-index",
    "diff-files", "range-diff", "show-branch", "annotate", "get-tar-commit-id", "var",
];

/// Subcommands that list in some forms and change in others.
fn lists(first: &str, rest: &[&str]) -> bool {
    let named = operands(rest, &["--sort", "--format", "--contains", "--points-at"]);
    let only = |known: &[&str]| {
        rest.iter()
            .all(|word| !word.starts_with('-') || known.contains(&word.split('=').next().unwrap_or(word)))
    };
    let asks = |options: &[&str]| {
        rest.iter()
            .any(|word| options.contains(&word.split('=').next().unwrap_or(word)))
    };
    match first {
        "ls-remote" => {
            only(&[
                "--heads",
                "--tags",
                "--refs",
                "-q",
                "--exit-code",
                "--symref",
                "-h",
                "-t",
                "--branches",
            ]) && !rest.iter().any(|word| word.contains("::"))
        }
        "branch" => {
            let known = [
                "-a",
                "-r",
                "-v",
                "-vv",
                "--list",
                "--show-current",
                "--all",
                "--remotes",
                "--merged",
                "--no-merged",
                "--contains",
                "--sort",
                "--format",
                "--points-at",
                "-l",
            ];
            only(&known)
                && (named.is_empty()
                    || asks(&["--list", "--merged", "--no-merged", "--contains", "--points-at"]))
        }
        "tag" => {
            let known = [
                "-l",
                "--list",
                "-n",
                "-n1",
                "-n3",
                "-n5",
                "-n10",
                "--sort",
                "--points-at",
                "--contains",
                "--format",
                "--merged",
            ];
            only(&known) && (named.is_empty() || asks(&["-l", "--list", "--merged"]))
        }
        "remote" => matches!(rest, [] | ["-v" | "--verbose"] | ["show", _] | ["get-url", _]),
        "stash" => matches!(rest, ["list" | "show", ..]),
        "worktree" | "notes" => matches!(rest, ["list", ..]),
        "bisect" => matches!(rest, ["log" | "view"]),
        "lfs" => matches!(rest, ["ls-files" | "env" | "status" | "version", ..]),
        "config" => {
            let listed = matches!(
                rest,
                ["--list" | "-l"] | ["--global" | "--local" | "--system", "--list" | "-l"]
            );
            let get = only(&["--get", "--global", "--local", "--get-all", "--system"]);
            listed || (get && (named.len() == 1 || rest.iter().any(|word| word.starts_with("--get"))))
        }
        "submodule" => matches!(rest, ["status"] | ["status", "--recursive"]),
        "symbolic-ref" => only(&["--short", "-q"]) && named.len() == 1,
        "reflog" => rest.is_empty() || rest.first() == Some(&"show"),
        "fsck" => !rest.iter().any(|word| word.starts_with("--lo")),
        "bundle" => matches!(rest, ["verify", _]),
        _ => false,
    }
}

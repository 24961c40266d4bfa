//! Docker and Compose.

use super::services::starts;
use super::{Thing, Twice, of_words, operands};

pub(super) fn of(program: &str, words: &[&str], depth: u32) -> Option<Twice> {
    match (program, words) {
        ("docker" | "podman", ["compose", rest @ ..]) | ("docker-compose" | "podman-compose", rest) => {
            compose(rest, depth)
        }
        ("docker" | "podman", ["container", rest @ ..]) => docker(rest, depth),
        ("docker" | "podman", ["image", rest @ ..]) => docker(rest, depth),
        ("docker" | "podman", rest) => docker(rest, depth),
        _ => None,
    }
}

fn compose(words: &[&str], depth: u32) -> Option<Twice> {
    let words = after_global(words)?;
    let (subcommand, rest) = words.split_first()?;
    let timed = ["-t", "--timeout"];
    match *subcommand {
        "stop" => operands(rest, &timed, &[]).map(|_| Twice::default()),
        "start" => operands(rest, &[], &[]).map(|_| starts()),
        "restart" => operands(rest, &timed, &["--no-deps"]).map(|_| starts()),
        // Volumes and images stay.
        "down" => operands(rest, &timed, &["--remove-orphans"]).map(|_| Twice::default()),
        "pull" => operands(rest, &[], &["-q", "--quiet", "--ignore-pull-failures"]).map(|_| images()),
        "build" => operands(rest, &[], &["--no-cache", "--pull", "-q", "--quiet"])
            .map(|_| starts().gives([Thing::Images])),
        "up" => up(rest),
        "exec" => exec(
            operands_before(rest, &["-T"], &["-u", "--user", "-w", "--workdir"])?,
            depth,
        ),
        _ => None,
    }
}

/// Only in the background, because it would not end otherwise. `--scale` and anonymous volumes are left to a person.
fn up(words: &[&str]) -> Option<Twice> {
    let flags = [
        "-d",
        "--detach",
        "--build",
        "--no-build",
        "--no-deps",
        "--force-recreate",
        "--no-recreate",
        "--remove-orphans",
        "--wait",
        "--quiet-pull",
    ];
    operands(words, &["-t", "--timeout", "--wait-timeout", "--pull"], &flags)?;
    let behind = words
        .iter()
        .any(|word| matches!(*word, "-d" | "--detach" | "--wait"));
    let builds = words.contains(&"--build") || words.iter().any(|word| word.starts_with("--pull"));
    behind.then(|| match builds {
        true => starts().gives([Thing::Images]),
        false => starts(),
    })
}

fn docker(words: &[&str], depth: u32) -> Option<Twice> {
    let (subcommand, rest) = words.split_first()?;
    let named =
        |valued: &[&str], flags: &[&str]| operands(rest, valued, flags).filter(|names| !names.is_empty());
    match *subcommand {
        "stop" => named(&["-t", "--time", "--timeout"], &[]).map(|_| Twice::default()),
        "start" => named(&[], &[]).map(|_| starts()),
        "restart" => named(&["-t", "--time", "--timeout"], &[]).map(|_| starts()),
        "pull" => named(&[], &["-q", "--quiet"]).map(|_| images()),
        "tag" => match rest {
            [from, to] if from != to => Some(Twice::takes([image(from)]).gives([image(to)])),
            _ => None,
        },
        "exec" => exec(
            operands_before(rest, &[], &["-u", "--user", "-w", "--workdir"])?,
            depth,
        ),
        _ => None,
    }
}

/// The command inside, behind the name of the container.
fn exec(words: &[&str], depth: u32) -> Option<Twice> {
    let [_, program, arguments @ ..] = words else {
        return None;
    };
    of_words(program, arguments, depth + 1)
}

fn image(name: &str) -> Thing {
    Thing::Image(name.strip_suffix(":latest").unwrap_or(name).to_owned())
}

fn images() -> Twice {
    Twice::default().gives([Thing::Images])
}

/// The words behind the options of Compose itself.
fn after_global<'a, 'b>(words: &'b [&'a str]) -> Option<&'b [&'a str]> {
    let valued = [
        "-f",
        "--file",
        "-p",
        "--project-name",
        "--profile",
        "--env-file",
        "--project-directory",
    ];
    operands_before(words, &[], &valued)
}

/// The words from the first on that is no option; `None` where an option is not known.
fn operands_before<'a, 'b>(words: &'b [&'a str], flags: &[&str], valued: &[&str]) -> Option<&'b [&'a str]> {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        let name = word.split_once('=').map_or(*word, |(name, _)| name);
        at += match (flags.contains(word), valued.contains(&name)) {
            (true, _) => 1,
            (false, true) => 1 + usize::from(name == *word),
            (false, false) => return None,
        };
    }
    words.get(at..)
}

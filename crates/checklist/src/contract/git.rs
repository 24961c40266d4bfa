//! Git: a revision that is the same the second time.

use super::{Thing, Twice, operands};

pub(super) fn of(program: &str, words: &[&str]) -> Option<Twice> {
    if program != "git" {
        return None;
    }
    let words = match words {
        ["-C", _, rest @ ..] => rest,
        words => words,
    };
    let (subcommand, rest) = words.split_first()?;
    let tree = || Twice::takes([Thing::Names]).gives([Thing::Files]);
    match *subcommand {
        "checkout" => {
            match operands(rest, &[], &["-f", "-q", "--force", "--quiet", "--detach"])?.as_slice() {
                [revision] if is_fixed(revision) => Some(tree()),
                [revision, paths @ ..] if is_fixed(revision) && rest.contains(&"--") && !paths.is_empty() => {
                    Some(tree())
                }
                _ => None,
            }
        }
        "switch" => match operands(rest, &[], &["-q", "--quiet", "--detach", "-d"])?.as_slice() {
            [revision] if is_fixed(revision) => Some(tree()),
            _ => None,
        },
        // It moves the branch, so that its name stands for something else afterwards.
        "reset" if rest.contains(&"--hard") => {
            match operands(rest, &[], &["--hard", "-q", "--quiet"])?.as_slice() {
                [] | ["HEAD"] => Some(Twice::default().gives([Thing::Files])),
                [revision] if is_fixed(revision) => Some(tree().gives([Thing::Names])),
                _ => None,
            }
        }
        "fetch" => {
            let flags = [
                "--all",
                "--tags",
                "--prune",
                "-p",
                "-q",
                "--quiet",
                "--force",
                "-f",
                "--prune-tags",
            ];
            let names = operands(rest, &["--depth"], &flags)?;
            let plain = names.iter().all(|name| !name.contains(':'));
            plain.then(|| Twice::default().gives([Thing::Names]))
        }
        _ => None,
    }
}

/// Whether a revision is counted from nothing that the command itself moves: `HEAD~1` is another one the second time, and
/// `-` goes back and forth.
fn is_fixed(revision: &str) -> bool {
    let upper = revision.to_uppercase();
    !revision.contains(['~', '^', '@', ':', '*', ' '])
        && !upper.ends_with("HEAD")
        && revision != "-"
        && revision != "."
}

//! Commands that read what must not be kept, or never stop.

use super::{Never, secrets};
use crate::shell::{Redirect, Simple};

/// Whether what a program prints may be kept, and it ends by itself.
pub fn look(name: &str, words: &[&str]) -> Result<(), Never> {
    let shown = || {
        let mut out = name.to_owned();
        let words = words.iter().take_while(|word| !word.starts_with('-')).take(2);
        words.for_each(|word| {
            out.push(' ');
            out.push_str(word);
        });
        out.replace(crate::word::FILLED, "…")
    };
    if secrets::prints(name, words) {
        return Err(Never::Secrets(shown()));
    }
    match endless(name, words) {
        true => Err(Never::Endless(shown())),
        false => Ok(()),
    }
}

fn endless(name: &str, words: &[&str]) -> bool {
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let letter = |letter: char| {
        words.iter().any(|word| {
            let short = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
            short.is_some_and(|rest| rest.contains(letter) && rest.chars().all(|c| c.is_ascii_alphanumeric()))
        })
    };
    let follow = words
        .iter()
        .any(|word| word.starts_with("--follow") && *word != "--follow=false");
    let operand = |wanted: &str| words.contains(&wanted);
    match name {
        // Longer than a deadline may be.
        "sleep" => !words
            .iter()
            .all(|word| word.parse::<f64>().is_ok_and(|seconds| seconds <= 3600.0)),
        _ if READERS.contains(&name) && words.iter().any(|word| device(word)) => true,
        "tail" => {
            follow || letter('f') || letter('F') || words.iter().any(|word| word.starts_with("--retry"))
        }
        "journalctl" => follow || letter('f'),
        "kubectl" | "oc" | "k" => {
            let watch = words
                .iter()
                .any(|word| word.starts_with("--watch") && *word != "--watch=false");
            let logs = operand("logs") && (follow || has(&["-f"]) || words.contains(&"-f=true"));
            let shorts = operand("get") && letter('w') && has(&["-w", "-Aw", "-wA", "-w=true"]);
            watch || logs || shorts || has(&["-w", "--watch-only"])
        }
        "docker" | "podman" | "nerdctl" | "docker-compose" => {
            (operand("events") && !words.iter().any(|word| word.starts_with("--until")))
                || (operand("logs") && (follow || has(&["-f"]) && behind_logs(words)))
                || (operand("stats") && !words.iter().any(|word| word.starts_with("--no-stream")))
        }
        "pm2" => operand("logs") && !has(&["--nostream"]) || operand("monit"),
        "wrangler" => operand("tail"),
        "dmesg" => has(&["-w", "-W", "--follow"]) || follow,
        "heroku" => operand("logs") && has(&["--tail", "-t"]),
        "aws" => operand("tail") && (follow || has(&["-f"])),
        "stern" | "kail" | "kubetail" => true,
        "az" => operand("tail"),
        "top" | "atop" => !letter('b') && !letter('l'),
        _ => false,
    }
}

/// What comes in from a device has no end.
pub fn input(stage: &Simple) -> Result<(), Never> {
    let endless = stage.redirects.iter().find_map(|redirect| match redirect {
        Redirect::Reads { file: Some(file) } if device(&file.filled) => Some(file),
        Redirect::Reads { .. } | Redirect::Writes { .. } => None,
    });
    endless.map_or(Ok(()), |file| Err(Never::Endless(file.raw.clone())))
}

/// Programs that read a file to its end, which a device does not have.
#[rustfmt::skip] // names in rows
const READERS: &[&str] = &[
    "cat", "wc", "sort", "uniq", "tail", "tac", "rev", "grep", "egrep", "fgrep", "rg", "sed", "awk", "gawk", "mawk", "tr", "cut", "nl",
    "od", "xxd", "hexdump", "strings", "base64", "base32", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shasum",
    "md5sum", "md5", "cksum", "b2sum", "cmp", "diff", "comm", "paste", "fold", "column", "jq", "yq", "expand", "unexpand",
];

/// A file below `/dev` that is not one of a process's own.
fn device(word: &str) -> bool {
    let own = word.starts_with("/dev/fd/") || word.starts_with("/dev/shm/");
    word.contains("/dev/")
        && !own
        && !matches!(word, "/dev/null" | "/dev/stdin" | "/dev/stdout" | "/dev/stderr")
}

/// `-f` before `logs` is a file of Compose.
fn behind_logs(words: &[&str]) -> bool {
    let at = words.iter().position(|word| *word == "logs").unwrap_or_default();
    words[at..].contains(&"-f")
}

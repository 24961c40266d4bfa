//! Words of a command that somebody must replace first: `YOUR_TOKEN`, `/path/to/app`, `{{tag}}`, `[version]`.

use super::run::Run;
use crate::phrases::Lower;

/// The first placeholder in a command. `<name>` is found where the command is rewritten.
pub fn of<'a>(run: &Run<'a>) -> Option<&'a str> {
    // What is searched, printed or formatted is no word to replace.
    let formats = run.has(&[
        "--format",
        "-f",
        "--template",
        "-w",
        "--write-out",
        "-o",
        "--jq",
        "--query",
        "-q",
    ]);
    let searches = matches!(
        run.program,
        "grep"
            | "egrep"
            | "fgrep"
            | "rg"
            | "ag"
            | "echo"
            | "printf"
            | "awk"
            | "sed"
            | "jq"
            | "yq"
            | "cut"
            | "tr"
            | "["
            | "test"
    );
    let mut words = run.words.iter().filter(|word| word.len() <= 400);
    if searches {
        return None;
    }
    words
        .find(|word| named(word) || (!formats && shaped(word)))
        .copied()
}

/// By its words.
fn named(word: &str) -> bool {
    if word.len() < 3 {
        return false;
    }
    let lower = Lower::of(word);
    let your = || {
        lower.match_indices("your").any(|(at, _)| {
            let before = lower[..at].chars().next_back();
            let after = lower[at + 4..].chars().next();
            !before.is_some_and(char::is_alphabetic)
                && after.is_some_and(|c| matches!(c, '-' | '_' | '.' | 'd' | 'a' | 'p' | 's'))
        })
    };
    let marks = [
        "path/to/",
        "xxxx",
        "replace_me",
        "replace-me",
        "changeme",
        "change_me",
        "yourdomain",
        "xxx.xxx",
    ];
    lower.contains("your") && your() || *lower == *"xxx" || lower.any(&marks) || example_host(&lower)
}

/// `example.com` and its like (RFC 2606), as a host.
pub fn example_host(lower: &Lower) -> bool {
    [
        "example.com",
        "example.org",
        "example.net",
        "example.io",
        "domain.com",
        "mydomain.",
        "yoursite.",
        "yourapp.",
    ]
    .iter()
    .filter(|host| lower.contains(host))
    .any(|host| {
        lower.match_indices(host).any(|(at, _)| {
            let before = lower[..at].chars().next_back();
            let after = lower[at + host.len()..].chars().next();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '-')
                && (host.ends_with('.') || !after.is_some_and(|c| c.is_alphanumeric() || c == '.'))
        })
    })
}

/// By its brackets.
fn shaped(word: &str) -> bool {
    let name = |inside: &str| {
        let inside = inside.trim();
        inside.len() >= 3
            && inside.starts_with(|c: char| c.is_ascii_alphabetic())
            && inside
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    let braces = word.find("{{").is_some_and(|at| {
        let github = word[..at].ends_with('$');
        let inside = word[at + 2..].split("}}").next().unwrap_or_default();
        !github && word[at..].contains("}}") && name(inside)
    });
    let inside = word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    braces || inside.is_some_and(name)
}

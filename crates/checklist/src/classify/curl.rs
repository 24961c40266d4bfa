//! `curl`: a GET that prints.

use super::{Effect, FILLED};

/// Long options of curl that take a value and do not change what a GET does.
#[rustfmt::skip] // names in rows
const CURL_VALUES: &[&str] = &[
    "--header", "--max-time", "--connect-timeout", "--user", "--user-agent", "--retry", "--retry-delay",
    "--retry-max-time", "--cacert", "--cert", "--key", "--cookie", "--referer", "--resolve",
    "--max-redirs", "--oauth2-bearer", "--range", "--limit-rate", "--unix-socket", "--interface",
    "--ciphers", "--tls-max", "--capath", "--noproxy",
];
/// Long options of curl without a value that do not change what a GET does.
#[rustfmt::skip] // names in rows
const CURL_FLAGS: &[&str] = &[
    "--silent", "--show-error", "--fail", "--fail-with-body", "--location", "--head", "--include",
    "--verbose", "--insecure", "--compressed", "--http1.1", "--http2", "--http3", "--ipv4", "--ipv6",
    "--get", "--no-progress-meter", "--retry-connrefused", "--tlsv1.0", "--tlsv1.1", "--tlsv1.2",
    "--tlsv1.3", "--no-buffer", "--version", "--progress-bar", "--retry-all-errors", "--disable",
    "--http2-prior-knowledge", "--globoff", "--path-as-is", "--no-keepalive", "--location-trusted",
    "--ssl-reqd",
];
/// Short options without and with a value, of the same kind.
const CURL_LETTERS: &str = "sSfLIivkG46gNq#0V";
const CURL_VALUED: &str = "HmuAber";

/// What `curl` does.
pub fn curl(words: &[&str]) -> Effect {
    let asks = words.iter().any(|word| {
        *word == "--get"
            || (word.starts_with('-')
                && !word.starts_with("--")
                && word[1..].chars().all(|c| CURL_LETTERS.contains(c))
                && word.contains('G'))
    });
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        let trouble = match word.strip_prefix("--") {
            Some(_) => long(word, &mut words, asks),
            None => match word.strip_prefix('-') {
                Some(letters) if !letters.is_empty() => short(letters, &mut words, asks),
                Some(_) | None => address(word),
            },
        };
        if let Some(effect) = trouble {
            return effect;
        }
    }
    Effect::Reads
}

fn long<'a>(word: &str, words: &mut impl Iterator<Item = &'a str>, asks: bool) -> Option<Effect> {
    match word {
        "--request" => method(words.next()),
        "--output" => output(words.next()),
        "--write-out" => format(words.next()),
        "--url" => address(words.next().unwrap_or_default()),
        _ if CURL_VALUES.contains(&word) => {
            words.next();
            None
        }
        _ if CURL_FLAGS.contains(&word) => None,
        _ if word.starts_with("--data") && asks => {
            words.next();
            None
        }
        _ if ["--data", "--form", "--json", "--upload"]
            .iter()
            .any(|sends| word.starts_with(sends)) =>
        {
            Some(Effect::changes(format!(
                "`curl {}` sends data",
                super::shown(word)
            )))
        }
        _ if word.starts_with("--remote-name") => Some(Effect::changes("`curl -O` writes a file")),
        _ => Some(Effect::unknown(format!(
            "`curl {}` is not known",
            super::shown(word)
        ))),
    }
}

/// A cluster of short options: the first that takes a value has the rest of the word, or the next word.
fn short<'a>(letters: &str, words: &mut impl Iterator<Item = &'a str>, asks: bool) -> Option<Effect> {
    for (at, letter) in letters.char_indices() {
        if CURL_LETTERS.contains(letter) {
            continue;
        }
        let rest = &letters[at + letter.len_utf8()..];
        let mut value = || if rest.is_empty() { words.next() } else { Some(rest) };
        return match letter {
            'X' => method(value()),
            'o' => output(value()),
            'w' => format(value()),
            letter if CURL_VALUED.contains(letter) => {
                value();
                None
            }
            'd' if asks => {
                value();
                None
            }
            'd' | 'F' => Some(Effect::changes(format!("`curl -{letter}` sends data"))),
            'T' => Some(Effect::changes("`curl -T` sends a file")),
            'O' | 'J' | 'c' | 'D' => Some(Effect::changes(format!("`curl -{letter}` writes a file"))),
            _ => Some(Effect::unknown(format!("`curl -{letter}` is not known"))),
        };
    }
    None
}

fn method(method: Option<&str>) -> Option<Effect> {
    match method {
        Some("GET" | "HEAD" | "OPTIONS") => None,
        Some(method) => Some(Effect::changes(format!(
            "`curl -X {}` changes its target",
            super::shown(method)
        ))),
        None => Some(Effect::unknown("`curl -X` names no method")),
    }
}

fn output(file: Option<&str>) -> Option<Effect> {
    match file {
        Some("/dev/null" | "-") => None,
        Some(_) | None => Some(Effect::changes("`curl -o` writes a file")),
    }
}

fn format(format: Option<&str>) -> Option<Effect> {
    let format = format.unwrap_or_default();
    let writes = format.starts_with(['@', FILLED]) || format.contains("%output");
    writes.then(|| Effect::unknown("the format of `curl -w` can write a file"))
}

/// Only the web: other schemes can carry commands to a server, and curl guesses some from the name of a host.
fn address(word: &str) -> Option<Effect> {
    let web = ["http://", "https://"]
        .iter()
        .any(|scheme| word.starts_with(scheme))
        || word.starts_with(FILLED);
    let lower = word.to_lowercase();
    let guessed = ["ftp.", "dict.", "ldap.", "imap.", "smtp.", "pop3.", "{", "["]
        .iter()
        .any(|start| lower.starts_with(start));
    let scheme = word.contains("://") && !web;
    if scheme || guessed {
        return Some(Effect::unknown("only http and https are known to read"));
    }
    acts(&lower).map(|verb| {
        Effect::unknown(format!(
            "the address names an act, `{}`, that a GET may do",
            super::shown(verb)
        ))
    })
}

/// The last part of an address, or its `action`, where that is a verb that changes something: many servers do it at a GET.
pub fn acts(address: &str) -> Option<&str> {
    let verbs = [
        "clear",
        "logout",
        "delete",
        "flush",
        "reset",
        "restart",
        "trigger",
        "seed",
        "migrate",
        "install",
        "unsubscribe",
        "shutdown",
        "reload",
        "purge",
        "invalidate",
        "deploy",
        "rollback",
        "reboot",
        "clear-cache",
        "cache-clear",
        "drop",
        "truncate",
        "quitquitquit",
    ];
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let last = path.trim_end_matches('/').rsplit_once('/').map(|(_, last)| last);
    let action = query.split('&').find_map(|pair| pair.strip_prefix("action="));
    [last, action]
        .into_iter()
        .flatten()
        .find(|word| verbs.contains(word))
}

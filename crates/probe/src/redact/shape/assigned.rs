//! Values that stand after the name of a secret.

use super::{Look, PASSWORD_BYTES, Shape, begins, found, undecided, upper, word};

/// Names after which a password stands, and names after which something of at least [`KEY_CHARS`] characters is a key.
const PASSWORDS: &[&str] = &["password", "passwd", "passphrase", "pwd"];
const KEYS: &[&str] = &[
    "secret",
    "token",
    "api_key",
    "api-key",
    "apikey",
    "secret_key",
    "access_key",
    "private_key",
];
const KEY_CHARS: usize = 8;

/// What follows `password=`, `"password": "`, `X-Api-Key: `.
pub(super) fn assigned(before: &[u8], rest: &[u8], ended: bool) -> Look<Shape> {
    let Some(&first) = rest.first() else {
        return Look::Nothing;
    };
    let unquoted = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'"));
    let quote = unquoted.and(before.last().copied());
    let text = unquoted.unwrap_or(before);
    let text = text.strip_suffix(b"\\").unwrap_or(text).trim_ascii_end();
    let (text, equals) = match text.split_last() {
        Some((b'=', text)) => (text, true),
        Some((b':', text)) => (text, false),
        _ => return Look::Nothing,
    };
    // `password = x` is a line of a file or of a program; only the address's form stands without quotes.
    if equals && quote.is_none() && before.last() != Some(&b'=') {
        return Look::Nothing;
    }
    let bare = if quote.is_some() {
        text.trim_ascii_end()
    } else {
        text
    };
    let name = bare.strip_suffix(b"\"").or_else(|| bare.strip_suffix(b"'"));
    let text = name.unwrap_or(bare);
    let text = text.strip_suffix(b"\\").unwrap_or(text);
    let length = text.iter().rev().take_while(|byte| word(**byte)).count();
    let key = String::from_utf8_lossy(&text[text.len() - length..]);
    let header = key.len() > 6 && (key.starts_with("X-") || key.starts_with("x-"));
    let named = equals || if quote.is_some() { name.is_some() } else { header };
    if !named {
        return Look::Nothing;
    }
    let part = match quote {
        Some(b'"') => in_double_quotes,
        Some(_) => in_single_quotes,
        None => bare_value,
    };
    if !part(first) || first == b'=' || matches!(key.as_ref(), "PWD" | "OLDPWD") {
        return Look::Nothing;
    }
    value(&key.to_lowercase(), rest, part, ended)
}

fn value(key: &str, rest: &[u8], part: fn(u8) -> bool, ended: bool) -> Look<Shape> {
    let run = rest
        .iter()
        .take(PASSWORD_BYTES)
        .take_while(|byte| part(**byte))
        .count();
    let (mask, least) = if PASSWORDS.iter().any(|name| key.ends_with(name)) {
        ("[password hidden]", 1)
    } else if KEYS.iter().any(|name| key.ends_with(name)) {
        ("[key hidden]", KEY_CHARS)
    } else {
        return Look::Nothing;
    };
    match no_secret(rest, run, ended) {
        Look::Found(()) => return Look::Nothing,
        Look::Open => return Look::Open,
        Look::Nothing => {}
    }
    match run >= least {
        true => found(run, mask, part),
        false => undecided(run, rest, ended),
    }
}

/// What is masked already, a variable's name, and a reference of an environment's file, though they stand in a secret's place.
pub(super) fn no_secret(rest: &[u8], run: usize, ended: bool) -> Look<()> {
    let value = &rest[..run];
    if rest.starts_with(b"[") {
        return match rest.iter().take(PASSWORD_BYTES).position(|byte| *byte == b']') {
            Some(end) if rest[..end].ends_with(b" hidden") || rest[..end].ends_with(b"not shown") => {
                Look::Found(())
            }
            None if rest.len() < PASSWORD_BYTES && !ended => Look::Open,
            Some(_) | None => Look::Nothing,
        };
    }
    if let Some(name) = value.strip_prefix(b"$") {
        let name = name.strip_suffix(b"@").unwrap_or(name);
        let variable = name
            .iter()
            .all(|byte| upper(*byte) || matches!(byte, b'_' | b'{' | b'}'));
        return match variable {
            true if run == rest.len() && !ended => Look::Open,
            true if !name.is_empty() => Look::Found(()),
            true | false => Look::Nothing,
        };
    }
    match begins(value, b"file:/", ended || run < rest.len()) {
        Look::Nothing => begins(value, b"env:", ended || run < rest.len()),
        reference => reference,
    }
}

fn bare_value(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && !matches!(byte, b'&' | b';' | b'"' | b'\'' | b'`' | b'<' | b'>')
}

fn in_double_quotes(byte: u8) -> bool {
    !matches!(byte, b'"' | b'\n')
}

fn in_single_quotes(byte: u8) -> bool {
    !matches!(byte, b'\'' | b'\n')
}

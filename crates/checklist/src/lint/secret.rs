//! Passwords, keys and tokens that are written out. Only what is one for sure is an error: a document that shows
//! how a line looks, with `your-password` or `postgres:postgres`, is none.

use super::{Findings, catalogue as c};
use crate::infer::words;
use crate::phrases::{Lower, Pairs};
use crate::shell::Simple;
use std::ops::Range;

/// How much a value looks like a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// A placeholder, a reference, a default that everybody knows.
    No,
    /// Somebody's word: it may be a password.
    Perhaps,
    /// Nobody invents this as an example.
    Sure,
}

/// Words of placeholders and of defaults that are no secret.
const SHOWN: &[&str] = &[
    "your",
    "example",
    "change",
    "replace",
    "placeholder",
    "xxx",
    "dummy",
    "sample",
    "insert",
    "todo",
    "fixme",
    "redacted",
    "generate",
    "random",
    "secret",
    "passw",
    "token",
    "-here",
    "_here",
    "test",
    "demo",
    "fake",
    "mock",
    "foo",
    "none",
    "null",
    "true",
    "false",
    "empty",
    "default",
    "mysql",
    "postgres",
    "root",
    "admin",
    "user",
    "guest",
    "minio",
    "redis",
    "value",
    "string",
    "chars",
    "enter",
    "same-as",
    "....",
    "****",
    "my-",
    "my_",
    "----",
    "some",
    "12345",
    "abcde",
    "api-key",
    "api_key",
    "apikey",
    "db_pass",
    "strong",
    "secure",
    "<",
    ">",
    "$",
    "{",
    "[",
    "`",
    "*",
    "…",
    "(",
    "%",
];

/// How much a value looks like a secret.
pub fn strength(value: &str) -> Strength {
    let value = value.trim_matches(['"', '\'', ' ', ',', ';']);
    let shown = Lower::of(value).any(SHOWN);
    if shown
        || value.len() < 6
        || value.len() > 4096
        || value.contains(char::is_whitespace)
        || !value.is_ascii()
    {
        return Strength::No;
    }
    let place = value.contains("://") || value.starts_with(['/', '.', '~', '@']) || value.contains(".com");
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if place || digits == value.len() {
        return Strength::No;
    }
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let sure = value.len() >= 16 && digits >= 3 && letters >= 3 && distinct(value) >= 8 && !runs(value);
    if sure { Strength::Sure } else { Strength::Perhaps }
}

fn distinct(value: &str) -> usize {
    let mut seen = [false; 256];
    value.bytes().for_each(|byte| seen[usize::from(byte)] = true);
    seen.iter().filter(|seen| **seen).count()
}

/// Five letters or digits that follow each other, or are the same one: nobody's real key.
fn runs(value: &str) -> bool {
    value.as_bytes().windows(5).any(|five| {
        let same = five.iter().all(|byte| *byte == five[0]);
        same || five.windows(2).all(|two| two[1] == two[0].wrapping_add(1))
    })
}

/// Whether a name is that of a password or a key: its last word says so. `TOKEN_TTL` and `NEXT_PUBLIC_KEY` are none.
pub fn is_secret(name: &str) -> bool {
    let upper = name
        .trim_start_matches('-')
        .to_uppercase()
        .replace(['-', '.'], "_");
    let words: Vec<&str> = upper.split('_').filter(|word| !word.is_empty()).collect();
    let open = ["PUBLIC", "PUBLISHABLE", "ANON", "VITE"]
        .iter()
        .any(|word| words.contains(word));
    let Some((last, before)) = words.split_last().filter(|_| !open) else {
        return false;
    };
    let key = |kind: &&str| {
        matches!(
            *kind,
            "API"
                | "PRIVATE"
                | "SECRET"
                | "ACCESS"
                | "ENCRYPTION"
                | "SIGNING"
                | "MASTER"
                | "AUTH"
                | "ROLE"
                | "APP"
        )
    };
    match *last {
        "PASSWORD" | "PASSWD" | "PASSPHRASE" | "SECRET" | "TOKEN" | "APIKEY" | "CREDENTIAL"
        | "CREDENTIALS" | "PWD" => upper != "PWD" && upper != "OLDPWD",
        "PASS" => !before.is_empty(),
        "KEY" => before.last().is_some_and(key),
        "BASE" => upper.ends_with("SECRET_KEY_BASE"),
        "AUTH" => upper == "REDISCLI_AUTH",
        _ => false,
    }
}

/// Tokens that show by their shape what they are: the beginning, the fewest characters after it, the most.
const TOKENS: &[(&str, usize, usize)] = &[
    ("AKIA", 16, 16),
    ("ASIA", 16, 16),
    ("ghp_", 36, 36),
    ("gho_", 36, 36),
    ("ghs_", 36, 36),
    ("github_pat_", 50, 100),
    ("glpat-", 20, 30),
    ("sk_live_", 20, 120),
    ("rk_live_", 20, 120),
    ("xoxb-", 30, 90),
    ("xoxp-", 30, 90),
    ("npm_", 36, 36),
    ("hf_", 34, 34),
    ("sk-ant-", 40, 200),
    ("sk-proj-", 40, 200),
    ("dop_v1_", 64, 64),
    ("shpat_", 32, 32),
    ("SG.", 50, 80),
];

/// Bytes of the shortest token.
const SHORTEST: usize = 20;

/// The first token in a text.
pub fn token(text: &str) -> Option<Range<usize>> {
    if text.len() < SHORTEST {
        return None;
    }
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let pairs = Pairs::of(text);
    TOKENS.iter().find_map(|(start, least, most)| {
        let at = pairs.may_hold(start).then(|| text.find(start)).flatten()?;
        let before = text[..at].chars().next_back();
        let end = text[at..].find(|c| !part(c)).map_or(text.len(), |end| at + end);
        let body = &text[at + start.len()..end];
        let fits = (*least..=*most).contains(&body.len()) && !before.is_some_and(part);
        let real = distinct(body) >= 8
            && !runs(body)
            && !shown(body)
            && body.bytes().any(|byte| byte.is_ascii_digit());
        (fits && real).then_some(at..end)
    })
}

fn shown(body: &str) -> bool {
    Lower::of(body).any(&["example", "your", "xxx", "test", "placeholder", "here", "..."])
}

/// Looks at a command.
pub fn command(stage: &Simple, words: &[&str], span: &Range<usize>, findings: &mut Findings) {
    let literal = |word: &crate::word::Word| word.literal.clone().unwrap_or_default();
    let mut worst = Strength::No;
    let mut see = |value: &str| worst = worst.max(strength(value));
    for (name, value) in &stage.assignments {
        if is_secret(name) {
            see(&literal(value));
        }
    }
    for word in words {
        if let Some((name, value)) = word.split_once('=')
            && is_secret(name.rsplit([' ', '&', '?', ':']).next().unwrap_or(name))
        {
            see(value);
        }
        if let Some(password) = in_address(word) {
            see(password);
        }
        if let Some((name, value)) = word.split_once(": ") {
            let value = value
                .trim()
                .trim_start_matches("Bearer ")
                .trim_start_matches("Basic ");
            if name.eq_ignore_ascii_case("authorization") || is_secret(name) {
                see(value);
            }
        }
    }
    for pair in words.windows(2) {
        let named = pair[0].starts_with("--")
            && !pair[0].contains('=')
            && is_secret(pair[0])
            && !pair[1].starts_with('-');
        let asked = stage
            .words
            .first()
            .is_some_and(|word| matches!((word.raw.as_str(), pair[0]), ("redis-cli" | "valkey-cli", "-a")));
        if named || asked {
            see(pair[1]);
        }
        if matches!(words[0], "curl" | "http")
            && matches!(pair[0], "-u" | "--user")
            && let Some((_, password)) = pair[1].split_once(':')
        {
            see(password);
        }
    }
    if matches!(words.first(), Some(&("mysql" | "mysqldump" | "mysqladmin"))) {
        words
            .iter()
            .filter_map(|word| word.strip_prefix("-p"))
            .for_each(&mut see);
    }
    if words.iter().any(|word| token(word).is_some()) {
        worst = Strength::Sure;
    }
    report(worst, "the command", span, findings);
}

/// The password of `postgres://user:password@host`, of a host that is somebody's.
fn in_address(word: &str) -> Option<&str> {
    let (_, rest) = word.split_once("://")?;
    let (user, host) = rest.split('/').next()?.rsplit_once('@')?;
    let here = matches!(
        host.split(':').next(),
        Some("localhost" | "127.0.0.1" | "db" | "host")
    ) || host.contains("example");
    user.split_once(':')
        .map(|(_, password)| password)
        .filter(|_| !here)
}

fn report(strength: Strength, place: &str, span: &Range<usize>, findings: &mut Findings) {
    match strength {
        Strength::No => {}
        Strength::Perhaps => findings.add(
            &c::PERHAPS_SECRET,
            span.clone(),
            format!("something like a password is written into {place}"),
        ),
        Strength::Sure => findings.add(
            &c::SECRET,
            span.clone(),
            format!("a password or a key is written into {place}"),
        ),
    }
}

/// Looks at inline code such as `` `API_KEY=…` ``.
pub fn assignment(code: &str, span: &Range<usize>, findings: &mut Findings) {
    if let Some((key, value)) = words::assignment(code) {
        if is_secret(key) {
            report(strength(value), "the document", span, findings);
        } else if let Some(password) = in_address(value) {
            report(strength(password), "the document", span, findings);
        }
    }
}

/// Looks at running text.
pub fn text(text: &str, span: &Range<usize>, findings: &mut Findings) {
    if token(text).is_some() {
        report(Strength::Sure, "the document", span, findings);
    }
}

/// Looks at a line of a block of code that is no command: `.env`, YAML, JSON. `next` is the line after it.
pub fn line(line: &str, next: Option<&str>, span: &Range<usize>, findings: &mut Findings) {
    let text = line.trim();
    if text.len() > 8192 {
        return;
    }
    let key = text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----");
    let body = next
        .map(str::trim)
        .is_some_and(|next| next.len() >= 40 && distinct(next) >= 12 && !runs(next) && !next.contains("..."));
    let pair = text.split_once('=').or_else(|| text.split_once(':'));
    let assigned = pair.map_or(Strength::No, |(name, value)| {
        let name = ["export ", "- ", "set ", "$env:", "$"]
            .iter()
            .fold(name.trim(), |name, lead| name.trim_start_matches(lead))
            .trim_matches(['"', '\'']);
        let word = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let value = value.split(" #").next().unwrap_or(value).trim();
        match word && !text.starts_with('#') && value.chars().all(|c| !c.is_whitespace()) {
            true if is_secret(name) => strength(value),
            true => in_address(value).map_or(Strength::No, strength),
            false => Strength::No,
        }
    });
    let sure = token(text).is_some() || (key && body);
    report(
        if sure { Strength::Sure } else { assigned },
        "the document",
        span,
        findings,
    );
}

#[cfg(test)]
mod tests;

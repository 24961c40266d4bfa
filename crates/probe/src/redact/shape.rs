//! What shows by its shape, or by the name before it, that it is a secret, though no environment names it.

use super::{Look, masker::Rest};
use assigned::{assigned, no_secret};

mod assigned;

/// A secret at the present place: its first bytes, what is shown for it, and how far it goes on.
pub(super) struct Shape {
    pub length: usize,
    pub mask: &'static str,
    pub rest: Option<Rest>,
}

/// A token: how it begins, the fewest characters after that, whether it has no more than these, and what it is made of.
struct Token(&'static str, usize, bool, fn(u8) -> bool);

const TOKENS: &[Token] = &[
    Token("AKIA", 16, true, upper),
    Token("ASIA", 16, true, upper),
    Token("ghp_", 36, false, letter),
    Token("gho_", 36, false, letter),
    Token("ghu_", 36, false, letter),
    Token("ghs_", 36, false, letter),
    Token("ghr_", 36, false, letter),
    Token("github_pat_", 50, false, word),
    Token("glpat-", 20, false, word),
    Token("sk_live_", 20, false, letter),
    Token("rk_live_", 20, false, letter),
    Token("xoxa-", 20, false, word),
    Token("xoxb-", 20, false, word),
    Token("xoxp-", 20, false, word),
    Token("xoxr-", 20, false, word),
    Token("xoxs-", 20, false, word),
    Token("npm_", 36, false, letter),
    Token("hf_", 34, false, letter),
    Token("sk-ant-", 40, false, word),
    Token("sk-proj-", 40, false, word),
    Token("dop_v1_", 64, false, letter),
    Token("shpat_", 32, false, letter),
    Token("SG.", 50, false, dotted),
];

/// The longest user, password of an address, and header of a signed token that are recognised, in bytes.
const USER_BYTES: usize = 64;
const PASSWORD_BYTES: usize = 256;
const HEADER_BYTES: usize = 2048;

/// What stands at the beginning of `rest`, after `before`.
pub(super) fn at(before: &[u8], rest: &[u8], ended: bool) -> Look<Shape> {
    let last = before.last().copied();
    if !last.is_some_and(joins) {
        let look = match rest.first() {
            Some(b'-') => key_block(rest, ended),
            Some(b'e') => signed(rest, ended),
            _ => token(rest, ended),
        };
        if !matches!(look, Look::Nothing) {
            return look;
        }
    }
    match last {
        Some(b':') => in_address(before, rest, ended),
        Some(b' ') => match authorization(before, rest, ended) {
            Look::Nothing => assigned(before, rest, ended),
            found => found,
        },
        Some(b'=' | b'"' | b'\'') => assigned(before, rest, ended),
        _ => Look::Nothing,
    }
}

/// Whether a secret could begin with `first` after `last`; most bytes of most streams say no.
pub(super) fn possible(last: Option<u8>, first: u8) -> bool {
    let begins = matches!(first, b'-' | b'A' | b'S' | b'd'..=b'x') && !last.is_some_and(joins);
    begins || matches!(last, Some(b':' | b' ' | b'=' | b'"' | b'\''))
}

/// Whether what follows this byte is of the same word.
fn joins(byte: u8) -> bool {
    letter(byte) || byte == b'_'
}

/// Whether `rest` begins with these bytes.
pub(super) fn begins(rest: &[u8], with: &[u8], ended: bool) -> Look<()> {
    if rest.starts_with(with) {
        Look::Found(())
    } else if !ended && with.starts_with(rest) {
        Look::Open
    } else {
        Look::Nothing
    }
}

/// In any case.
fn ends_with(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// `-----END RSA PRIVATE KEY-----`
pub(super) fn end_of_key(byte: u8) -> bool {
    byte.is_ascii_uppercase() || matches!(byte, b'-' | b' ')
}

fn found(length: usize, mask: &'static str, rest: fn(u8) -> bool) -> Look<Shape> {
    Look::Found(Shape {
        length,
        mask,
        rest: Some(Rest::While(rest)),
    })
}

/// What has come is not enough to know.
fn undecided(reached: usize, rest: &[u8], ended: bool) -> Look<Shape> {
    if reached >= rest.len() && !ended {
        Look::Open
    } else {
        Look::Nothing
    }
}

fn token(rest: &[u8], ended: bool) -> Look<Shape> {
    for Token(prefix, least, exact, part) in TOKENS {
        match begins(rest, prefix.as_bytes(), ended) {
            Look::Nothing => continue,
            Look::Open => return Look::Open,
            Look::Found(()) => {}
        }
        let count = rest[prefix.len()..]
            .iter()
            .take_while(|byte| part(**byte))
            .count();
        let reached = prefix.len() + count;
        return match (count >= *least, *exact) {
            (true, false) => found(reached, "[token hidden]", *part),
            // A longer word is something else.
            (true, true) if count == *least && (reached < rest.len() || ended) => {
                found(reached, "[token hidden]", *part)
            }
            _ if count > *least => Look::Nothing,
            _ => undecided(reached, rest, ended),
        };
    }
    Look::Nothing
}

/// A JSON web token: two parts of base64 that begin with `{"`, and what follows.
fn signed(rest: &[u8], ended: bool) -> Look<Shape> {
    match begins(rest, b"eyJ", ended) {
        Look::Nothing => return Look::Nothing,
        Look::Open => return Look::Open,
        Look::Found(()) => {}
    }
    let header = rest
        .iter()
        .take(HEADER_BYTES)
        .take_while(|byte| word(**byte))
        .count();
    if header == HEADER_BYTES || header < rest.len() && (header < 12 || rest[header] != b'.') {
        return Look::Nothing;
    }
    let body = &rest[rest.len().min(header + 1)..];
    match begins(body, b"eyJ", ended) {
        Look::Nothing => Look::Nothing,
        Look::Open => undecided(rest.len(), rest, ended),
        Look::Found(()) => found(header + 4, "[token hidden]", dotted),
    }
}

/// `-----BEGIN … PRIVATE KEY-----`
fn key_block(rest: &[u8], ended: bool) -> Look<Shape> {
    match begins(rest, b"-----BEGIN ", ended) {
        Look::Nothing => return Look::Nothing,
        Look::Open => return Look::Open,
        Look::Found(()) => {}
    }
    let name = &rest[11..];
    let length = name
        .iter()
        .take(32)
        .take_while(|byte| byte.is_ascii_uppercase() || **byte == b' ')
        .count();
    if name[..length].ends_with(b"PRIVATE KEY") && name.len() > length
        || name[..length].ends_with(b"PRIVATE KEY BLOCK")
    {
        return Look::Found(Shape {
            length: 11
                + length
                + name[length..]
                    .iter()
                    .take(5)
                    .take_while(|byte| **byte == b'-')
                    .count(),
            mask: "[private key hidden]",
            rest: Some(Rest::KEY),
        });
    }
    undecided(11 + length, rest, ended)
}

/// The password of `scheme://user:password@host`.
fn in_address(before: &[u8], rest: &[u8], ended: bool) -> Look<Shape> {
    let before = &before[..before.len() - 1];
    let user = before
        .iter()
        .rev()
        .take(USER_BYTES + 1)
        .take_while(|byte| part_of_address(**byte) && !matches!(byte, b'@' | b':'))
        .count();
    if user > USER_BYTES || !before[..before.len() - user].ends_with(b"://") {
        return Look::Nothing;
    }
    let run = rest
        .iter()
        .take(PASSWORD_BYTES)
        .take_while(|byte| part_of_address(**byte))
        .count();
    if run == rest.len() && run < PASSWORD_BYTES && !ended {
        return Look::Open;
    }
    match rest[..run].iter().rposition(|byte| *byte == b'@') {
        None | Some(0) => Look::Nothing,
        Some(length) if matches!(no_secret(&rest[..length], length, true), Look::Found(())) => Look::Nothing,
        Some(length) => Look::Found(Shape {
            length,
            mask: "[password hidden]",
            rest: None,
        }),
    }
}

/// What follows `Authorization: Bearer `, or `Bearer ` where it does not look like a word.
fn authorization(before: &[u8], rest: &[u8], ended: bool) -> Look<Shape> {
    const MASK: &str = "[authorization hidden]";
    let text = before.trim_ascii_end();
    let scheme = [b"bearer".as_slice(), b"basic", b"token", b"apikey"]
        .into_iter()
        .find(|scheme| ends_with(text, scheme));
    let Some(scheme) = scheme else {
        return Look::Nothing;
    };
    let run = rest.iter().take(64).take_while(|byte| token68(**byte)).count();
    let name = text[..text.len() - scheme.len()]
        .trim_ascii_end()
        .iter()
        .rposition(|byte| !matches!(byte, b'"' | b'\'' | b':' | b'=' | b' ' | b'\\'));
    if run > 0 && name.is_some_and(|end| ends_with(&text[..=end], b"authorization")) {
        return found(1, MASK, token68);
    }
    let random = |run: &[u8]| {
        run.iter().any(u8::is_ascii_digit)
            || run.iter().any(u8::is_ascii_lowercase) && run[1..].iter().any(u8::is_ascii_uppercase)
    };
    match scheme {
        b"bearer" if run >= 16 && random(&rest[..run]) => found(run, MASK, token68),
        b"bearer" if run < 64 => undecided(run, rest, ended),
        _ => Look::Nothing,
    }
}

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn dotted(byte: u8) -> bool {
    word(byte) || byte == b'.'
}

/// RFC 7235.
fn token68(byte: u8) -> bool {
    dotted(byte) || matches!(byte, b'~' | b'+' | b'/' | b'=')
}

fn part_of_address(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\'
        )
        || !byte.is_ascii()
}

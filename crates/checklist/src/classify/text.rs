//! `sed` and `awk`: scripts that only print.

use super::{Effect, FILLED, has};

/// Reading forms only: known options, and no command in a script that writes, reads or executes.
pub fn sed(words: &[&str]) -> Effect {
    if has(words, Some('i'), "in-place") {
        return Effect::changes("`sed -i` edits a file");
    }
    let mut scripts: Vec<&str> = Vec::new();
    let mut operands: Vec<&str> = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            "-e" | "-ne" | "--expression" => scripts.extend(rest.next()),
            "-n" | "-E" | "-r" | "-nE" | "-nr" | "-En" | "-z" | "-u" | "--quiet" | "--silent"
            | "--regexp-extended" => {}
            word if word.starts_with('-') => return Effect::unknown("this option of `sed` is not known"),
            word => operands.push(word),
        }
    }
    if scripts.is_empty() {
        scripts.extend(operands.first());
    }
    let known = !scripts.is_empty() && scripts.iter().all(|script| prints(script));
    Effect::reads_if(known, "this form of `sed` is not known")
}

/// Addresses with `p`, `d`, `q` or `=`, or one substitution without a flag that writes or executes.
fn prints(script: &str) -> bool {
    if script.is_empty() || script.contains([FILLED, '\n', '{', '}']) {
        return false;
    }
    let command = after_address(script);
    let command = match command.strip_prefix(',') {
        Some(second) => after_address(second),
        None => command,
    };
    let command = command.trim().trim_start_matches('!').trim();
    let simple = command.split(';').all(|part| {
        let part = part.trim();
        let part = part.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '$'));
        matches!(part.trim(), "p" | "d" | "q" | "=" | "!d" | "!p" | "")
    });
    (simple && !command.is_empty()) || substitutes(command)
}

/// What follows a line number, `$` or `/pattern/` at the start.
fn after_address(script: &str) -> &str {
    let numbers = script.trim_start_matches(|c: char| c.is_ascii_digit() || c == '$' || c == '~');
    match numbers.strip_prefix('/') {
        Some(pattern) => match unescaped(pattern, '/') {
            Some(end) => pattern[end + 1..].trim_start_matches('I'),
            None => script,
        },
        None => numbers,
    }
}

fn unescaped(text: &str, mark: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == mark => return Some(at),
            _ => {}
        }
    }
    None
}

fn substitutes(command: &str) -> bool {
    let Some(mark) = command.strip_prefix('s').and_then(|rest| rest.chars().next()) else {
        return false;
    };
    if mark.is_alphanumeric() || matches!(mark, '\\' | ';' | ' ') {
        return false;
    }
    let body = &command[1 + mark.len_utf8()..];
    let flags = unescaped(body, mark).and_then(|end| {
        let replacement = &body[end + mark.len_utf8()..];
        unescaped(replacement, mark).map(|end| &replacement[end + mark.len_utf8()..])
    });
    flags.is_some_and(|flags| {
        flags
            .chars()
            .all(|c| matches!(c, 'g' | 'i' | 'I' | 'p') || c.is_ascii_digit())
    })
}

/// A program that neither runs, writes nor reads anything by itself.
pub fn awk(words: &[&str]) -> Effect {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        at += match *word {
            "-F" | "-v" => 2,
            word if word.starts_with("-F") => 1,
            _ => return Effect::unknown("an option of `awk` can run or edit something"),
        };
    }
    let program = words.get(at).copied().unwrap_or_default().replace("||", " ");
    let acts = [
        "system",
        "|",
        "getline",
        "close",
        "@",
        "include",
        "load",
        "extension",
    ];
    let redirects = program.contains('>') && program.contains("print");
    let known = !program.trim().is_empty() && !program.contains(FILLED);
    let safe = known && !redirects && !acts.iter().any(|act| program.contains(act));
    Effect::reads_if(safe, "this form of `awk` can write or run something")
}

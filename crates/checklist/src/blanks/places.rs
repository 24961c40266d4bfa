//! Where the blanks of a line are.

use std::ops::Range;

/// Longest text between brackets that can be a blank, in bytes.
const LONGEST: usize = 40;

/// The blanks of a line, in order: three or more underscores (which Markdown may escape) that are no part of a word and not
/// all of the line, and brackets that ask for something: `[YOUR NAME]`, `[Date]`.
pub fn places(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let rule = || line.trim().bytes().all(|byte| matches!(byte, b'_' | b' '));
    if !line.contains(['_', '[']) || rule() {
        return found;
    }
    let bytes = line.as_bytes();
    let (mut at, mut code) = (0, false);
    while at < bytes.len() {
        match bytes[at] {
            b'`' => code = !code,
            b'_' | b'\\' => {
                if let Some(end) = underscores(line, at) {
                    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                    if !word(line[..at].chars().next_back()) && !word(line[end..].chars().next()) {
                        found.push(at..end);
                    }
                    at = end;
                    continue;
                }
                // A shorter run is no blank, and neither is its end.
                at += bytes[at..]
                    .iter()
                    .take_while(|byte| **byte == b'_')
                    .count()
                    .max(1);
                continue;
            }
            b'[' if !code => {
                if let Some(end) = bracket(line, at) {
                    found.push(at..end);
                    at = end;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The end of a run of three or more underscores that begins here.
fn underscores(line: &str, start: usize) -> Option<usize> {
    let (mut end, mut count) = (start, 0);
    let bytes = line.as_bytes();
    loop {
        match bytes.get(end..) {
            Some([b'_', ..]) => end += 1,
            Some([b'\\', b'_', ..]) => end += 2,
            _ => break,
        }
        count += 1;
    }
    (count >= 3).then_some(end)
}

/// The end of brackets that ask for something.
fn bracket(line: &str, start: usize) -> Option<usize> {
    let before = line[..start].chars().next_back();
    let inside = &line[start + 1..];
    let inside = &inside[..inside.floor_char_boundary(LONGEST)];
    let length = inside.find([']', '['])?;
    let end = start + 1 + length + 1;
    let closed = inside[length..].starts_with(']');
    // A link, a reference, an index.
    let other = line[end..].starts_with(['(', '[', ':'])
        || before.is_some_and(|c| matches!(c, '!' | ']') || c.is_alphanumeric());
    (closed && !other && asks(&inside[..length])).then_some(end)
}

/// Whether words between brackets ask for something; tags such as `[BLOCKER]` do not.
fn asks(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    let words: Vec<&str> = lower.split([' ', '_', '-', '/']).collect();
    let asking = ["your", "insert", "enter", "fill", "add"];
    let wanted = [
        "name",
        "date",
        "time",
        "version",
        "email",
        "number",
        "url",
        "id",
        "hash",
        "phone",
        "person",
        "ticket",
        "link",
        "signature",
        "yyyy",
        "dd",
        "commit",
        "tag",
    ];
    let plain = lower
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '/' | ':'));
    let first = words.first().copied().unwrap_or_default();
    let last = words.last().copied().unwrap_or_default();
    plain && (asking.contains(&first) && words.len() > 1 || wanted.contains(&last) && words.len() <= 4)
}

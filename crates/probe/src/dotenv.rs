//! `.env` files, as Docker Compose and the usual libraries read them.

/// A line that sets a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The line where it begins, from 1.
    pub line: usize,
    /// The line where it ends: a quoted value may go on over several.
    pub last_line: usize,
    /// The variable.
    pub key: String,
    /// The value, without its quotes and comment.
    pub value: String,
    /// The value has a `$` that the reader of the file would fill in.
    pub refers: bool,
}

/// Every setting in order, and the lines that are none (from 1). Never fails; bytes that are not UTF-8 are replaced.
pub(crate) fn parse(content: &[u8]) -> (Vec<Setting>, Vec<usize>) {
    let text = String::from_utf8_lossy(content);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut lines = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .enumerate();
    let (mut settings, mut strange) = (Vec::new(), Vec::new());
    while let Some((index, line)) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let bare = trimmed
            .strip_prefix("export ")
            .or_else(|| trimmed.strip_prefix("export\t"))
            .unwrap_or(trimmed);
        let Some((key, written)) = bare.split_once('=').filter(|(key, _)| is_key(key.trim())) else {
            strange.push(index + 1);
            continue;
        };
        let mut written = written.trim_start().to_owned();
        let mut last = index;
        if let Some(quote) = written.chars().next().filter(|c| ['"', '\''].contains(c)) {
            // A quoted value may go on over several lines; one that never ends is not read past its line.
            let mut ahead = lines.clone();
            let mut whole = written.clone();
            let mut end = index;
            while closing(&whole, quote).is_none() {
                let Some((at, next)) = ahead.next() else { break };
                end = at;
                whole.push('\n');
                whole.push_str(next);
            }
            if closing(&whole, quote).is_some() {
                (written, lines, last) = (whole, ahead, end);
            } else {
                strange.push(index + 1);
            }
        }
        let (value, refers) = value_of(&written);
        settings.push(Setting {
            line: index + 1,
            last_line: last + 1,
            key: key.trim().to_owned(),
            value,
            refers,
        });
    }
    (settings, strange)
}

fn is_key(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ['_', '.', '-'].contains(&c);
    !key.is_empty() && !key.starts_with(|c: char| c.is_ascii_digit()) && key.chars().all(plain)
}

/// The byte where the quote that `text` begins with is closed.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if character == '\\' && quote == '"' {
            escaped = true;
        } else if character == quote {
            return Some(at);
        }
    }
    None
}

fn value_of(written: &str) -> (String, bool) {
    for quote in ['"', '\''] {
        if written.starts_with(quote)
            && let Some(end) = closing(written, quote)
        {
            let inner = &written[1..end];
            return if quote == '"' {
                unescaped(inner)
            } else {
                (inner.to_owned(), false)
            };
        }
    }
    // Without quotes a comment begins at a # after white space.
    let comment = written
        .char_indices()
        .find(|(at, c)| *c == '#' && (*at == 0 || written[..*at].ends_with([' ', '\t'])));
    let value = comment.map_or(written, |(at, _)| &written[..at]).trim_end();
    (value.to_owned(), value.contains('$'))
}

fn unescaped(inner: &str) -> (String, bool) {
    let mut value = String::with_capacity(inner.len());
    let mut refers = false;
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        refers |= character == '$';
        if character != '\\' {
            value.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => value.push('\n'),
            Some('r') => value.push('\r'),
            Some('t') => value.push('\t'),
            Some(plain @ ('"' | '\\' | '$' | '\'')) => value.push(plain),
            Some(other) => value.extend(['\\', other]),
            None => value.push('\\'),
        }
    }
    (value, refers)
}

pub(crate) mod edit;

#[cfg(test)]
mod tests;

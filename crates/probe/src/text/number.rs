//! Numbers with units in a text: `512mb`, `12.5 ms`, `1,234`, `93 %`.

use domain::quantity::Unit;

/// A number of a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// As written.
    pub written: String,
    /// In the base unit that was asked for, or why it has none.
    pub value: Result<f64, &'static str>,
    /// It is written without a unit.
    pub bare: bool,
}

/// The last number of `text`, read as `unit`. Digits within a word, a version or a time of day are no number.
pub(crate) fn last(text: &str, unit: Unit) -> Option<Found> {
    let mut found = None;
    let mut at = 0;
    while let Some(start) = text[at..]
        .find(|c: char| c.is_ascii_digit())
        .map(|offset| at + offset)
    {
        let (token, end) = token(text, start);
        if let Some(token) = token {
            found = Some(read(token, unit));
        }
        at = end;
    }
    found
}

struct Token<'a> {
    written: &'a str,
    number: String,
    unit: &'a str,
}

/// The number whose first digit stands at `start`, if it is one, and where to go on.
fn token(text: &str, start: usize) -> (Option<Token<'_>>, usize) {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        from + bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut end = digits(start);
    // Thousands are grouped by three; any other comma ends the number.
    if end - start <= 3 {
        while bytes.get(end) == Some(&b',') && digits(end + 1) == end + 4 {
            end += 4;
        }
    }
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digits(end + 1 + sign) > end + 1 + sign {
            end = digits(end + 1 + sign);
        }
    }
    let before = text[..start].chars().next_back();
    let signed = before.is_some_and(|c| ['-', '+'].contains(&c))
        && !text[..start - 1].ends_with(|c: char| c.is_alphanumeric() || ['-', '+', '_', '.'].contains(&c));
    let first = if signed { start - 1 } else { start };
    let (unit, unit_end) = unit_after(text, end);
    let within_a_word =
        !signed && before.is_some_and(|c| c.is_alphanumeric() || ['_', '.', '-', '+'].contains(&c));
    let goes_on = match text[unit_end..].chars().next() {
        Some('.') => bytes.get(unit_end + 1).is_some_and(u8::is_ascii_digit),
        Some(':' | '-') => bytes.get(unit_end + 1).is_some_and(u8::is_ascii_digit),
        Some(next) => next.is_alphanumeric() || next == '_',
        None => false,
    };
    let after_a_time = before == Some(':') && text[..start - 1].ends_with(|c: char| c.is_ascii_digit());
    if within_a_word || goes_on || after_a_time {
        return (None, word_end(text, unit_end));
    }
    let number = text[first..end].replace([',', '+'], "");
    (
        Some(Token {
            written: text[first..unit_end].trim_end(),
            number,
            unit,
        }),
        unit_end.max(end),
    )
}

/// Where the word that holds `at` ends, so that none of its other digits is taken for a number.
fn word_end(text: &str, at: usize) -> usize {
    let inside = |c: char| c.is_alphanumeric() || ['_', '.', '-', ':'].contains(&c);
    text[at..]
        .find(|c| !inside(c))
        .map_or(text.len(), |offset| at + offset)
}

/// A known unit directly at `at`, or after one space, and where it ends.
fn unit_after(text: &str, at: usize) -> (&str, usize) {
    let spaced = usize::from(text[at..].starts_with(' '));
    let rest = &text[at + spaced..];
    let length = if rest.starts_with('%') {
        1
    } else {
        rest.find(|c: char| !(c.is_alphabetic() || c == 'µ' || c == 'μ'))
            .unwrap_or(rest.len())
    };
    let word = &rest[..length];
    // After a space a single letter is rather a word of its own ("5 m" of what?), except the seconds and bytes.
    let known = factor(word).is_some() && (spaced == 0 || word.len() > 1 || ["%", "s", "B"].contains(&word));
    if known {
        (word, at + spaced + length)
    } else {
        ("", at)
    }
}

/// What a unit measures and how many base units it is.
fn factor(unit: &str) -> Option<(Unit, f64)> {
    let kilo = 1024f64;
    Some(match unit.to_lowercase().as_str() {
        "%" | "percent" => (Unit::Percent, 1.0),
        "ns" => (Unit::Milliseconds, 1e-6),
        "us" | "µs" | "μs" => (Unit::Milliseconds, 1e-3),
        "ms" | "msec" | "millisecond" | "milliseconds" => (Unit::Milliseconds, 1.0),
        "s" | "sec" | "secs" | "second" | "seconds" => (Unit::Milliseconds, 1e3),
        "min" | "mins" | "minute" | "minutes" => (Unit::Milliseconds, 6e4),
        "h" | "hour" | "hours" => (Unit::Milliseconds, 3.6e6),
        "b" | "byte" | "bytes" => (Unit::Bytes, 1.0),
        "k" | "kb" | "kib" => (Unit::Bytes, kilo),
        "m" | "mb" | "mib" => (Unit::Bytes, kilo.powi(2)),
        "g" | "gb" | "gib" => (Unit::Bytes, kilo.powi(3)),
        "t" | "tb" | "tib" => (Unit::Bytes, kilo.powi(4)),
        _ => return None,
    })
}

fn read(token: Token<'_>, wanted: Unit) -> Found {
    let number = token
        .number
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite());
    let value = match (number, factor(token.unit)) {
        (None, _) => Err("it is not a number"),
        (Some(number), None) => Ok(number),
        (Some(number), Some((unit, factor))) if unit == wanted => Ok(number * factor),
        (Some(_), Some((Unit::Bytes, _))) => Err("it counts bytes"),
        (Some(_), Some((Unit::Milliseconds, _))) => Err("it is a time"),
        (Some(_), Some((Unit::Percent, _))) => Err("it is a share"),
        (Some(_), Some((Unit::Count, _))) => Err("it is a count"),
    };
    Found {
        written: token.written.to_owned(),
        value,
        bare: token.unit.is_empty(),
    }
}

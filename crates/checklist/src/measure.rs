//! Numbers with their unit and comparison in running text: "<5ms average", "at least 1GB", "20.10+".

use domain::quantity::{Bound, Comparison, Quantity, Unit};
use std::ops::Range;

/// A number in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// What the words before or the `+` behind say; `None` where they say nothing.
    pub comparison: Option<Comparison>,
    /// The value in the base unit.
    pub value: f64,
    /// The base unit.
    pub unit: Unit,
    /// Its bytes in the text, comparison included.
    pub span: Range<usize>,
    /// The word right after it, in lower case: "lines", "average".
    pub noun: String,
}

impl Measure {
    /// The bound that it names; a bare number is compared as `otherwise`.
    pub fn bound(&self, otherwise: Comparison) -> Bound {
        let quantity = Quantity {
            value: self.value,
            unit: self.unit,
        };
        Bound {
            comparison: self.comparison.unwrap_or(otherwise),
            quantity,
        }
    }
}

/// Every number in `text`, in order. Versions with two dots and digits inside of words are not numbers.
pub fn find(text: &str) -> Vec<Measure> {
    let bytes = text.as_bytes();
    let mut found: Vec<Measure> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + number_length(&bytes[at..]);
        let floor = found.last().map_or(0, |last| last.span.end);
        if let Some(measure) = measure(text, floor, at..end) {
            at = measure.span.end.max(end);
            found.push(measure);
        } else {
            at = end;
        }
    }
    found
}

fn number_length(bytes: &[u8]) -> usize {
    let part = |at: usize| match bytes.get(at) {
        Some(byte) if byte.is_ascii_digit() => true,
        Some(b'.' | b',') => bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
        _ => false,
    };
    (0..bytes.len()).find(|at| !part(*at)).unwrap_or(bytes.len())
}

fn measure(text: &str, floor: usize, number: Range<usize>) -> Option<Measure> {
    let before = &text[floor..number.start];
    let glued = before
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '/' | '-'));
    let digits = text[number.clone()].replace(',', "");
    if glued || digits.matches('.').count() > 1 || digits.len() > 18 {
        return None;
    }
    let value: f64 = digits.parse().ok()?;
    let after = &text[number.end..];
    let (factor, unit, unit_length) = unit(after);
    let tail = &after[unit_length..];
    let plus = tail.starts_with('+') && !tail[1..].starts_with(|c: char| c.is_ascii_digit());
    let end = number.end + unit_length + usize::from(plus);
    let (comparison, lead) = comparison(before);
    let comparison = if plus {
        Some(Comparison::AtLeast)
    } else {
        comparison
    };
    let noun: String = text[end..]
        .trim_start()
        .chars()
        .take_while(|c| c.is_alphabetic())
        .take(30)
        .collect();
    let span = number.start - lead..end;
    Some(Measure {
        comparison,
        value: value * factor,
        unit,
        span,
        noun: noun.to_lowercase(),
    })
}

/// Factor to the base unit, the base unit, and how many bytes the unit takes.
fn unit(after: &str) -> (f64, Unit, usize) {
    let spaces = after.len() - after.trim_start_matches(' ').len();
    let word: String = after[spaces.min(1)..]
        .chars()
        .take_while(|c| c.is_ascii_alphabetic())
        .take(12)
        .collect();
    if after.trim_start_matches(' ').starts_with('%') {
        return (1.0, Unit::Percent, spaces + 1);
    }
    if spaces > 1 || word.is_empty() {
        return (1.0, Unit::Count, 0);
    }
    let length = spaces + word.len();
    let known = match word.to_lowercase().as_str() {
        "b" | "bytes" | "byte" => Some((1.0, Unit::Bytes)),
        "kb" | "kib" => Some((1024.0, Unit::Bytes)),
        "mb" | "mib" => Some((1024f64.powi(2), Unit::Bytes)),
        "gb" | "gib" => Some((1024f64.powi(3), Unit::Bytes)),
        "tb" | "tib" => Some((1024f64.powi(4), Unit::Bytes)),
        "ms" | "msec" | "millisecond" | "milliseconds" => Some((1.0, Unit::Milliseconds)),
        "s" | "sec" | "secs" | "second" | "seconds" => Some((1000.0, Unit::Milliseconds)),
        "m" | "min" | "mins" | "minute" | "minutes" => Some((60_000.0, Unit::Milliseconds)),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some((3_600_000.0, Unit::Milliseconds)),
        "d" | "day" | "days" => Some((86_400_000.0, Unit::Milliseconds)),
        "percent" => Some((1.0, Unit::Percent)),
        _ => None,
    };
    known.map_or((1.0, Unit::Count, 0), |(factor, unit)| (factor, unit, length))
}

const COMPARISONS: &[(&str, Comparison)] = &[
    ("<=", Comparison::AtMost),
    ("≤", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("≥", Comparison::AtLeast),
    ("<", Comparison::Below),
    (">", Comparison::Above),
    ("==", Comparison::Equal),
    ("=", Comparison::Equal),
    ("at least", Comparison::AtLeast),
    ("minimum of", Comparison::AtLeast),
    ("at most", Comparison::AtMost),
    ("up to", Comparison::AtMost),
    ("maximum of", Comparison::AtMost),
    ("within", Comparison::AtMost),
    ("less than", Comparison::Below),
    ("fewer than", Comparison::Below),
    ("smaller than", Comparison::Below),
    ("lower than", Comparison::Below),
    ("below", Comparison::Below),
    ("under", Comparison::Below),
    ("larger than", Comparison::Above),
    ("bigger than", Comparison::Above),
    ("longer than", Comparison::Above),
    ("older than", Comparison::Above),
    ("not older than", Comparison::AtMost),
    ("no older than", Comparison::AtMost),
    ("newer than", Comparison::Below),
    ("more than", Comparison::Above),
    ("greater than", Comparison::Above),
    ("higher than", Comparison::Above),
    ("above", Comparison::Above),
    ("over", Comparison::Above),
    ("exceeds", Comparison::Above),
    ("exactly", Comparison::Equal),
];

/// The comparison that ends `before`, and how many bytes it takes.
fn comparison(before: &str) -> (Option<Comparison>, usize) {
    let trimmed = before.trim_end();
    let ends = |words: &str| {
        let at = trimmed.len().checked_sub(words.len())?;
        let tail = trimmed.get(at..)?;
        let inside = trimmed[..at]
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric);
        (tail.eq_ignore_ascii_case(words) && !(inside && words.starts_with(char::is_alphabetic)))
            .then_some(at)
    };
    let found = COMPARISONS
        .iter()
        .filter_map(|(words, comparison)| Some((ends(words)?, *comparison)));
    match found.min_by_key(|(at, _)| *at) {
        Some((at, comparison)) => (Some(comparison), before.len() - at),
        None => (None, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> (Option<Comparison>, f64, Unit) {
        let measures = find(text);
        let measure = measures.first().expect("a number");
        (measure.comparison, measure.value, measure.unit)
    }

    #[test]
    fn comparisons_and_units_are_read() {
        assert_eq!(
            first("<5ms average"),
            (Some(Comparison::Below), 5.0, Unit::Milliseconds)
        );
        assert_eq!(
            first("rate: > 60 %"),
            (Some(Comparison::Above), 60.0, Unit::Percent)
        );
        assert_eq!(
            first("At least 1GB RAM"),
            (Some(Comparison::AtLeast), 1024f64.powi(3), Unit::Bytes)
        );
        assert_eq!(
            first("Docker (20.10+)"),
            (Some(Comparison::AtLeast), 20.1, Unit::Count)
        );
        assert_eq!(
            first("within 24 hours"),
            (Some(Comparison::AtMost), 86_400_000.0, Unit::Milliseconds)
        );
        assert_eq!(
            first("10+ new indexes"),
            (Some(Comparison::AtLeast), 10.0, Unit::Count)
        );
        assert_eq!(first("returns 1,024"), (None, 1024.0, Unit::Count));
    }

    #[test]
    fn digits_inside_of_names_and_versions_are_no_numbers() {
        assert!(find("p95 of v2 at 10.0.0.1, port:6379, node-18").is_empty());
    }

    #[test]
    fn a_unit_is_a_whole_word() {
        assert_eq!(first("5 machines"), (None, 5.0, Unit::Count));
        assert_eq!(first("5 minutes").1, 300_000.0);
    }
}

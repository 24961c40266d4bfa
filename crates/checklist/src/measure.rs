//! Numbers with their unit and comparison in running text: "<5ms average", "at least 1GB", "20.10+".

use crate::phrases::Phrases;
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use std::ops::Range;
use std::sync::LazyLock;

/// A number in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// What the words before or the `+` behind say; `None` where they say nothing.
    pub comparison: Option<Comparison>,
    /// The value in the base unit.
    pub value: f64,
    /// The other end, in the base unit, where it is a range: "10-15 minutes", "between 2 and 4".
    pub upper: Option<f64>,
    /// The words say that it is not exact: "~500", "about 3".
    pub roughly: bool,
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

    /// Both ends, where it is a range.
    pub fn range(&self) -> Option<(Bound, Bound)> {
        let bound = |value, comparison| Bound {
            comparison,
            quantity: Quantity {
                value,
                unit: self.unit,
            },
        };
        let upper = self.upper?;
        Some((
            bound(self.value, Comparison::AtLeast),
            bound(upper, Comparison::AtMost),
        ))
    }
}

/// Every number in `text`, in order. Versions with two dots and digits inside of words are not numbers.
pub fn find(text: &str) -> Vec<Measure> {
    let bytes = text.as_bytes();
    let mut found: Vec<Measure> = Vec::new();
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(u8::is_ascii_digit) {
        at += next;
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
    if glued {
        return None;
    }
    let value = value(&text[number.clone()])?;
    let after = &text[number.end..];
    if is_name(after) {
        return None;
    }
    let (own_factor, own_unit, unit_length) = unit(after);
    let (words, lead) = words_before(before);
    let range = upper(text, number.end + unit_length, words == Some(Lead::Between));
    let (upper, factor, unit, end) = match range {
        // The unit often stands behind the second number only.
        Some((upper, upper_factor, upper_unit, end)) => {
            let shared = own_unit == Unit::Count && own_factor == 1.0;
            let (factor, unit) = if shared {
                (upper_factor, upper_unit)
            } else {
                (own_factor, own_unit)
            };
            (Some(upper * factor), factor, unit, end)
        }
        None => (None, own_factor, own_unit, number.end + unit_length),
    };
    let upper = upper.filter(|upper| *upper > value * factor);
    let end = if upper.is_some() {
        end
    } else {
        number.end + unit_length
    };
    let (factor, unit) = if upper.is_some() {
        (factor, unit)
    } else {
        (own_factor, own_unit)
    };
    let tail = &text[end..];
    let plus = tail.starts_with('+') && !tail[1..].starts_with(|c: char| c.is_ascii_digit());
    let end = end + usize::from(plus);
    let (behind, behind_length) = match plus {
        true => (Some(Comparison::AtLeast), 0),
        false => words_behind(&text[end..]),
    };
    let end = end + behind_length;
    let comparison = match words {
        _ if behind.is_some() => behind,
        Some(Lead::Compares(comparison)) => Some(comparison),
        Some(Lead::Between | Lead::Roughly) | None => None,
    };
    let noun: String = text[end..]
        .trim_start()
        .chars()
        .take_while(|c| c.is_alphabetic())
        .take(30)
        .collect();
    Some(Measure {
        comparison,
        value: value * factor,
        upper,
        roughly: words == Some(Lead::Roughly),
        unit,
        span: number.start - lead..end,
        noun: noun.to_lowercase(),
    })
}

/// Digits with their marks: a comma stands before thousands in `1,000`, and before decimals in `0,5` and `99,95`. What may be a
/// list, and a version, is no number.
fn value(digits: &str) -> Option<f64> {
    let (commas, points) = (digits.matches(',').count(), digits.matches('.').count());
    if digits.len() > 18 || points > 1 && commas != 1 {
        return None;
    }
    let groups = |whole: &str, mark: char| {
        let mut groups = whole.split(mark);
        let first = groups.next().unwrap_or_default();
        (1..=3).contains(&first.len()) && !first.starts_with('0') && groups.all(|group| group.len() == 3)
    };
    let Some((whole, rest)) = digits.split_once(',') else {
        return digits.parse().ok();
    };
    let (whole_of_points, _) = digits.rsplit_once('.').unwrap_or((digits, ""));
    let thousands = whole_of_points.matches(',').count() == commas && groups(whole_of_points, ',');
    // "1.234,5" and "0,5", where nothing else stands behind the comma.
    let decimals = commas == 1 && !rest.contains('.') && (points == 0 || groups(whole, '.'));
    if thousands {
        digits.replace(',', "").parse().ok()
    } else if decimals && (rest.len() <= 2 || whole == "0" || points > 0) {
        format!("{}.{rest}", whole.replace('.', "")).parse().ok()
    } else {
        None
    }
}

/// "95th", "5xx", "3x": what follows the digits makes a name of them.
fn is_name(after: &str) -> bool {
    let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
    matches!(&after[..letters], "st" | "nd" | "rd" | "th" | "x" | "xx")
}

/// "or more", "以上": a comparison that stands behind its number, and how many bytes it takes.
fn words_behind(after: &str) -> (Option<Comparison>, usize) {
    let rest = after.trim_start();
    let found = BEHIND.iter().find_map(|(words, comparison)| {
        let word = words.near(rest).iter().find(|word| rest.starts_with(**word))?;
        Some((*comparison, after.len() - rest.len() + word.len()))
    });
    found.map_or((None, 0), |(comparison, length)| (Some(comparison), length))
}

/// The second number of a range that begins at `at`, with its unit and where it ends.
fn upper(text: &str, at: usize, between: bool) -> Option<(f64, f64, Unit, usize)> {
    let rest = &text[at..];
    let separators: &[&str] = if between {
        &[" and ", " & ", " und ", " et ", " y ", " e "]
    } else {
        &["-", "–", " to ", ".."]
    };
    let separator = separators
        .iter()
        .find(|separator| rest.starts_with(**separator))?;
    let start = at + separator.len();
    let length = number_length(&text.as_bytes()[start..]);
    let value = value(&text[start..start + length])?;
    let after = &text[start + length..];
    let goes_on =
        after.starts_with(['-', ':', '/', '.', '_']) && after[1..].starts_with(|c: char| c.is_alphanumeric());
    let (factor, unit, unit_length) = unit(after);
    (!goes_on).then_some((value, factor, unit, start + length + unit_length))
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
    // Without a space, as Kubernetes and Docker write it.
    let glued = match word.as_str() {
        "k" | "K" => Some((1000.0, Unit::Count)),
        "Ki" => Some((1024.0, Unit::Bytes)),
        "M" | "Mi" => Some((1024f64.powi(2), Unit::Bytes)),
        "G" | "Gi" => Some((1024f64.powi(3), Unit::Bytes)),
        "Ti" => Some((1024f64.powi(4), Unit::Bytes)),
        _ => None,
    };
    if let (Some((factor, unit)), 0) = (glued, spaces) {
        return (factor, unit, length);
    }
    let known = match word.to_lowercase().as_str() {
        "b" | "bytes" | "byte" => Some((1.0, Unit::Bytes)),
        "kb" | "kib" => Some((1024.0, Unit::Bytes)),
        "mb" | "mib" => Some((1024f64.powi(2), Unit::Bytes)),
        "gb" | "gib" => Some((1024f64.powi(3), Unit::Bytes)),
        "tb" | "tib" => Some((1024f64.powi(4), Unit::Bytes)),
        "ns" => Some((0.000_001, Unit::Milliseconds)),
        "us" => Some((0.001, Unit::Milliseconds)),
        "ms" | "msec" | "millisecond" | "milliseconds" => Some((1.0, Unit::Milliseconds)),
        "s" | "sec" | "secs" | "second" | "seconds" => Some((1000.0, Unit::Milliseconds)),
        "m" | "min" | "mins" | "minute" | "minutes" => Some((60_000.0, Unit::Milliseconds)),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some((3_600_000.0, Unit::Milliseconds)),
        "d" | "day" | "days" => Some((86_400_000.0, Unit::Milliseconds)),
        "w" | "week" | "weeks" => Some((7.0 * 86_400_000.0, Unit::Milliseconds)),
        "month" | "months" => Some((30.0 * 86_400_000.0, Unit::Milliseconds)),
        "percent" => Some((1.0, Unit::Percent)),
        _ => None,
    };
    known.map_or((1.0, Unit::Count, 0), |(factor, unit)| (factor, unit, length))
}

/// What the words before a number say of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lead {
    Compares(Comparison),
    Between,
    Roughly,
}

const LEADS: &[(&str, Lead)] = &[
    (
        "<=, ≤, =<, at most, up to, maximum of, a maximum of, maximum, max, max., within, \
         no more than, not more than, not exceed, not exceeding, not to exceed, no longer than, \
         not older than, no older than, capped at, limited to, höchstens, maximal, au plus, \
         como máximo, no máximo, máximo, máximo de, massimo, al massimo, не более, максимум, 最多, 最大, 不超过",
        Lead::Compares(Comparison::AtMost),
    ),
    (
        ">=, ≥, at least, minimum of, a minimum of, minimum, min, min., no less than, not less than, \
         no fewer than, mindestens, au moins, al menos, pelo menos, almeno, mínimo, mínimo de, no mínimo, \
         como mínimo, minimo, minimo de, не менее, минимум, как минимум, 최소, 至少, 最小, 最低, 不少于",
        Lead::Compares(Comparison::AtLeast),
    ),
    (
        "<, less than, fewer than, smaller than, lower than, faster than, shorter than, below, under, \
         newer than, unter, weniger als, moins de, menos de, 小于, 低于",
        Lead::Compares(Comparison::Below),
    ),
    (
        ">, larger than, bigger than, longer than, older than, more than, greater than, higher than, \
         above, over, exceeds, exceed, exceeding, über, mehr als, plus de, más de, mais de, 大于, 高于, \
         超过",
        Lead::Compares(Comparison::Above),
    ),
    ("==, =, =>, ->, exactly, genau", Lead::Compares(Comparison::Equal)),
    ("between, zwischen, entre", Lead::Between),
    (
        "~, ≈, about, around, approximately, approx, approx., roughly, ca., circa, nearly",
        Lead::Roughly,
    ),
];

static BEHIND: [(Phrases, Comparison); 4] = [
    (
        Phrases::new(
            "or more, or higher, or greater, or above, or newer, or later, oder mehr, ou plus, o más, \
         ou mais, o superior, ou superior, oder höher, или больше, или более, 以上, 이상",
        ),
        Comparison::AtLeast,
    ),
    (
        Phrases::new(
            "or less, or fewer, or lower, or below, oder weniger, ou moins, o menos, ou menos, 以下, 以内, 이하, 이내",
        ),
        Comparison::AtMost,
    ),
    (Phrases::new("未満, 미만"), Comparison::Below),
    (Phrases::new("초과"), Comparison::Above),
];

/// The words of a lead by their last byte in lower case.
static LEADS_BY_LAST: LazyLock<Vec<Vec<(&'static str, Lead)>>> = LazyLock::new(|| {
    let mut rows = vec![Vec::new(); 256];
    let words = LEADS
        .iter()
        .flat_map(|(words, lead)| words.split(", ").map(move |words| (words, *lead)));
    for (words, lead) in words {
        if let Some(last) = words.bytes().next_back() {
            rows[usize::from(last.to_ascii_lowercase())].push((words, lead));
        }
    }
    rows
});

/// What ends `before`, and how many bytes it takes.
fn words_before(before: &str) -> (Option<Lead>, usize) {
    let trimmed = before.trim_end();
    let ends = |words: &str| {
        let at = trimmed.len().checked_sub(words.len())?;
        let tail = trimmed.get(at..)?;
        let inside = trimmed[..at]
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric);
        let ascii = words.starts_with(|c: char| c.is_ascii_alphabetic());
        (tail.eq_ignore_ascii_case(words) && !(inside && ascii)).then_some(at)
    };
    let last = trimmed.bytes().next_back().map(|last| last.to_ascii_lowercase());
    let found = last
        .map_or(&[][..], |last| &LEADS_BY_LAST[usize::from(last)])
        .iter()
        .filter_map(|(words, lead)| Some((ends(words)?, *lead)));
    match found.min_by_key(|(at, _)| *at) {
        Some((at, lead)) => (Some(lead), before.len() - at),
        None => (None, 0),
    }
}

#[cfg(test)]
mod tests;

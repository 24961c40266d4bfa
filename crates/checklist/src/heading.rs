//! What a heading means: which kind of section it opens, in how many minutes, and what is left as its title.

mod trail;
mod words;

#[cfg(test)]
mod tests;

use crate::measure;
use crate::parse::marks;
use crate::phrases::Lower;
use domain::plan::SectionKind;
use domain::quantity::Unit;
use words::Kind;

pub use trail::{Trail, does};

/// What the words of a heading say.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    /// Its kind by its own words.
    pub kind: Option<SectionKind>,
    /// "Phase 2": the number.
    pub number: Option<u32>,
    /// "(10 minutes)", "within 1 hour", "< 5 minutes".
    pub minutes: Option<u32>,
    /// Its own words are weak: the heading above decides, where there is one.
    pub weak: bool,
    /// The words without number and minutes.
    pub title: String,
}

impl Meaning {
    /// Its words alone open a section.
    pub fn opens(&self) -> bool {
        self.kind.is_some() && !self.weak
    }
}

/// So many bytes of a heading are read.
const LONGEST: usize = 1200;

/// Reads a heading.
pub fn read(words: &str) -> Meaning {
    let text = words[..words.floor_char_boundary(LONGEST)]
        .trim()
        .trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '`' | '[' | '('));
    let text = match marks::at_start(text) {
        Some(mark) => text[mark.length..].trim_start(),
        None => text,
    };
    let (number, rest) = leading_number(text);
    let (title, minutes) = without_minutes(rest);
    let title = without_prefix(&title);
    let title = without_numbering(&title).to_owned();
    let lower = Lower::of(without_numbering(text));
    let own = kind(&lower, number, minutes);
    let checks = number.is_none() && words::CHECKING.iter().any(|word| lower.starts_with(word));
    let own = own.filter(|kind| !(checks && matches!(kind, SectionKind::Phase { .. })));
    let weak = own.is_none() && has(&lower, words::WEAK);
    let own = if weak {
        Some(SectionKind::Window {
            minutes: minutes.unwrap_or(0),
        })
    } else {
        own
    };
    let title = if title.is_empty() { text.to_owned() } else { title };
    Meaning {
        kind: own,
        number,
        weak,
        minutes,
        title,
    }
}

/// The kind of a section from its own heading and the kind that the heading above it has.
pub fn resolve(own: &Meaning, above: Option<SectionKind>) -> SectionKind {
    let inherited = above.map(|kind| with_minutes(kind, own));
    match (own.kind, above) {
        (Some(own_kind), Some(above)) if holds_its_own(above) && !names_a_chapter(own_kind) => {
            with_minutes(above, own)
        }
        // The checks of a phase belong to it.
        (Some(_), Some(SectionKind::Phase { number, .. })) if own.weak => SectionKind::Phase {
            number,
            minutes: own.minutes,
        },
        (Some(_), Some(above)) if own.weak => with_minutes(above, own),
        // "Install the tools" is a step of the preparation that it stands in.
        (Some(SectionKind::Phase { number: 0, .. }), Some(above))
            if own.number.is_none() && keeps_steps(above) =>
        {
            with_minutes(above, own)
        }
        (Some(kind), _) => kind,
        (None, _) => inherited.unwrap_or(SectionKind::Prose),
    }
}

/// A chapter whose parts belong to it whatever their words: "Before Deployment" below "Benchmarks".
fn holds_its_own(kind: SectionKind) -> bool {
    match kind {
        SectionKind::Benchmark
        | SectionKind::Rollback { .. }
        | SectionKind::Troubleshooting
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp => true,
        SectionKind::Preflight
        | SectionKind::Phase { .. }
        | SectionKind::Window { .. }
        | SectionKind::Prose => false,
    }
}

/// A chapter whose parts are due with it even where they say "install" or "migration".
fn keeps_steps(kind: SectionKind) -> bool {
    matches!(kind, SectionKind::Preflight | SectionKind::Window { .. })
}

fn names_a_chapter(kind: SectionKind) -> bool {
    match kind {
        SectionKind::Rollback { .. } | SectionKind::Troubleshooting | SectionKind::SignOff => true,
        SectionKind::Benchmark
        | SectionKind::Criteria
        | SectionKind::FollowUp
        | SectionKind::Preflight
        | SectionKind::Phase { .. }
        | SectionKind::Window { .. }
        | SectionKind::Prose => false,
    }
}

fn with_minutes(kind: SectionKind, own: &Meaning) -> SectionKind {
    match kind {
        SectionKind::Phase { .. } => SectionKind::Phase {
            number: own.number.unwrap_or(0),
            minutes: own.minutes,
        },
        SectionKind::Window { minutes } => SectionKind::Window {
            minutes: own.minutes.unwrap_or(minutes),
        },
        SectionKind::Rollback { .. } => SectionKind::Rollback { minutes: own.minutes },
        SectionKind::Preflight
        | SectionKind::Benchmark
        | SectionKind::Troubleshooting
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp
        | SectionKind::Prose => kind,
    }
}

/// Whether a text in lower case holds one of the words.
fn has(lower: &Lower, words: &[&str]) -> bool {
    lower.any(words)
}

/// Whether a document of this title is a list of things to do, whatever its headings say.
pub fn lists(title: &str) -> bool {
    has(&Lower::of(title), words::LISTS)
}

/// Whether a heading's part is for reading: "Overview".
pub fn apart(words: &str) -> bool {
    has(&Lower::of(words), words::APART)
}

fn kind(lower: &Lower, number: Option<u32>, minutes: Option<u32>) -> Option<SectionKind> {
    if let Some(kind) = countdown(lower) {
        return Some(kind);
    }
    let by_words = words::kind(lower);
    let due = minutes.filter(|_| has(lower, words::DUE));
    match by_words {
        Some(Kind::Rollback) => Some(SectionKind::Rollback { minutes }),
        Some(Kind::Trouble) => Some(SectionKind::Troubleshooting),
        Some(Kind::SignOff) => Some(SectionKind::SignOff),
        Some(Kind::Criteria) => Some(SectionKind::Criteria),
        Some(Kind::Preflight) => Some(SectionKind::Preflight),
        Some(Kind::Window) => Some(SectionKind::Window {
            minutes: minutes.unwrap_or(0),
        }),
        Some(Kind::FollowUp | Kind::Benchmark | Kind::Phase) | None if number.is_some() => {
            Some(SectionKind::Phase {
                number: number.unwrap_or(0),
                minutes,
            })
        }
        Some(Kind::FollowUp) => Some(SectionKind::FollowUp),
        Some(Kind::Benchmark) => Some(SectionKind::Benchmark),
        Some(Kind::Phase) | None if due.is_some() => Some(SectionKind::Window {
            minutes: due.unwrap_or(0),
        }),
        Some(Kind::Phase) => Some(SectionKind::Phase { number: 0, minutes }),
        None => None,
    }
}

/// "T-24h" is before the deployment, "T-0" is it, "T+1h" and "D+1" come so long after it.
fn countdown(lower: &str) -> Option<SectionKind> {
    let (unit, rest) = ["day ", "t", "d", "j"].iter().find_map(|start| {
        let rest = lower.strip_prefix(start)?.trim_start();
        let sign = rest
            .chars()
            .next()
            .filter(|c| matches!(c, '+' | '-' | '−' | '–'))?;
        Some((
            if *start == "t" { 60 } else { 1440 },
            (sign, rest[sign.len_utf8()..].trim_start()),
        ))
    })?;
    let (sign, rest) = rest;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let amount: u32 = rest[..digits].parse().ok()?;
    let word = rest[digits..].trim_start();
    let unit = match word.chars().next() {
        Some('m') if !word.starts_with("mon") => 1,
        Some('h') => 60,
        Some('d') => 1440,
        Some('w') => 10_080,
        // "T+10" means minutes, "T+24" hours.
        Some(_) | None if unit == 60 && amount.is_multiple_of(5) => 1,
        Some(_) | None => unit,
    };
    Some(match (amount, sign) {
        (0, _) => SectionKind::Phase {
            number: 0,
            minutes: None,
        },
        (_, '+') => SectionKind::Window {
            minutes: amount.saturating_mul(unit),
        },
        _ => SectionKind::Preflight,
    })
}

/// "Phase 2: Database" gives 2 and "Database"; so do "Step 2 —", "Schritt 2:", "第2步" and "2단계".
fn leading_number(text: &str) -> (Option<u32>, &str) {
    if !has_digit(text) {
        return (None, text);
    }
    let lower = text.to_lowercase();
    let start = words::NUMBERED.iter().find_map(|word| lower.strip_prefix(word));
    let digits = start.unwrap_or(&lower).trim_start();
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    // Lower case may be longer than the text: then this is no place in it.
    let (Some(number), Some(rest)) = (
        text.get(text.len().saturating_sub(digits.len())..text.len() - digits.len().min(text.len()) + count),
        text.get(text.len() - digits.len().min(text.len()) + count..),
    ) else {
        return (None, text);
    };
    let counted = words::COUNTED
        .iter()
        .find_map(|word| rest.trim_start().strip_prefix(word));
    if count == 0 || (start.is_none() && counted.is_none()) {
        return (None, text);
    }
    let rest = counted.unwrap_or(rest);
    (
        number.parse().ok(),
        rest.trim_start_matches([':', '：', '.', '、', ')', '-', '–', '—', ' ']),
    )
}

/// Takes a parenthesis that holds a duration off the title: "(within 1 hour)".
fn without_minutes(text: &str) -> (String, Option<u32>) {
    if let (Some(open), Some(close)) = (text.rfind(['(', '（']), text.rfind([')', '）']))
        && open < close
        && let Some(minutes) = duration(&text[open..close])
    {
        return (
            format!(
                "{} {}",
                text[..open].trim_end(),
                text[close..].trim_start_matches([')', '）']).trim()
            )
            .trim()
            .to_owned(),
            Some(minutes),
        );
    }
    (text.trim().to_owned(), duration(text))
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// The last duration in the words, in whole minutes, rounded up; of a range its longer end.
fn duration(text: &str) -> Option<u32> {
    if !has_digit(text) {
        return None;
    }
    let measures = measure::find(text);
    let last = measures
        .iter()
        .rev()
        .find(|measure| measure.unit == Unit::Milliseconds);
    let Some(last) = last else {
        return foreign_duration(&text.to_lowercase());
    };
    let minutes = (last.upper.unwrap_or(last.value) / 60_000.0).ceil();
    (1.0..=1e6).contains(&minutes).then_some(minutes as u32)
}

/// The first duration that is a range or has a unit that is not English: "5-10 minutes", "24 Stunden", "1小时".
fn foreign_duration(lower: &str) -> Option<u32> {
    let mut rest = lower;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
        let number = &rest[at..at + digits];
        rest = &rest[at + digits..];
        let word = rest.trim_start_matches([' ', '个']);
        let letters = word.find(|c: char| !c.is_alphabetic()).unwrap_or(word.len());
        // Words without spaces between them go on behind the unit.
        let unit = words::UNITS.iter().find(|(unit, _)| match unit.chars().next() {
            Some(c) if c as u32 >= 0x400 => word.starts_with(unit),
            _ => word[..letters] == **unit,
        });
        if let (Some((_, minutes)), Ok(number)) = (unit, number.parse::<u32>()) {
            return Some(number.saturating_mul(*minutes)).filter(|minutes| (1..=1_000_000).contains(minutes));
        }
    }
    None
}

/// "1. Preparation", "2) Deploy": the numbering is no part of the title.
fn without_numbering(title: &str) -> &str {
    let keycap = title.trim_start_matches(|c: char| c.is_ascii_digit());
    if let Some(rest) = keycap.trim_start_matches('\u{fe0f}').strip_prefix('\u{20e3}') {
        return rest.trim_start();
    }
    // "一、": the numbers of Chinese and Japanese headings.
    if let Some((number, rest)) = title.split_once('、')
        && number.chars().all(|c| "一二三四五六七八九十".contains(c))
    {
        return rest.trim_start();
    }
    let digits = title
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
        .count();
    let (number, behind) = title.split_at(digits);
    let rest = behind.trim_start_matches([')', ':']);
    // "2.1 Update": parts of up to two digits, not a version.
    let parts = number.contains('.') && number.split('.').all(|part| part.len() <= 2);
    let numbered =
        digits > 0 && rest.starts_with(' ') && (number.ends_with('.') || parts || behind.len() > rest.len());
    if numbered { rest.trim_start() } else { title }
}

fn without_prefix(title: &str) -> String {
    if !title.contains([':', '-']) {
        return title.trim().to_owned();
    }
    let lower = title.to_lowercase();
    let prefix = ["issue:", "problem:", "issue -", "problem -"]
        .iter()
        .find(|prefix| lower.starts_with(**prefix));
    prefix
        .and_then(|prefix| title.get(prefix.len()..))
        .unwrap_or(title)
        .trim()
        .to_owned()
}

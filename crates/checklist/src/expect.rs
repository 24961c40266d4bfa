//! What must hold, in the author's words around a command: "returns `512mb`", "is empty", "<512MB".

use crate::measure;
use domain::probe::TextRule;
use domain::quantity::{Bound, Comparison, Unit};

/// What the words around a command say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// The words that say it, as written.
    pub words: Option<String>,
    /// What is asked for.
    pub holds: Option<Holds>,
    /// The words say that there must be none: "No error logs".
    pub none: bool,
    /// How long an answer may take, in milliseconds.
    pub within_ms: Option<u64>,
}

/// What must hold of an output.
#[derive(Clone, Debug, PartialEq)]
pub enum Holds {
    /// Nothing comes out.
    Empty,
    /// Something comes out.
    Something,
    /// This comes out: `returns`, `should be`.
    Is(String),
    /// This is in it: `shows`, `contains`.
    Contains(String),
    /// Every line of a list of services says that it is up.
    AllUp,
    /// A number stands in this relation.
    Number(Bound),
    /// An HTTP status.
    Status(u16),
    /// So many lines.
    Lines(u32),
}

/// How a verb compares.
#[derive(Clone, Copy, PartialEq)]
enum Verb {
    Equals,
    Contains,
}

/// Longer ones first, so that "should be" is not read as "be".
const VERBS: &[(&str, Verb)] = &[
    ("should return", Verb::Equals),
    ("should be", Verb::Equals),
    ("should show", Verb::Contains),
    ("should contain", Verb::Contains),
    ("should print", Verb::Contains),
    ("must be", Verb::Equals),
    ("must return", Verb::Equals),
    ("responds with", Verb::Equals),
    ("expected output:", Verb::Contains),
    ("expected:", Verb::Contains),
    ("expect:", Verb::Contains),
    ("returns", Verb::Equals),
    ("return", Verb::Equals),
    ("equals", Verb::Equals),
    ("answers", Verb::Equals),
    ("outputs", Verb::Contains),
    ("prints", Verb::Contains),
    ("displays", Verb::Contains),
    ("reports", Verb::Contains),
    ("contains", Verb::Contains),
    ("includes", Verb::Contains),
    ("shows", Verb::Contains),
    ("show", Verb::Contains),
    ("is", Verb::Equals),
    ("are", Verb::Equals),
    ("=>", Verb::Equals),
    ("->", Verb::Equals),
    ("→", Verb::Equals),
];

/// Longest text that is searched for an expectation, in bytes.
const LONGEST: usize = 2000;

/// Reads the words before and after a command. Inline code in them stands between backticks.
pub fn read(before: &str, after: &str) -> Expectation {
    let (before, after) = (cut(before), cut(after));
    let within_ms = response_time(before).or_else(|| response_time(after));
    let mut expectation = Expectation {
        none: says_none(before),
        within_ms,
        ..Expectation::default()
    };
    if let Some((words, holds)) = by_verb(after) {
        expectation.words = Some(words);
        expectation.holds = Some(holds);
    } else if let Some((words, holds)) = by_number(after).or_else(|| by_number(before)) {
        expectation.words = Some(words);
        expectation.holds = Some(holds);
    } else if expectation.none {
        expectation.words = Some(before.trim().trim_end_matches(':').to_owned());
    } else if let Some((words, holds)) = by_verb(before) {
        expectation.words = Some(words);
        expectation.holds = Some(holds);
    }
    expectation
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// "No …", "Zero …", "… show no errors", "without errors".
pub fn says_none(text: &str) -> bool {
    let lower = text.to_lowercase();
    let start = lower.trim_start();
    start.starts_with("no ")
        || start.starts_with("zero ")
        || [" no ", " zero ", " without ", " free of "]
            .iter()
            .any(|words| lower.contains(words))
}

fn by_verb(text: &str) -> Option<(String, Holds)> {
    let lower = text.to_ascii_lowercase();
    let (at, word, verb) = VERBS
        .iter()
        .filter_map(|(word, verb)| Some((whole_word(&lower, word)?, *word, *verb)))
        .min_by_key(|(at, word, _)| (*at, std::cmp::Reverse(word.len())))?;
    let value = text[at + word.len()..].trim_start_matches([' ', ':']);
    let holds = value_rule(value, verb)?;
    let end = value
        .find(['.', ';', '('])
        .filter(|end| value[..*end].matches('`').count().is_multiple_of(2));
    let words = text[at..].trim();
    let spoken = end.map_or(words, |end| &text[at..text.len() - value.len() + end]);
    Some((spoken.trim().to_owned(), holds))
}

fn whole_word(text: &str, word: &str) -> Option<usize> {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '`' | '-' | '_'));
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let symbol = !word.starts_with(char::is_alphabetic);
        symbol
            || (edge(text[..*at].chars().next_back())
                && (word.ends_with(':') || edge(text[at + word.len()..].chars().next())))
    })
}

fn value_rule(value: &str, verb: Verb) -> Option<Holds> {
    let lower = value.to_lowercase();
    let starts = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
    if starts(&["empty", "nothing", "no output", "no result", "none", "blank"]) {
        return Some(Holds::Empty);
    }
    if starts(&[
        "data",
        "something",
        "not empty",
        "non-empty",
        "output",
        "results",
        "a response",
        "valid",
        "metrics",
    ]) {
        return Some(Holds::Something);
    }
    if starts(&[
        "all up",
        "all \"up\"",
        "all `up`",
        "up for all",
        "all healthy",
        "all running",
    ]) {
        return Some(Holds::AllUp);
    }
    let value = strip_any(
        value,
        &[
            "http/1.1 ",
            "http ",
            "status code ",
            "status ",
            "a ",
            "an ",
            "the ",
            "all ",
            "only ",
        ],
    );
    if let Some(quoted) = quoted(value) {
        return Some(match (verb, measure_of(quoted)) {
            (Verb::Equals, Some(bound)) if bound.quantity.unit != Unit::Count => Holds::Number(bound),
            _ if quoted.trim().len() == 3 && status(quoted).is_some() => Holds::Status(status(quoted)?),
            _ if status(quoted).is_some() && quoted.to_uppercase().ends_with(" OK") => {
                Holds::Status(status(quoted)?)
            }
            (Verb::Equals, _) => Holds::Is(quoted.to_owned()),
            (Verb::Contains, _) => Holds::Contains(quoted.to_owned()),
        });
    }
    if let Some(status) = status(value) {
        return Some(Holds::Status(status));
    }
    let first = measure::find(value)
        .into_iter()
        .next()
        .filter(|measure| measure.span.start == 0)?;
    Some(count_or_number(&first))
}

fn count_or_number(measure: &measure::Measure) -> Holds {
    let lines = [
        "new", "lines", "line", "rows", "row", "entries", "results", "listed", "indexes", "items",
    ];
    match measure.comparison {
        Some(Comparison::AtLeast)
            if measure.unit == Unit::Count && lines.contains(&measure.noun.as_str()) =>
        {
            Holds::Lines(measure.value as u32)
        }
        _ => Holds::Number(measure.bound(Comparison::Equal)),
    }
}

/// The first number with a comparison.
fn by_number(text: &str) -> Option<(String, Holds)> {
    let measure = measure::find(text)
        .into_iter()
        .find(|measure| measure.comparison.is_some())?;
    Some((
        text[measure.span.clone()].trim().to_owned(),
        count_or_number(&measure),
    ))
}

/// "answers within 200 ms", "<200ms response": at most ten minutes.
fn response_time(text: &str) -> Option<u64> {
    let bound = measure::find(text).into_iter().find(|measure| {
        let upper = matches!(measure.comparison, Some(Comparison::AtMost | Comparison::Below));
        upper && measure.unit == Unit::Milliseconds && (1.0..=600_000.0).contains(&measure.value)
    })?;
    let lower = text.to_lowercase();
    ["answer", "respon", "latency", "load", "within", "time"]
        .iter()
        .any(|word| lower.contains(word))
        .then_some(bound.value as u64)
}

fn measure_of(text: &str) -> Option<Bound> {
    let measures = measure::find(text);
    let [only] = measures.as_slice() else { return None };
    (only.span == (0..text.len())).then(|| only.bound(Comparison::Equal))
}

fn quoted(value: &str) -> Option<&str> {
    let pairs = [('`', '`'), ('"', '"'), ('“', '”'), ('\'', '\'')];
    pairs.iter().find_map(|(open, close)| {
        let inside = value.strip_prefix(*open)?;
        inside
            .find(*close)
            .map(|end| &inside[..end])
            .filter(|inside| !inside.is_empty())
    })
}

fn strip_any<'a>(mut text: &'a str, prefixes: &[&str]) -> &'a str {
    for prefix in prefixes {
        if let Some(head) = text.get(..prefix.len())
            && head.eq_ignore_ascii_case(prefix)
        {
            text = &text[prefix.len()..];
        }
    }
    text
}

/// A status at the start: `200`, `200 OK`, `HTTP 204`.
fn status(text: &str) -> Option<u16> {
    let text = strip_any(text.trim_start(), &["http/1.1 ", "http/2 ", "http "]);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let ends = !text[digits..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '%' | '+'));
    (digits == 3 && ends)
        .then(|| text[..3].parse().ok())
        .flatten()
        .filter(|code| (100..600).contains(code))
}

/// The rules for a text that a command or a file gives.
pub fn text_rules(holds: &Holds) -> Vec<TextRule> {
    match holds {
        Holds::Empty => vec![TextRule::Empty],
        Holds::Something => vec![TextRule::NotEmpty],
        Holds::Is(value) => vec![TextRule::Is(value.clone())],
        Holds::Contains(value) => vec![TextRule::Contains(value.clone())],
        Holds::AllUp => all_up(),
        Holds::Number(bound) => vec![TextRule::Number(*bound)],
        Holds::Status(status) => vec![TextRule::Contains(status.to_string())],
        Holds::Lines(count) => vec![TextRule::LinesAtLeast(*count)],
    }
}

/// What a list of containers must say.
pub fn all_up() -> Vec<TextRule> {
    let lacks = ["Exit", "Restarting", "unhealthy"].map(|word| TextRule::Lacks(word.to_owned()));
    std::iter::once(TextRule::Contains("Up".to_owned()))
        .chain(lacks)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::quantity::Quantity;

    fn holds(before: &str, after: &str) -> Option<Holds> {
        read(before, after).holds
    }

    #[test]
    fn the_words_of_the_reference_checklist_are_understood() {
        let bytes = |value: f64| Bound {
            comparison: Comparison::Equal,
            quantity: Quantity {
                value,
                unit: Unit::Bytes,
            },
        };
        assert_eq!(
            holds("", " returns `512mb`"),
            Some(Holds::Number(bytes(512.0 * 1024.0 * 1024.0)))
        );
        assert_eq!(holds("", " returns `yes`"), Some(Holds::Is("yes".into())));
        assert_eq!(holds("", " shows all \"Up\""), Some(Holds::AllUp));
        assert_eq!(holds("", " is empty"), Some(Holds::Empty));
        assert_eq!(holds("", "Should be empty"), Some(Holds::Empty));
        assert_eq!(holds("", " returns 200"), Some(Holds::Status(200)));
        assert_eq!(holds("", " returns `200 OK`"), Some(Holds::Status(200)));
        assert_eq!(holds("", " returns data"), Some(Holds::Something));
        assert_eq!(
            holds("", "Expected output: 10+ new indexes listed"),
            Some(Holds::Lines(10))
        );
    }

    #[test]
    fn a_number_before_the_command_counts() {
        let below = Bound {
            comparison: Comparison::Below,
            quantity: Quantity {
                value: 512.0 * 1024.0 * 1024.0,
                unit: Unit::Bytes,
            },
        };
        assert_eq!(holds("Redis memory <512MB: ", ""), Some(Holds::Number(below)));
    }

    #[test]
    fn no_something_asks_for_none() {
        assert!(read("No slow queries: ", "").none);
        assert!(read("Backend logs show no errors: ", "").none);
        assert!(!read("Notify people: ", "").none);
    }

    #[test]
    fn a_verb_inside_of_a_word_or_code_is_no_verb() {
        assert_eq!(holds("This exists: ", ""), None);
        assert_eq!(holds("Redis health check passes: ", ""), None);
    }
}

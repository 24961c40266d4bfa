//! What of a symptom can be seen by a machine.

use super::words;
use crate::measure;
use domain::quantity::{Bound, Comparison};

/// What is seen where something is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Symptom {
    /// The author's words, as inline Markdown.
    pub text: String,
    /// What the command in it asks about, in lower case: "redis", "/healthz".
    pub about: Option<String>,
    /// What of it can be seen.
    pub sign: Sign,
}

/// What of a symptom can be seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Sign {
    /// These words stand in what was printed or found.
    Phrase(String),
    /// A number stands in this relation.
    Number {
        /// What it is a number of: "Cache hit rate".
        subject: String,
        /// The relation.
        bound: Bound,
    },
    /// Nothing for certain: its words may be those of what was seen.
    Words,
}

/// Words before a number that is an answer: "returns 503".
const ANSWERS: &[&str] = &["returns", "return", "answers", "gives", "status", "code", "http"];

/// Words that say that something is not there.
const NEGATIONS: &[&str] = &[
    "no", "not", "never", "without", "missing", "lacks", "cannot", "kein", "keine", "nicht",
];

impl Symptom {
    /// Of the author's words.
    pub fn of(text: &str) -> Self {
        let parts: Vec<&str> = text.split('`').collect();
        let closed = parts.len() - usize::from(parts.len().is_multiple_of(2));
        let plain = |at: &usize| at.is_multiple_of(2) || *at >= closed;
        let said: Vec<&str> = (0..parts.len()).filter(plain).map(|at| parts[at]).collect();
        let code = (1..closed)
            .step_by(2)
            .map(|at| parts[at].trim())
            .find(|code| !code.is_empty());
        let leads = parts[0].trim().is_empty();
        let words = said.join(" ");
        let quoted = said.iter().find_map(|part| in_quotes(part));
        let sign = match (quoted, code) {
            // What must not be missing cannot be seen where it is.
            (Some(phrase), _) if negated(text, &phrase) => Sign::Words,
            (None, Some(code)) if !leads && negated(text, code) => Sign::Words,
            (Some(phrase), _) => Sign::Phrase(phrase),
            (None, Some(code)) if !leads => Sign::Phrase(code.to_owned()),
            (None, _) => number(&words).or_else(|| answer(&words)).unwrap_or(Sign::Words),
        };
        let is_sign = matches!(&sign, Sign::Phrase(phrase) if Some(phrase.as_str()) == code);
        Self {
            text: text.to_owned(),
            about: code.filter(|_| !is_sign).and_then(object),
            sign,
        }
    }
}

/// Whether the words before a phrase, in the same clause, say that it is not there: "the log never shows …".
fn negated(text: &str, phrase: &str) -> bool {
    let before = text.find(phrase).map_or("", |at| &text[..at]);
    let clause = before
        .rsplit([':', ';', ',', '.', '('])
        .next()
        .unwrap_or_default();
    clause
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .any(|word| NEGATIONS.contains(&word) || word.ends_with("n't") || word.ends_with("n’t"))
}

/// The first words in quotes.
fn in_quotes(text: &str) -> Option<String> {
    let pairs = [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»')];
    let found = pairs.iter().filter_map(|(opens, closes)| {
        let start = text.find(*opens)?;
        let inner = &text[start + opens.len_utf8()..];
        let inner = inner[..inner.find(*closes)?].trim();
        (inner.chars().count() >= 2).then_some((start, inner))
    });
    found
        .min_by_key(|(start, _)| *start)
        .map(|(_, inner)| inner.to_owned())
}

fn number(text: &str) -> Option<Sign> {
    let measures = measure::find(text);
    let measure = measures.iter().find(|measure| measure.comparison.is_some())?;
    let subject = text[..measure.span.start].trim();
    words::of(subject).next()?;
    Some(Sign::Number {
        subject: subject.to_owned(),
        bound: measure.bound(Comparison::Equal),
    })
}

/// "returns 503", "exit 1".
fn answer(text: &str) -> Option<Sign> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let digits = pair[1].trim_matches(|c: char| !c.is_alphanumeric());
        let before = pair[0].to_lowercase();
        let exit = before == "exit" || before == "exits";
        // One or two digits stand in anything.
        let long = if exit { 1..=3 } else { 3..=3 };
        let is_code = long.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let code = exit || ANSWERS.contains(&before.as_str());
        (is_code && code).then(|| {
            Sign::Phrase(if exit {
                format!("Exit {digits}")
            } else {
                digits.to_owned()
            })
        })
    })
}

/// What a command asks about: its last word that is no option; of an address, its path.
fn object(command: &str) -> Option<String> {
    let last = command.split_whitespace().rfind(|word| !word.starts_with('-'))?;
    let last = last.trim_matches(['"', '\'']);
    let last = match last.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => last,
    };
    (last.chars().count() >= 3).then(|| last.to_lowercase())
}

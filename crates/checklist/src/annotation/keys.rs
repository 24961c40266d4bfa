//! The keys of an annotation and their values.

use super::{Part, Wrong, command, probes, section, window};
use crate::measure;
use domain::quantity::Unit;
use domain::role::{Right, Role};

/// Every key, for suggestions.
pub const KEYS: &[&str] = &[
    "optional",
    "attest",
    "action",
    "probe",
    "expect",
    "param",
    "timeout",
    "role",
    "id",
    "section",
    "window",
    "http",
    "file",
    "env",
    "port",
    "listening",
    "certificate",
    "dns",
    "redirects",
    "tool",
    "memory",
    "disk",
    "clock",
    "git",
    "process",
    "unit",
    "kubernetes",
    "postgres",
    "redis",
    "docker",
    "prometheus",
    "metric",
];

/// Longest time that an item may take, in seconds: a day.
const LONGEST: f64 = 86_400.0;
/// Longest id, in characters.
const LONGEST_ID: usize = 80;

/// Reads `key value…`.
pub fn read(part: &str, text: &str) -> Result<Part, Wrong> {
    if part.matches('"').count() % 2 == 1 {
        return Err(Wrong::Value("a double quote is not closed".to_owned()));
    }
    let words = words(part);
    let Some((key, values)) = words.split_first() else {
        return Err(Wrong::Value("the annotation says nothing".to_owned()));
    };
    let none = |part: Part| match values.first() {
        None => Ok(part),
        Some(word) => Err(format!("`{word}` is too much behind `{key}`")),
    };
    let read = match key.as_str() {
        "optional" => none(Part::Optional),
        "attest" => none(Part::Attest),
        "action" => none(Part::Action),
        "probe" => none(Part::Probe),
        "expect" => command::expected(values).map(Part::Expect),
        "param" => parameter(values),
        "timeout" => timeout(values),
        "role" => role(values),
        "id" => id(values),
        "section" => section::read(values).map(Part::Section),
        "window" => window::read(values).map(Part::Window),
        _ => match probes::read(key, probes::Values::new(values, text)) {
            Some(spec) => spec.map(|spec| Part::Spec(Box::new(spec))),
            None => return Err(Wrong::Key(unknown(key))),
        },
    };
    read.map_err(Wrong::Value)
}

fn parameter(values: &[String]) -> Result<Part, String> {
    let (name, value) = match values {
        [name] => match name.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (name.clone(), None),
        },
        [name, value] => (name.clone(), Some(value.clone())),
        _ => {
            return Err(
                "`param` takes a name and the words that it stands for: param DB_HOST db.internal".to_owned(),
            );
        }
    };
    let named = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.len() <= LONGEST_ID
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    match (named, &value) {
        (false, _) => Err(format!(
            "`{name}` is no name of a variable: capital letters, digits and `_`"
        )),
        (true, Some(value)) if value.is_empty() => Err(format!("`{name}` stands for nothing")),
        (true, _) => Ok(Part::Parameter { name, value }),
    }
}

fn timeout(values: &[String]) -> Result<Part, String> {
    let wrong = || format!("`{}` is no time from 1s to 24h such as `10m`", values.join(" "));
    let [word] = values else { return Err(wrong()) };
    match measure::find(word).as_slice() {
        [one]
            if one.span == (0..word.len()) && one.unit == Unit::Milliseconds && one.comparison.is_none() =>
        {
            let seconds = (one.value / 1000.0).round();
            if (1.0..=LONGEST).contains(&seconds) {
                Ok(Part::Timeout(seconds as u32))
            } else {
                Err(wrong())
            }
        }
        _ => Err(wrong()),
    }
}

/// A role that may settle an item.
fn role(values: &[String]) -> Result<Part, String> {
    let roles = || {
        Role::ALL
            .iter()
            .filter(|role| role.gives(Right::Attest, None))
            .map(|role| role.key())
    };
    match values {
        [word] if roles().any(|role| role == word) => Ok(Part::Role(word.clone())),
        _ => {
            let known: Vec<&str> = roles().collect();
            Err(format!(
                "`{}` is no role that settles an item: {}",
                values.join(" "),
                known.join(", ")
            ))
        }
    }
}

fn id(values: &[String]) -> Result<Part, String> {
    let shaped = |word: &str| {
        word.starts_with(char::is_alphanumeric)
            && word.chars().count() <= LONGEST_ID
            && word
                .chars()
                .all(|c| (c.is_alphanumeric() && !c.is_uppercase()) || c == '-')
    };
    match values {
        [word] if shaped(word) => Ok(Part::Id(word.clone())),
        _ => Err(format!(
            "`{}` is no id: small letters, digits and `-`, at most {LONGEST_ID}",
            values.join(" ")
        )),
    }
}

fn unknown(key: &str) -> String {
    let key: String = key.chars().take(40).collect();
    match nearest(&key) {
        Some(known) => format!("`{key}` is no annotation; did you mean `{known}`?"),
        None => format!("`{key}` is no annotation; the keys are {}", KEYS.join(", ")),
    }
}

/// The key that a misspelt one means.
pub fn nearest(key: &str) -> Option<&'static str> {
    let (distance, known) = KEYS.iter().map(|known| (distance(key, known), *known)).min()?;
    (distance <= 2.min(known.len() / 2)).then_some(known)
}

/// Words at white space; double quotes hold words together.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => words.push(String::new()),
            c => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// How many letters must change (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (column, other) in to.iter().enumerate() {
            let cost = corner + usize::from(letter != *other);
            corner = row[column + 1];
            row[column + 1] = cost.min(corner + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

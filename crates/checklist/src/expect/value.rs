//! What stands behind a verb: a word, a quoted text, a status, a number.

use super::{Holds, count_or_number, json};
use crate::measure;
use crate::phrases::Phrases;
use domain::probe::StatusRule;
use domain::quantity::{Bound, Comparison, Quantity, Unit};

/// How a verb compares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verb {
    /// `returns`
    Equals,
    /// `shows`
    Contains,
    /// `matches`: a pattern, perhaps.
    Matches,
}

static EMPTY: Phrases = Phrases::new(
    "empty, nothing, no output, no result, no rows, no matches, none, blank, leer, nichts, \
    keine ausgabe, vide, rien, aucun, vacío, vacía, vacio, vacia, nada, ninguno, ninguna, vazio, \
    vazia, nenhum, 空, 无输出, 没有输出, なし",
);

static SOMETHING: Phrases = Phrases::new(
    "data, something, not empty, non-empty, output, results, a response, valid, metrics, nicht leer, \
    不为空, 非空",
);

static UP: Phrases = Phrases::new(
    "all up, all \"up\", all `up`, up for all, all healthy, all running, all services up, \
    all services running, all containers running, all containers up",
);

/// Words before a value that say nothing of it.
static FILLING: Phrases = Phrases::new(
    "http status code, http status, http code, http response, status code of, status code:, \
    status code, status:, status of, status, code, statut, estado, 状态码, 状态码, with, mit, avec, con, \
    com, a, an, the, all, only, exactly, equal to, to be, response, le, la, un, une, el, o, der, die, \
    das, to return, to see, to contain, to show, value, json, output",
);

/// What a value says.
pub fn read(value: &str, verb: Verb, negated: bool) -> Option<Holds> {
    let lower = value.to_lowercase();
    let (negated, value) = match ["not ", "no longer ", "nicht "]
        .iter()
        .find(|no| lower.starts_with(**no))
    {
        Some(no) if !SOMETHING.begins(&lower) => (!negated, value.get(no.len()..).unwrap_or_default()),
        _ => (negated, value),
    };
    let holds = plain(value, verb)?;
    if negated { opposite(holds) } else { Some(holds) }
}

/// What must hold where the words deny it; `None` where nothing certain follows.
fn opposite(holds: Holds) -> Option<Holds> {
    let above_zero = |bound: &Bound| bound.comparison == Comparison::Equal && bound.quantity.value == 0.0;
    match holds {
        Holds::Empty => Some(Holds::Something),
        Holds::Something => Some(Holds::Empty),
        // "is not `0`": `100mb` holds a 0 and is none.
        Holds::Is(text) if text.trim() == "0" => Some(Holds::Number(Bound {
            comparison: Comparison::Above,
            quantity: Quantity {
                value: 0.0,
                unit: Unit::Count,
            },
        })),
        // "is not `1`": `100` holds a 1 and is another number.
        Holds::Is(text) if number(&text).is_some() => number(&text).map(|value| {
            Holds::Number(Bound {
                comparison: Comparison::Other,
                quantity: Quantity {
                    value,
                    unit: Unit::Count,
                },
            })
        }),
        Holds::Is(text) | Holds::Contains(text) => Some(Holds::Lacks(text)),
        Holds::Number(bound) if above_zero(&bound) => Some(Holds::Number(Bound {
            comparison: Comparison::Above,
            ..bound
        })),
        Holds::Number(_)
        | Holds::Word(_)
        | Holds::Lacks(_)
        | Holds::Text(_)
        | Holds::Json(_)
        | Holds::AllUp
        | Holds::Between(..)
        | Holds::Status(_)
        | Holds::Lines(_) => None,
    }
}

/// A text that is a number and nothing else.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    text.chars().all(digits).then(|| text.parse().ok()).flatten()
}

/// Whether a text begins with a word, and with no longer one.
fn begins(text: &str, word: &str) -> bool {
    let cjk = |c: char| c > '\u{2e80}';
    text.strip_prefix(word).is_some_and(|rest| {
        word.ends_with(cjk)
            || word.ends_with(['`', '"'])
            || !rest.starts_with(|c: char| c.is_alphabetic() && !cjk(c))
    })
}

fn plain(value: &str, verb: Verb) -> Option<Holds> {
    let lower = value.to_lowercase();
    let starts = |words: &Phrases| words.near(&lower).iter().any(|word| begins(&lower, word));
    if starts(&EMPTY) {
        return Some(Holds::Empty);
    }
    if let Some(list) = ["no ", "zero "].iter().find_map(|no| lower.strip_prefix(no)) {
        return none_of(list, value);
    }
    if starts(&SOMETHING) {
        return Some(Holds::Something);
    }
    if starts(&UP) {
        return Some(Holds::AllUp);
    }
    let value = without_filling(value);
    if let Some(found) = in_quotes(value) {
        return quoted(found, verb, value);
    }
    if value.starts_with(['{', '[']) {
        return json::pattern(first_json(value)).map(Holds::Json);
    }
    if let Some(status) = status(value) {
        return Some(Holds::Status(status));
    }
    if begins(&lower, "zero") {
        return Some(Holds::Number(Bound {
            comparison: Comparison::Equal,
            quantity: Quantity {
                value: 0.0,
                unit: Unit::Count,
            },
        }));
    }
    // An account or a telephone number is no quantity.
    let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    if (10..=20).contains(&digits) {
        return Some(Holds::Is(value[..digits].to_owned()));
    }
    let first = measure::find(value).into_iter().next();
    match first.filter(|measure| measure.span.start == 0 && !measure.roughly) {
        Some(_) if verb == Verb::Matches => None,
        Some(measure) => Some(count_or_number(&measure)),
        None => word(value),
    }
}

/// Words that are a state, and all that a command prints of it.
static STATES: Phrases = Phrases::new(
    "up, ok, healthy, active, running, online, green, ready, yes, no, true, false, enabled, disabled, success, \
    succeeded, passed, connected, open, on, off, available, primary, live, pong",
);

/// A state, or a version.
fn word(value: &str) -> Option<Holds> {
    let end = value
        .find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ')' | '(' | ':'))
        .unwrap_or(value.len());
    let word = value[..end].trim_end_matches(['.', '*', '!']);
    let lower = word.to_lowercase();
    let version = word.matches('.').count() >= 2 && word.split('.').all(|part| part.parse::<u64>().is_ok());
    (version || STATES.has(&lower)).then(|| Holds::Word(word.to_owned()))
}

/// A value that stands alone.
pub fn bare(text: &str) -> Option<Holds> {
    let lower = text.to_lowercase();
    if EMPTY.has(&lower) {
        return Some(Holds::Empty);
    }
    let single = !text.is_empty() && !text.contains(char::is_whitespace) && !text.contains('`');
    if !single {
        return None;
    }
    let number = text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    if number {
        Some(Holds::Word(text.to_owned()))
    } else {
        word(text)
    }
}

/// "shows no `X`", "returns no errors".
fn none_of(list: &str, value: &str) -> Option<Holds> {
    if let Some(code) = value.find('`').and_then(|at| in_quotes(&value[at..])) {
        return Some(Holds::Lacks(code.to_owned()));
    }
    let first = list.split([' ', ',', '.', ';']).next().unwrap_or_default();
    let nothing = [
        "lines",
        "line",
        "entries",
        "rows",
        "records",
        "files",
        "differences",
        "items",
        "matches",
    ];
    match first {
        "error" | "errors" => Some(Holds::Lacks("error".to_owned())),
        "warning" | "warnings" => Some(Holds::Lacks("warning".to_owned())),
        word if nothing.contains(&word) => Some(Holds::Empty),
        _ => None,
    }
}

fn quoted(text: &str, verb: Verb, value: &str) -> Option<Holds> {
    let trimmed = text.trim();
    if trimmed.starts_with(['{', '['])
        && let Some(fields) = json::pattern(trimmed)
    {
        return Some(Holds::Json(fields));
    }
    if trimmed.len() == 3
        && let Some(StatusRule::Is(code)) = status(trimmed)
    {
        // "`200` or `302`"
        let rest = value.trim_start_matches('`').trim_start_matches(trimmed);
        let other = rest
            .trim_start_matches(['`', ' '])
            .strip_prefix("or ")
            .and_then(in_quotes);
        let other = other.and_then(status).and_then(|status| match status {
            StatusRule::Is(code) => Some(code),
            StatusRule::Success | StatusRule::Either(..) | StatusRule::Between(..) => None,
        });
        return Some(Holds::Status(
            other.map_or(StatusRule::Is(code), |other| StatusRule::Either(code, other)),
        ));
    }
    let upper = trimmed.to_uppercase();
    if let Some(status) = status(trimmed)
        && (upper.ends_with(" OK")
            || upper.starts_with("HTTP")
            || matches!(status, StatusRule::Success | StatusRule::Between(..)))
    {
        return Some(Holds::Status(status));
    }
    match (verb, measure_of(trimmed)) {
        (Verb::Equals, Some(bound)) if bound.quantity.unit != Unit::Count => Some(Holds::Number(bound)),
        (Verb::Equals | Verb::Contains, Some(bound)) if bound.comparison != Comparison::Equal => {
            Some(Holds::Number(bound))
        }
        (Verb::Equals, _) => Some(Holds::Is(text.to_owned())),
        (Verb::Contains, _) => Some(Holds::Contains(text.to_owned())),
        (Verb::Matches, _) if is_pattern(text) => None,
        (Verb::Matches, _) => Some(Holds::Contains(text.to_owned())),
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '[', ']', '^', '$', '\\', '+', '?', '|', '(', ')'])
}

fn measure_of(text: &str) -> Option<Bound> {
    let measures = measure::find(text);
    let [only] = measures.as_slice() else { return None };
    let plain = only.span == (0..text.len()) && only.upper.is_none() && !only.roughly;
    plain.then(|| only.bound(Comparison::Equal))
}

/// The text between the quotes that begin a value.
fn in_quotes(value: &str) -> Option<&str> {
    let pairs = [
        ('`', '`'),
        ('"', '"'),
        ('“', '”'),
        ('\'', '\''),
        ('«', '»'),
        ('「', '」'),
    ];
    pairs.iter().find_map(|(open, close)| {
        let inside = value.strip_prefix(*open)?;
        inside
            .find(*close)
            .map(|end| &inside[..end])
            .filter(|inside| !inside.is_empty())
    })
}

/// From an opening brace or bracket to the last closing one.
fn first_json(value: &str) -> &str {
    value.rfind(['}', ']']).map_or(value, |end| &value[..=end])
}

fn without_filling(mut text: &str) -> &str {
    // Each turn takes something off; more than a few words of this kind are no value.
    for _ in 0..6 {
        let near = FILLING.near_ignoring_case(text);
        let Some(rest) = near.iter().find_map(|words| filling(text, words)) else {
            break;
        };
        text = rest;
    }
    text
}

/// What follows `words`, where a text begins with them.
fn filling<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let head = text.get(..words.len())?;
    let rest = &text[words.len()..];
    let apart = rest.starts_with(' ') || words.ends_with(':') || !words.is_ascii();
    (apart && head.eq_ignore_ascii_case(words)).then(|| rest.trim_start())
}

/// A status at the start: `200`, `200 OK`, `HTTP 204`, `2xx`, `200-299`, `301 or 302`.
pub fn status(text: &str) -> Option<StatusRule> {
    let text = without_filling(text.trim_start());
    let protocol = ["http/1.1", "http/1.0", "http/2", "http/3", "http"]
        .iter()
        .find_map(|words| filling(text, words));
    let text = without_filling(protocol.unwrap_or(text));
    let class = text.as_bytes();
    if let [digit @ b'1'..=b'5', b'x' | b'X', b'x' | b'X', rest @ ..] = class
        && !rest.first().is_some_and(u8::is_ascii_alphanumeric)
    {
        let from = u16::from(digit - b'0') * 100;
        return Some(match from {
            200 => StatusRule::Success,
            from => StatusRule::Between(from, from + 99),
        });
    }
    let (first, rest) = code(text)?;
    let behind = |separators: &[&str]| {
        let rest = rest.trim_start();
        separators
            .iter()
            .find_map(|separator| rest.strip_prefix(*separator))
            .and_then(|rest| code(rest.trim_start()))
            .map(|(code, _)| code)
    };
    if let Some(last) = behind(&["-", "–", "to "]) {
        return Some(match (first, last) {
            (200, 299) => StatusRule::Success,
            (first, last) => StatusRule::Between(first, last.max(first)),
        });
    }
    if let Some(other) = behind(&["or ", "/", "oder ", "ou ", "o ", "或"]) {
        return Some(StatusRule::Either(first, other));
    }
    Some(StatusRule::Is(first))
}

/// Three digits that can be a status, and what follows them.
fn code(text: &str) -> Option<(u16, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &text[digits..];
    let goes_on = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '%' | '+'));
    let fraction = rest.starts_with('.') && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    let unit = measure::find(text).first().is_some_and(|measure| {
        measure.span.start == 0 && (measure.unit != Unit::Count || counts(&measure.noun))
    });
    let code = (digits == 3 && !goes_on && !fraction && !unit)
        .then(|| text[..3].parse().ok())
        .flatten()
        .filter(|code| (100..600).contains(code))?;
    Some((code, rest))
}

/// "returns 200 rows" counts something.
fn counts(noun: &str) -> bool {
    [
        "rows",
        "lines",
        "records",
        "entries",
        "items",
        "results",
        "users",
        "requests",
        "connections",
    ]
    .contains(&noun)
}

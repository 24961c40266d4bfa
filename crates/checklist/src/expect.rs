//! What must hold, in the author's words around a command: "returns `512mb`", "is empty", "<512MB".

mod claim;
mod exit;
mod json;
mod lines;
mod value;
mod verbs;

use crate::measure::{self, Measure};
use crate::phrases::Lower;
pub use claim::{Claim, claim};
use domain::probe::{JsonField, StatusRule, TextRule};
use domain::quantity::{Bound, Comparison, Unit};
use std::cell::OnceCell;
use value::Verb;
pub use verbs::{announces, ends_with_verb, means_errors};

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
    /// Why what the words ask for cannot be judged, where it cannot: it stays somebody's word.
    pub beyond: Option<String>,
    /// The output that is shown is an example, and the words say nothing else.
    pub example: bool,
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
    /// This word comes out, where one value does: "is green". Elsewhere it says nothing certain.
    Word(String),
    /// This is not in it: `should not contain`.
    Lacks(String),
    /// Each of these lines is in it.
    Text(Vec<String>),
    /// JSON with these fields.
    Json(Vec<JsonField>),
    /// Every line of a list of services says that it is up.
    AllUp,
    /// A number stands in this relation.
    Number(Bound),
    /// A number stands between two others.
    Between(Bound, Bound),
    /// An HTTP status.
    Status(StatusRule),
    /// So many lines.
    Lines(u32),
}

impl Expectation {
    /// The same with what a block of output shows, where that says more than the words.
    #[must_use]
    pub fn with_output(mut self, text: Option<&str>) -> Self {
        let Some(text) = text else { return self };
        match output(text) {
            Some(holds) => {
                self.words = Some("the output shown below".to_owned());
                (self.holds, self.beyond) = (Some(holds), None);
            }
            // The words may say enough by themselves.
            None => self.example = self.holds.is_none() && !self.none,
        }
        self
    }
}

/// Longest text that is searched for an expectation, in bytes.
const LONGEST: usize = 2000;

/// Reads the words before and after a command. Inline code in them stands between backticks.
pub fn read(before: &str, after: &str) -> Expectation {
    let (before, after) = (Words::of(before), Words::of(after));
    let none_before = says_none(&before.lower);
    let hunts = || verbs::hunts(&before.lower) || verbs::hunts(&after.lower);
    let within_ms = response_time(&before).or_else(|| response_time(&after));
    let mut expectation = Expectation {
        none: none_before || says_clean(&after.lower) || hunts(),
        within_ms,
        beyond: exit::exit_code(&after.lower).or_else(|| exit::exit_code(&before.lower)),
        ..Expectation::default()
    };
    if says_exit(&after.lower) || says_exit(&before.lower) {
        return expectation;
    }
    let found = by_verb(&after)
        .or_else(|| verbs::behind(after.text))
        .or_else(|| by_number(&after))
        .or_else(|| by_number(&before))
        .or_else(|| by_status(after.text))
        .or_else(|| bare(after.text));
    let found = found.or_else(|| stated_status(&before).filter(|_| none_before));
    let found = match found {
        None if none_before => {
            expectation.words = Some(before.text.trim().trim_end_matches(':').to_owned());
            return expectation;
        }
        // Before a command a word such as "running" is its subject's.
        None => by_verb(&before)
            .filter(|said| !matches!(said.holds, Holds::Word(_)))
            .or_else(|| verbs::behind(before.text))
            .or_else(|| by_status(before.text)),
        found => found,
    };
    if let Some(Said { words, holds }) = found {
        expectation.words = Some(words);
        expectation.holds = Some(holds);
    } else if expectation.beyond.is_none() && within_ms.is_none() && !expectation.none {
        expectation.beyond = beyond(&after).or_else(|| beyond(&before));
    }
    expectation
}

/// Reads a block of output that a command is expected to print: JSON, or a few lines of text. `None` where it is an
/// example that no output would equal.
pub fn output(text: &str) -> Option<Holds> {
    let text = text.trim();
    if let Some(fields) = json::pattern(text) {
        return Some(Holds::Json(fields));
    }
    lines::read(text)
}

/// The words on one side of a command, with what several questions look for in them.
struct Words<'t> {
    text: &'t str,
    lower: Lower,
    measures: Vec<Measure>,
    verbs: OnceCell<Vec<verbs::Found>>,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        let text = cut(text);
        Words {
            text,
            lower: Lower::of(text),
            measures: measure::find(text),
            verbs: OnceCell::new(),
        }
    }

    fn verbs(&self) -> &[verbs::Found] {
        self.verbs.get_or_init(|| verbs::all(self.text))
    }
}

/// Words that say what must hold, and what it is.
#[derive(Debug, PartialEq)]
pub struct Said {
    words: String,
    holds: Holds,
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// "No …", "Zero …", "… show no errors", "without errors".
pub fn says_none(lower: &Lower) -> bool {
    let start = lower.trim_start();
    let first = [
        "no ", "zero ", "kein ", "keine ", "aucun ", "aucune ", "sin ", "sem ", "nenhum ", "无", "没有",
    ];
    let inside = [
        " no ",
        " zero ",
        " without ",
        " free of ",
        " kein ",
        " keine ",
        " ohne ",
        " aucun ",
        " aucune ",
        " sans ",
        " sin ",
        " sem ",
        "无错误",
        "没有错误",
        "无异常",
        "没有异常",
        "がない",
        "がなし",
        "エラーなし",
    ];
    first.iter().any(|words| start.starts_with(words)) || lower.any(&inside)
}

/// Words behind a command that there is nothing in its output that there should not be.
fn says_clean(lower: &Lower) -> bool {
    lower.any(&[
        "no error",
        "no errors",
        "without errors",
        "zero errors",
        "no warnings",
        "no output",
        "no results",
        "keine fehler",
        "aucune erreur",
        "sin errores",
        "sem erros",
        "无错误",
        "没有错误",
        "エラーなし",
        "エラーがない",
    ])
}

fn says_exit(lower: &Lower) -> bool {
    lower.any(&["exit code", "exit status", "exits with", "exits 0", "return code"])
}

/// The first verb behind which something stands that can be judged.
fn by_verb(words: &Words<'_>) -> Option<Said> {
    let text = words.text;
    let said = |found: &verbs::Found| {
        let value = text[found.at + found.length..].trim_start_matches([' ', ':', '*', '，', '：']);
        let holds = value::read(value, found.verb, found.negated)?;
        let end = value
            .find(['.', ';', '(', '。'])
            .filter(|end| value[..*end].matches('`').count().is_multiple_of(2));
        let words = text[found.at..].trim();
        let spoken = end.map_or(words, |end| &text[found.at..text.len() - value.len() + end]);
        let words = spoken.trim().to_owned();
        Some(Said { words, holds })
    };
    let mut all = words.verbs().iter().filter_map(said);
    let first = all.next()?;
    // "is live and returns 200": what is certain comes before a state.
    let certain = |said: &Said| !matches!(said.holds, Holds::Word(_));
    match certain(&first) {
        true => Some(first),
        false => all.find(certain).or(Some(first)),
    }
}

/// A value alone behind a command: "# healthy", "(6.1.0)", "vazio".
fn bare(text: &str) -> Option<Said> {
    let words = text.trim_matches([' ', '(', ')', '.', ',', ';', '=', '→', '-', '>']);
    let holds = value::bare(words)?;
    Some(Said {
        words: words.to_owned(),
        holds,
    })
}

/// The first number with a comparison, or a range.
fn by_number(words: &Words<'_>) -> Option<Said> {
    let compares = |measure: &&Measure| measure.comparison.is_some();
    let measure = words.measures.iter().find(compares)?;
    let said = words.text[measure.span.clone()].trim().to_owned();
    let holds = count_or_number(measure);
    Some(Said { words: said, holds })
}

/// "200 OK", "HTTP 200", "status 204" without a verb.
fn by_status(text: &str) -> Option<Said> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let at = ["http/1.1 ", "http/2 ", "http ", "status code ", "status "]
        .iter()
        .filter_map(|words| lower.find(words))
        .chain(lower.find(" ok").and_then(|end| end.checked_sub(3)))
        .find(|at| text.is_char_boundary(*at) && value::status(&text[*at..]).is_some())?;
    let status = value::status(&text[at..])?;
    let words = text[at..].chars().take(20).collect::<String>().trim().to_owned();
    Some(Said {
        words,
        holds: Holds::Status(status),
    })
}

/// Numbers as words.
const SPELLED: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "both",
    "zwei", "drei", "deux", "trois", "dos", "tres",
];

/// "Without a token it returns 401": a status is what comes out, whatever else the words deny.
fn stated_status(words: &Words<'_>) -> Option<Said> {
    by_verb(words)
        .filter(|said| matches!(said.holds, Holds::Status(_)))
        .or_else(|| by_status(words.text))
}

/// Why what these words ask for cannot be judged here.
fn beyond(words: &Words<'_>) -> Option<String> {
    let text = words.text;
    let matches = words.verbs().iter().find(|found| found.verb == Verb::Matches);
    if let Some(found) = matches
        && text[found.at + found.length..].contains('`')
    {
        return Some("what it must match is a pattern, which is not read yet".to_owned());
    }
    let spelled = words.verbs().iter().any(|found| {
        let value = text[found.at + found.length..].trim_start().to_lowercase();
        let word = value
            .split(|c: char| !c.is_alphabetic())
            .next()
            .unwrap_or_default();
        found.verb == Verb::Contains && SPELLED.contains(&word)
    });
    if spelled {
        return Some("the number is written as a word, which is not counted yet".to_owned());
    }
    let rough = words.measures.iter().any(|measure| measure.roughly);
    if rough {
        return Some("the number is not exact, and the line does not say how far off it may be".to_owned());
    }
    match claim::among(text, &words.measures)? {
        Claim::Stable => Some("what is stable takes several looks, and the command is asked once".to_owned()),
        changed @ Claim::Changed { .. } => Some(format!(
            "{changed} compares with a measurement from before, which nothing takes yet"
        )),
        Claim::Bound { .. } => None,
    }
}

fn count_or_number(measure: &Measure) -> Holds {
    let lines = [
        "new", "lines", "line", "rows", "row", "entries", "results", "listed", "indexes", "items",
    ];
    let counted = measure.unit == Unit::Count && lines.contains(&measure.noun.as_str());
    match (measure.comparison, measure.range()) {
        (Some(Comparison::AtLeast), _) if counted => Holds::Lines(measure.value as u32),
        (None, Some((low, high))) => Holds::Between(low, high),
        _ => Holds::Number(measure.bound(Comparison::Equal)),
    }
}

/// "answers within 200 ms", "<200ms response": at most ten minutes.
fn response_time(words: &Words<'_>) -> Option<u64> {
    let bound = words.measures.iter().find(|measure| {
        let upper = matches!(measure.comparison, Some(Comparison::AtMost | Comparison::Below));
        upper && measure.unit == Unit::Milliseconds && (1.0..=600_000.0).contains(&measure.value)
    })?;
    let about = words.lower.any(&[
        "answer", "respon", "latency", "load", "within", "time", "antwort", "répon", "响应", "応答",
    ]);
    about.then_some(bound.value as u64)
}

/// The rules for a text that a command or a file gives.
pub fn text_rules(holds: &Holds) -> Vec<TextRule> {
    match holds {
        Holds::Empty => vec![TextRule::Empty],
        Holds::Something => vec![TextRule::NotEmpty],
        Holds::Is(value) => vec![TextRule::Is(value.clone())],
        Holds::Contains(value) => vec![TextRule::Contains(value.clone())],
        Holds::Word(_) => Vec::new(),
        Holds::Lacks(value) => vec![TextRule::Lacks(value.clone())],
        Holds::Text(lines) => lines.iter().cloned().map(TextRule::Contains).collect(),
        Holds::Json(fields) => vec![TextRule::Json(fields.clone())],
        Holds::AllUp => all_up(),
        Holds::Number(bound) => vec![TextRule::Number(*bound)],
        Holds::Between(low, high) => vec![TextRule::Number(*low), TextRule::Number(*high)],
        Holds::Status(status) => vec![printed_status(*status)],
        Holds::Lines(count) => vec![TextRule::LinesAtLeast(*count)],
    }
}

/// A status as a text shows it.
fn printed_status(status: StatusRule) -> TextRule {
    match status {
        StatusRule::Is(code) => TextRule::Contains(code.to_string()),
        StatusRule::Success | StatusRule::Between(..) | StatusRule::Either(..) => TextRule::NotEmpty,
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
mod tests;

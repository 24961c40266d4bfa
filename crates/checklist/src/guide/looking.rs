//! Which symptoms match what was really seen of a line, and how that is known.

use super::{Guide, Sign, Symptom, words};
use crate::measure;
use domain::{
    quantity::{Bound, Quantity},
    verdict::{Finding, Verdict},
};

/// How many words a symptom and what was seen must share.
const ENOUGH: usize = 2;

const OUTPUT: &str = "in the output";

/// Where else.
const REASON: &str = "in the reason";

/// How much of a line is shown, in characters.
const SHOWN: usize = 160;

/// Whether a symptom matches, and in words how that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It was seen.
    Seen(String),
    /// It has the same words as what was seen.
    Alike(String),
    /// It was not seen.
    Not(String),
}

impl Sight {
    /// Whether it matches.
    pub fn matches(&self) -> bool {
        !matches!(self, Sight::Not(_))
    }

    /// How that is known.
    pub fn words(&self) -> &str {
        match self {
            Sight::Seen(words) | Sight::Alike(words) | Sight::Not(words) => words,
        }
    }
}

/// What was seen of a line that does not pass.
#[derive(Clone, Debug)]
pub struct Looked<'a> {
    finding: &'a Finding,
    /// What was asked, in lower case.
    asked: String,
    /// What was printed, found and said: where, the line, and the same in lower case.
    lines: Vec<(&'static str, &'a str, String)>,
    asked_words: Vec<String>,
    told_words: Vec<String>,
}

impl<'a> Looked<'a> {
    /// What was seen of the line with these words.
    pub fn new(line: &str, finding: &'a Finding) -> Self {
        let evidence = &finding.evidence;
        let asked = format!("{line} {} {}", evidence.target, evidence.expected);
        let told = format!("{line} {} {}", finding.reason, evidence.found);
        let output = evidence.output.as_ref();
        let printed = output
            .into_iter()
            .flat_map(|output| [&output.text, &output.ending]);
        let sources = printed
            .map(|text| (OUTPUT, text))
            .chain([("found", &evidence.found), (REASON, &finding.reason)]);
        Self {
            finding,
            asked_words: words::of(&asked).collect(),
            told_words: words::of(&told).collect(),
            asked: asked.to_lowercase(),
            lines: sources
                .flat_map(|(place, text)| text.lines().map(move |line| (place, line, line.to_lowercase())))
                .collect(),
        }
    }

    /// Each symptom of a guide, in its order.
    pub fn at(&self, guide: &Guide) -> Vec<Sight> {
        guide
            .symptoms
            .iter()
            .map(|symptom| self.symptom(symptom))
            .collect()
    }

    fn symptom(&self, symptom: &Symptom) -> Sight {
        if let Some(about) = symptom.about.as_deref().filter(|_| symptom.sign != Sign::Words)
            && !self.mentions(about)
        {
            return Sight::Not(format!("nothing that was seen is about {about}"));
        }
        match &symptom.sign {
            Sign::Phrase(phrase) => self.phrase(phrase),
            Sign::Number { subject, bound } => self.number(subject, *bound),
            Sign::Words => self.alike(&symptom.text),
        }
    }

    fn mentions(&self, about: &str) -> bool {
        self.asked.contains(about) || self.lines.iter().any(|(_, _, lower)| lower.contains(about))
    }

    fn phrase(&self, phrase: &str) -> Sight {
        let spellings = spellings(phrase);
        let stands = |text: &str| spellings.iter().any(|phrase| stands_in(text, phrase));
        // A reason says what was asked for too, and who could not ask says only that.
        let asked = stands(&self.asked);
        let answered = matches!(self.finding.verdict, Verdict::Fail | Verdict::Warning);
        let seen = |place: &str| match place {
            OUTPUT => true,
            REASON => !asked,
            _ => answered || !asked,
        };
        let mut lines = self.lines.iter().filter(|(place, ..)| seen(place));
        let found = lines.find(|(_, _, lower)| stands(lower));
        match found {
            Some((place, line, _)) => Sight::Seen(format!("{place}: {}", shown(line))),
            None => Sight::Not("not in what was seen".to_owned()),
        }
    }

    fn number(&self, subject: &str, bound: Bound) -> Sight {
        if !words::of(subject).all(|word| self.asked_words.contains(&word)) {
            return Sight::Not("this line asks for another number".to_owned());
        }
        let texts = [&self.finding.evidence.found, &self.finding.reason];
        let has_number = matches!(self.finding.verdict, Verdict::Fail | Verdict::Warning);
        // A number that is compared with something is the limit.
        let value = texts.into_iter().filter(|_| has_number).find_map(|text| {
            let measures = measure::find(text).into_iter();
            measures
                .filter(|measure| measure.unit == bound.quantity.unit && measure.comparison.is_none())
                .map(|measure| measure.value)
                .next()
        });
        let Some(value) = value else {
            return Sight::Not("no number was seen".to_owned());
        };
        let unit = bound.quantity.unit;
        let read = Quantity { value, unit };
        match bound.comparison.holds(value, bound.quantity.value) {
            true => Sight::Seen(format!("{read}, the symptom says {bound}")),
            false => Sight::Not(format!("{read}, the symptom says {bound}")),
        }
    }

    fn alike(&self, symptom: &str) -> Sight {
        let (mut all, mut shared) = (0, Vec::new());
        for word in words::of(symptom) {
            all += 1;
            if self.told_words.contains(&word) && !shared.contains(&word) {
                shared.push(word);
            }
        }
        if shared.len() >= ENOUGH && shared.len() * 2 >= all {
            Sight::Alike(format!("the same words ({})", shared.join(", ")))
        } else {
            Sight::Not("nothing that a probe sees: look yourself".to_owned())
        }
    }
}

/// A phrase in lower case, and as others write it.
fn spellings(phrase: &str) -> Vec<String> {
    let lower = phrase.to_lowercase();
    let code = lower
        .strip_prefix("exit ")
        .or_else(|| lower.strip_prefix("exited ("))
        .map(|code| code.trim_start_matches("code ").trim_end_matches(')').to_owned());
    let mut all = vec![lower];
    if let Some(code) = code.filter(|code| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit()))
    {
        all.extend([
            format!("exit {code}"),
            format!("exit code {code}"),
            format!("exited ({code})"),
        ]);
    }
    all
}

/// Whether a phrase stands in a line, and does not begin or end within a word.
fn stands_in(line: &str, phrase: &str) -> bool {
    if phrase.is_empty() {
        return false;
    }
    let is_number = phrase.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (first, last) = (phrase.chars().next(), phrase.chars().next_back());
    line.match_indices(phrase).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + phrase.len()..].chars().next();
        let in_a_word = is_word(first) && is_word(before) || is_word(last) && is_word(after);
        let in_a_number = || is_number && of_a_number(&line[..start], &line[start + phrase.len()..]);
        !(in_a_word || in_a_number())
    })
}

/// Whether digits between these are a part of another number, or so much of something: "10.0.0.1", "503 ms".
fn of_a_number(before: &str, after: &str) -> bool {
    const UNITS: &[&str] = &[
        "ms", "s", "us", "min", "h", "d", "b", "kb", "mb", "gb", "kib", "mib", "gib",
    ];
    let joins = |c: Option<char>| c.is_some_and(|c| matches!(c, '.' | ',' | ':' | '/' | '-'));
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let (mut left, mut right) = (before.chars().rev(), after.chars());
    let goes_on = joins(left.next()) && digit(left.next()) || joins(right.next()) && digit(right.next());
    let word: String = after
        .trim_start()
        .chars()
        .take_while(|c| c.is_alphabetic())
        .collect();
    goes_on || after.trim_start().starts_with('%') || UNITS.contains(&word.as_str())
}

fn shown(line: &str) -> String {
    let line = line.trim();
    match line.char_indices().nth(SHOWN) {
        None => line.to_owned(),
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

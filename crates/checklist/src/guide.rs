//! A guide out of the prose of its section: what is seen where something is wrong, and what to do about it. A plan keeps the prose, so
//! the guides of a plan that was published long ago are read like those of a new one, and no plan becomes another.

mod looking;
mod symptom;
mod words;

pub use looking::{Looked, Sight};
pub use symptom::{Sign, Symptom};

use domain::plan::{Section, SectionKind};

/// Most symptoms, and most steps, that are read of a guide.
const MOST: usize = 30;

/// The longest text of a symptom or a step, in characters.
const LONGEST: usize = 500;

/// A guide.
#[derive(Clone, Debug, PartialEq)]
pub struct Guide {
    /// Its heading.
    pub issue: String,
    /// What is seen, in the document's order.
    pub symptoms: Vec<Symptom>,
    /// What to do, in the document's order.
    pub steps: Vec<Step>,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The author's words, as inline Markdown.
    pub text: String,
    /// The command in them, or in the block below them.
    pub command: Option<String>,
}

/// Where in a guide a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Before,
    Symptoms,
    Solutions,
}

const SYMPTOMS: &[&str] = &["symptom", "sign", "anzeichen", "síntoma", "sintom", "症状"];
const SOLUTIONS: &[&str] = &[
    "solution",
    "fix",
    "resolution",
    "remed",
    "what to do",
    "lösung",
    "abhilfe",
    "solución",
    "solucion",
    "soluzion",
    "解决",
];

/// The guide of a section; `None` where it is none, or says neither what is seen nor what to do.
pub fn of(section: &Section) -> Option<Guide> {
    if section.kind != SectionKind::Troubleshooting {
        return None;
    }
    let mut reading = Reading::default();
    section.prose.lines().for_each(|line| reading.line(line));
    let Reading { symptoms, steps, .. } = reading;
    if symptoms.is_empty() && steps.is_empty() {
        return None;
    }
    Some(Guide {
        issue: section.title.clone(),
        symptoms: symptoms.iter().map(|text| Symptom::of(text)).collect(),
        steps: steps.into_iter().map(Draft::done).collect(),
    })
}

/// A step while its lines are read.
struct Draft {
    text: String,
    block: Option<String>,
}

impl Draft {
    fn done(self) -> Step {
        Step {
            command: self.block.or_else(|| command(&self.text)),
            text: self.text,
        }
    }
}

struct Reading {
    part: Part,
    /// The lines of a block of code that is open.
    block: Option<Vec<String>>,
    symptoms: Vec<String>,
    steps: Vec<Draft>,
    /// The line before was empty.
    apart: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            part: Part::Before,
            block: None,
            symptoms: Vec::new(),
            steps: Vec::new(),
            apart: false,
        }
    }
}

impl Reading {
    fn line(&mut self, line: &str) {
        let text = line.trim();
        let fence = text.starts_with("```") || text.starts_with("~~~");
        if let Some(mut block) = self.block.take() {
            if fence {
                self.blocked(&block);
            } else {
                block.push(text.to_owned());
                self.block = Some(block);
            }
            return;
        }
        if fence {
            self.block = Some(Vec::new());
            return;
        }
        let indented = line.starts_with("  ") || line.starts_with('\t');
        let apart = std::mem::replace(&mut self.apart, text.is_empty());
        if let Some((ordered, text)) = entry(text).filter(|_| !indented) {
            self.enter(ordered, text);
        } else if let Some((part, rest)) = label(text) {
            self.part = part;
            if !rest.is_empty() {
                self.enter(false, rest);
            }
        } else if !text.is_empty() && (indented || !apart) {
            self.go_on(entry(text).map_or(text, |(_, text)| text));
        }
    }

    fn enter(&mut self, ordered: bool, text: &str) {
        match self.part {
            Part::Symptoms if self.symptoms.len() < MOST => self.symptoms.push(clipped(text)),
            // Steps without a heading are steps; other lists may be anything.
            Part::Before if !ordered => {}
            Part::Solutions | Part::Before if self.steps.len() < MOST => self.steps.push(Draft {
                text: clipped(text),
                block: None,
            }),
            Part::Symptoms | Part::Solutions | Part::Before => {}
        }
    }

    fn go_on(&mut self, text: &str) {
        let last = match self.part {
            Part::Symptoms => self.symptoms.last_mut(),
            Part::Solutions | Part::Before => self.steps.last_mut().map(|step| &mut step.text),
        };
        if let Some(last) = last.filter(|last| last.len() < LONGEST) {
            *last = clipped(&format!("{last} {text}"));
        }
    }

    /// A block of code has ended: the command of the step above it.
    fn blocked(&mut self, lines: &[String]) {
        let step = self.steps.last_mut().filter(|step| step.block.is_none());
        if let Some(step) = step.filter(|_| self.part != Part::Symptoms) {
            let command = lines.join("\n").trim().to_owned();
            step.block = (!command.is_empty()).then_some(command);
        }
    }
}

/// The text of a list's entry, and whether it is numbered.
fn entry(line: &str) -> Option<(bool, &str)> {
    let bullet = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
    let (ordered, text) = match bullet {
        Some(text) => (false, text),
        None => {
            let text = line.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = line.len() - text.len();
            let text = text.strip_prefix(". ").or_else(|| text.strip_prefix(") "))?;
            (1..=4).contains(&digits).then_some((true, text))?
        }
    };
    let boxed = ["[ ] ", "[x] ", "[X] "]
        .iter()
        .find_map(|mark| text.strip_prefix(mark));
    Some((ordered, boxed.unwrap_or(text).trim()))
}

/// "**Symptoms:**", and what follows it in its line.
fn label(line: &str) -> Option<(Part, &str)> {
    let bare = line.trim_start_matches(['*', '_', '#', ' ']);
    let (head, rest) = bare.split_once(':').unwrap_or((bare, ""));
    let head = head.trim_end_matches(['*', '_', ' ']);
    if head.split_whitespace().count() > 3 || (bare.len() == line.len() && !line.contains(':')) {
        return None;
    }
    let head = head.to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| head.starts_with(word));
    let part = match (begins(SYMPTOMS), begins(SOLUTIONS)) {
        (true, _) => Part::Symptoms,
        (false, true) => Part::Solutions,
        (false, false) => return None,
    };
    Some((part, rest.trim_start_matches(['*', '_']).trim()))
}

/// The command in a step's words: code behind a colon, code that is all of it, or code of several words.
fn command(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('`').collect();
    // What stands between an even number of backticks is code; the last of an odd number opens none.
    let spans = parts
        .windows(2)
        .enumerate()
        .filter(|(at, _)| at.is_multiple_of(2) && at + 2 < parts.len());
    let mut code = spans.map(|(_, pair)| (pair[0].trim_end(), pair[1].trim()));
    let found = code.find(|(before, code)| {
        let announced = before.ends_with(':') || before.is_empty();
        !code.is_empty() && (announced || code.contains(char::is_whitespace))
    });
    found.map(|(_, code)| code.to_owned())
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

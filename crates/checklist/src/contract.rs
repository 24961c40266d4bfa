//! What happens with a command of which nobody knows how it ended: whether it can simply run again.
//!
//! The table is closed. A command is in it where the same bytes, run twice in a row, leave what they leave when they run once,
//! wherever the first time broke off. Of several commands each must be in it, and none may write what one before it has read:
//! `cp current previous && cp new current` loses the previous one the second time.

mod cluster;
mod containers;
mod data;
mod files;
mod git;
mod services;
#[cfg(test)]
mod tests;

use crate::classify::{self, Effect};
use crate::shell::{self, Own, Pipeline, Redirect, Script, Simple};
use crate::word::{Becomes, FILLED, Word};
use domain::rollback::Contract;

/// The contract of a command: [`Contract::Idempotent`] where it is in the table, else [`Contract::Manual`].
pub fn of(command: &str) -> Contract {
    match text(command, 0) {
        Some(_) => Contract::Idempotent,
        None => Contract::Manual,
    }
}

/// Deepest nesting of commands that is looked into.
const DEEPEST: u32 = 4;

/// What a command that can run twice reads and writes, so far as the order of several matters.
#[derive(Debug, Default, PartialEq)]
struct Twice {
    takes: Vec<Thing>,
    gives: Vec<Thing>,
}

/// What a command reads or writes.
#[derive(Clone, Debug, PartialEq)]
enum Thing {
    /// A file or folder.
    File(String),
    /// Any file.
    Files,
    /// An image by its name.
    Image(String),
    /// Any image.
    Images,
    /// What the names of a repository stand for.
    Names,
}

impl Twice {
    fn takes(things: impl IntoIterator<Item = Thing>) -> Self {
        Twice {
            takes: things.into_iter().collect(),
            gives: Vec::new(),
        }
    }

    fn gives(mut self, things: impl IntoIterator<Item = Thing>) -> Self {
        self.gives.extend(things);
        self
    }

    /// It depends on anything that another command could change.
    fn sees_all() -> Self {
        Self::takes([Thing::Files, Thing::Images, Thing::Names])
    }

    /// Both, one after the other; `None` where the second writes what the first has read.
    fn then(mut self, next: Twice) -> Option<Self> {
        let clash = |take: &Thing| next.gives.iter().any(|give| take.meets(give));
        if self.takes.iter().any(clash) {
            return None;
        }
        self.takes.extend(next.takes);
        self.gives.extend(next.gives);
        Some(self)
    }
}

impl Thing {
    /// A path; one that the shell fills in can be any.
    fn file(path: &str) -> Self {
        match path.contains([FILLED, '*', '?', '[', '{', '~']) {
            true => Thing::Files,
            false => Thing::File(path.trim_start_matches("./").trim_end_matches('/').to_owned()),
        }
    }

    fn meets(&self, other: &Thing) -> bool {
        let within = |path: &str, folder: &str| {
            path.strip_prefix(folder)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || folder.is_empty())
        };
        match (self, other) {
            (Thing::File(one), Thing::File(two)) => {
                within(one, two) || within(two, one) || name(one) == name(two)
            }
            (Thing::Files, Thing::File(_) | Thing::Files) | (Thing::File(_), Thing::Files) => true,
            (Thing::Image(one), Thing::Image(two)) => {
                one == two || one.contains(FILLED) || two.contains(FILLED)
            }
            (Thing::Images, Thing::Image(_) | Thing::Images) | (Thing::Image(_), Thing::Images) => true,
            (Thing::Names, Thing::Names) => true,
            (Thing::File(_) | Thing::Files, Thing::Image(_) | Thing::Images | Thing::Names)
            | (Thing::Image(_) | Thing::Images, Thing::File(_) | Thing::Files | Thing::Names)
            | (Thing::Names, Thing::File(_) | Thing::Files | Thing::Image(_) | Thing::Images) => false,
        }
    }
}

/// The last part of a path: the same file can be named from another folder.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What a text is when it runs twice; `None` where that is not known.
fn text(command: &str, depth: u32) -> Option<Twice> {
    if depth > DEEPEST {
        return None;
    }
    let script = shell::read(command).ok()?;
    if script.own.endless.is_some() || !script.own.functions.is_empty() {
        return None;
    }
    let mut all = Twice::default();
    for pipeline in &script.pipelines {
        all = all.then(piped(pipeline, depth)?)?;
    }
    Some(all)
}

/// One pipeline: a command of the table, whose output may be filtered, or nothing but reading.
fn piped(pipeline: &Pipeline, depth: u32) -> Option<Twice> {
    let (first, filters) = pipeline.stages.split_first()?;
    if !filters.is_empty() {
        let plain = filters.iter().all(filters_text);
        return match plain && quiet(first) && !reads_from(&pipeline.stages) {
            true => simple(first, depth),
            false => reads_from(&pipeline.stages).then(Twice::sees_all),
        };
    }
    // What runs only after a failure is no part of what once does, unless it only says so.
    if pipeline.fallback || pipeline.negated {
        return says(first).then(Twice::default);
    }
    simple(first, depth)
}

fn reads_from(stages: &[Simple]) -> bool {
    let script = Script {
        pipelines: vec![Pipeline {
            stages: stages.to_vec(),
            negated: false,
            fallback: false,
        }],
        plain: true,
        own: Own::default(),
    };
    classify::script(&script) == Effect::Reads
}

/// A stage behind a bar that passes text on.
fn filters_text(stage: &Simple) -> bool {
    let known = ["grep", "head", "tail", "cat", "wc", "sort", "cut"];
    stage.program().is_some_and(|program| known.contains(&program)) && reads_from(std::slice::from_ref(stage))
}

/// It says something, or does nothing.
fn says(stage: &Simple) -> bool {
    matches!(stage.program(), Some("true" | ":" | "echo" | "printf"))
        && quiet(stage)
        && words(stage).is_some()
}

/// It writes no file by a redirection, sets no variable, and is fed nothing.
fn quiet(stage: &Simple) -> bool {
    let silent = stage.redirects.iter().all(|redirect| match redirect {
        Redirect::Reads { file: None } => true,
        Redirect::Reads { file: Some(file) } | Redirect::Writes { file, append: _ } => {
            file.literal.as_deref() == Some("/dev/null")
        }
    });
    silent
        && stage.beside.is_empty()
        && stage
            .assignments
            .iter()
            .all(|(name, value)| harmless(name, value))
}

/// Variables before a command that say to whom it speaks, and not what runs.
fn harmless(name: &str, value: &Word) -> bool {
    let known = [
        "PGPASSWORD",
        "PGHOST",
        "PGPORT",
        "PGUSER",
        "PGDATABASE",
        "REDISCLI_AUTH",
        "KUBECONFIG",
    ];
    known.contains(&name) && value.substitutions.is_empty()
}

/// The words of a command, without quotes. `None` where the shell could make several of one, or an option, or runs a command
/// to fill one in: the second time it could print something else.
fn words(stage: &Simple) -> Option<Vec<&str>> {
    let word = |word: &'_ Word| {
        word.literal.is_some() || (word.becomes == Becomes::Operand && word.substitutions.is_empty())
    };
    let fixed = stage.words.iter().all(word);
    fixed.then(|| {
        let words = stage.words.iter();
        words
            .map(|word| word.literal.as_deref().unwrap_or(&word.filled))
            .collect()
    })
}

fn simple(stage: &Simple, depth: u32) -> Option<Twice> {
    let words = words(stage)?;
    let Some((_, arguments)) = words.split_first() else {
        // Nothing but values that are written out; a group or a loop is none.
        let set = !stage.assignments.is_empty() && stage.redirects.is_empty();
        let fixed = stage.assignments.iter().all(|(name, value)| {
            value.substitutions.is_empty() && !matches!(name.as_str(), "PATH" | "IFS" | "ENV" | "BASH_ENV")
        });
        return (set && fixed).then(Twice::default);
    };
    let program = stage.program()?;
    if says(stage) {
        return Some(Twice::default());
    }
    if !quiet(stage) {
        return None;
    }
    of_words(program, arguments, depth)
        .or_else(|| reads_from(std::slice::from_ref(stage)).then(Twice::sees_all))
}

/// A program with its arguments.
fn of_words(program: &str, arguments: &[&str], depth: u32) -> Option<Twice> {
    if depth > DEEPEST {
        return None;
    }
    match program {
        "sudo" | "doas" | "time" | "timeout" | "nice" | "ionice" | "nohup" => {
            let inner = classify::wraps(program, arguments).filter(|count| *count > 0)?;
            let inner = &arguments[arguments.len() - inner..];
            let (program, arguments) = inner.split_first()?;
            of_words(program, arguments, depth + 1)
        }
        "cd" | "sleep" | "wait" => (arguments.len() <= 1).then(Twice::default),
        "export" => arguments
            .iter()
            .all(|word| word.contains('=') && !word.starts_with("PATH="))
            .then(Twice::default),
        "sh" | "bash" => match arguments {
            ["-c" | "-ec" | "-lc", inner] if !inner.contains(FILLED) => text(inner, depth + 1),
            _ => None,
        },
        "ssh" => match operands(
            arguments,
            &["-p", "-i", "-l", "-o", "-J"],
            &["-T", "-q", "-4", "-6"],
        )?
        .as_slice()
        {
            [_, inner] if !inner.contains(FILLED) => text(inner, depth + 1),
            _ => None,
        },
        _ => files::of(program, arguments)
            .or_else(|| git::of(program, arguments))
            .or_else(|| services::of(program, arguments))
            .or_else(|| containers::of(program, arguments, depth))
            .or_else(|| cluster::of(program, arguments))
            .or_else(|| data::of(program, arguments)),
    }
}

/// The words that are no options; `None` where an option is in neither list. `valued` take the next word or stand before a
/// `=`; letters of `flags` may stand together.
fn operands<'a>(words: &[&'a str], valued: &[&str], flags: &[&str]) -> Option<Vec<&'a str>> {
    let mut out = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let name = word.split_once('=').map_or(*word, |(name, _)| name);
        let letters = || {
            let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
            letters.is_some_and(|letters| {
                letters
                    .chars()
                    .all(|letter| flags.contains(&format!("-{letter}").as_str()))
            })
        };
        if *word == "--" {
            out.extend(words.by_ref().copied());
        } else if !word.starts_with('-') || *word == "-" {
            out.push(*word);
        } else if valued.contains(&name) {
            if name == *word {
                words.next()?;
            }
        } else if !(flags.contains(word) || letters()) {
            return None;
        }
    }
    Some(out)
}

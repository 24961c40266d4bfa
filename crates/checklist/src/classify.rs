//! Whether a command is known to read, known to change, or unknown. Unknown counts as changing.
//!
//! The program, its subcommand and its flags decide. A table that does not know a form says so.

mod cloud;
mod code;
mod containers;
mod data;
mod files;
mod network;
mod services;

use crate::shell::{self, Redirect, Script, Simple};
use crate::word::Word;

pub use data::sql_reads;

/// What running a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only reads.
    Reads,
    /// It changes something: what, in words.
    Changes(String),
    /// Nothing is known about this form: why, in words.
    Unknown(String),
}

impl Effect {
    fn changes(words: impl Into<String>) -> Self {
        Effect::Changes(words.into())
    }

    fn unknown(words: impl Into<String>) -> Self {
        Effect::Unknown(words.into())
    }

    /// Reads where `reads`, else unknown with this reason.
    fn reads_if(reads: bool, otherwise: impl Into<String>) -> Self {
        if reads {
            Effect::Reads
        } else {
            Effect::unknown(otherwise)
        }
    }

    /// The worse of both: changes, then unknown, then reads.
    fn worse(self, other: Effect) -> Effect {
        match (&self, &other) {
            (Effect::Changes(_), _) | (_, Effect::Reads) => self,
            (_, Effect::Changes(_)) | (Effect::Reads, _) => other,
            (Effect::Unknown(_), Effect::Unknown(_)) => self,
        }
    }
}

/// The variables that may stand before a reading command. Others can change what it runs (`PATH`, `PAGER`).
const HARMLESS: &[&str] = &[
    "LANG",
    "TZ",
    "TERM",
    "NO_COLOR",
    "COLUMNS",
    "PGPASSWORD",
    "PGHOST",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGSSLMODE",
    "PGCONNECT_TIMEOUT",
    "REDISCLI_AUTH",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "COMPOSE_PROJECT_NAME",
    "MYSQL_PWD",
];

/// Deepest nesting of substitutions and wrappers that is looked into.
const DEEPEST: u32 = 6;

/// Whether a program reads files and texts whatever its arguments are, and dials nobody.
pub fn only_reads(program: &str) -> bool {
    files::always(program).is_some()
}

/// What a whole script does.
pub fn script(script: &Script) -> Effect {
    within(script, 0)
}

fn within(script: &Script, depth: u32) -> Effect {
    let stages = script.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    stages.fold(Effect::Reads, |worst, stage| worst.worse(simple(stage, depth)))
}

/// What a text does as a script of its own.
fn text(text: &str, depth: u32) -> Effect {
    if depth > DEEPEST {
        return Effect::unknown("it is nested too deeply");
    }
    match shell::read(text) {
        Ok(script) => within(&script, depth),
        Err(shell::NotUnderstood(why)) => Effect::Unknown(why),
    }
}

fn simple(command: &Simple, depth: u32) -> Effect {
    let mut worst = Effect::Reads;
    let assigned = command.assignments.iter().map(|(_, value)| value);
    for word in command.words.iter().chain(assigned) {
        for substitution in &word.substitutions {
            worst = worst.worse(text(substitution, depth + 1));
        }
    }
    for redirect in &command.redirects {
        if let Redirect::Writes { file, .. } = redirect {
            worst = worst.worse(writes(file));
        }
    }
    if command.words.is_empty() {
        return match command.assignments.first() {
            Some((name, _)) => worst.worse(Effect::changes(format!(
                "it sets `{name}` in its own shell and nowhere else"
            ))),
            None => worst,
        };
    }
    for (name, _) in &command.assignments {
        if !HARMLESS.contains(&name.as_str()) && !name.starts_with("LC_") {
            worst = worst.worse(Effect::unknown(format!(
                "the variable `{name}` before it can change what runs"
            )));
        }
    }
    worst.worse(program(command, depth))
}

fn writes(file: &Word) -> Effect {
    match file.literal.as_deref() {
        Some("/dev/null" | "/dev/stdout" | "/dev/stderr") => Effect::Reads,
        Some(_) | None => Effect::changes(format!("it writes `{}`", file.raw)),
    }
}

/// An argument as the tables see it. One that only the shell knows, and that cannot turn into an option,
/// stands as written; its first character is then a quote or no dash.
fn argument(word: &Word) -> Option<&str> {
    match &word.literal {
        Some(literal) => Some(literal),
        None if word.raw.starts_with("\"$") || word.raw.starts_with("\"`") => Some(&word.raw),
        None if word
            .raw
            .starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '~')) =>
        {
            Some(&word.raw)
        }
        None => None,
    }
}

fn program(command: &Simple, depth: u32) -> Effect {
    let Some(name) = command.program() else {
        return Effect::unknown("the program's name is left to the shell");
    };
    let words: Option<Vec<&str>> = command.words.iter().skip(1).map(argument).collect();
    if let Some(effect) = files::always(name) {
        return effect;
    }
    let Some(words) = words else {
        return Effect::unknown(format!(
            "an unquoted variable or pattern can become an option of `{name}`"
        ));
    };
    if words == ["--version"] || words == ["--help"] {
        return Effect::reads_if(known(name), format!("`{name}` is not known"));
    }
    match wrapped(name, &words) {
        Some(0) => Effect::unknown(format!("`{name}` runs what it is given")),
        Some(count) => {
            let skip = 1 + words.len() - count;
            let inner = Simple {
                words: command.words[skip..].to_vec(),
                ..Simple::default()
            };
            if depth > DEEPEST {
                Effect::unknown("it is nested too deeply")
            } else {
                simple(&inner, depth + 1)
            }
        }
        None => table(name, &words, depth),
    }
}

fn table(name: &str, words: &[&str], depth: u32) -> Effect {
    files::effect(name, words)
        .or_else(|| network::effect(name, words))
        .or_else(|| data::effect(name, words))
        .or_else(|| containers::effect(name, words, depth))
        .or_else(|| services::effect(name, words))
        .or_else(|| code::effect(name, words))
        .or_else(|| cloud::effect(name, words))
        .unwrap_or_else(|| Effect::unknown(format!("`{name}` is not known")))
}

/// Whether a program of this name is in the tables.
pub fn known(name: &str) -> bool {
    files::always(name).is_some()
        || wrapped(name, &["x"]).is_some()
        || !matches!(table(name, &[], 0), Effect::Unknown(why) if why == format!("`{name}` is not known"))
}

/// For a program that runs another one: how many of its last words are that other command. `Some(0)` where that
/// cannot be told.
fn wrapped(name: &str, words: &[&str]) -> Option<usize> {
    let (valued, flags, operands): (&[&str], &[&str], usize) = match name {
        "sudo" => (&["-u", "-g"], &["-n", "-E", "-H", "-k"], 0),
        "time" => (&[], &["-p"], 0),
        "nohup" => (&[], &[], 0),
        "command" if words.first() != Some(&"-v") => (&[], &["-p"], 0),
        "timeout" => (&["-s", "-k"], &["--foreground", "--preserve-status"], 1),
        "nice" => (&["-n"], &[], 0),
        "xargs" => (&["-n", "-I", "-P", "-L", "-d"], &["-0", "-r", "-t"], 0),
        "env" if words.iter().any(|word| !word.starts_with('-')) => return Some(0),
        "bash" | "sh" | "zsh" | "eval" | "exec" | "source" | "." | "watch" | "su" | "builtin" => {
            return Some(0);
        }
        _ => return None,
    };
    let rest = after_options(words, valued, flags).unwrap_or_default();
    let inner = rest.len().saturating_sub(operands);
    let reads_input = name == "xargs"
        && rest
            .first()
            .is_none_or(|program| files::always(program).is_none());
    Some(if reads_input { 0 } else { inner })
}

/// The words after the leading options; `None` where one of those is not known, because it could take a value that
/// is then mistaken for the subcommand.
fn after_options<'a, 'b>(words: &'b [&'a str], valued: &[&str], flags: &[&str]) -> Option<&'b [&'a str]> {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        let name = word.split_once('=').map_or(*word, |(name, _)| name);
        at += match (valued.contains(&name), name.len() < word.len()) {
            (true, true) => 1,
            (true, false) => 2,
            (false, false) if flags.contains(&name) => 1,
            (false, _) => return None,
        };
    }
    words.get(at..)
}

/// The operands: what is no option. Options in `with_value` take the next word.
fn operands<'a>(words: &[&'a str], with_value: &[&str]) -> Vec<&'a str> {
    let mut out = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if with_value.contains(word) {
            words.next();
        } else if !word.starts_with('-') || *word == "-" {
            out.push(*word);
        }
    }
    out
}

/// Whether an option is among the words: `-i`, `-ni`, `--in-place`, `--in-place=x`.
fn has(words: &[&str], short: Option<char>, long: &str) -> bool {
    words.iter().any(|word| match word.strip_prefix("--") {
        Some(name) => !long.is_empty() && name.split('=').next() == Some(long),
        None => word
            .strip_prefix('-')
            .is_some_and(|letters| short.is_some_and(|short| letters.contains(short))),
    })
}

#[cfg(test)]
mod tests;

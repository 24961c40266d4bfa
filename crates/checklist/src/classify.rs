//! Whether a command is known to read, known to change, or unknown. Unknown counts as changing.
//!
//! The program, its subcommand and its flags decide. A table that does not know a form says so.

mod checkers;
mod cloud;
mod code;
mod containers;
mod curl;
mod data;
mod effect;
mod fed;
mod files;
mod git;
mod kubernetes;
mod machine;
mod migrations;
mod network;
mod opened;
mod options;
mod packages;
mod platforms;
mod project;
mod remote;
mod services;
mod sql;
mod text;
mod tool;
mod wrapped;

use crate::dial;
use crate::shell::{self, Own, Redirect, Script, Simple};
use crate::word::{Becomes, FILLED, Word};
use fed::{fed, talks};
use options::{after_options, has, operands};
use std::collections::HashMap;
use std::sync::LazyLock;
use tool::Tool;
use wrapped::wrapped;

pub use effect::Effect;
pub use project::runs_script;
pub use sql::sql_reads;

/// The variables that may stand before a reading command. Others can change what it runs (`PATH`, `PAGER`).
#[rustfmt::skip] // short names in rows
const HARMLESS: &[&str] = &[
    "LANG", "TZ", "TERM", "NO_COLOR", "COLUMNS", "PGPASSWORD", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE",
    "PGSSLMODE", "PGCONNECT_TIMEOUT", "REDISCLI_AUTH", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
    "COMPOSE_PROJECT_NAME", "MYSQL_PWD",
];

/// Deepest nesting of substitutions and wrappers that is looked into.
const DEEPEST: u32 = 6;

/// Every tool that has a row, by name.
static TOOLS: LazyLock<HashMap<&'static str, &'static Tool>> = LazyLock::new(|| {
    let tables = [
        machine::TOOLS,
        cloud::TOOLS,
        platforms::TOOLS,
        packages::TOOLS,
        checkers::TOOLS,
        migrations::TOOLS,
        kubernetes::TOOLS,
        services::TOOLS,
        remote::TOOLS,
    ];
    let rows = tables.into_iter().flatten();
    rows.flat_map(|tool| tool.names.split('|').map(move |name| (name, tool)))
        .collect()
});

/// What the script around a command gives it.
#[derive(Default)]
struct Known<'a> {
    own: Option<&'a Own>,
}

impl Known<'_> {
    fn own(&self, pick: impl Fn(&Own) -> &Vec<String>, name: &str) -> bool {
        self.own
            .is_some_and(|own| pick(own).iter().any(|known| known == name))
    }

    /// The variables of a word, if there are any, hold plain words that the text lists.
    fn listed(&self, word: &Word) -> bool {
        word.substitutions.is_empty()
            && word
                .variables
                .iter()
                .all(|name| self.own(|own| &own.listed, name) && !self.own(|own| &own.free, name))
    }

    fn free(&self, word: &Word) -> bool {
        word.variables.iter().any(|name| self.own(|own| &own.free, name))
    }
}

/// Whether a program reads files and texts whatever its arguments are, and dials nobody.
pub fn only_reads(program: &str) -> bool {
    files::always(program).is_some() || LOOSE.contains(&program)
}

/// What a whole script does.
pub fn script(script: &Script) -> Effect {
    match within(script, 0) {
        Effect::Reads => Effect::Reads,
        Effect::Changes(why) => Effect::Changes(shown(&why)),
        Effect::Unknown(why) => Effect::Unknown(shown(&why)),
    }
}

/// A text for people: what is filled in as an ellipsis, and no longer than a line.
fn shown(text: &str) -> String {
    let text = text.replace(FILLED, "…");
    match text.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn within(script: &Script, depth: u32) -> Effect {
    let known = Known {
        own: Some(&script.own),
    };
    let stages = || script.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let start = match script.own.endless {
        Some(why) => Effect::unknown(why),
        None => Effect::Reads,
    };
    let called = |name: &String| stages().any(|stage| stage.program() == Some(name));
    // A function that stands for a known program, or calls another one, is more than its commands.
    let start = match script
        .own
        .functions
        .iter()
        .find(|name| script.own.functions.len() > 1 && called(name) || recursive(script, name))
    {
        Some(name) => start.worse(Effect::unknown(format!("the function `{name}` calls a function"))),
        None => start,
    };
    // In a group or a function its input comes from outside of what is looked at here.
    let mut worst = match !script.plain && stages().any(talks) {
        true => start.worse(Effect::unknown("`openssl s_client` sends what it is given")),
        false => start,
    };
    for pipeline in &script.pipelines {
        let mut before: Option<&Simple> = None;
        for stage in &pipeline.stages {
            worst = worst
                .worse(simple(stage, depth, &known))
                .worse(fed(stage, before));
            before = Some(stage);
        }
    }
    worst
}

/// A function is called more often than once: it could be by itself.
fn recursive(script: &Script, name: &str) -> bool {
    let stages = script.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    stages.filter(|stage| stage.program() == Some(name)).count() > 1
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

fn simple(command: &Simple, depth: u32, known: &Known) -> Effect {
    let mut worst = Effect::Reads;
    let assigned = command.assignments.iter().map(|(_, value)| value);
    for word in command.words.iter().chain(assigned).chain(&command.beside) {
        if dial::socket(word) {
            worst = worst.worse(Effect::unknown("a shell opens a connection for that name"));
        }
        for substitution in &word.substitutions {
            worst = worst.worse(text(substitution, depth + 1));
        }
    }
    for redirect in &command.redirects {
        worst = match redirect {
            Redirect::Writes { file, .. } => worst.worse(opened::writes(file)),
            Redirect::Reads { file: Some(file) } => worst.worse(opened::reads(file)),
            Redirect::Reads { file: None } => worst,
        };
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
    worst.worse(program(command, depth, known))
}

/// Programs that read whatever their words become, but evaluate some that are written out.
const LOOSE: &[&str] = &["test", "[", "[[", "printf"];

/// Programs that dial what they are given: not what a loop lists.
#[rustfmt::skip] // names in rows
const DIALS: &[&str] = &[
    "curl", "wget", "http", "https", "xh", "nc", "ncat", "netcat", "ping", "ping6",
    "dig", "host", "nslookup", "psql", "pg_isready", "redis-cli", "valkey-cli", "mysql", "mongosh", "openssl",
    "traceroute", "ssh-keyscan", "mysqladmin",
];

/// An argument as the tables see it: without quotes, with a mark for what the shell fills in. None where that can become
/// an option.
fn argument<'a>(word: &'a Word, known: &Known) -> Option<&'a str> {
    match (&word.literal, word.becomes) {
        (Some(literal), _) => Some(literal),
        (None, _) if known.free(word) => None,
        (None, Becomes::Operand) => Some(&word.filled),
        (None, Becomes::Words) if known.listed(word) => Some(&word.filled),
        (None, Becomes::Words | Becomes::Anything) => None,
    }
}

fn program(command: &Simple, depth: u32, known: &Known) -> Effect {
    let Some(name) = command.program() else {
        return Effect::unknown("the program's name is left to the shell");
    };
    if let Some(effect) = files::always(name) {
        return effect;
    }
    if known.own(|own| &own.functions, name) {
        return Effect::Reads;
    }
    let arguments = || command.words.iter().skip(1);
    if LOOSE.contains(&name) {
        let words: Vec<&str> = arguments().map(|word| word.filled.as_str()).collect();
        return table(name, &words, depth);
    }
    // The password of MySQL is attached to its option, and takes the rest of the word.
    let secret = |word: &Word| {
        name.starts_with("mysql") && word.filled == format!("-p{FILLED}") && word.substitutions.is_empty()
    };
    let words: Option<Vec<&str>> = arguments()
        .map(|word| argument(word, known).or(secret(word).then_some(word.filled.as_str())))
        .collect();
    let Some(words) = words else {
        return filled_in(command, name, depth);
    };
    if DIALS.contains(&name)
        && arguments().any(|word| word.literal.is_none() && !word.variables.is_empty() && known.listed(word))
    {
        return Effect::unknown("it dials what its own loop lists");
    }
    if words == ["--version"] || words == ["--help"] {
        return Effect::reads_if(
            self::known(name) && !project::runs(name, &words),
            format!("`{name}` is not known"),
        );
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
                simple(&inner, depth + 1, known)
            }
        }
        None => table(name, &words, depth),
    }
}

/// A command with a word that can become an option never reads. Where its other words change something, that is said.
fn filled_in(command: &Simple, name: &str, depth: u32) -> Effect {
    let words: Vec<&str> = command
        .words
        .iter()
        .skip(1)
        .map(|word| word.filled.as_str())
        .collect();
    let inner = wrapped(name, &words).unwrap_or(0);
    let start = if inner > 0 { words.len() - inner } else { 0 };
    let (name, words) = match words.get(start) {
        Some(program) if inner > 0 => (*program, &words[start + 1..]),
        Some(_) | None => (name, &words[..]),
    };
    match look_up(name, words, depth) {
        Some(Effect::Changes(what)) => Effect::Changes(what),
        Some(Effect::Reads | Effect::Unknown(_)) | None => Effect::unknown(format!(
            "what the shell fills in can become an option of `{name}`"
        )),
    }
}

fn table(name: &str, words: &[&str], depth: u32) -> Effect {
    look_up(name, words, depth).unwrap_or_else(|| {
        let script = name.contains('/')
            || [".sh", ".py", ".pl", ".rb", ".ps1", ".bat", ".cmd"]
                .iter()
                .any(|end| name.ends_with(end));
        Effect::unknown(match script {
            true => format!("`{name}` is a script that is not looked into"),
            false => format!("`{name}` is not known"),
        })
    })
}

fn look_up(name: &str, words: &[&str], depth: u32) -> Option<Effect> {
    let effect = in_tables(name, words, depth)?;
    let project = effect == Effect::Reads && project::runs(name, words);
    Some(match project {
        true => Effect::unknown(format!("`{}` {}", shown(name), project::WHY)),
        false => effect,
    })
}

fn in_tables(name: &str, words: &[&str], depth: u32) -> Option<Effect> {
    // A wrapper script of a build, and a script of a distribution.
    let name = name.strip_prefix("./").unwrap_or(name);
    checkers::strange(name, words)
        .filter(|_| {
            TOOLS
                .get(name)
                .is_some_and(|tool| tool.effect(name, words) == Effect::Reads)
        })
        .or_else(|| code::effect(name, words, depth))
        .or_else(|| TOOLS.get(name).map(|tool| tool.effect(name, words)))
        .or_else(|| files::effect(name, words))
        .or_else(|| network::effect(name, words))
        .or_else(|| data::effect(name, words))
        .or_else(|| containers::effect(name, words, depth))
        .or_else(|| cloud::effect(name, words))
}

/// How many of its last words are the command that a program runs, if it runs one.
pub fn wraps(name: &str, words: &[&str]) -> Option<usize> {
    wrapped(name, words)
}

/// Whether a program with these words is known to read.
pub fn reads(name: &str, words: &[&str]) -> bool {
    look_up(name, words, 0) == Some(Effect::Reads)
}

/// Whether a program with these words would read, if it did not run the project's own code first.
pub fn runs_project(name: &str, words: &[&str]) -> bool {
    let start = wrapped(name, words)
        .filter(|count| *count > 0)
        .map_or(0, |count| words.len() - count + 1);
    let (name, words) = match start {
        0 => (name, words),
        start => (words[start - 1], &words[start..]),
    };
    matches!(look_up(name, words, 0), Some(Effect::Unknown(why)) if why.ends_with(project::WHY))
}

/// Whether a program of this name is in the tables.
pub fn known(name: &str) -> bool {
    only_reads(name)
        || TOOLS.contains_key(name)
        || wrapped(name, &["x"]).is_some()
        || look_up(name, &[], 0).is_some()
}

#[cfg(test)]
mod tests;

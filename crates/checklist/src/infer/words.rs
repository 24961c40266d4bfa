//! What words without a command ask for, where a native probe can answer it.

mod cache;
mod database;
mod git;
mod kubernetes;
mod machine;
mod owned;
mod places;
mod processes;
mod settings;
mod site;
mod web;

use crate::measure::{self, Measure};
use crate::phrases::Lower;
use cache::cache;
use database::activity;
use domain::probe::{PostgresProbe, PostgresQuestion, ProbeSpec};
use domain::quantity::{Bound, Comparison, Unit};
use git::git;
pub use machine::version_named;
use machine::{disk, listening, memory, port, tools, version_after};
pub use owned::{is_sha256, owner_rule};
pub use places::is_path;
use places::{file, is_route};
use processes::process;
use settings::env_line;
pub use settings::{assignment, fixed, is_variable, setting, settings_file};
pub use web::is_url;
use web::web;

/// An item's words.
pub struct Words<'a> {
    /// All of them, inline code between backticks.
    pub text: &'a str,
    /// The inline code, in order.
    pub codes: &'a [&'a str],
    /// The links, in order.
    pub links: &'a [&'a str],
    /// The text of the box above.
    pub parent: Option<&'a str>,
    /// The headings and the label above.
    pub near: &'a str,
    /// The output that a block below shows.
    pub output: Option<&'a str>,
}

/// Looks for one kind of probe: the words, the words in lower case, the numbers in them.
type Finder = fn(&Words<'_>, &Lower, &[Measure]) -> Option<Found>;

/// A probe and why it is the one.
pub type Found = (ProbeSpec, String);

/// First words that ask a person to write something down or to tell somebody, whatever they name.
const WRITES_DOWN: &[&str] = &[
    "record", "note", "write", "document", "announce", "notify", "tell", "inform", "email", "publish",
    "post", "explain", "discuss", "ask", "share", "send",
];

/// The native probe that the words ask for.
pub fn probe(words: &Words<'_>) -> Option<Found> {
    let lower = Lower::of(words.text);
    let first = lower.trim_start_matches(['*', '_', ' ']).split([' ', ':']).next();
    if first.is_some_and(|word| WRITES_DOWN.contains(&word)) {
        return None;
    }
    let measures = measure::find(words.text);
    let finders: [Finder; 21] = [
        env_line,
        clock,
        site::certificate,
        site::redirects,
        site::dns,
        web::headers,
        web::repeated,
        web,
        activity,
        cache,
        database,
        tools,
        listening,
        port,
        memory,
        disk,
        git,
        process,
        kubernetes::pods,
        places::ignored,
        file,
    ];
    finders.iter().find_map(|find| find(words, &lower, &measures))
}

fn any(text: &Lower, words: &[&str]) -> bool {
    text.any(words)
}

/// Where a word stands by itself.
fn whole_word(text: &str, word: &str) -> Option<usize> {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| edge(text[..*at].chars().next_back()) && edge(text[at + word.len()..].chars().next()))
}

/// One probe as it is, several that must all pass.
fn one_or_all(mut specs: Vec<ProbeSpec>) -> ProbeSpec {
    match specs.pop() {
        Some(only) if specs.is_empty() => only,
        last => ProbeSpec::All(specs.into_iter().chain(last).collect()),
    }
}

fn clock(_: &Words<'_>, lower: &Lower, measures: &[Measure]) -> Option<Found> {
    let about =
        lower.contains("clock") && any(lower, &["agree", "within", "differ", "synchron", "drift", "skew"]);
    let bound = measures
        .iter()
        .find(|measure| measure.unit == Unit::Milliseconds)?;
    about.then(|| {
        let within_ms = bound.value as u64;
        (
            ProbeSpec::Clock { within_ms },
            "this machine's clock is compared with the database's".to_owned(),
        )
    })
}

fn postgres(question: PostgresQuestion) -> ProbeSpec {
    ProbeSpec::Postgres(PostgresProbe {
        address: None,
        question,
    })
}

fn database(words: &Words<'_>, lower: &Lower, measures: &[Measure]) -> Option<Found> {
    let server = any(lower, &["postgresql", "postgres ", "postgres`"]);
    if server && !any(lower, &["client", "psql", "pg_dump", "read replica", "replicas"]) {
        let mut parts = Vec::new();
        if let Some(at_least) = version_after(words.text, lower, &["postgresql", "postgres"]) {
            parts.push(postgres(PostgresQuestion::Version { at_least }));
        }
        if let Some(name) = extension(lower) {
            parts.push(postgres(PostgresQuestion::Extension { name }));
        }
        let because =
            "the server is asked; an extension must be installed in the database, not just available"
                .to_owned();
        match parts.len() {
            0 => {}
            1 => return parts.pop().map(|spec| (spec, because)),
            _ => return Some((ProbeSpec::All(parts), because)),
        }
    }
    if words.codes.iter().any(|code| matches!(*code, "\\di" | "\\di+"))
        || (lower.contains("indexes created") && words.codes.is_empty())
    {
        let because = "the catalogue is asked: there must be indexes, and no invalid one".to_owned();
        return Some((
            postgres(PostgresQuestion::Indexes {
                at_least: 1,
                created_by: None,
            }),
            because,
        ));
    }
    if lower.contains(" table")
        && any(
            lower,
            &[
                "check",
                "exists",
                "recorded",
                "created",
                "rows",
                "populated",
                "seeded",
            ],
        )
        && let [table] = words.codes
        && table
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
    {
        let not_empty = any(lower, &["recorded", "rows", "populated", "seeded", "not empty"]);
        let because = format!(
            "the table `{table}` must exist{}",
            if not_empty { " and hold a row" } else { "" }
        );
        return Some((
            postgres(PostgresQuestion::Table {
                name: (*table).to_owned(),
                not_empty,
            }),
            because,
        ));
    }
    if lower.contains("database size")
        && let Some(size) = measures.iter().find(|measure| measure.unit == Unit::Bytes)
    {
        return Some((
            postgres(PostgresQuestion::Size(size.bound(Comparison::AtMost))),
            "the database is asked for its size".to_owned(),
        ));
    }
    let answers = any(
        lower,
        &[
            "database answers",
            "database is reachable",
            "database reachable",
            "database accepts connections",
            "database is up",
            "database connection works",
        ],
    );
    (answers && words.codes.is_empty()).then(|| {
        (
            postgres(PostgresQuestion::Answers),
            "the environment's database is asked `SELECT 1`".to_owned(),
        )
    })
}

/// "with pgvector extension", "`postgis` extension".
fn extension(lower: &Lower) -> Option<String> {
    let at = lower.find("extension")?;
    let word = lower[..at]
        .split_whitespace()
        .next_back()?
        .trim_matches(['`', '"', '(', ')']);
    let name = if word == "pgvector" { "vector" } else { word };
    let shaped = name.len() > 1
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    (shaped && !matches!(name, "the" | "with" | "an" | "required")).then(|| name.to_owned())
}

/// A number that words claim and no probe reads: "Cache hit rate: >60%".
pub fn threshold(text: &str) -> Option<Bound> {
    crate::expect::claim(text)?.bound()
}

//! What words without a command ask for, where a native probe can answer it.

mod machine;
mod places;

use crate::lint::exposed;
use crate::measure::{self, Measure};
use domain::probe::{GitQuestion, HttpProbe, PostgresProbe, PostgresQuestion, ProbeSpec, StatusRule};
use domain::quantity::{Bound, Comparison, Unit};
use machine::{disk, memory, port, tools, version_after};
use places::file;
pub use places::is_path;

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
    /// The output that a block below shows.
    pub output: Option<&'a str>,
}

/// Looks for one kind of probe: the words, the words in lower case, the numbers in them.
type Finder = fn(&Words<'_>, &str, &[Measure]) -> Option<Found>;

/// A probe and why it is the one.
pub type Found = (ProbeSpec, String);

/// The native probe that the words ask for.
pub fn probe(words: &Words<'_>) -> Option<Found> {
    let lower = words.text.to_lowercase();
    let measures = measure::find(words.text);
    let finders: [Finder; 10] = [
        env_line, clock, web, database, tools, port, memory, disk, git, file,
    ];
    finders.iter().find_map(|find| find(words, &lower, &measures))
}

fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// `KEY=value` alone, or "`KEY` is set in `.env`".
fn env_line(words: &Words<'_>, lower: &str, _: &[Measure]) -> Option<Found> {
    let file = words
        .codes
        .iter()
        .find(|code| code.starts_with(".env") || code.ends_with(".env"))
        .map(|code| (*code).to_owned());
    let above = words.parent.and_then(|parent| {
        parent
            .split_whitespace()
            .map(|word| word.trim_matches(['`', ':', ',']))
            .find(|word| word.starts_with(".env") || word.ends_with(".env"))
            .map(str::to_owned)
    });
    let file_name = file.clone().or(above).unwrap_or_else(|| ".env".to_owned());
    if let Some((key, value)) = words.codes.first().and_then(|code| assignment(code)) {
        let compared = fixed(value) && !exposed::is_secret(key);
        let because = match compared {
            true => format!("the line `{key}` of `{file_name}` is read and must be `{value}`"),
            false => format!(
                "the line `{key}` of `{file_name}` is read and must not be empty; its value is not compared"
            ),
        };
        let value = compared.then(|| value.to_owned());
        let key = key.to_owned();
        return Some((
            ProbeSpec::EnvLine {
                file: file_name,
                key,
                value,
            },
            because,
        ));
    }
    let key = words
        .codes
        .iter()
        .find(|code| is_variable(code) && code.len() > 2)?;
    (file.is_some() && any(lower, &["set", "defined", "present", "configured"])).then(|| {
        let because = format!("the line `{key}` of `{file_name}` is read and must not be empty");
        (
            ProbeSpec::EnvLine {
                file: file_name,
                key: (*key).to_owned(),
                value: None,
            },
            because,
        )
    })
}

/// `KEY=value` with a key in capitals.
pub fn assignment(code: &str) -> Option<(&str, &str)> {
    let (key, value) = code.split_once('=')?;
    let shaped = is_variable(key) && !value.contains(['`', '\n', ' ']) && !value.contains("$(");
    shaped.then(|| (key, value.trim_matches(['"', '\''])))
}

/// Whether a value is meant as written, and not to be filled in.
pub fn fixed(value: &str) -> bool {
    let lower = value.to_lowercase();
    let open = [
        "your",
        "xxx",
        "...",
        "changeme",
        "change-me",
        "change_me",
        "placeholder",
        "example.com",
        "todo",
    ];
    !value.is_empty()
        && !value.contains(['<', '{', '$', '…'])
        && !open.iter().any(|word| lower.contains(word))
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn clock(_: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
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

/// A URL in code, in a link or in the words.
fn web(words: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
    let in_code = words
        .codes
        .iter()
        .map(|code| code.strip_prefix("GET ").unwrap_or(code))
        .find(|code| is_url(code));
    let spoken = words
        .text
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')', ',', '.', '"', '<', '>', '`']))
        .find(|word| is_url(word));
    let url = in_code
        .or_else(|| words.links.iter().copied().find(|link| is_url(link)))
        .or(spoken)?;
    let secure = any(
        lower,
        &["https or on loopback", "https or loopback", "loopback or https"],
    );
    let expectation = crate::expect::read("", words.text);
    let status = match expectation.holds {
        Some(crate::expect::Holds::Status(status)) => status,
        _ => StatusRule::Success,
    };
    let time = measures.iter().find(|measure| measure.unit == Unit::Milliseconds);
    let within_ms = time
        .filter(|_| any(lower, &["answer", "respon", "latency", "load", "within"]))
        .map(|measure| measure.value as u64);
    let asks = secure
        || within_ms.is_some()
        || status != StatusRule::Success
        || any(
            lower,
            &[
                "visit",
                "open ",
                "reachable",
                "accessible",
                "answers",
                "responds",
                "loads",
                "available",
                "works",
                "health",
                "returns",
                "get ",
            ],
        );
    asks.then(|| {
        let probe = HttpProbe {
            url: url.to_owned(),
            status,
            body: Vec::new(),
            filters: Vec::new(),
            within_ms,
            secure_or_loopback: secure,
        };
        (ProbeSpec::Http(probe), "the address is asked by GET".to_owned())
    })
}

fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| rest.len() > 3 && !rest.contains([' ', '<', '{', '*', '$']))
}

fn postgres(question: PostgresQuestion) -> ProbeSpec {
    ProbeSpec::Postgres(PostgresProbe {
        address: None,
        question,
    })
}

fn database(words: &Words<'_>, lower: &str, measures: &[Measure]) -> Option<Found> {
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
fn extension(lower: &str) -> Option<String> {
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

fn git(words: &Words<'_>, lower: &str, _: &[Measure]) -> Option<Found> {
    let committed = lower.contains("committed") && any(lower, &["git", "code", "changes"]);
    let clean = any(
        lower,
        &[
            "work tree is clean",
            "working tree is clean",
            "working tree clean",
            "working directory clean",
            "no uncommitted changes",
        ],
    );
    if committed || clean {
        return Some((
            ProbeSpec::Git(GitQuestion::Clean),
            "the work tree is read: nothing may be uncommitted, and HEAD goes into the evidence".to_owned(),
        ));
    }
    if any(
        lower,
        &[
            "at the release",
            "release is checked out",
            "release commit is checked out",
        ],
    ) {
        return Some((
            ProbeSpec::Git(GitQuestion::AtRelease),
            "HEAD is compared with the run's release".to_owned(),
        ));
    }
    let branch =
        lower.contains("branch") && any(lower, &["checked out", " is ", "on branch", "current branch"]);
    match words.codes {
        [name] if branch && !name.contains(' ') => Some((
            ProbeSpec::Git(GitQuestion::Branch((*name).to_owned())),
            "the branch that is checked out is read".to_owned(),
        )),
        _ => None,
    }
}

/// A number that words claim and no probe reads: "Cache hit rate: >60%".
pub fn threshold(text: &str) -> Option<Bound> {
    crate::expect::claim(text)?.bound()
}

//! `psql` and `pg_isready`.

use crate::classify;
use crate::shell::Simple;
use domain::probe::{Filter, PostgresProbe, PostgresQuestion, ProbeSpec, TextRule};
use domain::quantity::{Bound, Unit};

/// `host:port` of `-h` and `-p`; a host that is a variable is the environment's own database.
#[expect(
    clippy::option_option,
    reason = "no address is an answer of its own; none at all means a form that is not known"
)]
pub fn address(command: &Simple) -> Option<Option<String>> {
    if command.assignments.iter().any(|(name, _)| names_server(name)) {
        return None;
    }
    let mut host: Option<Option<String>> = None;
    let mut port = Some("5432".to_owned());
    let mut words = command.words.iter().skip(1);
    while let Some(word) = words.next() {
        let raw = word.literal.as_deref().unwrap_or(&word.raw);
        match raw {
            "-h" | "--host" => host = Some(words.next()?.literal.clone()),
            "-p" | "--port" => port = words.next()?.literal.clone(),
            _ if raw.starts_with("--host=") => {
                host = Some(
                    word.literal
                        .as_deref()?
                        .strip_prefix("--host=")
                        .map(str::to_owned),
                )
            }
            "-c" | "--command" | "-tAc" | "-Atc" | "-tc" | "-qtAc" => {
                words.next();
            }
            _ if raw.starts_with("postgres://") || raw.starts_with("postgresql://") => return None,
            // An attached host, or a connection in words.
            _ if raw.starts_with("-h") || raw.contains("host=") || raw.contains("service=") => return None,
            _ if raw.contains("hostaddr") => return None,
            _ => {}
        }
    }
    Some(
        host.flatten()
            .zip(port)
            .map(|(host, port)| format!("{host}:{port}")),
    )
}

/// A variable that names the server of PostgreSQL.
fn names_server(name: &str) -> bool {
    matches!(
        name,
        "PGHOST" | "PGHOSTADDR" | "PGPORT" | "PGSERVICE" | "PGSERVICEFILE"
    )
}

/// `psql -c`, and what behind it is read natively too.
pub fn asked(command: &Simple, filters: &[Filter], rules: &[TextRule]) -> Option<ProbeSpec> {
    let address = address(command)?;
    let at = command.words.iter().position(|word| {
        matches!(
            word.literal.as_deref(),
            Some("-c" | "--command" | "-tAc" | "-Atc" | "-tc" | "-qtAc")
        )
    })?;
    let sql = command
        .words
        .get(at + 1)?
        .literal
        .as_deref()?
        .trim()
        .trim_end_matches(';')
        .to_owned();
    if !classify::sql_reads(&sql) || sql.contains(';') {
        return None;
    }
    if let Some(name) = extension(&sql, filters, rules) {
        let question = PostgresQuestion::Extension { name };
        return Some(ProbeSpec::Postgres(PostgresProbe { address, question }));
    }
    filters.is_empty().then_some(())?;
    let lower = sql.to_lowercase();
    let question = match lower.as_str() {
        "select 1" if rules.is_empty() => PostgresQuestion::Answers,
        "\\di" | "\\di+" => PostgresQuestion::Indexes {
            at_least: at_least(rules),
            created_by: None,
        },
        _ if sql.starts_with('\\') => return None,
        _ if lower
            .split_whitespace()
            .eq(["select", "count(*)", "from", "pg_stat_activity"])
            && let Some(bound) = share(rules) =>
        {
            PostgresQuestion::Connections(bound)
        }
        _ => PostgresQuestion::Query {
            sql,
            rules: rules.to_vec(),
        },
    };
    Some(ProbeSpec::Postgres(PostgresProbe { address, question }))
}

fn at_least(rules: &[TextRule]) -> u32 {
    rules
        .iter()
        .find_map(|rule| {
            if let TextRule::LinesAtLeast(count) = rule {
                Some(*count)
            } else {
                None
            }
        })
        .unwrap_or(1)
}

/// `psql -c "\dx" | grep NAME`: an extension that is installed.
fn extension(sql: &str, filters: &[Filter], rules: &[TextRule]) -> Option<String> {
    let (
        "\\dx" | "\\dx+",
        [
            Filter::Grep {
                pattern,
                invert: false,
                ..
            },
        ],
        [TextRule::NotEmpty],
    ) = (sql, filters, rules)
    else {
        return None;
    };
    let name = match pattern.to_lowercase().as_str() {
        "pgvector" => "vector".to_owned(),
        name => name.to_owned(),
    };
    let shaped = name.len() > 1
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    shaped.then_some(name)
}

/// The only rule, where it is about per cents: a count of sessions is none, but their share of what the server allows is.
fn share(rules: &[TextRule]) -> Option<Bound> {
    match rules {
        [TextRule::Number(bound)] if bound.quantity.unit == Unit::Percent => Some(*bound),
        _ => None,
    }
}

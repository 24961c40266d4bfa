//! Databases and caches.

use super::{Twice, operands};
use crate::classify;
use crate::word::FILLED;

pub(super) fn of(program: &str, words: &[&str]) -> Option<Twice> {
    match program {
        "redis-cli" | "valkey-cli" => redis(words),
        "psql" => psql(words),
        "dropdb" => {
            let names = operands(
                words,
                &["-h", "-p", "-U", "--host", "--port", "--username"],
                &["--if-exists"],
            )?;
            (names.len() == 1 && words.contains(&"--if-exists")).then(Twice::default)
        }
        _ => None,
    }
}

/// A setting has the same value the second time. `FLUSHALL` is left to a person: the second time it throws away what the
/// application wrote since.
fn redis(words: &[&str]) -> Option<Twice> {
    let valued = ["-h", "-p", "-n", "-a", "-u", "--user", "--pass"];
    let words = operands(words, &valued, &["--no-auth-warning", "--tls"])?;
    match words.as_slice() {
        [config, set, _, _] if config.eq_ignore_ascii_case("config") && set.eq_ignore_ascii_case("set") => {
            Some(Twice::default())
        }
        _ => None,
    }
}

fn psql(words: &[&str]) -> Option<Twice> {
    let valued = [
        "-h",
        "-p",
        "-U",
        "-d",
        "-v",
        "-c",
        "--host",
        "--port",
        "--username",
        "--dbname",
        "--command",
        "--set",
    ];
    operands(
        words,
        &valued,
        &[
            "-X",
            "-q",
            "-A",
            "-t",
            "-1",
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
        ],
    )?;
    let mut said = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "-c" | "--command" => said.push(*words.next()?),
            word => said.extend(word.strip_prefix("--command=")),
        }
    }
    (!said.is_empty() && said.iter().all(|sql| repeats(sql))).then(Twice::default)
}

/// Whether each statement finds out by itself whether it is done, or only reads.
fn repeats(sql: &str) -> bool {
    // A string or a body could hold a semicolon, and more than it seems.
    if sql.contains(['\'', '$', '\\', FILLED]) || sql.contains("--") || sql.contains("/*") {
        return false;
    }
    let mut statements = sql
        .split(';')
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .peekable();
    statements.peek().is_some()
        && statements.all(|statement| {
            let upper = statement.to_uppercase();
            let words: Vec<&str> = upper.split_whitespace().collect();
            let kind = |word: &str| {
                matches!(
                    word,
                    "TABLE"
                        | "INDEX"
                        | "SCHEMA"
                        | "EXTENSION"
                        | "SEQUENCE"
                        | "VIEW"
                        | "TYPE"
                        | "DATABASE"
                        | "ROLE"
                        | "USER"
                )
            };
            let of_kind = |words: &[&str], tail: &[&str]| {
                let words = match words {
                    ["UNIQUE" | "MATERIALIZED", rest @ ..] => rest,
                    words => words,
                };
                let (first, rest) = words.split_first().unwrap_or((&"", &[]));
                kind(first) && rest.starts_with(tail)
            };
            match words.as_slice() {
                // An index that was being made concurrently when it broke off stays there, invalid, and is skipped then.
                ["CREATE", rest @ ..] => of_kind(rest, &["IF", "NOT", "EXISTS"]),
                ["DROP", "INDEX", "CONCURRENTLY", "IF", "EXISTS", ..] => true,
                ["DROP", rest @ ..] => of_kind(rest, &["IF", "EXISTS"]),
                _ => classify::sql_reads(statement),
            }
        })
}

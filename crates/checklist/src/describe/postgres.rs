//! Questions to Postgres in words.

use super::text_rule;
use domain::probe::{PostgresProbe, PostgresQuestion, StatementTime};
use domain::quantity::{Quantity, Unit};

/// What is asked and what must hold.
pub fn probe(postgres: &PostgresProbe) -> String {
    let whom = postgres
        .address
        .as_deref()
        .unwrap_or("the environment's database");
    format!("ask {whom}: {}", question(&postgres.question))
}

fn question(question: &PostgresQuestion) -> String {
    match question {
        PostgresQuestion::Answers => "SELECT 1 answers".to_owned(),
        PostgresQuestion::Version { at_least } => format!("version {at_least} or newer"),
        PostgresQuestion::Extension { name } => format!("extension {name} is installed"),
        PostgresQuestion::Size(bound) => format!("database size {bound}"),
        PostgresQuestion::Table {
            name,
            not_empty: true,
        } => format!("table {name} exists and has rows"),
        PostgresQuestion::Table {
            name,
            not_empty: false,
        } => format!("table {name} exists"),
        PostgresQuestion::Row { table, naming } => format!("table {table} has a row that names {naming:?}"),
        PostgresQuestion::Indexes { at_least, created_by } => {
            let all = created_by
                .as_ref()
                .map(|file| format!(", and all that {file} creates"))
                .unwrap_or_default();
            format!("at least {at_least} indexes, none invalid{all}")
        }
        PostgresQuestion::Analyzed { created_by } => {
            format!("ANALYZE ran on every table that {created_by} indexes")
        }
        PostgresQuestion::LastAnalyzed { table, within } => {
            let age = within.map(|seconds| format!(" within {}", time(seconds)));
            format!("ANALYZE ran on {table}{}", age.unwrap_or_default())
        }
        PostgresQuestion::Connections(bound) => format!("its connections {bound}"),
        PostgresQuestion::NoLockWaits => "no session waits for a lock".to_owned(),
        PostgresQuestion::NoTransactionOver(seconds) => {
            format!("no transaction is open for longer than {}", time(*seconds))
        }
        PostgresQuestion::Statements { slowest: None } => {
            "pg_stat_statements is installed and answers".to_owned()
        }
        PostgresQuestion::Statements {
            slowest: Some((StatementTime::Mean, bound)),
        } => format!("the mean time of every statement in pg_stat_statements {bound}"),
        PostgresQuestion::Statements {
            slowest: Some((StatementTime::Longest, bound)),
        } => format!("the longest call of every statement in pg_stat_statements {bound}"),
        PostgresQuestion::Query { sql, rules } => {
            let rules: Vec<String> = rules.iter().map(text_rule).collect();
            format!(
                "{sql}: {}",
                if rules.is_empty() {
                    "answers".to_owned()
                } else {
                    rules.join(", ")
                }
            )
        }
    }
}

/// Seconds in the largest unit that gives a whole number.
fn time(seconds: u64) -> String {
    let value = seconds as f64 * 1000.0;
    let unit = Unit::Milliseconds;
    Quantity { value, unit }.to_string()
}

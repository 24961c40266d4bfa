//! What must hold, in words.

use crate::file::lasting;
use crate::text;
use domain::probe::{PostgresQuestion, StatementTime};

pub(super) fn expected(question: &PostgresQuestion) -> String {
    match question {
        PostgresQuestion::Answers => "answers".to_owned(),
        PostgresQuestion::Version { at_least } => format!("PostgreSQL {at_least} or newer"),
        PostgresQuestion::Extension { name } => format!("extension {name} is installed"),
        PostgresQuestion::Size(bound) => format!("size {bound}"),
        PostgresQuestion::Table {
            name,
            not_empty: false,
        } => format!("table {name} exists"),
        PostgresQuestion::Table {
            name,
            not_empty: true,
        } => format!("table {name} exists and is not empty"),
        PostgresQuestion::Row { table, naming } => format!("table {table} has a row that names {naming}"),
        PostgresQuestion::Indexes {
            at_least,
            created_by: None,
        } => format!("at least {at_least} indexes, none invalid"),
        PostgresQuestion::Indexes {
            at_least,
            created_by: Some(file),
        } => format!("at least {at_least} indexes, none invalid, and all that {file} creates"),
        PostgresQuestion::Analyzed { created_by } => {
            format!("ANALYZE ran on every table that {created_by} indexes")
        }
        PostgresQuestion::LastAnalyzed { table, within: None } => format!("ANALYZE ran on {table}"),
        PostgresQuestion::LastAnalyzed {
            table,
            within: Some(seconds),
        } => format!("ANALYZE ran on {table} at most {} ago", lasting(*seconds)),
        PostgresQuestion::Connections(bound) => format!("connections {bound}"),
        PostgresQuestion::NoLockWaits => "no session waits for a lock".to_owned(),
        PostgresQuestion::NoTransactionOver(seconds) => {
            format!("no transaction is open for longer than {}", lasting(*seconds))
        }
        PostgresQuestion::Statements { slowest: None } => {
            "pg_stat_statements is installed and answers".to_owned()
        }
        PostgresQuestion::Statements {
            slowest: Some((by, bound)),
        } => {
            let which = match by {
                StatementTime::Mean => "mean",
                StatementTime::Longest => "longest call",
            };
            format!("the {which} of every statement {bound}")
        }
        PostgresQuestion::Query { rules, .. } => match text::expected(rules) {
            words if words.is_empty() => "the query runs".to_owned(),
            words => words,
        },
    }
}

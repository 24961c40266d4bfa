//! What a Postgres server is asked.

use super::TextRule;
use crate::quantity::{Bound, Version};
use serde::{Deserialize, Serialize};

/// A question to a Postgres server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostgresProbe {
    /// `host:port` as written; `None`: the environment's own database.
    pub address: Option<String>,
    /// What is asked.
    pub question: PostgresQuestion,
}

/// What a Postgres server is asked. All of it runs in a read-only transaction with a statement timeout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostgresQuestion {
    /// It accepts connections and answers `SELECT 1`.
    Answers,
    /// The server's version.
    Version {
        /// The oldest that will do.
        at_least: Version,
    },
    /// An extension is installed in the database, not just available.
    Extension {
        /// Its name in the catalogue: pgvector is `vector`.
        name: String,
    },
    /// The size of the database, in bytes.
    Size(Bound),
    /// A table exists.
    Table {
        /// Its name, with or without schema.
        name: String,
        /// It has at least one row.
        not_empty: bool,
    },
    /// A table has a row in which this text stands: a migration is recorded.
    Row {
        /// The table's name, with or without schema.
        table: String,
        /// The text, whatever its case.
        naming: String,
    },
    /// At least this many indexes exist outside the system schemas, none of them is invalid, and none is missing that the
    /// migration creates.
    Indexes {
        /// The count.
        at_least: u32,
        /// The migration's file, relative to the work directory: the indexes that it creates must be there by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        created_by: Option<String>,
    },
    /// `ANALYZE` ran on every table that got an index from a migration.
    Analyzed {
        /// The migration's file, relative to the work directory.
        created_by: String,
    },
    /// `ANALYZE` ran on a table, by hand or by the server itself.
    LastAnalyzed {
        /// The table's name, with or without schema.
        table: String,
        /// At most this many seconds ago; `None`: ever.
        within: Option<u64>,
    },
    /// The sessions of clients that the server has, of all databases: a count, or per cent of `max_connections`.
    Connections(Bound),
    /// No session of this database waits for a lock.
    NoLockWaits,
    /// No transaction of this database, prepared ones included, has been open for longer than this many seconds.
    NoTransactionOver(u64),
    /// What `pg_stat_statements` has counted of this database since its last reset.
    Statements {
        /// The time that every statement must keep, in milliseconds; `None`: the extension is installed and answers.
        slowest: Option<(StatementTime, Bound)>,
    },
    /// A query of which every part is known to read, and what must hold of its first value.
    Query {
        /// The SQL, as written.
        sql: String,
        /// What must hold.
        rules: Vec<TextRule>,
    },
}

/// Which time of a statement counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementTime {
    /// The mean of its calls.
    Mean,
    /// Its longest call.
    Longest,
}

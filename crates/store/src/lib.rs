//! Every line of SQL that Gonogo has: rows in, values of the domain out.
//!
//! One module per noun, free functions that take a `&mut PgConnection`, so that a caller can put several of
//! them in one transaction. Times are parameters: nothing here reads a clock.

pub use record::canonical;

use record::canonical::NotCanonical;

pub mod api_token;
pub mod attachment;
pub mod backup;
pub mod database;
pub mod delivery;
pub mod environment_lock;
pub mod event;
pub mod evidence;
pub mod guide;
pub mod head;
pub mod history;
pub mod invitation;
pub mod measurement;
pub mod notice;
pub mod panel;
pub mod passkey;
pub mod people_log;
pub mod person;
pub mod retention;
pub mod revision;
pub mod rule_approval;
pub mod run;
pub mod sample;
pub mod second_factor;
pub mod session;
pub mod sign_in_failure;
pub mod sign_in_network;
pub mod signing_key;
pub mod stability;
pub mod task;
pub mod trend;

/// The migrations of this program, compiled in. They run at the start of `gonogo serve`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Postgres, the connection, or the pool said no.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations could not be applied.
    #[error("migrations: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// There is no such row.
    #[error("there is no {what} {id}")]
    Missing {
        /// What was looked for.
        what: &'static str,
        /// Its number.
        id: i64,
    },
    /// A stored document does not have the form that this program reads, or a value has no JSON form.
    #[error("stored JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A value has no canonical JSON form.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// A row holds something that the program's types do not allow.
    #[error("inconsistent row in {table}: {what}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// Which row, and what is wrong with it.
        what: String,
    },
}

impl Error {
    /// A row of `table` holds something that the program's types do not allow.
    pub(crate) fn inconsistent(table: &'static str, what: impl ToString) -> Self {
        Self::Inconsistent {
            table,
            what: what.to_string(),
        }
    }

    /// Whether the database may answer when it is asked again: it restarts, or the connection broke.
    pub fn is_passing(&self) -> bool {
        match self {
            Error::Database(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_)) => {
                true
            }
            // Shutting down, starting, a lost connection, no room or too many connections, a deadlock, a statement that took too
            // long, an error of the disk, a server that only reads.
            Error::Database(sqlx::Error::Database(error)) => error.code().is_some_and(|code| {
                let starts = ["57P", "08", "53", "40"]
                    .iter()
                    .any(|class| code.starts_with(class));
                starts || matches!(&*code, "57014" | "58030" | "25006")
            }),
            Error::Database(_)
            | Error::Migration(_)
            | Error::Missing { .. }
            | Error::Json(_)
            | Error::NotCanonical(_)
            | Error::Inconsistent { .. } => false,
        }
    }

    /// Whether a uniqueness rule of the database refused the row.
    pub fn is_duplicate(&self) -> bool {
        match self {
            Error::Database(sqlx::Error::Database(error)) => error.is_unique_violation(),
            Error::Database(_)
            | Error::Migration(_)
            | Error::Missing { .. }
            | Error::Json(_)
            | Error::NotCanonical(_)
            | Error::Inconsistent { .. } => false,
        }
    }
}

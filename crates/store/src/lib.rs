//! Every line of SQL that Gonogo has: rows in, values of the domain out.
//!
//! One module per noun, free functions that take a `&mut PgConnection`, so that a caller can put several of
//! them in one transaction. Times are parameters: nothing here reads a clock.

pub mod database;
pub mod person;
pub mod session;
pub mod sign_in_failure;

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
    /// Whether a uniqueness rule of the database refused the row.
    pub fn is_duplicate(&self) -> bool {
        match self {
            Error::Database(sqlx::Error::Database(error)) => error.is_unique_violation(),
            Error::Database(_) | Error::Migration(_) | Error::Inconsistent { .. } => false,
        }
    }
}

//! What can go wrong with the embedded database.

use crate::server::postgres::place;
use std::{io, path::PathBuf};

/// Why the embedded database does not run. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No place for it.
    #[error(transparent)]
    Place(#[from] place::PlaceError),
    /// No `postgres` and `initdb` found.
    #[error(
        "Postgres is not installed: neither PATH nor /usr/lib/postgresql/*/bin has `postgres` and `initdb`; install it (Debian, Ubuntu: apt install postgresql), or set DATABASE_URL to use another server"
    )]
    NotInstalled,
    /// The data was made by a version that is not installed.
    #[error(
        "the database in {cluster} was made by PostgreSQL {made_by}, and only {installed} is installed here; install PostgreSQL {made_by} (Debian, Ubuntu: apt install postgresql-{made_by}), or dump it there and set GONOGO_DATA_DIR to a new folder"
    )]
    OtherVersion {
        /// Its folder.
        cluster: PathBuf,
        /// The major version that made it.
        made_by: String,
        /// The major versions that there are.
        installed: String,
    },
    /// Another Gonogo has the folder.
    #[error(
        "another Gonogo is running on {data}; stop it, or set GONOGO_DATA_DIR to another folder (and --address to another port)"
    )]
    InUse {
        /// The folder.
        data: PathBuf,
    },
    /// Root, and no system user to run as.
    #[error(
        "Postgres refuses to run as root, and the system user `gonogo` could not be made: {why}; make it with `useradd --system --shell /usr/sbin/nologin gonogo`, run Gonogo as another user, or set DATABASE_URL"
    )]
    NoSystemUser {
        /// What `useradd` said.
        why: String,
    },
    /// A folder of ours that others can enter or own.
    #[error("{folder} is not safe for the database's socket: {why}; remove it, or set XDG_RUNTIME_DIR")]
    UnsafeFolder {
        /// The folder.
        folder: PathBuf,
        /// Who can do what with it.
        why: String,
    },
    /// A step on files failed.
    #[error("{what}: {error}")]
    Files {
        /// Which.
        what: String,
        /// How.
        error: io::Error,
    },
    /// `initdb` failed.
    #[error("initdb could not make a database in {cluster}: {said}")]
    Initdb {
        /// Where.
        cluster: PathBuf,
        /// Its last words.
        said: String,
    },
    /// Postgres ended or kept silent at its start.
    #[error("Postgres did not start: {why}; its log is {log}")]
    Start {
        /// What it said, or how long it was waited for.
        why: String,
        /// Where the whole text is.
        log: PathBuf,
    },
}

/// An error of the file system in the step `what`.
pub(crate) fn files(what: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
    let what = what.into();
    move |error| Error::Files { what, error }
}

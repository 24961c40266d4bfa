//! The first start: one account for each role, with generated passwords that are printed once and kept in a file
//! that only its owner can read.

use crate::server::{database::Error as DatabaseError, password, state::AppState};
use domain::{Role, people_log::PeopleDeed, person::Author};
use std::{
    fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};
use store::person::NewPerson;

/// An account that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its role.
    pub role: Role,
    /// What one signs in with.
    pub name: &'static str,
    /// Generated; known to nobody else yet.
    pub password: String,
}

/// The accounts could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database said no.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Hashing said no.
    #[error("the first passwords: {0}")]
    Password(String),
    /// The file could not be written.
    #[error("the first passwords could not be written to {file}: {error}")]
    File {
        /// Which.
        file: PathBuf,
        /// How.
        error: io::Error,
    },
}

/// The name of the account of each role.
fn name(role: Role) -> &'static str {
    match role {
        Role::ProductOwner => "owner",
        Role::Viewer | Role::Developer | Role::Devops | Role::Qa | Role::Admin | Role::Auditor => role.key(),
    }
}

/// Makes one account for each role when there is nobody at all, and writes `credentials` below `data`: lines of role,
/// name and password with tabs between them, mode 0600. Answers with the accounts, or nothing when there were people.
///
/// # Errors
/// See [`Error`]; nothing is made then.
pub async fn accounts(state: &AppState, data: &Path) -> Result<Vec<Account>, Error> {
    let database = |error: store::Error| Error::Database(DatabaseError::Store(error));
    let mut transaction = state.pool.begin().await.map_err(|error| database(error.into()))?;
    if !store::person::nobody_yet(&mut transaction)
        .await
        .map_err(database)?
    {
        return Ok(Vec::new());
    }
    let mut accounts = Vec::new();
    for role in Role::ALL {
        let password = password::generate().map_err(|error| Error::Password(error.to_string()))?;
        let password_hash = state
            .passwords
            .hash(password.clone())
            .await
            .map_err(|error| Error::Password(error.to_string()))?;
        let person = NewPerson {
            name: name(role),
            title: role.title(),
            password_hash: &password_hash,
            must_change_password: true,
            roles: &[role],
        };
        let now = state.clock.now();
        let id = store::person::create(&mut transaction, &person, now)
            .await
            .map_err(database)?;
        let added = PeopleDeed::Added { roles: vec![role] };
        let about = (Some(id), name(role));
        store::people_log::append(&mut transaction, &Author::Gonogo, about, &added, now)
            .await
            .map_err(database)?;
        accounts.push(Account {
            role,
            name: name(role),
            password,
        });
    }
    // Written before the commit: a failure in between leaves a file without accounts, which the next start replaces,
    // and never accounts without their passwords.
    write(data, &accounts)?;
    transaction
        .commit()
        .await
        .map_err(|error| database(error.into()))?;
    Ok(accounts)
}

fn write(data: &Path, accounts: &[Account]) -> Result<(), Error> {
    let file = data.join("credentials");
    let draft = data.join("credentials.new");
    let lines: String = accounts
        .iter()
        .map(|Account { role, name, password }| format!("{}\t{name}\t{password}\n", role.key()))
        .collect();
    let done = (|| {
        if !data.exists() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(data)?;
        }
        if draft.exists() {
            fs::remove_file(&draft)?;
        }
        let mut open = fs::OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&draft)?;
        open.write_all(lines.as_bytes())?;
        open.sync_all()?;
        fs::rename(&draft, &file)
    })();
    done.map_err(|error| Error::File { file, error })
}

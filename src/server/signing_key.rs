//! The key that heads and evidence files are signed with: a file that only its owner can read, so that whoever has the database alone
//! changes nothing that was signed. What they add after it Gonogo signs for them (docs/auditors.md). Several Gonogos of one database
//! have the same.

use crate::server::state::AppState;
use domain::Hash;
use record::{
    dsse::{Envelope, Kept},
    key::{Distrust, History, NoKey, SecretKey, introduce, leading},
};
use sqlx::PgConnection;
use std::{
    fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// Its name in the data folder.
pub const NAME: &str = "signing-key";

/// There is no key to sign with. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody said where.
    #[error("no file of the signing key is set; set GONOGO_SIGNING_KEY")]
    Unset,
    /// The file cannot be read or written.
    #[error("the signing key {}: {error}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// How.
        error: io::Error,
    },
    /// Others can read it.
    #[error(
        "the signing key {} can be read by others than its owner; chmod 600 it, and think of rotating it: gonogo key rotate",
        file.display()
    )]
    Open {
        /// Which.
        file: PathBuf,
    },
    /// The file holds no key.
    #[error("the signing key {}: {error}", file.display())]
    NoKey {
        /// Which.
        file: PathBuf,
        /// Why.
        error: NoKey,
    },
    /// It is not the one that signs.
    #[error(
        "the signing key {} is key {found}, and this database is signed with key {wanted}; copy that one here from the Gonogo that has \
         it, or set GONOGO_SIGNING_KEY. Where the database was set back to before a rotation, put {} back beside the key: it is \
         written at each rotation and says how one key followed the other",
        file.display(),
        introductions(file).display()
    )]
    Other {
        /// Which.
        file: PathBuf,
        /// The key in it.
        found: Hash,
        /// The key that signs.
        wanted: Hash,
    },
    /// The keys in the database are no history, or would be none.
    #[error("key {number} of the database: {why}")]
    History {
        /// Which, from 1.
        number: usize,
        /// Why.
        why: Distrust,
    },
    /// No randomness.
    #[error("a key could not be made: {0}")]
    Randomness(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The key that signs now, in a transaction. Where the database has none this becomes the first, made where its file is not there.
///
/// # Errors
/// See [`Error`].
pub async fn current(state: &AppState, connection: &mut PgConnection) -> Result<SecretKey, Error> {
    let file = place(state)?;
    if let Some(wanted) = store::signing_key::latest(&mut *connection).await? {
        match the(file, &wanted) {
            Err(Error::Other { .. }) => {}
            done => return done,
        }
    }
    store::signing_key::hold(&mut *connection).await?;
    // Another was faster, or the key was rotated since the database was as it is.
    if let Some(wanted) = store::signing_key::latest(&mut *connection).await? {
        return match the(file, &wanted) {
            Err(other @ Error::Other { .. }) => go_on(connection, file, other).await,
            done => done,
        };
    }
    let key = if file.exists() { read(file)? } else { make(file)? };
    add(state, connection, &key, None).await?;
    Ok(key)
}

/// Adds to a database of an older backup the keys that led to the one in the file, from what stands beside it; otherwise `other`.
async fn go_on(connection: &mut PgConnection, file: &Path, other: Error) -> Result<SecretKey, Error> {
    let (known, key) = (store::signing_key::all(&mut *connection).await?, read(file)?);
    let kept = Kept::of(&fs::read(introductions(file)).unwrap_or_default());
    let way = leading(&known, &kept.envelopes, &key.public().id()).ok_or(other)?;
    let all = [known.as_slice(), way.as_slice()].concat();
    let history = history(&all)?;
    for (known, introduction) in history.keys().iter().skip(known.len()).zip(&way) {
        store::signing_key::insert(&mut *connection, &known.id, introduction, known.from).await?;
        tracing::warn!(key = %known.id, "the database is older than this key, which its predecessor has introduced: it signs again");
    }
    Ok(key)
}

/// The key that signs now; `None` while the database has none. Writes nothing.
///
/// # Errors
/// See [`Error`].
pub async fn present(state: &AppState, connection: &mut PgConnection) -> Result<Option<SecretKey>, Error> {
    let wanted = store::signing_key::latest(connection).await?;
    wanted.map(|wanted| the(place(state)?, &wanted)).transpose()
}

/// Makes a new key, which the old one introduces; answers both names. The old one signs no more, and its file is written over.
///
/// # Errors
/// See [`Error`].
pub async fn rotate(state: &AppState) -> Result<(Hash, Hash), Error> {
    let file = place(state)?;
    let mut tx = state.pool.begin().await.map_err(store::Error::from)?;
    store::signing_key::hold(&mut tx).await?;
    let old = current(state, &mut tx).await?;
    let next = next_to(file);
    match fs::remove_file(&next) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(broken(&next)(error)),
        Ok(()) | Err(_) => {}
    }
    // On the disk before the database knows it: a key of which only the public half is left would sign nothing ever.
    let new = make(&next)?;
    let introduction = add(state, &mut tx, &new, Some(&old)).await?;
    note(&introductions(file), &introduction)?;
    tx.commit().await.map_err(store::Error::from)?;
    fs::rename(&next, file).map_err(broken(file))?;
    Ok((old.public().id(), new.public().id()))
}

async fn add(
    state: &AppState,
    connection: &mut PgConnection,
    key: &SecretKey,
    old: Option<&SecretKey>,
) -> Result<Envelope, Error> {
    let mut known = store::signing_key::all(&mut *connection).await?;
    let (now, id) = (state.clock.now(), key.public().id());
    // A clock that was set back does not put it before its predecessor.
    let last = history(&known)?.keys().last().map(|last| last.from);
    let from = last.map_or(now, |last| last.max(now));
    let introduction = introduce(key, old, from).map_err(store::Error::from)?;
    // It stays for ever: nothing is stored that no verifier would accept.
    known.push(introduction.clone());
    history(&known)?;
    store::signing_key::insert(connection, &id, &introduction, from).await?;
    Ok(introduction)
}

fn history(introductions: &[Envelope]) -> Result<History, Error> {
    History::read(introductions).map_err(|(place, why)| Error::History {
        number: place + 1,
        why,
    })
}

/// Appends an introduction to what stands beside the key. There is no secret in it.
fn note(file: &Path, introduction: &Envelope) -> Result<(), Error> {
    let line = serde_json::to_string(introduction).map_err(store::Error::from)?;
    let written = (|| {
        let mut open = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(file)?;
        open.write_all(format!("{line}\n").as_bytes())?;
        open.sync_all()
    })();
    written.map_err(broken(file))
}

fn place(state: &AppState) -> Result<&Path, Error> {
    state.config.signing_key.as_deref().ok_or(Error::Unset)
}

/// The key of this name.
fn the(file: &Path, wanted: &Hash) -> Result<SecretKey, Error> {
    let found = read(file);
    if let Ok(key) = &found
        && key.public().id() == *wanted
    {
        return found;
    }
    // Whoever rotated it died before the last step.
    let next = next_to(file);
    if let Ok(key) = read(&next)
        && key.public().id() == *wanted
    {
        fs::rename(&next, file).map_err(broken(file))?;
        return Ok(key);
    }
    let found = found?.public().id();
    let (file, wanted) = (file.to_owned(), wanted.clone());
    Err(Error::Other { file, found, wanted })
}

fn read(file: &Path) -> Result<SecretKey, Error> {
    let mode = fs::metadata(file).map_err(broken(file))?.mode();
    if mode & 0o077 != 0 {
        return Err(Error::Open {
            file: file.to_owned(),
        });
    }
    let text = fs::read_to_string(file).map_err(broken(file))?;
    SecretKey::of_text(&text).map_err(|error| Error::NoKey {
        file: file.to_owned(),
        error,
    })
}

/// Makes a key in this file. Where another process makes it at the same time, there is one: whoever is second reads the first's.
fn make(file: &Path) -> Result<SecretKey, Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| Error::Randomness(error.to_string()))?;
    let key = SecretKey::of_seed(&seed);
    let draft = file.with_added_extension(format!("{}.draft", key.public().id().short()));
    let written = (|| {
        if let Some(folder) = file.parent().filter(|folder| !folder.exists()) {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut open = fs::OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&draft)?;
        open.write_all(key.to_text().as_bytes())?;
        open.sync_all()?;
        let linked = fs::hard_link(&draft, file);
        fs::remove_file(&draft)?;
        linked
    })();
    match written {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(file),
        Err(error) => Err(broken(file)(error)),
    }
}

fn next_to(file: &Path) -> PathBuf {
    file.with_added_extension("next")
}

/// What introduced the keys that came after the first, one a line.
fn introductions(file: &Path) -> PathBuf {
    file.with_added_extension("introductions")
}

fn broken(file: &Path) -> impl Fn(io::Error) -> Error + '_ {
    |error| Error::File {
        file: file.to_owned(),
        error,
    }
}

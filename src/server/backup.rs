//! Copies of the database: making one that is whole, and putting one in the database's place.

use crate::server::{clock::Clock, config::Config, database::Database, postgres::programs::Programs};
use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use store::backup::{Contents, Holds, LetGo};

/// What was copied.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// What the database held a moment before.
    pub holds: Holds,
    /// Bytes of the file.
    pub bytes: u64,
}

/// What was restored.
#[derive(Clone, Debug)]
pub struct Restored {
    /// When the copy was made; `None` where it does not say so.
    pub made_at: Option<DateTime<Utc>>,
    /// What the database holds now.
    pub holds: Holds,
    /// What became of what was under way, and of the ways in.
    pub let_go: LetGo,
    /// What is wrong with the logs of runs, a sentence each.
    pub broken: Vec<String>,
}

/// Copies the database into `file`, which must not be there. It has its name only when it is whole and on disk.
///
/// # Errors
/// What is in the way; then there is no file.
pub async fn write(database: &Database, file: &Path) -> anyhow::Result<Written> {
    if fs::symlink_metadata(file).is_ok() {
        bail!(
            "{} is there already: name another file, a backup is never written over",
            file.display()
        );
    }
    let mut connection = database.pool.acquire().await?;
    let programs = programs(&mut connection, database).await?;
    let holds = store::backup::holds(&mut connection).await?;
    drop(connection);
    let draft = Draft::new(file)?;
    programs.dump(&draft.path).await?;
    programs
        .check(&draft.path)
        .await
        .context("the copy cannot be read again")?;
    let bytes = draft.publish(file)?;
    Ok(Written { holds, bytes })
}

/// Puts the copy in `file` in the place of the database's contents, in one transaction, brings its tables up to date, looks at every
/// run's log, and lets go what was under way. A database that somebody has used is left alone unless `replace` says so; whichever
/// version used it.
///
/// # Errors
/// What is in the way; then the database is as it was, or the error says that it is not. What the copy held does not go on even so.
pub async fn restore(
    config: &Config,
    directory: &Path,
    file: &Path,
    replace: bool,
) -> anyhow::Result<Restored> {
    File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    // A newer Gonogo's tables are thrown away too: that is the way back to this one.
    let database = Database::open_as_it_is(config, directory).await?;
    let replaced = replaced(&database, file, replace).await;
    database.close().await;
    let made_at = replaced?;
    // Opened again: nothing that is known of the tables before is true of these.
    let finished = async {
        let database = Database::open_as_it_is(config, directory).await?;
        let finished = finished(&database, made_at).await;
        database.close().await;
        finished
    };
    finished.await.context(
        "the backup has taken the database's place, but was not looked at: restore it again with --replace. Whatever opens the \
         database first gives up what was under way in it",
    )
}

async fn finished(database: &Database, made_at: Option<DateTime<Utc>>) -> anyhow::Result<Restored> {
    database.migrate().await?;
    let mut tx = database.pool.begin().await?;
    let broken = store::backup::broken_chains(&mut tx).await?;
    let let_go = store::backup::let_go(&mut tx, Clock::System.now()).await?;
    let holds = store::backup::holds(&mut tx).await?;
    tx.commit().await?;
    Ok(Restored {
        made_at,
        holds,
        // Nothing is left of it where another Gonogo was started meanwhile, and was faster.
        let_go: let_go.unwrap_or_default(),
        broken,
    })
}

/// Replaces everything, and answers when the copy was made.
async fn replaced(database: &Database, file: &Path, replace: bool) -> anyhow::Result<Option<DateTime<Utc>>> {
    let mut connection = database.pool.acquire().await?;
    if store::panel::any_lives(&mut connection).await? {
        // Another version's tables may not say where.
        let hosts = store::panel::living(&mut connection, None)
            .await
            .unwrap_or_default();
        let on = hosts.first().map(|host| format!(" on {host}"));
        bail!(
            "a Gonogo{} uses this database: stop it first",
            on.unwrap_or_default()
        );
    }
    let held = match store::backup::contents(&mut connection).await? {
        Contents::Nothing => None,
        Contents::Counted(holds) => Some(words(&holds)),
        Contents::Other => Some("tables of another version, or of another program".to_owned()),
    };
    if let Some(held) = held
        && !replace
    {
        bail!(
            "the database is in use: it holds {held}; --replace puts the backup in their place, and they are gone"
        );
    }
    let programs = programs(&mut connection, database).await?;
    drop(connection);
    programs
        .check(file)
        .await
        .with_context(|| format!("{} is no backup, or not a whole one", file.display()))?;
    let versions = programs.migrations(file).await?;
    if versions.is_empty() {
        bail!("{} is a copy of another program's database", file.display());
    }
    let known = |version: &i64| store::MIGRATOR.iter().any(|known| known.version == *version);
    if let Some(newer) = versions.iter().find(|version| !known(version)) {
        bail!(
            "{} was made by a newer Gonogo (its tables have the change {newer}): restore it with that one",
            file.display()
        );
    }
    let made_at = programs.made_at(file).await?;
    programs.replace(file).await?;
    Ok(made_at)
}

/// What a database holds, for people.
pub fn words(holds: &Holds) -> String {
    let count = |number: i64, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    [
        count(holds.people, "person", "people"),
        count(holds.checklists, "checklist", "checklists"),
        count(holds.runs, "run", "runs"),
    ]
    .join(", ")
}

async fn programs(connection: &mut sqlx::PgConnection, database: &Database) -> anyhow::Result<Programs> {
    let version = store::database::version_number(connection).await?;
    let major = u32::try_from(version / 10_000)?;
    Ok(Programs::choose(major, &database.url).await?)
}

/// A file that has not its name yet; it goes away with this unless it is published.
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn new(file: &Path) -> anyhow::Result<Self> {
        let name = file.file_name().context("name a file")?;
        let mut draft = name.to_owned();
        draft.push(format!(".{}.part", std::process::id()));
        let path = file.with_file_name(draft);
        // Passwords' hashes and all evidence are in it.
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self { path })
    }

    /// Brings it to disk and gives it its name, which nothing else may have by now. Answers how long it is.
    fn publish(self, file: &Path) -> anyhow::Result<u64> {
        let written = File::open(&self.path)?;
        written.sync_all()?;
        fs::hard_link(&self.path, file).with_context(|| format!("{} cannot be written", file.display()))?;
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            Some(_) | None => Path::new("."),
        };
        File::open(folder)?.sync_all()?;
        Ok(written.metadata()?.len())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, file = %self.path.display(), "an unfinished file stays");
        }
    }
}

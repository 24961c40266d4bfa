//! `gonogo backup FILE` and `gonogo restore FILE`.

use crate::server::{
    backup,
    config::{Config, Settings},
    database::Database,
};
use clap::Args;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};
use store::backup::LetGo;

/// Shown under `gonogo backup --help`.
pub const EXAMPLE: &str = "Example:\n  gonogo backup /var/backups/gonogo-$(date +%F).dump\n\n\
    The file holds one state of the whole database, also while Gonogo serves: people, checklists, runs with their logs and\n\
    evidence. It is read again from end to end before it gets its name, and no file is written over. It is in the custom\n\
    format of pg_dump, and as secret as the database itself.\n\n\
    Not in it: what lives beside the database. Copy the folder of environments, gonogo.toml, and what else is in the data\n\
    folder (GONOGO_DATA_DIR) apart from its `postgres`, such as keys.";

/// Shown under `gonogo restore --help`.
pub const RESTORE_EXAMPLE: &str = "Examples:\n  gonogo restore gonogo-2026-11-27.dump\n  gonogo restore --replace gonogo-2026-11-27.dump\n\n\
    Stop Gonogo first. Everything is replaced in one transaction: after an error the database is as it was, unless the error\n\
    says that it is not. A backup of an earlier version gets the tables of this one; what it replaces may be of any version.\n\n\
    Afterwards everybody signs in again, tokens, invitations and recovery codes are revoked, and a run in which anything was under way, also\n\
    a verification window, is given up: nobody knows what happened since, and nothing goes on or rolls back by itself. Look at\n\
    who was disabled, demoted or given another password after the backup was made: that is undone.\n\n\
    Exit codes: 0 restored, and every run is whole; 1 not restored, or not to its end; 3 restored, and a run is not whole";

/// `gonogo backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// Where to; nothing may be there
    file: PathBuf,
}

/// `gonogo restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// What `gonogo backup` wrote
    file: PathBuf,
    /// Put it in the place of what the database holds, which is gone then
    #[arg(long)]
    replace: bool,
}

/// Copies the database of a running Gonogo, or of one started for it.
///
/// # Errors
/// What is in the way.
pub async fn run(command: Backup, settings: Settings, directory: &Path) -> anyhow::Result<()> {
    let config = Config::load(settings, directory)?;
    let database = Database::open_beside(&config, directory).await?;
    let written = backup::write(&database, &command.file).await;
    database.close().await;
    let written = written?;
    println!(
        "Wrote {}: {}, {} bytes, read again from end to end.",
        command.file.display(),
        backup::words(&written.holds),
        written.bytes
    );
    Ok(())
}

/// Puts a copy in the database's place.
///
/// # Errors
/// What is in the way; see [`backup::restore`].
pub async fn restore(command: Restore, settings: Settings, directory: &Path) -> anyhow::Result<ExitCode> {
    let config = Config::load(settings, directory)?;
    let restored = backup::restore(&config, directory, &command.file, command.replace).await?;
    println!("Restored {}.", backup::words(&restored.holds));
    let LetGo {
        given_up,
        unreadable,
        tokens,
        invitations,
        recovery_codes,
    } = &restored.let_go;
    let made_at = restored.made_at.map_or_else(
        || "at a time that it does not say".to_owned(),
        |at| format!("at {} UTC", at.format("%Y-%m-%d %H:%M:%S")),
    );
    println!(
        "The backup was made {made_at}. What came later is gone: look at who was disabled, demoted or given another password since."
    );
    println!(
        "Revoked, because they may have been revoked since: tokens {tokens}, invitations {invitations}, recovery codes {recovery_codes}."
    );
    for run in given_up {
        println!(
            "Run {} was given up: something was under way in it when the backup was made.",
            run.0
        );
    }
    for why in unreadable {
        println!("NOT READ, AND NOT GIVEN UP: {why}");
    }
    for why in &restored.broken {
        println!("NOT WHOLE: {why}");
    }
    if restored.broken.is_empty() && unreadable.is_empty() {
        println!("The log of every run is whole. Everybody signs in again.");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(3))
}

//! `gonogo export`.

use crate::server::{
    clock::Clock,
    config::{Config, Settings},
    database::{self, Database},
    record, serve, signing_key,
    state::AppState,
};
use anyhow::Context as _;
use clap::Args;
use domain::run::RunId;
use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Shown under `--help`.
pub const EXAMPLE: &str = "Examples:\n  gonogo export 41 -o run-41.dsse.json\n  gonogo export 41 --checkpoint >>checkpoints.jsonl\n\n\
The evidence file is verified by gonogo verify, or by docs/verify.py without Gonogo; docs/auditors.md says what it shows.";

/// `gonogo export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The number of the run
    run: i64,
    /// The file to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only the newest signed head: kept elsewhere, it shows later what was changed
    #[arg(long)]
    checkpoint: bool,
}

/// Writes the evidence file, or a checkpoint.
///
/// # Errors
/// What the database says; no such run, or no head of it.
pub async fn run(command: Export, settings: Settings, directory: &Path) -> anyhow::Result<()> {
    let config = with_key(Config::load(settings, directory)?, directory)?;
    let database = Database::open_beside(&config, directory).await?;
    let done = async {
        let state = serve::state(config, database.pool.clone(), Clock::System, &BTreeMap::new())?;
        write(&state, &command).await
    }
    .await;
    database.close().await;
    done
}

/// The settings with the file of the key, where nobody said it.
pub(super) fn with_key(mut config: Config, directory: &Path) -> anyhow::Result<Config> {
    if config.signing_key.is_none() {
        let data = database::place(&config, directory)?.data;
        config.signing_key = Some(data.join(signing_key::NAME));
    }
    Ok(config)
}

async fn write(state: &AppState, command: &Export) -> anyhow::Result<()> {
    let id = RunId(command.run);
    let mut bytes = if command.checkpoint {
        let head = record::checkpoint(state, id).await?;
        serde_json::to_vec(&head.with_context(|| format!("no head of run {} is signed yet", id.0))?)?
    } else {
        record::file(state, id).await?
    };
    bytes.push(b'\n');
    match &command.output {
        Some(file) => std::fs::write(file, bytes).with_context(|| file.display().to_string())?,
        None => std::io::stdout().write_all(&bytes)?,
    }
    Ok(())
}

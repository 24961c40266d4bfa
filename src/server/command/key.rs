//! `gonogo key list | rotate`.

use super::export::with_key;
use crate::server::{
    clock::Clock,
    config::{Config, Settings},
    database::Database,
    serve, signing_key,
    state::AppState,
};
use clap::{Args, Subcommand};
use record::key::History;
use std::{collections::BTreeMap, path::Path};

/// Shown under `--help`.
pub const EXAMPLE: &str = "Example:\n  gonogo key list\n  gonogo key rotate";

/// `gonogo key`.
#[derive(Debug, Args)]
pub struct Key {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the keys that heads and evidence files are signed with, the first one first
    #[command(after_help = "Example:\n  gonogo key list")]
    List,
    /// Make a new key, which the old one introduces, and write it over the old one's file
    #[command(
        after_help = "Example:\n  gonogo key rotate\n\nOther Gonogos of the same database sign again when they have the new file."
    )]
    Rotate,
}

/// Runs the subcommand, on the database of a running Gonogo or one started for it.
///
/// # Errors
/// What the database or the file says.
pub async fn run(key: Key, settings: Settings, directory: &Path) -> anyhow::Result<()> {
    let config = with_key(Config::load(settings, directory)?, directory)?;
    let database = Database::open_beside(&config, directory).await?;
    let done = async {
        let state = serve::state(config, database.pool.clone(), Clock::System, &BTreeMap::new())?;
        carry_out(&state, key.command).await
    }
    .await;
    database.close().await;
    done
}

async fn carry_out(state: &AppState, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List => {
            let mut connection = state.pool.acquire().await?;
            let introductions = store::signing_key::all(&mut connection).await?;
            let history = History::read(&introductions)
                .map_err(|(place, why)| anyhow::anyhow!("key {}: {why}", place + 1))?;
            println!("{:<64}  {:<64}  since", "key", "public key (Ed25519)");
            for known in history.keys() {
                let since = known.from.format("%Y-%m-%d %H:%M:%S UTC");
                println!("{}  {}  {since}", known.id, known.key.to_hex());
            }
        }
        Command::Rotate => {
            let (old, new) = signing_key::rotate(state).await?;
            println!("Key {new} signs from now on; key {old} has introduced it and signs no more.");
        }
    }
    Ok(())
}

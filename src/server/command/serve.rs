//! `gonogo serve`.

use crate::server::{
    config::{Config, Settings},
    first_start::Account,
    serve::{self, Announcement},
    service_manager::ServiceManager,
};
use std::{io::Write, path::Path};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Shown under `--help`.
pub const EXAMPLE: &str = "Example:\n  gonogo serve --address 127.0.0.1:8080\n\n\
    The first start makes one account for each role, prints their passwords once and keeps them in the file\n\
    `credentials` of the data folder. Ctrl-C or SIGTERM stops the server and its database in order.";

/// Serves until SIGINT or SIGTERM. A second signal does not wait for requests that are under way.
///
/// # Errors
/// What keeps the server from starting.
pub async fn run(settings: Settings, directory: &Path) -> anyhow::Result<()> {
    let config = Config::load(settings, directory)?;
    let manager = ServiceManager::at(std::env::var_os("NOTIFY_SOCKET"));
    let stop = CancellationToken::new();
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::spawn({
        let (stop, manager) = (stop.clone(), manager.clone());
        async move {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
            manager.tell("STOPPING=1");
            stop.cancel();
        }
    });
    let announce = |announcement: Announcement<'_>| {
        if let Announcement::Ready(_) = announcement {
            manager.tell("READY=1");
        }
        print(announcement);
    };
    serve::run(config, directory, stop, announce).await?;
    Ok(())
}

fn print(announcement: Announcement<'_>) {
    let mut out = std::io::stdout().lock();
    let written = match announcement {
        Announcement::Accounts(accounts, file) => write_accounts(&mut out, accounts, file),
        Announcement::Ready(url) => writeln!(out, "Gonogo is ready at {url}"),
    };
    if let Err(error) = written.and_then(|()| out.flush()) {
        tracing::warn!(%error, "standard output is closed");
    }
}

fn write_accounts(out: &mut impl Write, accounts: &[Account], file: &Path) -> std::io::Result<()> {
    writeln!(
        out,
        "One account for each role was made. These passwords are shown only now:\n"
    )?;
    writeln!(out, "  {:<14} {:<10} password", "role", "name")?;
    for Account { role, name, password } in accounts {
        writeln!(out, "  {:<14} {name:<10} {password}", role.title())?;
    }
    writeln!(
        out,
        "\nThey are also in {}, which only you can read.\n",
        file.display()
    )
}

//! The command line. Each subcommand is a module of its own.

pub mod backup;
pub mod check;
pub mod export;
pub mod key;
pub mod rollback;
pub mod run;
pub mod serve;
pub mod user;
pub mod verify;

use crate::server::{config::Settings, telemetry};
use checklist::report::Paint;
use clap::{Parser, Subcommand};
use std::{
    io::{IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

/// Gonogo: your deployment checklist, executed, proved and signed.
#[derive(Debug, Parser)]
#[command(name = "gonogo", version, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server, with an embedded Postgres unless DATABASE_URL names another
    #[command(after_help = serve::EXAMPLE)]
    Serve,
    /// Compile checklists and say what each line becomes; needs no database
    #[command(after_help = check::EXAMPLE)]
    Check(check::Check),
    /// Ask the probes of a checklist, without a server; needs no database
    #[command(after_help = run::EXAMPLE)]
    Run(run::Run),
    /// Roll a run back
    #[command(after_help = rollback::EXAMPLE)]
    Rollback(rollback::Rollback),
    /// Write the signed evidence file of a run
    #[command(after_help = export::EXAMPLE)]
    Export(export::Export),
    /// Say whether an evidence file holds, and which entry is the first that does not; needs no database
    #[command(after_help = verify::EXAMPLE)]
    Verify(verify::Verify),
    /// List and rotate the keys that records are signed with
    #[command(after_help = key::EXAMPLE)]
    Key(key::Key),
    /// Copy the whole database into a file, also while Gonogo serves
    #[command(after_help = backup::EXAMPLE)]
    Backup(backup::Backup),
    /// Put what `gonogo backup` wrote in the place of the database
    #[command(after_help = backup::RESTORE_EXAMPLE)]
    Restore(backup::Restore),
    /// Add people, change passwords and roles, list everybody
    #[command(after_help = user::EXAMPLE)]
    User(user::User),
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start(cli.settings.log_format);
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            complain("gonogo", &error);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    if let Command::Check(command) = &cli.command {
        return check::run(command);
    }
    if let Command::Verify(command) = &cli.command {
        return Ok(verify::run(command).unwrap_or_else(|error| {
            complain("gonogo verify", &error);
            ExitCode::from(2)
        }));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let directory = working_directory()?;
    match cli.command {
        Command::Serve => runtime.block_on(serve::run(cli.settings, &directory))?,
        Command::Run(command) => {
            let done = runtime.block_on(self::run::run(command, cli.settings, &directory));
            // A file system that hangs is left behind.
            runtime.shutdown_background();
            // Exit code 1 is a no-go: what could not be asked at all could not tell.
            return Ok(done.unwrap_or_else(|error| {
                complain("gonogo run", &error);
                ExitCode::from(2)
            }));
        }
        Command::Rollback(command) => {
            let done = runtime.block_on(rollback::run(command, cli.settings, &directory));
            return Ok(done.unwrap_or_else(|error| {
                complain("gonogo rollback", &error);
                ExitCode::from(2)
            }));
        }
        Command::Backup(command) => runtime.block_on(backup::run(command, cli.settings, &directory))?,
        Command::Restore(command) => {
            return runtime.block_on(backup::restore(command, cli.settings, &directory));
        }
        Command::User(command) => runtime.block_on(user::run(command, cli.settings, &directory))?,
        Command::Export(command) => runtime.block_on(export::run(command, cli.settings, &directory))?,
        Command::Key(command) => runtime.block_on(key::run(command, cli.settings, &directory))?,
        Command::Check(_) | Command::Verify(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Whoever closed standard error does not want to hear it.
fn complain(who: &str, error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr(), "{who}: {error:#}");
}

/// Whether standard output is coloured.
fn paint() -> Paint {
    let variable = std::env::var_os;
    checklist::check::paint(
        variable("NO_COLOR").as_deref(),
        variable("CLICOLOR_FORCE").as_deref(),
        variable("TERM").as_deref(),
        std::io::stdout().is_terminal(),
    )
}

fn working_directory() -> anyhow::Result<PathBuf> {
    let directory = std::env::current_dir()?;
    Ok(directory.canonicalize().unwrap_or(directory))
}

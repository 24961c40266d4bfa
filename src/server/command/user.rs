//! `gonogo user add | password | role | list`.

use crate::server::{
    clock::Clock,
    config::{Config, Settings},
    database::Database,
    person, serve,
    state::AppState,
};
use clap::{Args, Subcommand};
use domain::Role;
use std::{collections::BTreeMap, io::Read, path::Path};

/// Shown under `--help`.
pub const EXAMPLE: &str = "Example:\n  gonogo user add ada --title \"Ada L.\" --role qa\n  gonogo user list";

/// `gonogo user`.
#[derive(Debug, Args)]
pub struct User {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a person; prints a generated password unless --password-stdin is given
    #[command(after_help = "Example:\n  gonogo user add ada --title \"Ada L.\" --role qa --role developer")]
    Add {
        /// What they sign in with: lower case
        name: String,
        /// What others see [default: the name]
        #[arg(long)]
        title: Option<String>,
        /// A role: developer, devops, qa, product_owner, admin, auditor, viewer
        #[arg(long = "role", required = true)]
        roles: Vec<Role>,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Change a password, which ends the person's sessions; prints a generated one unless --password-stdin is given
    #[command(
        after_help = "Example:\n  gonogo user password ada\n  gonogo user password ada --password-stdin <file"
    )]
    Password {
        /// Whose
        name: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give and take roles
    #[command(after_help = "Example:\n  gonogo user role ada --add devops --remove qa")]
    Role {
        /// Whose
        name: String,
        /// Give a role
        #[arg(long)]
        add: Vec<Role>,
        /// Take a role away
        #[arg(long)]
        remove: Vec<Role>,
    },
    /// List everybody
    #[command(after_help = "Example:\n  gonogo user list")]
    List,
}

/// Runs the subcommand, on the database of a running Gonogo or one started for it.
///
/// # Errors
/// What the database or a rule says.
pub async fn run(user: User, settings: Settings, directory: &Path) -> anyhow::Result<()> {
    let config = Config::load(settings, directory)?;
    let database = Database::open_beside(&config, directory).await?;
    let done = async {
        let state = serve::state(config, database.pool.clone(), Clock::System, &BTreeMap::new())?;
        carry_out(&state, user.command).await
    }
    .await;
    database.close().await;
    done
}

async fn carry_out(state: &AppState, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add {
            name,
            title,
            roles,
            password_stdin,
        } => {
            let title = title.unwrap_or_else(|| name.clone());
            let made = person::add(state, &name, &title, &roles, read_password(password_stdin)?).await?;
            println!("Added {name} ({}).", titles(&roles));
            print_password(made);
        }
        Command::Password { name, password_stdin } => {
            let made = person::set_password(state, &name, read_password(password_stdin)?).await?;
            println!("Changed the password of {name} and ended their sessions.");
            print_password(made);
        }
        Command::Role { name, add, remove } => {
            let person = person::change(state, &name, &add, &remove).await?;
            println!("{name} now holds: {}.", titles(&person.roles));
        }
        Command::List => {
            println!("{:<20} {:<30} roles", "name", "title");
            for person in person::list(state).await? {
                let closed = match (person.service, person.disabled_at.is_some()) {
                    (false, false) => "",
                    (false, true) => " (closed)",
                    (true, false) => " (program)",
                    (true, true) => " (program, closed)",
                };
                println!(
                    "{:<20} {:<30} {}{closed}",
                    person.name,
                    person.title,
                    titles(&person.roles)
                );
            }
        }
    }
    Ok(())
}

fn read_password(from_stdin: bool) -> anyhow::Result<Option<String>> {
    if !from_stdin {
        return Ok(None);
    }
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text)?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn print_password(made: Option<String>) {
    if let Some(password) = made {
        println!("Password: {password}");
    }
}

fn titles(roles: &[Role]) -> String {
    if roles.is_empty() {
        return "no role".to_owned();
    }
    roles
        .iter()
        .map(|role| role.title())
        .collect::<Vec<_>>()
        .join(", ")
}

//! `gonogo rollback RUN`: the button, in the terminal.

use crate::server::{
    clock::Clock,
    config::{Config, Settings},
    database::Database,
    panel, rollback, run, serve, sites,
    state::AppState,
    task,
};
use anyhow::{Context as _, bail};
use clap::Args;
use domain::{
    Right,
    person::Person,
    plan::{Plan, SectionId},
    rollback::{Rollback as Execution, RollbackState, StepState, Tier},
    run::RunId,
};
use std::{io::Write as _, path::Path, process::ExitCode, time::Duration};

/// Shown under `--help`.
pub const EXAMPLE: &str = "Example:\n  gonogo rollback 41 --tier immediate --as piet --confirm production --reason \"errors at checkout\"\n\n\
Exit codes: 0 rolled back, and things are as they were; 1 a step or a difference waits for somebody; 2 it was not started";

/// How often it is looked how far it has come.
const LOOKED: Duration = Duration::from_millis(200);

/// `gonogo rollback`.
#[derive(Debug, Args)]
pub struct Rollback {
    /// The number of the run
    run: i64,
    /// Which tier: words of its heading
    #[arg(long, default_value = "immediate")]
    tier: String,
    /// Who rolls back: a person with that right
    #[arg(long = "as", value_name = "NAME")]
    name: String,
    /// Why; it stands in the record
    #[arg(long)]
    reason: String,
    /// The environment's name, to confirm
    #[arg(long, value_name = "ENVIRONMENT")]
    confirm: String,
    /// Really run it where nobody is hurt, keep its times, and let the run go on
    #[arg(long)]
    rehearsal: bool,
}

/// Starts it, carries it out where no server does, and says how each step went.
///
/// # Errors
/// Why it was not started.
pub async fn run(command: Rollback, settings: Settings, directory: &Path) -> anyhow::Result<ExitCode> {
    let config = Config::load(settings, directory)?;
    let database = Database::open_beside(&config, directory).await?;
    let data = crate::server::database::place(&config, directory)?.data;
    let own = [
        ("GONOGO_URL", config.public_url(config.address).origin()),
        ("GONOGO_DATABASE_URL", database.url.clone()),
        ("GONOGO_DATA_DIR", data.display().to_string()),
    ];
    let state = serve::state(
        config,
        database.pool.clone(),
        Clock::System,
        &sites::variables(own),
    )?;
    let done = carry_out(&state, command).await;
    state.stopping.cancel();
    state.tasks.close();
    state.tasks.wait().await;
    database.close().await;
    done
}

async fn carry_out(state: &AppState, command: Rollback) -> anyhow::Result<ExitCode> {
    let (person, id) = (person(state, &command.name).await?, RunId(command.run));
    let opened = run::open(state, &person, id, Right::RollBack).await?;
    let tier = tier(&opened.pinned.plan, &command.tier)?;
    let place = state.sites.place(&opened.pinned.run.start.environment)?;
    let living = store::panel::living(&mut *state.pool.acquire().await?, None).await?;
    let served = living.iter().any(|host| place.is_served_by(host));
    if !served {
        run::served_here(state, place)?;
    }
    let wish = rollback::Wish {
        tier: tier.section.clone(),
        reason: from_a_terminal(&command.reason, state.prober.host()),
        environment: command.confirm,
        rehearsal: command.rehearsal,
        request_key: crate::server::desk::request_key(&crate::server::desk::new_request_key()?)?,
    };
    rollback::start(state, &person, id, wish).await?;
    if !served {
        // Nobody else would do it.
        tokio::spawn(panel::live(state.clone()));
        tokio::spawn(task::take_due(state.clone()));
    }
    say(&format!("Rolling back run {}: {}", id.0, tier.title));
    follow(state, id, tier, opened.pinned.run.start.class).await
}

/// Nobody's password was asked for: the record says where it came from.
fn from_a_terminal(reason: &str, host: &str) -> String {
    let reason = reason.trim();
    if reason.is_empty() {
        return String::new();
    }
    format!("{reason} (from a terminal on {host})")
}

async fn person(state: &AppState, name: &str) -> anyhow::Result<Person> {
    let mut connection = state.pool.acquire().await?;
    let found = store::person::by_name(&mut connection, name).await?;
    let found = found
        .filter(|found| found.disabled_at.is_none())
        .with_context(|| {
            format!("there is nobody {name:?} who may sign in; gonogo user list names everybody")
        })?;
    Ok(found.into())
}

/// The tier whose heading has these words.
fn tier<'a>(plan: &'a Plan, words: &str) -> anyhow::Result<&'a Tier> {
    let lower = words.to_lowercase();
    let named =
        |tier: &&Tier| tier.title.to_lowercase().contains(&lower) || tier.section == SectionId(lower.clone());
    let mut found = plan.rollback.iter().filter(named);
    match (found.next(), found.next()) {
        (Some(tier), None) => Ok(tier),
        (found, _) => {
            let titles: Vec<&str> = plan.rollback.iter().map(|tier| tier.title.as_str()).collect();
            let problem = if found.is_some() {
                "more than one tier is"
            } else {
                "no tier is"
            };
            bail!("{problem} called {words:?}; the plan has: {}", titles.join(", "))
        }
    }
}

/// Says how each step goes, until the rollback ends or asks.
async fn follow(
    state: &AppState,
    id: RunId,
    tier: &Tier,
    class: domain::environment::Class,
) -> anyhow::Result<ExitCode> {
    let titles: Vec<&str> = tier.steps_in(class).map(|step| step.title.as_str()).collect();
    let mut told = vec![StepState::Waiting; titles.len()];
    loop {
        let asked = async {
            let mut connection = state.pool.acquire().await?;
            store::run::by_id(&mut connection, id).await
        };
        let pinned = match asked.await {
            // A step may restart the very database.
            Err(error) if error.is_passing() => {
                tokio::time::sleep(LOOKED).await;
                continue;
            }
            asked => asked?,
        };
        let rollback = pinned.and_then(|pinned| pinned.run.rollback);
        let rollback = rollback.context("the run has no rollback any more")?;
        for (at, (now, told)) in rollback.steps.iter().zip(&mut told).enumerate() {
            if *now != *told {
                say(&format!(
                    "  {}/{} {}: {}",
                    at + 1,
                    titles.len(),
                    titles[at],
                    words(now)
                ));
                *told = now.clone();
            }
        }
        if let Some(code) = ended(&rollback, id) {
            return Ok(code);
        }
        tokio::select! {
            () = tokio::time::sleep(LOOKED) => {}
            _ = tokio::signal::ctrl_c() => {
                say(&format!("Nobody watches any more. It stands on /runs/{}?tab=rollback; a Gonogo that serves goes on with it.", id.0));
                return Ok(ExitCode::from(1));
            }
        }
    }
}

fn ended(rollback: &Execution, id: RunId) -> Option<ExitCode> {
    match &rollback.state {
        RollbackState::Running => None,
        RollbackState::Asking { step } => {
            say(&format!(
                "Step {} waits for somebody: try again, leave it out, or take another tier, on /runs/{}?tab=rollback",
                step + 1,
                id.0
            ));
            Some(ExitCode::from(1))
        }
        RollbackState::Differs { open } => {
            say("Rolled back, and not as it was before:");
            for difference in open {
                say(&format!("  {}", difference.part));
            }
            say(&format!(
                "Each is mended or accepted by name, on /runs/{}?tab=rollback",
                id.0
            ));
            Some(ExitCode::from(1))
        }
        RollbackState::Done { .. } => {
            say("Rolled back: things are as they were.");
            Some(ExitCode::SUCCESS)
        }
    }
}

fn words(state: &StepState) -> String {
    match state {
        StepState::Waiting => "waits".to_owned(),
        StepState::Running { .. } => "under way".to_owned(),
        StepState::Ended { ending, reason, .. } => format!("{}, {reason}", ending.word()),
        StepState::Unknown { .. } => "waits for somebody".to_owned(),
        StepState::Skipped { by, reason, .. } => format!("left out by {}: “{reason}”", by.name()),
    }
}

/// Whoever closed standard output does not want to hear it.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

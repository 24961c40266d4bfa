//! The way back: what it would do, starting it, and what somebody chooses on the way.

use super::Error;
use domain::{plan::SectionId, readiness::Need};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What somebody reads before they roll back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RollbackOffer {
    /// The tiers, in the document's order.
    pub tiers: Vec<TierOffer>,
    /// How far the ways back still lead, in one sentence; `None` where all do.
    pub horizon: Option<String>,
    /// Where commands run: the environment's shell and work directory.
    pub shell: String,
    /// What is different about the environment since the run was started.
    pub notices: Vec<String>,
}

/// One tier as it would run in this run's environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TierOffer {
    /// Its section.
    pub section: SectionId,
    /// Its heading.
    pub title: String,
    /// Its budget in minutes, where the document says.
    pub minutes: Option<u32>,
    /// The steps, in their order.
    pub steps: Vec<StepOffer>,
    /// The number of its form: sent twice, it starts one rollback.
    pub request_key: String,
    /// Why it cannot run now, and what to do.
    pub refused: Option<String>,
    /// Everything that its steps need, as it was found a moment ago; empty where it could not be looked at.
    pub needs: Vec<Need>,
    /// That in one sentence: "ready, about 40 s of 5 min", or what is missing.
    pub readiness: Option<String>,
}

/// One step, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepOffer {
    /// What it is for.
    pub title: String,
    /// What is done: the exact bytes of a command, or the words of what Gonogo does itself.
    pub does: String,
    /// `does` is a command.
    pub is_command: bool,
    /// A person does it, and says so.
    pub by_hand: bool,
    /// The author's text, where another runs.
    pub written: Option<String>,
    /// What Gonogo changed or added, and why.
    pub mended: Option<String>,
    /// What it throws away.
    pub loses: Option<String>,
    /// Why it would stop what Gonogo itself lives on.
    pub harms: Option<String>,
}

/// What would be done.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
#[server(prefix = "/api", endpoint = "rollback/offer")]
pub async fn load_rollback(run: i64) -> Result<RollbackOffer, Error> {
    use crate::server::{auth, rollback, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    rollback::offer(&AppState::here()?, &person, domain::run::RunId(run)).await
}

/// A tier in the bar at the foot of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierReady {
    /// Its heading.
    pub title: String,
    /// Everything that it needs is there.
    pub ready: bool,
    /// "ready, about 40 s of 5 min", or what is missing.
    pub words: String,
}

/// Whether each tier could be gone now.
///
/// # Errors
/// [`Error::Conflict`] where the environment's file has changed since the run was started.
#[server(prefix = "/api", endpoint = "rollback/readiness")]
pub async fn load_readiness(run: i64) -> Result<Vec<TierReady>, Error> {
    use crate::server::{auth, rollback, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    rollback::ready(&AppState::here()?, &person, domain::run::RunId(run)).await
}

/// Starts a tier, once for each `request_key`: it takes over from whatever runs.
///
/// # Errors
/// [`Error::Refused`] where something is missing, [`Error::Conflict`] that names who started the one under way.
#[server(prefix = "/api", endpoint = "rollback/start")]
pub async fn start_rollback(
    run: i64,
    tier: String,
    reason: String,
    environment: String,
    request_key: String,
    #[server(default)] rehearsal: bool,
) -> Result<(), Error> {
    use crate::server::{auth, desk, rollback, state::AppState};
    let person = auth::require(domain::Right::RollBack, None)?;
    let wish = desk::wish(tier, reason, environment, &request_key, rehearsal)?;
    rollback::start(&AppState::here()?, &person, domain::run::RunId(run), wish).await?;
    leptos_axum::redirect(&format!("/runs/{run}?tab=rollback"));
    Ok(())
}

/// Runs a step again that asks.
///
/// # Errors
/// [`Error::Conflict`] where it does not ask any more.
#[server(prefix = "/api", endpoint = "rollback/retry")]
pub async fn retry_step(run: i64, step: usize) -> Result<(), Error> {
    use crate::server::{auth, rollback, state::AppState};
    let person = auth::require(domain::Right::RollBack, None)?;
    let (state, retry) = (AppState::here()?, rollback::Choice::Retry);
    rollback::choose(&state, &person, domain::run::RunId(run), step, retry).await
}

/// Leaves a step out that asks, or says that it was done by hand; signed with the person's password.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::Refused`] without a reason, [`Error::Conflict`] where it does not ask any more.
#[server(prefix = "/api", endpoint = "rollback/skip")]
pub async fn skip_step(run: i64, step: usize, reason: String, password: String) -> Result<(), Error> {
    use crate::server::{auth, rollback, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::RollBack, None)?);
    auth::confirm_password(&state, &person, password).await?;
    let skip = rollback::Choice::Skip(reason);
    rollback::choose(&state, &person, domain::run::RunId(run), step, skip).await
}

/// Ends the step that is under way: it asks then.
///
/// # Errors
/// [`Error::Conflict`] where none is.
#[server(prefix = "/api", endpoint = "rollback/stop")]
pub async fn stop_step(run: i64, step: usize) -> Result<(), Error> {
    use crate::server::{auth, rollback, state::AppState};
    let person = auth::require(domain::Right::RollBack, None)?;
    rollback::stop_step(&AppState::here()?, &person, domain::run::RunId(run), step).await
}

/// Takes it that these parts are not as they were before the deployment.
///
/// # Errors
/// [`Error::Refused`] without a part or a reason, [`Error::Conflict`] where nobody waits for one of them.
#[server(prefix = "/api", endpoint = "rollback/accept")]
pub async fn accept_differences(
    run: i64,
    #[server(default)] parts: Vec<String>,
    reason: String,
) -> Result<(), Error> {
    use crate::server::{auth, rollback, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::RollBack, None)?);
    rollback::accept(&state, &person, domain::run::RunId(run), &parts, &reason).await
}

//! A phase that the run goes through by itself: what it would do, starting it, and what somebody chooses on the way.

use super::Error;
use domain::plan::ItemId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What somebody reads before they run a phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseOffer {
    /// Its heading.
    pub title: String,
    /// Its lines, in the document's order.
    pub lines: Vec<LineOffer>,
    /// Where commands run: the environment's shell and work directory.
    pub shell: String,
    /// Why it cannot run now, and what to do.
    pub refused: Option<String>,
    /// The number of the form: sent twice, it starts it once.
    pub request_key: String,
}

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineOffer {
    /// Which.
    pub item: ItemId,
    /// The text as inline Markdown.
    pub text: String,
    /// What happens at it.
    pub way: LineWay,
    /// The exact bytes of its command, or the words of its probe; empty where a person settles it.
    pub does: String,
    /// `does` is a command.
    pub is_command: bool,
    /// The command as the author wrote it, where Gonogo changed it.
    pub written: Option<String>,
    /// It does not stop the phase.
    pub optional: bool,
}

/// What happens at a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum LineWay {
    /// Nothing: it stands so.
    Passes {
        /// How: "Attested “seen” — quinn".
        stands: String,
    },
    /// Its probe is asked.
    Reads,
    /// Its command runs.
    Runs,
    /// The phase waits for a person.
    Waits,
    /// The phase stops.
    Stops {
        /// Why, and what to do.
        why: String,
    },
}

/// What would be done.
///
/// # Errors
/// [`Error::NotFound`] where there is no such phase.
#[server(prefix = "/api", endpoint = "phase/offer")]
pub async fn load_phase(run: i64, section: String) -> Result<PhaseOffer, Error> {
    use crate::server::{auth, phase, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    let section = domain::plan::SectionId(section);
    phase::offer(&AppState::here()?, &person, domain::run::RunId(run), section).await
}

/// Starts it, once for each `request_key`.
///
/// # Errors
/// [`Error::Refused`] where it cannot run now, [`Error::Conflict`] where something that changes the environment is under way.
#[server(prefix = "/api", endpoint = "phase/start")]
pub async fn start_phase(
    run: i64,
    section: String,
    without_baseline: Option<String>,
    request_key: String,
) -> Result<(), Error> {
    use crate::server::{auth, desk, phase, state::AppState};
    let person = auth::require(domain::Right::Act, None)?;
    let (id, key) = (domain::run::RunId(run), desk::request_key(&request_key)?);
    phase::start(
        &AppState::here()?,
        &person,
        id,
        domain::plan::SectionId(section),
        without_baseline.as_deref(),
        key,
    )
    .await
}

/// Goes on where it asks: with the same line, where that is not settled.
///
/// # Errors
/// [`Error::Conflict`] where it does not ask any more.
#[server(prefix = "/api", endpoint = "phase/go_on")]
pub async fn go_on(run: i64, asked: u64) -> Result<(), Error> {
    use crate::server::{auth, phase, state::AppState};
    let person = auth::require(domain::Right::Act, None)?;
    phase::go_on(&AppState::here()?, &person, domain::run::RunId(run), asked).await
}

/// Leaves the line out at which it asks, and goes on.
///
/// # Errors
/// [`Error::Refused`] without a reason, [`Error::Conflict`] where it does not ask any more.
#[server(prefix = "/api", endpoint = "phase/skip")]
pub async fn skip_line(run: i64, asked: u64, reason: String) -> Result<(), Error> {
    use crate::server::{auth, phase, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Waive, None)?);
    phase::skip(&state, &person, domain::run::RunId(run), asked, reason).await
}

/// Ends what it is at; it asks then.
///
/// # Errors
/// [`Error::Conflict`] where it is not under way.
#[server(prefix = "/api", endpoint = "phase/stop")]
pub async fn stop_phase(run: i64) -> Result<(), Error> {
    use crate::server::{auth, phase, state::AppState};
    let person = auth::require(domain::Right::Act, None)?;
    phase::stop(&AppState::here()?, &person, domain::run::RunId(run)).await
}

//! Actions: commands that change their target, run by a person.

use super::Error;
use domain::plan::ItemId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What somebody reads before they run an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionOffer {
    /// The exact bytes that will run.
    pub command: String,
    /// The command as the author wrote it, where Gonogo changed it.
    pub written: Option<String>,
    /// Where it runs: the environment's shell and work directory.
    pub shell: String,
    /// How long it may take, in seconds.
    pub deadline_s: u64,
    /// Why it cannot run now, and what to do.
    pub refused: Option<String>,
    /// The number of the form: sent twice, it starts one execution.
    pub request_key: String,
    /// What it has printed so far, where it is under way.
    pub printed: String,
}

/// A piece of what an action prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// The action.
    pub item: ItemId,
    /// How many bytes were printed before this piece.
    pub from: u64,
    /// The piece, masked and escaped.
    pub text: String,
}

/// What somebody reads before they run the action of an item.
///
/// # Errors
/// [`Error::NotFound`] where the item has no action.
#[server(prefix = "/api", endpoint = "action/offer")]
pub async fn load_action(run: i64, item: String) -> Result<ActionOffer, Error> {
    use crate::server::{action, auth, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    action::offer(&AppState::here()?, &person, domain::run::RunId(run), ItemId(item)).await
}

/// Runs the action of an item once for this `request_key`, and answers when it ended or after five seconds.
///
/// # Errors
/// [`Error::Refused`] where it cannot run now, [`Error::Conflict`] where it is under way.
#[server(prefix = "/api", endpoint = "action/run")]
pub async fn run_action(run: i64, item: String, request_key: String) -> Result<(), Error> {
    use crate::server::{action, auth, desk, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Act, None)?);
    let key = desk::request_key(&request_key)?;
    action::run(&state, &person, domain::run::RunId(run), ItemId(item), key).await
}

/// Ends the action of an item with everything that it started.
///
/// # Errors
/// [`Error::Conflict`] where it is not under way.
#[server(prefix = "/api", endpoint = "action/cancel")]
pub async fn cancel_action(run: i64, item: String) -> Result<(), Error> {
    use crate::server::{action, auth, state::AppState};
    let person = auth::require(domain::Right::Act, None)?;
    action::cancel(&AppState::here()?, &person, domain::run::RunId(run), ItemId(item)).await
}

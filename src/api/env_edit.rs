//! Edits of a `.env` file that Gonogo offers where a line of it is not as the checklist asks.

use super::Error;
use domain::Hash;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What somebody reads before they accept an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvEditOffer {
    /// The whole path of the file.
    pub path: String,
    /// The lines that change, as `-KEY=old` and `+KEY=new`; values of secrets are left out. Empty where nothing changes.
    pub difference: Vec<String>,
    /// The content that the difference was made for.
    pub before: Hash,
    /// Why it cannot be accepted now, and what to do.
    pub refused: Option<String>,
    /// The number of the form: sent twice, it edits once.
    pub request_key: String,
}

/// What would change in the file that an item asks about.
///
/// # Errors
/// [`Error::NotFound`] where the item asks for no line of a `.env` file, [`Error::Refused`] where the file cannot be read.
#[server(prefix = "/api", endpoint = "env_edit/offer")]
pub async fn load_env_edit(run: i64, item: String) -> Result<EnvEditOffer, Error> {
    use crate::server::{auth, env_edit, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    env_edit::offer(
        &AppState::here()?,
        &person,
        domain::run::RunId(run),
        domain::plan::ItemId(item),
    )
    .await
}

/// Writes the edit once for this `request_key`, where the file is still as it was shown, and asks the lines again.
///
/// # Errors
/// [`Error::Refused`] where the run does not execute or the file was changed meanwhile.
#[server(prefix = "/api", endpoint = "env_edit/accept")]
pub async fn accept_env_edit(
    run: i64,
    item: String,
    before: String,
    request_key: String,
) -> Result<(), Error> {
    use crate::server::{auth, desk, env_edit, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Act, None)?);
    let (before, key) = (desk::hash(before)?, desk::request_key(&request_key)?);
    env_edit::accept(
        &state,
        &person,
        domain::run::RunId(run),
        domain::plan::ItemId(item),
        before,
        key,
    )
    .await
}

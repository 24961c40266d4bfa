//! What follows a deployment.

use super::Error;
use domain::follow_up::{Ended, EndedHow, FollowUp, Span};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A follow-up as it is today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FollowUpRow {
    /// What it is.
    pub follow_up: FollowUp,
    /// Which time of it comes next, from 1; `None` where the document names no time.
    pub time: Option<u32>,
    /// The days of that time.
    pub span: Option<Span>,
    /// Its last day is over and nobody has said how it ended.
    pub overdue: bool,
    /// Who takes care of it.
    pub owner: Option<String>,
    /// How its latest time ended.
    pub ended: Option<Ended>,
}

/// Every follow-up of a run.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
#[server(prefix = "/api", endpoint = "follow_up/list")]
pub async fn load_follow_ups(run: i64) -> Result<Vec<FollowUpRow>, Error> {
    use crate::server::{auth, follow_up, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    follow_up::rows(&AppState::here()?, &person, domain::run::RunId(run)).await
}

/// Takes care of one.
///
/// # Errors
/// [`Error::NotFound`].
#[server(prefix = "/api", endpoint = "follow_up/take")]
pub async fn take_follow_up(run: i64, follow_up: String) -> Result<(), Error> {
    use crate::server::{auth, follow_up as use_case, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Attest, None)?);
    use_case::take(&state, &person, domain::run::RunId(run), follow_up).await
}

/// Says that a time of it was done or left out, with a note.
///
/// # Errors
/// [`Error::Refused`] without a note, [`Error::Conflict`] where that was said already.
#[server(prefix = "/api", endpoint = "follow_up/end")]
pub async fn end_follow_up(
    run: i64,
    follow_up: String,
    time: u32,
    how: EndedHow,
    note: String,
) -> Result<(), Error> {
    use crate::server::{auth, follow_up as use_case, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Attest, None)?);
    use_case::end(
        &state,
        &person,
        domain::run::RunId(run),
        follow_up,
        time,
        how,
        &note,
    )
    .await
}

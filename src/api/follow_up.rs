//! What follows a deployment.

use super::Error;
use chrono::{DateTime, Utc};
use domain::{
    follow_up::{Ended, EndedHow, FollowUp, Span},
    plan::ItemId,
    verdict::Verdict,
    window::Bad,
};
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

/// What the hourly checks of a run have seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HourlyPage {
    /// What is asked, in the document's order.
    pub lines: Vec<HourlyLine>,
    /// The last hour that was checked.
    pub last: Option<DateTime<Utc>>,
    /// How many hours were checked.
    pub checked: usize,
    /// How many hours have come that were to be checked.
    pub come: usize,
    /// When the next one comes; `None`: they are over.
    pub next: Option<DateTime<Utc>>,
    /// The run that changed the environment since, which ended them.
    pub by_run: Option<i64>,
}

/// A line that is asked every hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HourlyLine {
    /// The line.
    pub line: ItemId,
    /// Its words.
    pub text: String,
    /// What the last hour's check answered; `None`: nobody asked.
    pub verdict: Option<Verdict>,
    /// The first bad sample, where it fails now.
    pub failing: Option<Bad>,
}

/// What the hourly checks of a run have seen; `None` where no next step asks for them.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
#[server(prefix = "/api", endpoint = "follow_up/hourly")]
pub async fn load_hourly(run: i64) -> Result<Option<HourlyPage>, Error> {
    use crate::server::{auth, hourly, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    hourly::page(&AppState::here()?, &person, domain::run::RunId(run)).await
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

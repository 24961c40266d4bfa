//! Runs: reading them, starting them, verifying, settling and closing.

use super::Error;
use chrono::{DateTime, Utc};
use domain::{
    environment::AutomaticRollback,
    outline::Outline,
    person::Person,
    plan::{SectionId, SectionKind},
    run::{Run, RunId},
    window::Bar,
};
use leptos::{
    prelude::*,
    server_fn::codec::{MultipartData, MultipartFormData},
};
use serde::{Deserialize, Serialize};

/// Everything that the page of a run shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunPage {
    /// The plan without its specifications.
    pub outline: Outline,
    /// The run as it stood after event `run.number`.
    pub run: Run,
    /// The number of its revision.
    pub revision: i64,
    /// Who looks.
    pub person: Person,
    /// They have a passkey.
    pub has_passkey: bool,
    /// Rollback, troubleshooting and what follows: for reading.
    pub guides: Vec<Guide>,
    /// What rolls back by itself where a window fails; `None`: nothing.
    pub automatic_rollback: Option<AutomaticRollback>,
    /// The samples of its windows since T0.
    pub bars: Vec<Bar>,
    /// The environment's lock: by another run, where one holds it.
    pub held_by: Option<Holder>,
    /// The server's time.
    pub now: DateTime<Utc>,
}

/// A section for reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guide {
    /// What it is for.
    pub kind: SectionKind,
    /// Its heading.
    pub title: String,
    /// Its name within the plan.
    pub section: SectionId,
    /// Its text as safe HTML: no raw HTML of the document, no script links.
    pub html: String,
}

/// Another run that holds the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The run.
    pub run: RunId,
    /// Who took it.
    pub owner: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// What somebody shows with an attestation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofGiven {
    /// Nothing.
    Nothing,
    /// A link.
    Link(String),
    /// A file.
    File {
        /// Its name.
        name: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

/// Everything that the page of run `id` shows.
///
/// # Errors
/// [`Error::NotFound`].
#[server(prefix = "/api", endpoint = "run/page")]
pub async fn load_run(id: i64) -> Result<RunPage, Error> {
    use crate::server::{auth, desk, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    desk::page(&AppState::here()?, person, RunId(id)).await
}

/// The samples of a run's windows since T0.
///
/// # Errors
/// [`Error::NotFound`].
#[server(prefix = "/api", endpoint = "run/bars")]
pub async fn load_bars(run: i64) -> Result<Vec<Bar>, Error> {
    use crate::server::{auth, run as use_case, state::AppState, window};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::See, None)?);
    let opened = use_case::open(&state, &person, RunId(run), domain::Right::See).await?;
    Ok(window::bars(&state, &opened).await?)
}

/// A number for a form, so that sending it twice starts one run.
///
/// # Errors
/// When the machine gives no randomness.
#[server(prefix = "/api", endpoint = "run/request_key")]
pub async fn new_request_key() -> Result<String, Error> {
    use crate::server::{auth, desk};
    auth::require(domain::Right::See, None)?;
    desk::new_request_key()
}

/// Starts a run and goes to its page. `request_key` is the form's own number: sent twice, it starts one run.
///
/// # Errors
/// [`Error::Refused`], [`Error::Forbidden`].
#[server(prefix = "/api", endpoint = "run/start")]
pub async fn start_run(
    revision: i64,
    environment: String,
    release: String,
    request_key: String,
) -> Result<(), Error> {
    use crate::server::{auth, desk, run, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Verify, None)?);
    let id = run::start(
        &state,
        &person,
        revision,
        &environment,
        &release,
        desk::request_key(&request_key)?,
    )
    .await?;
    leptos_axum::redirect(&format!("/runs/{}", id.0));
    Ok(())
}

/// Begins the execution: takes the environment's lock, with a reason from whichever run holds it, and with one although nothing was
/// measured before.
///
/// # Errors
/// [`Error::Conflict`] that names the holder, [`Error::Refused`] that names what is missing of the numbers before.
#[server(prefix = "/api", endpoint = "run/begin")]
pub async fn begin_run(
    run: i64,
    take_over: Option<String>,
    without_baseline: Option<String>,
) -> Result<(), Error> {
    use crate::server::{auth, run as use_case, state::AppState};
    let person = auth::require(domain::Right::Act, None)?;
    let reasons = (take_over.as_deref(), without_baseline.as_deref());
    use_case::begin(&AppState::here()?, &person, RunId(run), reasons.0, reasons.1).await
}

/// Goes on to the phase `section` although an earlier one is not settled.
///
/// # Errors
/// [`Error::Refused`] without a reason, or where nothing before it is open.
#[server(prefix = "/api", endpoint = "run/go_ahead")]
pub async fn go_ahead(run: i64, section: String, reason: String) -> Result<(), Error> {
    use crate::server::{auth, phase_order, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Act, None)?);
    phase_order::go_ahead(
        &state,
        &person,
        RunId(run),
        domain::plan::SectionId(section),
        &reason,
    )
    .await
}

/// Writes `value` into the blank `blank` of the document, at most 1,000 characters; an empty one empties it. A number of a form
/// needs a `source`: where it was read.
///
/// # Errors
/// [`Error::Refused`] where a number is asked for and it is none.
#[server(prefix = "/api", endpoint = "run/fill_blank")]
pub async fn fill_blank(
    run: i64,
    blank: String,
    value: String,
    #[server(default)] source: String,
) -> Result<(), Error> {
    use crate::server::{auth, blank as use_case, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Attest, None)?);
    let blank = domain::blank::BlankId(blank);
    use_case::fill(&state, &person, RunId(run), blank, &value, &source).await
}

/// Verifies one item (with what is below it), a section, or everything where neither is named.
///
/// # Errors
/// [`Error::Refused`] where nothing there can be verified now.
#[server(prefix = "/api", endpoint = "run/verify")]
pub async fn verify(run: i64, item: Option<String>, section: Option<String>) -> Result<(), Error> {
    use crate::server::{auth, desk, state::AppState, verification};
    let person = auth::require(domain::Right::Verify, None)?;
    verification::verify(
        &AppState::here()?,
        &person,
        RunId(run),
        &desk::scope(item, section),
    )
    .await
}

/// Gives one's word for an item. A form with `run`, `item`, `note`, `link` and a `file` of at most 10 MB.
///
/// # Errors
/// [`Error::Refused`] where nothing is said or shown, or a probe settles the item.
#[server(prefix = "/api", endpoint = "run/attest", input = MultipartFormData)]
pub async fn attest(form: MultipartData) -> Result<(), Error> {
    use crate::server::{auth, desk, form::Form, settlement, state::AppState};
    let person = auth::require(domain::Right::Attest, None)?;
    let mut form = Form::read(form).await?;
    let (id, item) = (
        RunId(form.number("run")?),
        domain::plan::ItemId(form.text("item")),
    );
    settlement::settle(
        &AppState::here()?,
        &person,
        id,
        item,
        desk::attestation(&mut form),
    )
    .await
}

/// Overrides, waives, skips or reopens an item. `deed` is the word; `days` counts for a waiver.
///
/// # Errors
/// [`Error::Refused`] without a reason.
#[server(prefix = "/api", endpoint = "run/settle")]
pub async fn settle(
    run: i64,
    item: String,
    deed: String,
    reason: String,
    days: Option<u32>,
) -> Result<(), Error> {
    use crate::server::{auth, desk, settlement, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::See, None)?);
    let deed = desk::deed(&deed, reason, days, state.clock.now())?;
    settlement::settle(&state, &person, RunId(run), domain::plan::ItemId(item), deed).await
}

/// Sets T0, or corrects it: now where `t0` is empty, RFC 3339 or `YYYY-MM-DDTHH:MM` (UTC) otherwise.
///
/// # Errors
/// [`Error::Refused`] where the time does not fit.
#[server(prefix = "/api", endpoint = "run/t0")]
pub async fn set_t0(run: i64, t0: Option<String>, reason: String) -> Result<(), Error> {
    use crate::server::{auth, desk, run as use_case, state::AppState};
    let person = auth::require(domain::Right::Act, None)?;
    use_case::set_t0(
        &AppState::here()?,
        &person,
        RunId(run),
        desk::time(t0.as_deref())?,
        &reason,
    )
    .await
}

/// Closes a run by its signatures, or gives it up.
///
/// # Errors
/// [`Error::Refused`] where signatures are missing or stale, or there is no reason.
#[server(prefix = "/api", endpoint = "run/close")]
pub async fn close_run(run: i64, abandon: Option<bool>, reason: String) -> Result<(), Error> {
    use crate::server::{auth, run as use_case, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    use_case::close(
        &AppState::here()?,
        &person,
        RunId(run),
        abandon.unwrap_or(false),
        &reason,
    )
    .await
}

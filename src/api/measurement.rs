//! Measuring the numbers of a run's forms.

use super::Error;
use domain::{
    blank::BlankId,
    form::{Form, Moment},
    measurement::Origin,
    objective::Outcome,
    plan::ItemId,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that the page of a run says about its numbers, beside the run itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkPage {
    /// The forms, in the document's order.
    pub forms: Vec<FormOffer>,
    /// What a measurement does; the lines to add where the environment's file names no load.
    pub load: Result<String, String>,
    /// What is read from Prometheus, where the environment's file names a histogram.
    pub latency: Option<String>,
    /// What follows from other fields, in words.
    pub computed: BTreeMap<BlankId, String>,
    /// What is wrong with values that were typed, or wants a look.
    pub troubles: BTreeMap<BlankId, String>,
    /// What the document's lines demand of numbers, in its order.
    pub objectives: Vec<ObjectiveRow>,
    /// The lines with evidence elsewhere that demand no number.
    pub criteria: Vec<CriterionRow>,
    /// In one sentence: what is missing, and when it can be known at the earliest.
    pub gate: String,
}

/// A form, and whether its numbers can be measured now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormOffer {
    /// The form.
    pub form: Form,
    /// The number of the form that starts a measurement: sent twice, it starts one.
    pub request_key: String,
    /// Why it cannot be measured or typed now.
    pub refused: Option<String>,
}

/// A line that demands something of a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveRow {
    /// The line.
    pub item: ItemId,
    /// Its words.
    pub text: String,
    /// The heading of its section.
    pub section: String,
    /// What it demands, typed: "p95 of latency < 200 ms, from 200 samples".
    pub asks: String,
    /// How it stands.
    pub outcome: Outcome,
    /// Why, in one sentence.
    pub reason: String,
    /// The numbers of the measurements that its numbers are from.
    pub measurements: Vec<u32>,
    /// How it differs from other lines about the same number.
    pub differs: Vec<String>,
    /// Where it has its evidence.
    pub linked: Vec<Linked>,
}

/// A line that has its evidence elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionRow {
    /// The line.
    pub item: ItemId,
    /// Its words.
    pub text: String,
    /// Where.
    pub linked: Vec<Linked>,
}

/// Evidence of one weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Linked {
    /// What it is worth, before the places: "the same number as".
    pub why: String,
    /// The places, in the document's order.
    pub places: Vec<LinkedPlace>,
}

/// A place of the document, as the run shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedPlace {
    /// "line 131".
    pub label: String,
    /// Its page.
    pub href: String,
}

/// The numbers of a run.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
#[server(prefix = "/api", endpoint = "measurement/page")]
pub async fn load_benchmarks(run: i64) -> Result<BenchmarkPage, Error> {
    use crate::server::{auth, measurement, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    measurement::page(&AppState::here()?, &person, domain::run::RunId(run)).await
}

/// Starts a measurement, once for each `request_key`; without an origin it is a load.
///
/// # Errors
/// [`Error::Refused`] where that moment cannot be measured now, [`Error::Conflict`] where somebody measures.
#[server(prefix = "/api", endpoint = "measurement/start")]
pub async fn start_measurement(
    run: i64,
    moment: Moment,
    origin: Option<Origin>,
    request_key: String,
) -> Result<(), Error> {
    use crate::server::{auth, desk, measurement, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Act, None)?);
    let key = desk::request_key(&request_key)?;
    let asked = (moment, origin.unwrap_or_default());
    measurement::start(&state, &person, domain::run::RunId(run), asked, key).await
}

/// Ends the measurement that is under way.
///
/// # Errors
/// [`Error::Conflict`] where it is not.
#[server(prefix = "/api", endpoint = "measurement/stop")]
pub async fn stop_measurement(run: i64, attempt: u32) -> Result<(), Error> {
    use crate::server::{auth, measurement, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Act, None)?);
    measurement::stop(&state, &person, domain::run::RunId(run), attempt).await
}

/// Lets another attempt count, with a reason.
///
/// # Errors
/// [`Error::Refused`] without a reason or where it does not count.
#[server(prefix = "/api", endpoint = "measurement/choose")]
pub async fn choose_measurement(run: i64, attempt: u32, reason: String) -> Result<(), Error> {
    use crate::server::{auth, measurement, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Attest, None)?);
    measurement::choose(&state, &person, domain::run::RunId(run), attempt, &reason).await
}

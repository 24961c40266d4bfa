//! How changes go: failures, the time until things were well again, phases, and what was let off.

use super::Error;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{plan::ItemId, run::RunId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Which runs: those that began from one day to another; empty texts ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StabilityFilter {
    /// Only this environment.
    pub environment: String,
    /// The first day (UTC, `YYYY-MM-DD`); empty: 89 days before the last.
    pub from: String,
    /// The last day; empty: today.
    pub to: String,
}

/// How changes went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StabilityPage {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// All deployments together.
    pub all: DeploymentsLine,
    /// By month and environment, the latest month first.
    pub months: Vec<DeploymentsLine>,
    /// The phases, those of most runs first.
    pub phases: Vec<PhaseLine>,
    /// What was let off, the latest first, 200 at most.
    pub waivers: Vec<WaiverLine>,
    /// There are more of them.
    pub more_waivers: bool,
    /// The environments that the server knows, to choose from.
    pub environments: Vec<String>,
    /// The server's time.
    pub now: DateTime<Utc>,
}

/// Deployments in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeploymentsLine {
    /// `2026-11`, and the environment; empty for all together.
    pub month: String,
    /// The environment.
    pub environment: String,
    /// Runs that began an execution.
    pub begun: i64,
    /// Of these, those that ended.
    pub ended: i64,
    /// Of these, those that ended as no-go or rolled back.
    pub failed: i64,
    /// Of these, those after which things were well again.
    pub restored: i64,
    /// The median of the time until then, in seconds.
    pub restore_seconds: Option<f64>,
}

/// A phase in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhaseLine {
    /// Its heading.
    pub title: String,
    /// In how many closed runs something happened in it.
    pub runs: i64,
    /// The median of the planned minutes.
    pub planned_minutes: Option<f64>,
    /// The median of what it took, in seconds.
    pub median_seconds: f64,
    /// The longest, in seconds.
    pub longest_seconds: i64,
}

/// Something that was let off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverLine {
    /// In this run.
    pub run: RunId,
    /// Of this environment.
    pub environment: String,
    /// The line's name.
    pub item: ItemId,
    /// Its words, as inline Markdown.
    pub line: String,
    /// Who let it off.
    pub person: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// When it was taken back.
    pub taken_back_at: Option<DateTime<Utc>>,
}

/// How the changes of some days went.
///
/// # Errors
/// [`Error::Refused`] where a day is none.
#[server(prefix = "/api", endpoint = "stability/of")]
pub async fn load_stability(#[server(default)] filter: StabilityFilter) -> Result<StabilityPage, Error> {
    use crate::server::{auth, stability, state::AppState};
    auth::require(domain::Right::See, None)?;
    stability::page(&AppState::here()?, &filter).await
}

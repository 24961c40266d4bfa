//! The history: the list of runs with its filters.

use super::Error;
use chrono::{DateTime, Utc};
use domain::{environment::Class, run::RunId, summary::Summary};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    /// Its number.
    pub id: RunId,
    /// The checklist's title.
    pub title: String,
    /// The environment's name.
    pub environment: String,
    /// How much is at stake there.
    pub class: Class,
    /// What is deployed.
    pub release: String,
    /// The state's word.
    pub state: String,
    /// Who started it.
    pub started_by: String,
    /// When.
    pub started_at: DateTime<Utc>,
    /// Go or no-go, and how the boxes stood after the last event.
    pub summary: Summary,
}

/// What the history is asked for; empty texts ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunFilter {
    /// Only this environment.
    pub environment: String,
    /// `open`, `closed`, or the word of a state or an outcome.
    pub state: String,
    /// The word of an outcome.
    pub outcome: String,
    /// Only what this person started or signed in.
    pub person: String,
    /// Only what was started on this day (UTC, `YYYY-MM-DD`) or later.
    pub from: String,
    /// Only what was started on this day or earlier.
    pub to: String,
    /// Only where a word begins with each of these: of the title, the release, the environment, the starter, notes and reasons.
    pub text: String,
    /// Only runs that were started before this one.
    pub before: Option<i64>,
    /// Only runs that were started after this one.
    pub after: Option<i64>,
}

/// How many runs fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// So many.
    Exactly(i64),
    /// More than that: nobody counted on.
    MoreThan(i64),
}

/// A page of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunsPage {
    /// The runs, the latest started first, 50 at most.
    pub runs: Vec<RunLine>,
    /// How many fit on all pages.
    pub count: Count,
    /// There are later ones before the first of them.
    pub newer: bool,
    /// There are earlier ones after the last of them.
    pub older: bool,
    /// The environments that the server knows, to choose from.
    pub environments: Vec<String>,
}

/// The runs that fit, 50 at most.
///
/// # Errors
/// [`Error::Refused`] where a day is none.
#[server(prefix = "/api", endpoint = "history/list")]
pub async fn list_runs(#[server(default)] filter: RunFilter) -> Result<RunsPage, Error> {
    use crate::server::{auth, history, state::AppState};
    auth::require(domain::Right::See, None)?;
    history::page(&AppState::here()?, filter).await
}

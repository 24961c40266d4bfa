//! Environments: what they are and what may be reached there.

use super::Error;
use domain::environment::{Class, Endpoint};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One file of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnvironmentLine {
    /// It can be used.
    Usable(Box<EnvironmentFacts>),
    /// It cannot: what is wrong, where, and what to do.
    Broken(String),
}

/// An environment as its file declares it: references, no secret values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentFacts {
    /// Its name.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// How much is at stake.
    pub class: Class,
    /// Where commands run.
    pub work_directory: String,
    /// What may be dialled.
    pub endpoints: Vec<Endpoint>,
    /// What may be read beside the work directory.
    pub paths: Vec<String>,
    /// Parameters, name and value.
    pub parameters: Vec<(String, String)>,
    /// The names of the secrets.
    pub secrets: Vec<String>,
    /// The program that commands are given to.
    pub shell: String,
    /// The hosts whose Gonogo serves it; empty: each does.
    pub served_by: Vec<String>,
    /// The run that holds it, and who took it.
    pub held_by: Option<(i64, String)>,
}

/// Every environment.
///
/// # Errors
/// [`Error::SignedOut`].
#[server(prefix = "/api", endpoint = "environment/list")]
pub async fn list_environments() -> Result<Vec<EnvironmentLine>, Error> {
    use crate::server::{auth, desk, state::AppState};
    auth::require(domain::Right::See, None)?;
    desk::environments(&AppState::here()?).await
}

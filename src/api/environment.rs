//! Environments: what they are and what may be reached there.

use super::Error;
use chrono::{DateTime, Utc};
use domain::{
    environment::{Class, Endpoint, WebhookForm},
    notice::Kind,
};
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
    /// Who is told what happens in its runs; their addresses are nobody's to see.
    pub webhooks: Vec<WebhookFacts>,
    /// What they were not told, for whoever may look after it.
    pub undelivered: Vec<UndeliveredLine>,
    /// The run that holds it, and who took it.
    pub held_by: Option<(i64, String)>,
}

/// A webhook, without its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookFacts {
    /// Its name.
    pub name: String,
    /// What is sent.
    pub form: WebhookForm,
    /// What is told; empty: everything.
    pub events: Vec<Kind>,
}

/// What a webhook was not told, as far as anybody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndeliveredLine {
    /// The run.
    pub run: i64,
    /// The webhook's name.
    pub webhook: String,
    /// What it would have been told.
    pub kind: Kind,
    /// How often it was tried.
    pub tries: u32,
    /// What came of the last try.
    pub why: String,
    /// When that was.
    pub at: DateTime<Utc>,
    /// Nobody tries any more.
    pub given_up: bool,
}

/// Every environment.
///
/// # Errors
/// [`Error::SignedOut`].
#[server(prefix = "/api", endpoint = "environment/list")]
pub async fn list_environments() -> Result<Vec<EnvironmentLine>, Error> {
    use crate::server::{auth, environment, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    environment::list(&AppState::here()?, &person).await
}

//! Checklists and their revisions: importing, reading the plan, publishing it.

use super::Error;
use chrono::{DateTime, Utc};
use domain::{Hash, outline::Outline, person::Person, plan::Diagnostic, rule_approval::RuleChange};
use leptos::{
    prelude::*,
    server_fn::codec::{MultipartData, MultipartFormData},
};
use serde::{Deserialize, Serialize};

/// A revision in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionLine {
    /// Its number.
    pub id: i64,
    /// The checklist's title.
    pub title: String,
    /// SHA-256 of the document.
    pub hash: Hash,
    /// SHA-256 of the plan.
    pub plan_hash: Hash,
    /// The file it came from.
    pub file_name: String,
    /// Who imported it; nobody for what Gonogo ships.
    pub imported_by: Option<String>,
    /// When.
    pub imported_at: DateTime<Utc>,
    /// When its plan was published, and by whom (nobody for what Gonogo ships).
    pub published: Option<(DateTime<Utc>, Option<String>)>,
}

/// Everything that the page of a revision shows. The plan's specifications stay on the server: a browser shows the
/// reasons, which say in words what each line became.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevisionPage {
    /// The list's facts.
    pub line: RevisionLine,
    /// The document.
    pub source: SourceText,
    /// The plan's sections and lines.
    pub outline: Outline,
    /// What changed since the revision before this one, where there was one.
    pub changes: Option<ChangesSince>,
    /// What publishing it would change of the rules of sign-off that hold, and who approved.
    pub rules: Option<RuleChange>,
    /// How many boxes became what, and how many checks stand beside them, with their words.
    pub counts: Vec<(usize, String)>,
    /// Every distinct command that a run of the plan can execute, in the document's order.
    pub commands: Vec<Command>,
    /// What the compiler had to say.
    pub diagnostics: Vec<Diagnostic>,
    /// Who looks.
    pub person: Person,
}

/// A document as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceText {
    /// Its lines; of one with more than 3,000 lines those that something is said about, 6,000 at most.
    pub lines: Vec<SourceLine>,
    /// How many lines are not among them.
    pub left_out: u32,
}

/// A line of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// From 1.
    pub number: u32,
    /// Its text, 1,000 characters at most.
    pub text: String,
}

/// What a revision changes of the one before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesSince {
    /// The number of the revision before.
    pub revision: i64,
    /// SHA-256 of its document.
    pub hash: Hash,
    /// When it was imported.
    pub imported_at: DateTime<Utc>,
    /// How many lines were added, removed, reworded, changed, moved, or stayed, with their words; none that is zero.
    pub counts: Vec<(usize, String)>,
    /// What changed beside the lines: title, parameters, signature table; in sentences.
    pub beside: Vec<String>,
    /// The lines that changed, 500 at most.
    pub lines: Vec<ChangedLine>,
    /// How many more changed.
    pub left_out: usize,
}

/// A line that a revision changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedLine {
    /// What happened: "added", "reworded", "moved".
    pub what: Vec<String>,
    /// Its line in this revision; none where it was removed.
    pub line: Option<u32>,
    /// Its words before, where they were others or it was removed.
    pub before: Option<String>,
    /// Its words now.
    pub after: Option<String>,
    /// What it means for the plan, in sentences.
    pub meaning: Vec<String>,
}

/// A command that a run of a plan can execute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// It is known to read only; otherwise it counts as changing its target.
    pub reads: bool,
    /// Its exact bytes.
    pub text: String,
    /// As the author wrote it, where that differs.
    pub written: Option<String>,
    /// The revision before this one did not execute it.
    pub is_new: bool,
    /// What it may reach, by its words: "runs docker-compose, grep", "calls localhost".
    pub reaches: Vec<String>,
}

/// Every revision, the newest first, 500 at most.
///
/// # Errors
/// [`Error::SignedOut`].
#[server(prefix = "/api", endpoint = "revision/list")]
pub async fn list_revisions() -> Result<Vec<RevisionLine>, Error> {
    use crate::server::{auth, desk, state::AppState};
    auth::require(domain::Right::See, None)?;
    desk::revisions(&AppState::here()?).await
}

/// Everything that the page of revision `id` shows.
///
/// # Errors
/// [`Error::NotFound`].
#[server(prefix = "/api", endpoint = "revision/page")]
pub async fn load_revision(id: i64) -> Result<RevisionPage, Error> {
    use crate::server::{auth, desk, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    desk::revision(&AppState::here()?, person, id).await
}

/// Imports a document and goes to its page. A form with a `file` of at most 10 MB, or its `text`. Executes nothing.
///
/// # Errors
/// [`Error::Refused`] where it is empty or too large.
#[server(prefix = "/api", endpoint = "revision/import", input = MultipartFormData)]
pub async fn import(form: MultipartData) -> Result<(), Error> {
    use crate::server::{auth, form::Form, library, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Verify, None)?);
    let (name, bytes) = Form::read(form).await?.document();
    let id = library::import(&state, Some(person.id), &name, bytes).await?;
    leptos_axum::redirect(&format!("/checklists/{id}"));
    Ok(())
}

/// Publishes the plan with this hash: from now on runs may start from it.
///
/// # Errors
/// [`Error::Conflict`] where it is another plan by now; [`Error::Refused`] where it changes the rules of sign-off and approvals
/// are missing.
#[server(prefix = "/api", endpoint = "revision/publish")]
pub async fn publish(id: i64, plan: String) -> Result<(), Error> {
    use crate::server::{auth, desk, library, state::AppState};
    let person = auth::require(domain::Right::Publish, None)?;
    library::publish(&AppState::here()?, &person, id, &desk::hash(plan)?).await
}

/// Approves, for a slot of the signature table that holds until now, that the plan with this hash changes the table.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::Conflict`] where it is another plan by now; [`Error::Refused`] where the slot is not
/// theirs, or there is nothing to approve.
#[server(prefix = "/api", endpoint = "revision/approve")]
pub async fn approve(id: i64, slot: String, plan: String, password: String) -> Result<(), Error> {
    use crate::server::{auth, desk, rule_approval, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Sign, None)?);
    rule_approval::approve(&state, &person, (id, &desk::hash(plan)?), &slot, password).await
}

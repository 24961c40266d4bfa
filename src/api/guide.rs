//! Guides: which one is about what fails, and what people say of it.

use super::Error;
use domain::{
    guide::Help,
    plan::{ItemId, SectionId},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the guides have to do with what does not pass.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Guidance {
    /// The guides that match, by line, the likeliest first.
    pub matches: Vec<GuideMatch>,
    /// Of one line that no guide helped with: what to send to whoever can help.
    pub escalation: Option<String>,
    /// Of one line that was solved without a guide: the Markdown of a new one.
    pub draft: Option<String>,
}

/// A guide of which a symptom matches what was seen of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuideMatch {
    /// The line.
    pub line: ItemId,
    /// Its words.
    pub words: String,
    /// The guide's place among those of the page.
    pub guide: usize,
    /// Its section.
    pub section: SectionId,
    /// The line does not pass now; else it did not before.
    pub now: bool,
    /// Its symptoms.
    pub symptoms: Vec<SymptomSeen>,
    /// What to do.
    pub steps: Vec<GuideStep>,
    /// What somebody said of it since the line fails.
    pub said: Option<Help>,
    /// How often it solved something, in all runs.
    pub solved: i64,
    /// How often it did not help, in all runs.
    pub not: i64,
}

/// A symptom, and whether it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymptomSeen {
    /// The author's words.
    pub text: String,
    /// It was seen.
    pub matches: bool,
    /// How that is known, in words.
    pub how: String,
}

/// A step of a guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideStep {
    /// The author's words.
    pub text: String,
    /// The command in them.
    pub command: Option<String>,
    /// Where on the run's page exactly this command is published: it runs there.
    pub runs: Option<String>,
}

/// What the guides have to do with `item` as it was seen when it did not pass last; where no item is named, with every line that does
/// not pass now.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
#[server(prefix = "/api", endpoint = "guide/matches")]
pub async fn load_guidance(run: i64, item: Option<String>) -> Result<Guidance, Error> {
    use crate::server::{auth, guide, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    guide::guidance(
        &AppState::here()?,
        &person,
        domain::run::RunId(run),
        item.map(ItemId),
    )
    .await
}

/// Says whether a guide helped, with a note or without.
///
/// # Errors
/// [`Error::NotFound`] where there is no such line or guide.
#[server(prefix = "/api", endpoint = "guide/tell")]
pub async fn tell_guide(
    run: i64,
    item: String,
    guide: String,
    help: Help,
    #[server(default)] note: String,
) -> Result<(), Error> {
    use crate::server::{auth, guide as use_case, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Attest, None)?);
    let (item, guide) = (ItemId(item), SectionId(guide));
    use_case::tell(
        &state,
        &person,
        domain::run::RunId(run),
        item,
        guide,
        (help, &note),
    )
    .await
}

/// Hands a line on that no guide helped with.
///
/// # Errors
/// [`Error::Conflict`] where it passes, or was handed on already.
#[server(prefix = "/api", endpoint = "guide/escalate")]
pub async fn escalate(run: i64, item: String) -> Result<(), Error> {
    use crate::server::{auth, guide, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::Attest, None)?);
    guide::escalate(&state, &person, domain::run::RunId(run), ItemId(item)).await
}

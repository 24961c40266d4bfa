//! Evidence: what was seen, attempt by attempt.

use super::Error;
use domain::{Hash, event::Event, retention::Kept, verdict::Finding};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The evidence's name.
    pub hash: Hash,
    /// What it says, or when retention removed that.
    pub seen: Kept<Finding>,
}

/// The newest attempts at an item, the newest first, 20 at most.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
#[server(prefix = "/api", endpoint = "evidence/item")]
pub async fn attempts(run: i64, item: String) -> Result<Vec<Attempt>, Error> {
    use crate::server::{auth, desk, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    desk::attempts(&AppState::here()?, &person, run, item).await
}

/// The log of a run after event `after`, 1,000 events at most.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
#[server(prefix = "/api", endpoint = "evidence/log")]
pub async fn log(run: i64, after: u64) -> Result<Vec<Event>, Error> {
    use crate::server::{auth, desk, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    desk::log(&AppState::here()?, &person, run, after).await
}

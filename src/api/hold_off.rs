//! The rollback that starts by itself where a window fails: holding it.

use super::Error;
use leptos::prelude::*;

/// Holds the rollback that waits for this window; a reason may be given.
///
/// # Errors
/// [`Error::Conflict`] where none waits any more.
#[server(prefix = "/api", endpoint = "hold_off/hold")]
pub async fn hold_rollback(run: i64, window: String, #[server(default)] reason: String) -> Result<(), Error> {
    use crate::server::{auth, hold_off, state::AppState};
    let (state, person) = (AppState::here()?, auth::require(domain::Right::RollBack, None)?);
    let window = domain::plan::SectionId(window);
    hold_off::hold(&state, &person, domain::run::RunId(run), window, &reason).await
}

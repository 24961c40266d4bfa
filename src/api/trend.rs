//! How the runs of a checklist in an environment have gone.

use super::Error;
use domain::trend::Point;
use leptos::prelude::*;

/// The last runs of the checklist of `run` in its environment, up to this one: oldest first, 30 at most.
///
/// # Errors
/// [`Error::NotFound`] where there is no such run.
#[server(prefix = "/api", endpoint = "trend/run")]
pub async fn load_trend(run: i64) -> Result<Vec<Point>, Error> {
    use crate::server::{auth, state::AppState, trend};
    let person = auth::require(domain::Right::See, None)?;
    trend::up_to(&AppState::here()?, &person, domain::run::RunId(run)).await
}

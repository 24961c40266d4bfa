//! Two runs beside each other.

use super::Error;
use domain::comparison::Comparison;
use leptos::prelude::*;

/// Compares the run `b` with the run `a`, line by line.
///
/// # Errors
/// [`Error::NotFound`].
#[server(prefix = "/api", endpoint = "comparison/of")]
pub async fn compare_runs(a: i64, b: i64) -> Result<Comparison, Error> {
    use crate::server::{auth, comparison, state::AppState};
    let person = auth::require(domain::Right::See, None)?;
    comparison::of(&AppState::here()?, &person, [a, b].map(domain::run::RunId)).await
}

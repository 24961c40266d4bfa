//! Two runs beside each other.

use crate::{
    api::Error,
    server::{run, state::AppState},
};
use domain::{
    Right,
    comparison::{Comparison, compare},
    person::Person,
    run::RunId,
};

/// Compares two runs, each by the plan that it pins.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn of(state: &AppState, person: &Person, [a, b]: [RunId; 2]) -> Result<Comparison, Error> {
    let one = run::open(state, person, a, Right::See).await?;
    let other = run::open(state, person, b, Right::See).await?;
    let sides = [&one, &other].map(|opened| (&opened.outline, &opened.pinned.run));
    Ok(compare(sides, state.clock.now()))
}

//! How the runs of a checklist in an environment have gone.

use crate::{
    api::Error,
    server::{run, state::AppState},
};
use domain::{Right, person::Person, run::RunId, trend::Point};

/// The runs before `id` of its checklist in its environment, and itself: oldest first, [`store::trend::LENGTH`] at most.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn up_to(state: &AppState, person: &Person, id: RunId) -> Result<Vec<Point>, Error> {
    run::open(state, person, id, Right::See).await?;
    let mut connection = state.pool.acquire().await?;
    Ok(store::trend::up_to(&mut connection, id).await?)
}

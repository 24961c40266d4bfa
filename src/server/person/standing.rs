//! Whether somebody may come in.

use super::{by_id, log, roles::refuse_last};
use crate::{api::Error, server::state::AppState};
use domain::{
    people_log::PeopleDeed,
    person::{Author, PersonId},
};
use store::person::role;

/// Keeps somebody out from now on: their sessions end at once, their live streams within seconds.
///
/// # Errors
/// [`Error::Refused`] where it is oneself, or the last holder of a role that somebody has to hold.
pub async fn disable(state: &AppState, by: &Author, id: PersonId) -> Result<(), Error> {
    if by.account() == Some(id) {
        return Err(Error::refused("Nobody disables themself: ask another admin."));
    }
    let mut tx = state.pool.begin().await?;
    role::lock(&mut tx).await?;
    let person = by_id(&mut tx, id).await?;
    if person.disabled_at.is_some() {
        return Ok(());
    }
    store::person::set_disabled(&mut tx, id, Some(state.clock.now())).await?;
    refuse_last(&mut tx, &person).await?;
    let ended = store::session::delete_of(&mut tx, id).await?;
    log(
        state,
        &mut tx,
        by,
        (Some(id), &person.name),
        &PeopleDeed::Disabled,
    )
    .await?;
    tx.commit().await?;
    tracing::info!(name = person.name, ended, "an account was disabled");
    Ok(())
}

/// Lets somebody in again.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn enable(state: &AppState, by: &Author, id: PersonId) -> Result<(), Error> {
    let mut tx = state.pool.begin().await?;
    let person = by_id(&mut tx, id).await?;
    if person.disabled_at.is_none() {
        return Ok(());
    }
    store::person::set_disabled(&mut tx, id, None).await?;
    log(state, &mut tx, by, (Some(id), &person.name), &PeopleDeed::Enabled).await?;
    tx.commit().await?;
    tracing::info!(name = person.name, "an account was enabled");
    Ok(())
}

/// Ends every session of somebody.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn end_sessions(state: &AppState, by: &Author, id: PersonId) -> Result<(), Error> {
    let mut tx = state.pool.begin().await?;
    let person = by_id(&mut tx, id).await?;
    let count = store::session::delete_of(&mut tx, id).await?;
    let deed = PeopleDeed::SessionsEnded { count };
    log(state, &mut tx, by, (Some(id), &person.name), &deed).await?;
    tx.commit().await?;
    Ok(())
}

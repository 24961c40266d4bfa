//! Whether somebody may come in.

use super::{by_id, log, roles::refuse_last};
use crate::{
    api::Error,
    server::{second_factor, state::AppState},
};
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

/// Takes away the passkeys of somebody who lost their device, with what asks for them at sign-in, and ends their sessions.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] where there are none.
pub async fn remove_passkeys(state: &AppState, by: &Author, id: PersonId) -> Result<(), Error> {
    let mut tx = state.pool.begin().await?;
    let person = by_id(&mut tx, id).await?;
    let removed = second_factor::clear(state, &mut tx, by, (id, &person.name)).await?;
    if removed == 0 {
        return Err(Error::Conflict {
            message: format!("{} has no passkeys: they were removed already.", person.title),
        });
    }
    let count = store::session::delete_of(&mut tx, id).await?;
    if count > 0 {
        let deed = PeopleDeed::SessionsEnded { count };
        log(state, &mut tx, by, (Some(id), &person.name), &deed).await?;
    }
    tx.commit().await?;
    tracing::info!(
        name = person.name,
        removed,
        "the passkeys of an account were removed by somebody else"
    );
    Ok(())
}

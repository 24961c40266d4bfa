//! One-time links by which people join.

use crate::{
    api::{Error, invitation::InvitationFacts, session::Made},
    server::{
        auth,
        once::{self, Once},
        password, person, random_secret,
        state::AppState,
    },
};
use chrono::TimeDelta;
use domain::{
    Role,
    people_log::PeopleDeed,
    person::{Author, Person},
};
use store::{
    invitation::{self, InvitationKey, NewInvitation},
    person::NewPerson,
};

/// How long a link works.
const LASTS: TimeDelta = TimeDelta::days(7);

/// Makes a link for somebody who will hold these roles.
///
/// # Errors
/// [`Error::Refused`] without a title or a role.
pub async fn make(state: &AppState, by: &Person, title: &str, roles: &[Role]) -> Result<Made, Error> {
    let title = title.trim();
    person::checked("somebody", title)?;
    if roles.is_empty() {
        return Err(Error::refused(
            "Choose at least one role: who only looks is a viewer.",
        ));
    }
    let token = random_secret::new("")?;
    let (now, mut tx) = (state.clock.now(), state.pool.begin().await?);
    let new = NewInvitation {
        key: InvitationKey(random_secret::key(&token)),
        title,
        roles,
        by: by.id,
        expires_at: now + LASTS,
    };
    invitation::create(&mut tx, &new, now).await?;
    let deed = PeopleDeed::Invited {
        roles: roles.to_vec(),
        expires_at: new.expires_at,
    };
    person::log(state, &mut tx, &by.author(), (None, title), &deed).await?;
    tx.commit().await?;
    // In the query: the log of requests has paths only.
    let made = Made::Invitation(format!("{}/invite?token={token}", state.origin));
    once::keep(state, Once::Secret, &made);
    Ok(made)
}

/// Takes a link back.
///
/// # Errors
/// [`Error::Conflict`] where it works no more.
pub async fn revoke(state: &AppState, by: &Person, id: i64) -> Result<(), Error> {
    let mut tx = state.pool.begin().await?;
    let Some(title) = invitation::revoke(&mut tx, id, state.clock.now()).await? else {
        return Err(Error::Conflict {
            message: "This link works no more: it was used, revoked, or its time is over.".to_owned(),
        });
    };
    person::log(
        state,
        &mut tx,
        &by.author(),
        (None, &title),
        &PeopleDeed::InvitationRevoked,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What a link is for.
///
/// # Errors
/// [`Error::NotFound`], the same for one that was used, revoked or forged, or whose time is over.
async fn facts(state: &AppState, token: &str) -> Result<InvitationFacts, Error> {
    let mut connection = state.pool.acquire().await?;
    let key = InvitationKey(random_secret::key(token));
    let found = invitation::by_key(&mut connection, key, state.clock.now()).await?;
    let found = found.ok_or_else(dead)?;
    Ok(InvitationFacts {
        title: found.title,
        roles: found.roles,
        by: found.by,
        expires_at: found.expires_at,
        refused: None,
    })
}

/// The same, with why the form before it was refused.
///
/// # Errors
/// As [`facts`].
pub async fn page(state: &AppState, token: &str) -> Result<InvitationFacts, Error> {
    let refused = once::take(state, Once::Refusal);
    let facts = facts(state, token).await?;
    Ok(InvitationFacts { refused, ..facts })
}

/// Uses a link: makes the person, with the name and password that they chose, and signs them in.
///
/// # Errors
/// [`Error::NotFound`] as [`facts`]; [`Error::Conflict`] where the name is taken; [`Error::Refused`] where the name or the
/// password does not do.
pub async fn accept(state: &AppState, token: &str, name: &str, new: String) -> Result<(), Error> {
    let joined = join(state, token, name, new).await;
    if let Err(Error::Refused { message }) = &joined {
        once::keep(state, Once::Refusal, message);
    }
    joined
}

async fn join(state: &AppState, token: &str, name: &str, new: String) -> Result<(), Error> {
    auth::attempt(state).await?;
    let key = InvitationKey(random_secret::key(token));
    let facts = facts(state, token).await?;
    let name = name.trim();
    person::checked(name, &facts.title)?;
    let known = password::known(&state.origin, &[name, &facts.title]);
    state.passwords.accept(&new, known).await?;
    let password_hash = state.passwords.hash(new).await?;
    let (now, mut tx) = (state.clock.now(), state.pool.begin().await?);
    let invitation = invitation::by_key(&mut tx, key, now).await?.ok_or_else(dead)?;
    let person = NewPerson {
        name,
        title: &invitation.title,
        password_hash: &password_hash,
        must_change_password: false,
        roles: &invitation.roles,
    };
    let id = person::create(state, &mut tx, &person).await?;
    invitation::set_used(&mut tx, invitation.id, id, now).await?;
    let deed = PeopleDeed::Joined {
        roles: invitation.roles.clone(),
    };
    let name = name.to_owned();
    let author = Author::Person {
        id,
        name: name.clone(),
    };
    person::log(state, &mut tx, &author, (Some(id), &name), &deed).await?;
    tx.commit().await?;
    tracing::info!(%name, roles = ?invitation.roles, "somebody joined by a link");
    auth::begin_session(id).await
}

fn dead() -> Error {
    Error::NotFound {
        what: "invitation that this link opens: it was used, its time is over, or it was taken back"
            .to_owned(),
    }
}

//! People as their pages show them.

use super::by_id;
use crate::{
    api::{
        Error,
        api_token::TokenLine,
        invitation::InvitationLine,
        person::{PeopleFilter, PeoplePage, PersonLine, PersonPage},
    },
    server::{sites::Entry, state::AppState},
};
use domain::person::PersonId;
use store::{api_token::Token, invitation::Invitation, people_log, person::Person};

/// How many people a page has.
const PAGE: usize = 50;

/// The page of people: those who fit, the links and tokens that work, and what was done.
///
/// # Errors
/// The database's.
pub async fn page(state: &AppState, filter: PeopleFilter) -> Result<PeoplePage, Error> {
    let now = state.clock.now();
    // Postgres keeps no zero byte in a text.
    let (text, after) = (filter.text.replace('\0', ""), filter.after.replace('\0', ""));
    let mut connection = state.pool.acquire().await?;
    // One more says whether there are more.
    let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut people = store::person::page(&mut connection, text.trim(), &after, most).await?;
    let more = people.len() > PAGE;
    people.truncate(PAGE);
    let next = people.last().filter(|_| more).map(|person| person.name.clone());
    let invitations = store::invitation::open(&mut connection, now).await?;
    let tokens = store::api_token::open(&mut connection, None, now).await?;
    let log = people_log::before(&mut connection, None, filter.log_before).await?;
    Ok(PeoplePage {
        people: people.into_iter().map(line).collect(),
        next,
        invitations: invitations.into_iter().map(invitation).collect(),
        tokens: tokens.into_iter().map(token).collect(),
        older: older(&log),
        log,
        environments: environments(state),
    })
}

/// The page of one person; `me` looks.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn one(
    state: &AppState,
    me: PersonId,
    id: PersonId,
    log_before: Option<i64>,
) -> Result<PersonPage, Error> {
    let now = state.clock.now();
    let mut connection = state.pool.acquire().await?;
    let person = by_id(&mut connection, id).await?;
    let sessions = store::session::of(&mut connection, id, now).await?;
    let passkeys = store::passkey::of(&mut connection, id).await?.len();
    let second_factor = store::second_factor::of(&mut connection, id).await?.is_some();
    let tokens = store::api_token::open(&mut connection, Some(id), now).await?;
    let log = people_log::before(&mut connection, Some(id), log_before).await?;
    Ok(PersonPage {
        last_seen_at: sessions.first().map(|session| session.last_seen_at),
        sessions: sessions.len(),
        passkeys,
        second_factor,
        tokens: tokens.into_iter().map(token).collect(),
        older: older(&log),
        log,
        environments: environments(state),
        is_me: id == me,
        created_at: person.created_at,
        line: line(person),
    })
}

fn older(log: &[domain::people_log::PeopleEvent]) -> Option<i64> {
    let full = i64::try_from(log.len()).is_ok_and(|count| count == people_log::PAGE);
    log.last().filter(|_| full).map(|event| event.id)
}

fn environments(state: &AppState) -> Vec<String> {
    let usable = state.sites.all().iter().filter_map(|entry| match entry {
        Entry::Usable(place) => Some(place.declared.name.clone()),
        Entry::Broken { .. } => None,
    });
    usable.collect()
}

fn line(person: Person) -> PersonLine {
    PersonLine {
        id: person.id,
        name: person.name,
        title: person.title,
        roles: person.roles,
        roles_at: person.roles_at,
        service: person.service,
        must_change_password: person.must_change_password,
        disabled_at: person.disabled_at,
    }
}

fn invitation(invitation: Invitation) -> InvitationLine {
    InvitationLine {
        id: invitation.id,
        title: invitation.title,
        roles: invitation.roles,
        by: invitation.by,
        expires_at: invitation.expires_at,
    }
}

fn token(token: Token) -> TokenLine {
    TokenLine {
        id: token.id,
        service: token.service,
        name: token.name,
        rights: token.rights,
        by: token.by,
        made_at: token.made_at,
        expires_at: token.expires_at,
        last_used_at: token.last_used_at,
    }
}

//! People, for those who manage them.

use super::{Error, api_token::TokenLine, invitation::InvitationLine};
use chrono::{DateTime, Utc};
use domain::{Role, people_log::PeopleEvent, person::PersonId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Somebody in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLine {
    /// Who.
    pub id: PersonId,
    /// What they sign in with.
    pub name: String,
    /// What others see.
    pub title: String,
    /// What they hold everywhere.
    pub roles: Vec<Role>,
    /// What they hold in single environments.
    pub roles_at: BTreeMap<String, Vec<Role>>,
    /// It is the account of a program.
    pub service: bool,
    /// They have not changed yet the password that they were given.
    pub must_change_password: bool,
    /// Since when they may not sign in.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// What the page of people is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleFilter {
    /// In the name or the title; empty asks for nothing.
    pub text: String,
    /// After this name.
    pub after: String,
    /// Entries of the log before this number.
    pub log_before: Option<i64>,
}

/// Everything that the page of people shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeoplePage {
    /// By name, 50 at most.
    pub people: Vec<PersonLine>,
    /// After which name it goes on, where it does.
    pub next: Option<String>,
    /// The links that work.
    pub invitations: Vec<InvitationLine>,
    /// The tokens that work.
    pub tokens: Vec<TokenLine>,
    /// What was done, the newest first.
    pub log: Vec<PeopleEvent>,
    /// Before which number the log goes on, where it does.
    pub older: Option<i64>,
    /// The environments that can be used.
    pub environments: Vec<String>,
}

/// Everything that the page of one person shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonPage {
    /// The list's facts.
    pub line: PersonLine,
    /// Since when they have an account.
    pub created_at: DateTime<Utc>,
    /// In how many places they are signed in.
    pub sessions: usize,
    /// When one of those was used last.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// How many passkeys they have.
    pub passkeys: usize,
    /// They are asked for one at every sign-in.
    pub second_factor: bool,
    /// The tokens of a program that work.
    pub tokens: Vec<TokenLine>,
    /// What was done to them, the newest first.
    pub log: Vec<PeopleEvent>,
    /// Before which number the log goes on, where it does.
    pub older: Option<i64>,
    /// The environments that can be used.
    pub environments: Vec<String>,
    /// It is whoever looks.
    pub is_me: bool,
}

/// The page of people.
///
/// # Errors
/// [`Error::Forbidden`].
#[server(prefix = "/api", endpoint = "person/list")]
pub async fn list_people(filter: PeopleFilter) -> Result<PeoplePage, Error> {
    use crate::server::{auth, person, state::AppState};
    auth::require(domain::Right::ManagePeople, None)?;
    person::page(&AppState::here()?, filter).await
}

/// The page of one person.
///
/// # Errors
/// [`Error::NotFound`].
#[server(prefix = "/api", endpoint = "person/page")]
pub async fn load_person(id: i64, log_before: Option<i64>) -> Result<PersonPage, Error> {
    use crate::server::{auth, person, state::AppState};
    let me = auth::require(domain::Right::ManagePeople, None)?;
    person::one(&AppState::here()?, me.id, PersonId(id), log_before).await
}

/// Gives a person these roles and no others, everywhere or, where `environment` is not empty, there, confirmed with the password.
/// `before` are the keys of what they held, with commas between them.
///
/// # Errors
/// [`Error::WrongPassword`]; [`Error::Conflict`] where they hold others by now, [`Error::Refused`] where the last holder would lose a role that is needed.
#[server(prefix = "/api", endpoint = "person/set_roles")]
pub async fn set_roles(
    id: i64,
    #[server(default)] environment: String,
    #[server(default)] before: String,
    #[server(default)] roles: Vec<String>,
    password: String,
) -> Result<(), Error> {
    use crate::server::{auth, desk, person, state::AppState};
    let (state, me) = (
        AppState::here()?,
        auth::require(domain::Right::ManagePeople, None)?,
    );
    auth::confirm_password(&state, &me, password).await?;
    let (before, wanted) = (desk::roles_before(&before)?, desk::roles(&roles)?);
    let place = Some(environment.as_str()).filter(|name| !name.is_empty());
    person::set(&state, &me.author(), PersonId(id), place, &before, &wanted).await
}

/// Keeps somebody out: their sessions end at once.
///
/// # Errors
/// [`Error::Refused`] where it is oneself, or the last holder of a role that is needed.
#[server(prefix = "/api", endpoint = "person/disable")]
pub async fn disable_person(id: i64) -> Result<(), Error> {
    use crate::server::{auth, person, state::AppState};
    let me = auth::require(domain::Right::ManagePeople, None)?;
    person::disable(&AppState::here()?, &me.author(), PersonId(id)).await
}

/// Lets somebody in again.
///
/// # Errors
/// [`Error::NotFound`].
#[server(prefix = "/api", endpoint = "person/enable")]
pub async fn enable_person(id: i64) -> Result<(), Error> {
    use crate::server::{auth, person, state::AppState};
    let me = auth::require(domain::Right::ManagePeople, None)?;
    person::enable(&AppState::here()?, &me.author(), PersonId(id)).await
}

/// Ends every session of somebody.
///
/// # Errors
/// [`Error::NotFound`].
#[server(prefix = "/api", endpoint = "person/end_sessions")]
pub async fn end_sessions(id: i64) -> Result<(), Error> {
    use crate::server::{auth, person, state::AppState};
    let me = auth::require(domain::Right::ManagePeople, None)?;
    person::end_sessions(&AppState::here()?, &me.author(), PersonId(id)).await
}

/// Takes away the passkeys of somebody who lost their device, with what asks for them at sign-in, and ends their sessions; confirmed
/// with the password.
///
/// # Errors
/// [`Error::WrongPassword`], [`Error::NotFound`]; [`Error::Conflict`] where there are none.
#[server(prefix = "/api", endpoint = "person/remove_passkeys")]
pub async fn remove_passkeys(id: i64, password: String) -> Result<(), Error> {
    use crate::server::{auth, person, state::AppState};
    let (state, me) = (
        AppState::here()?,
        auth::require(domain::Right::ManagePeople, None)?,
    );
    auth::confirm_password(&state, &me, password).await?;
    person::remove_passkeys(&state, &me.author(), PersonId(id)).await
}

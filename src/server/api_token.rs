//! Tokens of programs: made, shown once, taken back.

use crate::{
    api::{Error, session::Made},
    server::{
        once::{self, Once},
        person, random_secret,
        state::AppState,
    },
};
use chrono::TimeDelta;
use domain::{
    people_log::PeopleDeed,
    person::{Person, PersonId, Scope, Service},
};
use store::api_token::{self, NewToken, TokenKey};

/// What every token begins with, so that whoever looks for leaked secrets finds them.
pub const PREFIX: &str = "gonogo_";

/// The longest that a token works, in days.
const LONGEST: u32 = 365;

/// What somebody wants a token for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The account's name; it is made where there is none.
    pub name: String,
    /// What for.
    pub scopes: Vec<Scope>,
    /// Only in this environment.
    pub environment: Option<String>,
    /// For how many days.
    pub days: u32,
}

/// Makes a token.
///
/// # Errors
/// [`Error::Refused`] where the name is a person's, nothing is chosen, or it would last too long.
pub async fn make(state: &AppState, by: &Person, wish: Wish) -> Result<Made, Error> {
    let name = wish.name.trim();
    person::checked(name, name)?;
    if wish.scopes.is_empty() {
        return Err(Error::refused("Choose what the token is for."));
    }
    if !(1..=LONGEST).contains(&wish.days) {
        return Err(Error::refused(format!("A token lasts 1 to {LONGEST} days.")));
    }
    if let Some(environment) = &wish.environment {
        state.sites.place(environment)?;
    }
    let token = random_secret::new(PREFIX)?;
    let (now, mut tx) = (state.clock.now(), state.pool.begin().await?);
    let service = account(state, &mut tx, name).await?;
    let rights = Service {
        scopes: wish.scopes,
        environment: wish.environment,
    };
    let new = NewToken {
        service,
        key: TokenKey(random_secret::key(&token)),
        rights: &rights,
        by: by.id,
        expires_at: now + TimeDelta::days(i64::from(wish.days)),
    };
    api_token::create(&mut tx, &new, now).await?;
    let deed = PeopleDeed::TokenMade {
        scopes: rights.scopes.clone(),
        environment: rights.environment.clone(),
        expires_at: new.expires_at,
    };
    person::log(state, &mut tx, &by.author(), (Some(service), name), &deed).await?;
    tx.commit().await?;
    let made = Made::Token(token);
    once::keep(state, Once::Secret, &made);
    Ok(made)
}

/// Takes a token back.
///
/// # Errors
/// [`Error::Conflict`] where it works no more.
pub async fn revoke(state: &AppState, by: &Person, id: i64) -> Result<(), Error> {
    let mut tx = state.pool.begin().await?;
    let Some(service) = api_token::revoke(&mut tx, id, state.clock.now()).await? else {
        return Err(Error::Conflict {
            message: "This token works no more: it was revoked, or its time is over.".to_owned(),
        });
    };
    let found = store::person::by_id(&mut tx, service).await?;
    let name = found.map(|person| person.name).unwrap_or_default();
    person::log(
        state,
        &mut tx,
        &by.author(),
        (Some(service), &name),
        &PeopleDeed::TokenRevoked,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Whose token this is, with what it lets them do; nobody's where it works no more, or never did.
///
/// # Errors
/// The database's.
pub async fn owner(state: &AppState, token: &str) -> Result<Option<Person>, Error> {
    let mut connection = state.pool.acquire().await?;
    let key = TokenKey(random_secret::key(token));
    let found = api_token::service(&mut connection, key, state.clock.now()).await?;
    Ok(found.map(|(person, service)| Person {
        service: Some(service),
        ..person.into()
    }))
}

async fn account(
    state: &AppState,
    connection: &mut sqlx::PgConnection,
    name: &str,
) -> Result<PersonId, Error> {
    let found = store::person::by_name(connection, name).await?;
    match found {
        None => Ok(store::person::create_service(connection, name, state.clock.now()).await?),
        Some(found) if !found.service => Err(Error::refused(format!(
            "{name} is a person: name the program otherwise, for example ci.{name}."
        ))),
        Some(found) if found.disabled_at.is_some() => {
            Err(Error::refused(format!("{name} is disabled: enable it first.")))
        }
        Some(found) => Ok(found.id),
    }
}

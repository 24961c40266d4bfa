//! People: made, given passwords and roles, kept out. Every change stands in their log.

mod listing;
mod roles;
mod standing;

pub use listing::{one, page};
pub use roles::{change, set};
pub use standing::{disable, enable, end_sessions, remove_passkeys};

use crate::{
    api::Error,
    server::{password, second_factor, state::AppState},
};
use domain::{
    Role,
    people_log::PeopleDeed,
    person::{Author, PersonId},
};
use store::{
    people_log,
    person::{NewPerson, Person},
};

/// Whether `name` can be somebody's: 1 to 64 lower-case letters, digits, `.`, `_`, `-`, beginning with a letter or
/// digit. The table has the same rule.
pub fn is_plain_name(name: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    (1..=64).contains(&name.len())
        && name.bytes().all(inside)
        && name
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_alphanumeric())
}

/// The rule of names, for people.
pub const NAMES: &str = "use 1 to 64 lower-case letters, digits, dots, dashes and underscores.";

/// Makes a person, from the command line, with a password of their own or a generated one, which is the answer.
///
/// # Errors
/// When the name, the title or the password does not do, or the name is taken.
pub async fn add(
    state: &AppState,
    name: &str,
    title: &str,
    roles: &[Role],
    password: Option<String>,
) -> Result<Option<String>, Error> {
    checked(name, title)?;
    let (password, generated) = choose(state, &[name, title], password).await?;
    let password_hash = state.passwords.hash(password).await?;
    let mut transaction = state.pool.begin().await?;
    let person = NewPerson {
        name,
        title,
        password_hash: &password_hash,
        must_change_password: generated.is_some(),
        roles,
    };
    let id = create(state, &mut transaction, &person).await?;
    let deed = PeopleDeed::Added {
        roles: roles.to_vec(),
    };
    log(state, &mut transaction, &Author::Gonogo, (Some(id), name), &deed).await?;
    transaction.commit().await?;
    tracing::info!(name, ?roles, "a person was added");
    Ok(generated)
}

/// Whether these can be somebody's name and title.
///
/// # Errors
/// [`Error::Refused`] with the rule.
pub(crate) fn checked(name: &str, title: &str) -> Result<(), Error> {
    if !is_plain_name(name) {
        return Err(Error::refused(format!("{name:?} cannot be a name: {NAMES}")));
    }
    if !(1..=100).contains(&title.chars().count()) || title.chars().any(char::is_control) {
        return Err(Error::refused("A title has 1 to 100 characters."));
    }
    Ok(())
}

/// Makes a person in the caller's transaction.
///
/// # Errors
/// [`Error::Conflict`] when the name is taken.
pub(crate) async fn create(
    state: &AppState,
    connection: &mut sqlx::PgConnection,
    person: &NewPerson<'_>,
) -> Result<PersonId, Error> {
    match store::person::create(connection, person, state.clock.now()).await {
        Err(error) if error.is_duplicate() => Err(Error::Conflict {
            message: format!("There is somebody called {} already.", person.name),
        }),
        done => Ok(done?),
    }
}

/// Writes an entry of the log, in the caller's transaction.
///
/// # Errors
/// The database's.
pub(crate) async fn log(
    state: &AppState,
    connection: &mut sqlx::PgConnection,
    by: &Author,
    about: people_log::About<'_>,
    deed: &PeopleDeed,
) -> Result<(), Error> {
    Ok(people_log::append(connection, by, about, deed, state.clock.now()).await?)
}

/// Gives a person another password, their own or a generated one, which is the answer, and ends their sessions.
///
/// # Errors
/// When nobody has the name, or the password does not do.
pub async fn set_password(
    state: &AppState,
    name: &str,
    password: Option<String>,
) -> Result<Option<String>, Error> {
    let title = find(&mut *state.pool.acquire().await?, name).await?.title;
    let (password, generated) = choose(state, &[name, &title], password).await?;
    let password_hash = state.passwords.hash(password).await?;
    let mut transaction = state.pool.begin().await?;
    let person = find(&mut transaction, name).await?;
    if person.service {
        return Err(Error::refused(format!(
            "{name} is a program: it has tokens, no password."
        )));
    }
    store::person::set_password(&mut transaction, person.id, &password_hash, generated.is_some()).await?;
    let ended = store::session::delete_of(&mut transaction, person.id).await?;
    store::sign_in_failure::forget(&mut transaction, name).await?;
    let about = (Some(person.id), name);
    // Whoever had the old password may have added a way to sign without it, or to keep its owner out.
    second_factor::clear(state, &mut transaction, &Author::Gonogo, (person.id, name)).await?;
    log(
        state,
        &mut transaction,
        &Author::Gonogo,
        about,
        &PeopleDeed::PasswordReset,
    )
    .await?;
    transaction.commit().await?;
    tracing::info!(name, ended, "a password was changed; its sessions were ended");
    Ok(generated)
}

/// Everybody, by name.
///
/// # Errors
/// The database's.
pub async fn list(state: &AppState) -> Result<Vec<Person>, Error> {
    let mut connection = state.pool.acquire().await?;
    Ok(store::person::all(&mut connection).await?)
}

async fn choose(
    state: &AppState,
    names: &[&str],
    password: Option<String>,
) -> Result<(String, Option<String>), Error> {
    match password {
        Some(password) => {
            let known = password::known(&state.origin, names);
            state.passwords.accept(&password, known).await?;
            Ok((password, None))
        }
        None => {
            let password = password::generate()
                .map_err(|error| crate::server::failure::internal("making a password", &error))?;
            Ok((password.clone(), Some(password)))
        }
    }
}

/// Whoever has this number.
async fn by_id(connection: &mut sqlx::PgConnection, id: PersonId) -> Result<Person, Error> {
    store::person::by_id(connection, id)
        .await?
        .ok_or_else(|| Error::NotFound {
            what: format!("person {}", id.0),
        })
}

async fn find(connection: &mut sqlx::PgConnection, name: &str) -> Result<Person, Error> {
    store::person::by_name(connection, name)
        .await?
        .ok_or_else(|| Error::NotFound {
            what: format!("person called {name}"),
        })
}

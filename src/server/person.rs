//! People: made, given passwords and roles.

use crate::{
    api::Error,
    server::{password, state::AppState},
};
use domain::Role;
use store::person::{NewPerson, Person};

/// Roles that somebody must hold: without them nobody could sign, deploy, or manage people.
pub const REQUIRED: [Role; 5] = [
    Role::Developer,
    Role::Devops,
    Role::Qa,
    Role::ProductOwner,
    Role::Admin,
];

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

/// Makes a person with a password of their own or a generated one, which is the answer.
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
    if !is_plain_name(name) {
        return Err(Error::refused(format!(
            "{name:?} cannot be a name: use 1 to 64 lower-case letters, digits, dots, dashes and underscores."
        )));
    }
    if !(1..=100).contains(&title.chars().count()) {
        return Err(Error::refused("A title has 1 to 100 characters."));
    }
    let (password, generated) = choose(password)?;
    let password_hash = state.passwords.hash(password).await?;
    let mut transaction = state.pool.begin().await?;
    let person = NewPerson {
        name,
        title,
        password_hash: &password_hash,
        must_change_password: generated.is_some(),
        roles,
    };
    match store::person::create(&mut transaction, &person, state.clock.now()).await {
        Ok(_) => {}
        Err(error) if error.is_duplicate() => {
            return Err(Error::refused(format!(
                "There is somebody called {name} already."
            )));
        }
        Err(error) => return Err(error.into()),
    }
    transaction.commit().await?;
    tracing::info!(name, ?roles, "a person was added");
    Ok(generated)
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
    let (password, generated) = choose(password)?;
    let password_hash = state.passwords.hash(password).await?;
    let mut transaction = state.pool.begin().await?;
    let person = find(&mut transaction, name).await?;
    store::person::set_password(&mut transaction, person.id, &password_hash, generated.is_some()).await?;
    let ended = store::session::delete_of(&mut transaction, person.id).await?;
    store::sign_in_failure::forget(&mut transaction, name).await?;
    transaction.commit().await?;
    tracing::info!(name, ended, "a password was changed; its sessions were ended");
    Ok(generated)
}

/// Gives and takes roles, and answers with the person as they are then.
///
/// # Errors
/// When nobody has the name, or the last holder of a required role would lose it.
pub async fn change_roles(
    state: &AppState,
    name: &str,
    add: &[Role],
    remove: &[Role],
) -> Result<Person, Error> {
    let mut transaction = state.pool.begin().await?;
    let person = find(&mut transaction, name).await?;
    for role in remove {
        refuse_last(&mut transaction, &person, *role).await?;
        store::person::remove_role(&mut transaction, person.id, *role).await?;
    }
    for role in add {
        store::person::add_role(&mut transaction, person.id, *role, state.clock.now()).await?;
    }
    let person = find(&mut transaction, name).await?;
    transaction.commit().await?;
    tracing::info!(name, roles = ?person.roles, "roles were changed");
    Ok(person)
}

/// Everybody, by name.
///
/// # Errors
/// The database's.
pub async fn list(state: &AppState) -> Result<Vec<Person>, Error> {
    let mut connection = state.pool.acquire().await?;
    Ok(store::person::all(&mut connection).await?)
}

fn choose(password: Option<String>) -> Result<(String, Option<String>), Error> {
    match password {
        Some(password) => match password::objection(&password) {
            Some(objection) => Err(Error::refused(objection)),
            None => Ok((password, None)),
        },
        None => {
            let password = password::generate()
                .map_err(|error| crate::server::failure::internal("making a password", &error))?;
            Ok((password.clone(), Some(password)))
        }
    }
}

async fn find(connection: &mut sqlx::PgConnection, name: &str) -> Result<Person, Error> {
    store::person::by_name(connection, name)
        .await?
        .ok_or_else(|| Error::NotFound {
            what: format!("person called {name}"),
        })
}

async fn refuse_last(connection: &mut sqlx::PgConnection, person: &Person, role: Role) -> Result<(), Error> {
    let needed = REQUIRED.contains(&role) && person.roles.contains(&role);
    if needed && store::person::other_holders(connection, role, person.id).await? == 0 {
        return Err(Error::refused(format!(
            "{} is the last {role}: give the role to somebody else first.",
            person.name
        )));
    }
    Ok(())
}

//! Giving and taking roles, everywhere or in one environment. A role that somebody has to hold keeps its last holder.

use super::{by_id, find, log};
use crate::{api::Error, server::state::AppState};
use domain::{
    Role,
    people_log::PeopleDeed,
    person::{Author, PersonId},
};
use store::person::{Person, role};

/// Gives a person these roles and no others, everywhere (`None`) or in one environment. `before` is what they held when the form
/// was drawn.
///
/// # Errors
/// [`Error::Conflict`] where they hold others by now; [`Error::Refused`] where the last holder of a role that is needed would
/// lose it, or a role cannot be held so.
pub async fn set(
    state: &AppState,
    by: &Author,
    id: PersonId,
    environment: Option<&str>,
    before: &[Role],
    wanted: &[Role],
) -> Result<(), Error> {
    let mut tx = state.pool.begin().await?;
    role::lock(&mut tx).await?;
    let person = by_id(&mut tx, id).await?;
    let held = held(&person, environment);
    if !same(held, before) {
        return Err(Error::Conflict {
            message: "Their roles were changed meanwhile. Look at them as they are now, then choose again."
                .to_owned(),
        });
    }
    if environment.is_some_and(|name| state.sites.place(name).is_err()) && !wanted.is_empty() {
        return Err(Error::refused("There is no such environment that can be used."));
    }
    let given: Vec<Role> = wanted
        .iter()
        .copied()
        .filter(|role| !held.contains(role))
        .collect();
    let taken: Vec<Role> = held
        .iter()
        .copied()
        .filter(|role| !wanted.contains(role))
        .collect();
    exchange(state, &mut tx, by, &person, environment, given, taken).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives and takes roles that are held everywhere, from the command line; answers with the person as they are then.
///
/// # Errors
/// When nobody has the name, or the last holder of a role that is needed would lose it.
pub async fn change(state: &AppState, name: &str, add: &[Role], remove: &[Role]) -> Result<Person, Error> {
    let mut tx = state.pool.begin().await?;
    role::lock(&mut tx).await?;
    let person = find(&mut tx, name).await?;
    let new = |role: &Role| !person.roles.contains(role) && !remove.contains(role);
    let given = add.iter().copied().filter(new).collect();
    let gone = |role: &Role| person.roles.contains(role);
    let taken = remove.iter().copied().filter(gone).collect();
    exchange(state, &mut tx, &Author::Gonogo, &person, None, given, taken).await?;
    let person = find(&mut tx, name).await?;
    tx.commit().await?;
    Ok(person)
}

/// Refuses where `person` is the last who holds a role that somebody has to hold: admin, and what fills a slot of an open run.
/// Where a run has more than one slot of a role, as many people have to hold it.
/// To be asked under the lock of roles, after the change.
pub(super) async fn refuse_last(connection: &mut sqlx::PgConnection, person: &Person) -> Result<(), Error> {
    let admin = (None, Role::Admin, 1);
    let awaited = role::awaited(connection).await?;
    let slots = awaited
        .iter()
        .map(|(environment, role, needed)| (Some(environment.as_str()), *role, *needed));
    for (environment, role, needed) in std::iter::once(admin).chain(slots) {
        let there = environment.and_then(|name| person.roles_at.get(name));
        let held = person.roles.contains(&role) || there.is_some_and(|roles| roles.contains(&role));
        if !held {
            continue;
        }
        let others = role::holders(connection, role, environment).await?;
        if others >= needed {
            continue;
        }
        let which = match others {
            0 => format!("the last {role}"),
            others => format!("one of the last {} who hold {role}", others + 1),
        };
        let why = match (environment, needed) {
            (None, _) => String::new(),
            (Some(environment), 1) => format!(", and an open run in {environment} waits for one"),
            (Some(environment), needed) => {
                format!(", and an open run in {environment} has slots for {needed}, each for another person")
            }
        };
        return Err(Error::refused(format!(
            "{} is {which}{why}: give the role to somebody else first.",
            person.name
        )));
    }
    Ok(())
}

async fn exchange(
    state: &AppState,
    tx: &mut sqlx::PgConnection,
    by: &Author,
    person: &Person,
    environment: Option<&str>,
    given: Vec<Role>,
    taken: Vec<Role>,
) -> Result<(), Error> {
    if given.is_empty() && taken.is_empty() {
        return Ok(());
    }
    if person.service {
        return Err(Error::refused(
            "A program holds no role: its tokens say what it may do.",
        ));
    }
    let narrow = environment.is_some();
    if let Some(role) = given.iter().find(|role| narrow && !Role::LOCAL.contains(role)) {
        return Err(Error::refused(format!(
            "{role} is a role for everywhere or not at all."
        )));
    }
    for role in &taken {
        role::take(tx, person.id, environment, *role).await?;
    }
    for role in &given {
        role::give(tx, person.id, environment, *role, state.clock.now()).await?;
    }
    if !taken.is_empty() {
        refuse_last(tx, person).await?;
    }
    tracing::info!(
        name = person.name,
        ?environment,
        ?given,
        ?taken,
        "roles were changed"
    );
    let environment = environment.map(str::to_owned);
    let deed = PeopleDeed::RolesChanged {
        environment,
        given,
        taken,
    };
    log(state, tx, by, (Some(person.id), &person.name), &deed).await
}

fn held<'a>(person: &'a Person, environment: Option<&str>) -> &'a [Role] {
    match environment {
        None => &person.roles,
        Some(environment) => person.roles_at.get(environment).map_or(&[], Vec::as_slice),
    }
}

fn same(one: &[Role], other: &[Role]) -> bool {
    let within = |one: &[Role], other: &[Role]| one.iter().all(|role| other.contains(role));
    within(one, other) && within(other, one)
}

//! People, their roles and their password hashes.

pub mod role;

use crate::Error;
use chrono::{DateTime, Utc};
use domain::Role;
use sqlx::{PgConnection, types::Json};
use std::collections::BTreeMap;

pub use domain::person::PersonId;
use domain::person::Service;

/// Somebody who can sign in, or could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Which.
    pub id: PersonId,
    /// What they type to sign in: lower case, unique.
    pub name: String,
    /// What others see.
    pub title: String,
    /// The roles they hold everywhere, each once.
    pub roles: Vec<Role>,
    /// The roles they hold in single environments.
    pub roles_at: BTreeMap<String, Vec<Role>>,
    /// It is the account of a program: it has no password and holds no role.
    pub service: bool,
    /// Their password was given to them by somebody else.
    pub must_change_password: bool,
    /// Since when they may not sign in.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Since when they exist.
    pub created_at: DateTime<Utc>,
}

/// A person to be made.
#[derive(Clone, Debug)]
pub struct NewPerson<'a> {
    /// Lower case, letters, digits, `.`, `_` and `-`, at most 64.
    pub name: &'a str,
    /// At most 100 characters.
    pub title: &'a str,
    /// A PHC string, argon2id.
    pub password_hash: &'a str,
    /// See [`Person::must_change_password`].
    pub must_change_password: bool,
    /// The roles.
    pub roles: &'a [Role],
}

/// What signing in compares a password with.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Whose.
    pub id: PersonId,
    /// A PHC string, argon2id.
    pub password_hash: String,
    /// The account may not be used.
    pub disabled: bool,
    /// See [`Person::must_change_password`].
    pub must_change_password: bool,
    /// It takes a passkey besides.
    pub second_factor: bool,
}

/// Makes a person.
///
/// # Errors
/// [`Error::is_duplicate`] when the name is taken; otherwise the database's.
pub async fn create(
    connection: &mut PgConnection,
    person: &NewPerson<'_>,
    now: DateTime<Utc>,
) -> Result<PersonId, Error> {
    let id = sqlx::query_scalar!(
        "insert into person (name, title, password_hash, must_change_password, created_at)
         values ($1, $2, $3, $4, $5) returning id",
        person.name,
        person.title,
        person.password_hash,
        person.must_change_password,
        now,
    )
    .fetch_one(&mut *connection)
    .await
    .map(PersonId)?;
    for role in person.roles {
        role::give(connection, id, None, *role, now).await?;
    }
    Ok(id)
}

/// The person of this name, whether or not they may sign in.
///
/// # Errors
/// The database's.
pub async fn by_name(connection: &mut PgConnection, name: &str) -> Result<Option<Person>, Error> {
    sqlx::query_as!(
        Row,
        r#"select id, name, title, service, must_change_password, disabled_at, created_at,
             array(select role from person_role where person_id = person.id order by role) as "roles!",
             roles_at(id) as "roles_at!: Json<BTreeMap<String, Vec<Role>>>"
           from person where name = $1"#,
        name
    )
    .fetch_optional(connection)
    .await?
    .map(Person::try_from)
    .transpose()
}

/// Everybody, by name.
///
/// # Errors
/// The database's.
pub async fn all(connection: &mut PgConnection) -> Result<Vec<Person>, Error> {
    sqlx::query_as!(
        Row,
        r#"select id, name, title, service, must_change_password, disabled_at, created_at,
             array(select role from person_role where person_id = person.id order by role) as "roles!",
             roles_at(id) as "roles_at!: Json<BTreeMap<String, Vec<Role>>>"
           from person order by name"#
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Person::try_from)
    .collect()
}

/// The person with this number, whether or not they may sign in.
///
/// # Errors
/// The database's.
pub async fn by_id(connection: &mut PgConnection, id: PersonId) -> Result<Option<Person>, Error> {
    sqlx::query_as!(
        Row,
        r#"select id, name, title, service, must_change_password, disabled_at, created_at,
             array(select role from person_role where person_id = person.id order by role) as "roles!",
             roles_at(id) as "roles_at!: Json<BTreeMap<String, Vec<Role>>>"
           from person where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?
    .map(Person::try_from)
    .transpose()
}

/// At most `most` people whose name comes after `after`, by name; where `text` is not empty only those whose name or title
/// holds it, whatever its case.
///
/// # Errors
/// The database's.
pub async fn page(
    connection: &mut PgConnection,
    text: &str,
    after: &str,
    most: i64,
) -> Result<Vec<Person>, Error> {
    sqlx::query_as!(
        Row,
        r#"select id, name, title, service, must_change_password, disabled_at, created_at,
             array(select role from person_role where person_id = person.id order by role) as "roles!",
             roles_at(id) as "roles_at!: Json<BTreeMap<String, Vec<Role>>>"
           from person
           where name > $2
             and ($1 = '' or position(lower($1) in name) > 0 or position(lower($1) in lower(title)) > 0)
           order by name limit $3"#,
        text,
        after,
        most,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Person::try_from)
    .collect()
}

/// Makes the account of a program: no password, no role.
///
/// # Errors
/// [`Error::is_duplicate`] when the name is taken; otherwise the database's.
pub async fn create_service(
    connection: &mut PgConnection,
    name: &str,
    now: DateTime<Utc>,
) -> Result<PersonId, Error> {
    let id = sqlx::query_scalar!(
        "insert into person (name, title, service, created_at) values ($1, $1, true, $2) returning id",
        name,
        now,
    )
    .fetch_one(connection)
    .await?;
    Ok(PersonId(id))
}

/// Whether there is nobody at all: the first start. Locks the table against a second first start until the
/// transaction ends.
///
/// # Errors
/// The database's.
pub async fn nobody_yet(connection: &mut PgConnection) -> Result<bool, Error> {
    sqlx::query!("lock table person in share row exclusive mode")
        .execute(&mut *connection)
        .await?;
    Ok(
        sqlx::query_scalar!(r#"select not exists(select 1 from person) as "nobody!""#)
            .fetch_one(connection)
            .await?,
    )
}

/// What to compare the password of `name` with.
///
/// # Errors
/// The database's.
pub async fn secret(connection: &mut PgConnection, name: &str) -> Result<Option<Secret>, Error> {
    let row = sqlx::query!(
        r#"select id, password_hash as "password_hash!", disabled_at, must_change_password,
             exists(select 1 from second_factor where person_id = person.id) as "second_factor!"
           from person where name = $1 and not service"#,
        name
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Secret {
        id: PersonId(row.id),
        password_hash: row.password_hash,
        disabled: row.disabled_at.is_some(),
        must_change_password: row.must_change_password,
        second_factor: row.second_factor,
    }))
}

/// The password hash of a person who is signed in, to compare with when they sign something.
///
/// # Errors
/// The database's.
pub async fn secret_of(connection: &mut PgConnection, id: PersonId) -> Result<Option<Secret>, Error> {
    let row = sqlx::query!(
        r#"select id, password_hash as "password_hash!", disabled_at, must_change_password,
             exists(select 1 from second_factor where person_id = person.id) as "second_factor!"
           from person where id = $1 and not service"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Secret {
        id: PersonId(row.id),
        password_hash: row.password_hash,
        disabled: row.disabled_at.is_some(),
        must_change_password: row.must_change_password,
        second_factor: row.second_factor,
    }))
}

/// Lets one transaction at a time change how this person comes in, until it ends.
///
/// # Errors
/// The database's.
pub async fn lock(connection: &mut PgConnection, id: PersonId) -> Result<(), Error> {
    sqlx::query!("select id from person where id = $1 for no key update", id.0)
        .fetch_optional(connection)
        .await?;
    Ok(())
}

/// Gives a person another password hash. The caller ends their sessions in the same transaction.
///
/// # Errors
/// The database's.
pub async fn set_password(
    connection: &mut PgConnection,
    id: PersonId,
    password_hash: &str,
    must_change_password: bool,
) -> Result<(), Error> {
    sqlx::query!(
        "update person set password_hash = $2, must_change_password = $3 where id = $1",
        id.0,
        password_hash,
        must_change_password
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets a person sign in no more (`Some`), or again (`None`).
///
/// # Errors
/// The database's.
pub async fn set_disabled(
    connection: &mut PgConnection,
    id: PersonId,
    disabled_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    sqlx::query!(
        "update person set disabled_at = $2 where id = $1",
        id.0,
        disabled_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

impl From<Person> for domain::person::Person {
    /// As the use cases know them. Of a program only its token knows what it may: without one it may nothing.
    fn from(person: Person) -> Self {
        let nothing = || Service {
            scopes: Vec::new(),
            environment: None,
        };
        domain::person::Person {
            id: person.id,
            name: person.name,
            title: person.title,
            roles: person.roles,
            roles_at: person.roles_at,
            service: person.service.then(nothing),
        }
    }
}

/// A row of `person` with its roles.
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) must_change_password: bool,
    pub(crate) disabled_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) roles: Vec<String>,
    pub(crate) roles_at: Json<BTreeMap<String, Vec<Role>>>,
    pub(crate) service: bool,
}

impl TryFrom<Row> for Person {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let roles = row
            .roles
            .iter()
            .map(|role| {
                role.parse::<Role>().map_err(|error| Error::Inconsistent {
                    table: "person_role",
                    what: format!("person {}: {error}", row.id),
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Person {
            id: PersonId(row.id),
            name: row.name,
            title: row.title,
            roles,
            roles_at: row.roles_at.0,
            service: row.service,
            must_change_password: row.must_change_password,
            disabled_at: row.disabled_at,
            created_at: row.created_at,
        })
    }
}

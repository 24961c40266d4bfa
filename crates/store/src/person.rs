//! People, their roles and their password hashes.

use crate::Error;
use chrono::{DateTime, Utc};
use domain::Role;
use sqlx::PgConnection;

pub use domain::person::PersonId;

/// Somebody who can sign in, or could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Which.
    pub id: PersonId,
    /// What they type to sign in: lower case, unique.
    pub name: String,
    /// What others see.
    pub title: String,
    /// The roles they hold, each once.
    pub roles: Vec<Role>,
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
        add_role(connection, id, *role, now).await?;
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
        r#"select id, name, title, must_change_password, disabled_at, created_at,
             array(select role from person_role where person_id = person.id order by role) as "roles!"
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
        r#"select id, name, title, must_change_password, disabled_at, created_at,
             array(select role from person_role where person_id = person.id order by role) as "roles!"
           from person order by name"#
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Person::try_from)
    .collect()
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
        "select id, password_hash, disabled_at from person where name = $1",
        name
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Secret {
        id: PersonId(row.id),
        password_hash: row.password_hash,
        disabled: row.disabled_at.is_some(),
    }))
}

/// The password hash of a person who is signed in, to compare with when they sign something.
///
/// # Errors
/// The database's.
pub async fn secret_of(connection: &mut PgConnection, id: PersonId) -> Result<Option<Secret>, Error> {
    let row = sqlx::query!(
        "select id, password_hash, disabled_at from person where id = $1",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Secret {
        id: PersonId(row.id),
        password_hash: row.password_hash,
        disabled: row.disabled_at.is_some(),
    }))
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

/// Gives a role. Giving one that the person holds changes nothing.
///
/// # Errors
/// The database's.
pub async fn add_role(
    connection: &mut PgConnection,
    id: PersonId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into person_role (person_id, role, granted_at) values ($1, $2, $3)
         on conflict do nothing",
        id.0,
        role.key(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a role away.
///
/// # Errors
/// The database's.
pub async fn remove_role(connection: &mut PgConnection, id: PersonId, role: Role) -> Result<(), Error> {
    sqlx::query!(
        "delete from person_role where person_id = $1 and role = $2",
        id.0,
        role.key()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How many people hold `role` and may sign in, other than `except`. Locks the roles until the transaction
/// ends, so that two people cannot each remove the other as the last.
///
/// # Errors
/// The database's.
pub async fn other_holders(
    connection: &mut PgConnection,
    role: Role,
    except: PersonId,
) -> Result<i64, Error> {
    sqlx::query!("lock table person_role in share row exclusive mode")
        .execute(&mut *connection)
        .await?;
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from person_role
           join person on person.id = person_role.person_id
           where role = $1 and person_id <> $2 and disabled_at is null"#,
        role.key(),
        except.0
    )
    .fetch_one(connection)
    .await?)
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
            must_change_password: row.must_change_password,
            disabled_at: row.disabled_at,
            created_at: row.created_at,
        })
    }
}

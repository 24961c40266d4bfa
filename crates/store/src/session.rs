//! Sessions: who is signed in where.

use crate::{
    Error,
    person::{Person, PersonId, Row},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::Role;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use std::collections::BTreeMap;

/// The SHA-256 of a session's number: what the table knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey(pub [u8; 32]);

/// How long a session lasts without being used. A session that is used ends at its `expires_at` all the same.
pub const IDLE: TimeDelta = TimeDelta::hours(8);

/// How exact `last_seen_at` is: a session that was seen within this time is not written again.
pub const SEEN_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// Stores a new session. Answers false when the key is taken: choose another.
///
/// # Errors
/// The database's.
pub async fn create(
    connection: &mut PgConnection,
    key: SessionKey,
    data: &Value,
    person: Option<PersonId>,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "insert into session (key, data, person_id, created_at, last_seen_at, expires_at)
         values ($1, $2, $3, $4, $4, $5) on conflict do nothing",
        &key.0[..],
        data,
        person.map(|person| person.0),
        now,
        expires_at,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes the data of a session that is still there. One that was ended meanwhile stays ended.
///
/// # Errors
/// The database's.
pub async fn update(
    connection: &mut PgConnection,
    key: SessionKey,
    data: &Value,
    person: Option<PersonId>,
) -> Result<(), Error> {
    sqlx::query!(
        "update session set data = $2, person_id = $3 where key = $1",
        &key.0[..],
        data,
        person.map(|person| person.0),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The data of a live session and when it ends at the latest.
///
/// # Errors
/// The database's.
pub async fn load(
    connection: &mut PgConnection,
    key: SessionKey,
    now: DateTime<Utc>,
) -> Result<Option<(Value, DateTime<Utc>)>, Error> {
    let row = sqlx::query!(
        "select data, expires_at from session where key = $1 and expires_at > $2 and last_seen_at > $3",
        &key.0[..],
        now,
        now - IDLE,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.data, row.expires_at)))
}

/// Who is signed in with a live session: one question per request. A person who may no longer sign in is nobody.
/// Also says whether the session is due to be marked as seen ([`seen`]).
///
/// # Errors
/// The database's.
pub async fn person(
    connection: &mut PgConnection,
    key: SessionKey,
    now: DateTime<Utc>,
) -> Result<Option<(Person, bool)>, Error> {
    let row = sqlx::query!(
        r#"select id, name, title, service, must_change_password, disabled_at, person.created_at, last_seen_at,
             array(select role from person_role where person_id = person.id order by role) as "roles!",
             roles_at(id) as "roles_at!: Json<BTreeMap<String, Vec<Role>>>"
           from session join person on person.id = session.person_id
           where key = $1 and expires_at > $2 and last_seen_at > $3 and disabled_at is null"#,
        &key.0[..],
        now,
        now - IDLE,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let due = row.last_seen_at < now - SEEN_WITHIN;
        let person = Person::try_from(Row {
            id: row.id,
            name: row.name,
            title: row.title,
            must_change_password: row.must_change_password,
            disabled_at: row.disabled_at,
            created_at: row.created_at,
            roles: row.roles,
            roles_at: row.roles_at,
            service: row.service,
        })?;
        Ok((person, due))
    })
    .transpose()
}

/// Marks a session as used now.
///
/// # Errors
/// The database's.
pub async fn seen(connection: &mut PgConnection, key: SessionKey, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "update session set last_seen_at = $2 where key = $1",
        &key.0[..],
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// The database's.
pub async fn delete(connection: &mut PgConnection, key: SessionKey) -> Result<(), Error> {
    sqlx::query!("delete from session where key = $1", &key.0[..])
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends every session of a person: their password changed, or they may no longer sign in.
///
/// # Errors
/// The database's.
pub async fn delete_of(connection: &mut PgConnection, person: PersonId) -> Result<u64, Error> {
    let done = sqlx::query!("delete from session where person_id = $1", person.0)
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

/// Ends every session of a person but this one. Answers how many.
///
/// # Errors
/// The database's.
pub async fn delete_others(
    connection: &mut PgConnection,
    person: PersonId,
    own: SessionKey,
) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from session where person_id = $1 and key <> $2",
        person.0,
        &own.0[..]
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Ends one session of a person. Answers whether they had it.
///
/// # Errors
/// The database's.
pub async fn delete_own(
    connection: &mut PgConnection,
    person: PersonId,
    key: SessionKey,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "delete from session where person_id = $1 and key = $2",
        person.0,
        &key.0[..]
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A live session, as its person sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its key.
    pub key: SessionKey,
    /// What it holds.
    pub data: Value,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was used last, to a minute.
    pub last_seen_at: DateTime<Utc>,
}

/// The live sessions of a person, the last used first, 100 at most.
///
/// # Errors
/// The database's.
pub async fn of(
    connection: &mut PgConnection,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<Seen>, Error> {
    let rows = sqlx::query!(
        "select key, data, created_at, last_seen_at from session
         where person_id = $1 and expires_at > $2 and last_seen_at > $3
         order by last_seen_at desc, created_at desc limit 100",
        person.0,
        now,
        now - IDLE,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let key = row.key.try_into();
            let key = key.map_err(|_| Error::inconsistent("session", "a key of another length"))?;
            Ok(Seen {
                key: SessionKey(key),
                data: row.data,
                created_at: row.created_at,
                last_seen_at: row.last_seen_at,
            })
        })
        .collect()
}

/// Removes the sessions that have ended by themselves. Answers how many.
///
/// # Errors
/// The database's.
pub async fn delete_ended(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from session where expires_at <= $1 or last_seen_at <= $2",
        now,
        now - IDLE
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

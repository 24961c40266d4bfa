//! Tokens of programs: what they may do, until when.

use crate::{
    Error,
    person::{self, Person, PersonId},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::person::{Scope, Service};
use sqlx::PgConnection;

/// The SHA-256 of a token's text: what the table knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenKey(pub [u8; 32]);

/// How exact `last_used_at` is.
const USED_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken<'a> {
    /// The account that it is for.
    pub service: PersonId,
    /// See [`TokenKey`].
    pub key: TokenKey,
    /// What it lets the program do.
    pub rights: &'a Service,
    /// Who makes it.
    pub by: PersonId,
    /// It works until then, a year from now at most.
    pub expires_at: DateTime<Utc>,
}

/// A token that still works, without its text, which nobody knows any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// The account's number.
    pub service: PersonId,
    /// The account's name.
    pub name: String,
    /// What it lets the program do.
    pub rights: Service,
    /// Who made it.
    pub by: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
    /// When it was used last, to a minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Stores it.
///
/// # Errors
/// The database's.
pub async fn create(
    connection: &mut PgConnection,
    new: &NewToken<'_>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let scopes: Vec<String> = new
        .rights
        .scopes
        .iter()
        .map(|scope| scope.key().to_owned())
        .collect();
    sqlx::query!(
        "insert into api_token (person_id, key, scopes, environment, made_by, made_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.service.0,
        &new.key.0[..],
        &scopes,
        new.rights.environment,
        new.by.0,
        now,
        new.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The tokens that still work, the newest first, 200 at most; only those of one account where `service` says so.
///
/// # Errors
/// The database's.
pub async fn open(
    connection: &mut PgConnection,
    service: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<Vec<Token>, Error> {
    let rows = sqlx::query!(
        r#"select api_token.id, person_id, account.name, scopes, environment, maker.name as by, made_at, expires_at,
             last_used_at
           from api_token
           join person as account on account.id = person_id
           join person as maker on maker.id = made_by
           where revoked_at is null and expires_at > $1 and ($2::bigint is null or person_id = $2)
           order by api_token.id desc limit 200"#,
        now,
        service.map(|id| id.0),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Token {
                id: row.id,
                service: PersonId(row.person_id),
                name: row.name,
                rights: rights(&row.scopes, row.environment)?,
                by: row.by,
                made_at: row.made_at,
                expires_at: row.expires_at,
                last_used_at: row.last_used_at,
            })
        })
        .collect()
}

/// The account whose token this is, with what the token lets it do; nobody where it is revoked, expired or forged, or the
/// account is disabled. Notes that it was used.
///
/// # Errors
/// The database's.
pub async fn service(
    connection: &mut PgConnection,
    key: TokenKey,
    now: DateTime<Utc>,
) -> Result<Option<(Person, Service)>, Error> {
    let row = sqlx::query!(
        "select api_token.id, person_id, scopes, environment, last_used_at
         from api_token join person on person.id = person_id
         where key = $1 and revoked_at is null and expires_at > $2 and service and disabled_at is null",
        &key.0[..],
        now
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    if row.last_used_at.is_none_or(|last| last < now - USED_WITHIN) {
        sqlx::query!(
            "update api_token set last_used_at = $2 where id = $1",
            row.id,
            now
        )
        .execute(&mut *connection)
        .await?;
    }
    let rights = rights(&row.scopes, row.environment)?;
    let person = person::by_id(connection, PersonId(row.person_id)).await?;
    Ok(person.map(|person| (person, rights)))
}

/// Takes a token back that still works; answers whose it was.
///
/// # Errors
/// The database's.
pub async fn revoke(
    connection: &mut PgConnection,
    id: i64,
    now: DateTime<Utc>,
) -> Result<Option<PersonId>, Error> {
    let service = sqlx::query_scalar!(
        "update api_token set revoked_at = $2
         where id = $1 and revoked_at is null and expires_at > $2 returning person_id",
        id,
        now
    )
    .fetch_optional(connection)
    .await?;
    Ok(service.map(PersonId))
}

/// Takes every token back; answers whose they were, with their names.
///
/// # Errors
/// The database's.
pub(crate) async fn revoke_all(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<Vec<(PersonId, String)>, Error> {
    let rows = sqlx::query!(
        r#"with revoked as (update api_token set revoked_at = $1 where revoked_at is null returning id, person_id)
           select person_id as "person_id!", name from revoked join person on person.id = person_id order by revoked.id"#,
        now
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (PersonId(row.person_id), row.name))
        .collect())
}

fn rights(scopes: &[String], environment: Option<String>) -> Result<Service, Error> {
    let scope = |key: &String| {
        Scope::of(key).ok_or_else(|| Error::inconsistent("api_token", format!("there is no scope {key:?}")))
    };
    Ok(Service {
        scopes: scopes.iter().map(scope).collect::<Result<_, _>>()?,
        environment,
    })
}

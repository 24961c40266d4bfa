//! Passkeys: what people confirm with besides their password, and what their devices are asked to sign.

use crate::{Error, person::PersonId, session::SessionKey};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256; the key is an uncompressed point of 65 bytes.
    Es256,
    /// Ed25519; the key has 32 bytes.
    Ed25519,
}

/// The public half of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// How it signs.
    pub algorithm: Algorithm,
    /// The key, see [`Algorithm`].
    pub bytes: Vec<u8>,
}

/// A passkey to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// What the device calls it.
    pub credential: Vec<u8>,
    /// Its public half.
    pub key: PublicKey,
    /// How often it signed, as it says itself.
    pub sign_count: u32,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its number.
    pub id: i64,
    /// What the device calls it.
    pub credential: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// Its public half.
    pub key: PublicKey,
    /// When it was added.
    pub made_at: DateTime<Utc>,
    /// When it confirmed something last.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// What a device is asked to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// 256 random bits.
    pub bytes: [u8; 32],
    /// The session that asked for it.
    pub session: SessionKey,
    /// Whose that is.
    pub person: PersonId,
    /// SHA-256 of what it is for.
    pub purpose: [u8; 32],
    /// It works until then.
    pub expires_at: DateTime<Utc>,
}

impl Algorithm {
    /// As COSE numbers it.
    pub fn number(self) -> i16 {
        match self {
            Algorithm::Es256 => -7,
            Algorithm::Ed25519 => -8,
        }
    }
}

impl TryFrom<i16> for Algorithm {
    type Error = Error;

    fn try_from(number: i16) -> Result<Self, Error> {
        [Algorithm::Es256, Algorithm::Ed25519]
            .into_iter()
            .find(|algorithm| algorithm.number() == number)
            .ok_or_else(|| Error::inconsistent("passkey", format!("there is no algorithm {number}")))
    }
}

/// Stores it. Answers false where the credential is somebody's already.
///
/// # Errors
/// The database's.
pub async fn create(
    connection: &mut PgConnection,
    person: PersonId,
    name: &str,
    new: &NewPasskey,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "insert into passkey (person_id, credential, name, algorithm, public_key, sign_count, made_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        person.0,
        &new.credential,
        name,
        new.key.algorithm.number(),
        &new.key.bytes,
        i64::from(new.sign_count),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The passkeys of a person, the oldest first.
///
/// # Errors
/// The database's.
pub async fn of(connection: &mut PgConnection, person: PersonId) -> Result<Vec<Passkey>, Error> {
    let rows = sqlx::query!(
        "select id, credential, name, algorithm, public_key, made_at, last_used_at
         from passkey where person_id = $1 order by id",
        person.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Passkey {
                id: row.id,
                credential: row.credential,
                name: row.name,
                key: PublicKey {
                    algorithm: row.algorithm.try_into()?,
                    bytes: row.public_key,
                },
                made_at: row.made_at,
                last_used_at: row.last_used_at,
            })
        })
        .collect()
}

/// What became of the count that a passkey gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// It is above the last one, and noted. A device that does not count always says 0.
    Noted,
    /// It is not: two devices have the same key. Nothing was noted.
    WentBack,
    /// The passkey was removed meanwhile.
    Removed,
}

/// Notes that it was used, with the count that it gave.
///
/// # Errors
/// The database's.
pub async fn used(
    connection: &mut PgConnection,
    id: i64,
    sign_count: u32,
    now: DateTime<Utc>,
) -> Result<Used, Error> {
    let done = sqlx::query!(
        "update passkey set sign_count = $2, last_used_at = $3
         where id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0))",
        id,
        i64::from(sign_count),
        now,
    )
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(Used::Noted);
    }
    let is_there = sqlx::query_scalar!(
        r#"select exists(select 1 from passkey where id = $1) as "is_there!""#,
        id
    )
    .fetch_one(connection)
    .await?;
    Ok(if is_there { Used::WentBack } else { Used::Removed })
}

/// Removes the passkeys of this person; answers their names.
///
/// # Errors
/// The database's.
pub async fn delete_all(connection: &mut PgConnection, person: PersonId) -> Result<Vec<String>, Error> {
    let names = sqlx::query_scalar!(
        "delete from passkey where person_id = $1 returning name",
        person.0
    )
    .fetch_all(connection)
    .await?;
    Ok(names)
}

/// Removes a passkey of this person; answers its name.
///
/// # Errors
/// The database's.
pub async fn delete(
    connection: &mut PgConnection,
    person: PersonId,
    id: i64,
) -> Result<Option<String>, Error> {
    let name = sqlx::query_scalar!(
        "delete from passkey where id = $2 and person_id = $1 returning name",
        person.0,
        id
    )
    .fetch_optional(connection)
    .await?;
    Ok(name)
}

/// Stores a challenge, and drops those whose time has been over for an hour, and the oldest of its session beyond `most`.
///
/// # Errors
/// The database's.
pub async fn challenge(
    connection: &mut PgConnection,
    new: &Challenge,
    most: i64,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "delete from passkey_challenge where expires_at < $1::timestamptz - interval '1 hour'",
        now
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into passkey_challenge (challenge, session_key, person_id, purpose, expires_at) values ($1, $2, $3, $4, $5)",
        &new.bytes[..],
        &new.session.0[..],
        new.person.0,
        &new.purpose[..],
        new.expires_at,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from passkey_challenge where challenge in (
           select challenge from passkey_challenge where session_key = $1
           order by expires_at desc, challenge = $2 desc offset $3)",
        &new.session.0[..],
        &new.bytes[..],
        most,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes the challenge that this session of this person asked for, so that nothing takes it again: what it is for, and until when.
///
/// # Errors
/// The database's.
pub async fn take_challenge(
    connection: &mut PgConnection,
    bytes: &[u8],
    session: SessionKey,
    person: PersonId,
) -> Result<Option<(Vec<u8>, DateTime<Utc>)>, Error> {
    let row = sqlx::query!(
        "delete from passkey_challenge where challenge = $1 and session_key = $2 and person_id = $3
         returning purpose, expires_at",
        bytes,
        &session.0[..],
        person.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.purpose, row.expires_at)))
}

//! The second factor at sign-in: who is asked for a passkey, and the codes for whoever lost theirs.

use crate::{Error, person::PersonId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// How the second factor of a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// Since when they are asked.
    pub turned_on_at: DateTime<Utc>,
    /// How many codes have not been used.
    pub codes_left: i64,
    /// When one was used last.
    pub code_used_at: Option<DateTime<Utc>>,
}

/// The SHA-256 of a recovery code: what the table knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeKey(pub [u8; 32]);

/// The second factor of a person; `None` where their password alone signs them in.
///
/// # Errors
/// The database's.
pub async fn of(connection: &mut PgConnection, person: PersonId) -> Result<Option<SecondFactor>, Error> {
    let row = sqlx::query!(
        r#"select turned_on_at, code_used_at,
             (select count(*) from recovery_code where person_id = $1) as "codes_left!"
           from second_factor where person_id = $1"#,
        person.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| SecondFactor {
        turned_on_at: row.turned_on_at,
        codes_left: row.codes_left,
        code_used_at: row.code_used_at,
    }))
}

/// Turns it on. Answers false where it is on already.
///
/// # Errors
/// The database's.
pub async fn turn_on(
    connection: &mut PgConnection,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "insert into second_factor (person_id, turned_on_at) values ($1, $2) on conflict do nothing",
        person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Turns it off, with its codes. Answers whether it was on.
///
/// # Errors
/// The database's.
pub async fn turn_off(connection: &mut PgConnection, person: PersonId) -> Result<bool, Error> {
    let done = sqlx::query!("delete from second_factor where person_id = $1", person.0)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a person whose second factor is on these codes and no others.
///
/// # Errors
/// The database's.
pub async fn set_codes(
    connection: &mut PgConnection,
    person: PersonId,
    codes: &[CodeKey],
) -> Result<(), Error> {
    sqlx::query!("delete from recovery_code where person_id = $1", person.0)
        .execute(&mut *connection)
        .await?;
    let codes: Vec<Vec<u8>> = codes.iter().map(|code| code.0.to_vec()).collect();
    sqlx::query!(
        "insert into recovery_code (person_id, hash) select $1, unnest($2::bytea[])",
        person.0,
        &codes
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a code of this person, so that nothing takes it again. Answers how many are left, `None` where it is none of theirs. In a
/// transaction that has [`crate::person::lock`]ed them, so that two who use codes count right.
///
/// # Errors
/// The database's.
pub async fn take_code(
    connection: &mut PgConnection,
    person: PersonId,
    code: CodeKey,
    now: DateTime<Utc>,
) -> Result<Option<i64>, Error> {
    let taken = sqlx::query!(
        "delete from recovery_code where person_id = $1 and hash = $2",
        person.0,
        &code.0[..]
    )
    .execute(&mut *connection)
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(None);
    }
    let left = sqlx::query_scalar!(
        r#"update second_factor set code_used_at = $2 where person_id = $1
           returning (select count(*) from recovery_code where person_id = $1) as "left!""#,
        person.0,
        now
    )
    .fetch_one(connection)
    .await?;
    Ok(Some(left))
}

/// Drops every code of everybody: a copy of the database knows them as they were. Answers how many there were.
///
/// # Errors
/// The database's.
pub async fn drop_codes(connection: &mut PgConnection) -> Result<u64, Error> {
    let done = sqlx::query!("delete from recovery_code")
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

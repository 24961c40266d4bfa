//! Failed sign-ins, counted by the name that was typed.

use crate::Error;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

/// After this long without another failure, the count starts again.
pub const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(24);

/// The failures of one name since its last success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many, at least 1.
    pub count: i32,
    /// The last one.
    pub last: DateTime<Utc>,
}

/// Lets one attempt for `name` at a time through until the transaction ends, whether or not it is remembered.
///
/// # Errors
/// The database's.
pub async fn lock(connection: &mut PgConnection, name: &str) -> Result<(), Error> {
    sqlx::query!(
        r#"select pg_advisory_xact_lock(hashtextextended('sign_in_failure ' || $1, 0))::text as "locked""#,
        name
    )
    .fetch_one(connection)
    .await?;
    Ok(())
}

/// What is remembered of `name` (at most 64 characters).
///
/// # Errors
/// The database's.
pub async fn of(
    connection: &mut PgConnection,
    name: &str,
    now: DateTime<Utc>,
) -> Result<Option<Failures>, Error> {
    let row = sqlx::query!(
        "select failures, failed_at from sign_in_failure where name = $1 and failed_at > $2",
        name,
        now - FORGOTTEN_AFTER
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Failures {
        count: row.failures,
        last: row.failed_at,
    }))
}

/// Counts one more attempt for `name` before its password is looked at, so that attempts made at once all count.
/// Forgets old names, which bounds the table by a day's attempts.
///
/// # Errors
/// The database's.
pub async fn record(connection: &mut PgConnection, name: &str, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "delete from sign_in_failure where failed_at <= $1",
        now - FORGOTTEN_AFTER
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into sign_in_failure (name, failures, failed_at) values ($1, 1, $2)
         on conflict (name) do update
         set failures = least(sign_in_failure.failures + 1, 1000), failed_at = excluded.failed_at",
        name,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the failures of `name`: it signed in.
///
/// # Errors
/// The database's.
pub async fn forget(connection: &mut PgConnection, name: &str) -> Result<(), Error> {
    sqlx::query!("delete from sign_in_failure where name = $1", name)
        .execute(connection)
        .await?;
    Ok(())
}

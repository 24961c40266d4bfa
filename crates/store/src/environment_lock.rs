//! Which run holds an environment: one at a time.

use crate::Error;
use chrono::{DateTime, Utc};
use domain::run::RunId;
use sqlx::PgConnection;

/// Who holds an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentLock {
    /// The environment's name.
    pub environment: String,
    /// The run.
    pub run: RunId,
    /// Who took it.
    pub owner: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Takes the environment for `run`, and answers who holds it afterwards: that run, or another that came first.
///
/// # Errors
/// The database's.
pub async fn take(connection: &mut PgConnection, wanted: &EnvironmentLock) -> Result<EnvironmentLock, Error> {
    // An update that changes nothing answers with the row, and locks it: whoever lets it go meanwhile is waited for,
    // and then the row is inserted after all.
    let row = sqlx::query!(
        "insert into environment_lock (environment, run_id, owner, since) values ($1, $2, $3, $4)
         on conflict (environment) do update set environment = excluded.environment
         returning environment, run_id, owner, since",
        wanted.environment,
        wanted.run.0,
        wanted.owner,
        wanted.since,
    )
    .fetch_one(connection)
    .await?;
    Ok(EnvironmentLock {
        environment: row.environment,
        run: RunId(row.run_id),
        owner: row.owner,
        since: row.since,
    })
}

/// Who holds the environment.
///
/// # Errors
/// The database's.
pub async fn holder(
    connection: &mut PgConnection,
    environment: &str,
) -> Result<Option<EnvironmentLock>, Error> {
    let row = sqlx::query!(
        "select environment, run_id, owner, since from environment_lock where environment = $1",
        environment
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| EnvironmentLock {
        environment: row.environment,
        run: RunId(row.run_id),
        owner: row.owner,
        since: row.since,
    }))
}

/// Every lock there is, by environment.
///
/// # Errors
/// The database's.
pub async fn all(connection: &mut PgConnection) -> Result<Vec<EnvironmentLock>, Error> {
    let rows =
        sqlx::query!("select environment, run_id, owner, since from environment_lock order by environment")
            .fetch_all(connection)
            .await?;
    let lock = rows.into_iter().map(|row| EnvironmentLock {
        environment: row.environment,
        run: RunId(row.run_id),
        owner: row.owner,
        since: row.since,
    });
    Ok(lock.collect())
}

/// Keeps the lock of `run` as it is, if it has one, until the transaction ends.
///
/// # Errors
/// The database's.
pub(crate) async fn hold(connection: &mut PgConnection, run: RunId) -> Result<(), Error> {
    sqlx::query_scalar!(
        "select run_id from environment_lock where run_id = $1 for update",
        run.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(())
}

/// Lets the environment go, if `run` holds it.
///
/// # Errors
/// The database's.
pub async fn release(connection: &mut PgConnection, run: RunId) -> Result<(), Error> {
    sqlx::query!("delete from environment_lock where run_id = $1", run.0)
        .execute(connection)
        .await?;
    Ok(())
}

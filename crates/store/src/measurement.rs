//! What was measured, whole, named by the SHA-256 of its canonical JSON.

use crate::{Error, canonical};
use chrono::{DateTime, Utc};
use domain::{Hash, run::RunId};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::PgConnection;

/// Stores everything that an attempt found, and answers its name. The same again changes nothing.
///
/// # Errors
/// The database's.
pub async fn insert(
    connection: &mut PgConnection,
    run: RunId,
    attempt: u32,
    measured: &impl Serialize,
    at: DateTime<Utc>,
) -> Result<Hash, Error> {
    let body = canonical::json(measured)?;
    let hash = canonical::sha256(body.as_bytes());
    sqlx::query!(
        "insert into measurement (run_id, hash, attempt, body, at) values ($1, $2, $3, $4, $5) on conflict do nothing",
        run.0,
        hash.as_str(),
        i32::try_from(attempt).unwrap_or(i32::MAX),
        body,
        at,
    )
    .execute(connection)
    .await?;
    Ok(hash)
}

/// What is stored under this name.
///
/// # Errors
/// The database's.
pub async fn by_hash<T: DeserializeOwned>(
    connection: &mut PgConnection,
    run: RunId,
    hash: &Hash,
) -> Result<Option<T>, Error> {
    let body = sqlx::query_scalar!(
        "select body from measurement where run_id = $1 and hash = $2",
        run.0,
        hash.as_str()
    )
    .fetch_optional(connection)
    .await?;
    body.map(|body| Ok(serde_json::from_str(&body)?)).transpose()
}

/// Everything that was measured in a run: its name, the number of its attempt, and its canonical JSON.
///
/// # Errors
/// The database's.
pub async fn all(connection: &mut PgConnection, run: RunId) -> Result<Vec<(Hash, i32, String)>, Error> {
    let rows = sqlx::query!(
        "select hash, attempt, body from measurement where run_id = $1 order by attempt, hash",
        run.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let hash = Hash::try_from(row.hash).map_err(|error| Error::inconsistent("measurement", error))?;
            Ok((hash, row.attempt, row.body))
        })
        .collect()
}

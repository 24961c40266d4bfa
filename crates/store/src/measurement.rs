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

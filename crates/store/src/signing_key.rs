//! The public keys that Gonogo has signed with, in order. What signs stands in no database.

use crate::Error;
use chrono::{DateTime, Utc};
use domain::Hash;
use record::dsse::Envelope;
use sqlx::PgConnection;

/// Lets nobody else add a key until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn hold(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("lock table signing_key in exclusive mode")
        .execute(connection)
        .await?;
    Ok(())
}

/// The introductions of all keys, the first one first.
///
/// # Errors
/// The database's.
pub async fn all(connection: &mut PgConnection) -> Result<Vec<Envelope>, Error> {
    let envelopes = sqlx::query_scalar!("select envelope from signing_key order by number")
        .fetch_all(connection)
        .await?;
    envelopes
        .iter()
        .map(|envelope| Ok(serde_json::from_str(envelope)?))
        .collect()
}

/// The name of the key that signs now.
///
/// # Errors
/// The database's.
pub async fn latest(connection: &mut PgConnection) -> Result<Option<Hash>, Error> {
    let id = sqlx::query_scalar!("select id from signing_key order by number desc limit 1")
        .fetch_optional(connection)
        .await?;
    id.map(|id| Hash::try_from(id).map_err(|error| Error::inconsistent("signing_key", error)))
        .transpose()
}

/// Adds the key that signs from `from` on, in the transaction that has asked [`hold`].
///
/// # Errors
/// The database's.
pub async fn insert(
    connection: &mut PgConnection,
    id: &Hash,
    introduction: &Envelope,
    from: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into signing_key (id, envelope, valid_from) values ($1, $2, $3)",
        id.as_str(),
        serde_json::to_string(introduction)?,
        from,
    )
    .execute(connection)
    .await?;
    Ok(())
}

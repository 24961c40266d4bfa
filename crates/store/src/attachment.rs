//! Files that people showed with an attestation.

use crate::{Error, canonical};
use domain::{Hash, run::RunId};
use sqlx::PgConnection;

/// A file.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its name as uploaded.
    pub name: String,
    /// Its bytes, at most 10 MiB.
    pub bytes: Vec<u8>,
}

/// Stores a file with a run and answers its SHA-256. The same bytes again change nothing.
///
/// # Errors
/// The database's.
pub async fn insert(
    connection: &mut PgConnection,
    run: RunId,
    attachment: &Attachment,
) -> Result<Hash, Error> {
    let hash = canonical::sha256(&attachment.bytes);
    sqlx::query!(
        "insert into attachment (run_id, hash, name, bytes) values ($1, $2, $3, $4) on conflict do nothing",
        run.0,
        hash.as_str(),
        attachment.name,
        attachment.bytes,
    )
    .execute(connection)
    .await?;
    Ok(hash)
}

/// The file of this SHA-256.
///
/// # Errors
/// The database's.
pub async fn by_hash(
    connection: &mut PgConnection,
    run: RunId,
    hash: &Hash,
) -> Result<Option<Attachment>, Error> {
    Ok(sqlx::query_as!(
        Attachment,
        "select name, bytes from attachment where run_id = $1 and hash = $2",
        run.0,
        hash.as_str()
    )
    .fetch_optional(connection)
    .await?)
}

/// All files of a run.
///
/// # Errors
/// The database's.
pub async fn all(connection: &mut PgConnection, run: RunId) -> Result<Vec<Attachment>, Error> {
    Ok(sqlx::query_as!(
        Attachment,
        "select name, bytes from attachment where run_id = $1 order by hash",
        run.0
    )
    .fetch_all(connection)
    .await?)
}

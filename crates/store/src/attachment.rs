//! Files that people showed with an attestation.

use crate::{Error, canonical, retention};
use chrono::{DateTime, Utc};
use domain::{Hash, retention::Kept, run::RunId};
use sqlx::PgConnection;

/// A file.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its name as uploaded.
    pub name: String,
    /// Its bytes, at most 10 MiB.
    pub bytes: Vec<u8>,
}

/// A file as it is stored with a run.
#[derive(Clone, Debug)]
pub struct Shown {
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// Its name as uploaded.
    pub name: String,
    /// Its bytes, unless retention removed them.
    pub bytes: Kept<Vec<u8>>,
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
pub async fn by_hash(connection: &mut PgConnection, run: RunId, hash: &Hash) -> Result<Option<Shown>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select hash, name, bytes, removed_at from attachment where run_id = $1 and hash = $2",
        run.0,
        hash.as_str()
    )
    .fetch_optional(connection)
    .await?;
    row.map(Shown::try_from).transpose()
}

/// All files of a run.
///
/// # Errors
/// The database's.
pub async fn all(connection: &mut PgConnection, run: RunId) -> Result<Vec<Shown>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "select hash, name, bytes, removed_at from attachment where run_id = $1 order by hash",
        run.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Shown::try_from).collect()
}

struct Row {
    hash: String,
    name: String,
    bytes: Option<Vec<u8>>,
    removed_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Shown {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Shown {
            hash: Hash::try_from(row.hash).map_err(|error| Error::inconsistent("attachment", error))?,
            name: row.name,
            bytes: retention::kept("attachment", row.bytes, row.removed_at)?,
        })
    }
}

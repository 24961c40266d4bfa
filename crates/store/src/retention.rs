//! Taking away what old runs have seen, and leaving its names.

use crate::Error;
use chrono::{DateTime, Utc};
use domain::retention::Kept;
use sqlx::PgConnection;

/// How many pieces of evidence are removed at once; a piece has about 64 KiB at most.
const EVIDENCE: i64 = 500;

/// How many attachments are removed at once.
const ATTACHMENTS: i64 = 50;

/// Removes outputs of runs that were closed at `before` or earlier, some hundred at most; answers how many. At 0 none is left. Any number
/// of processes may do so at once.
///
/// # Errors
/// The database's, which refuses `now` sooner than [`domain::retention::LEAST`] after a closing.
pub async fn remove(
    connection: &mut PgConnection,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, Error> {
    let evidence = sqlx::query!(
        "update evidence set body = null, removed_at = $2
         where removed_at is null and (run_id, hash) in (
             select run_id, hash from run join evidence old on run_id = id
             where closed_at <= $1 and removed_at is null limit $3
             for update of old skip locked)",
        before,
        now,
        EVIDENCE,
    )
    .execute(&mut *connection)
    .await?;
    let attachments = sqlx::query!(
        "update attachment set bytes = null, removed_at = $2
         where removed_at is null and (run_id, hash) in (
             select run_id, hash from run join attachment old on run_id = id
             where closed_at <= $1 and removed_at is null limit $3
             for update of old skip locked)",
        before,
        now,
        ATTACHMENTS,
    )
    .execute(&mut *connection)
    .await?;
    Ok(evidence.rows_affected() + attachments.rows_affected())
}

/// What a row of `table` has left.
pub(crate) fn kept<T>(
    table: &'static str,
    there: Option<T>,
    removed_at: Option<DateTime<Utc>>,
) -> Result<Kept<T>, Error> {
    match (there, removed_at) {
        (Some(there), None) => Ok(Kept::Whole(there)),
        (None, Some(at)) => Ok(Kept::Removed(at)),
        (Some(_), Some(_)) => Err(Error::inconsistent(table, "it was removed, and is there")),
        (None, None) => Err(Error::inconsistent(table, "it is missing, and was not removed")),
    }
}

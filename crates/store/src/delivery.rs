//! Deliveries: what became of telling a webhook. What is told, and to which, is the task's.

use crate::{Error, task::TaskId};
use chrono::{DateTime, Utc};
use domain::{notice::Kind, run::RunId, task::Work};
use sqlx::PgConnection;

/// A delivery that has not arrived, as far as anybody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    /// The environment.
    pub environment: String,
    /// The run that it tells about.
    pub run: RunId,
    /// The webhook's name.
    pub webhook: String,
    /// What it tells.
    pub kind: Kind,
    /// How often it was tried.
    pub tries: u32,
    /// What came of the last try, in words without secrets.
    pub why: String,
    /// When that was.
    pub at: DateTime<Utc>,
    /// Nobody tries any more.
    pub given_up: bool,
}

/// How many [`undelivered`] answers of each environment at most.
const SHOWN: i64 = 20;

/// It arrived, with the try that ended at `now`.
///
/// # Errors
/// The database's.
pub async fn sent(connection: &mut PgConnection, task: TaskId, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "update delivery set state = 'sent', tries = tries + 1, why = '', at = $2 where task_id = $1",
        task.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// It did not arrive, as far as we know. Answers how often it was tried by now.
///
/// # Errors
/// The database's.
pub async fn failed(
    connection: &mut PgConnection,
    task: TaskId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<u32, Error> {
    let tries = sqlx::query_scalar!(
        "update delivery set tries = tries + 1, why = $2, at = $3 where task_id = $1 returning tries",
        task.0,
        why,
        now,
    )
    .fetch_one(connection)
    .await?;
    Ok(tries.unsigned_abs())
}

/// Nobody tries any more. Without `why` what came of the last try stays.
///
/// # Errors
/// The database's.
pub async fn give_up(connection: &mut PgConnection, task: TaskId, why: Option<&str>) -> Result<(), Error> {
    sqlx::query!(
        "update delivery set state = 'given_up', why = coalesce($2, why) where task_id = $1",
        task.0,
        why
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What was tried in vain or given up, the newest first, at most twenty of each environment.
///
/// # Errors
/// The database's.
pub async fn undelivered(connection: &mut PgConnection) -> Result<Vec<Undelivered>, Error> {
    let rows = sqlx::query!(
        "select environment, run_id, work, tries, why, at, state from (
             select environment, run_id, work, tries, why, at, delivery.state, task_id,
                    row_number() over (partition by environment order by task_id desc) as place
             from delivery join task on task.id = task_id
             where delivery.state = 'given_up' or (delivery.state = 'waiting' and tries > 0)
         ) missed
         where place <= $1 order by task_id desc",
        SHOWN
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let Work::Deliver { webhook, notice, .. } = serde_json::from_value(row.work)? else {
                return Err(Error::inconsistent("delivery", "its task tells no webhook"));
            };
            Ok(Undelivered {
                environment: row.environment,
                run: RunId(row.run_id),
                webhook,
                kind: notice.kind(),
                tries: row.tries.unsigned_abs(),
                why: row.why,
                at: row.at,
                given_up: row.state == "given_up",
            })
        })
        .collect()
}

/// Deletes what has ended before `before`: sent or given up. Its task stays, so that nothing is told a second time.
///
/// # Errors
/// The database's.
pub async fn delete_old(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<u64, Error> {
    let deleted = sqlx::query!(
        "delete from delivery where state <> 'waiting' and at < $1",
        before
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}

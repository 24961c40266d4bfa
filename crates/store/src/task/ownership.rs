//! What the owner of a task says and asks: each write carries its fencing number.

use super::TaskId;
use crate::Error;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::time::Duration;

/// What a heartbeat is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// It is still ours.
    Ours,
    /// It is still ours, and somebody asked for its end.
    Stop,
    /// It is another's, or over.
    Lost,
}

/// Says that the owner under `fence` lives.
///
/// # Errors
/// The database's.
pub async fn beat(connection: &mut PgConnection, id: TaskId, fence: i64) -> Result<Beat, Error> {
    let stopping = sqlx::query_scalar!(
        "update task set beat_at = greatest(beat_at, clock_timestamp()) where id = $1 and fence = $2 and state = 'open'
         returning stopping",
        id.0,
        fence,
    )
    .fetch_optional(connection)
    .await?;
    Ok(match stopping {
        None => Beat::Lost,
        Some(false) => Beat::Ours,
        Some(true) => Beat::Stop,
    })
}

/// The owner may be silent for this long, beginning now, and nobody takes the task over; zero: no longer than any other.
///
/// # Errors
/// The database's.
pub async fn bear_with(
    connection: &mut PgConnection,
    id: TaskId,
    fence: i64,
    silence: Duration,
) -> Result<(), Error> {
    sqlx::query!(
        "update task set beat_at = clock_timestamp() + make_interval(secs => $3) where id = $1 and fence = $2 and state = 'open'",
        id.0,
        fence,
        silence.as_secs_f64(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Leaves a task, so that whoever comes takes it at `due_at`.
///
/// # Errors
/// The database's.
pub async fn leave_until(
    connection: &mut PgConnection,
    id: TaskId,
    fence: i64,
    due_at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "update task set panel_id = null, due_at = $3 where id = $1 and fence = $2 and state = 'open'",
        id.0,
        fence,
        due_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Leaves a task that broke off: whoever takes it, not before `due_at`, knows that its owner was lost in it.
///
/// # Errors
/// The database's.
pub async fn break_off(
    connection: &mut PgConnection,
    id: TaskId,
    fence: i64,
    due_at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "update task set beat_at = '-infinity', due_at = $3 where id = $1 and fence = $2 and state = 'open'",
        id.0,
        fence,
        due_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the task is still `fence`'s; until the transaction ends nobody else takes it. Every write of an owner asks first.
///
/// # Errors
/// The database's.
pub async fn is_ours(connection: &mut PgConnection, id: TaskId, fence: i64) -> Result<bool, Error> {
    let ours = sqlx::query_scalar!(
        "select id from task where id = $1 and fence = $2 and state = 'open' for no key update",
        id.0,
        fence,
    )
    .fetch_optional(connection)
    .await?;
    Ok(ours.is_some())
}

/// Gives a task back, so that another takes it at once.
///
/// # Errors
/// The database's.
pub async fn give_back(connection: &mut PgConnection, id: TaskId, fence: i64) -> Result<(), Error> {
    sqlx::query!(
        "update task set beat_at = '-infinity' where id = $1 and fence = $2 and state = 'open'",
        id.0,
        fence,
    )
    .execute(connection)
    .await?;
    Ok(())
}

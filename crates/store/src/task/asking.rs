//! Tasks that go step by step and wait for a person in between: a rollback, a phase.

use crate::Error;
use chrono::{DateTime, Utc};
use domain::run::RunId;
use sqlx::PgConnection;

/// What goes step by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// [`domain::task::Work::Rollback`].
    Rollback,
    /// [`domain::task::Work::Phase`].
    Phase,
}

impl Kind {
    /// The word in the column.
    fn key(self) -> &'static str {
        match self {
            Kind::Rollback => "rollback",
            Kind::Phase => "phase",
        }
    }
}

/// Asks for the end of the step that such a task of a run is at. Answers how many tasks there were.
///
/// # Errors
/// The database's.
pub async fn stop_all(connection: &mut PgConnection, run: RunId, kind: Kind) -> Result<u64, Error> {
    let stopped = sqlx::query!(
        "update task set stopping = true where run_id = $1 and state = 'open' and work ->> 'work' = $2",
        run.0,
        kind.key(),
    )
    .execute(connection)
    .await?;
    Ok(stopped.rows_affected())
}

/// Such a task of a run that waits for a person goes on. False where none waits.
///
/// # Errors
/// The database's; [`Error::is_duplicate`] where another phase is under way in the environment.
pub async fn go_on(
    connection: &mut PgConnection,
    run: RunId,
    kind: Kind,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let woken = sqlx::query!(
        "update task set state = 'open', due_at = $3, panel_id = null, stopping = false
         where run_id = $1 and state = 'asking' and work ->> 'work' = $2",
        run.0,
        kind.key(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(woken.rows_affected() > 0)
}

/// Such a task of a run that waits for a person is given up for another.
///
/// # Errors
/// The database's.
pub async fn give_up(
    connection: &mut PgConnection,
    run: RunId,
    kind: Kind,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "update task set state = 'ended', ended_at = $3
         where run_id = $1 and state = 'asking' and work ->> 'work' = $2",
        run.0,
        kind.key(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

//! Tasks: who does which work now. What a task has done stands in the events of its run.
//!
//! Whether an owner still lives is decided by the database's clock and its locks alone: all processes must agree about it.

mod asking;
mod key;
mod ownership;

pub use asking::{Kind, give_up, go_on, stop_all};
pub use key::key;
pub use ownership::{Beat, bear_with, beat, break_off, give_back, is_ours, leave_until};

use crate::{Error, panel::PanelId};
use chrono::{DateTime, Utc};
use domain::{
    person::Author,
    plan::{ItemId, SectionId},
    run::RunId,
    task::Work,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// Names a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub i64);

/// A task as its owner has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its number.
    pub id: TaskId,
    /// Its run.
    pub run: RunId,
    /// What is to be done.
    pub work: Work,
    /// Who wanted it.
    pub by: Author,
    /// The number of the form that started it.
    pub request_key: Uuid,
    /// Grows with each owner; 1 with the first.
    pub fence: i64,
    /// When it was to be taken.
    pub due_at: DateTime<Utc>,
    /// Somebody has asked for its end.
    pub stopping: bool,
    /// The host of the owner before, who died or was too slow; `None` with the first.
    pub lost_on: Option<String>,
}

/// A task to be.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Its run.
    pub run: RunId,
    /// The environment that it changes.
    pub environment: String,
    /// The number of the form.
    pub request_key: Uuid,
    /// What is to be done.
    pub work: Work,
    /// Who wants it.
    pub by: Author,
    /// Not before this time.
    pub due_at: DateTime<Utc>,
    /// Who does it; `None`: the first that comes.
    pub panel: Option<PanelId>,
}

/// What becomes of a task with a write of its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It goes on.
    GoOn,
    /// It goes on with its next step: what was asked of the last one is over.
    NextStep,
    /// It waits for a person.
    Ask,
    /// Whoever comes first goes on at this time.
    At(DateTime<Utc>),
    /// It is over.
    End,
}

/// Stores a task. `None` where the same form stored it before: nothing is started twice.
///
/// # Errors
/// The database's; [`Error::is_duplicate`] where another rollback, or another phase, is under way in the environment.
pub async fn begin(
    connection: &mut PgConnection,
    new: &NewTask,
    now: DateTime<Utc>,
) -> Result<Option<Task>, Error> {
    let row = sqlx::query!(
        "insert into task (run_id, environment, request_key, work, started_by, due_at, state, fence, panel_id, beat_at,
                           created_at)
         values ($1, $2, $3, $4, $5, $6, 'open', case when $7::bigint is null then 0 else 1 end, $7,
                 case when $7::bigint is null then null else clock_timestamp() end, $8)
         on conflict on constraint task_of_a_form do nothing
         returning id, fence",
        new.run.0,
        new.environment,
        new.request_key,
        serde_json::to_value(&new.work)?,
        serde_json::to_value(&new.by)?,
        new.due_at,
        new.panel.map(|panel| panel.0),
        now,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Task {
        id: TaskId(row.id),
        run: new.run,
        work: new.work.clone(),
        by: new.by.clone(),
        request_key: new.request_key,
        fence: row.fence,
        due_at: new.due_at,
        stopping: false,
        lost_on: None,
    }))
}

/// Takes the next task that is due at `now` in one of these environments and that nobody has, or whose owner is gone: its
/// connection is, and it was silent for 1.5 seconds; or it was silent for twenty. What this process has itself (`held`) is not
/// gone. Where connections have just been made again (not `settled`), a missing one says nothing. While the clock is not `believed`,
/// what goes by it waits.
///
/// # Errors
/// The database's.
pub async fn claim(
    connection: &mut PgConnection,
    panel: PanelId,
    environments: &[String],
    held: &[TaskId],
    settled: bool,
    believed: bool,
    now: DateTime<Utc>,
) -> Result<Option<Task>, Error> {
    let held: Vec<i64> = held.iter().map(|task| task.0).collect();
    let row = sqlx::query!(
        r#"update task set panel_id = $1, fence = fence + 1, beat_at = clock_timestamp()
           from (
               select open.id, host from task open left join panel on panel.id = panel_id
               where open.state = 'open' and due_at <= $3 and environment = any($2)
                 and open.id <> all($4) and ($6 or work ->> 'work' not in ('window', 'hourly', 'hold_off'))
                 and (panel_id is null
                      or ($5 and beat_at < clock_timestamp() - interval '20 seconds')
                      or ($5 and beat_at < clock_timestamp() - interval '1.5 seconds'
                          and not exists (
                              select 1 from pg_locks
                              where locktype = 'advisory' and classid = panel_lock()::oid and objid = panel_id::oid and granted
                                and database = (select oid from pg_database where datname = current_database()))))
               order by due_at, open.id limit 1 for update of open skip locked
           ) taken
           where task.id = taken.id
           returning task.id, run_id, work, started_by, request_key, fence, task.due_at, stopping, taken.host as "host?""#,
        panel.0,
        environments,
        now,
        &held,
        settled,
        believed,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Task {
            id: TaskId(row.id),
            run: RunId(row.run_id),
            work: serde_json::from_value(row.work)?,
            by: serde_json::from_value(row.started_by)?,
            request_key: row.request_key,
            fence: row.fence,
            due_at: row.due_at,
            stopping: row.stopping,
            lost_on: row.host.filter(|_| row.fence > 1),
        })
    })
    .transpose()
}

/// Whether a task was stored. Where what stores it is still under way, by a connection that broke, its outcome is waited for: it
/// has the row of the task's run until then.
///
/// # Errors
/// The database's.
pub async fn is_there(connection: &mut PgConnection, id: TaskId, run: RunId) -> Result<bool, Error> {
    sqlx::query!("select id from run where id = $1 for no key update", run.0)
        .fetch_optional(&mut *connection)
        .await?;
    let there = sqlx::query_scalar!("select id from task where id = $1", id.0)
        .fetch_optional(connection)
        .await?;
    Ok(there.is_some())
}

/// What becomes of a task, in the transaction that asked [`is_ours`].
///
/// # Errors
/// The database's.
pub async fn settle(
    connection: &mut PgConnection,
    id: TaskId,
    next: Next,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let state = match next {
        Next::GoOn => return Ok(()),
        Next::NextStep => {
            sqlx::query!(
                "update task set stopping = false where id = $1 and stopping",
                id.0
            )
            .execute(connection)
            .await?;
            return Ok(());
        }
        Next::At(due_at) => {
            sqlx::query!(
                "update task set due_at = $2, panel_id = null, stopping = false where id = $1",
                id.0,
                due_at,
            )
            .execute(connection)
            .await?;
            return Ok(());
        }
        Next::Ask => "asking",
        Next::End => "ended",
    };
    sqlx::query!(
        "update task set state = $2, stopping = false, panel_id = null, ended_at = case when $2 = 'ended' then $3::timestamptz end
         where id = $1",
        id.0,
        state,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Asks for the end of the work of a line of `section`, also where the section goes by itself and is at that line.
///
/// # Errors
/// The database's.
pub async fn stop(
    connection: &mut PgConnection,
    run: RunId,
    section: &SectionId,
    item: &ItemId,
) -> Result<(), Error> {
    sqlx::query!(
        "update task set stopping = true where run_id = $1 and state = 'open'
           and (work ->> 'item' = $3 or (work ->> 'work' = 'phase' and work ->> 'section' = $2))",
        run.0,
        section.0,
        item.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Asks for the end of a measurement.
///
/// # Errors
/// The database's.
pub async fn stop_measurement(connection: &mut PgConnection, run: RunId, attempt: u32) -> Result<(), Error> {
    sqlx::query!(
        "update task set stopping = true
         where run_id = $1 and state = 'open' and work ->> 'work' = 'measure' and (work ->> 'attempt')::bigint = $2",
        run.0,
        i64::from(attempt),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Asks for the end of everything that is under way in an environment, one task apart. Telling people and waiting change nothing
/// there, and go on.
///
/// # Errors
/// The database's.
pub async fn stop_others(connection: &mut PgConnection, environment: &str, but: TaskId) -> Result<(), Error> {
    sqlx::query!(
        "update task set stopping = true where environment = $1 and state = 'open' and id <> $2
           and work ->> 'work' not in ('notify', 'deliver', 'hold_off')",
        environment,
        but.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether anything that may change an environment is under way there, apart from a phase that `run` goes through.
///
/// # Errors
/// The database's.
pub async fn is_in_use(connection: &mut PgConnection, environment: &str, run: RunId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from task where environment = $1 and state = 'open'
                            and work ->> 'work' not in ('fingerprint', 'window', 'hourly', 'hold_off', 'notify', 'deliver')
                            and not (run_id = $2 and work ->> 'work' = 'phase')) as "used!""#,
        environment,
        run.0,
    )
    .fetch_one(connection)
    .await?)
}

/// How many tasks are under way in an environment that change something there, one apart. Sampling only
/// reads, and telling people and waiting change nothing.
///
/// # Errors
/// The database's.
pub async fn others_open(
    connection: &mut PgConnection,
    environment: &str,
    but: TaskId,
) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from task where environment = $1 and state = 'open' and id <> $2
             and work ->> 'work' not in ('window', 'hourly', 'hold_off', 'notify', 'deliver')"#,
        environment,
        but.0,
    )
    .fetch_one(connection)
    .await?)
}

/// What was planned by a clock that was ahead of `now` is planned again: whoever has something to sample, or waits to start,
/// looks now, and what would wait for longer than any back-off (an hour) is due.
///
/// # Errors
/// The database's.
pub async fn wake(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "update task set state = 'open', due_at = $1, ended_at = null, panel_id = null
         where id in (
             select id from task
             where (work ->> 'work' in ('window', 'hourly', 'hold_off')
                    and ((state = 'open' and due_at > $1 and panel_id is null) or (state = 'ended' and ended_at > $1)))
                or (state = 'open' and due_at > $1 + interval '1 hour' and panel_id is null)
             for update skip locked
         )",
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The lines whose work is under way, or waits to be taken over.
///
/// # Errors
/// The database's.
pub async fn open_items(connection: &mut PgConnection, run: RunId) -> Result<Vec<ItemId>, Error> {
    let items = sqlx::query_scalar!(
        r#"select work ->> 'item' as "item!" from task where run_id = $1 and state = 'open' and work ? 'item'"#,
        run.0,
    )
    .fetch_all(connection)
    .await?;
    Ok(items.into_iter().map(ItemId).collect())
}

//! The event log: append-only, numbered without gaps, chained by hashes.

use crate::Error;
use chrono::{DateTime, Utc};
use domain::{
    Hash,
    event::Event,
    run::{Run, RunId},
};
use record::chain::Linked;
use sqlx::PgConnection;

/// The channel on which Postgres tells that a run has new events; the payload is the run's number.
pub const CHANNEL: &str = "gonogo_run";

pub(crate) async fn insert(connection: &mut PgConnection, run: RunId, linked: &Linked) -> Result<(), Error> {
    sqlx::query!(
        "insert into event (run_id, number, body, previous, hash) values ($1, $2, $3, $4, $5)",
        run.0,
        linked.event.number as i64,
        linked.body,
        linked.previous.as_str(),
        linked.hash.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) async fn notify(connection: &mut PgConnection, run: RunId) -> Result<(), Error> {
    sqlx::query!("select pg_notify($1, $2)", CHANNEL, run.0.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// When the event of this number was written.
pub(crate) async fn time_of(
    connection: &mut PgConnection,
    run: RunId,
    number: u64,
) -> Result<Option<DateTime<Utc>>, Error> {
    let at = sqlx::query_scalar!(
        r#"select (body::jsonb ->> 'at')::timestamptz as "at!" from event where run_id = $1 and number = $2"#,
        run.0,
        number as i64,
    )
    .fetch_optional(connection)
    .await?;
    Ok(at)
}

/// How many events [`after`] answers at most.
pub const PAGE: usize = 1000;

/// The events of a run after `number`, in order, at most [`PAGE`]: ask again from the last one's.
///
/// # Errors
/// The database's.
pub async fn after(connection: &mut PgConnection, run: RunId, number: u64) -> Result<Vec<Event>, Error> {
    let bodies = sqlx::query_scalar!(
        "select body from event where run_id = $1 and number > $2 order by number limit 1000",
        run.0,
        i64::try_from(number).unwrap_or(i64::MAX)
    )
    .fetch_all(connection)
    .await?;
    bodies
        .iter()
        .map(|body| Ok(serde_json::from_str(body)?))
        .collect()
}

/// The run as it was after the event of this number: its events up to there, folded. `None` where it has none.
///
/// # Errors
/// The database's.
pub async fn run_at(connection: &mut PgConnection, id: RunId, number: u64) -> Result<Option<Run>, Error> {
    let mut run: Option<Run> = None;
    loop {
        let from = run.as_ref().map_or(0, |run| run.number);
        let events = after(&mut *connection, id, from).await?;
        if events.is_empty() {
            return Ok(run);
        }
        for event in events.iter().take_while(|event| event.number <= number) {
            match &mut run {
                Some(run) => run.apply(event),
                None => run = Run::begin(id, event),
            }
        }
        if run
            .as_ref()
            .is_none_or(|run| run.number >= number || run.number == from)
        {
            return Ok(run);
        }
    }
}

/// The whole chain of a run, in order, as it is stored.
///
/// # Errors
/// The database's.
pub async fn chain(connection: &mut PgConnection, run: RunId) -> Result<Vec<Linked>, Error> {
    up_to(connection, run, i64::MAX).await
}

/// The chain of a run up to the event `last`.
pub(crate) async fn up_to(
    connection: &mut PgConnection,
    run: RunId,
    last: i64,
) -> Result<Vec<Linked>, Error> {
    let rows = sqlx::query!(
        "select body, previous, hash from event where run_id = $1 and number <= $2 order by number",
        run.0,
        last,
    )
    .fetch_all(connection)
    .await?;
    let hash = |text: String| Hash::try_from(text).map_err(|error| Error::inconsistent("event", error));
    rows.into_iter()
        .map(|row| {
            let event = serde_json::from_str(&row.body)?;
            Ok(Linked {
                event,
                body: row.body,
                previous: hash(row.previous)?,
                hash: hash(row.hash)?,
            })
        })
        .collect()
}

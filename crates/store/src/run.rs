//! Runs: the fold of each, beside its events.

mod after_t0;

use crate::{Error, environment_lock, event, head, history, notice, stability, task};
use chrono::{DateTime, Utc};
use domain::{
    consequence::consequence,
    event::{Event, Happening, Start},
    notice::{Notice, of_event, of_people},
    outline::Outline,
    person::Author,
    plan::{Plan, SectionId},
    rollback::Rollback,
    run::{Run, RunId, RunState},
    summary::Summary,
};
use record::{chain, head::is_due};
use sqlx::PgConnection;
use std::collections::VecDeque;
use uuid::Uuid;

/// A run with the plan that it pins.
#[derive(Clone, Debug)]
pub struct Pinned {
    /// The fold of its events.
    pub run: Run,
    /// The published plan.
    pub plan: Plan,
    /// The number of its revision.
    pub revision: i64,
    /// What the digests of its fingerprints are keyed with.
    pub seal: [u8; 32],
}

/// Starts a run: its row and its first event. The same `request_key` again answers the first one's number.
///
/// # Errors
/// The database's.
pub async fn start(
    connection: &mut PgConnection,
    request_key: Uuid,
    revision: i64,
    outline: &Outline,
    start: Start,
    by: &Author,
    now: DateTime<Utc>,
) -> Result<RunId, Error> {
    if let Some(id) = started_by_request(connection, request_key).await? {
        return Ok(id);
    }
    let id = RunId(
        sqlx::query_scalar!(r#"select nextval(pg_get_serial_sequence('run', 'id')) as "id!""#)
            .fetch_one(&mut *connection)
            .await?,
    );
    let (first, run) = chain::first(id, start, by, now)?;
    let inserted = sqlx::query!(
        "insert into run (id, request_key, revision_id, environment, release, title, state, fold, summary, event_count,
                          head, started_by, started_at, class)
         overriding system value values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12, $13)
         on conflict (request_key) do nothing",
        id.0,
        request_key,
        revision,
        run.start.environment,
        run.start.release,
        run.start.title,
        run.state.word(),
        serde_json::to_value(&run)?,
        serde_json::to_value(Summary::of(outline, &run, now))?,
        first.hash.as_str(),
        by.name(),
        run.started_at,
        run.start.class.word(),
    )
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() == 0 {
        // The same form, sent again at the same time, was faster.
        let first = started_by_request(connection, request_key).await?;
        return first.ok_or_else(|| Error::inconsistent("run", "the one with this request key went away"));
    }
    event::insert(&mut *connection, id, &first).await?;
    history::note_person(&mut *connection, &run, by.name()).await?;
    history::note_words(connection, None, &run).await?;
    Ok(id)
}

async fn started_by_request(
    connection: &mut PgConnection,
    request_key: Uuid,
) -> Result<Option<RunId>, Error> {
    let id = sqlx::query_scalar!("select id from run where request_key = $1", request_key)
        .fetch_optional(connection)
        .await?;
    Ok(id.map(RunId))
}

/// The run of this number with its plan.
///
/// # Errors
/// The database's.
pub async fn by_id(connection: &mut PgConnection, id: RunId) -> Result<Option<Pinned>, Error> {
    let row = sqlx::query!(
        "select fold, plan, revision_id, seal from run join revision on revision.id = revision_id where run.id = $1",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Pinned {
            run: serde_json::from_value(row.fold)?,
            plan: serde_json::from_value(row.plan)?,
            revision: row.revision_id,
            seal: row
                .seal
                .try_into()
                .map_err(|_| Error::inconsistent("run", "its seal has not 32 bytes"))?,
        })
    })
    .transpose()
}

/// How many bytes of events and of what was seen a run has, and of files that people showed.
///
/// # Errors
/// The database's.
pub async fn size(connection: &mut PgConnection, id: RunId) -> Result<(u64, u64), Error> {
    let row = sqlx::query!(
        r#"select (coalesce((select sum(octet_length(body)) from event where run_id = $1), 0)
                 + coalesce((select sum(octet_length(body)) from evidence where run_id = $1), 0)
                 + coalesce((select sum(octet_length(body)) from measurement where run_id = $1), 0))::bigint as "text!",
                  coalesce((select sum(octet_length(bytes)) from attachment where run_id = $1), 0)::bigint as "shown!""#,
        id.0
    )
    .fetch_one(connection)
    .await?;
    Ok((row.text.unsigned_abs(), row.shown.unsigned_abs()))
}

/// Appends what `decide` answers to the log of run `id`, under the run's row lock, and answers the run after it
/// with the events, those that follow by themselves included. `decide` sees the run as it stands then; an empty
/// answer changes nothing.
///
/// # Errors
/// [`Error::Missing`] where there is no such run; what `decide` refuses; the database's.
pub async fn append<E: From<Error>>(
    connection: &mut PgConnection,
    outline: &Outline,
    id: RunId,
    by: &Author,
    now: DateTime<Utc>,
    decide: impl FnOnce(&Run) -> Result<Vec<Happening>, E>,
) -> Result<(Run, Vec<Event>), E> {
    // The lock of the environment always comes before the run's own row: a run that begins or takes over has the first
    // and wants the second, and an event that lets the environment go would come from the other side.
    environment_lock::hold(&mut *connection, id).await?;
    // No key update: rows that refer to the run (evidence, attachments) may be written before in the same transaction.
    let row = sqlx::query!("select fold, head from run where id = $1 for no key update", id.0)
        .fetch_optional(&mut *connection)
        .await
        .map_err(Error::from)?
        .ok_or(Error::Missing {
            what: "run",
            id: id.0,
        })?;
    let mut run: Run = serde_json::from_value(row.fold).map_err(Error::from)?;
    let before = run.clone();
    let mut last = row
        .head
        .try_into()
        .map_err(|error| Error::inconsistent("run", error))?;
    let mut events = Vec::new();
    let mut queue: VecDeque<_> = decide(&run)?.into_iter().map(|what| (what, by.clone())).collect();
    while let Some((what, by)) = queue.pop_front() {
        let linked = chain::next(&run, what, &by, now, &last).map_err(Error::from)?;
        if let Happening::T0Set { t0, .. } = linked.event.what {
            for new in after_t0::tasks(outline, &run, &linked, t0, now) {
                task::begin(&mut *connection, &new, now).await?;
            }
        }
        let rollback = run.rollback.clone();
        run.apply(&linked.event);
        if let Some(told) = of_event(rollback.as_ref(), &linked.event, &run) {
            notice::queue(&mut *connection, &run, told, now).await?;
        }
        if let Happening::Signed { .. } = linked.event.what {
            history::note_person(&mut *connection, &run, linked.event.by.name()).await?;
        }
        stability::note(&mut *connection, outline, &run, &linked.event).await?;
        event::insert(connection, id, &linked).await?;
        if is_due(&linked.event) {
            head::ask(&mut *connection, id, linked.event.number).await?;
        }
        last = linked.hash;
        events.push(linked.event);
        if queue.is_empty() {
            queue.extend(consequence(outline, &run, now).map(|what| (what, Author::Gonogo)));
        }
    }
    if !events.is_empty() {
        write(connection, &run, &Summary::of(outline, &run, now), last.as_str()).await?;
        history::note_words(&mut *connection, Some(&before), &run).await?;
        tell_people(&mut *connection, outline, (&before, &run), now).await?;
        event::notify(connection, id).await?;
    }
    Ok((run, events))
}

/// Tells people that only they are waited for, where that was not so when the run last changed.
async fn tell_people(
    connection: &mut PgConnection,
    outline: &Outline,
    (before, run): (&Run, &Run),
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(told) = of_people(outline, run, now) else {
        return Ok(());
    };
    // A window may have come due since, with no event of its own.
    let last = event::time_of(&mut *connection, run.id, before.number).await?;
    let was = of_people(outline, before, last.unwrap_or(now));
    // Where the document has an order, one who signs makes it another's turn.
    let anew = match (&was, &told) {
        (Some(Notice::ReadyToSign { slots: before }), Notice::ReadyToSign { slots }) => {
            slots.iter().any(|slot| !before.contains(slot))
        }
        (was, told) => was.as_ref().map(Notice::kind) != Some(told.kind()),
    };
    if anew {
        notice::queue(connection, run, told, now).await?;
    }
    Ok(())
}

async fn write(connection: &mut PgConnection, run: &Run, summary: &Summary, head: &str) -> Result<(), Error> {
    let closed_at = match &run.state {
        RunState::Closed { at, .. } => Some(*at),
        RunState::Preparing
        | RunState::Executing { .. }
        | RunState::Verifying { .. }
        | RunState::RollingBack { .. } => None,
    };
    sqlx::query!(
        "update run set fold = $2, state = $3, event_count = $4, head = $5, closed_at = $6, summary = $7 where id = $1",
        run.id.0,
        serde_json::to_value(run)?,
        run.state.word(),
        run.number as i64,
        head,
        closed_at,
        serde_json::to_value(summary)?,
    )
    .execute(&mut *connection)
    .await?;
    if !matches!(
        run.state,
        RunState::Executing { .. } | RunState::RollingBack { .. }
    ) {
        environment_lock::release(connection, run.id).await?;
    }
    Ok(())
}

/// The numbers of the runs in `environment` that verify: from T0 to their last window.
///
/// # Errors
/// The database's.
pub async fn verifying(connection: &mut PgConnection, environment: &str) -> Result<Vec<RunId>, Error> {
    let ids = sqlx::query_scalar!(
        "select id from run where environment = $1 and state = 'verifying' and closed_at is null order by id",
        environment
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(RunId).collect())
}

/// The number of another run that changed `environment` since this time, or does so now; the first of several.
///
/// # Errors
/// The database's.
pub async fn begun_since(
    connection: &mut PgConnection,
    environment: &str,
    but: RunId,
    since: DateTime<Utc>,
) -> Result<Option<RunId>, Error> {
    let id = sqlx::query_scalar!(
        "select id from run
         where environment = $1 and id <> $2
           and (state in ('executing', 'rolling back') or (fold #>> '{fingerprints,before,at}')::timestamptz > $3)
         order by id limit 1",
        environment,
        but.0,
        since,
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(RunId))
}

/// The latest rollback of this tier in `environment` that came to its end.
///
/// # Errors
/// The database's.
pub async fn last_rollback(
    connection: &mut PgConnection,
    environment: &str,
    tier: &SectionId,
) -> Result<Option<Rollback>, Error> {
    let found = sqlx::query_scalar!(
        r#"select fold -> 'rollback' as "rollback!" from run
           where environment = $1 and fold -> 'rollback' ->> 'tier' = $2
             and fold -> 'rollback' -> 'state' ->> 'state' = 'done'
           order by id desc limit 1"#,
        environment,
        tier.0,
    )
    .fetch_optional(connection)
    .await?;
    found
        .map(|rollback| Ok(serde_json::from_value(rollback)?))
        .transpose()
}

/// The numbers of the runs that are not closed.
///
/// # Errors
/// The database's.
pub async fn open(connection: &mut PgConnection) -> Result<Vec<RunId>, Error> {
    let ids = sqlx::query_scalar!("select id from run where closed_at is null order by id")
        .fetch_all(connection)
        .await?;
    Ok(ids.into_iter().map(RunId).collect())
}

//! How changes go: which deployments failed, how long it took until things were well again, how long phases took, and what was let off.

use crate::Error;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    event::{Event, Happening},
    outline::Outline,
    plan::ItemId,
    run::{Run, RunId, RunState},
    schedule::Schedule,
    sign_off::Meaning,
};
use sqlx::PgConnection;

/// The runs of a time and a place: those that began from `from` on and before `to`.
#[derive(Clone, Debug)]
pub struct Range {
    /// From when on.
    pub from: DateTime<Utc>,
    /// Before when.
    pub to: DateTime<Utc>,
    /// Only this environment.
    pub environment: Option<String>,
}

/// The deployments of a month in an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployments {
    /// The first day of the month (UTC) and the environment; `None`: all of them together.
    pub of: Option<(NaiveDate, String)>,
    /// Those that began.
    pub begun: i64,
    /// Of these, those that ended.
    pub ended: i64,
    /// Of these, those that ended as no-go or rolled back.
    pub failed: i64,
    /// Of these, those after which things were well again.
    pub restored: i64,
    /// The median of the time until then, in seconds; `None`: none was restored.
    pub restore_seconds: Option<f64>,
}

/// What a phase was planned for and took, over the closed runs.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseTimes {
    /// Its heading.
    pub title: String,
    /// In how many runs something happened in it.
    pub runs: i64,
    /// The median of the planned minutes; `None`: nobody planned any.
    pub planned_minutes: Option<f64>,
    /// The median of what it took, in seconds.
    pub median_seconds: f64,
    /// The longest.
    pub longest_seconds: i64,
}

/// Something that was let off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// In this run.
    pub run: RunId,
    /// Of this environment.
    pub environment: String,
    /// The line's name.
    pub item: ItemId,
    /// Its words; of an earlier Gonogo's, its name.
    pub line: String,
    /// Who let it off.
    pub person: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// When it was taken back.
    pub taken_back_at: Option<DateTime<Utc>>,
}

/// How many waivers are answered at most.
pub const WAIVERS: i64 = 200;

/// The deployments by month and environment, the latest month first, and all together at the end.
///
/// A run that was rolled back is restored when its rollback is over; after a no-go it is the next run in its environment that ends
/// with a go. What went wrong began with the first failed sample of a window, the first no-go or the rollback, whichever was first.
///
/// # Errors
/// The database's.
pub async fn deployments(connection: &mut PgConnection, range: &Range) -> Result<Vec<Deployments>, Error> {
    let rows = sqlx::query!(
        r#"with run_in_range as (
               select date_trunc('month', begun_at at time zone 'UTC')::date as month, environment, closed_at is not null as ended,
                      state in ('NO-GO', 'rolled back') as failed, coalesce(troubled_at, closed_at) as troubled_at,
                      case state
                          when 'rolled back' then closed_at
                          when 'NO-GO' then (
                              select later.closed_at from run later
                              where later.environment = run.environment and later.started_at > run.started_at
                                and later.state in ('GO', 'GO with conditions')
                              order by later.started_at limit 1
                          )
                      end as restored_at
               from run where begun_at >= $1 and begun_at < $2 and ($3::text is null or environment = $3)
           )
           select month, environment as "environment?", count(*) as "begun!", count(*) filter (where ended) as "ended!",
                  count(*) filter (where failed) as "failed!", count(restored_at) filter (where failed) as "restored!",
                  percentile_cont(0.5) within group (order by extract(epoch from restored_at - troubled_at)::float8)
                      filter (where failed and restored_at is not null) as restore_seconds
           from run_in_range group by grouping sets ((month, environment), ())
           order by month desc nulls last, environment"#,
        range.from,
        range.to,
        range.environment,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Deployments {
            of: row.month.zip(row.environment),
            begun: row.begun,
            ended: row.ended,
            failed: row.failed,
            restored: row.restored,
            restore_seconds: row.restore_seconds,
        })
        .collect())
}

/// What phases took, by their headings.
///
/// # Errors
/// The database's.
pub async fn phases(connection: &mut PgConnection, range: &Range) -> Result<Vec<PhaseTimes>, Error> {
    let rows = sqlx::query!(
        r#"select run_phase.title, count(*) as "runs!",
                  percentile_cont(0.5) within group (order by planned_minutes::float8) as planned_minutes,
                  percentile_cont(0.5) within group (order by seconds::float8) as "median_seconds!",
                  max(seconds) as "longest_seconds!"
           from run join run_phase on run_id = run.id
           where begun_at >= $1 and begun_at < $2 and ($3::text is null or environment = $3)
           group by run_phase.title order by count(*) desc, run_phase.title limit 50"#,
        range.from,
        range.to,
        range.environment,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PhaseTimes {
            title: row.title,
            runs: row.runs,
            planned_minutes: row.planned_minutes,
            median_seconds: row.median_seconds,
            longest_seconds: row.longest_seconds,
        })
        .collect())
}

/// What was let off in this time, the latest first, at most [`WAIVERS`] + 1.
///
/// # Errors
/// The database's.
pub async fn waivers(connection: &mut PgConnection, range: &Range) -> Result<Vec<Waiver>, Error> {
    let rows = sqlx::query!(
        "select run_id, environment, item, line, person, reason, at, until, taken_back_at
         from waiver join run on run.id = run_id
         where at >= $1 and at < $2 and ($3::text is null or environment = $3)
         order by at desc, run_id desc, number desc limit $4",
        range.from,
        range.to,
        range.environment,
        WAIVERS + 1,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Waiver {
            run: RunId(row.run_id),
            environment: row.environment,
            item: ItemId(row.item),
            line: row.line,
            person: row.person,
            reason: row.reason,
            at: row.at,
            until: row.until,
            taken_back_at: row.taken_back_at,
        })
        .collect())
}

/// Notes what an event says about how the change goes. `run` is as it stands after it.
pub(crate) async fn note(
    connection: &mut PgConnection,
    outline: &Outline,
    run: &Run,
    event: &Event,
) -> Result<(), Error> {
    let (id, at) = (run.id.0, event.at);
    if let Happening::Executing = event.what {
        sqlx::query!(
            "update run set begun_at = $2 where id = $1 and begun_at is null",
            id,
            at
        )
        .execute(&mut *connection)
        .await?;
    }
    let trouble = matches!(
        event.what,
        Happening::SampleFailed { .. }
            | Happening::RollbackStarted { rehearsal: false, .. }
            | Happening::Signed {
                meaning: Meaning::NoGo,
                ..
            }
    );
    if trouble {
        sqlx::query!(
            "update run set troubled_at = $2 where id = $1 and troubled_at is null",
            id,
            at
        )
        .execute(&mut *connection)
        .await?;
    }
    if let Happening::Waived { item, reason, until } = &event.what {
        let line = outline.lines().find(|(_, line)| line.id == *item);
        sqlx::query!(
            "insert into waiver (run_id, number, item, line, person, reason, at, until) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            id,
            event.number as i64,
            item.0,
            line.map_or(item.0.as_str(), |(_, line)| line.text.as_str()),
            event.by.name(),
            reason,
            at,
            until,
        )
        .execute(&mut *connection)
        .await?;
    }
    if let Happening::Reopened { item, .. } = &event.what {
        sqlx::query!(
            "update waiver set taken_back_at = $3 where run_id = $1 and item = $2 and taken_back_at is null",
            id,
            item.0,
            at,
        )
        .execute(&mut *connection)
        .await?;
    }
    if let Happening::Closed { .. } = event.what {
        note_phases(connection, outline, run).await?;
    }
    Ok(())
}

/// Notes how long the phases of a run took.
pub(crate) async fn note_phases(
    connection: &mut PgConnection,
    outline: &Outline,
    run: &Run,
) -> Result<(), Error> {
    let RunState::Closed { at, .. } = &run.state else {
        return Ok(());
    };
    let schedule = Schedule::of(outline, run, *at);
    for section in &outline.sections {
        let Some(seconds) = schedule.seconds(&section.id) else {
            continue;
        };
        sqlx::query!(
            "insert into run_phase (run_id, section, title, planned_minutes, seconds) values ($1, $2, $3, $4, $5)
             on conflict (run_id, section) do update set seconds = excluded.seconds",
            run.id.0,
            section.id.0,
            section.title,
            section.planned_minutes().and_then(|minutes| i32::try_from(minutes).ok()),
            seconds,
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

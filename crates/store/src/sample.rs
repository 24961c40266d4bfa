//! Samples of verification windows: one of each line in each slot, whoever takes it.

use crate::Error;
use chrono::{DateTime, Utc};
use domain::{Hash, hourly, plan::ItemId, run::RunId, verdict::Verdict, window::Sample};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Stores a sample. Where the slot has one already, nothing changes.
///
/// # Errors
/// The database's.
pub async fn insert(
    connection: &mut PgConnection,
    run: RunId,
    item: &ItemId,
    sample: &Sample,
    evidence: Option<&Hash>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into sample (run_id, slot, item, taken_at, verdict, value, said, evidence)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        run.0,
        sample.slot,
        item.0,
        sample.taken_at,
        sample.verdict.word(),
        sample.value,
        sample.said,
        evidence.map(Hash::as_str),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Strikes the samples of slots that have not come at `now`: the clock was ahead. A failure stays one. Answers how many they were.
///
/// # Errors
/// The database's.
pub async fn strike(connection: &mut PgConnection, run: RunId, now: DateTime<Utc>) -> Result<u64, Error> {
    let struck = sqlx::query!(
        "update sample set struck = true where run_id = $1 and slot > $2 and not struck and verdict <> 'fail'",
        run.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(struck.rows_affected())
}

/// The latest slot of each of these lines that is not after `now`, and what was seen in it.
///
/// # Errors
/// The database's.
pub async fn latest(
    connection: &mut PgConnection,
    run: RunId,
    items: &[ItemId],
    now: DateTime<Utc>,
) -> Result<BTreeMap<ItemId, (DateTime<Utc>, Verdict)>, Error> {
    let items: Vec<String> = items.iter().map(|item| item.0.clone()).collect();
    let rows = sqlx::query!(
        r#"select wanted.item as "item!", slot, verdict
           from unnest($2::text[]) as wanted (item)
           cross join lateral (
               select slot, verdict from sample
               where run_id = $1 and sample.item = wanted.item and slot <= $3 order by slot desc limit 1
           ) latest"#,
        run.0,
        &items,
        now,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok((ItemId(row.item), (row.slot, verdict(&row.verdict)?))))
        .collect()
}

/// The samples of these lines after `after` up to `until`, in order; those that were struck are left out.
///
/// # Errors
/// The database's.
pub async fn series(
    connection: &mut PgConnection,
    run: RunId,
    items: &[ItemId],
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<BTreeMap<ItemId, Vec<Sample>>, Error> {
    let wanted: Vec<String> = items.iter().map(|item| item.0.clone()).collect();
    let rows = sqlx::query!(
        "select item, slot, taken_at, verdict, value, said from sample
         where run_id = $1 and slot > $2 and slot <= $3 and item = any($4) and not struck order by slot",
        run.0,
        after,
        until,
        &wanted,
    )
    .fetch_all(connection)
    .await?;
    let mut series: BTreeMap<ItemId, Vec<Sample>> =
        items.iter().map(|item| (item.clone(), Vec::new())).collect();
    for row in rows {
        series.entry(ItemId(row.item)).or_default().push(Sample {
            slot: row.slot,
            taken_at: row.taken_at,
            verdict: verdict(&row.verdict)?,
            value: row.value,
            said: row.said,
        });
    }
    Ok(series)
}

/// Deletes the samples of windows whose last slot was before `before`, of runs whose windows nobody looks into any more: closed,
/// superseded, or all of them judged. What they said stands in the evidence of the run. Those of hourly checks stay: they are
/// counted for as long as the run is shown, and are one an hour for the days of a next step.
///
/// # Errors
/// The database's.
pub async fn delete_old(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<u64, Error> {
    let deleted = sqlx::query!(
        "delete from sample where not starts_with(item, $2) and run_id in (
             select run.id from run
             where started_at < $1
               and exists (select 1 from sample where run_id = run.id and not starts_with(item, $2))
               and not exists (select 1 from sample where run_id = run.id and slot >= $1 and not starts_with(item, $2))
               and not exists (
                   select 1 from task where task.run_id = run.id and task.state <> 'ended' and work ->> 'work' = 'window'))",
        before,
        hourly::KEPT_UNDER,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}

fn verdict(word: &str) -> Result<Verdict, Error> {
    let all = [
        Verdict::Pass,
        Verdict::Warning,
        Verdict::NoData,
        Verdict::Error,
        Verdict::Fail,
    ];
    all.into_iter()
        .find(|verdict| verdict.word() == word)
        .ok_or_else(|| Error::inconsistent("sample", format!("{word:?} is no verdict")))
}

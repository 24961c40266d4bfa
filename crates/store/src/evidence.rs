//! Evidence, named by the SHA-256 of its canonical JSON.

use crate::{Error, canonical, retention};
use domain::{Hash, plan::ItemId, reading::Reading, retention::Kept, run::RunId, verdict::Finding};
use sqlx::PgConnection;

/// Stores a finding's evidence and answers its name.
///
/// # Errors
/// The database's.
pub async fn insert(
    connection: &mut PgConnection,
    run: RunId,
    item: &ItemId,
    finding: &Finding,
) -> Result<Hash, Error> {
    let body = canonical::json(finding)?;
    let hash = canonical::sha256(body.as_bytes());
    sqlx::query!(
        "insert into evidence (run_id, hash, item, body, at) values ($1, $2, $3, $4, $5) on conflict do nothing",
        run.0,
        hash.as_str(),
        item.0,
        body,
        finding.evidence.at,
    )
    .execute(connection)
    .await?;
    Ok(hash)
}

/// The evidence of this name; `None` too where retention removed it.
///
/// # Errors
/// The database's.
pub async fn by_hash(
    connection: &mut PgConnection,
    run: RunId,
    hash: &Hash,
) -> Result<Option<Finding>, Error> {
    let body = sqlx::query_scalar!(
        r#"select body as "body!" from evidence where run_id = $1 and hash = $2 and removed_at is null"#,
        run.0,
        hash.as_str()
    )
    .fetch_optional(connection)
    .await?;
    body.map(|body| Ok(serde_json::from_str(&body)?)).transpose()
}

/// The evidence of these names; that which retention removed is left out.
///
/// # Errors
/// The database's.
pub async fn by_hashes(
    connection: &mut PgConnection,
    run: RunId,
    hashes: &[Hash],
) -> Result<Vec<(Hash, Finding)>, Error> {
    let hashes: Vec<String> = hashes.iter().map(Hash::to_string).collect();
    let rows = sqlx::query!(
        r#"select hash, body as "body!" from evidence where run_id = $1 and hash = any($2) and removed_at is null"#,
        run.0,
        &hashes,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let hash = Hash::try_from(row.hash).map_err(|error| Error::inconsistent("evidence", error))?;
            Ok((hash, serde_json::from_str(&row.body)?))
        })
        .collect()
}

/// The newest evidence of an item, newest first, at most 20, with its names; or when retention removed it.
///
/// # Errors
/// The database's.
pub async fn of_item(
    connection: &mut PgConnection,
    run: RunId,
    item: &ItemId,
) -> Result<Vec<(Hash, Kept<Finding>)>, Error> {
    let rows = sqlx::query!(
        "select hash, body, removed_at from evidence where run_id = $1 and item = $2 order by at desc limit 20",
        run.0,
        item.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let hash = Hash::try_from(row.hash).map_err(|error| Error::inconsistent("evidence", error))?;
            let finding = row.body.map(|body| serde_json::from_str(&body)).transpose()?;
            Ok((hash, retention::kept("evidence", finding, row.removed_at)?))
        })
        .collect()
}

/// How many pieces of evidence [`readings`] reads.
const READINGS: i64 = 500;

/// What evidence of a run has kept of counters, oldest first: of at most 500 pieces, evenly spread, the newest among them.
///
/// # Errors
/// The database's.
pub async fn readings(connection: &mut PgConnection, run: RunId) -> Result<Vec<Reading>, Error> {
    let bodies = sqlx::query_scalar!(
        r#"select body as "body!" from (
               select body, at, row_number() over (order by at desc) - 1 as age, count(*) over () as count
               from evidence where run_id = $1 and body like '%"readings":[%'
           ) kept
           where age % (1 + count / $2) = 0 order by at"#,
        run.0,
        READINGS
    )
    .fetch_all(connection)
    .await?;
    let mut readings = Vec::new();
    for body in bodies {
        let finding: Finding = serde_json::from_str(&body)?;
        readings.extend(finding.evidence.readings);
    }
    Ok(readings)
}

/// The evidence that the record of a run names or named, oldest first: its name, its item and its canonical JSON, or when retention
/// removed that.
///
/// # Errors
/// The database's.
pub async fn all(
    connection: &mut PgConnection,
    run: RunId,
) -> Result<Vec<(Hash, ItemId, Kept<String>)>, Error> {
    let rows = sqlx::query!(
        "select hash, item, body, removed_at from evidence where run_id = $1 order by at, hash",
        run.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let hash = Hash::try_from(row.hash).map_err(|error| Error::inconsistent("evidence", error))?;
            let body = retention::kept("evidence", row.body, row.removed_at)?;
            Ok((hash, ItemId(row.item), body))
        })
        .collect()
}

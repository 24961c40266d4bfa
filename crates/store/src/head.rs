//! Signed heads. That one is due is stored with its event; whoever has the key signs it right after.

use crate::{Error, event};
use domain::run::RunId;
use record::{chain::Linked, dsse::Envelope, head::Head};
use sqlx::PgConnection;

/// What a head is to be signed on.
#[derive(Debug)]
pub struct Due {
    /// The run.
    pub run: RunId,
    /// The envelope of the last head before.
    pub before: Option<Envelope>,
    /// All events of the run, up to the one that the head is due on.
    pub chain: Vec<Linked>,
}

/// Stores that a head is due on an event, in its transaction.
pub(crate) async fn ask(connection: &mut PgConnection, run: RunId, number: u64) -> Result<(), Error> {
    sqlx::query!(
        "insert into head_due (run_id, number) values ($1, $2) on conflict do nothing",
        run.0,
        number as i64
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The next head that is due in a run other than these, for nobody else until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn next_due(
    connection: &mut PgConnection,
    passed: &[RunId],
) -> Result<Option<(RunId, u64)>, Error> {
    let passed: Vec<i64> = passed.iter().map(|run| run.0).collect();
    let row = sqlx::query!(
        "select run_id, number from head_due where refused is null and run_id <> all($1)
         order by run_id, number limit 1 for update skip locked",
        &passed
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (RunId(row.run_id), row.number.unsigned_abs())))
}

/// What is to be looked at before a head is signed on this event.
///
/// # Errors
/// The database's.
pub async fn due(connection: &mut PgConnection, run: RunId, number: u64) -> Result<Due, Error> {
    let row = sqlx::query!(
        "select envelope from head where run_id = $1 and number < $2 order by number desc limit 1",
        run.0,
        number as i64
    )
    .fetch_optional(&mut *connection)
    .await?;
    let before = row.map(|row| serde_json::from_str(&row.envelope)).transpose()?;
    let chain = event::up_to(connection, run, number as i64).await?;
    Ok(Due { run, before, chain })
}

/// Stores a signed head, and whether a witness waits for it; it is due no more. One that is there already stays.
///
/// # Errors
/// The database's.
pub async fn insert(
    connection: &mut PgConnection,
    head: &Head,
    envelope: &Envelope,
    witness: bool,
) -> Result<(), Error> {
    let (run, number) = (head.run.0, head.number as i64);
    sqlx::query!(
        "insert into head (run_id, number, envelope, signed_at) values ($1, $2, $3, $4) on conflict do nothing",
        run,
        number,
        serde_json::to_string(envelope)?,
        head.at,
    )
    .execute(&mut *connection)
    .await?;
    if witness {
        sqlx::query!(
            "insert into witness_due (run_id, number) values ($1, $2) on conflict do nothing",
            run,
            number
        )
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query!(
        "delete from head_due where run_id = $1 and number = $2",
        run,
        number
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Nothing is signed there, because the chain does not hold.
///
/// # Errors
/// The database's.
pub async fn refuse(connection: &mut PgConnection, run: RunId, number: u64, why: &str) -> Result<(), Error> {
    sqlx::query!(
        "update head_due set refused = $3 where run_id = $1 and number = $2",
        run.0,
        number as i64,
        why
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The signed heads of a run, in order.
///
/// # Errors
/// The database's.
pub async fn all(connection: &mut PgConnection, run: RunId) -> Result<Vec<Envelope>, Error> {
    let envelopes = sqlx::query_scalar!(
        "select envelope from head where run_id = $1 order by number",
        run.0
    )
    .fetch_all(connection)
    .await?;
    envelopes
        .iter()
        .map(|envelope| Ok(serde_json::from_str(envelope)?))
        .collect()
}

/// A head that a witness waits for.
#[derive(Clone, Debug)]
pub struct Unwitnessed {
    /// Its run.
    pub run: RunId,
    /// Its event's number.
    pub number: u64,
    /// Its envelope as it is stored: JSON on one line.
    pub envelope: String,
}

/// The next heads that a witness waits for, `at_most` of them. Two who ask at the same time get the same.
///
/// # Errors
/// The database's.
pub async fn unwitnessed(connection: &mut PgConnection, at_most: i64) -> Result<Vec<Unwitnessed>, Error> {
    let rows = sqlx::query!(
        "select head.run_id, head.number, envelope
         from witness_due join head on head.run_id = witness_due.run_id and head.number = witness_due.number
         order by signed_at, head.run_id, head.number limit $1",
        at_most
    )
    .fetch_all(connection)
    .await?;
    let unwitnessed = rows.into_iter().map(|row| Unwitnessed {
        run: RunId(row.run_id),
        number: row.number.unsigned_abs(),
        envelope: row.envelope,
    });
    Ok(unwitnessed.collect())
}

/// The witness has it.
///
/// # Errors
/// The database's.
pub async fn witnessed(connection: &mut PgConnection, run: RunId, number: u64) -> Result<(), Error> {
    sqlx::query!(
        "delete from witness_due where run_id = $1 and number = $2",
        run.0,
        number as i64
    )
    .execute(connection)
    .await?;
    Ok(())
}

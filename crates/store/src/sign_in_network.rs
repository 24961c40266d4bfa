//! Attempts to sign in, by the network that they come from: a leaky bucket for each (generic cell rate algorithm, ITU-T I.371).

use crate::Error;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

/// Pours one attempt of `network` into its bucket, which loses one each `period` and holds `most` of them. Answers how long
/// to wait where it is full. Forgets empty buckets, which bounds the table.
///
/// # Errors
/// The database's.
pub async fn attempt(
    connection: &mut PgConnection,
    network: &str,
    period: TimeDelta,
    most: i32,
    now: DateTime<Utc>,
) -> Result<Option<TimeDelta>, Error> {
    sqlx::query!(
        "delete from sign_in_network where empty_at <= $1 and network <> $2",
        now,
        network
    )
    .execute(&mut *connection)
    .await?;
    let full = now + period * (most - 1);
    let poured = sqlx::query_scalar!(
        "insert into sign_in_network (network, empty_at) values ($1, $2)
         on conflict (network) do update
         set empty_at = greatest(sign_in_network.empty_at, $3) + ($2 - $3)
         where sign_in_network.empty_at <= $4
         returning network",
        network,
        now + period,
        now,
        full,
    )
    .fetch_optional(&mut *connection)
    .await?;
    if poured.is_some() {
        return Ok(None);
    }
    let empty_at = sqlx::query_scalar!("select empty_at from sign_in_network where network = $1", network)
        .fetch_optional(connection)
        .await?;
    Ok(Some(empty_at.map_or(period, |empty_at| empty_at - full)))
}

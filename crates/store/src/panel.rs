//! The processes that serve this database, and which of them live.

use crate::Error;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Names a process for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PanelId(pub i64);

/// Notes a new process on `host`. It lives from the first [`hold`] on.
///
/// # Errors
/// The database's.
pub async fn enter(connection: &mut PgConnection, host: &str, now: DateTime<Utc>) -> Result<PanelId, Error> {
    let id = sqlx::query_scalar!(
        "insert into panel (host, entered_at) values ($1, $2) returning id",
        host,
        now
    )
    .fetch_one(connection)
    .await?;
    Ok(PanelId(id))
}

/// Says for as long as this connection lasts that the process lives.
///
/// # Errors
/// The database's.
pub async fn hold(connection: &mut PgConnection, panel: PanelId) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_lock(panel_lock(), $1::bigint::int)", panel.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// The hosts of the processes that live, `but` this one.
///
/// # Errors
/// The database's.
pub async fn living(connection: &mut PgConnection, but: Option<PanelId>) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        "select host from panel join pg_locks on objid = panel.id::oid
         where locktype = 'advisory' and classid = panel_lock()::oid and granted
           and database = (select oid from pg_database where datname = current_database())
           and ($1::bigint is null or panel.id <> $1)",
        but.map(|panel| panel.0),
    )
    .fetch_all(connection)
    .await?)
}

/// Whether any process lives, whatever tables the database has: its locks alone are asked.
///
/// # Errors
/// The database's.
pub async fn any_lives(connection: &mut PgConnection) -> Result<bool, Error> {
    // The number is panel_lock()'s, a function that a database of another version may not have.
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from pg_locks
                          where locktype = 'advisory' and classid = 1735289195::oid and granted
                            and database = (select oid from pg_database where datname = current_database())) as "lives!""#
    )
    .fetch_one(connection)
    .await?)
}

//! The database itself: is it there, does it answer, which version is it.

use crate::Error;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Makes the database `name` when the server does not have it. `connection` is to any database of that server,
/// outside a transaction. `name` must be a plain lower-case word.
///
/// # Errors
/// When Postgres refuses, or `name` is not a plain word.
pub async fn create_if_missing(connection: &mut PgConnection, name: &str) -> Result<(), Error> {
    let there = sqlx::query_scalar!(
        r#"select exists(select 1 from pg_database where datname = $1) as "there!""#,
        name
    )
    .fetch_one(&mut *connection)
    .await?;
    if there {
        return Ok(());
    }
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        return Err(Error::Inconsistent {
            table: "pg_database",
            what: format!("{name:?} is not a plain word"),
        });
    }
    // A name cannot be a parameter here; the check above leaves nothing to quote.
    sqlx::raw_sql(AssertSqlSafe(format!("create database {name}")))
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether the database answers a question.
///
/// # Errors
/// When it does not.
pub async fn ping(connection: &mut PgConnection) -> Result<(), Error> {
    connection.ping().await?;
    Ok(())
}

/// The server's version as a number: 150014 is 15.14.
///
/// # Errors
/// When the database does not answer.
pub async fn version_number(connection: &mut PgConnection) -> Result<i32, Error> {
    Ok(
        sqlx::query_scalar!(r#"select current_setting('server_version_num')::int as "number!""#)
            .fetch_one(connection)
            .await?,
    )
}

/// From here to its end the transaction sees the database as it is now, whatever others write meanwhile; it writes nothing itself.
///
/// # Errors
/// The database's.
pub async fn stand_still(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("set transaction isolation level repeatable read, read only")
        .execute(connection)
        .await?;
    Ok(())
}

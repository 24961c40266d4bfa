//! What was done to people: an append-only log.

use crate::Error;
use chrono::{DateTime, Utc};
use domain::{
    people_log::{PeopleDeed, PeopleEvent},
    person::{Author, PersonId},
};
use sqlx::{PgConnection, types::Json};

/// How many entries a page has.
pub const PAGE: i64 = 30;

/// Whom an entry is about: their account where they have one, and their name.
pub type About<'a> = (Option<PersonId>, &'a str);

/// Writes an entry, in the transaction of the change itself.
///
/// # Errors
/// The database's.
pub async fn append(
    connection: &mut PgConnection,
    by: &Author,
    (about, name): About<'_>,
    deed: &PeopleDeed,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into people_log (at, by_id, by_name, about_id, about_name, deed) values ($1, $2, $3, $4, $5, $6)",
        now,
        by.account().map(|id| id.0),
        by.name(),
        about.map(|id| id.0),
        name,
        serde_json::to_value(deed)?,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The newest entries before number `before`, [`PAGE`] at most; only those about one person where `about` says so.
///
/// # Errors
/// The database's.
pub async fn before(
    connection: &mut PgConnection,
    about: Option<PersonId>,
    before: Option<i64>,
) -> Result<Vec<PeopleEvent>, Error> {
    let rows = sqlx::query!(
        r#"select id, at, by_name, about_id, about_name, deed as "deed: Json<PeopleDeed>" from people_log
           where id < $1 and ($2::bigint is null or about_id = $2)
           order by id desc limit $3"#,
        before.unwrap_or(i64::MAX),
        about.map(|id| id.0),
        PAGE,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PeopleEvent {
            id: row.id,
            at: row.at,
            by: row.by_name,
            about: row.about_id.map(PersonId),
            about_name: row.about_name,
            deed: row.deed.0,
        })
        .collect())
}

//! The numbers of the forms that started an action.

use crate::Error;
use chrono::{DateTime, Utc};
use domain::{plan::ItemId, run::RunId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Notes the number of a form, and says whether it is new: the same form again starts nothing.
///
/// # Errors
/// The database's.
pub async fn is_new(
    connection: &mut PgConnection,
    run: RunId,
    request_key: Uuid,
    item: &ItemId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into action_request (run_id, request_key, item, at) values ($1, $2, $3, $4) on conflict do nothing",
        run.0,
        request_key,
        item.0,
        now,
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

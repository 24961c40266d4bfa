//! What people said of guides, in all runs.

use crate::Error;
use domain::plan::SectionId;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// How often each of these guides solved it, and how often it did not help; one that nobody followed is left out.
///
/// # Errors
/// The database's.
pub async fn outcomes(
    connection: &mut PgConnection,
    guides: &[SectionId],
) -> Result<BTreeMap<SectionId, (i64, i64)>, Error> {
    let guides: Vec<String> = guides.iter().map(|guide| guide.0.clone()).collect();
    let rows = sqlx::query!(
        r#"select body::jsonb #>> '{what,guide}' as "guide!",
                  count(*) filter (where body::jsonb #>> '{what,help}' = 'solved') as "solved!",
                  count(*) filter (where body::jsonb #>> '{what,help}' <> 'solved') as "not!"
           from event
           where body like '%"event":"guide","guide":%' and body::jsonb #>> '{what,guide}' = any($1)
           group by 1"#,
        &guides,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (SectionId(row.guide), (row.solved, row.not)))
        .collect())
}

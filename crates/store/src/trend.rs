//! How the runs of a checklist in an environment have gone, one after the other.

use crate::Error;
use domain::{run::RunId, trend::Figures, trend::Point};
use sqlx::PgConnection;

/// How many runs a trend has at most.
pub const LENGTH: i64 = 30;

/// The runs of the checklist of `id`, in any of its revisions, in the same environment, up to that one: oldest first, at most
/// [`LENGTH`]. However many runs there are, it looks at no more of each revision.
///
/// # Errors
/// The database's.
pub async fn up_to(connection: &mut PgConnection, id: RunId) -> Result<Vec<Point>, Error> {
    let rows = sqlx::query!(
        r#"with latest as (
             select latest.* from run here
             join revision own on own.id = here.revision_id
             join revision every on every.checklist_id = own.checklist_id
             cross join lateral (
               select run.id, release, state, started_at, fold, summary from run
               where run.revision_id = every.id and run.environment = here.environment
                 and (run.started_at, run.id) <= (here.started_at, here.id)
               order by run.started_at desc, run.id desc limit $2
             ) latest
             where here.id = $1
             order by latest.started_at desc, latest.id desc limit $2
           )
           select id as "id!", release as "release!", state as "state!", started_at as "started_at!",
                  fold -> 'measurements' as measurements, summary -> 'phases' as phases
           from latest order by started_at, id"#,
        id.0,
        LENGTH,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            // What was stored before there were any has none.
            let measurements = row.measurements.map(serde_json::from_value).transpose()?;
            let phases = row.phases.map(serde_json::from_value).transpose()?;
            Ok(Point {
                run: RunId(row.id),
                release: row.release,
                state: row.state,
                started_at: row.started_at,
                figures: measurements.as_ref().map(Figures::of).unwrap_or_default(),
                phases: phases.unwrap_or_default(),
            })
        })
        .collect()
}

//! What is asked of a database that is copied, and what becomes of one that was restored.

use crate::{Error, canonical, run};
use chrono::{DateTime, Utc};
use domain::{
    Hash,
    event::{Happening, Outcome},
    outline::Outline,
    person::Author,
    run::RunId,
};
use sqlx::PgConnection;

/// What a database holds, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holds {
    /// People.
    pub people: i64,
    /// Checklists that somebody imported.
    pub checklists: i64,
    /// Runs.
    pub runs: i64,
}

impl Holds {
    /// Whether nobody has used it yet.
    pub fn nothing(&self) -> bool {
        (self.people, self.checklists, self.runs) == (0, 0, 0)
    }
}

/// What the database holds.
///
/// # Errors
/// The database's.
pub async fn holds(connection: &mut PgConnection) -> Result<Holds, Error> {
    let row = sqlx::query!(
        r#"select (select count(*) from person) as "people!",
                  (select count(*) from checklist) as "checklists!",
                  (select count(*) from run) as "runs!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(Holds {
        people: row.people,
        checklists: row.checklists,
        runs: row.runs,
    })
}

/// Looks at the event log of every run: numbers without gaps, each hash over its predecessor and its bytes, and the last one that of
/// the run. Answers what is wrong, a sentence for each run in which something is.
///
/// # Errors
/// The database's.
pub async fn broken_chains(connection: &mut PgConnection) -> Result<Vec<String>, Error> {
    let mut wrong = Vec::new();
    let mut last = 0;
    loop {
        let rows = sqlx::query!(
            "select id, head, event_count from run where id > $1 order by id limit 100",
            last
        )
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            last = row.id;
            let found = broken(&mut *connection, RunId(row.id), &row.head, row.event_count).await?;
            wrong.extend(found.map(|why| format!("run {}: {why}", row.id)));
        }
        if rows.is_empty() {
            return Ok(wrong);
        }
    }
}

/// The first thing that is wrong with the log of a run.
async fn broken(
    connection: &mut PgConnection,
    run: RunId,
    head: &str,
    count: i64,
) -> Result<Option<String>, Error> {
    let rows = sqlx::query!(
        "select number, body, previous, hash from event where run_id = $1 order by number",
        run.0
    )
    .fetch_all(connection)
    .await?;
    let mut previous = Hash::zero();
    for (row, number) in rows.iter().zip(1_i64..) {
        if row.number != number {
            return Ok(Some(format!("event {number} is missing")));
        }
        if row.previous != previous.as_str() || canonical::link(&previous, &row.body).as_str() != row.hash {
            return Ok(Some(format!(
                "event {number} does not have the bytes that its hash names"
            )));
        }
        previous = canonical::link(&previous, &row.body);
    }
    let whole = rows.len() as i64 == count && previous.as_str() == head;
    Ok((!whole).then(|| format!("its log ends at event {}, and it had {count}", rows.len())))
}

/// After a restore nobody is signed in, and nothing that was under way goes on: nobody knows what happened since the copy was made.
/// A run in which something that changes its target was under way is given up. What only reads, such as samples of windows, goes on. Answers
/// the runs that were given up.
///
/// # Errors
/// The database's.
pub async fn let_go(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<RunId>, Error> {
    sqlx::query!("delete from session")
        .execute(&mut *connection)
        .await?;
    let ended = sqlx::query_scalar!(
        r#"with ended as (
               update task set state = 'ended', ended_at = $1, panel_id = null
               where state <> 'ended' and work ->> 'work' not in ('window', 'fingerprint', 'hourly')
               returning run_id, work ->> 'work' as work
           )
           select distinct run_id as "run_id!" from ended join run on run.id = run_id
           where work not in ('notify', 'deliver') and closed_at is null order by 1"#,
        now
    )
    .fetch_all(&mut *connection)
    .await?;
    for id in &ended {
        let Some(pinned) = run::by_id(&mut *connection, RunId(*id)).await? else {
            continue;
        };
        let outline = Outline::from(&pinned.plan);
        let given_up = Happening::Closed {
            outcome: Outcome::Abandoned,
            reason:
                "Restored from a backup that was made while something was under way here: nobody knows what \
                     happened since. Look at the target, and start again."
                    .to_owned(),
        };
        run::append::<Error>(
            &mut *connection,
            &outline,
            RunId(*id),
            &Author::Gonogo,
            now,
            |_| Ok(vec![given_up]),
        )
        .await?;
    }
    Ok(ended.into_iter().map(RunId).collect())
}

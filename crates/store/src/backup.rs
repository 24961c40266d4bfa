//! What is asked of a database that is copied, and what becomes of one that was restored.

use crate::{Error, api_token, canonical, invitation, people_log, run, second_factor};
use chrono::{DateTime, Utc};
use domain::{
    Hash,
    event::{Happening, Outcome},
    outline::Outline,
    people_log::PeopleDeed,
    person::Author,
    run::RunId,
};
use sqlx::{Connection as _, PgConnection};

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

/// What is in a database that may be of any version, or another program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Nobody has used it yet.
    Nothing,
    /// This.
    Counted(Holds),
    /// Tables that this program does not know.
    Other,
}

/// What is in the database, whatever tables it has. Outside a transaction.
///
/// # Errors
/// The database's.
pub async fn contents(connection: &mut PgConnection) -> Result<Contents, Error> {
    let tables = sqlx::query_scalar!(
        r#"select exists (select 1 from pg_class
                          where relnamespace = to_regnamespace('public')::oid and relkind in ('r', 'p')) as "tables!""#
    )
    .fetch_one(&mut *connection)
    .await?;
    if !tables {
        return Ok(Contents::Nothing);
    }
    match holds(connection).await {
        Ok(holds) if holds.nothing() => Ok(Contents::Nothing),
        Ok(holds) => Ok(Contents::Counted(holds)),
        // There is no such table.
        Err(Error::Database(sqlx::Error::Database(error))) if error.code().as_deref() == Some("42P01") => {
            Ok(Contents::Other)
        }
        Err(error) => Err(error),
    }
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

/// What the schema is called, in its comment, from the transaction that restores a copy until [`let_go`] has been. Nothing that the copy
/// holds goes on before.
pub const MARK: &str = "gonogo: restored";

/// What became of what a copy held when it was restored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetGo {
    /// The runs that were given up: something was under way in them.
    pub given_up: Vec<RunId>,
    /// Those that were not, because they cannot be read; a sentence each. Nothing goes on in them either.
    pub unreadable: Vec<String>,
    /// How many tokens of programs were revoked.
    pub tokens: usize,
    /// How many invitations were revoked.
    pub invitations: usize,
    /// How many recovery codes were dropped.
    pub recovery_codes: u64,
}

/// After a restore nobody is signed in, no token, no invitation and no recovery code works, and nothing that was under way goes on, not even a window:
/// nobody knows what happened since the copy was made. A run in which more was under way than telling people is given up. In the
/// transaction of the caller; `None` where no restore has to be looked after.
///
/// # Errors
/// The database's.
pub async fn let_go(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<LetGo>, Error> {
    if !is_marked(&mut *connection).await? {
        return Ok(None);
    }
    // Whoever comes at the same time waits here, and finds no mark then.
    sqlx::query!("lock table task in share row exclusive mode")
        .execute(&mut *connection)
        .await?;
    if !is_marked(&mut *connection).await? {
        return Ok(None);
    }
    sqlx::query!("delete from session")
        .execute(&mut *connection)
        .await?;
    let mut let_go = LetGo::default();
    for (service, name) in api_token::revoke_all(&mut *connection, now).await? {
        let about = (Some(service), name.as_str());
        people_log::append(
            &mut *connection,
            &Author::Gonogo,
            about,
            &PeopleDeed::TokenRevoked,
            now,
        )
        .await?;
        let_go.tokens += 1;
    }
    for title in invitation::revoke_all(&mut *connection, now).await? {
        let (about, deed) = ((None, title.as_str()), PeopleDeed::InvitationRevoked);
        people_log::append(&mut *connection, &Author::Gonogo, about, &deed, now).await?;
        let_go.invitations += 1;
    }
    let_go.recovery_codes = second_factor::drop_codes(&mut *connection).await?;
    for run in end_tasks(&mut *connection, now).await? {
        match give_up(&mut *connection, run, now).await {
            Ok(()) => let_go.given_up.push(run),
            Err(error) if error.is_passing() => return Err(error),
            Err(error) => let_go.unreadable.push(format!("run {}: {error}", run.0)),
        }
    }
    sqlx::query!("comment on schema public is null")
        .execute(connection)
        .await?;
    Ok(Some(let_go))
}

async fn is_marked(connection: &mut PgConnection) -> Result<bool, Error> {
    let comment =
        sqlx::query_scalar!("select obj_description(to_regnamespace('public')::oid, 'pg_namespace')")
            .fetch_one(connection)
            .await?;
    Ok(comment.as_deref() == Some(MARK))
}

/// Ends every task. Answers the open runs in which more was under way than telling people.
async fn end_tasks(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<RunId>, Error> {
    let runs = sqlx::query_scalar!(
        r#"with ended as (
               update task set state = 'ended', ended_at = $1, panel_id = null where state <> 'ended'
               returning run_id, work ->> 'work' as work
           )
           select distinct run_id as "run_id!" from ended join run on run.id = run_id
           where work not in ('notify', 'deliver') and closed_at is null order by 1"#,
        now
    )
    .fetch_all(connection)
    .await?;
    Ok(runs.into_iter().map(RunId).collect())
}

/// Closes a run, or leaves it as it is.
async fn give_up(connection: &mut PgConnection, id: RunId, now: DateTime<Utc>) -> Result<(), Error> {
    let mut tx = connection.begin().await?;
    let pinned = run::by_id(&mut tx, id).await?.ok_or(Error::Missing {
        what: "run",
        id: id.0,
    })?;
    let outline = Outline::from(&pinned.plan);
    let given_up = Happening::Closed {
        outcome: Outcome::Abandoned,
        reason: "Restored from a backup that was made while something was under way here: nobody knows what happened \
                 since. Look at the target, and start again."
            .to_owned(),
    };
    run::append::<Error>(&mut tx, &outline, id, &Author::Gonogo, now, |_| {
        Ok(vec![given_up])
    })
    .await?;
    tx.commit().await?;
    Ok(())
}

//! The history: runs by what they are asked for, page by page, and the words and people that they are found by.

use crate::{Error, run, stability};
use chrono::{DateTime, Utc};
use domain::{
    environment::Class,
    outline::Outline,
    run::{Run, RunId},
    search::words,
    summary::Summary,
};
use sqlx::{PgConnection, Postgres, QueryBuilder};

/// A run as the history lists it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its number.
    pub id: RunId,
    /// The checklist's title.
    pub title: String,
    /// The environment's name.
    pub environment: String,
    /// How much is at stake there.
    pub class: Class,
    /// What is deployed.
    pub release: String,
    /// The state's word.
    pub state: String,
    /// Who started it.
    pub started_by: String,
    /// When.
    pub started_at: DateTime<Utc>,
    /// The run in one line.
    pub summary: Summary,
}

/// What the history is asked for; all of it must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this environment.
    pub environment: Option<String>,
    /// Only runs that are still open, or only closed ones.
    pub open: Option<bool>,
    /// Only these words of a state; an outcome is one.
    pub states: Vec<String>,
    /// Only runs that were started at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Only runs that were started before this time.
    pub to: Option<DateTime<Utc>>,
    /// Only runs that somebody of this name started or signed in.
    pub person: Option<String>,
    /// Only runs with words that begin with each of these: [`domain::search::terms`].
    pub terms: Vec<String>,
}

/// From where a page goes which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turn {
    /// The newest.
    #[default]
    Newest,
    /// Those that were started before this run.
    Before(RunId),
    /// Those that were started after this run.
    After(RunId),
}

/// A page of the history.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The runs, the latest started first.
    pub runs: Vec<Listed>,
    /// There are later ones.
    pub newer: bool,
    /// There are earlier ones.
    pub older: bool,
}

/// How many runs a page has at most.
pub const PAGE: usize = 50;

/// How far [`count`] counts what stands in an index, and what must be read for it.
const COUNTED: (i64, i64) = (1_000, 200);

/// A page of the history. A turn at a run that is not there is the newest page.
///
/// # Errors
/// The database's.
pub async fn page(connection: &mut PgConnection, filter: &Filter, turn: Turn) -> Result<Page, Error> {
    let place = match turn {
        Turn::Newest => None,
        Turn::Before(id) | Turn::After(id) => started(&mut *connection, id).await?.map(|at| (at, id)),
    };
    let (Some(place), Turn::Before(_) | Turn::After(_)) = (place, turn) else {
        let (runs, older) = read(connection, filter, None, false).await?;
        return Ok(Page {
            runs,
            newer: false,
            older,
        });
    };
    if let Turn::Before(_) = turn {
        let (runs, older) = read(connection, filter, Some(place), false).await?;
        return Ok(Page {
            runs,
            newer: true,
            older,
        });
    }
    let (mut runs, newer) = read(&mut *connection, filter, Some(place), true).await?;
    if !newer {
        // Nothing later is left out: the newest page, whole.
        let (runs, older) = read(connection, filter, None, false).await?;
        return Ok(Page { runs, newer, older });
    }
    runs.reverse();
    let older = true;
    Ok(Page { runs, newer, older })
}

/// How many runs fit, and whether there are more: nobody counts further than 1,000, or 200 where words are looked for.
///
/// # Errors
/// The database's.
pub async fn count(connection: &mut PgConnection, filter: &Filter) -> Result<(i64, bool), Error> {
    let most = if filter.terms.is_empty() {
        COUNTED.0
    } else {
        COUNTED.1
    };
    let mut query = QueryBuilder::new("select count(*) from (select 1");
    let order = fits(&mut query, filter, false);
    // In the order of the list, so that an index answers as far as it is counted.
    query.push(format!(" order by {} limit ", directed(order, "desc")));
    query.push_bind(most + 1).push(") fitting");
    let count: i64 = query
        .build_query_scalar()
        .persistent(false)
        .fetch_one(connection)
        .await?;
    Ok((count.min(most), count > most))
}

async fn started(connection: &mut PgConnection, id: RunId) -> Result<Option<DateTime<Utc>>, Error> {
    let at = sqlx::query_scalar!("select started_at from run where id = $1", id.0)
        .fetch_optional(connection)
        .await?;
    Ok(at)
}

type Row = (
    i64,
    String,
    String,
    String,
    String,
    String,
    String,
    DateTime<Utc>,
    serde_json::Value,
);

/// At most [`PAGE`] runs from `place` on, that one not among them, and whether there are more.
async fn read(
    connection: &mut PgConnection,
    filter: &Filter,
    place: Option<(DateTime<Utc>, RunId)>,
    upwards: bool,
) -> Result<(Vec<Listed>, bool), Error> {
    let mut query = QueryBuilder::new(
        "select run.id, title, environment, class, release, state, started_by, run.started_at, summary",
    );
    let order = fits(&mut query, filter, true);
    let (sign, direction) = if upwards { (">", "asc") } else { ("<", "desc") };
    if let Some((at, id)) = place {
        query.push(format!(" and ({order}) {sign} ("));
        query.push_bind(at).push(", ").push_bind(id.0).push(")");
    }
    query.push(format!(" order by {} limit ", directed(order, direction)));
    query.push_bind(PAGE as i64 + 1);
    // Planned for what is asked for now: a statement that is kept would be planned for none of it.
    let rows: Vec<Row> = query
        .build_query_as()
        .persistent(false)
        .fetch_all(connection)
        .await?;
    let more = rows.len() > PAGE;
    let runs = rows
        .into_iter()
        .take(PAGE)
        .map(listed)
        .collect::<Result<_, _>>()?;
    Ok((runs, more))
}

fn directed(order: &str, direction: &str) -> String {
    format!("{} {direction}", order.replace(',', &format!(" {direction},")))
}

fn listed(row: Row) -> Result<Listed, Error> {
    let (id, title, environment, class, release, state, started_by, started_at, summary) = row;
    let class = [Class::Development, Class::Staging, Class::Production]
        .into_iter()
        .find(|known| known.word() == class)
        .ok_or_else(|| Error::inconsistent("run", format!("{class:?} is no class")))?;
    Ok(Listed {
        id: RunId(id),
        title,
        environment,
        class,
        release,
        state,
        started_by,
        started_at,
        summary: serde_json::from_value(summary)?,
    })
}

/// Adds which runs fit, and answers the columns that are in the order of the list: those of the people's table where somebody is
/// asked for, whose own order it is then read in. That alone will do where nothing of the run itself is `read` or asked for.
fn fits(query: &mut QueryBuilder<Postgres>, filter: &Filter, read: bool) -> &'static str {
    let Filter {
        environment,
        open,
        states,
        from,
        to,
        person,
        terms,
    } = filter;
    let (order, time) = match person {
        Some(person) => {
            let of_run = environment.is_some() || open.is_some() || !states.is_empty() || !terms.is_empty();
            query.push(" from run_person");
            if read || of_run {
                query.push(" join run on run.id = run_person.run_id");
            }
            query.push(" where person = ");
            query.push_bind(person.clone());
            (
                "run_person.started_at, run_person.run_id",
                "run_person.started_at",
            )
        }
        None => {
            query.push(" from run where true");
            ("run.started_at, run.id", "run.started_at")
        }
    };
    if let Some(environment) = environment {
        query.push(" and environment = ").push_bind(environment.clone());
    }
    match open {
        Some(true) => query.push(" and closed_at is null"),
        Some(false) => query.push(" and closed_at is not null"),
        None => query,
    };
    for state in states {
        query.push(" and state = ").push_bind(state.clone());
    }
    if let Some(from) = from {
        query.push(format!(" and {time} >= ")).push_bind(*from);
    }
    if let Some(to) = to {
        query.push(format!(" and {time} < ")).push_bind(*to);
    }
    if !terms.is_empty() {
        query
            .push(" and words @@ ")
            .push_bind(beginning_with(terms))
            .push("::tsquery");
    }
    order
}

/// A question of full-text search: a word that begins with each of these.
fn beginning_with(terms: &[String]) -> String {
    let quoted = |term: &String| format!("'{}':*", term.replace('\\', r"\\").replace('\'', "''"));
    terms.iter().map(quoted).collect::<Vec<_>>().join(" & ")
}

/// Notes that somebody started `run` or signed in it. The same again changes nothing.
pub(crate) async fn note_person(connection: &mut PgConnection, run: &Run, name: &str) -> Result<(), Error> {
    sqlx::query!(
        "insert into run_person (person, started_at, run_id) values ($1, $2, $3) on conflict do nothing",
        name,
        run.started_at,
        run.id.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the words that `run` is found by, where they are others than before.
pub(crate) async fn note_words(
    connection: &mut PgConnection,
    before: Option<&Run>,
    run: &Run,
) -> Result<(), Error> {
    let now = words(run);
    if before.is_some_and(|before| words(before) == now) {
        return Ok(());
    }
    write_words(connection, run.id, &now).await
}

async fn write_words(connection: &mut PgConnection, run: RunId, words: &[String]) -> Result<(), Error> {
    sqlx::query!(
        "update run set words = array_to_tsvector($2) where id = $1",
        run.0,
        words
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How many runs [`catch_up`] reads at most.
const CAUGHT_UP: i64 = 20;

/// Reads of a few runs that an earlier Gonogo stored without what they are found by, and how long their phases took. Answers how many; 0: it is done.
///
/// # Errors
/// The database's.
pub async fn catch_up(connection: &mut PgConnection) -> Result<usize, Error> {
    let ids = sqlx::query_scalar!(
        "select id from run where words is null order by id limit $1 for no key update",
        CAUGHT_UP
    )
    .fetch_all(&mut *connection)
    .await?;
    for id in &ids {
        let found = match run::by_id(&mut *connection, RunId(*id)).await {
            Ok(Some(pinned)) => {
                if pinned.run.is_closed() {
                    let outline = Outline::from(&pinned.plan);
                    stability::note_phases(&mut *connection, &outline, &pinned.run).await?;
                }
                words(&pinned.run)
            }
            // What cannot be read any more is found by no word, and is not tried again.
            Err(Error::Json(error)) => {
                tracing::warn!(run = id, %error, "it cannot be read: no word finds it");
                Vec::new()
            }
            Ok(None) => Vec::new(),
            Err(error) => return Err(error),
        };
        write_words(&mut *connection, RunId(*id), &found).await?;
    }
    Ok(ids.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_quoted() {
        let terms = ["it's".to_owned(), r"\b".to_owned(), "a&b".to_owned()];
        assert_eq!(beginning_with(&terms), r"'it''s':* & '\\b':* & 'a&b':*");
    }
}

//! The calls of every statement of the environment's database (PostgreSQL documentation, appendix F, "pg_stat_statements").

use super::connect;
use super::statements::{NOT_INSTALLED, NOT_LOADED, OTHERS, not_loaded};
use crate::counted::{Statement, Statements};
use crate::output::brief;
use crate::redact::Secrets;
use crate::round::Round;
use crate::site::Site;
use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;
use tokio::time::{Instant, timeout_at};

/// How many statements are read.
const MOST: usize = 10_000;

/// How much of a statement is read, in characters.
const READ: usize = 1000;

/// How much of it is kept.
const KEPT: usize = 120;

/// A SELECT, behind comments, with a parameter behind its WHERE.
const LOOKUP: &str = r"^\s*(/\*.*\*/\s*|--[^\n]*\n\s*)*select\M.*\mwhere\M.*\$\d";

/// A comment that the reading is known by among the statements.
const OWN: &str = "/* Gonogo counts statements */";

/// What the extension is like: its schema, whether it is new enough, what is counted, whether statements get numbers.
type Extension = (String, bool, Option<String>, Option<String>);

/// Role, number (none where the statement may not be seen), calls, the text of a lookup, and whether it is this reading.
type Row = (i64, Option<String>, i64, Option<String>, bool);

/// Why there are no counts.
enum Trouble {
    Said(sqlx::Error),
    Words(String),
}

impl From<sqlx::Error> for Trouble {
    fn from(why: sqlx::Error) -> Self {
        Self::Said(why)
    }
}

/// # Errors
/// Why the calls cannot be counted and what to do, in words.
pub(crate) async fn observe(site: &Site, round: &Round<'_>) -> Result<Statements, String> {
    let target = connect::target(None, site)?;
    let deadline = Instant::now() + site.deadline;
    let told = |why: String| format!("{}: {why}", target.shown);
    let mut line = round
        .databases
        .begin(&target, deadline, site)
        .await
        .map_err(told)?;
    let seen = timeout_at(deadline, read(&mut line.connection, &site.secrets)).await;
    let seen = seen.map_err(|_| told(connect::no_answer(site)))?;
    let seen = seen.map_err(|trouble| told(words(trouble, &target)))?;
    line.end(deadline).await;
    Ok(seen)
}

async fn read(connection: &mut PgConnection, secrets: &Secrets) -> Result<Statements, Trouble> {
    let schema = extension(connection).await?;
    let database: i64 = sqlx::query_scalar(
        "SELECT oid::bigint FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
    )
    .fetch_one(&mut *connection)
    .await?;
    // The schema is the catalogue's own name, quoted by the server.
    let sql = format!(
        "SELECT {OWN} userid::bigint, queryid::text, calls, CASE WHEN query ~* $2 THEN left(query, {READ}) END, \
                strpos(coalesce(query, ''), $4) > 0 \
         FROM {schema}.pg_stat_statements WHERE dbid::bigint = $3 AND toplevel IS NOT FALSE \
         AND (coalesce(query, '') !~* $1 OR strpos(query, $4) > 0) LIMIT {}",
        MOST + 1
    );
    let mut statements = Statements {
        database: number(database)?,
        reset: DateTime::UNIX_EPOCH,
        evictions: 0,
        readings: 0,
        hidden: 0,
        known: Vec::new(),
    };
    let mut rows = sqlx::query_as::<_, Row>(AssertSqlSafe(sql))
        .bind(OTHERS)
        .bind(LOOKUP)
        .bind(database)
        .bind(OWN)
        .fetch(&mut *connection);
    let mut count = 0;
    while let Some((user, id, calls, lookup, own)) = rows.try_next().await? {
        count += 1;
        if count > MOST {
            let why =
                format!("pg_stat_statements knows more than {MOST} statements of this database: reset it");
            return Err(Trouble::Words(why));
        }
        let calls = number(calls)?;
        match id {
            _ if own => statements.readings = statements.readings.saturating_add(calls),
            None => statements.hidden = statements.hidden.saturating_add(calls),
            Some(id) => statements.known.push(Statement {
                user: number(user)?,
                // A number, whatever the server says.
                id: id.chars().take(20).filter(char::is_ascii).collect(),
                calls,
                lookup: lookup.map(|text| brief(&text, KEPT, text.chars().count() < READ, secrets)),
            }),
        }
    }
    drop(rows);
    // Asked last: what was thrown away while the statements were read is noticed.
    let sql = format!("SELECT dealloc, stats_reset FROM {schema}.pg_stat_statements_info");
    let (evictions, reset): (i64, DateTime<Utc>) =
        sqlx::query_as(AssertSqlSafe(sql)).fetch_one(connection).await?;
    statements.evictions = number(evictions)?;
    statements.reset = reset;
    Ok(statements)
}

/// The schema of an extension that counts what clients send.
async fn extension(connection: &mut PgConnection) -> Result<String, Trouble> {
    let sql = "SELECT quote_ident(n.nspname), to_regclass(quote_ident(n.nspname) || '.pg_stat_statements_info') IS NOT NULL, \
                      current_setting('pg_stat_statements.track', true), current_setting('compute_query_id', true) \
               FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace \
               WHERE e.extname = 'pg_stat_statements'";
    let found: Option<Extension> = sqlx::query_as(sql).fetch_optional(connection).await?;
    let why = match found {
        None => NOT_INSTALLED,
        Some((_, false, _, _)) => {
            "pg_stat_statements is too old to say whether it was reset: version 1.9 is needed (PostgreSQL 14, then ALTER \
             EXTENSION pg_stat_statements UPDATE)"
        }
        Some((_, _, Some(track), _)) if track == "none" => {
            "pg_stat_statements counts nothing (pg_stat_statements.track is none): set it to top"
        }
        Some((_, _, _, Some(compute))) if compute == "off" => {
            "pg_stat_statements counts nothing (compute_query_id is off): set it to auto"
        }
        Some((schema, ..)) => return Ok(schema),
    };
    Err(Trouble::Words(why.to_owned()))
}

fn number<T: TryFrom<i64>>(told: i64) -> Result<T, Trouble> {
    T::try_from(told).map_err(|_| Trouble::Words(format!("it counts {told}, which is no count")))
}

fn words(trouble: Trouble, target: &connect::Target) -> String {
    let why = match trouble {
        Trouble::Words(why) => return why,
        Trouble::Said(why) => why,
    };
    let code = why.as_database_error().and_then(|error| error.code());
    match code.as_deref() {
        Some(NOT_LOADED) => not_loaded(&connect::words(&why, target)),
        Some("42501") => format!(
            "{}: GRANT SELECT ON pg_stat_statements TO {user}, and pg_read_all_stats TO {user}",
            connect::words(&why, target),
            user = target.options.get_username()
        ),
        Some(_) | None => connect::words(&why, target),
    }
}

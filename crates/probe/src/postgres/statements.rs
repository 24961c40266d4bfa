//! What `pg_stat_statements` has counted (PostgreSQL documentation, appendix F, "pg_stat_statements").

use crate::answer::Judgement;
use crate::output::excerpt;
use crate::redact::Secrets;
use domain::probe::StatementTime;
use domain::quantity::Bound;
use domain::verdict::Verdict;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

/// What is known of the statements.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Statements {
    /// The extension is not installed in this database.
    NotInstalled,
    /// It is installed, but the server does not load it; in the server's words.
    NotLoaded(String),
    /// It answers.
    Counted {
        /// How many statements it knows of this database.
        count: i64,
        /// The one that takes longest.
        slowest: Option<Slowest>,
    },
}

/// Times are in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slowest {
    /// Its text, with its values taken out by the server; `None` where this user may not see it.
    pub query: Option<String>,
    pub calls: i64,
    pub mean: f64,
    pub longest: f64,
}

/// Statements that neither read nor write rows as an application does, or that look at the server itself.
pub(super) const OTHERS: &str = r"^\s*(alter|analyze|begin|checkpoint|cluster|commit|copy|create|deallocate|discard|drop|explain|grant|refresh|reindex|release|reset|revoke|rollback|savepoint|set|show|start|truncate|vacuum)\M|\mpg_(catalog|stat|locks|sleep|database_size|backend_pid|prepared_xacts|extension|blocking_pids)|^\s*select \$1\s*$";

/// The server's "object not in prerequisite state": the library is not loaded.
pub(super) const NOT_LOADED: &str = "55000";

/// The extension is missing, and what to do.
pub(super) const NOT_INSTALLED: &str = "pg_stat_statements is not installed in this database: add it to \
     shared_preload_libraries, restart the server and run CREATE EXTENSION pg_stat_statements";

/// Text, calls, mean, longest, and how many statements there are.
type Row = (String, i64, f64, f64, i64);

pub(super) async fn observe(
    by: Option<StatementTime>,
    connection: &mut PgConnection,
) -> Result<Statements, sqlx::Error> {
    // Before version 1.8 the times had no "exec" in their names.
    let sql = "SELECT quote_ident(n.nspname), \
                      EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attname = 'mean_exec_time' \
                              AND a.attrelid = to_regclass(quote_ident(n.nspname) || '.pg_stat_statements')) \
               FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace \
               WHERE e.extname = 'pg_stat_statements'";
    let found: Option<(String, bool)> = sqlx::query_as(sql).fetch_optional(&mut *connection).await?;
    let Some((schema, newer)) = found else {
        return Ok(Statements::NotInstalled);
    };
    let (mean, longest) = if newer {
        ("mean_exec_time", "max_exec_time")
    } else {
        ("mean_time", "max_time")
    };
    let order = match by {
        Some(StatementTime::Mean) | None => mean,
        Some(StatementTime::Longest) => longest,
    };
    // Schema and columns are the catalogue's own names, quoted by the server.
    let sql = format!(
        "SELECT query, calls, {mean}, {longest}, count(*) OVER () FROM {schema}.pg_stat_statements \
         WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) \
         AND query !~* $1 ORDER BY {order} DESC LIMIT 1"
    );
    let row = sqlx::query_as::<_, Row>(AssertSqlSafe(sql))
        .bind(OTHERS)
        .fetch_optional(connection)
        .await;
    match row {
        Err(sqlx::Error::Database(why)) if why.code().as_deref() == Some(NOT_LOADED) => {
            Ok(Statements::NotLoaded(why.message().to_owned()))
        }
        Err(why) => Err(why),
        Ok(None) => Ok(Statements::Counted {
            count: 0,
            slowest: None,
        }),
        Ok(Some((query, calls, mean, longest, count))) => Ok(Statements::Counted {
            count,
            slowest: Some(Slowest {
                query: (query != "<insufficient privilege>").then_some(query),
                calls,
                mean,
                longest,
            }),
        }),
    }
}

pub(super) fn judge(
    seen: &Statements,
    slowest: Option<&(StatementTime, Bound)>,
    secrets: &Secrets,
) -> Judgement {
    // Without a bound the question is whether it counts, and that it does not is an answer.
    let missing = |reason: String, found: &str| match slowest {
        Some(_) => Judgement::new(Verdict::NoData, reason, found),
        None => Judgement::fail(reason, found),
    };
    let (count, statement) = match seen {
        Statements::NotInstalled => {
            return missing(NOT_INSTALLED.to_owned(), "not installed");
        }
        Statements::NotLoaded(said) => {
            return missing(not_loaded(said), "installed, not loaded");
        }
        Statements::Counted { count, slowest } => (*count, slowest.as_ref()),
    };
    let Some((by, bound)) = slowest else {
        return Judgement::pass(format!(
            "pg_stat_statements answers; it knows {count} statements of this database"
        ));
    };
    let Some(statement) = statement else {
        let reason = "pg_stat_statements has counted no statement of this database that reads or writes rows: drive some load first";
        return Judgement::new(Verdict::NoData, reason, "no statement");
    };
    let (value, name) = match by {
        StatementTime::Mean => (statement.mean, "mean"),
        StatementTime::Longest => (statement.longest, "longest call"),
    };
    let text = match &statement.query {
        Some(query) => excerpt(query, secrets),
        None => "a statement that this user may not see".to_owned(),
    };
    let found = format!(
        "the slowest of {count} statements by its {name}: {} in {} calls (mean {}, longest {}): {text}",
        ms(value),
        statement.calls,
        ms(statement.mean),
        ms(statement.longest)
    );
    match bound.comparison.holds(value, bound.quantity.value) {
        true => Judgement::pass(found),
        false => Judgement::fail(format!("{found}; must be {bound}"), found),
    }
}

/// The server does not load the library; in its words, and what to do.
pub(super) fn not_loaded(said: &str) -> String {
    format!(
        "pg_stat_statements is installed, but the server does not load it ({said}): add it there and restart the server"
    )
}

fn ms(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0} ms"),
        value if value >= 1.0 => format!("{value:.1} ms"),
        value => format!("{value:.3} ms"),
    }
}

#[cfg(test)]
mod tests;

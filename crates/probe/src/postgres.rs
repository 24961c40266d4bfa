//! Questions to a Postgres server, each in a read-only transaction with a statement timeout, over one connection for a round.

use crate::answer::{Answer, Asked, Judgement};
use crate::redact::Secrets;
use crate::round::Round;
use crate::select;
use crate::site::Site;
use crate::text::{self, Text};
use domain::probe::{PostgresProbe, PostgresQuestion};
use domain::quantity::{Version, bytes};
use domain::verdict::Verdict;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Row, ValueRef};
use tokio::time::{Instant, timeout_at};

mod activity;
pub(crate) mod connect;
pub(crate) mod counted;
mod expected;
mod indexes;
pub(crate) mod schema;
mod statements;

use expected::expected;
use indexes::{Created, Index};

/// What the server said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Answers,
    Version(String),
    Extension {
        installed: Option<String>,
        available: Option<String>,
    },
    Size(u64),
    Table(Option<Table>),
    Indexes {
        indexes: Vec<Index>,
        created: Created,
    },
    Sessions(activity::Sessions),
    Waits(Vec<activity::Wait>),
    Transactions(activity::Transactions),
    Analyzed(Option<activity::Analyzed>),
    Statements(statements::Statements),
    Value(Value),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    /// With its schema.
    pub name: String,
    /// It has a row; `None` where that was not asked.
    pub has_rows: Option<bool>,
}

/// The first value of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    NoRow,
    Null,
    Text(String),
}

pub(crate) async fn probe(spec: &PostgresProbe, site: &Site, round: &Round<'_>) -> Answer {
    let PostgresProbe { address, question } = spec;
    let mut asked = Asked {
        read_as: match question {
            PostgresQuestion::Query { sql, .. } => format!("`{sql}` in a read-only transaction"),
            _ => "Postgres catalogue, natively".to_owned(),
        },
        target: address.clone().unwrap_or_else(|| "database".to_owned()),
        expected: expected(question),
    };
    if let PostgresQuestion::Query { sql, .. } = question
        && let Err(why) = select::check(sql)
    {
        let reason = format!("this query is not known to read only, so it was not run: {why}");
        return Answer::new(asked, Judgement::error(reason));
    }
    let target = match connect::target(address.as_deref(), site) {
        Ok(target) => target,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target = target.shown.clone();
    let deadline = Instant::now() + site.deadline;
    let seen = async {
        let mut line = round.databases.begin(&target, deadline, site).await?;
        let seen = timeout_at(deadline, observe(question, site, &mut line.connection)).await;
        let seen = seen.map_err(|_| connect::no_answer(site))?;
        line.end(deadline).await;
        seen.map_err(|why| connect::words(&why, &target))
    };
    match seen.await {
        Ok(seen) => {
            let judgement = judge(&seen, question, &site.secrets);
            let answer = Answer::new(asked, judgement);
            if let Seen::Value(Value::Text(value)) = seen {
                answer.with_output(value)
            } else {
                answer
            }
        }
        Err(why) => {
            let reason = format!("{}: {why}", asked.target);
            Answer::new(asked, Judgement::error(reason))
        }
    }
}

/// The file of the migration that a question is about.
fn migration(question: &PostgresQuestion) -> Option<&str> {
    match question {
        PostgresQuestion::Indexes { created_by, .. } => created_by.as_deref(),
        PostgresQuestion::Analyzed { created_by } => Some(created_by),
        PostgresQuestion::Answers
        | PostgresQuestion::Version { .. }
        | PostgresQuestion::Extension { .. }
        | PostgresQuestion::Size(_)
        | PostgresQuestion::Table { .. }
        | PostgresQuestion::Row { .. }
        | PostgresQuestion::LastAnalyzed { .. }
        | PostgresQuestion::Connections(_)
        | PostgresQuestion::NoLockWaits
        | PostgresQuestion::NoTransactionOver(_)
        | PostgresQuestion::Statements { .. }
        | PostgresQuestion::Query { .. } => None,
    }
}

async fn observe(
    question: &PostgresQuestion,
    site: &Site,
    connection: &mut PgConnection,
) -> Result<Seen, sqlx::Error> {
    Ok(match question {
        PostgresQuestion::Answers => {
            sqlx::query("SELECT 1").execute(connection).await?;
            Seen::Answers
        }
        PostgresQuestion::Version { .. } => Seen::Version(
            sqlx::query_scalar("SELECT current_setting('server_version')")
                .fetch_one(connection)
                .await?,
        ),
        PostgresQuestion::Extension { name } => {
            let sql = "SELECT (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = $1), \
                       (SELECT default_version::text FROM pg_catalog.pg_available_extensions WHERE name = $1)";
            let row: PgRow = sqlx::query(sql).bind(name).fetch_one(connection).await?;
            Seen::Extension {
                installed: row.try_get(0)?,
                available: row.try_get(1)?,
            }
        }
        PostgresQuestion::Size(_) => {
            let size: i64 = sqlx::query_scalar("SELECT pg_database_size(current_database())")
                .fetch_one(connection)
                .await?;
            Seen::Size(size.unsigned_abs())
        }
        PostgresQuestion::Table { name, not_empty } => {
            Seen::Table(table(name, *not_empty, connection).await?)
        }
        PostgresQuestion::Row { table: name, naming } => Seen::Table(row(name, naming, connection).await?),
        PostgresQuestion::Indexes { .. } | PostgresQuestion::Analyzed { .. } => Seen::Indexes {
            indexes: indexes::observe(connection).await?,
            created: indexes::created(migration(question), site).await,
        },
        PostgresQuestion::LastAnalyzed { table, .. } => {
            Seen::Analyzed(activity::analyzed(table, connection).await?)
        }
        PostgresQuestion::Connections(_) => Seen::Sessions(activity::sessions(connection).await?),
        PostgresQuestion::NoLockWaits => Seen::Waits(activity::waits(connection).await?),
        PostgresQuestion::NoTransactionOver(_) => {
            Seen::Transactions(activity::transactions(connection).await?)
        }
        PostgresQuestion::Statements { slowest } => {
            let by = slowest.as_ref().map(|(by, _)| *by);
            Seen::Statements(statements::observe(by, connection).await?)
        }
        PostgresQuestion::Query { sql, .. } => {
            // The simple protocol answers in text, whatever the type; `select::check` saw that it is one statement.
            let row = sqlx::raw_sql(AssertSqlSafe(sql.as_str()))
                .fetch_optional(connection)
                .await?;
            Seen::Value(match row {
                None => Value::NoRow,
                Some(row) if row.is_empty() => Value::NoRow,
                Some(row) => {
                    let value = row.try_get_raw(0)?;
                    if value.is_null() {
                        Value::Null
                    } else {
                        Value::Text(value.as_str().map_err(sqlx::Error::Decode)?.to_owned())
                    }
                }
            })
        }
    })
}

/// The table, and whether it has a row in which `naming` stands.
async fn row(name: &str, naming: &str, connection: &mut PgConnection) -> Result<Option<Table>, sqlx::Error> {
    let Some(found) = table(name, false, connection).await? else {
        return Ok(None);
    };
    // The name is the catalogue's own, quoted by the server.
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM {} r WHERE strpos(lower(r::text), lower($1)) > 0)",
        found.name
    );
    let named = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(naming)
        .fetch_one(connection)
        .await?;
    Ok(Some(Table {
        has_rows: Some(named),
        ..found
    }))
}

async fn table(name: &str, rows: bool, connection: &mut PgConnection) -> Result<Option<Table>, sqlx::Error> {
    let sql = "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_catalog.pg_class c \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";
    let Some(found): Option<String> = sqlx::query_scalar(sql)
        .bind(name)
        .fetch_optional(&mut *connection)
        .await?
    else {
        return Ok(None);
    };
    let has_rows = if rows {
        // The name is the catalogue's own, quoted by the server.
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {found})");
        Some(
            sqlx::query_scalar(AssertSqlSafe(sql))
                .fetch_one(connection)
                .await?,
        )
    } else {
        None
    };
    Ok(Some(Table {
        name: found,
        has_rows,
    }))
}

pub(crate) fn judge(seen: &Seen, question: &PostgresQuestion, secrets: &Secrets) -> Judgement {
    match (question, seen) {
        (PostgresQuestion::Answers, Seen::Answers) => Judgement::pass("the database answers"),
        (PostgresQuestion::Version { at_least }, Seen::Version(text)) => match Version::find(text) {
            None => Judgement::error(format!("the server's version is {text}, which is no number")),
            Some(version) if version.at_least(at_least) => Judgement::pass(format!("PostgreSQL {version}")),
            Some(version) => Judgement::fail(
                format!("PostgreSQL {version}, needs {at_least} or newer"),
                format!("PostgreSQL {version}"),
            ),
        },
        (PostgresQuestion::Extension { name }, Seen::Extension { installed, available }) => {
            match (installed, available) {
                (Some(version), _) => Judgement::pass(format!("{name} {version} is installed")),
                (None, Some(version)) => Judgement::fail(
                    format!(
                        "{name} {version} is available but not installed in this database: CREATE EXTENSION {name}"
                    ),
                    "available, not installed",
                ),
                (None, None) => Judgement::fail(
                    format!("{name} is neither installed nor available on this server"),
                    "not available",
                ),
            }
        }
        (PostgresQuestion::Size(bound), Seen::Size(size)) => {
            let found = bytes(*size);
            match bound.comparison.holds(*size as f64, bound.quantity.value) {
                true => Judgement::pass(found),
                false => Judgement::fail(format!("{found}, must be {bound}"), found),
            }
        }
        (PostgresQuestion::Table { name, .. }, Seen::Table(None)) => {
            Judgement::fail(format!("the table {name} does not exist"), "no such table")
        }
        (PostgresQuestion::Table { .. }, Seen::Table(Some(table))) => match table.has_rows {
            Some(false) => Judgement::fail(format!("{} exists, but is empty", table.name), "empty"),
            Some(true) => Judgement::pass(format!("{} exists and has rows", table.name)),
            None => Judgement::pass(format!("{} exists", table.name)),
        },
        (PostgresQuestion::Row { table, .. }, Seen::Table(None)) => {
            Judgement::fail(format!("the table {table} does not exist"), "no such table")
        }
        (PostgresQuestion::Row { naming, .. }, Seen::Table(Some(table))) => {
            if table.has_rows == Some(true) {
                Judgement::pass(format!("{} has a row that names {naming}", table.name))
            } else {
                Judgement::fail(format!("no row of {} names {naming}", table.name), "no such row")
            }
        }
        (PostgresQuestion::Indexes { at_least, .. }, Seen::Indexes { indexes, created }) => {
            indexes::judge(indexes, created, *at_least)
        }
        (PostgresQuestion::Analyzed { .. }, Seen::Indexes { indexes, created }) => {
            indexes::judge_analyzed(indexes, created)
        }
        (PostgresQuestion::LastAnalyzed { table, within }, Seen::Analyzed(seen)) => {
            activity::judge_analyzed(seen.as_ref(), table, *within)
        }
        (PostgresQuestion::Connections(bound), Seen::Sessions(seen)) => activity::judge_sessions(seen, bound),
        (PostgresQuestion::NoLockWaits, Seen::Waits(waits)) => activity::judge_waits(waits),
        (PostgresQuestion::NoTransactionOver(seconds), Seen::Transactions(seen)) => {
            activity::judge_transactions(seen, *seconds)
        }
        (PostgresQuestion::Statements { slowest }, Seen::Statements(seen)) => {
            statements::judge(seen, slowest.as_ref(), secrets)
        }
        (PostgresQuestion::Query { rules, .. }, Seen::Value(value)) => judge_value(value, rules, secrets),
        (question, _) => Judgement::error(format!(
            "the answer is to another question than {}",
            expected(question)
        )),
    }
}

fn judge_value(value: &Value, rules: &[domain::probe::TextRule], secrets: &Secrets) -> Judgement {
    let text = match value {
        Value::Text(text) => text.as_str(),
        // What is not there can satisfy "empty" and nothing else.
        Value::NoRow | Value::Null => "",
    };
    let judgement = text::judge(&Text::of(text.as_bytes(), false), rules, secrets);
    match (value, judgement.verdict) {
        (Value::Text(_), _) => judgement,
        (Value::NoRow, Verdict::Pass) if rules.is_empty() => Judgement::pass("the query ran, without a row"),
        (Value::NoRow, Verdict::Pass) => Judgement::pass("no row"),
        (Value::NoRow, _) => Judgement {
            reason: format!("the query gave no row; {}", judgement.reason),
            ..judgement
        },
        (Value::Null, Verdict::Pass) if rules.is_empty() => {
            Judgement::pass("the query ran; its value is NULL")
        }
        (Value::Null, _) => Judgement::new(
            Verdict::NoData,
            "the query's value is NULL: there is nothing to judge",
            "NULL",
        ),
    }
}

#[cfg(test)]
mod tests;

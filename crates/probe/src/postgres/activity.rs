//! What goes on in a server: its sessions, who waits for a lock, and how long transactions have been open.

use crate::answer::Judgement;
use crate::file::lasting;
use chrono::{DateTime, Utc};
use domain::quantity::{Bound, Unit};
use domain::verdict::Verdict;
use sqlx::postgres::PgConnection;

/// The sessions of clients, and how many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sessions {
    pub open: i64,
    pub most: i64,
}

/// A session that waits for a lock, and those that hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub pid: i32,
    pub for_pids: Vec<i32>,
}

/// The open transactions that can be seen, the oldest first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Transactions {
    pub open: Vec<Transaction>,
    /// Sessions of which this user may not see whether they have one.
    pub hidden: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Transaction {
    /// Its session's process, or the name that it was prepared with.
    pub who: String,
    pub seconds: f64,
    /// `active`, `idle in transaction`, `prepared`.
    pub state: String,
}

/// When a table was analyzed last, and what time it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Analyzed {
    pub table: String,
    pub at: Option<DateTime<Utc>>,
    pub now: DateTime<Utc>,
}

/// Another user's session shows its database and its user, and nothing else, to whom may not read all statistics: it is
/// counted then.
pub(super) async fn sessions(connection: &mut PgConnection) -> Result<Sessions, sqlx::Error> {
    let sql = "SELECT count(*), current_setting('max_connections')::int8 FROM pg_catalog.pg_stat_activity \
               WHERE datid IS NOT NULL AND usesysid IS NOT NULL \
               AND coalesce(backend_type, 'client backend') = 'client backend'";
    let (open, most) = sqlx::query_as(sql).fetch_one(connection).await?;
    Ok(Sessions { open, most })
}

/// Who still waits after a quarter of a second: a row that is being written makes others wait for an instant.
pub(super) async fn waits(connection: &mut PgConnection) -> Result<Vec<Wait>, sqlx::Error> {
    let first = waiting(connection).await?;
    if first.is_empty() {
        return Ok(first);
    }
    sqlx::query("SELECT pg_sleep(0.25)")
        .execute(&mut *connection)
        .await?;
    let still = waiting(connection).await?;
    let lasts = |wait: &Wait| first.iter().any(|before| before.pid == wait.pid);
    Ok(still.into_iter().filter(lasts).collect())
}

async fn waiting(connection: &mut PgConnection) -> Result<Vec<Wait>, sqlx::Error> {
    let sql = "SELECT DISTINCT l.pid, pg_blocking_pids(l.pid) FROM pg_catalog.pg_locks l \
               JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
               WHERE NOT l.granted AND l.pid <> pg_backend_pid() AND a.datname = current_database() \
               ORDER BY 1 LIMIT 100";
    let rows: Vec<(i32, Vec<i32>)> = sqlx::query_as(sql).fetch_all(connection).await?;
    Ok(rows
        .into_iter()
        .map(|(pid, for_pids)| Wait { pid, for_pids })
        .collect())
}

pub(super) async fn transactions(connection: &mut PgConnection) -> Result<Transactions, sqlx::Error> {
    let sql = "SELECT 'session ' || pid, extract(epoch FROM clock_timestamp() - xact_start)::float8, \
                      coalesce(state, 'active') \
               FROM pg_catalog.pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL \
               AND backend_type = 'client backend' \
               UNION ALL \
               SELECT 'transaction ' || quote_literal(gid), \
                      extract(epoch FROM clock_timestamp() - prepared)::float8, 'prepared' \
               FROM pg_catalog.pg_prepared_xacts WHERE database = current_database() \
               ORDER BY 2 DESC LIMIT 100";
    let rows: Vec<(String, f64, String)> = sqlx::query_as(sql).fetch_all(&mut *connection).await?;
    let sql = "SELECT count(*) FROM pg_catalog.pg_stat_activity \
               WHERE datname = current_database() AND usesysid IS NOT NULL AND backend_type IS NULL";
    let hidden = sqlx::query_scalar(sql).fetch_one(connection).await?;
    let transaction = |(who, seconds, state)| Transaction { who, seconds, state };
    Ok(Transactions {
        open: rows.into_iter().map(transaction).collect(),
        hidden,
    })
}

pub(super) async fn analyzed(
    table: &str,
    connection: &mut PgConnection,
) -> Result<Option<Analyzed>, sqlx::Error> {
    let sql = "SELECT quote_ident(schemaname) || '.' || quote_ident(relname), \
                      greatest(last_analyze, last_autoanalyze), clock_timestamp() \
               FROM pg_catalog.pg_stat_user_tables WHERE relid = to_regclass($1)";
    let row: Option<(String, Option<DateTime<Utc>>, DateTime<Utc>)> =
        sqlx::query_as(sql).bind(table).fetch_optional(connection).await?;
    Ok(row.map(|(table, at, now)| Analyzed { table, at, now }))
}

pub(super) fn judge_sessions(seen: &Sessions, bound: &Bound) -> Judgement {
    let Sessions { open, most } = *seen;
    if open < 1 || most < 1 {
        return Judgement::error(format!(
            "{open} of {most} connections cannot be, with this one among them"
        ));
    }
    let share = open as f64 * 100.0 / most as f64;
    // Rounded down, so that 79.96 is not shown as 80.
    let shown = (share * 10.0).floor() / 10.0;
    let found = format!("{open} of {most} connections ({shown} %), this one among them");
    let value = match bound.quantity.unit {
        Unit::Percent => share,
        Unit::Count => open as f64,
        Unit::Bytes | Unit::Milliseconds => {
            return Judgement::error(format!("{found}, which cannot be compared with {bound}"));
        }
    };
    match bound.comparison.holds(value, bound.quantity.value) {
        true => Judgement::pass(found),
        false => Judgement::fail(format!("{found}, must be {bound}"), found),
    }
}

pub(super) fn judge_waits(waits: &[Wait]) -> Judgement {
    let Some(first) = waits.first() else {
        return Judgement::pass("no session waits for a lock");
    };
    let holders: Vec<String> = first.for_pids.iter().map(ToString::to_string).collect();
    let holders = match holders.is_empty() {
        true => String::new(),
        false => format!(" that {} holds", holders.join(", ")),
    };
    let more = match waits.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    let found = format!("session {} waits for a lock{holders}{more}", first.pid);
    Judgement::fail(found.clone(), found)
}

pub(super) fn judge_transactions(seen: &Transactions, most: u64) -> Judgement {
    let too_old = seen
        .open
        .iter()
        .filter(|transaction| transaction.seconds > most as f64)
        .count();
    let lasts = |transaction: &Transaction| {
        format!(
            "{} has had a transaction open for {} ({})",
            transaction.who,
            lasting(transaction.seconds.max(0.0) as u64),
            transaction.state
        )
    };
    match (too_old, seen.open.first(), seen.hidden) {
        (1.., Some(oldest), _) => {
            let more = match too_old {
                1 => String::new(),
                count => format!(", and {} more", count - 1),
            };
            let found = format!("{}{more}", lasts(oldest));
            Judgement::fail(format!("{found}; at most {} allowed", lasting(most)), found)
        }
        (_, _, 1..) => Judgement::new(
            Verdict::NoData,
            format!(
                "this user may not see the transactions of {} sessions of other users: GRANT pg_read_all_stats to it",
                seen.hidden
            ),
            format!("{} sessions that are not shown", seen.hidden),
        ),
        (_, Some(oldest), _) => Judgement::pass(format!("none is too old: {}", lasts(oldest))),
        (_, None, _) => Judgement::pass("no other transaction is open"),
    }
}

pub(super) fn judge_analyzed(seen: Option<&Analyzed>, table: &str, within: Option<u64>) -> Judgement {
    let Some(Analyzed { table, at, now }) = seen else {
        return Judgement::fail(format!("the table {table} does not exist"), "no such table");
    };
    let Some(at) = at else {
        return Judgement::fail(
            format!("{table} was never analyzed since its statistics were reset: run ANALYZE {table}"),
            "never analyzed",
        );
    };
    let seconds = (*now - *at).num_seconds().max(0).unsigned_abs();
    let found = format!("{table} was analyzed {} ago", lasting(seconds));
    match within {
        Some(most) if seconds > most => {
            Judgement::fail(format!("{found}, at most {} allowed", lasting(most)), found)
        }
        Some(_) | None => Judgement::pass(found),
    }
}

#[cfg(test)]
mod tests;

//! What goes on in the database: connections, locks, transactions, the time of statements.

use super::{Found, Words, any, postgres};
use crate::measure::Measure;
use crate::phrases::{Lower, Phrases};
use domain::probe::{PostgresQuestion, StatementTime};
use domain::quantity::{Bound, Comparison, Unit};

/// How long a transaction may be open where the line does not say it, in seconds.
const LONG: u64 = 300;

/// Words of lines that are about another server, or about something that a look at this one does not show.
static ELSEWHERE: Phrases = Phrases::new(
    "mysql, mariadb, mongo, redis, valkey, sql server, oracle, cassandra, dynamo, elasticsearch, opensearch, graphql, \
    prometheus, promql, bigquery, snowflake, pool, alert, monitor, dashboard, configured, timeout, retr, per second, failed, \
    refused, leak, during, while, in the last, in the past, improve, reduc, compared, before, logged, in logs, in the logs",
);

static INSTALLED: Phrases = Phrases::new(
    "enabled, installed, active, available, loaded, in place, turned on, aktiviert, installiert, activé, activad",
);

static CONNECTIONS: Phrases = Phrases::new(
    "database connections, postgres connections, postgresql connections, db connections, max_connections, \
    connections to the database, connections to postgres, datenbankverbindungen",
);

static WAITS: Phrases = Phrases::new(
    "no blocked quer, no blocked session, no blocked transaction, no blocking lock, no blocking quer, no blocking session, \
    no waiting session, no waiting quer, no waiting lock, no lock waits, no ungranted lock, no locks waiting, \
    no sessions waiting, no queries waiting, no sessions blocked, no queries blocked, no session waits, no query waits, \
    keine blockierten abfragen, keine blockierten sitzungen",
);

static LONG_TRANSACTIONS: Phrases = Phrases::new(
    "no long-running transaction, no long running transaction, no long-running quer, no long running quer, \
    no long transaction, no transaction older than, no transactions older than, no transaction longer than, \
    no transactions longer than, no transaction open for, no transactions open for, no query running longer, \
    no queries running longer, keine lang laufenden transaktionen",
);

static NONE_SLOWER: Phrases = Phrases::new(
    "no query slower than, no queries slower than, no slow quer, no statement slower than, no statements slower than, \
    no query takes longer, no queries take longer, no query over, no queries over, no query takes more, no queries take more, \
    keine abfrage langsamer als",
);

static ALL_FASTER: Phrases =
    Phrases::new("slowest query, slowest statement, all queries, every query, longest query");

static MEAN: Phrases = Phrases::new(
    "average query time, mean query time, avg query time, average query duration, mean query duration, \
    average query latency, average database query, average execution time, mean execution time, mean_exec_time",
);

/// "Database connections below 80 %", "no blocked queries", "no query slower than 100 ms".
pub fn activity(words: &Words<'_>, lower: &Lower, measures: &[Measure]) -> Option<Found> {
    if ELSEWHERE.within(lower) {
        return None;
    }
    let found = |question, because: &str| Some((postgres(question), because.to_owned()));
    if let Some(bound) = CONNECTIONS.within(lower).then(|| most(measures)).flatten()
        && matches!(bound.quantity.unit, Unit::Percent | Unit::Count)
    {
        let because = "the server is asked how many sessions it has, and how many it may have";
        return found(PostgresQuestion::Connections(bound), because);
    }
    if let Some(slowest) = slowest(lower, measures) {
        let because =
            "pg_stat_statements is asked for the slowest statement of this database since its last reset";
        let slowest = Some(slowest);
        return found(PostgresQuestion::Statements { slowest }, because);
    }
    if lower.contains("pg_stat_statements") && INSTALLED.within(lower) && measures.is_empty() {
        let because = "the extension must be installed in the database, and the server must load it";
        return found(PostgresQuestion::Statements { slowest: None }, because);
    }
    if WAITS.within(lower) && measures.is_empty() {
        let because = "the server's locks are read: nobody may still wait after a quarter of a second";
        return found(PostgresQuestion::NoLockWaits, because);
    }
    if LONG_TRANSACTIONS.within(lower) {
        return transactions(measures);
    }
    analyzed(words, lower, measures)
}

fn transactions(measures: &[Measure]) -> Option<Found> {
    let (seconds, because) = match measures {
        [] => (LONG, "how long is too long is not said: 5 minutes are taken"),
        [one] if one.unit == Unit::Milliseconds && one.upper.is_none() && one.value >= 1000.0 => (
            (one.value / 1000.0) as u64,
            "the server is asked for its oldest open transaction",
        ),
        _ => return None,
    };
    Some((
        postgres(PostgresQuestion::NoTransactionOver(seconds)),
        because.to_owned(),
    ))
}

/// The only number, where the words bound it from above.
fn most(measures: &[Measure]) -> Option<Bound> {
    let [one] = measures else { return None };
    let below = matches!(one.comparison, Some(Comparison::Below | Comparison::AtMost));
    (below && one.upper.is_none() && !one.roughly).then(|| one.bound(Comparison::AtMost))
}

fn slowest(lower: &Lower, measures: &[Measure]) -> Option<(StatementTime, Bound)> {
    let [one] = measures else { return None };
    (one.unit == Unit::Milliseconds && one.upper.is_none() && !one.roughly).then_some(())?;
    if NONE_SLOWER.within(lower) {
        // What must not be exceeded: "no query over 100 ms".
        let denied = matches!(one.comparison, None | Some(Comparison::Above));
        return denied.then(|| {
            let mut bound = one.bound(Comparison::AtMost);
            bound.comparison = Comparison::AtMost;
            (StatementTime::Longest, bound)
        });
    }
    let by = if MEAN.within(lower) {
        StatementTime::Mean
    } else if ALL_FASTER.within(lower) {
        StatementTime::Longest
    } else {
        return None;
    };
    most(measures).map(|bound| (by, bound))
}

/// "`last_analyze` of `orders` is less than 24 hours ago".
fn analyzed(words: &Words<'_>, lower: &Lower, measures: &[Measure]) -> Option<Found> {
    let said = lower.contains("last_analyze")
        || lower.contains("statistics") && any(lower, &["up to date", "up-to-date", "fresh", "analyzed"]);
    let named = |code: &&&str| {
        !code.to_lowercase().contains("analyze")
            && code.starts_with(|c: char| c.is_ascii_alphabetic())
            && code
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
    };
    let tables: Vec<&&str> = words.codes.iter().filter(named).collect();
    let ([table], true) = (tables.as_slice(), said) else {
        return None;
    };
    let within = match measures {
        [] => None,
        [one] if one.unit == Unit::Milliseconds && one.value >= 1000.0 => Some((one.value / 1000.0) as u64),
        _ => return None,
    };
    let question = PostgresQuestion::LastAnalyzed {
        table: (**table).to_owned(),
        within,
    };
    let because = "the server is asked when it analyzed the table, by hand or by itself".to_owned();
    Some((postgres(question), because))
}

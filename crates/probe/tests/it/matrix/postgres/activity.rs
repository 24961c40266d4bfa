//! What goes on in a server: sessions, locks, transactions, the time of statements.

use super::*;
use domain::probe::StatementTime;

fn connections(comparison: Comparison, value: f64, unit: Unit) -> PostgresQuestion {
    let quantity = Quantity { value, unit };
    PostgresQuestion::Connections(Bound { comparison, quantity })
}

fn analyzed_within(within: Option<u64>) -> PostgresQuestion {
    PostgresQuestion::LastAnalyzed {
        table: "t".to_owned(),
        within,
    }
}

fn statements(by: StatementTime, ms: f64) -> PostgresQuestion {
    let quantity = Quantity {
        value: ms,
        unit: Unit::Milliseconds,
    };
    let comparison = Comparison::Below;
    PostgresQuestion::Statements {
        slowest: Some((by, Bound { comparison, quantity })),
    }
}

/// Another session holds a lock, in a transaction that stays open.
fn held(content: &'static str) -> Target {
    Target::Postgres(content, Some("LOCK TABLE t IN ACCESS EXCLUSIVE MODE"))
}

const COUNTED: &str = "CREATE EXTENSION pg_stat_statements;\nCREATE TABLE t (n int);\n\
                       INSERT INTO t SELECT generate_series(1, 20000);\nSELECT sum(a.n) FROM t a";

pub fn rows() -> Vec<Row> {
    [good(), bad(), silent(), ambiguous()]
        .into_iter()
        .flatten()
        .collect()
}

fn good() -> Vec<Row> {
    let counted = || PostgresQuestion::Statements { slowest: None };
    vec![
        row(
            Good,
            "few of the connections that may be",
            PASS,
            connections(Comparison::Below, 99.0, Unit::Percent),
            real(""),
        ),
        row(
            Good,
            "nobody waits for a lock",
            PASS,
            PostgresQuestion::NoLockWaits,
            real(""),
        ),
        row(
            Good,
            "a lock that nobody waits for",
            PASS,
            PostgresQuestion::NoLockWaits,
            held(EMPTY),
        ),
        row(
            Good,
            "a transaction that is young",
            PASS,
            PostgresQuestion::NoTransactionOver(3600),
            held(EMPTY),
        ),
        row(
            Good,
            "a table that was analyzed",
            PASS,
            analyzed_within(Some(3600)),
            real(ANALYZED),
        ),
        row(Good, "statements are counted", PASS, counted(), real(COUNTED)),
        row(
            Good,
            "statements within their bound",
            PASS,
            statements(StatementTime::Longest, 600_000.0),
            real(COUNTED),
        ),
    ]
}

fn bad() -> Vec<Row> {
    vec![
        row(
            Bad,
            "more connections than a share",
            FAIL,
            connections(Comparison::Below, 0.1, Unit::Percent),
            real(""),
        ),
        row(
            Bad,
            "more connections than a count",
            FAIL,
            connections(Comparison::Below, 1.0, Unit::Count),
            real(""),
        ),
        row(
            Bad,
            "a session that waits for a lock",
            FAIL,
            PostgresQuestion::NoLockWaits,
            Target::PostgresWait(EMPTY, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE"),
        ),
        row(
            Bad,
            "a transaction that is too old",
            FAIL,
            PostgresQuestion::NoTransactionOver(0),
            held(EMPTY),
        ),
        row(
            Bad,
            "a table that was never looked at",
            FAIL,
            analyzed_within(None),
            real(EMPTY),
        ),
        row(Bad, "no table to analyze", FAIL, analyzed_within(None), real("")),
        row(
            Bad,
            "a statement that is too slow",
            FAIL,
            statements(StatementTime::Mean, 0.001),
            real(COUNTED),
        ),
        row(
            Bad,
            "nothing counts statements",
            FAIL,
            PostgresQuestion::Statements { slowest: None },
            real(""),
        ),
    ]
}

fn silent() -> Vec<Row> {
    let tcp = |conduct| Target::Tcp("postgres", conduct);
    vec![
        row(
            Unreachable,
            "nobody listens where connections are counted",
            NO_ANSWER,
            connections(Comparison::Below, 80.0, Unit::Percent),
            tcp(Conduct::Closed),
        ),
        row(
            Unreachable,
            "nobody listens where locks are asked for",
            NO_ANSWER,
            PostgresQuestion::NoLockWaits,
            tcp(Conduct::Closes),
        ),
        row(
            Slow,
            "no answer where transactions are asked for",
            NO_ANSWER,
            PostgresQuestion::NoTransactionOver(300),
            tcp(Conduct::Silent),
        ),
        row(
            Slow,
            "no answer where statements are asked for",
            NO_ANSWER,
            statements(StatementTime::Mean, 100.0),
            tcp(Conduct::Silent),
        ),
    ]
}

fn ambiguous() -> Vec<Row> {
    vec![
        row(
            Ambiguous,
            "a bound of statements, and nothing counts them",
            NO_DATA,
            statements(StatementTime::Mean, 100.0),
            real(""),
        ),
        row(
            Ambiguous,
            "a bound of statements, and none was counted",
            NO_DATA,
            statements(StatementTime::Longest, 100.0),
            real("CREATE EXTENSION pg_stat_statements"),
        ),
        row(
            Ambiguous,
            "connections compared with a time",
            NO_ANSWER,
            connections(Comparison::Below, 80.0, Unit::Milliseconds),
            real(""),
        ),
        row(
            Ambiguous,
            "a view of the name is never analyzed",
            FAIL,
            analyzed_within(None),
            real("CREATE VIEW t AS SELECT 1"),
        ),
    ]
}

//! Postgres: a real database for each row, and sockets that only claim to be one.

use super::world::{Conduct, Target, World};
use super::*;
use domain::probe::{PostgresProbe, PostgresQuestion, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit, Version};

mod activity;
mod ambiguous;

fn row(state: State, what: &'static str, right: Right, question: PostgresQuestion, target: Target) -> Row {
    Row {
        kind: "postgres",
        state,
        what,
        right,
        command: command(&question),
        spec: ProbeSpec::Postgres(PostgresProbe {
            address: None,
            question,
        }),
        world: World::of(target)
            .with_folder("echo 'CREATE INDEX by_name ON t (name);' >m.sql; echo '-- nothing' >none.sql"),
    }
}

fn command(question: &PostgresQuestion) -> String {
    let sql = match question {
        PostgresQuestion::Answers => return "pg_isready".to_owned(),
        PostgresQuestion::Version { .. } => "SELECT version()".to_owned(),
        PostgresQuestion::Extension { name } => {
            format!("SELECT * FROM pg_extension WHERE extname = '{name}'")
        }
        PostgresQuestion::Size(_) => "SELECT pg_database_size(current_database())".to_owned(),
        PostgresQuestion::Table { name, .. } => format!("SELECT count(*) FROM {name}"),
        PostgresQuestion::Row { table, naming } => {
            format!("SELECT * FROM {table} WHERE name LIKE '%{naming}%'")
        }
        PostgresQuestion::Indexes { .. } => "\\di".to_owned(),
        PostgresQuestion::Analyzed { .. } => {
            "SELECT relname, last_analyze FROM pg_stat_user_tables".to_owned()
        }
        PostgresQuestion::LastAnalyzed { table, .. } => {
            format!("SELECT last_analyze FROM pg_stat_user_tables WHERE relname = '{table}'")
        }
        PostgresQuestion::Connections(_) => "SELECT count(*) FROM pg_stat_activity".to_owned(),
        PostgresQuestion::NoLockWaits => "SELECT * FROM pg_locks WHERE NOT granted".to_owned(),
        PostgresQuestion::NoTransactionOver(_) => {
            "SELECT pid, xact_start FROM pg_stat_activity ORDER BY 2".to_owned()
        }
        PostgresQuestion::Statements { .. } => {
            "SELECT query FROM pg_stat_statements ORDER BY mean_exec_time DESC LIMIT 1".to_owned()
        }
        PostgresQuestion::Query { sql, .. } => sql.clone(),
    };
    format!("psql -XAtc \"{sql}\"")
}

fn version(least: u64) -> PostgresQuestion {
    PostgresQuestion::Version {
        at_least: Version(vec![least]),
    }
}

fn extension(name: &str) -> PostgresQuestion {
    PostgresQuestion::Extension {
        name: name.to_owned(),
    }
}

fn size(comparison: Comparison, value: f64) -> PostgresQuestion {
    let unit = Unit::Bytes;
    PostgresQuestion::Size(Bound {
        comparison,
        quantity: Quantity { value, unit },
    })
}

fn table(not_empty: bool) -> PostgresQuestion {
    PostgresQuestion::Table {
        name: "t".to_owned(),
        not_empty,
    }
}

fn named() -> PostgresQuestion {
    PostgresQuestion::Row {
        table: "t".to_owned(),
        naming: "0042".to_owned(),
    }
}

fn indexes(at_least: u32, file: Option<&str>) -> PostgresQuestion {
    PostgresQuestion::Indexes {
        at_least,
        created_by: file.map(str::to_owned),
    }
}

fn analyzed() -> PostgresQuestion {
    PostgresQuestion::Analyzed {
        created_by: "m.sql".to_owned(),
    }
}

fn query(sql: &str, is: &str) -> PostgresQuestion {
    PostgresQuestion::Query {
        sql: sql.to_owned(),
        rules: vec![TextRule::Is(is.to_owned())],
    }
}

fn few(sql: &str) -> PostgresQuestion {
    let quantity = Quantity {
        value: 10.0,
        unit: Unit::Count,
    };
    PostgresQuestion::Query {
        sql: sql.to_owned(),
        rules: vec![TextRule::Number(Bound {
            comparison: Comparison::Below,
            quantity,
        })],
    }
}

const EMPTY: &str = "CREATE TABLE t (name text, n int)";
const FILLED: &str = "CREATE TABLE t (name text, n int);\nINSERT INTO t VALUES ('0042_users', 1)";
const INDEXED: &str = "CREATE TABLE t (name text, n int);\nCREATE INDEX by_name ON t (name)";
const ANALYZED: &str = "CREATE TABLE t (name text, n int);\nCREATE INDEX by_name ON t (name);\nANALYZE t";
const INVALID: &str = "CREATE TABLE t (name text, n int);\nINSERT INTO t VALUES ('a', 1), ('a', 1);\n\
                       CREATE UNIQUE INDEX CONCURRENTLY by_name ON t (name)";

fn real(content: &'static str) -> Target {
    Target::Postgres(content, None)
}

pub fn rows() -> Vec<Row> {
    [good(), bad(), silent(), ambiguous::rows(), activity::rows()]
        .into_iter()
        .flatten()
        .collect()
}

fn good() -> Vec<Row> {
    vec![
        row(Good, "it answers", PASS, PostgresQuestion::Answers, real("")),
        row(Good, "a version that will do", PASS, version(12), real("")),
        row(
            Good,
            "an extension that is installed",
            PASS,
            extension("plpgsql"),
            real(""),
        ),
        row(
            Good,
            "a size within its bound",
            PASS,
            size(Comparison::Above, 1.0),
            real(""),
        ),
        row(Good, "a table", PASS, table(false), real(EMPTY)),
        row(Good, "a table with rows", PASS, table(true), real(FILLED)),
        row(Good, "a migration that is recorded", PASS, named(), real(FILLED)),
        row(
            Good,
            "the indexes of a migration",
            PASS,
            indexes(1, Some("m.sql")),
            real(INDEXED),
        ),
        row(
            Good,
            "statistics of the indexed table",
            PASS,
            analyzed(),
            real(ANALYZED),
        ),
        row(
            Good,
            "a value that is meant",
            PASS,
            query("SELECT count(*) FROM t", "1"),
            real(FILLED),
        ),
        row(
            Good,
            "a number within its bound",
            PASS,
            few("SELECT count(*) FROM t"),
            real(FILLED),
        ),
    ]
}

fn bad() -> Vec<Row> {
    vec![
        row(Bad, "a version that is too old", FAIL, version(99), real("")),
        row(
            Bad,
            "an extension that nobody has",
            FAIL,
            extension("no_such"),
            real(""),
        ),
        row(
            Bad,
            "a size beyond its bound",
            FAIL,
            size(Comparison::Below, 1024.0),
            real(""),
        ),
        row(Bad, "no table", FAIL, table(false), real("")),
        row(Bad, "a table without rows", FAIL, table(true), real(EMPTY)),
        row(
            Bad,
            "a migration that is not recorded",
            FAIL,
            named(),
            real(EMPTY),
        ),
        row(Bad, "no index", FAIL, indexes(1, None), real(EMPTY)),
        row(
            Bad,
            "an index of the migration is missing",
            FAIL,
            indexes(0, Some("m.sql")),
            real(EMPTY),
        ),
        row(
            Bad,
            "an index that is invalid",
            FAIL,
            indexes(1, Some("m.sql")),
            real(INVALID),
        ),
        row(
            Bad,
            "a table that was never analyzed",
            FAIL,
            analyzed(),
            real(INDEXED),
        ),
        row(
            Bad,
            "another value",
            FAIL,
            query("SELECT count(*) FROM t", "1"),
            real(EMPTY),
        ),
        row(Bad, "a number beyond its bound", FAIL, few("SELECT 11"), real("")),
    ]
}

fn silent() -> Vec<Row> {
    let answers = || PostgresQuestion::Answers;
    let tcp = |conduct| Target::Tcp("postgres", conduct);
    let locked = || Target::Postgres(FILLED, Some("LOCK TABLE t IN ACCESS EXCLUSIVE MODE"));
    let http = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec();
    vec![
        row(
            Unreachable,
            "nobody listens",
            NO_ANSWER,
            answers(),
            tcp(Conduct::Closed),
        ),
        row(
            Unreachable,
            "the queue is full",
            NO_ANSWER,
            answers(),
            tcp(Conduct::Full),
        ),
        row(
            Unreachable,
            "the connection is closed at once",
            NO_ANSWER,
            table(false),
            tcp(Conduct::Closes),
        ),
        row(
            Unreachable,
            "an HTTP server listens there",
            NO_ANSWER,
            version(12),
            tcp(Conduct::Ends(http)),
        ),
        row(
            Unreachable,
            "nobody listens where a table is asked for",
            NO_ANSWER,
            table(true),
            tcp(Conduct::Closed),
        ),
        row(
            Unreachable,
            "nobody listens where indexes are asked for",
            NO_ANSWER,
            indexes(0, None),
            tcp(Conduct::Closed),
        ),
        row(Slow, "no answer", NO_ANSWER, answers(), tcp(Conduct::Silent)),
        row(
            Slow,
            "no TLS, and then no greeting",
            NO_ANSWER,
            version(12),
            tcp(Conduct::Says(b"N".to_vec())),
        ),
        row(
            Slow,
            "a table that somebody locks, for rows",
            NO_ANSWER,
            table(true),
            locked(),
        ),
        row(
            Slow,
            "a table that somebody locks, for a record",
            NO_ANSWER,
            named(),
            locked(),
        ),
        row(
            Slow,
            "a table that somebody locks, for a query",
            NO_ANSWER,
            few("SELECT count(*) FROM t"),
            locked(),
        ),
    ]
}

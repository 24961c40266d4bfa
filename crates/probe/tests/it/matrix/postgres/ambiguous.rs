//! Answers of Postgres that could be taken for another.

use super::*;

pub fn rows() -> Vec<Row> {
    vec![
        row(
            Ambiguous,
            "NULL where a number is meant",
            NO_DATA,
            few("SELECT max(n) FROM t"),
            real(EMPTY),
        ),
        row(
            Ambiguous,
            "no row where a number is meant",
            NOT_GREEN,
            few("SELECT n FROM t"),
            real(EMPTY),
        ),
        row(
            Ambiguous,
            "NaN where a number is meant",
            NOT_GREEN,
            few("SELECT 'NaN'::float8"),
            real(""),
        ),
        row(
            Ambiguous,
            "a share of nothing",
            NOT_GREEN,
            few("SELECT sum(n) / count(*) FROM t"),
            real(EMPTY),
        ),
        row(
            Ambiguous,
            "a division by zero",
            NO_ANSWER,
            few("SELECT 1 / count(*) FROM t"),
            real(EMPTY),
        ),
        row(
            Ambiguous,
            "no such column",
            NO_ANSWER,
            few("SELECT gone FROM t"),
            real(EMPTY),
        ),
        row(
            Ambiguous,
            "no such table in a query",
            NO_ANSWER,
            few("SELECT count(*) FROM gone"),
            real(""),
        ),
        row(
            Ambiguous,
            "a query that waits",
            NO_ANSWER,
            few("SELECT pg_sleep(0)"),
            real(""),
        ),
        row(
            Ambiguous,
            "a query that changes",
            NO_ANSWER,
            query("DELETE FROM t RETURNING 1", "1"),
            real(FILLED),
        ),
        row(
            Ambiguous,
            "an extension that is available and not installed",
            FAIL,
            extension("pg_trgm"),
            real(""),
        ),
        row(
            Ambiguous,
            "a table of the name in another schema",
            FAIL,
            table(false),
            real("CREATE SCHEMA s;\nCREATE TABLE s.t (n int)"),
        ),
        row(
            Ambiguous,
            "a sequence of the name of the table",
            FAIL,
            table(false),
            real("CREATE SEQUENCE t"),
        ),
        row(
            Ambiguous,
            "a view of the name, without rows",
            FAIL,
            table(true),
            real("CREATE VIEW t AS SELECT 1 WHERE false"),
        ),
        row(
            Ambiguous,
            "an index of the name in another schema",
            FAIL,
            indexes(1, Some("m.sql")),
            real("CREATE SCHEMA s;\nCREATE TABLE s.u (name text);\nCREATE INDEX other ON s.u (name)"),
        ),
        row(
            Ambiguous,
            "indexes, and no file of the migration",
            NOT_GREEN,
            indexes(1, Some("gone.sql")),
            real(INDEXED),
        ),
        row(
            Ambiguous,
            "statistics, and no index in the migration",
            NOT_GREEN,
            PostgresQuestion::Analyzed {
                created_by: "none.sql".to_owned(),
            },
            real(ANALYZED),
        ),
        row(
            Ambiguous,
            "a database that does not exist",
            NO_ANSWER,
            PostgresQuestion::Answers,
            real(""),
        )
        .shut(),
    ]
}

impl Row {
    /// The database is one that does not exist.
    fn shut(mut self) -> Self {
        self.world = self.world.with(|site, _, _| {
            let url = &mut site.environment.endpoints[0].url;
            *url = url.replace("gonogo_matrix", "gonogo_gone");
        });
        self.command = "PGDATABASE=gonogo_gone pg_isready".to_owned();
        self
    }
}

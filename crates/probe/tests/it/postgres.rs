use crate::support::{Folder, assert_said, endpoint, environment, open, probe, server};
use domain::probe::{PostgresProbe, PostgresQuestion, ProbeSpec, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit, Version};
use domain::verdict::Verdict;
use probe::Site;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Executor};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn ask(question: PostgresQuestion) -> ProbeSpec {
    ProbeSpec::Postgres(PostgresProbe {
        address: None,
        question,
    })
}

fn query(sql: &str, rules: &[TextRule]) -> ProbeSpec {
    ask(PostgresQuestion::Query {
        sql: sql.to_owned(),
        rules: rules.to_vec(),
    })
}

fn bytes(comparison: Comparison, value: f64) -> Bound {
    Bound {
        comparison,
        quantity: Quantity {
            value,
            unit: Unit::Bytes,
        },
    }
}

fn site_at(url: &str) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint("database", url, &["db.test:5432"])];
    open(environment)
}

fn site(options: &PgConnectOptions) -> Site {
    site_at(options.to_url_lossy().as_str())
}

#[sqlx::test(migrations = false)]
async fn version_size_and_extensions_are_read_from_the_catalogue(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let site = site(&options);
    let version = |at_least: &[u64]| {
        ask(PostgresQuestion::Version {
            at_least: Version(at_least.to_vec()),
        })
    };
    let extension = |name: &str| {
        ask(PostgresQuestion::Extension {
            name: name.to_owned(),
        })
    };
    assert_said(
        &probe(&ask(PostgresQuestion::Answers), &site).await,
        Verdict::Pass,
        "answers",
    );
    assert_said(&probe(&version(&[12]), &site).await, Verdict::Pass, "PostgreSQL ");
    assert_said(
        &probe(&version(&[99, 1]), &site).await,
        Verdict::Fail,
        "needs 99.1 or newer",
    );
    assert_said(
        &probe(&extension("plpgsql"), &site).await,
        Verdict::Pass,
        "is installed",
    );
    assert_said(
        &probe(&extension("no_such"), &site).await,
        Verdict::Fail,
        "neither installed nor available",
    );
    let size = |bound| ask(PostgresQuestion::Size(bound));
    assert_said(
        &probe(&size(bytes(Comparison::Above, 1.0)), &site).await,
        Verdict::Pass,
        "MB",
    );
    assert_said(
        &probe(&size(bytes(Comparison::Below, 1024.0)), &site).await,
        Verdict::Fail,
        "must be < 1 KB",
    );
}

#[sqlx::test(migrations = false)]
async fn tables_and_indexes_are_judged_and_invalid_indexes_named(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool.connect_with(options.clone()).await.expect("a pool");
    pool.execute("CREATE SCHEMA \"Odd; name\"; CREATE TABLE schema_migrations (id int PRIMARY KEY); CREATE TABLE \"Odd; name\".\"T\" (x int)")
        .await
        .expect("tables");
    let site = site(&options);
    let table = |name: &str, not_empty| {
        ask(PostgresQuestion::Table {
            name: name.to_owned(),
            not_empty,
        })
    };
    assert_said(
        &probe(&table("schema_migrations", false), &site).await,
        Verdict::Pass,
        "exists",
    );
    assert_said(
        &probe(&table("schema_migrations", true), &site).await,
        Verdict::Fail,
        "exists, but is empty",
    );
    assert_said(
        &probe(&table("\"Odd; name\".\"T\"", true), &site).await,
        Verdict::Fail,
        "exists, but is empty",
    );
    assert_said(
        &probe(&table("public.gone", false), &site).await,
        Verdict::Fail,
        "the table public.gone does not exist",
    );
    assert_eq!(
        probe(&table("x'; DROP TABLE schema_migrations; --", true), &site)
            .await
            .verdict,
        Verdict::Error
    );
    pool.execute("INSERT INTO schema_migrations VALUES (1), (2)")
        .await
        .expect("rows");
    assert_said(
        &probe(&table("schema_migrations", true), &site).await,
        Verdict::Pass,
        "has rows",
    );
    let indexes = |at_least| {
        ask(PostgresQuestion::Indexes {
            at_least,
            created_by: None,
        })
    };
    assert_said(
        &probe(&indexes(1), &site).await,
        Verdict::Pass,
        "1 index, none invalid",
    );
    assert_said(
        &probe(&indexes(10), &site).await,
        Verdict::Fail,
        "1 index, must be at least 10",
    );
    pool.execute("INSERT INTO \"Odd; name\".\"T\" VALUES (1), (1)")
        .await
        .expect("rows");
    let failed = pool
        .execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON \"Odd; name\".\"T\" (x)")
        .await;
    assert!(failed.is_err(), "two equal rows");
    assert_said(
        &probe(&indexes(1), &site).await,
        Verdict::Fail,
        "Odd; name.broken is invalid",
    );
    pool.close().await;
}

#[sqlx::test(migrations = false)]
async fn queries_run_only_when_they_are_known_to_read(pool: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool.connect_with(options.clone()).await.expect("a pool");
    pool.execute("CREATE TABLE t (n int); INSERT INTO t VALUES (7)")
        .await
        .expect("a table");
    let site = site(&options);
    assert_said(&probe(&query("SELECT 1", &[]), &site).await, Verdict::Pass, "“1”");
    let is = |text: &str| [TextRule::Is(text.to_owned())];
    assert_said(
        &probe(
            &query("SELECT count(*), 'x' FROM t WHERE n > 3;", &is("1")),
            &site,
        )
        .await,
        Verdict::Pass,
        "“1”",
    );
    assert_said(
        &probe(&query("select sum(n)::numeric / 2 from t", &is("3.5")), &site).await,
        Verdict::Fail,
        "is “3.5000",
    );
    assert_said(
        &probe(&query("SELECT n FROM t WHERE n > 10", &is("7")), &site).await,
        Verdict::Fail,
        "gave no row",
    );
    assert_said(
        &probe(&query("SELECT n FROM t WHERE n > 10", &[TextRule::Empty]), &site).await,
        Verdict::Pass,
        "no row",
    );
    assert_said(
        &probe(&query("SELECT max(n) FROM t WHERE n > 10", &is("7")), &site).await,
        Verdict::NoData,
        "NULL",
    );
    assert_said(
        &probe(&query("SHOW max_connections", &[TextRule::NotEmpty]), &site).await,
        Verdict::Pass,
        "",
    );
    assert_said(
        &probe(&query("SELECT nothing FROM t", &[]), &site).await,
        Verdict::Error,
        "does not exist",
    );
    for sql in [
        "DELETE FROM t",
        "SELECT 1; DELETE FROM t",
        "WITH gone AS (DELETE FROM t RETURNING n) SELECT * FROM gone",
        "SELECT n INTO copied FROM t",
        "SELECT n FROM t FOR UPDATE",
        "SELECT pg_terminate_backend(1)",
        "SELECT lo_unlink(1)",
        "SELECT set_config('a.b', '1', false)",
        "COMMIT; DELETE FROM t",
    ] {
        assert_said(
            &probe(&query(sql, &[]), &site).await,
            Verdict::Error,
            "not known to read only, so it was not run",
        );
    }
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM t")
        .fetch_one(&pool)
        .await
        .expect("a count");
    assert_eq!(left, 1);
    pool.close().await;
}

#[sqlx::test(migrations = false)]
async fn a_view_that_writes_is_stopped_by_the_read_only_transaction(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool.connect_with(options.clone()).await.expect("a pool");
    pool.execute(
        "CREATE TABLE t (n int); CREATE FUNCTION sly() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (1) RETURNING n'; \
         CREATE VIEW v AS SELECT sly() AS n",
    )
    .await
    .expect("a view");
    let finding = probe(&query("SELECT n FROM v", &[]), &site(&options)).await;
    assert_said(&finding, Verdict::Error, "read-only transaction refuses");
    pool.close().await;
}

#[sqlx::test(migrations = false)]
async fn a_query_that_takes_too_long_is_ended_on_the_server_too(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool.connect_with(options.clone()).await.expect("a pool");
    pool.execute("CREATE VIEW slow AS SELECT 'asleep' AS state, pg_sleep(3600) IS NULL AS never")
        .await
        .expect("a view");
    let site = Site {
        deadline: Duration::from_millis(500),
        ..site(&options)
    };
    let finding = probe(&query("SELECT state, never FROM slow", &[]), &site).await;
    assert_eq!(finding.verdict, Verdict::Error, "{finding:#?}");
    let ended = async {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        loop {
            let sql = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%FROM slow' AND datname = current_database()";
            let left: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.expect("a count");
            if left == 0 {
                return;
            }
            tick.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended)
        .await
        .expect("statement_timeout ends it");
    pool.close().await;
}

#[sqlx::test(migrations = false)]
async fn the_clock_is_compared_with_the_databases(_: PgPoolOptions, options: PgConnectOptions) {
    let finding = probe(&ProbeSpec::Clock { within_ms: 2000 }, &site(&options)).await;
    assert_said(
        &finding,
        Verdict::Pass,
        "the database is on this machine, so both read one clock",
    );
}

#[sqlx::test(migrations = false)]
async fn a_clock_that_is_wrong_fails_with_the_difference(_: PgPoolOptions, options: PgConnectOptions) {
    let mut context = crate::support::context();
    let right = context.clock.clone();
    context.clock = std::sync::Arc::new(move || right() - chrono::TimeDelta::seconds(90));
    let prober = probe::Prober::new(context);
    let finding = prober
        .probe(
            &ProbeSpec::Clock { within_ms: 1000 },
            &site(&options),
            Default::default(),
        )
        .await;
    assert_said(&finding, Verdict::Fail, " ms ahead");
    assert!(
        finding.reason.contains("at most 1000 ms allowed"),
        "{}",
        finding.reason
    );
}

#[sqlx::test(migrations = false)]
async fn a_written_address_is_matched_with_the_endpoint(_: PgPoolOptions, options: PgConnectOptions) {
    let spec = |address: &str| {
        ProbeSpec::Postgres(PostgresProbe {
            address: Some(address.to_owned()),
            question: PostgresQuestion::Answers,
        })
    };
    for written in ["db.test:5432", "db.test", "database"] {
        assert_said(
            &probe(&spec(written), &site(&options)).await,
            Verdict::Pass,
            "answers",
        );
    }
    assert_said(
        &probe(&spec("elsewhere.test"), &site(&options)).await,
        Verdict::Error,
        "is not an endpoint",
    );
}

#[sqlx::test(migrations = false)]
async fn a_database_or_user_that_does_not_exist_is_an_error_in_words(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let gone = site(&options.clone().database("no_such_database"));
    assert_said(
        &probe(&ask(PostgresQuestion::Answers), &gone).await,
        Verdict::Error,
        "no such database",
    );
    let stranger = site(&options.username("no_such_user"));
    assert_said(
        &probe(&ask(PostgresQuestion::Answers), &stranger).await,
        Verdict::Error,
        "no_such_user",
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_in_words() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    drop(listener);
    let finding = probe(
        &ask(PostgresQuestion::Answers),
        &site_at(&format!("postgres://app@{address}/app")),
    )
    .await;
    assert_said(
        &finding,
        Verdict::Error,
        &format!("Postgres app at {address} (endpoint database): connection refused"),
    );
    let finding = probe(
        &ask(PostgresQuestion::Answers),
        &site_at("postgres:///app?host=/nowhere/at/all"),
    )
    .await;
    assert_said(&finding, Verdict::Error, "no such file or directory");
}

#[tokio::test]
async fn a_server_that_accepts_and_never_answers_is_an_error_at_the_deadline() {
    let address = server(|mut stream| async move {
        let mut nothing = [0; 1024];
        while stream.read(&mut nothing).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let site = Site {
        deadline: Duration::from_millis(300),
        ..site_at(&format!("postgres://app@{address}/app"))
    };
    let finding = probe(&ask(PostgresQuestion::Answers), &site).await;
    assert_said(
        &finding,
        Verdict::Error,
        "no connection, or no greeting, within 300 ms",
    );
}

/// Answers the start of a connection with one message, after refusing TLS.
async fn answer_with(message: &'static [u8]) -> std::net::SocketAddr {
    server(move |mut stream| async move {
        let mut request = [0; 1024];
        let read = stream.read(&mut request).await.unwrap_or(0);
        // SSLRequest: length 8 and the code 80877103.
        if request[..read] == [0, 0, 0, 8, 4, 210, 22, 47] {
            let _ = stream.write_all(b"N").await;
            let _ = stream.read(&mut request).await;
        }
        let _ = stream.write_all(message).await;
        while stream.read(&mut request).await.is_ok_and(|count| count > 0) {}
    })
    .await
}

#[tokio::test]
async fn a_refused_password_is_said_and_not_shown() {
    let address = answer_with(b"E\x00\x00\x00\x2cSFATAL\0VFATAL\0C28P01\0Mwrong topsecret99\0\0").await;
    let finding = probe(
        &ask(PostgresQuestion::Answers),
        &site_at(&format!("postgres://app:topsecret99@{address}/app")),
    )
    .await;
    assert_said(&finding, Verdict::Error, "the server refuses the password of app");
    assert!(
        !serde_json::to_string(&finding)
            .expect("json")
            .contains("topsecret99"),
        "{finding:#?}"
    );
}

#[tokio::test]
async fn what_does_not_speak_postgres_is_an_error() {
    for message in [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(),
        b"R\xff\xff\xff\xff",
        b"R\x00\x00\x00\x00",
        b"\0\0\0\0\0\0",
    ] {
        let message: &'static [u8] = Box::leak(message.to_vec().into_boxed_slice());
        let address = answer_with(message).await;
        let site = Site {
            deadline: Duration::from_millis(500),
            ..site_at(&format!("postgres://app@{address}/app"))
        };
        let finding = probe(&ask(PostgresQuestion::Answers), &site).await;
        assert_eq!(finding.verdict, Verdict::Error, "{finding:#?}");
    }
}

const MIGRATION: &str = "INDEXES = {\"idx_t_n\": \"t (n)\", \"idx_t_m\": \"t (m)\"}\n";

#[sqlx::test(migrations = false)]
async fn indexes_and_statistics_are_compared_with_the_migration(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool.connect_with(options.clone()).await.expect("a pool");
    pool.execute("CREATE TABLE t (n int, m int); CREATE INDEX idx_t_n ON t (n)")
        .await
        .expect("a table");
    let folder = Folder::new();
    let mut environment = environment(folder.path());
    environment.endpoints = vec![endpoint("database", options.to_url_lossy().as_str(), &[])];
    let site = open(environment);
    let indexes = ask(PostgresQuestion::Indexes {
        at_least: 1,
        created_by: Some("migrations/m.py".to_owned()),
    });
    assert_said(
        &probe(&indexes, &site).await,
        Verdict::Error,
        "migrations/m.py does not exist",
    );
    std::fs::create_dir(folder.path().join("migrations")).expect("a folder");
    std::fs::write(folder.path().join("migrations/m.py"), MIGRATION).expect("a file");
    assert_said(
        &probe(&indexes, &site).await,
        Verdict::Fail,
        "idx_t_m of the migration's 2 indexes is missing",
    );
    pool.execute("CREATE INDEX idx_t_m ON t (m)")
        .await
        .expect("an index");
    assert_said(
        &probe(&indexes, &site).await,
        Verdict::Pass,
        "all 2 of the migration are there",
    );
    let analyzed = ask(PostgresQuestion::Analyzed {
        created_by: "migrations/m.py".to_owned(),
    });
    assert_said(
        &probe(&analyzed, &site).await,
        Verdict::Fail,
        "ANALYZE was never run on t",
    );
    pool.execute("ANALYZE t").await.expect("statistics");
    assert_said(&probe(&analyzed, &site).await, Verdict::Pass, "1 table analyzed");
    pool.close().await;
}

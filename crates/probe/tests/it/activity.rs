//! What goes on in a real Postgres, seen by one who may see everything and by one who may not.

use crate::support::{assert_said, endpoint, environment, open, probe};
use domain::probe::{PostgresProbe, PostgresQuestion, ProbeSpec};
use domain::verdict::Verdict;
use probe::Site;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

fn ask(question: PostgresQuestion) -> ProbeSpec {
    ProbeSpec::Postgres(PostgresProbe {
        address: None,
        question,
    })
}

fn site(options: &PgConnectOptions) -> Site {
    let mut environment = environment(&std::env::temp_dir());
    environment.endpoints = vec![endpoint("database", options.to_url_lossy().as_str(), &[])];
    open(environment)
}

#[sqlx::test(migrations = false)]
async fn transactions_of_others_that_may_not_be_seen_are_no_data_and_what_may_be_seen_is_judged(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let role = format!("gonogo_reader_{}", std::process::id());
    let mut admin = options.connect().await.expect("a session");
    let tell = format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN");
    admin.execute(AssertSqlSafe(tell)).await.expect("a role");
    let mut other = options.connect().await.expect("a session");
    other.execute("BEGIN; SELECT 1").await.expect("a transaction");

    let young = ask(PostgresQuestion::NoTransactionOver(300));
    let restricted = site(&options.clone().username(&role));
    assert_said(
        &probe(&young, &restricted).await,
        Verdict::NoData,
        "GRANT pg_read_all_stats",
    );
    let whole = site(&options);
    assert_said(&probe(&young, &whole).await, Verdict::Pass, "none is too old");
    let none = ask(PostgresQuestion::NoTransactionOver(0));
    assert_said(
        &probe(&none, &whole).await,
        Verdict::Fail,
        "(idle in transaction)",
    );

    let grant = format!("GRANT pg_read_all_stats TO {role}");
    admin.execute(AssertSqlSafe(grant)).await.expect("granted");
    assert_said(
        &probe(&none, &restricted).await,
        Verdict::Fail,
        "(idle in transaction)",
    );

    let _ = other.close().await;
    let gone = format!("DROP ROLE {role}");
    admin.execute(AssertSqlSafe(gone)).await.expect("dropped");
}

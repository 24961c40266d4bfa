//! Statements that a real Postgres counts.

use super::{assert_noted, counted, figure};
use domain::metric::Metric;
use probe::Site;
use probe::counted::{Counted, Read};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

fn site(options: &PgConnectOptions) -> Site {
    super::site(&[("database", options.to_url_lossy().as_str())])
}

/// A database with its extension, two tables, and room for its statements: those of databases that are gone are thrown away
/// before the server has to.
async fn shop(options: &PgConnectOptions) -> PgConnection {
    let mut session = options.connect().await.expect("a session");
    let made = "CREATE EXTENSION pg_stat_statements; CREATE TABLE orders (id int, shop int); CREATE TABLE items (id int, name text); \
                SELECT pg_stat_statements_reset(0, dbid, 0) FROM (SELECT DISTINCT dbid FROM pg_stat_statements s \
                WHERE NOT EXISTS (SELECT FROM pg_database d WHERE d.oid = s.dbid)) gone";
    session.execute(made).await.expect("tables");
    session
}

/// Requests as a service makes them: the orders of a shop, and one by one what is in them.
async fn serve(requests: i32, items: i32, session: &mut PgConnection) {
    for _ in 0..requests {
        session.execute("BEGIN").await.expect("a transaction");
        let orders = sqlx::query("SELECT id FROM orders WHERE shop = $1").bind(1);
        orders.execute(&mut *session).await.expect("orders");
        for item in 0..items {
            let name =
                sqlx::query("SELECT /* of hunter2-hunter2 */ name FROM items WHERE id = $1").bind(item);
            name.execute(&mut *session).await.expect("a name");
        }
        session.execute("COMMIT").await.expect("committed");
    }
}

#[sqlx::test(migrations = false)]
async fn queries_are_divided_by_requests_and_the_statement_that_repeats_is_named(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut session = shop(&options).await;
    let mut elsewhere = options
        .clone()
        .database("postgres")
        .connect()
        .await
        .expect("a session");
    let mut site = site(&options);
    site.secrets.hide("TOKEN", "hunter2-hunter2");
    serve(3, 5, &mut session).await;
    let before = counted(&site).await;
    serve(20, 5, &mut session).await;
    for _ in 0..50 {
        let other = sqlx::query("SELECT datname FROM pg_database WHERE oid = $1").bind(1);
        other
            .execute(&mut elsewhere)
            .await
            .expect("a query of another database");
    }
    let after = counted(&site).await;
    let (figures, notes) = after.since(&before, 20);
    assert_eq!(figure(&figures, Metric::Queries), Some((6.0, 20)), "{notes:#?}");
    assert_eq!(figure(&figures, Metric::RepeatedQueries), Some((1.0, 20)));
    assert_noted(
        &notes,
        "It repeats like N+1, 5.0 calls for each request: “SELECT /* of [TOKEN hidden] */ name FROM items WHERE id = $1”",
    );
    let json = serde_json::to_string(&after).expect("plain data");
    assert!(!json.contains("hunter2"), "{json}");
    assert_eq!(serde_json::from_str::<Counted>(&json).expect("the same"), after);

    // The same page without N+1.
    serve(20, 1, &mut session).await;
    let (figures, _) = counted(&site).await.since(&after, 20);
    assert_eq!(figure(&figures, Metric::Queries), Some((2.0, 20)));
    assert_eq!(figure(&figures, Metric::RepeatedQueries), Some((0.0, 20)));

    // The statements of this database alone are forgotten.
    let forget =
        "SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database()";
    session.execute(forget).await.expect("forgotten");
    serve(50, 5, &mut session).await;
    let forgotten = counted(&site).await;
    let (figures, notes) = forgotten.since(&after, 50);
    assert_eq!(figures, []);
    assert_noted(&notes, "pg_stat_statements has forgotten counts since");
    session.close().await.expect("closed");
    elsewhere.close().await.expect("closed");
}

#[sqlx::test(migrations = false)]
async fn a_load_that_this_database_does_not_see_is_nothing_and_says_so(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let session = shop(&options).await;
    let before = counted(&site(&options)).await;
    let after = counted(&site(&options)).await;
    let (figures, notes) = after.since(&before, 10);
    assert_eq!(figure(&figures, Metric::Queries), Some((0.0, 10)));
    assert_noted(&notes, "is it the database that was used?");
    session.close().await.expect("closed");
}

#[sqlx::test(migrations = false)]
async fn without_the_extension_queries_are_not_counted(_: PgPoolOptions, options: PgConnectOptions) {
    let nothing = counted(&site(&options)).await;
    let (figures, notes) = nothing.since(&nothing, 10);
    assert_eq!(figures, []);
    assert_noted(&notes, "CREATE EXTENSION pg_stat_statements");
}

#[sqlx::test(migrations = false)]
async fn statements_of_others_that_may_not_be_seen_leave_no_figure(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut session = shop(&options).await;
    let role = format!("gonogo_counter_{}", std::process::id());
    let tell = format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN");
    session.execute(AssertSqlSafe(tell)).await.expect("a role");
    let restricted = site(&options.clone().username(&role));
    let before = counted(&restricted).await;
    serve(10, 1, &mut session).await;
    let (figures, notes) = counted(&restricted).await.since(&before, 10);
    assert_eq!(figures, []);
    assert_noted(&notes, "GRANT pg_read_all_stats");

    let tell = format!("GRANT pg_read_all_stats TO {role}");
    session.execute(AssertSqlSafe(tell)).await.expect("granted");
    let before = counted(&restricted).await;
    serve(10, 1, &mut session).await;
    let (figures, notes) = counted(&restricted).await.since(&before, 10);
    assert_eq!(figure(&figures, Metric::Queries), Some((2.0, 10)), "{notes:#?}");

    let tell = format!("REVOKE SELECT ON pg_stat_statements FROM PUBLIC, {role}");
    session.execute(AssertSqlSafe(tell)).await.expect("revoked");
    let refused = counted(&restricted).await;
    let Read::Unread(why) = refused.statements else {
        panic!("nobody may read it: {refused:#?}");
    };
    assert!(
        why.contains(&format!("GRANT SELECT ON pg_stat_statements TO {role}")),
        "{why}"
    );
    session
        .execute(AssertSqlSafe(format!("DROP ROLE {role}")))
        .await
        .expect("dropped");
    session.close().await.expect("closed");
}

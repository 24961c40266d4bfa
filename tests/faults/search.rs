//! What is asked again and again finds its rows without reading a big table.

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

/// A hundred thousand runs that are over, with a task each that is over, in ten environments; in one of them one run was rolled
/// back, long ago. Before them and after them a few of another checklist.
const MANY: &str = "
    insert into checklist (title, created_at) values ('Shop', now()), ('Bakery', now());
    insert into revision (checklist_id, hash, bytes, file_name, plan, plan_hash, diagnostics, imported_at)
    select id, encode(sha256(title::bytea), 'hex'), '', 'shop.md', '{}', repeat('b', 64), '[]', now() from checklist;
    insert into panel (host, entered_at) values ('here', now());
    create temporary view wanted as
    select number, case when number between 6 and 100005 then 'Shop' else 'Bakery' end as title
    from generate_series(1, 100006) number;
    insert into run (request_key, revision_id, environment, release, title, state, fold, summary, event_count, head,
                     started_by, started_at, closed_at, class)
    select gen_random_uuid(), revision.id, case wanted.title when 'Shop' then 'shop-' || number % 10 else 'shop-3' end, 'v1',
           wanted.title, 'closed',
           case when number = 7 then '{\"rollback\": {\"tier\": \"full\", \"state\": {\"state\": \"done\"}}}'::jsonb else '{}' end,
           '{}', 1, repeat('c', 64), 'otto', now(), now(), 'staging'
    from wanted join checklist using (title) join revision on checklist_id = checklist.id order by number;
    insert into task (run_id, environment, request_key, work, started_by, due_at, state, created_at, ended_at)
    select id, environment, gen_random_uuid(), '{\"work\": \"action\", \"item\": \"switch-flipped\"}', '{\"kind\": \"gonogo\"}',
           now(), 'ended', now(), now()
    from run;
    analyze;
";

/// Pages of 8 KiB that a look may read: the table has thousands.
const PAGES: i64 = 100;

/// The text of the one stored query that contains this.
fn stored(part: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let queries = std::fs::read_dir(folder).unwrap().map(|file| {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let query: Value = serde_json::from_str(&text).unwrap();
        query["query"].as_str().unwrap().to_owned()
    });
    let mut found = queries.filter(|query| query.contains(part));
    let query = found.next().unwrap_or_else(|| panic!("no query has {part:?}"));
    assert!(found.next().is_none(), "two queries have {part:?}");
    query
}

/// How a query is carried out whose parameters the planner does not know.
async fn plan(connection: &mut PgConnection, part: &str, arguments: &str) -> Value {
    let query = stored(part);
    sqlx::raw_sql(AssertSqlSafe(format!("prepare asked as {query}")))
        .execute(&mut *connection)
        .await
        .unwrap();
    let explain = format!("explain (analyze, buffers, format json) execute asked({arguments})");
    let plan: Value = sqlx::query_scalar(AssertSqlSafe(explain))
        .persistent(false)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    sqlx::raw_sql("deallocate asked")
        .execute(connection)
        .await
        .unwrap();
    plan[0]["Plan"].clone()
}

/// The big tables that are read from one end to the other.
fn read_whole(node: &Value, found: &mut Vec<String>) {
    let table = node["Relation Name"].as_str().unwrap_or_default();
    if node["Node Type"] == "Seq Scan" && ["task", "run"].contains(&table) {
        found.push(table.to_owned());
    }
    for node in node["Plans"].as_array().into_iter().flatten() {
        read_whole(node, found);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn looking_for_tasks_for_the_last_rollback_and_for_a_trend_reads_no_big_table(pool: PgPool) {
    let mut connection = pool.acquire().await.unwrap();
    for sql in [MANY, "set plan_cache_mode = force_generic_plan"] {
        sqlx::raw_sql(sql).execute(&mut *connection).await.unwrap();
    }
    for (part, arguments) in [
        (
            "fence = fence + 1",
            "1, '{shop-1,shop-2}', now(), '{}', true, true",
        ),
        ("fold -> 'rollback' ->> 'tier'", "'shop-7', 'full'"),
        ("fold -> 'rollback' ->> 'tier'", "'shop-7', 'immediate'"),
        ("fold -> 'rollback' ->> 'tier'", "'shop-1', 'full'"),
        ("run.environment = here.environment", "100005, 30"),
        ("run.environment = here.environment", "100006, 30"),
    ] {
        let plan = plan(&mut connection, part, arguments).await;
        let mut whole = Vec::new();
        read_whole(&plan, &mut whole);
        assert!(
            whole.is_empty(),
            "{part} ({arguments}) reads all of {whole:?}: {plan:#}"
        );
        let pages = ["Shared Hit Blocks", "Shared Read Blocks"].map(|kind| plan[kind].as_i64().unwrap());
        let pages: i64 = pages.iter().sum();
        assert!(
            pages <= PAGES,
            "{part} ({arguments}) reads {pages} pages: {plan:#}"
        );
    }
}

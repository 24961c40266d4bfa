//! What was stored before a migration is still there after it, and after it was undone.

use sqlx::{AssertSqlSafe, PgPool};

/// The migration that made tasks of the forms that had started an action.
const TASKS: i64 = 20_261_126_100_000;

/// A run with a form that started an action, as they were stored before there were tasks.
const BEFORE: &str = "
    insert into checklist (title, created_at) values ('Shop', now());
    insert into revision (checklist_id, hash, bytes, file_name, plan, plan_hash, diagnostics, imported_at)
    select id, repeat('a', 64), '', 'shop.md', '{}', repeat('b', 64), '[]', now() from checklist;
    insert into run (request_key, revision_id, environment, release, title, state, fold, summary, event_count, head,
                     started_by, started_at)
    select '00000000-0000-0000-0000-000000000001', id, 'shop', 'v1', 'Shop', 'executing', '{}', '{}', 1, repeat('c', 64),
           'otto', now() from revision;
    insert into action_request (run_id, request_key, item, at)
    select id, '00000000-0000-0000-0000-000000000002', 'switch-flipped', now() from run;
";

#[sqlx::test(migrations = false)]
async fn the_forms_that_had_started_an_action_start_nothing_again_after_the_migration_to_tasks(pool: PgPool) {
    let run = async |sql: &str| {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&pool)
            .await
            .unwrap();
    };
    let plain = || {
        store::MIGRATOR
            .iter()
            .filter(|migration| !migration.migration_type.is_down_migration())
    };
    for migration in plain().filter(|migration| migration.version < TASKS) {
        run(migration.sql.as_str()).await;
    }
    run(BEFORE).await;
    let one = |down: bool| {
        let found = store::MIGRATOR.iter().find(|migration| {
            migration.version == TASKS && migration.migration_type.is_down_migration() == down
        });
        found.unwrap().sql.as_str().to_owned()
    };
    run(&one(false)).await;
    let (state, item, by, seal): (String, String, String, i32) = sqlx::query_as(
        "select task.state, work ->> 'item', task.started_by ->> 'kind', octet_length(seal) from task join run on run.id = run_id",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(
        (state.as_str(), item.as_str(), by.as_str(), seal),
        ("ended", "switch-flipped", "gonogo", 32)
    );
    run(&one(true)).await;
    let key: String =
        sqlx::query_scalar("select request_key::text from action_request where item = 'switch-flipped'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert!(key.ends_with('2'), "{key}");
    run(&one(false)).await;
}

/// The first and the last migration about people's rights and ways in.
const PEOPLE: std::ops::RangeInclusive<i64> = 20_261_127_160_000..=20_261_127_160_999;

#[sqlx::test(migrations = false)]
async fn people_who_were_there_before_their_log_are_there_after_it_and_after_it_was_undone(pool: PgPool) {
    let run = async |sql: &str| {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&pool)
            .await
            .unwrap();
    };
    let of = |down: bool| {
        store::MIGRATOR
            .iter()
            .filter(move |migration| migration.migration_type.is_down_migration() == down)
    };
    for migration in of(false).filter(|migration| migration.version < *PEOPLE.start()) {
        run(migration.sql.as_str()).await;
    }
    run("insert into person (name, title, password_hash, created_at) values ('ada', 'Ada', '$argon2id$x', now());
         insert into person_role (person_id, role, granted_at) select id, 'qa', now() from person;
         insert into session (key, data, person_id, created_at, last_seen_at, expires_at)
         select decode(repeat('ab', 32), 'hex'), '{}', id, now(), now(), now() from person")
    .await;
    let there: Vec<i64> = of(false)
        .map(|migration| migration.version)
        .filter(|version| PEOPLE.contains(version))
        .collect();
    let forward = async || {
        for migration in of(false).filter(|migration| there.contains(&migration.version)) {
            run(migration.sql.as_str()).await;
        }
    };
    forward().await;
    run("insert into person (name, title, service, created_at) values ('ci', 'ci', true, now());
         insert into api_token (person_id, key, scopes, made_by, made_at, expires_at)
         select ci.id, decode(repeat('cd', 32), 'hex'), '{read}', ada.id, now(), now() from person ci, person ada
         where ci.name = 'ci' and ada.name = 'ada';
         insert into role_in_environment (person_id, environment, role, granted_at) select 1, 'shop', 'qa', now()")
    .await;
    let mut back: Vec<_> = of(true)
        .filter(|migration| there.contains(&migration.version))
        .collect();
    back.sort_by_key(|migration| std::cmp::Reverse(migration.version));
    for migration in back {
        run(migration.sql.as_str()).await;
    }
    let people: Vec<(String, bool)> =
        sqlx::query_as("select name, disabled_at is not null from person order by name")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(
        people,
        [("ada".to_owned(), false), ("ci".to_owned(), true)],
        "a program without tokens is nobody"
    );
    forward().await;
    let held: i64 = sqlx::query_scalar("select count(*) from person_role join session using (person_id)")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(held, 1);
}

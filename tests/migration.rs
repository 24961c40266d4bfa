//! What was stored before a migration is still there after it, and after it was undone.

use crate::support::{Look, SHOP, Team, eventually};
use chrono::TimeDelta;
use domain::{fingerprint::Moment, run::RunId};
use gonogo::api::history::RunsPage;
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

/// The later migrations' files, oldest first: what does it, and what undoes it.
fn later() -> Vec<(String, String)> {
    let of = |version: i64, down: bool| {
        let mut all = store::MIGRATOR.iter();
        let found = all.find(|one| one.version == version && one.migration_type.is_down_migration() == down);
        found.unwrap().sql.as_str().to_owned()
    };
    let versions = store::MIGRATOR
        .iter()
        .filter(|one| !one.migration_type.is_down_migration() && one.version > TASKS);
    versions
        .map(|one| (of(one.version, false), of(one.version, true)))
        .collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_in_progress_at_each_earlier_schema_goes_on_after_the_upgrade(pool: PgPool) {
    let team = Team::new(&pool).await;
    let revision = team.published(SHOP).await;
    let run = RunId(team.devops.start(revision, "shop", "v1.2").await.number());
    let page = team.devops.verify(run, "").await;
    let notes = page.id("release notes");
    team.qa
        .attest(run, &notes, "read on a Tuesday")
        .await
        .answer::<()>();
    team.attest_phases(run).await;
    team.devops.begin(run, "").await.answer::<()>();
    team.qa.sign(run, "go_with_conditions", "").await.answer::<()>();
    // What follows T0 by itself has followed.
    let before = eventually("how things are at T0", async || {
        let run = team.qa.page(run).await.run;
        run.fingerprints.contains_key(&Moment::After).then_some(run)
    })
    .await;
    assert_eq!(before.state.word(), "verifying");
    let Team {
        place,
        mut app,
        mut qa,
        mut devops,
        mut developer,
        mut owner,
    } = team;
    let files = later();
    for back in 1..=files.len() {
        app.stop().await;
        let undone = &files[files.len() - back..];
        let down = undone.iter().rev().map(|(_, down)| down);
        let up = undone.iter().map(|(up, _)| up);
        for sql in down.chain(up) {
            let run = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&pool).await;
            run.unwrap_or_else(|error| panic!("{error} in:\n{sql}"));
        }
        app = place.app(&pool).await;
        (qa, devops, developer, owner) = (qa.at(&app), devops.at(&app), developer.at(&app), owner.at(&app));
        let after = qa.page(run).await.run;
        assert_eq!(after, before, "{back} migrations were undone and done again");
        for filter in [("person", "quinn"), ("person", "otto"), ("text", "tuesday v1.2")] {
            eventually("the run is found", async || {
                let field = format!("filter[{}]", filter.0);
                let page: RunsPage = qa.call("/api/history/list", &[(&field, filter.1)]).await.answer();
                (page.runs.len() == 1).then_some(())
            })
            .await;
        }
    }
    // It ends as it would have.
    app.advance(TimeDelta::minutes(6));
    let team = Team {
        place,
        app,
        qa,
        devops,
        developer,
        owner,
    };
    let page = team.qa.page(run).await;
    let item = page.id("Nobody complained");
    team.qa.attest(run, &item, "seen").await.answer::<()>();
    team.devops.verify(run, "").await;
    for member in team.members() {
        let closed = team.qa.page(run).await.run.is_closed();
        assert!(!closed);
        member.sign(run, "go", "").await.answer::<()>();
    }
    let page = team.qa.page(run).await;
    assert_eq!(page.run.state.word(), "GO");
    let mut connection = pool.acquire().await.unwrap();
    let broken = store::backup::broken_chains(&mut connection).await.unwrap();
    assert_eq!(broken, [""; 0]);
}

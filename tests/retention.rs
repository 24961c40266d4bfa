//! Outputs of old runs go, and their record verifies as before.

use crate::{
    record::{as_superuser, close, told, told_by_python},
    support::{App, Folder, Look, Place, SHOP, Team, noon},
};
use chrono::TimeDelta;
use domain::{Hash, Role, run::RunId};
use gonogo::server::{clock::Clock, config::Settings, record, retention};
use reqwest::StatusCode;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use std::{fs, path::Path};

/// A team whose Gonogo keeps outputs for so many days.
async fn keeping(pool: &PgPool, days: Option<u32>) -> Team {
    let place = Place::new().await;
    let settings = Settings {
        address: Some("127.0.0.1:0".parse().unwrap()),
        environments: Some(place.environments()),
        keep_outputs_days: days,
        ..Settings::default()
    };
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let app = App::start_with(pool, Clock::at(noon()), settings, directory).await;
    Team::at(place, app).await
}

/// A run that closed today, with a file that somebody showed.
async fn closed(team: &Team, pool: &PgPool) -> RunId {
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("release notes");
    let file = Some(("notes.txt", b"they were read".as_slice()));
    let shown = team.qa.attest_with(run, &item, &[("note", "")], file).await;
    shown.answer::<()>();
    team.settle_all(run).await;
    close(team, pool, run).await;
    run
}

/// How many pieces of evidence and attachments a run has, and how many of them are removed.
async fn outputs(pool: &PgPool, run: RunId) -> (i64, i64) {
    sqlx::query_as(
        "select count(*), count(removed_at) from (
             select removed_at from evidence where run_id = $1 union all select removed_at from attachment where run_id = $1
         ) both_of_them",
    )
    .bind(run.0)
    .fetch_one(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn outputs_of_a_run_that_closed_long_ago_go_and_its_record_verifies_as_before(pool: PgPool) {
    let team = keeping(&pool, Some(30)).await;
    let old = closed(&team, &pool).await;
    let open = team.run(SHOP).await;
    team.qa.verify(open, "").await;
    let page = team.qa.page(old).await;
    let (item, number, record_hash) = (
        page.id("service answers"),
        page.run.number,
        page.run.record.clone(),
    );
    let ((all, _), (of_open, _)) = (outputs(&pool, old).await, outputs(&pool, open).await);
    assert!(all > 6 && of_open > 0, "{all} and {of_open}");
    let state = team.app.state();

    team.app.advance(TimeDelta::days(29));
    assert_eq!(
        retention::swept(state).await.unwrap(),
        0,
        "it is younger than that"
    );
    team.app.advance(TimeDelta::days(2));
    assert_eq!(retention::swept(state).await.unwrap(), all as u64);
    assert_eq!(retention::swept(state).await.unwrap(), 0, "once and for all");
    assert_eq!(outputs(&pool, old).await, (all, all));
    assert_eq!(outputs(&pool, open).await, (of_open, 0), "nobody has closed it");

    let folder = Folder::new();
    let written = folder.path().join("run.json");
    fs::write(&written, record::file(state, old).await.unwrap()).unwrap();
    let removed = format!("{all} outputs were removed by retention, the last on 2026-04-02");
    for (code, words) in [told(&written, None), told_by_python(&written, None)] {
        assert_eq!(code, 0, "{words}");
        assert!(
            words.starts_with("holds\n") && words.contains(&removed),
            "{words}"
        );
    }

    // Everybody's session has ended since.
    let reader = team.app.signed_in("ada", &[Role::Developer]).await;
    let page = reader.get(&format!("/runs/{}?item={item}", old.0)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Output removed by retention on ") && page.text.contains("2026-04-02"));
    let file: String = sqlx::query_scalar("select hash from attachment")
        .fetch_one(&pool)
        .await
        .unwrap();
    let page = reader.get(&format!("/runs/{}/attachments/{file}", old.0)).await;
    let (status, words) = page.refusal();
    assert_eq!(status, 404);
    assert!(words.contains("removed by retention on 2026-04-02"), "{words}");
    let page = reader.get(&format!("/runs/{}/export.json", old.0)).await;
    let export: Value = serde_json::from_slice(&page.bytes).unwrap();
    assert_eq!(export["run"]["number"], number);
    assert_eq!(export["run"]["record"], record_hash.as_str());
    for one in export["evidence"].as_array().unwrap() {
        let gone = one["removed_at"]
            .as_str()
            .is_some_and(|at| at.starts_with("2026-04-02"));
        assert!(gone && one.get("finding").is_none(), "{one}");
        Hash::try_from(one["hash"].as_str().unwrap().to_owned()).unwrap();
    }

    // What is missing without a word is missing.
    as_superuser(&pool, "delete from evidence where removed_at is not null").await;
    fs::write(&written, record::file(state, old).await.unwrap()).unwrap();
    for (code, words) in [told(&written, None), told_by_python(&written, None)] {
        assert_eq!(code, 1, "{words}");
        assert!(words.contains("missing"), "{words}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn outputs_are_kept_for_ever_where_nobody_says_for_how_long(pool: PgPool) {
    let team = keeping(&pool, None).await;
    let run = closed(&team, &pool).await;
    team.app.advance(TimeDelta::days(4_000));
    assert_eq!(retention::swept(team.app.state()).await.unwrap(), 0);
    assert_eq!(outputs(&pool, run).await.1, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_database_lets_nobody_remove_an_output_in_another_way(pool: PgPool) {
    let team = keeping(&pool, Some(30)).await;
    let run = closed(&team, &pool).await;
    let open = team.run(SHOP).await;
    team.qa.verify(open, "").await;
    let refused = async |statement: &str| {
        let sql = AssertSqlSafe(statement.to_owned());
        let error = sqlx::raw_sql(sql).execute(&pool).await.expect_err(statement);
        let code = error.as_database_error().and_then(|error| error.code());
        // Restrict violation is our own; a rule of the row is the other.
        assert!(
            matches!(code.as_deref(), Some("23001" | "23514")),
            "{statement}: {error}"
        );
    };
    let (closed, late) = (format!("where run_id = {}", run.0), "timestamp '2026-05-01'");
    for (table, body) in [("evidence", "body"), ("attachment", "bytes")] {
        for statement in [
            format!("delete from {table}"),
            format!("truncate {table}"),
            format!("update {table} set {body} = {body}"),
            format!("update {table} set {body} = null {closed}"),
            format!("update {table} set removed_at = {late} {closed}"),
            format!("update {table} set {body} = null, removed_at = timestamp '2026-03-31' {closed}"),
            format!("update {table} set {body} = null, removed_at = {late}, hash = repeat('a', 64) {closed}"),
            format!("insert into {table} select * from {table} where false union all
                     select (jsonb_populate_record(null::{table}, to_jsonb(one) - '{body}' || '{{\"removed_at\": \"2026-05-01\"}}')).*
                     from (select * from {table} {closed} limit 1) one"),
        ] {
            refused(&statement).await;
        }
    }
    refused(&format!(
        "update evidence set body = null, removed_at = {late} where run_id = {}",
        open.0
    ))
    .await;
    team.app.advance(TimeDelta::days(31));
    retention::swept(team.app.state()).await.unwrap();
    for statement in [
        "update evidence set removed_at = now()",
        "update evidence set body = '{}', removed_at = null",
    ] {
        refused(&format!("{statement} {closed}")).await;
    }
    refused("delete from evidence").await;
    let (all, removed) = outputs(&pool, run).await;
    assert_eq!(all, removed);
    assert_eq!(outputs(&pool, open).await.1, 0);
}

//! The event log: gapless, chained, append-only, and all that a run is.

use crate::support::{Look, SHOP, Team};
use chrono::TimeDelta;
use domain::{
    Hash,
    event::Event,
    record::Record,
    run::{Run, RunId},
};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

struct Row {
    number: i64,
    body: String,
    previous: String,
    hash: String,
}

async fn rows(pool: &PgPool, run: RunId) -> Vec<Row> {
    let rows: Vec<(i64, String, String, String)> =
        sqlx::query_as("select number, body, previous, hash from event where run_id = $1 order by number")
            .bind(run.0)
            .fetch_all(pool)
            .await
            .unwrap();
    rows.into_iter()
        .map(|(number, body, previous, hash)| Row {
            number,
            body,
            previous,
            hash,
        })
        .collect()
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A run to which everything happens that can.
async fn eventful(team: &Team) -> RunId {
    let (first, run) = (team.run(SHOP).await, team.run(SHOP).await);
    team.devops.begin(first, "").await.answer::<()>();
    let page = team.qa.verify(run, "").await;
    let service = page.id("The service answers");
    team.place.health(500).await;
    team.qa.verify(run, &service).await;
    for deed in ["override", "waive", "skip", "reopen"] {
        team.owner
            .settle(run, &service, deed, "for the log: \u{1f680} \"quoted\" \\ \u{7f}")
            .await
            .answer::<()>();
    }
    team.qa
        .attest_with(
            run,
            &page.id("release notes"),
            &[("note", "n")],
            Some(("f.txt", b"f")),
        )
        .await
        .answer::<()>();
    team.devops.begin(run, "mine").await.answer::<()>();
    team.devops.begin(first, "no, mine").await.answer::<()>();
    team.devops.begin(run, "mine after all").await.answer::<()>();
    team.attest_phases(run).await;
    team.app.advance(TimeDelta::minutes(6));
    team.devops.verify(run, "").await;
    team.qa.sign(run, "go", "").await.answer::<()>();
    team.qa.withdraw(run, "qa", "too early").await.answer::<()>();
    team.developer
        .sign(run, "no_go", "it is down")
        .await
        .answer::<()>();
    team.devops.close(run, true, "enough").await.answer::<()>();
    run
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_chain_can_be_recomputed_without_gonogo(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = eventful(&team).await;
    let rows = rows(&pool, run).await;
    assert!(rows.len() > 25, "{}", rows.len());
    let mut previous = "0".repeat(64);
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row.number, index as i64 + 1, "a number is missing");
        assert_eq!(row.previous, previous);
        assert_eq!(row.hash, sha256(&format!("{previous}{}", row.body)));
        let value: serde_json::Value = serde_json::from_str(&row.body).unwrap();
        assert_eq!(
            serde_json_canonicalizer::to_string(&value).unwrap(),
            row.body,
            "the body is not canonical"
        );
        previous.clone_from(&row.hash);
    }
    let (head, count): (String, i64) = sqlx::query_as("select head, event_count from run where id = $1")
        .bind(run.0)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!((head, count), (previous, rows.len() as i64));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_is_the_fold_of_its_events_and_every_record_hash_is_right(pool: PgPool) {
    let team = Team::new(&pool).await;
    let id = eventful(&team).await;
    let mut run: Option<Run> = None;
    for row in rows(&pool, id).await {
        let event: Event = serde_json::from_str(&row.body).unwrap();
        let after = match run.take() {
            None => Run::begin(id, &event).unwrap(),
            Some(mut run) => {
                run.apply(&event);
                run.apply(&event);
                run
            }
        };
        let record = serde_json_canonicalizer::to_string(&Record::from(&after)).unwrap();
        assert_eq!(event.record.as_str(), sha256(&record), "event {}", event.number);
        run = Some(after);
    }
    let stored: serde_json::Value = sqlx::query_scalar("select fold from run where id = $1")
        .bind(id.0)
        .fetch_one(&pool)
        .await
        .unwrap();
    let stored: Run = serde_json::from_value(stored).unwrap();
    assert_eq!(run, Some(stored));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_database_refuses_to_change_what_happened_and_what_was_seen(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    team.qa.verify(run, "").await;
    for statement in [
        "update event set body = body",
        "update event set number = number + 1000",
        "delete from event",
        "delete from event where number = 1",
        "truncate event",
        "truncate run cascade",
        "update evidence set body = '{}'",
        "delete from evidence",
        "truncate evidence",
        "delete from run",
    ] {
        let error = sqlx::raw_sql(statement)
            .execute(&pool)
            .await
            .expect_err(statement);
        let error = error.as_database_error().unwrap();
        let code = error.code().unwrap_or_default().into_owned();
        // Restrict violation is our own; a foreign key keeps the run itself.
        assert!(
            ["23001", "23503"].contains(&code.as_str()),
            "{statement}: {error}"
        );
    }
    let page = team.qa.page(run).await;
    assert_eq!(rows(&pool, run).await.len() as u64, page.run.number);
    let seen: i64 = sqlx::query_scalar("select count(*) from evidence")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(seen, 6);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_many_do_at_once_is_numbered_without_gaps(pool: PgPool) {
    let team = Team::new(&pool).await;
    let mut document = String::from("# Many\n\n");
    for number in 0..24 {
        document.push_str(&format!("- [ ] Somebody looked at part <{number}>\n"));
    }
    let run = team.run(&document).await;
    let page = team.qa.page(run).await;
    let members = [&team.qa, &team.devops, &team.developer];
    let words = (0..24).map(|number| {
        let item = page.id(&format!("<{number}>"));
        let member = members[number % 3];
        async move { member.attest(run, &item, "seen").await.answer::<()>() }
    });
    futures::future::join_all(words).await;
    let numbers: Vec<_> = rows(&pool, run).await.into_iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
    let page = team.qa.page(run).await;
    assert_eq!((page.run.number, page.run.items.len()), (25, 24));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_check_with_the_same_verdict_adds_evidence_and_changes_no_record(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let page = team.qa.verify(run, "").await;
    let item = page.line("The service answers").id.clone();
    let (record, first) = (
        page.run.record.clone(),
        page.run.items[&item].latest.clone().unwrap(),
    );
    let page = team.qa.verify(run, &item.0).await;
    let again = page.run.items[&item].latest.clone().unwrap();
    assert_eq!(page.run.record, record);
    assert_ne!(again.evidence, first.evidence);
    assert_eq!(
        again.first, first.first,
        "the record names what first gave the verdict"
    );
    team.place.health(404).await;
    let page = team.qa.verify(run, &item.0).await;
    assert_ne!(page.run.record, record);
    team.place.health(200).await;
    let page = team.qa.verify(run, &item.0).await;
    assert_ne!(
        page.run.record, record,
        "another pass than the first one is another record"
    );
    assert_ne!(page.run.record, Hash::zero());
}

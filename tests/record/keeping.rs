//! Keys, heads and files that are kept elsewhere while the database or the clock is set back, or a disk is full.

use super::{
    all_signed, app_with, as_superuser, closed, file, gonogo, heads, tampering, told, told_by_python,
};
use crate::support::{Folder, Place, SHOP, Team, eventually};
use chrono::TimeDelta;
use gonogo::server::signing_key;
use record::{
    head::{HEAD_TYPE, Head},
    key::History,
    verify::{Known, Outcome, verify},
};
use sqlx::PgPool;
use std::fs;

/// The database as a backup had it that was taken before the last rotation.
async fn forget_the_last_key(pool: &PgPool) {
    let sql = "delete from signing_key where number = (select max(number) from signing_key)";
    as_superuser(pool, sql).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_database_of_before_a_rotation_learns_of_the_newer_key_from_what_stands_beside_it(pool: PgPool) {
    let (place, folder) = (Place::new().await, Folder::new());
    let key = folder.path().join("signing-key");
    let app = app_with(&place, &pool, key.clone(), None).await;
    let team = Team::at(place, app).await;
    let run = team.settled(SHOP).await;
    team.qa.sign(run, "go", "").await.answer::<()>();
    all_signed(&pool).await;
    for _ in 0..2 {
        let (code, words) = gonogo(&pool, &key, &["key", "rotate"]);
        assert_eq!(code, 0, "{words}");
    }
    forget_the_last_key(&pool).await;
    forget_the_last_key(&pool).await;
    team.qa.withdraw(run, "qa", "a new key").await.answer::<()>();
    all_signed(&pool).await;
    let Outcome::Holds(facts) = verify(&file(&team, run).await, &Known::default()) else {
        panic!("it does not hold");
    };
    assert_eq!(facts.keys.len(), 3);
    // Without it, what is missing is said.
    forget_the_last_key(&pool).await;
    fs::remove_file(folder.path().join("signing-key.introductions")).unwrap();
    let (code, words) = gonogo(&pool, &key, &["key", "rotate"]);
    assert!(
        code == 1 && words.contains("signing-key.introductions back beside the key"),
        "{words}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_clock_that_is_set_back_takes_no_key_head_or_file_out_of_its_time(pool: PgPool) {
    let (place, folder) = (Place::new().await, Folder::new());
    let app = app_with(&place, &pool, folder.path().join("signing-key"), None).await;
    let team = Team::at(place, app).await;
    let run = team.settled(SHOP).await;
    all_signed(&pool).await;
    signing_key::rotate(team.app.state()).await.unwrap();
    team.app.advance(-TimeDelta::hours(1));
    signing_key::rotate(team.app.state()).await.unwrap();
    team.qa.sign(run, "go", "").await.answer::<()>();
    all_signed(&pool).await;
    let introductions = store::signing_key::all(&mut pool.acquire().await.unwrap())
        .await
        .unwrap();
    let history = History::read(&introductions).unwrap();
    let signed: Head = heads(&pool, run).await[0].content(HEAD_TYPE).unwrap();
    let [_, second, third] = history.keys() else {
        panic!("three keys");
    };
    assert_eq!((third.from, signed.at), (second.from, second.from));
    let found = verify(&file(&team, run).await, &Known::default());
    assert!(matches!(found, Outcome::Holds(_)), "{found:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_checkpoint_from_after_the_file_asks_for_a_newer_file_and_finds_one_that_was_cut(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let folder = Folder::new();
    let (written, kept) = (folder.path().join("run.json"), folder.path().join("kept.jsonl"));
    fs::write(&written, file(&team, run).await).unwrap();
    let last = team.qa.page(run).await.run.number;
    team.app.advance(TimeDelta::minutes(10));
    team.qa.sign(run, "go", "").await.answer::<()>();
    all_signed(&pool).await;
    let head = heads(&pool, run).await.pop().unwrap();
    fs::write(&kept, serde_json::to_string(&head).unwrap()).unwrap();
    for (code, words) in [told(&written, Some(&kept)), told_by_python(&written, Some(&kept))] {
        assert!(
            code == 2 && words.contains("the file is older than a checkpoint, checkpoint 1: export it again"),
            "{words}"
        );
    }
    tampering::set_back(&pool, run, last).await;
    fs::write(&written, file(&team, run).await).unwrap();
    for (code, words) in [told(&written, Some(&kept)), told_by_python(&written, Some(&kept))] {
        assert!(
            code == 1 && words.contains(&format!("event {}: it is missing", last + 1)),
            "{words}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn half_a_line_of_a_witness_whose_disk_was_full_is_passed_over(pool: PgPool) {
    let (place, folder) = (Place::new().await, Folder::new());
    let witness = folder.path().join("heads.jsonl");
    fs::write(&witness, "{\"payload\":\"AAAA").unwrap();
    let key = folder.path().join("signing-key");
    let app = app_with(&place, &pool, key, Some(witness.clone())).await;
    let team = Team::at(place, app).await;
    let run = closed(&team, &pool).await;
    eventually("the witness has them", async || {
        let text = fs::read_to_string(&witness).unwrap_or_default();
        (text.ends_with('\n') && text.lines().count() == 6).then_some(())
    })
    .await;
    let written = folder.path().join("run.json");
    fs::write(&written, file(&team, run).await).unwrap();
    for (code, words) in [
        told(&written, Some(&witness)),
        told_by_python(&written, Some(&witness)),
    ] {
        assert!(
            code == 0 && words.contains("line 1") && words.contains("passed over"),
            "{words}"
        );
    }
    fs::write(&witness, "{\"payload\":\"AAAA\n").unwrap();
    assert_eq!(
        (
            told(&written, Some(&witness)).0,
            told_by_python(&written, Some(&witness)).0
        ),
        (2, 2),
        "with nothing that can be read, nobody can tell"
    );
}

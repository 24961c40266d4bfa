//! The record that anybody can check: signed heads, the evidence file, its two verifiers, keys and witnesses.

mod keeping;
mod repository;
mod tampering;

use crate::support::{App, Folder, Place, SHOP, Team, database_url, eventually};
use chrono::TimeDelta;
use domain::run::RunId;
use gonogo::server::{clock::Clock, config::Settings};
use record::{
    dsse::Envelope,
    head::{HEAD_TYPE, Head},
    verify::{Doubt, Known, Outcome, verify},
};
use sqlx::{AssertSqlSafe, PgPool};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// What a verifier said: its exit code and its words.
type Said = (i32, String);

fn ran(mut command: Command) -> Said {
    let output = command.output().unwrap();
    let words = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(words).unwrap())
}

/// `gonogo ARGUMENTS` with this key's file.
fn gonogo(pool: &PgPool, key: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gonogo"));
    command.args(arguments).env("DATABASE_URL", database_url(pool));
    command.env("GONOGO_SIGNING_KEY", key).env("GONOGO_LOG", "error");
    ran(command)
}

/// What `gonogo verify` says, without a database.
pub fn told(file: &Path, checkpoint: Option<&Path>) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gonogo"));
    command
        .arg("verify")
        .arg(file)
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
    if let Some(checkpoint) = checkpoint {
        command.arg("--checkpoint").arg(checkpoint);
    }
    ran(command)
}

/// What the verifier says that shares no code.
pub fn told_by_python(file: &Path, checkpoint: Option<&Path>) -> Said {
    let mut command = Command::new("python3");
    command
        .arg("-B")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify.py"))
        .arg(file);
    command.args(checkpoint);
    ran(command)
}

async fn file(team: &Team, run: RunId) -> Vec<u8> {
    let page = team.qa.get(&format!("/runs/{}/export.dsse.json", run.0)).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    page.bytes
}

async fn heads(pool: &PgPool, run: RunId) -> Vec<Envelope> {
    store::head::all(&mut pool.acquire().await.unwrap(), run)
        .await
        .unwrap()
}

/// Why the events of a run are not signed, once that is found.
async fn refusal(pool: &PgPool, run: RunId) -> String {
    eventually("it is refused", async || {
        sqlx::query_scalar("select refused from head_due where run_id = $1 and refused is not null")
            .bind(run.0)
            .fetch_optional(pool)
            .await
            .unwrap()
    })
    .await
}

/// Waits until nothing is due that can be signed.
async fn all_signed(pool: &PgPool) {
    eventually("all heads are signed", async || {
        let due: i64 = sqlx::query_scalar("select count(*) from head_due where refused is null")
            .fetch_one(pool)
            .await
            .unwrap();
        (due == 0).then_some(())
    })
    .await;
}

/// A run that all four have signed, and that has closed by itself.
async fn closed(team: &Team, pool: &PgPool) -> RunId {
    let run = team.settled(SHOP).await;
    close(team, pool, run).await;
    run
}

/// All four sign a run in which everything is settled, which closes it.
pub async fn close(team: &Team, pool: &PgPool, run: RunId) {
    for member in team.members() {
        member.sign(run, "go", "all well").await.answer::<()>();
    }
    assert!(team.qa.page(run).await.run.is_closed());
    all_signed(pool).await;
}

/// Does to the database what its superuser can.
pub async fn as_superuser(pool: &PgPool, sql: &str) {
    let sql = format!("set session_replication_role = replica; {sql}; set session_replication_role = origin");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

/// The application of `place` with this key, and perhaps a witness. Its clock stands a little before today's time, which the terminal
/// goes by: settling takes six minutes.
async fn app_with(place: &Place, pool: &PgPool, key: PathBuf, witness: Option<PathBuf>) -> App {
    let settings = Settings {
        signing_key: Some(key),
        witness,
        ..Settings::default()
    };
    app_as(place, pool, settings).await
}

/// The application of `place` with these settings too.
async fn app_as(place: &Place, pool: &PgPool, settings: Settings) -> App {
    let settings = Settings {
        address: Some("127.0.0.1:0".parse().unwrap()),
        environments: Some(place.environments()),
        ..settings
    };
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    App::start_with(
        pool,
        Clock::at(chrono::Utc::now() - TimeDelta::minutes(6)),
        settings,
        directory,
    )
    .await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_file_of_a_run_that_everybody_signed_holds_for_both_verifiers(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = closed(&team, &pool).await;
    let heads: Vec<Head> = heads(&pool, run)
        .await
        .iter()
        .map(|head| head.content(HEAD_TYPE).unwrap())
        .collect();
    let last = team.qa.page(run).await.run.number;
    let numbers: Vec<u64> = heads.iter().map(|head| head.number).collect();
    assert_eq!(
        numbers,
        [last - 4, last - 3, last - 2, last - 1, last],
        "four signatures and the end"
    );
    let mut nonces: Vec<_> = heads
        .iter()
        .filter_map(|head| head.sign_off.as_ref()?.nonce.clone())
        .collect();
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 4, "each signature has a nonce of its own");

    let folder = Folder::new();
    let (key, written) = (
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("signing-key"),
        folder.path().join("run.json"),
    );
    fs::write(&written, file(&team, run).await).unwrap();
    let (code, words) = told(&written, None);
    assert_eq!(code, 0, "{words}");
    assert!(
        words.starts_with("holds\n") && words.contains("qa: GO by quinn at 2026-03-02 12:06:00 UTC"),
        "{words}"
    );
    assert!(words.contains("no checkpoint was given"), "{words}");
    let (code, words) = told_by_python(&written, None);
    assert_eq!(code, 0, "{words}");

    // The same in the terminal, and a checkpoint to keep.
    let (exported, kept) = (
        folder.path().join("exported.json"),
        folder.path().join("kept.jsonl"),
    );
    let (id, exported_to) = (run.0.to_string(), exported.display().to_string());
    let (code, words) = gonogo(&pool, &key, &["export", &id, "-o", &exported_to]);
    assert_eq!((code, words.as_str()), (0, ""));
    let (code, checkpoint) = gonogo(&pool, &key, &["export", &id, "--checkpoint"]);
    assert_eq!(code, 0, "{checkpoint}");
    fs::write(&kept, &checkpoint).unwrap();
    let (code, words) = told(&exported, Some(&kept));
    assert_eq!(code, 0, "{words}");
    assert!(
        words.contains(&format!(
            "as a checkpoint from elsewhere has it, up to event {last}"
        )),
        "{words}"
    );
    assert_eq!(told_by_python(&exported, Some(&kept)).0, 0);
    let (code, words) = gonogo(&pool, &key, &["export", "4711"]);
    assert_eq!(code, 1, "{words}");

    // A file of another run beside it, one that ends too early, and none.
    let other = team.run(SHOP).await;
    fs::write(&written, file(&team, other).await).unwrap();
    assert_eq!(told(&written, None).0, 0, "a run that has only begun");
    let (code, words) = told(&written, Some(&kept));
    assert!(
        code == 2 && words.contains("none of the checkpoints is one of run"),
        "{words}"
    );
    assert_eq!(told_by_python(&written, Some(&kept)).0, 2);
    fs::write(&written, &file(&team, run).await[..5000]).unwrap();
    assert_eq!((told(&written, None).0, told_by_python(&written, None).0), (1, 1));
    fs::remove_file(&written).unwrap();
    assert_eq!((told(&written, None).0, told_by_python(&written, None).0), (2, 2));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_from_before_there_were_keys_is_not_signed_and_nothing_else_is_wrong_with_it(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = closed(&team, &pool).await;
    as_superuser(&pool, "delete from head; delete from head_due").await;
    let found = verify(&file(&team, run).await, &Known::default());
    assert!(
        matches!(found, Outcome::CannotTell(_, Doubt::NoHead(_))),
        "{found:?}"
    );
    let folder = Folder::new();
    let written = folder.path().join("run.json");
    fs::write(&written, file(&team, run).await).unwrap();
    let (code, words) = told(&written, None);
    assert!(code == 2 && words.contains("cannot tell: not signed"), "{words}");
    assert_eq!(told_by_python(&written, None).0, 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_key_is_rotated_with_its_history_and_the_file_of_the_old_one_is_no_more(pool: PgPool) {
    let (place, folder) = (Place::new().await, Folder::new());
    let key = folder.path().join("keys/signing-key");
    let app = app_with(&place, &pool, key.clone(), None).await;
    let team = Team::at(place, app).await;
    let run = team.settled(SHOP).await;
    team.qa.sign(run, "go", "").await.answer::<()>();
    all_signed(&pool).await;
    let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&key), mode(key.parent().unwrap())), (0o600, 0o700));
    let (before, (code, words)) = (fs::read(&key).unwrap(), gonogo(&pool, &key, &["key", "rotate"]));
    assert_eq!(code, 0, "{words}");
    assert_eq!(mode(&key), 0o600);
    assert_ne!(fs::read(&key).unwrap(), before);
    let introductions = folder.path().join("keys/signing-key.introductions");
    assert!(introductions.exists(), "how one key followed the other");
    assert_eq!(
        fs::read_dir(key.parent().unwrap()).unwrap().count(),
        2,
        "nothing else is left"
    );
    team.qa.withdraw(run, "qa", "a new key").await.answer::<()>();
    all_signed(&pool).await;
    let Outcome::Holds(facts) = verify(&file(&team, run).await, &Known::default()) else {
        panic!("it does not hold");
    };
    assert_eq!(facts.keys.len(), 2);
    let signed: Vec<Head> = heads(&pool, run)
        .await
        .iter()
        .map(|head| head.content(HEAD_TYPE).unwrap())
        .collect();
    let by: Vec<_> = signed.into_iter().map(|head| head.key).collect();
    assert_eq!(by, facts.keys, "one head by each");
    let (code, words) = gonogo(&pool, &key, &["key", "list"]);
    assert!(
        code == 0 && facts.keys.iter().all(|key| words.contains(key.as_str())),
        "{words}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_rotated_a_key_and_died_before_the_last_step_has_rotated_it(pool: PgPool) {
    let (place, folder) = (Place::new().await, Folder::new());
    let key = folder.path().join("signing-key");
    let app = app_with(&place, &pool, key.clone(), None).await;
    let team = Team::at(place, app).await;
    eventually("the first key", async || key.exists().then_some(())).await;
    let old = fs::read(&key).unwrap();
    assert_eq!(gonogo(&pool, &key, &["key", "rotate"]).0, 0);
    fs::rename(&key, folder.path().join("signing-key.next")).unwrap();
    fs::write(&key, old).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let run = team.settled(SHOP).await;
    team.qa.sign(run, "go", "").await.answer::<()>();
    all_signed(&pool).await;
    assert!(matches!(
        verify(&file(&team, run).await, &Known::default()),
        Outcome::Holds(_)
    ));
    assert!(!folder.path().join("signing-key.next").exists());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn where_the_key_is_missing_or_open_to_others_people_go_on_and_heads_wait(pool: PgPool) {
    let (place, folder) = (Place::new().await, Folder::new());
    let key = folder.path().join("signing-key");
    let app = app_with(&place, &pool, key.clone(), None).await;
    let team = Team::at(place, app).await;
    eventually("the first key", async || {
        let mut connection = pool.acquire().await.unwrap();
        store::signing_key::latest(&mut connection).await.unwrap()
    })
    .await;
    let away = folder.path().join("away");
    fs::rename(&key, &away).unwrap();
    let run = team.settled(SHOP).await;
    for member in team.members() {
        member.sign(run, "go", "").await.answer::<()>();
    }
    assert!(team.qa.page(run).await.run.is_closed(), "nobody waits for a key");
    assert!(heads(&pool, run).await.is_empty());
    assert!(!key.exists(), "a database that has a key gets no other");
    let found = verify(&file(&team, run).await, &Known::default());
    assert!(
        matches!(found, Outcome::CannotTell(_, Doubt::NoHead(_))),
        "{found:?}"
    );
    // There again, and everybody can read it.
    fs::set_permissions(&away, fs::Permissions::from_mode(0o644)).unwrap();
    fs::rename(&away, &key).unwrap();
    let (code, words) = gonogo(&pool, &key, &["key", "rotate"]);
    assert!(code == 1 && words.contains("can be read by others"), "{words}");
    assert!(heads(&pool, run).await.is_empty());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    all_signed(&pool).await;
    assert!(matches!(
        verify(&file(&team, run).await, &Known::default()),
        Outcome::Holds(_)
    ));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_witness_has_every_head_also_those_of_the_time_when_it_could_not_be_reached(pool: PgPool) {
    let (place, folder) = (Place::new().await, Folder::new());
    let witness = folder.path().join("mounted/heads.jsonl");
    let app = app_with(
        &place,
        &pool,
        folder.path().join("signing-key"),
        Some(witness.clone()),
    )
    .await;
    let team = Team::at(place, app).await;
    let run = closed(&team, &pool).await;
    assert!(!witness.exists(), "its folder is not there");
    fs::create_dir(witness.parent().unwrap()).unwrap();
    eventually("the witness has them", async || {
        let text = fs::read_to_string(&witness).unwrap_or_default();
        (text.lines().count() == 5).then_some(())
    })
    .await;
    let written = folder.path().join("run.json");
    fs::write(&written, file(&team, run).await).unwrap();
    let (code, words) = told(&written, Some(&witness));
    assert!(
        code == 0 && words.contains("as a checkpoint from elsewhere"),
        "{words}"
    );
    // Set back to before the last signature, heads and all: the file alone is as good as it ever was.
    let last = team.qa.page(run).await.run.number - 2;
    tampering::set_back(&pool, run, last).await;
    fs::write(&written, file(&team, run).await).unwrap();
    assert_eq!((told(&written, None).0, told_by_python(&written, None).0), (0, 0));
    for (code, words) in [
        told(&written, Some(&witness)),
        told_by_python(&written, Some(&witness)),
    ] {
        assert!(
            code == 1 && words.contains(&format!("event {}: it is missing", last + 1)),
            "{words}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nothing_is_signed_that_does_not_follow_what_was_signed(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let sql = format!(
        "update event set body = replace(body, 'otto', 'dora') where run_id = {} and number = 1",
        run.0
    );
    as_superuser(&pool, &sql).await;
    team.qa.sign(run, "go", "").await.answer::<()>();
    let refused = refusal(&pool, run).await;
    assert!(refused.contains("event 1 does not follow"), "{refused}");
    assert!(heads(&pool, run).await.is_empty());
    // Other runs are signed as before.
    team.app.advance(TimeDelta::minutes(1));
    let other = team.run(SHOP).await;
    team.devops.close(other, true, "enough").await.answer::<()>();
    all_signed(&pool).await;
    assert_eq!(heads(&pool, other).await.len(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn keys_and_heads_are_append_only_and_their_tables_can_be_undone(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = closed(&team, &pool).await;
    for statement in [
        "update head set envelope = '{}'",
        "delete from head",
        "truncate head cascade",
        "update signing_key set valid_from = now()",
        "delete from signing_key",
        "truncate signing_key",
    ] {
        let error = sqlx::raw_sql(statement)
            .execute(&pool)
            .await
            .expect_err(statement);
        assert_eq!(
            error.as_database_error().unwrap().code().unwrap(),
            "23001",
            "{statement}"
        );
    }
    assert_eq!(heads(&pool, run).await.len(), 5);
    team.app.stop().await;
    store::MIGRATOR.undo(&pool, 20_261_127_149_999).await.unwrap();
    store::MIGRATOR.run(&pool).await.unwrap();
    assert!(heads(&pool, run).await.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_results_are_a_table_that_no_spreadsheet_computes_with(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.settled(SHOP).await;
    let complained = team
        .qa
        .page(run)
        .await
        .outline
        .lines()
        .next()
        .unwrap()
        .1
        .id
        .0
        .clone();
    team.owner
        .settle(run, &complained, "skip", "=HYPERLINK(\"http://evil.example\")")
        .await
        .answer::<()>();
    let page = team.owner.get(&format!("/runs/{}/results.csv", run.0)).await;
    assert_eq!(page.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = page.text.split("\r\n").collect();
    assert_eq!(lines.len(), 2 + team.qa.page(run).await.outline.lines().count());
    assert!(
        lines[0].starts_with("\"section\",\"line\",\"text\""),
        "{}",
        lines[0]
    );
    assert!(
        page.text.contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\""),
        "{}",
        page.text
    );
    assert!(page.text.contains("\"Proved\""), "{}", page.text);
}

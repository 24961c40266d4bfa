//! Copies of the database, driven through the program: what is copied comes back, and nothing else is put in its place.

use crate::support::{Folder, Look, Place, SHOP, Team, eventually, noon};
use chrono::{TimeDelta, Utc};
use domain::{
    event::Outcome,
    hold_off::HoldOffState,
    run::{Run, RunId, RunState},
};
use gonogo::server::clock::Clock;
use reqwest::StatusCode;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};
use store::{api_token::TokenKey, invitation::InvitationKey};
use tokio::process::Command;

/// A database of its own beside the test's, and the folder that copies are written into.
struct Beside {
    folder: Folder,
    pool: PgPool,
    url: String,
}

impl Beside {
    async fn new(pool: &PgPool) -> Self {
        let name: String =
            sqlx::query_scalar("select 'beside_' || oid from pg_database where datname = current_database()")
                .fetch_one(pool)
                .await
                .unwrap();
        for statement in [
            format!("drop database if exists \"{name}\" with (force)"),
            format!("create database \"{name}\""),
        ] {
            sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(pool)
                .await
                .unwrap();
        }
        let options = (*pool.connect_options()).clone().database(&name);
        Self {
            folder: Folder::new(),
            url: url(&options),
            pool: PgPool::connect_lazy_with(options),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn drop(self) {
        let options = (*self.pool.connect_options()).clone();
        let name = options.get_database().unwrap().to_owned();
        self.pool.close().await;
        let mut server = PgConnection::connect_with(&options.database("postgres"))
            .await
            .unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("drop database \"{name}\" with (force)")))
            .execute(&mut server)
            .await
            .unwrap();
    }
}

fn url(options: &sqlx::postgres::PgConnectOptions) -> String {
    let socket = options
        .get_socket()
        .expect("the tests' server listens on a socket");
    format!(
        "postgres:///{}?host={}&user={}",
        options.get_database().unwrap(),
        socket.display(),
        options.get_username()
    )
}

async fn gonogo(folder: &Path, url: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gonogo"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .env("GONOGO_DATA_DIR", folder.join("data"))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(url) = url {
        command.env("DATABASE_URL", url);
    }
    command.output().await.unwrap()
}

#[track_caller]
fn said(output: &Output, code: i32) -> String {
    let both = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    let both = both.concat();
    assert_eq!(output.status.code(), Some(code), "{both}");
    both
}

/// A copy of a database that the program itself would not open.
async fn dump(source: &str, file: &str) {
    let bin = std::env::var("PGBIN").expect("scripts/with-postgres says where Postgres' programs are");
    let dumped = Command::new(format!("{bin}/pg_dump"))
        .args(["--format=custom", "--file", file, &format!("--dbname={source}")])
        .status()
        .await
        .unwrap();
    assert!(dumped.success());
}

async fn change(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(pool)
        .await
        .unwrap();
}

/// A phase of this run is under way, and nobody has it.
async fn under_way(pool: &PgPool, run: RunId) {
    sqlx::query(
        "insert into task (run_id, environment, request_key, work, started_by, due_at, state, created_at)
         select $1, 'shop', gen_random_uuid(), '{\"work\": \"phase\", \"section\": \"x\"}', '{\"kind\": \"gonogo\"}',
                now(), 'open', now()",
    )
    .bind(run.0)
    .execute(pool)
    .await
    .unwrap();
}

async fn phases_under_way(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from task where state = 'open' and work ->> 'work' = 'phase'")
        .fetch_one(pool)
        .await
        .unwrap()
}

async fn run_of(pool: &PgPool, run: RunId) -> Run {
    let mut connection = pool.acquire().await.unwrap();
    let pinned = store::run::by_id(&mut connection, run).await.unwrap();
    pinned.unwrap().run
}

#[track_caller]
fn is_given_up(run: &Run) {
    let RunState::Closed { outcome, reason, .. } = &run.state else {
        panic!("it goes on: {:?}", run.state);
    };
    assert_eq!(*outcome, Outcome::Abandoned);
    assert!(reason.contains("nobody knows what happened since"), "{reason}");
}

async fn count(pool: &PgPool, table: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
        .fetch_one(pool)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_copy_of_a_running_gonogo_comes_back_whole_elsewhere(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    team.devops.verify(run, "").await;
    let page = team.qa.page(run).await;
    team.qa
        .attest(run, &page.id("release notes"), "read")
        .await
        .answer::<()>();
    let before = team.qa.page(run).await;
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let file = beside.file("copy.dump");
    let folder = beside.folder.path();
    let output = gonogo(folder, Some(&source), &["backup", file.to_str().unwrap()]).await;
    assert!(said(&output, 0).contains("4 people, 1 checklist, 1 run"));
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let left: Vec<_> = fs::read_dir(folder).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "nothing else is left: {left:?}");

    let again = gonogo(folder, Some(&source), &["backup", file.to_str().unwrap()]).await;
    assert!(said(&again, 1).contains("never written over"));

    let output = gonogo(folder, Some(&beside.url), &["restore", file.to_str().unwrap()]).await;
    let words = said(&output, 0);
    assert!(
        words.contains("Restored 4 people, 1 checklist, 1 run."),
        "{words}"
    );
    assert!(words.contains("The log of every run is whole."), "{words}");
    for table in [
        "event",
        "evidence",
        "run",
        "person",
        "run_person",
        "revision",
        "task",
    ] {
        assert_eq!(
            count(&beside.pool, table).await,
            count(&pool, table).await,
            "{table}"
        );
    }
    assert_eq!(count(&beside.pool, "session").await, 0, "nobody is signed in");
    let Team { place, app, qa, .. } = team;
    app.stop().await;
    let app = place.app(&beside.pool).await;
    let signed = app.browser().sign_in("quinn", &qa.password).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER);
    let qa = qa.at(&app);
    qa.set_cookie(None);
    qa.sign_in("quinn", &qa.password).await;
    let after = qa.page(run).await;
    assert_eq!((after.run, after.outline), (before.run, before.outline));
    let refused = sqlx::query("delete from event").execute(&beside.pool).await;
    assert!(refused.is_err(), "what was append-only is append-only");
    app.stop().await;
    beside.drop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_retention_removed_comes_back_as_removed(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    team.devops.verify(run, "").await;
    team.app.stop().await;
    sqlx::raw_sql(
        "update run set closed_at = now() - interval '40 days';
         update evidence set body = null, removed_at = now()",
    )
    .execute(&pool)
    .await
    .unwrap();
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let (folder, file) = (beside.folder.path(), beside.file("copy.dump"));
    let file = file.to_str().unwrap();
    said(&gonogo(folder, Some(&source), &["backup", file]).await, 0);
    said(&gonogo(folder, Some(&beside.url), &["restore", file]).await, 0);
    let removed: i64 = sqlx::query_scalar("select count(removed_at) from evidence")
        .fetch_one(&beside.pool)
        .await
        .unwrap();
    assert_eq!((removed, count(&beside.pool, "evidence").await), (6, 6));
    beside.drop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_database_in_use_is_replaced_only_when_it_is_said(pool: PgPool) {
    let team = Team::new(&pool).await;
    let first = team.run(SHOP).await;
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let (folder, file) = (beside.folder.path(), beside.file("copy.dump"));
    let file = file.to_str().unwrap();
    said(&gonogo(folder, Some(&source), &["backup", file]).await, 0);
    let words = said(
        &gonogo(folder, Some(&source), &["restore", "--replace", file]).await,
        1,
    );
    assert!(words.contains("stop it first"), "a Gonogo serves: {words}");
    let second = team.run(SHOP).await;
    assert_ne!(first, second);
    team.app.stop().await;
    let words = said(&gonogo(folder, Some(&source), &["restore", file]).await, 1);
    assert!(
        words.contains("it holds 4 people, 1 checklist, 2 runs; --replace"),
        "{words}"
    );
    assert_eq!(count(&pool, "run").await, 2);
    said(
        &gonogo(folder, Some(&source), &["restore", "--replace", file]).await,
        0,
    );
    assert_eq!(count(&pool, "run").await, 1, "what came later is gone");
    // What was restored can be copied and restored again.
    let second = beside.file("second.dump");
    let second = second.to_str().unwrap();
    said(&gonogo(folder, Some(&source), &["backup", second]).await, 0);
    said(&gonogo(folder, Some(&beside.url), &["restore", second]).await, 0);
    assert_eq!(count(&beside.pool, "run").await, 1);
    beside.drop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_no_whole_copy_of_this_program_changes_nothing(pool: PgPool) {
    let team = Team::new(&pool).await;
    team.run(SHOP).await;
    team.app.stop().await;
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let folder = beside.folder.path();
    let file = beside.file("copy.dump");
    let file = file.to_str().unwrap();
    said(&gonogo(folder, Some(&source), &["backup", file]).await, 0);
    let bytes = fs::read(file).unwrap();
    let wrong = beside.file("wrong.dump");
    let wrong = wrong.to_str().unwrap();
    for part in [0, 10, bytes.len() / 2, bytes.len() - 10] {
        fs::write(wrong, &bytes[..part]).unwrap();
        let words = said(
            &gonogo(folder, Some(&source), &["restore", "--replace", wrong]).await,
            1,
        );
        assert!(
            words.contains("is no backup, or not a whole one"),
            "{part}: {words}"
        );
        assert_eq!(count(&pool, "run").await, 1, "cut after {part} bytes");
    }
    let missing = gonogo(folder, Some(&source), &["restore", "nowhere.dump"]).await;
    assert!(said(&missing, 1).contains("nowhere.dump cannot be read"));

    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (99990101000000, 'of tomorrow', true, '', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    fs::remove_file(file).unwrap();
    dump(&source, file).await;
    let words = said(&gonogo(folder, Some(&beside.url), &["restore", file]).await, 1);
    assert!(words.contains("was made by a newer Gonogo"), "{words}");
    beside.drop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_was_under_way_does_not_go_on_after_a_restore(pool: PgPool) {
    let team = Team::new(&pool).await;
    let (busy, idle) = (team.run(SHOP).await, team.run(SHOP).await);
    team.devops.begin(busy, "").await.answer::<()>();
    team.app.stop().await;
    under_way(&pool, busy).await;
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let (folder, file) = (beside.folder.path(), beside.file("copy.dump"));
    let file = file.to_str().unwrap();
    said(&gonogo(folder, Some(&source), &["backup", file]).await, 0);
    let words = said(&gonogo(folder, Some(&beside.url), &["restore", file]).await, 0);
    assert!(words.contains(&format!("Run {} was given up", busy.0)), "{words}");
    is_given_up(&run_of(&beside.pool, busy).await);
    assert_eq!(run_of(&beside.pool, idle).await.state, RunState::Preparing);
    let open: i64 = sqlx::query_scalar(
        "select (select count(*) from task where state <> 'ended') + (select count(*) from environment_lock)",
    )
    .fetch_one(&beside.pool)
    .await
    .unwrap();
    assert_eq!(open, 0, "nothing is taken up, and nobody holds the environment");
    beside.drop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_restore_that_was_lost_after_its_commit_is_ended_by_whoever_opens_the_database_next(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    team.devops.begin(run, "").await.answer::<()>();
    team.app.stop().await;
    under_way(&pool, run).await;
    // This copy can be put in place, and then its tables cannot be brought up to date.
    let last = "where version = (select max(version) from _sqlx_migrations)";
    let spoil = format!("update _sqlx_migrations set checksum = checksum || '\\x00'::bytea {last}");
    change(&pool, &spoil).await;
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let (folder, file) = (beside.folder.path(), beside.file("copy.dump"));
    let file = file.to_str().unwrap();
    dump(&source, file).await;
    let words = said(&gonogo(folder, Some(&beside.url), &["restore", file]).await, 1);
    assert!(words.contains("restore it again with --replace"), "{words}");
    assert_eq!(phases_under_way(&beside.pool).await, 1, "it was lost in between");

    let mend = format!(
        "update _sqlx_migrations set checksum = substr(checksum, 1, octet_length(checksum) - 1) {last}"
    );
    change(&beside.pool, &mend).await;
    said(&gonogo(folder, Some(&beside.url), &["user", "list"]).await, 0);
    assert_eq!(phases_under_way(&beside.pool).await, 0);
    assert_eq!(count(&beside.pool, "session").await, 0);
    is_given_up(&run_of(&beside.pool, run).await);

    // Once: what is begun after it goes on.
    under_way(&beside.pool, run).await;
    said(&gonogo(folder, Some(&beside.url), &["user", "list"]).await, 0);
    assert_eq!(phases_under_way(&beside.pool).await, 1);
    beside.drop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_cannot_be_read_is_told_and_keeps_nothing_else_from_being_given_up(pool: PgPool) {
    let team = Team::new(&pool).await;
    let (odd, busy) = (team.run(SHOP).await, team.run(SHOP).await);
    team.app.stop().await;
    under_way(&pool, odd).await;
    change(
        &pool,
        "update run set fold = '{}' where id = (select min(id) from run)",
    )
    .await;
    sqlx::query("update task set environment = 'elsewhere' where run_id = $1")
        .bind(odd.0)
        .execute(&pool)
        .await
        .unwrap();
    under_way(&pool, busy).await;
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let (folder, file) = (beside.folder.path(), beside.file("copy.dump"));
    let file = file.to_str().unwrap();
    said(&gonogo(folder, Some(&source), &["backup", file]).await, 0);
    let words = said(&gonogo(folder, Some(&beside.url), &["restore", file]).await, 3);
    let unread = format!("NOT READ, AND NOT GIVEN UP: run {}: ", odd.0);
    assert!(words.contains(&unread), "{words}");
    assert!(words.contains(&format!("Run {} was given up", busy.0)), "{words}");
    assert_eq!(phases_under_way(&beside.pool).await, 0);
    is_given_up(&run_of(&beside.pool, busy).await);
    beside.drop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_newer_gonogo_left_is_replaced_by_the_copy_of_this_one(pool: PgPool) {
    let team = Team::new(&pool).await;
    team.run(SHOP).await;
    team.app.stop().await;
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let (folder, file) = (beside.folder.path(), beside.file("copy.dump"));
    let file = file.to_str().unwrap();
    said(&gonogo(folder, Some(&source), &["backup", file]).await, 0);
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 values (99990101000000, 'of tomorrow', true, '', 0);
                 create table of_tomorrow (id bigint)";
    // One whose tables can be counted, and one whose tables cannot.
    for (renamed, holds) in [
        ("", "it holds 4 people, 1 checklist, 1 run; --replace"),
        (
            "; alter table checklist rename to list; drop table panel cascade",
            "it holds tables of another version, or of another program; --replace",
        ),
    ] {
        change(&pool, &format!("{newer}{renamed}")).await;
        let words = said(&gonogo(folder, Some(&source), &["user", "list"]).await, 1);
        assert!(
            words.contains("if a newer Gonogo has used this database"),
            "{words}"
        );
        let words = said(&gonogo(folder, Some(&source), &["restore", file]).await, 1);
        assert!(words.contains(holds), "{words}");
        said(
            &gonogo(folder, Some(&source), &["restore", "--replace", file]).await,
            0,
        );
        let left: bool = sqlx::query_scalar("select to_regclass('of_tomorrow') is not null")
            .fetch_one(&pool)
            .await
            .unwrap();
        assert!(!left);
        assert_eq!(count(&pool, "run").await, 1);
    }
    beside.drop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_token_and_no_invitation_of_the_copy_works_and_what_to_look_at_is_said(pool: PgPool) {
    let team = Team::new(&pool).await;
    team.app.stop().await;
    change(
        &pool,
        "insert into person (name, title, service, created_at) values ('ci', 'ci', true, now());
         insert into api_token (person_id, key, scopes, made_by, made_at, expires_at)
         select ci.id, decode(repeat('cd', 32), 'hex'), '{read}', otto.id, now(), now() + interval '1 day'
         from person ci, person otto where ci.name = 'ci' and otto.name = 'otto';
         insert into person_role (person_id, role, granted_at) select id, 'admin', now() from person where name = 'otto';
         insert into invitation (key, title, roles, invited_by, invited_at, expires_at)
         select decode(repeat('ef', 32), 'hex'), 'Max', '{qa}', id, now(), now() + interval '1 day'
         from person where name = 'otto'",
    )
    .await;
    let let_in = async |pool: &PgPool| {
        let (mut connection, now) = (pool.acquire().await.unwrap(), Utc::now());
        let token = store::api_token::service(&mut connection, TokenKey([0xcd; 32]), now).await;
        let invited = store::invitation::by_key(&mut connection, InvitationKey([0xef; 32]), now).await;
        (token.unwrap().is_some(), invited.unwrap().is_some())
    };
    assert_eq!(let_in(&pool).await, (true, true));
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let (folder, file) = (beside.folder.path(), beside.file("copy.dump"));
    let file = file.to_str().unwrap();
    let before = Utc::now().timestamp();
    said(&gonogo(folder, Some(&source), &["backup", file]).await, 0);
    let made = before..=Utc::now().timestamp();
    let words = said(&gonogo(folder, Some(&beside.url), &["restore", file]).await, 0);
    assert_eq!(let_in(&beside.pool).await, (false, false));
    assert!(
        words.contains("tokens 1, invitations 1, recovery codes 0."),
        "{words}"
    );
    assert!(
        words.contains("look at who was disabled, demoted or given another password since"),
        "{words}"
    );
    let (_, at) = words.split_once("The backup was made at ").expect(&words);
    let at = chrono::NaiveDateTime::parse_from_str(&at[..19], "%Y-%m-%d %H:%M:%S").unwrap();
    assert!(made.contains(&at.and_utc().timestamp()), "{words}");
    let told: i64 = sqlx::query_scalar(
        "select count(*) from people_log where by_name = 'Gonogo' and deed ->> 'kind' in ('token_revoked', 'invitation_revoked')",
    )
    .fetch_one(&beside.pool)
    .await
    .unwrap();
    assert_eq!(told, 2, "the people's log says so too");
    beside.drop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_rollback_that_waited_for_its_time_does_not_start_by_itself_after_a_restore(pool: PgPool) {
    let (place, clock) = (Place::new().await, Clock::at(noon()));
    let declared = place.environments().join("shop.toml");
    let text = fs::read_to_string(&declared).unwrap();
    let rule = "\n[automatic_rollback]\ntier = \"immediate\"\nhold_off = \"2m\"\n";
    fs::write(declared, text + rule).unwrap();
    let app = place.app_at(&pool, clock.clone()).await;
    let team = Team::at(place, app).await;
    team.place.write("app.log", "all is well\n");
    team.place.write(".env", "CACHE=old\n");
    team.place.write(".env.backup", "CACHE=old\n");
    let revision = team.published(include_str!("support/watched.md")).await;
    let run = RunId(team.devops.start(revision, "shop", "v1").await.number());
    team.devops.begin(run, "").await.answer::<()>();
    team.place.write(".env", "CACHE=new\n");
    team.attest_phases(run).await;
    team.place.write("app.log", "ERROR: no cache\n");
    clock.advance(TimeDelta::seconds(10));
    eventually("it waits", async || {
        let run = run_of(&pool, run).await;
        run.hold_offs.waiting().is_some().then_some(())
    })
    .await;
    let Team { place, app, .. } = team;
    app.stop().await;
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let (folder, file) = (beside.folder.path(), beside.file("copy.dump"));
    let file = file.to_str().unwrap();
    said(&gonogo(folder, Some(&source), &["backup", file]).await, 0);
    let words = said(&gonogo(folder, Some(&beside.url), &["restore", file]).await, 0);
    assert!(words.contains(&format!("Run {} was given up", run.0)), "{words}");

    let open: i64 = sqlx::query_scalar(
        "select count(*) from task where state <> 'ended' and work ->> 'work' not in ('notify', 'deliver')",
    )
    .fetch_one(&beside.pool)
    .await
    .unwrap();
    assert_eq!(open, 0, "nobody has anything to start");
    let after = run_of(&beside.pool, run).await;
    is_given_up(&after);
    let over = |state: &HoldOffState| matches!(state, HoldOffState::Over { .. });
    assert!(after.hold_offs.0.values().all(|one| over(&one.state)));
    // Nor does one that serves it, long after the time has come.
    clock.advance(TimeDelta::seconds(300));
    let app = place.app_at(&beside.pool, clock).await;
    app.stop().await;
    assert_eq!(run_of(&beside.pool, run).await.number, after.number);
    assert_eq!(fs::read_to_string(place.file(".env")).unwrap(), "CACHE=new\n");
    beside.drop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_log_that_was_tampered_with_is_told_after_a_restore(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    team.devops.verify(run, "").await;
    team.app.stop().await;
    sqlx::raw_sql(
        "alter table event disable trigger event_is_append_only;
         update event set body = replace(body, 'otto', 'ada') where number = 2;
         alter table event enable trigger event_is_append_only;",
    )
    .execute(&pool)
    .await
    .unwrap();
    let (beside, source) = (Beside::new(&pool).await, url(&pool.connect_options()));
    let (folder, file) = (beside.folder.path(), beside.file("copy.dump"));
    let file = file.to_str().unwrap();
    said(&gonogo(folder, Some(&source), &["backup", file]).await, 0);
    let words = said(&gonogo(folder, Some(&beside.url), &["restore", file]).await, 3);
    let wrong = format!(
        "NOT WHOLE: run {}: event 2 does not have the bytes that its hash names",
        run.0
    );
    assert!(words.contains(&wrong), "{words}");
    beside.drop().await;
}

#[tokio::test]
async fn the_embedded_database_is_copied_and_comes_back() {
    let folder = Folder::new();
    let path = folder.path();
    let add = ["user", "add", "ada", "--role", "qa"];
    said(&gonogo(path, None, &add).await, 0);
    said(&gonogo(path, None, &["backup", "one.dump"]).await, 0);
    said(
        &gonogo(path, None, &["user", "add", "max", "--role", "viewer"]).await,
        0,
    );
    let words = said(&gonogo(path, None, &["restore", "one.dump"]).await, 1);
    assert!(
        words.contains("it holds 2 people, 0 checklists, 0 runs"),
        "{words}"
    );
    said(
        &gonogo(path, None, &["restore", "--replace", "one.dump"]).await,
        0,
    );
    let people = said(&gonogo(path, None, &["user", "list"]).await, 0);
    assert!(people.contains("ada") && !people.contains("max"), "{people}");
}

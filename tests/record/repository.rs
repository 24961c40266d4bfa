//! A git repository as the witness.

use super::{all_signed, app_as, closed, file, heads, ran, tampering, told, told_by_python};
use crate::support::{App, Folder, Place, Team, eventually};
use gonogo::server::config::Settings;
use sqlx::PgPool;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

const BRANCH: &str = "refs/heads/gonogo";

/// A repository that is not there yet, and what a Gonogo has that is set to it.
struct Bench {
    folder: Folder,
}

impl Bench {
    fn new() -> Self {
        let folder = Folder::new();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=t", "-c", "user.email=t@localhost"]);
        command.args(arguments).current_dir(self.folder.path());
        let (code, words) = ran(command);
        assert_eq!(code, 0, "{arguments:?}: {words}");
        words.trim().to_owned()
    }

    fn theirs(&self, arguments: &[&str]) -> String {
        self.git(&[&["--git-dir", "theirs.git"], arguments].concat())
    }

    async fn app(&self, place: &Place, pool: &PgPool) -> App {
        let settings = Settings {
            signing_key: Some(self.path("signing-key")),
            witness_repository: Some(self.path("theirs.git").display().to_string()),
            ..Settings::default()
        };
        app_as(place, pool, settings).await
    }

    /// All heads that the repository has, in a file as an auditor makes it.
    fn kept(&self) -> PathBuf {
        let names = self.theirs(&["ls-tree", "-r", "--name-only", BRANCH]);
        let show = |name: &str| self.theirs(&["show", &format!("{BRANCH}:{name}")]) + "\n";
        let kept = self.path("kept.jsonl");
        fs::write(&kept, names.lines().map(show).collect::<String>()).unwrap();
        kept
    }

    /// What is logged from now on goes to a file.
    fn listen(&self) -> (PathBuf, tracing::subscriber::DefaultGuard) {
        let path = self.path("log");
        let log = tracing_subscriber::fmt().with_writer(Mutex::new(fs::File::create(&path).unwrap()));
        (path, tracing::subscriber::set_default(log.finish()))
    }
}

async fn waiting(pool: &PgPool) -> i64 {
    let count = sqlx::query_scalar("select count(*) from witness_due").fetch_one(pool);
    count.await.unwrap()
}

async fn all_witnessed(pool: &PgPool) {
    all_signed(pool).await;
    eventually("the repository has all of them", async || {
        (waiting(pool).await == 0).then_some(())
    })
    .await;
}

async fn logged(log: &Path, words: &str) {
    eventually("it is told", async || {
        fs::read_to_string(log).unwrap().contains(words).then_some(())
    })
    .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_repository_has_each_head_once_also_after_a_restart_and_what_is_taken_from_it_is_a_checkpoint(
    pool: PgPool,
) {
    let bench = Bench::new();
    let (log, _guard) = bench.listen();
    let place = Place::new().await;
    let app = bench.app(&place, &pool).await;
    let team = Team::at(place, app).await;
    let run = closed(&team, &pool).await;
    // It is not there: that is told, nobody waits for it, and it has them later.
    logged(&log, "theirs.git: git ls-remote: exit code 128").await;
    assert_eq!(waiting(&pool).await, 5);
    bench.git(&["init", "--quiet", "--bare", "theirs.git"]);
    all_witnessed(&pool).await;
    let names = bench.theirs(&["ls-tree", "-r", "--name-only", BRANCH]);
    assert_eq!(names.lines().count(), 5, "{names}");
    assert!(
        names
            .lines()
            .all(|name| name.starts_with(&format!("run-{}/", run.0))),
        "{names}"
    );
    let tip = bench.theirs(&["rev-parse", BRANCH]);
    let written = bench.path("run.json");
    fs::write(&written, file(&team, run).await).unwrap();
    for (code, words) in [
        told(&written, Some(&bench.kept())),
        told_by_python(&written, Some(&bench.kept())),
    ] {
        assert_eq!(code, 0, "{words}");
    }
    let last = team.qa.page(run).await.run.number - 2;
    tampering::set_back(&pool, run, last).await;
    fs::write(&written, file(&team, run).await).unwrap();
    for (code, words) in [
        told(&written, Some(&bench.kept())),
        told_by_python(&written, Some(&bench.kept())),
    ] {
        let missing = format!("event {}: it is missing", last + 1);
        assert!(code == 1 && words.contains(&missing), "{words}");
    }

    // One that died after the push, before it noted that: another finds them there.
    team.app.state().stopping.cancel();
    sqlx::query("insert into witness_due (run_id, number) select run_id, number from head")
        .execute(&pool)
        .await
        .unwrap();
    let _again = bench.app(&team.place, &pool).await;
    all_witnessed(&pool).await;
    assert_eq!(
        bench.theirs(&["rev-parse", BRANCH]),
        tip,
        "nothing is written twice"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_repository_that_was_rewritten_is_not_written_to_and_that_is_told_until_it_is_put_back(
    pool: PgPool,
) {
    let bench = Bench::new();
    let (log, _guard) = bench.listen();
    bench.git(&["init", "--quiet", "--bare", "theirs.git"]);
    let place = Place::new().await;
    let app = bench.app(&place, &pool).await;
    let team = Team::at(place, app).await;
    closed(&team, &pool).await;
    all_witnessed(&pool).await;
    let tip = bench.theirs(&["rev-parse", BRANCH]);
    let empty = bench.theirs(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
    let forged = bench.theirs(&["commit-tree", &empty, "-m", "as if nothing had been"]);
    bench.theirs(&["update-ref", BRANCH, &forged]);
    let run = closed(&team, &pool).await;
    let wanted =
        format!("is {forged}, which does not come after {tip}, where it was left: its history was rewritten");
    logged(&log, &wanted).await;
    assert_eq!(bench.theirs(&["rev-parse", BRANCH]), forged, "nothing is forced");
    assert_eq!(waiting(&pool).await, heads(&pool, run).await.len() as i64);
    // The copy has what was there.
    let copy = bench.path("signing-key.witness.git").display().to_string();
    let theirs = bench.path("theirs.git").display().to_string();
    bench.theirs(&["update-ref", "-d", BRANCH]);
    bench.git(&[
        "--git-dir",
        &copy,
        "push",
        "--quiet",
        &theirs,
        &format!("{tip}:{BRANCH}"),
    ]);
    all_witnessed(&pool).await;
    let names = bench.theirs(&["ls-tree", "-r", "--name-only", BRANCH]);
    assert_eq!(names.lines().count(), 10, "{names}");
}

//! What a step of the way back throws away.

use crate::lint;
use crate::phrases::Lower;
use crate::shell::{Redirect, Script};

/// What a command throws away, in one sentence, where it is known to.
pub fn of(command: &str, script: &Script) -> Option<String> {
    let lower = Lower::of(command);
    let has = |words: &[&str]| lower.any(words);
    let database = has(&["psql", "mysql", "mariadb", "mongo", "sqlite"]);
    let said = if has(&["flushall", "flushdb"]) {
        "everything that is in the cache"
    } else if has(&["pg_restore", "mongorestore", "wp db import"]) || database && loads(script, &lower) {
        "what was written to the database since the dump was made"
    } else if migrates_back(&lower) {
        "what was written to the tables and columns that the migration made"
    } else if has(&[
        "dropdb",
        "drop table",
        "drop database",
        "drop schema",
        "drop column",
        "truncate ",
    ]) {
        "the data in what is dropped"
    } else if volumes(&lower) {
        "what is in the volumes"
    } else if has(&[
        "git reset --hard",
        "git clean -",
        "git checkout -f",
        "git checkout --force",
        "git checkout .",
    ]) {
        "changes in the work tree that nobody committed"
    } else if has(&["rsync"]) && has(&["--delete"])
        || lower.split_whitespace().any(|word| word == "unzip")
        || has(&["tar -x", "tar x"])
    {
        "what changed in those files since the copy was made"
    } else {
        let what = lint::script::destroys(script)?;
        return Some(format!("what `{what}` removes"));
    };
    Some(said.to_owned())
}

/// A dump goes into a client.
fn loads(script: &Script, lower: &Lower) -> bool {
    let stages = || script.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let reads = stages().any(|stage| {
        let file = |redirect: &Redirect| matches!(redirect, Redirect::Reads { file: Some(_) });
        stage.redirects.iter().any(file)
    });
    let named = lower.any(&["backup", "dump", ".sql", ".gz"]);
    let asks = lower.any(&["select ", " -c \"", " -c '", " -e \"", " -e '"]);
    named && !asks && (reads || lower.any(&[" -f ", "--file", "| psql", "| mysql", "| docker", "cat "]))
}

fn migrates_back(lower: &Lower) -> bool {
    let back = lower.any(&["rollback", "down", "undo", "revert", "downgrade", " zero"]);
    let tool = lower.any(&[
        "migrat",
        "alembic",
        "liquibase",
        "flyway",
        "knex",
        "goose",
        "dbmate",
        "sqitch",
    ]);
    let numbered = lower.contains("manage.py migrate ");
    tool && back && !lower.contains("docker-compose down") || numbered
}

fn volumes(lower: &Lower) -> bool {
    let down = lower.contains("compose") && lower.contains(" down");
    let removed = lower.any(&[" -v", "--volumes"]);
    down && removed || lower.any(&["volume rm", "volume prune", "delete pvc", "delete pv "])
}

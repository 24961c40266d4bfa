//! A stranger's tool reads the OpenAPI document of a Gonogo that serves, and asks it everything that the document allows and much that
//! it does not: schemathesis, with a token for all that a token can be for, and runs to ask about.

use crate::support::{Folder, Member, Panel, Place, SHOP, Team};
use domain::{Role, person::Scope};
use gonogo::server::v1;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::{
    env, fs,
    path::Path,
    process::{Command, Output},
};

/// What it came to.
#[derive(Debug, PartialEq, Eq)]
struct Figures {
    operations: usize,
    cases: usize,
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_program_that_sends_whatever_it_likes_is_answered_as_the_document_says(pool: PgPool) {
    let place = Place::new().await;
    let app = place.app_of_today(&pool).await;
    let team = Team::at(place, app).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let token = admin.token("ci", &Scope::ALL, "").await;
    // One that prepares, one that executes, one that is over.
    let revision = team.published(SHOP).await;
    let over = team.run(SHOP).await;
    team.devops
        .close(over, true, "the test wants one")
        .await
        .answer::<()>();
    let begun = team.run(SHOP).await;
    team.devops.verify(begun, "").await;
    team.devops.begin(begun, "").await.answer::<()>();
    team.run(SHOP).await;
    let panel = Panel::start(&pool, &team.place).await;
    let there = panel.browser(&team.qa);
    let read = there
        .program(Method::GET, "/api/v1/openapi.json", &token, None)
        .await;
    let mut document: Value = serde_json::from_str(&read.text).unwrap();
    assert_eq!(document, v1::document());
    let lines = team.qa.page(begun).await.outline;
    let lines: Vec<&str> = lines.lines().map(|(_, line)| line.id.0.as_str()).collect();
    name_what_is_there(&mut document, revision, &lines);
    let (folder, url) = (Folder::new(), there.url().to_owned());
    let file = folder.path().join("openapi.json");
    fs::write(&file, document.to_string()).unwrap();
    let asked = tokio::task::spawn_blocking(move || schemathesis(&file, &url, &token));
    let output = asked.await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    let figures = figures(&said).unwrap_or_else(|| panic!("no summary: {said}"));
    assert_eq!(figures.operations, v1::operations().len(), "{said}");
    assert!(figures.cases >= 100, "{said}");
    println!(
        "contract: {} cases of {} operations, 0 failures",
        figures.cases, figures.operations
    );
    panel.stop().await;
}

/// Which names are there: with any name of its own making it would seldom come further than "there is no such environment". What is not
/// there is then data that the document does not allow, and has to be refused.
fn name_what_is_there(document: &mut Value, revision: i64, lines: &[&str]) {
    let schemas = &mut document["components"]["schemas"];
    schemas["NewRun"]["properties"]["revision"]["enum"] = json!([revision]);
    schemas["NewRun"]["properties"]["environment"]["enum"] = json!(["shop", "shop-live"]);
    schemas["NewEvidence"]["properties"]["item"]["enum"] = json!(lines);
}

/// Runs it: a sample with a fixed seed, or for GONOGO_CONTRACT_SECONDS with GONOGO_CONTRACT_SEED.
fn schemathesis(document: &Path, url: &str, token: &str) -> Output {
    let program = env::var("GONOGO_SCHEMATHESIS").unwrap_or_default();
    assert!(
        Path::new(&program).is_file(),
        "schemathesis is missing ({program:?}): run scripts/setup --test, and the tests with scripts/with-postgres"
    );
    let seed = env::var("GONOGO_CONTRACT_SEED").unwrap_or_else(|_| "1".to_owned());
    let mut command = Command::new(program);
    command
        .arg("--config-file")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/contract/schemathesis.toml"
        ))
        .args([
            "run",
            "--no-color",
            "--phases",
            "examples,coverage,fuzzing,stateful",
        ])
        .args(["--mode", "all", "--checks", "all", "--seed", &seed]);
    match env::var("GONOGO_CONTRACT_SECONDS") {
        Ok(seconds) => command.args(["--max-time", &seconds]),
        Err(_) => command.args(["--max-examples", "20", "--generation-deterministic"]),
    };
    command
        .args(["--url", url])
        .arg(document)
        .env("GONOGO_TOKEN", token)
        .env("NO_PROXY", "127.0.0.1")
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap()
}

/// What its summary counts.
fn figures(said: &str) -> Option<Figures> {
    let (_, summary) = said.split_once(" SUMMARY ")?;
    let number = |line: &str| {
        let mut words = line.split(|letter: char| !letter.is_ascii_digit());
        words.find(|word| !word.is_empty())?.parse().ok()
    };
    let mut lines = summary.lines();
    let operations = lines.find(|line| line.trim_start().starts_with("Tested:"))?;
    // Not the warning that generated data was refused, which stands before it.
    let cases = lines.find(|line| line.contains(" generated, "))?;
    Some(Figures {
        operations: number(operations)?,
        cases: number(cases)?,
    })
}

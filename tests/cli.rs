//! The command line.

use crate::support::{App, database_url};
use domain::Role;
use reqwest::StatusCode;
use sqlx::PgPool;
use std::{io::Write, process::Stdio};

/// Runs `gonogo ARGUMENTS` on the database of `pool`, with `input` on its standard input: whether it succeeded, what
/// it said, and what it complained about.
fn gonogo(pool: &PgPool, arguments: &[&str], input: &str) -> (bool, String, String) {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_gonogo"))
        .args(arguments)
        .env("DATABASE_URL", database_url(pool))
        .env("GONOGO_LOG", "error")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (
        output.status.success(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_person_who_is_added_can_sign_in_with_the_password_that_is_printed(pool: PgPool) {
    let (done, said, complaint) = gonogo(
        &pool,
        &[
            "user",
            "add",
            "ada",
            "--title",
            "Ada L.",
            "--role",
            "qa",
            "--role",
            "product-owner",
        ],
        "",
    );
    assert!(done, "{complaint}");
    assert!(
        said.starts_with("Added ada (QA, Product owner).\nPassword: "),
        "{said}"
    );
    let password = said.trim_end().rsplit(' ').next().unwrap();
    let app = App::start(&pool).await;
    let page = app.browser().sign_in("ada", password).await;
    assert_eq!(
        (page.status, page.header("location")),
        (StatusCode::SEE_OTHER, "/account"),
        "it was given, so that it is changed first"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_password_can_come_from_standard_input_and_is_never_printed(pool: PgPool) {
    let app = App::start(&pool).await;
    app.add_person("ada", &[Role::Qa]).await;
    let arguments = ["user", "password", "ada", "--password-stdin"];
    let (done, said, complaint) = gonogo(&pool, &arguments, "correct horse battery\n");
    assert!(done, "{complaint}");
    assert_eq!(said, "Changed the password of ada and ended their sessions.\n");
    let page = app.browser().sign_in("ada", "correct horse battery").await;
    assert_eq!(page.header("location"), "/");
    let (done, _, complaint) = gonogo(&pool, &arguments, "short\n");
    assert!(!done);
    assert_eq!(
        complaint,
        "gonogo: A password has 15 to 256 characters; this one has 5.\n"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn roles_are_given_and_taken_but_never_from_the_last_holder(pool: PgPool) {
    let app = App::start(&pool).await;
    app.add_person("ada", &[Role::Admin]).await;
    let (done, _, complaint) = gonogo(
        &pool,
        &["user", "role", "ada", "--add", "qa", "--remove", "admin"],
        "",
    );
    assert!(!done);
    assert_eq!(
        complaint,
        "gonogo: ada is the last Admin: give the role to somebody else first.\n"
    );
    app.add_person("grace", &[Role::Admin]).await;
    let (done, said, complaint) = gonogo(
        &pool,
        &["user", "role", "ada", "--add", "qa", "--remove", "admin"],
        "",
    );
    assert!(done, "{complaint}");
    assert_eq!(said, "ada now holds: QA.\n");
    let (done, said, _) = gonogo(&pool, &["user", "list"], "");
    assert!(done);
    insta::assert_snapshot!(said, @r"
    name                 title                          roles
    ada                  ada                            QA
    grace                grace                          Admin
    ");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_name_that_is_taken_or_wrong_and_a_role_that_there_is_not_are_refused_in_words(pool: PgPool) {
    let app = App::start(&pool).await;
    app.add_person("ada", &[Role::Qa]).await;
    for (arguments, words) in [
        (
            ["user", "add", "ada", "--role", "qa"],
            "There is somebody called ada already.",
        ),
        (
            ["user", "add", "Ada L", "--role", "qa"],
            "use 1 to 64 lower-case letters",
        ),
        (["user", "add", "grace", "--role", "queen"], "there is no role"),
        (
            ["user", "role", "nobody", "--add", "qa"],
            "There is no person called nobody.",
        ),
    ] {
        let (done, _, complaint) = gonogo(&pool, &arguments, "");
        assert!(!done && complaint.contains(words), "{arguments:?}: {complaint}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_command_has_help_with_an_example(pool: PgPool) {
    let mut commands = vec![Vec::new()];
    let mut seen = 0;
    while let Some(command) = commands.pop() {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        let (done, help, _) = gonogo(&pool, &arguments, "");
        assert!(done, "{arguments:?}");
        let below: Vec<String> = help
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .take_while(|line| line.starts_with("  "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(str::to_owned)
            .collect();
        if !command.is_empty() {
            let example = format!("gonogo {}", command.join(" "));
            assert!(
                help.contains("Example") && help.contains(&example),
                "{arguments:?} has no example:\n{help}"
            );
        }
        seen += 1;
        commands.extend(below.into_iter().map(|name| {
            let mut longer = command.clone();
            longer.push(name);
            longer
        }));
    }
    assert!(seen >= 7, "only {seen} commands were found");
}

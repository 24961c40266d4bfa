//! Who may do what: a table with a row for every server function that the server registers, tried by every role in an
//! environment of each class.

use crate::support::{Member, SHOP, Team};
use domain::{Role, environment::Class};
use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, StatusCode};
use sqlx::PgPool;
use std::collections::BTreeSet;

const EVERYBODY: &[Role] = &Role::ALL;
/// Those who verify and attest.
const HANDS: &[Role] = &[Role::Developer, Role::Devops, Role::Qa];
/// Those who waive, skip and override.
const WAIVERS: &[Role] = &[Role::Devops, Role::ProductOwner];
/// Those who sign some slot, if the checklist's table has it.
const SIGNERS: &[Role] = &[
    Role::Developer,
    Role::Devops,
    Role::Qa,
    Role::ProductOwner,
    Role::Auditor,
];
/// Those who change an environment that is not production.
const ACTORS: &[Role] = &[Role::Developer, Role::Devops];
const DEVOPS: &[Role] = &[Role::Devops];

/// What a form holds that the function understands.
type Fields = &'static [(&'static str, &'static str)];

/// A server function: what it is called with, and by whom it may be called, in staging and in production.
struct Row {
    path: &'static str,
    fields: Fields,
    may: [&'static [Role]; 2],
}

const fn row(path: &'static str, fields: Fields, may: &'static [Role]) -> Row {
    Row {
        path,
        fields,
        may: [may, may],
    }
}

/// `RUN` stands for a run in the environment in question, `REVISION`, `HASH`, `KEY` and `PLACE` likewise.
const TABLE: &[Row] = &[
    row("/api/session/who_am_i", &[], EVERYBODY),
    row(
        "/api/session/sign_in",
        &[("name", "nobody"), ("password", "x")],
        EVERYBODY,
    ),
    row("/api/session/sign_out", &[], EVERYBODY),
    row("/api/session/trouble", &[], EVERYBODY),
    row("/api/run/bars", &[("run", "RUN")], EVERYBODY),
    row("/api/trend/run", &[("run", "RUN")], EVERYBODY),
    row(
        "/api/action/offer",
        &[("run", "RUN"), ("item", "nothing")],
        EVERYBODY,
    ),
    Row {
        path: "/api/action/run",
        fields: &[("run", "RUN"), ("item", "nothing"), ("request_key", "KEY")],
        may: [ACTORS, DEVOPS],
    },
    Row {
        path: "/api/action/cancel",
        fields: &[("run", "RUN"), ("item", "nothing")],
        may: [ACTORS, DEVOPS],
    },
    row(
        "/api/env_edit/offer",
        &[("run", "RUN"), ("item", "nothing")],
        EVERYBODY,
    ),
    Row {
        path: "/api/env_edit/accept",
        fields: &[
            ("run", "RUN"),
            ("item", "nothing"),
            ("before", "HASH"),
            ("request_key", "KEY"),
        ],
        may: [ACTORS, DEVOPS],
    },
    row("/api/environment/list", &[], EVERYBODY),
    row("/api/revision/list", &[], EVERYBODY),
    row("/api/revision/page", &[("id", "REVISION")], EVERYBODY),
    row(
        "/api/revision/import",
        &[("text", "# Matrix\n\n- [ ] x\n")],
        HANDS,
    ),
    row(
        "/api/revision/publish",
        &[("id", "REVISION"), ("plan", "HASH")],
        DEVOPS,
    ),
    row("/api/stability/of", &[("filter[from]", "")], EVERYBODY),
    row("/api/comparison/of", &[("a", "RUN"), ("b", "RUN")], EVERYBODY),
    row(
        "/api/history/list",
        &[("filter[environment]", ""), ("filter[text]", "")],
        EVERYBODY,
    ),
    row("/api/run/page", &[("id", "RUN")], EVERYBODY),
    row("/api/run/request_key", &[], EVERYBODY),
    row(
        "/api/run/start",
        &[
            ("revision", "REVISION"),
            ("environment", "PLACE"),
            ("release", "v2"),
            ("request_key", "KEY"),
        ],
        HANDS,
    ),
    row("/api/run/verify", &[("run", "RUN"), ("item", "nothing")], HANDS),
    Row {
        path: "/api/run/begin",
        fields: &[("run", "RUN")],
        may: [ACTORS, DEVOPS],
    },
    Row {
        path: "/api/run/go_ahead",
        fields: &[("run", "RUN"), ("section", "nowhere"), ("reason", "x")],
        may: [ACTORS, DEVOPS],
    },
    row(
        "/api/run/fill_blank",
        &[("run", "RUN"), ("blank", "nothing"), ("value", "x")],
        HANDS,
    ),
    row(
        "/api/run/attest",
        &[("run", "RUN"), ("item", "nothing"), ("note", "x")],
        HANDS,
    ),
    row(
        "/api/run/settle",
        &[
            ("run", "RUN"),
            ("item", "nothing"),
            ("deed", "skip"),
            ("reason", "x"),
        ],
        WAIVERS,
    ),
    Row {
        path: "/api/run/t0",
        fields: &[("run", "RUN"), ("reason", "x"), ("t0", "1999-01-01T00:00")],
        may: [ACTORS, DEVOPS],
    },
    row("/api/run/close", &[("run", "RUN"), ("reason", "x")], WAIVERS),
    row(
        "/api/phase/offer",
        &[("run", "RUN"), ("section", "nowhere")],
        EVERYBODY,
    ),
    Row {
        path: "/api/phase/start",
        fields: &[("run", "RUN"), ("section", "nowhere"), ("request_key", "KEY")],
        may: [ACTORS, DEVOPS],
    },
    Row {
        path: "/api/phase/go_on",
        fields: &[("run", "RUN"), ("asked", "0")],
        may: [ACTORS, DEVOPS],
    },
    row(
        "/api/phase/skip",
        &[("run", "RUN"), ("asked", "0"), ("reason", "x")],
        DEVOPS,
    ),
    Row {
        path: "/api/phase/stop",
        fields: &[("run", "RUN")],
        may: [ACTORS, DEVOPS],
    },
    row("/api/rollback/offer", &[("run", "RUN")], EVERYBODY),
    row("/api/follow_up/list", &[("run", "RUN")], EVERYBODY),
    row("/api/follow_up/hourly", &[("run", "RUN")], EVERYBODY),
    row(
        "/api/hold_off/hold",
        &[("run", "RUN"), ("window", "nothing")],
        WAIVERS,
    ),
    row(
        "/api/follow_up/take",
        &[("run", "RUN"), ("follow_up", "nothing")],
        HANDS,
    ),
    row(
        "/api/follow_up/end",
        &[
            ("run", "RUN"),
            ("follow_up", "nothing"),
            ("time", "1"),
            ("how", "done"),
            ("note", "x"),
        ],
        HANDS,
    ),
    row("/api/measurement/page", &[("run", "RUN")], EVERYBODY),
    Row {
        path: "/api/measurement/start",
        fields: &[("run", "RUN"), ("moment", "before"), ("request_key", "KEY")],
        may: [ACTORS, DEVOPS],
    },
    Row {
        path: "/api/measurement/stop",
        fields: &[("run", "RUN"), ("attempt", "1")],
        may: [ACTORS, DEVOPS],
    },
    row(
        "/api/measurement/choose",
        &[("run", "RUN"), ("attempt", "1"), ("reason", "x")],
        HANDS,
    ),
    row("/api/rollback/readiness", &[("run", "RUN")], EVERYBODY),
    row(
        "/api/rollback/start",
        &[
            ("run", "RUN"),
            ("tier", "nowhere"),
            ("reason", "x"),
            ("environment", "PLACE"),
            ("request_key", "KEY"),
        ],
        WAIVERS,
    ),
    row("/api/rollback/retry", &[("run", "RUN"), ("step", "0")], WAIVERS),
    row(
        "/api/rollback/skip",
        &[
            ("run", "RUN"),
            ("step", "0"),
            ("reason", "x"),
            ("password", "PASSWORD"),
        ],
        WAIVERS,
    ),
    row("/api/rollback/stop", &[("run", "RUN"), ("step", "0")], WAIVERS),
    row(
        "/api/rollback/accept",
        &[("run", "RUN"), ("parts[]", "nothing"), ("reason", "x")],
        WAIVERS,
    ),
    row("/api/sign_off/review", &[("run", "RUN"), ("role", "qa")], SIGNERS),
    row(
        "/api/sign_off/sign",
        &[
            ("run", "RUN"),
            ("role", "nobody"),
            ("meaning", "go"),
            ("comment", ""),
            ("record", "HASH"),
            ("password", "PASSWORD"),
        ],
        SIGNERS,
    ),
    row(
        "/api/sign_off/changes",
        &[("run", "RUN"), ("role", "nobody")],
        EVERYBODY,
    ),
    row(
        "/api/sign_off/withdraw",
        &[("run", "RUN"), ("role", "nobody"), ("reason", "x")],
        SIGNERS,
    ),
    row(
        "/api/evidence/item",
        &[("run", "RUN"), ("item", "nothing")],
        EVERYBODY,
    ),
    row("/api/evidence/log", &[("run", "RUN"), ("after", "0")], EVERYBODY),
];

/// Server functions whose form has a file.
const WITH_A_FILE: [&str; 2] = ["/api/revision/import", "/api/run/attest"];

/// Addresses that hand something out and are no pages.
const DOWNLOADS: [&str; 3] = ["/live/runs/RUN", "/runs/RUN/export.md", "/runs/RUN/export.json"];

#[test]
fn every_server_function_has_its_row() {
    let registered: BTreeSet<&str> = server_fn_paths().map(|(path, _)| path).collect();
    let listed: BTreeSet<&str> = TABLE.iter().map(|row| row.path).collect();
    assert_eq!(
        registered, listed,
        "a server function without a row, or a row without a function"
    );
    assert_eq!(listed.len(), TABLE.len(), "a function has two rows");
    assert!(
        server_fn_paths().all(|(_, method)| method == Method::POST),
        "something is changed by GET"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_role_may_do_what_the_table_says_and_nothing_else(pool: PgPool) {
    let team = Team::new(&pool).await;
    let revision = team.published(SHOP).await;
    let mut members = Vec::new();
    for role in Role::ALL {
        members.push(Member::new(&team.app, &format!("the-{}", role.key().replace('_', "-")), role).await);
    }
    let mut wrong = Vec::new();
    for (index, (place, class)) in [("shop", Class::Staging), ("shop-live", Class::Production)]
        .into_iter()
        .enumerate()
    {
        let run = team
            .devops
            .start(revision, place, "v1")
            .await
            .number()
            .to_string();
        // Signing in and out is for strangers too: `sign_in` tries it, and here it would end the others' sessions.
        for row in TABLE
            .iter()
            .filter(|row| !row.path.starts_with("/api/session/sign"))
        {
            for member in &members {
                let page = call(member, row, [&run, &revision.to_string(), place]).await;
                let refused = page.status == StatusCode::FORBIDDEN;
                let may = row.may[index].contains(&member.role);
                let fault = [400, 500, 503].contains(&page.status.as_u16());
                if refused == may || fault {
                    wrong.push(format!(
                        "{} by {} in {class:?}: {} {}",
                        row.path, member.role, page.status, page.text
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn call(member: &Member, row: &Row, [run, revision, place]: [&str; 3]) -> crate::support::Page {
    let zero = "0".repeat(64);
    let fields: Vec<(&str, &str)> = row
        .fields
        .iter()
        .map(|(name, value)| {
            let value = match *value {
                "RUN" => run,
                "REVISION" => revision,
                "PLACE" => place,
                "HASH" => &zero,
                "KEY" => "6f0f1a1e-2d3c-4b5a-9687-0123456789ab",
                "PASSWORD" => &member.password,
                value => value,
            };
            (*name, value)
        })
        .collect();
    if WITH_A_FILE.contains(&row.path) {
        member.call_with_file(row.path, &fields, None).await
    } else {
        member.call(row.path, &fields).await
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn giving_a_run_up_is_for_whoever_started_it_and_those_who_waive(pool: PgPool) {
    let team = Team::new(&pool).await;
    let revision = team.published(SHOP).await;
    for role in Role::ALL {
        let member = Member::new(&team.app, &format!("the-{}", role.key().replace('_', "-")), role).await;
        let run = domain::run::RunId(team.devops.start(revision, "shop", "v1").await.number());
        let page = member.close(run, true, "enough").await;
        let expected = if WAIVERS.contains(&role) {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(page.status, expected, "{role}: {}", page.text);
    }
    let own = domain::run::RunId(team.qa.start(revision, "shop", "v1").await.number());
    team.qa.close(own, true, "mine").await.answer::<()>();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_loses_a_role_loses_its_rights_with_the_next_click(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    team.qa.verify(run, "").await;
    let mut connection = pool.acquire().await.unwrap();
    let person = store::person::by_name(&mut connection, "quinn")
        .await
        .unwrap()
        .unwrap();
    drop(connection);
    sqlx::query("delete from person_role where person_id = $1")
        .bind(person.id.0)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(team.qa.verify_now(run, "").await.refusal().0, 403);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_page_and_download_is_for_those_who_are_signed_in_and_for_all_of_them(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let (viewer, stranger) = (
        Member::new(&team.app, "vera", Role::Viewer).await,
        team.app.browser(),
    );
    let pages = leptos_axum::generate_route_list(gonogo::app::App);
    let mut paths: Vec<String> = pages.iter().map(|route| route.path().to_owned()).collect();
    assert!(paths.len() >= 5, "{paths:?}");
    paths.extend(DOWNLOADS.map(str::to_owned));
    for path in paths {
        let path = path
            .replace("RUN", &run.0.to_string())
            .replace("{id}", &run.0.to_string());
        if path.contains('{') || path.contains('*') {
            continue;
        }
        let page = stranger.get(&path).await;
        if path == "/sign-in" {
            assert_eq!(page.status, StatusCode::OK);
            continue;
        }
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(page.header("location").starts_with("/sign-in"), "{path}");
        assert!(!page.text.contains("Ship the shop"), "{path}");
        if !path.starts_with("/live/") {
            assert_eq!(viewer.get(&path).await.status, StatusCode::OK, "{path}");
        }
    }
}

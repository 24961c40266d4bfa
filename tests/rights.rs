//! Who may do what: a table with a row for every server function that the server registers, tried by every role in an
//! environment of each class; and one with a row for every route.

use crate::support::{Member, SHOP, Team};
use domain::{Role, environment::Class, person::Scope};
use gonogo::server::{router, v1};
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
const ADMIN: &[Role] = &[Role::Admin];

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
    row("/api/session/once", &[], ADMIN),
    row("/api/account/page", &[], EVERYBODY),
    row(
        "/api/account/change_password",
        &[("old", "not the password"), ("new", "another password")],
        EVERYBODY,
    ),
    row(
        "/api/account/revoke",
        &[("key", "HASH"), ("password", "PASSWORD")],
        EVERYBODY,
    ),
    row("/api/passkey/offer", &[("password", "PASSWORD")], EVERYBODY),
    row("/api/passkey/add", &[("name", "x"), ("passkey", "{}")], EVERYBODY),
    row(
        "/api/passkey/remove",
        &[("id", "999999"), ("password", "PASSWORD")],
        EVERYBODY,
    ),
    row(
        "/api/second_factor/change",
        &[("deed", "turn_on"), ("password", "PASSWORD")],
        EVERYBODY,
    ),
    row("/api/second_factor/page", &[], EVERYBODY),
    row("/api/second_factor/ask", &[], EVERYBODY),
    row("/api/second_factor/confirm", &[("passkey", "{}")], EVERYBODY),
    row("/api/second_factor/recover", &[("code", "x")], EVERYBODY),
    row("/api/invitation/page", &[("token", "x")], EVERYBODY),
    row(
        "/api/invitation/accept",
        &[
            ("token", "x"),
            ("name", "new"),
            ("password", "a new password of theirs"),
        ],
        EVERYBODY,
    ),
    row(
        "/api/invitation/make",
        &[("title", "New"), ("roles[]", "viewer"), ("password", "PASSWORD")],
        ADMIN,
    ),
    row("/api/invitation/revoke", &[("id", "999999")], ADMIN),
    row(
        "/api/api_token/make",
        &[
            ("name", "ci"),
            ("scopes[]", "read"),
            ("days", "1"),
            ("password", "PASSWORD"),
        ],
        ADMIN,
    ),
    row("/api/api_token/revoke", &[("id", "999999")], ADMIN),
    row(
        "/api/person/list",
        &[("filter[text]", ""), ("filter[after]", "")],
        ADMIN,
    ),
    row("/api/person/page", &[("id", "999999")], ADMIN),
    row(
        "/api/person/set_roles",
        &[("id", "999999"), ("password", "PASSWORD")],
        ADMIN,
    ),
    row("/api/person/disable", &[("id", "999999")], ADMIN),
    row("/api/person/enable", &[("id", "999999")], ADMIN),
    row("/api/person/end_sessions", &[("id", "999999")], ADMIN),
    row(
        "/api/person/remove_passkeys",
        &[("id", "999999"), ("password", "PASSWORD")],
        ADMIN,
    ),
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
    row(
        "/api/revision/approve",
        &[
            ("id", "REVISION"),
            ("slot", "nobody"),
            ("plan", "HASH"),
            ("password", "PASSWORD"),
        ],
        SIGNERS,
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
        "/api/sign_off/ask",
        &[
            ("run", "RUN"),
            ("role", "nobody"),
            ("meaning", "go"),
            ("comment", ""),
            ("record", "HASH"),
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
    row("/api/guide/matches", &[("run", "RUN")], EVERYBODY),
    row(
        "/api/guide/tell",
        &[
            ("run", "RUN"),
            ("item", "nothing"),
            ("guide", "nothing"),
            ("help", "solved"),
        ],
        HANDS,
    ),
    row(
        "/api/guide/escalate",
        &[("run", "RUN"), ("item", "nothing")],
        HANDS,
    ),
    row("/api/evidence/log", &[("run", "RUN"), ("after", "0")], EVERYBODY),
];

/// Server functions whose form has a file.
const WITH_A_FILE: [&str; 2] = ["/api/revision/import", "/api/run/attest"];

/// Who a route is for.
#[derive(Clone, Copy, Debug)]
enum For {
    /// Strangers too.
    Anybody,
    /// Whoever is signed in.
    SignedIn,
    /// Those with one of these roles.
    Roles(&'static [Role]),
}

/// Every page, and every address that hands something out: what is asked for, and by whom. `RUN`, `REVISION` and `PERSON` stand
/// for such a thing.
const ROUTES: &[(&str, &str, For)] = &[
    ("/", "/", For::SignedIn),
    ("/sign-in", "/sign-in", For::Anybody),
    ("/invite", "/invite", For::Anybody),
    ("/new-run", "/new-run", For::SignedIn),
    ("/runs/{id}", "/runs/RUN", For::SignedIn),
    ("/runs/compare", "/runs/compare?a=RUN&b=RUN", For::SignedIn),
    ("/stability", "/stability", For::SignedIn),
    ("/checklists", "/checklists", For::SignedIn),
    ("/checklists/{id}", "/checklists/REVISION", For::SignedIn),
    ("/environments", "/environments", For::SignedIn),
    ("/account", "/account", For::SignedIn),
    ("/people", "/people", For::Roles(ADMIN)),
    ("/people/{id}", "/people/PERSON", For::Roles(ADMIN)),
    ("/live/runs/{id}", "/live/runs/RUN", For::SignedIn),
    ("/runs/{id}/export.md", "/runs/RUN/export.md", For::SignedIn),
    ("/runs/{id}/export.json", "/runs/RUN/export.json", For::SignedIn),
    (
        "/runs/{id}/export.dsse.json",
        "/runs/RUN/export.dsse.json",
        For::SignedIn,
    ),
    ("/runs/{id}/results.csv", "/runs/RUN/results.csv", For::SignedIn),
    (
        "/runs/{id}/attachments/{hash}",
        "/runs/RUN/attachments/HASH",
        For::SignedIn,
    ),
    (
        "/checklists/{id}/document.md",
        "/checklists/REVISION/document.md",
        For::SignedIn,
    ),
    ("/healthz", "/healthz", For::Anybody),
    ("/readyz", "/readyz", For::Anybody),
];

/// Everything that programs can ask for, and what a token has to be for.
const OPERATIONS: &[(&str, &str, Option<Scope>)] = &[
    ("GET", "/runs", Some(Scope::Read)),
    ("POST", "/runs", Some(Scope::StartRun)),
    ("GET", "/runs/{id}", Some(Scope::Read)),
    ("POST", "/runs/{id}/evidence", Some(Scope::PushEvidence)),
    ("GET", "/openapi.json", None),
];

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

#[tokio::test]
async fn every_route_has_its_row() {
    let pages = leptos_axum::generate_route_list(gonogo::app::App);
    let pages = pages.iter().map(|route| route.path().to_owned());
    let plain = router::plain_routes().into_iter().chain(router::open_routes());
    let answered: BTreeSet<String> = pages.chain(plain.map(|(path, _)| path.to_owned())).collect();
    let listed: BTreeSet<String> = ROUTES.iter().map(|(path, ..)| (*path).to_owned()).collect();
    assert_eq!(
        answered, listed,
        "a route without a row, or a row without a route"
    );
    let operations: Vec<(String, &str, Option<Scope>)> = v1::operations()
        .into_iter()
        .map(|operation| (operation.method.to_string(), operation.path, operation.scope))
        .collect();
    let listed: Vec<(String, &str, Option<Scope>)> = OPERATIONS
        .iter()
        .map(|(method, path, scope)| ((*method).to_owned(), *path, *scope))
        .collect();
    assert_eq!(
        operations, listed,
        "an operation without a row, or a row without one"
    );
}

#[test]
fn routes_are_added_where_the_rows_are_compared_with_them_and_nowhere_else() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut found) = (vec![folder], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let added = [".route(", ".route_service(", ".nest(", ".nest_service("];
            let count: usize = added.iter().map(|call| text.matches(call).count()).sum();
            found.extend(
                (count > 0).then(|| (path.file_name().unwrap().to_string_lossy().into_owned(), count)),
            );
        }
    }
    // The list's own `route`, and the nest of what programs ask for.
    assert_eq!(found, [("router.rs".to_owned(), 2)]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_route_answers_those_whom_the_table_names_and_nobody_else(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let revision = team.qa.page(run).await.revision;
    let stranger = team.app.browser();
    let mut members = Vec::new();
    for role in Role::ALL {
        members.push(Member::new(&team.app, &format!("the-{}", role.key().replace('_', "-")), role).await);
    }
    let person: i64 = sqlx::query_scalar("select id from person where name = 'quinn'")
        .fetch_one(&pool)
        .await
        .unwrap();
    for (_, path, whom) in ROUTES {
        let path = path
            .replace("RUN", &run.0.to_string())
            .replace("REVISION", &revision.to_string())
            .replace("PERSON", &person.to_string())
            .replace("HASH", &"0".repeat(64));
        let page = stranger.get(&path).await;
        match whom {
            For::Anybody => assert_eq!(page.status, StatusCode::OK, "{path}"),
            For::SignedIn | For::Roles(_) => {
                assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
                assert!(page.header("location").starts_with("/sign-in"), "{path}");
                assert!(!page.text.contains("Ship the shop"), "{path}");
            }
        }
        for member in &members {
            let allowed = match whom {
                For::Anybody | For::SignedIn => true,
                For::Roles(roles) => roles.contains(&member.role),
            };
            let (status, text) = if path.starts_with("/live/") {
                (member.stream(&path).await.status(), String::new())
            } else {
                let page = member.get(&path).await;
                (page.status, page.text)
            };
            let expected = match (allowed, path.contains("/attachments/")) {
                (false, _) => StatusCode::FORBIDDEN,
                (true, true) => StatusCode::NOT_FOUND,
                (true, false) => StatusCode::OK,
            };
            assert_eq!(status, expected, "{path} by {}", member.role);
            assert!(
                allowed || !text.contains("quinn"),
                "{path} shows people to {}",
                member.role
            );
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_token_opens_what_it_is_for_and_nothing_else(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    for (index, own) in Scope::ALL.into_iter().enumerate() {
        let token = admin.token(&format!("ci-{index}"), &[own], "").await;
        for (method, path, scope) in OPERATIONS {
            let method: Method = method.parse().unwrap();
            let path = format!("/api/v1{}", path.replace("{id}", &run.0.to_string()));
            let body = (method == Method::POST).then(|| serde_json::json!({}));
            let expected = match (scope.is_none_or(|scope| scope == own), &method) {
                (false, _) => StatusCode::FORBIDDEN,
                (true, &Method::GET) => StatusCode::OK,
                // It gets as far as its body, which says nothing.
                (true, _) => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let page = admin.program(method.clone(), &path, &token, body.clone()).await;
            assert_eq!(
                page.status, expected,
                "{method} {path} with {own:?}: {}",
                page.text
            );
            // Neither a session nor a made-up token opens anything.
            let forged = admin
                .program(method.clone(), &path, "gonogo_forged", body.clone())
                .await;
            let text = body.map(|body| body.to_string());
            let session = admin
                .send(method, &path, &[("sec-fetch-site", "same-origin")], text)
                .await;
            for refused in [forged, session] {
                assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{path}");
                assert_eq!(refused.header("content-type"), "application/problem+json");
                assert_eq!(refused.header("www-authenticate"), "Bearer");
            }
        }
        // It is no way into the pages and their functions.
        let bearer = format!("Bearer {token}");
        let page = team.app.browser();
        let page = page
            .send(
                Method::POST,
                "/api/history/list",
                &[("authorization", &bearer)],
                None,
            )
            .await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    }
}

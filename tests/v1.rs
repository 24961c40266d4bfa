//! What programs can do with a token, and that the document describes it.

use crate::support::{Look, Member, Page, SHOP, Team};
use chrono::TimeDelta;
use domain::{
    Role,
    outline::LineKind,
    person::{Author, Scope},
    run::RunId,
    status::Status,
};
use gonogo::server::v1;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

async fn post(team: &Team, token: &str, path: &str, body: Value) -> Page {
    team.qa
        .program(Method::POST, &format!("/api/v1{path}"), token, Some(body))
        .await
}

async fn get(team: &Team, token: &str, path: &str) -> Page {
    team.qa
        .program(Method::GET, &format!("/api/v1{path}"), token, None)
        .await
}

fn document_of(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap_or_else(|error| panic!("{error}: {} {}", page.status, page.text))
}

/// What is wrong with `value` by `schema`, as far as the document goes: types, words, properties.
fn wrong(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let schema = document
            .pointer(name.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("no {name}"));
        return wrong(document, schema, value, at);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let mut found = Vec::new();
    let allowed = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(|allowed| allowed == kind),
        allowed => allowed == kind,
    };
    if !allowed {
        return vec![format!("{at} is {kind}, not {}", schema["type"])];
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        found.push(format!("{at} is {value}"));
    }
    for item in value.as_array().into_iter().flatten() {
        found.extend(wrong(document, &schema["items"], item, &format!("{at}[]")));
    }
    let (Some(members), Some(properties)) = (value.as_object(), schema["properties"].as_object()) else {
        return found;
    };
    for (name, member) in members {
        match properties.get(name) {
            Some(schema) => found.extend(wrong(document, schema, member, &format!("{at}.{name}"))),
            None => found.push(format!("{at}.{name} is not described")),
        }
    }
    let required = schema["required"].as_array().into_iter().flatten();
    let missing = required
        .filter_map(Value::as_str)
        .filter(|name| !members.contains_key(*name));
    found.extend(missing.map(|name| format!("{at}.{name} is missing")));
    found
}

/// Fails where the answer is not what the document says of this operation.
#[track_caller]
fn as_described(method: &str, path: &str, page: &Page) {
    let document = v1::document();
    let responses = &document["paths"][format!("/api/v1{path}")][method]["responses"];
    let answer = &responses[page.status.as_u16().to_string()];
    assert!(answer.is_object(), "{} is not described", page.status);
    let kind = if page.status.is_success() {
        "application/json"
    } else {
        "application/problem+json"
    };
    assert_eq!(page.header("content-type"), kind, "{}", page.text);
    let schema = &answer["content"][kind]["schema"];
    let found = wrong(&document, schema, &document_of(page), "answer");
    assert!(found.is_empty(), "{method} {path}: {found:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_program_starts_a_run_pushes_evidence_and_reads_the_decision(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let revision = team.published(SHOP).await;
    let token = admin.token("ci.shop", &Scope::ALL, "").await;
    let new = json!({
        "revision": revision, "environment": "shop", "release": "v7",
        "request_key": "6f0f1a1e-2d3c-4b5a-9687-0123456789ab",
    });
    let started = post(&team, &token, "/runs", new.clone()).await;
    assert_eq!(started.status, StatusCode::CREATED, "{}", started.text);
    as_described("post", "/runs", &started);
    let run = RunId(document_of(&started)["id"].as_i64().unwrap());
    assert_eq!(started.header("location"), format!("/api/v1/runs/{}", run.0));
    let again = post(&team, &token, "/runs", new).await;
    assert_eq!(document_of(&again)["id"], run.0, "the same key starts nothing");
    let item = team.qa.page(run).await.id("release notes");
    let evidence =
        json!({"item": item, "note": "12 notes, all read", "output": "ok 12\n", "output_name": "notes.txt"});
    let pushed = post(&team, &token, &format!("/runs/{}/evidence", run.0), evidence).await;
    assert_eq!(pushed.status, StatusCode::OK, "{}", pushed.text);
    as_described("post", "/runs/{id}/evidence", &pushed);
    assert_eq!(document_of(&pushed)["status"], "attested");
    let page = team.qa.page(run).await;
    assert_eq!(page.status("release notes"), Status::Attested);
    let settlement = page.run.items[&page.line("release notes").id]
        .settlement
        .clone()
        .unwrap();
    assert!(
        matches!(&settlement.by, Author::Service { name, .. } if name == "ci.shop"),
        "{settlement:?}"
    );
    assert!(matches!(&page.run.started_by, Author::Service { .. }));
    // The same program may say more; a person's word it cannot take back.
    let more = json!({"item": item, "note": "13 notes"});
    assert_eq!(
        post(&team, &token, &format!("/runs/{}/evidence", run.0), more)
            .await
            .status,
        StatusCode::OK
    );
    let database = page.id("The team was told");
    team.qa.attest(run, &database, "asked it").await.answer::<()>();
    let over = json!({"item": database, "note": "no"});
    let refused = post(&team, &token, &format!("/runs/{}/evidence", run.0), over).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    as_described("post", "/runs/{id}/evidence", &refused);
    let read = get(&team, &token, &format!("/runs/{}", run.0)).await;
    as_described("get", "/runs/{id}", &read);
    let read = document_of(&read);
    assert_eq!(
        (read["decision"].as_str(), read["tally"]["attested"].as_u64()),
        (Some("not_yet"), Some(2))
    );
    assert_eq!(
        read["lines"].as_array().unwrap().len(),
        page.outline.lines().count()
    );
    let list = get(&team, &token, "/runs?environment=shop").await;
    as_described("get", "/runs", &list);
    assert_eq!(document_of(&list)["runs"][0]["id"], run.0);
    assert!(
        team.qa
            .get(&format!("/runs/{}", run.0))
            .await
            .text
            .contains("ci.shop")
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_program_proves_nothing_and_settles_nothing_that_a_probe_settles(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let token = admin.token("ci", &[Scope::PushEvidence], "").await;
    let run = team.run(SHOP).await;
    let page = team.qa.page(run).await;
    let path = format!("/runs/{}/evidence", run.0);
    let mut tried = 0;
    for (_, line) in page.outline.lines() {
        if matches!(line.kind, LineKind::Probe | LineKind::Check | LineKind::Parent) {
            let refused = post(
                &team,
                &token,
                &path,
                json!({"item": line.id, "note": "it is fine"}),
            )
            .await;
            assert_eq!(
                refused.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{}: {}",
                line.text,
                refused.text
            );
            tried += 1;
        }
    }
    assert!(tried >= 5, "{tried}");
    let nowhere = post(
        &team,
        &token,
        "/runs/999999/evidence",
        json!({"item": "nothing", "note": "x"}),
    )
    .await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND, "404 is about the address");
    for (body, status) in [
        (
            json!({"item": "nothing", "note": "x"}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({"item": page.id("release notes"), "note": ""}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({"item": page.id("release notes"), "note": "x", "link": "https://a.example", "output": "y"}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({"item": page.id("release notes"), "note": "x", "verdict": "pass"}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let refused = post(&team, &token, &path, body).await;
        assert_eq!(refused.status, status, "{}", refused.text);
        as_described("post", "/runs/{id}/evidence", &refused);
    }
    assert_eq!(
        team.qa.page(run).await.run.items,
        page.run.items,
        "nothing was settled"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_token_for_one_environment_opens_no_other(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let token = admin.token("ci", &Scope::ALL, "shop").await;
    let revision = team.published(SHOP).await;
    let live = RunId(team.devops.start(revision, "shop-live", "v1").await.number());
    let shop = RunId(team.devops.start(revision, "shop", "v1").await.number());
    let new = |place: &str| json!({"revision": revision, "environment": place, "release": "v2"});
    assert_eq!(
        post(&team, &token, "/runs", new("shop-live")).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        post(&team, &token, "/runs", new("shop")).await.status,
        StatusCode::CREATED
    );
    assert_eq!(
        get(&team, &token, &format!("/runs/{}", live.0)).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        get(&team, &token, &format!("/runs/{}", shop.0)).await.status,
        StatusCode::OK
    );
    assert_eq!(
        get(&team, &token, "/runs?environment=shop-live").await.status,
        StatusCode::FORBIDDEN
    );
    let list = document_of(&get(&team, &token, "/runs").await);
    assert!(
        list["runs"]
            .as_array()
            .unwrap()
            .iter()
            .all(|run| run["environment"] == "shop"),
        "{list}"
    );
    let item = team.qa.page(live).await.id("release notes");
    let body = json!({"item": item, "note": "x"});
    assert_eq!(
        post(&team, &token, &format!("/runs/{}/evidence", live.0), body)
            .await
            .status,
        StatusCode::FORBIDDEN
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_token_ends_by_its_time_by_being_revoked_and_with_its_account(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let (one, other) = (
        admin.token("ci", &[Scope::Read], "").await,
        admin.token("ci", &[Scope::Read], "").await,
    );
    assert!(
        one.starts_with("gonogo_") && one.len() == 50 && one != other,
        "{one}"
    );
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("select key from api_token")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert!(
        kept.iter()
            .all(|key| key.len() == 32 && !one.as_bytes().windows(32).any(|part| part == key))
    );
    let status = async |token: &str| get(&team, token, "/runs").await.status;
    assert_eq!(
        (status(&one).await, status(&other).await),
        (StatusCode::OK, StatusCode::OK)
    );
    let number: i64 = sqlx::query_scalar("select min(id) from api_token")
        .fetch_one(&pool)
        .await
        .unwrap();
    admin
        .call("/api/api_token/revoke", &[("id", &number.to_string())])
        .await
        .answer::<()>();
    assert_eq!(
        (status(&one).await, status(&other).await),
        (StatusCode::UNAUTHORIZED, StatusCode::OK)
    );
    let ci: i64 = sqlx::query_scalar("select id from person where name = 'ci'")
        .fetch_one(&pool)
        .await
        .unwrap();
    admin
        .call("/api/person/disable", &[("id", &ci.to_string())])
        .await
        .answer::<()>();
    assert_eq!(status(&other).await, StatusCode::UNAUTHORIZED);
    admin
        .call("/api/person/enable", &[("id", &ci.to_string())])
        .await
        .answer::<()>();
    assert_eq!(status(&other).await, StatusCode::OK);
    team.app.advance(TimeDelta::days(30));
    assert_eq!(status(&other).await, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_program_is_nobody_at_sign_in_and_holds_no_role(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    admin.token("ci", &Scope::ALL, "").await;
    let ci: i64 = sqlx::query_scalar("select id from person where name = 'ci'")
        .fetch_one(&pool)
        .await
        .unwrap();
    let fields = [
        ("id", ci.to_string()),
        ("before", String::new()),
        ("roles[]", "qa".to_owned()),
        ("password", admin.password.clone()),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(
        admin.call("/api/person/set_roles", &fields).await.refusal().0,
        422
    );
    for password in ["", "a password of fifteen", "$argon2id$"] {
        let fields = [("name", "ci"), ("password", password)];
        let page = team.app.browser().call("/api/session/sign_in", &fields).await;
        assert_eq!(page.error(), gonogo::api::Error::WrongPassword);
    }
    let again = ("password", admin.password.as_str());
    let taken = [("name", "quinn"), ("scopes[]", "read"), ("days", "1"), again];
    assert_eq!(admin.call("/api/api_token/make", &taken).await.refusal().0, 422);
    for days in ["0", "366"] {
        let long = [("name", "ci"), ("scopes[]", "read"), ("days", days), again];
        assert_eq!(admin.call("/api/api_token/make", &long).await.refusal().0, 422);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_error_is_a_problem_in_words(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let token = admin.token("ci", &Scope::ALL, "").await;
    for (method, path, body, status) in [
        (Method::GET, "/runs/999999", None, 404),
        (Method::GET, "/runs/x", None, 404),
        (Method::GET, "/runs/+1", None, 404),
        (Method::GET, "/runs/%FF", None, 404),
        (Method::GET, "/runs/9223372036854775807", None, 404),
        (Method::GET, "/runs/9223372036854775808", None, 404),
        (Method::GET, "/runs?before=0", None, 422),
        (Method::TRACE, "/runs/1", None, 405),
        (Method::GET, "/nothing", None, 404),
        (Method::DELETE, "/runs", None, 405),
        (Method::GET, "/runs?before=x", None, 422),
        (Method::GET, "/runs?nonsense=1", None, 422),
        (
            Method::POST,
            "/runs",
            Some(json!({"revision": 999_999, "environment": "shop", "release": "v1"})),
            422,
        ),
        (Method::POST, "/runs", Some(json!([])), 422),
        (
            Method::POST,
            "/runs",
            Some(json!({"revision": 1, "environment": "nowhere", "release": "v1"})),
            422,
        ),
    ] {
        let page = team
            .qa
            .program(method, &format!("/api/v1{path}"), &token, body)
            .await;
        assert_eq!(page.status.as_u16(), status, "{path}: {}", page.text);
        assert_eq!(page.header("content-type"), "application/problem+json", "{path}");
        let problem = document_of(&page);
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().unwrap().len() > 10, "{problem}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_body_that_is_no_json_that_is_too_large_or_that_cannot_be_stored_is_a_problem(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let token = format!("Bearer {}", admin.token("ci", &Scope::ALL, "").await);
    let revision = team.published(SHOP).await;
    let new = json!({"revision": revision, "environment": "shop", "release": "v1"}).to_string();
    let nul = new.replace("v1", "v\\u00001");
    let half = new.replace('}', "");
    for (kind, body, status) in [
        ("text/plain", &new, 415),
        ("", &new, 415),
        ("application/x-www-form-urlencoded", &new, 415),
        ("application/json", &half, 422),
        ("application/json", &nul, 422),
        ("Application/JSON; charset=utf-8", &new, 201),
    ] {
        let headers = [("authorization", token.as_str()), ("content-type", kind)];
        let headers = if kind.is_empty() {
            &headers[..1]
        } else {
            &headers[..]
        };
        let page = team
            .app
            .browser()
            .send(Method::POST, "/api/v1/runs", headers, Some(body.clone()))
            .await;
        assert_eq!(page.status.as_u16(), status, "{kind}: {}", page.text);
        as_described("post", "/runs", &page);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_body_that_is_too_large_is_refused_before_it_is_sent_and_in_words(pool: PgPool) {
    let team = Team::new(&pool).await;
    let mut wire = TcpStream::connect(team.app.address()).await.unwrap();
    let head = "POST /api/v1/runs HTTP/1.1\r\nHost: gonogo\r\nContent-Type: application/json\r\n\
                Content-Length: 12582912\r\nConnection: close\r\n\r\n";
    wire.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    wire.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(
        answer
            .to_lowercase()
            .contains("content-type: application/problem+json"),
        "{answer}"
    );
    assert!(answer.contains("larger than 11 MB"), "{answer}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_address_says_which_methods_it_answers_to(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let token = admin.token("ci", &Scope::ALL, "").await;
    for (path, allowed) in [
        ("/runs", "GET,HEAD,POST"),
        ("/runs/1", "GET,HEAD"),
        ("/runs/1/evidence", "POST"),
        ("/openapi.json", "GET,HEAD"),
    ] {
        let page = team
            .qa
            .program(Method::DELETE, &format!("/api/v1{path}"), &token, None)
            .await;
        assert_eq!(
            (page.status.as_u16(), page.header("allow")),
            (405, allowed),
            "{path}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_output_of_ten_megabytes_is_kept(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let token = admin.token("ci", &[Scope::PushEvidence], "").await;
    let run = team.run(SHOP).await;
    let item = team.qa.page(run).await.id("release notes");
    let path = format!("/runs/{}/evidence", run.0);
    for (size, status) in [(10_000_000, 200), (10_500_000, 422)] {
        let evidence = json!({"item": item, "note": "all of it", "output": "x".repeat(size)});
        let page = post(&team, &token, &path, evidence).await;
        assert_eq!(page.status.as_u16(), status, "{size}: {}", page.text);
        as_described("post", "/runs/{id}/evidence", &page);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_program_on_another_site_is_answered_for_it_shows_no_cookie(pool: PgPool) {
    let team = Team::new(&pool).await;
    let admin = Member::new(&team.app, "ann", Role::Admin).await;
    let token = format!("Bearer {}", admin.token("ci", &[Scope::StartRun], "").await);
    let foreign = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://ci.example"),
    ];
    let page = team
        .app
        .browser()
        .send(Method::POST, "/api/v1/runs", &foreign, Some("{}".to_owned()))
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert_eq!(page.header("set-cookie"), "");
    assert_eq!(page.header("access-control-allow-origin"), "");
    assert_eq!(page.header("cache-control"), "no-store");
}

#[test]
fn the_document_describes_every_operation_and_names_no_schema_that_is_not_there() {
    let document = v1::document();
    assert_eq!(document["openapi"], "3.1.0");
    for operation in v1::operations() {
        let method = operation.method.as_str().to_lowercase();
        let described = &document["paths"][format!("/api/v1{}", operation.path)][method];
        assert!(
            described["summary"]
                .as_str()
                .is_some_and(|words| words.ends_with('.')),
            "{}",
            operation.path
        );
        assert!(described["responses"]["401"].is_object());
        for (name, _) in operation
            .path
            .match_indices('{')
            .map(|(at, _)| (&operation.path[at..], at))
        {
            let name = name.trim_start_matches('{').split('}').next().unwrap();
            let listed = described["parameters"].as_array().unwrap();
            assert!(listed.iter().any(|parameter| parameter["name"] == name), "{name}");
        }
    }
    let text = document.to_string();
    for (_, rest) in text
        .match_indices("#/components/")
        .map(|(at, _)| (at, &text[at..]))
    {
        let pointer = rest[1..].split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

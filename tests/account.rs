//! One's own account: the password, the sessions, and what a given password allows.

use crate::support::{App, Browser, DEADLINE};
use domain::Role;
use gonogo::{
    api::{Error, account::AccountPage},
    server::person,
};
use reqwest::StatusCode;
use sqlx::PgPool;
use std::time::{Duration, Instant};

const DOCUMENT: &str = "# Deploy\n\n## Phase 1: Look (1 minute)\n\n- [ ] Somebody looked at it\n";
const NEW: &str = "correct horse battery staple";

async fn account(browser: &Browser) -> AccountPage {
    browser.call("/api/account/page", &[]).await.answer()
}

async fn change(browser: &Browser, old: &str, new: &str) -> crate::support::Page {
    let fields = [("old", old), ("new", new)];
    browser.call("/api/account/change_password", &fields).await
}

/// How long a stream goes on from now.
pub async fn lasts(mut stream: reqwest::Response) -> Duration {
    let began = Instant::now();
    let rest = async { while matches!(stream.chunk().await, Ok(Some(_))) {} };
    tokio::time::timeout(DEADLINE, rest)
        .await
        .expect("the stream ends");
    began.elapsed()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_changed_password_needs_the_old_one_and_ends_every_other_session(pool: PgPool) {
    let app = App::start(&pool).await;
    let password = app.add_person("ada", &[Role::Qa]).await;
    let (one, other) = (app.browser(), app.browser());
    one.sign_in("ada", &password).await;
    other.sign_in("ada", &password).await;
    assert_eq!(
        change(&one, "not the password", NEW).await.error(),
        Error::WrongPassword
    );
    for (new, words) in [
        ("short", "15 to 256"),
        ("passwordpassword", "well-known"),
        ("gonogo 127.0.0.1", "what others know"),
    ] {
        let (status, said) = change(&one, &password, new).await.refusal();
        assert!(status == 422 && said.contains(words), "{new}: {said}");
    }
    assert_eq!(change(&one, &password, &password).await.refusal().0, 422);
    assert_eq!(account(&other).await.sessions.len(), 2, "nothing has changed yet");
    let before = one.cookie();
    change(&one, &password, NEW).await.answer::<()>();
    assert_ne!(one.cookie(), before, "the session has a new number");
    assert_eq!(account(&one).await.sessions.len(), 1);
    assert_eq!(
        other.call("/api/account/page", &[]).await.error(),
        Error::SignedOut
    );
    let old = app.browser();
    old.set_cookie(before);
    assert_eq!(old.call("/api/account/page", &[]).await.error(), Error::SignedOut);
    app.browser().sign_in("ada", NEW).await;
    assert_eq!(account(&one).await.sessions.len(), 2);
    let log: Vec<String> =
        sqlx::query_scalar("select deed ->> 'kind' from people_log where about_name = 'ada' order by id")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(log, ["added", "password_changed"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn guessing_the_old_password_on_the_account_page_is_slowed_down_like_a_sign_in(pool: PgPool) {
    let app = App::start(&pool).await;
    let browser = app.signed_in("ada", &[Role::Qa]).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(change(&browser, "not the password", NEW).await.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn somebody_sees_where_they_are_signed_in_and_ends_a_session_whose_stream_closes_within_5_seconds(
    pool: PgPool,
) {
    let app = App::start(&pool).await;
    let run = app.start_run(DOCUMENT).await;
    let password = app.add_person("ada", &[Role::Viewer]).await;
    let (here, there) = (app.browser(), app.browser());
    here.sign_in("ada", &password).await;
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let body = format!("name=ada&password={password}");
    let headers = [("accept", "application/json"), ("user-agent", agent)];
    there
        .send(
            reqwest::Method::POST,
            "/api/session/sign_in",
            &headers,
            Some(body),
        )
        .await;
    app.advance(chrono::TimeDelta::minutes(2));
    let page = account(&here).await;
    let seen: Vec<(&str, &str, bool)> = page
        .sessions
        .iter()
        .map(|line| (line.device.as_str(), line.address.as_str(), line.is_this))
        .collect();
    assert_eq!(
        seen,
        [
            ("Unknown device", "127.0.0.1", true),
            ("Firefox on Linux", "127.0.0.1", false)
        ]
    );
    assert!(page.sessions[0].last_seen_at > page.sessions[1].last_seen_at);
    let path = format!("/live/runs/{}", run.0);
    let (mine, theirs) = (here.stream(&path).await, there.stream(&path).await);
    assert_eq!((mine.status(), theirs.status()), (StatusCode::OK, StatusCode::OK));
    let key = page.sessions[1].key.to_string();
    let stranger_password = app.add_person("eve", &[Role::Admin]).await;
    let stranger = app.browser();
    stranger.sign_in("eve", &stranger_password).await;
    let fields = [("key", key.as_str()), ("password", stranger_password.as_str())];
    let refused = stranger.call("/api/account/revoke", &fields).await;
    assert_eq!(
        refused.status,
        StatusCode::NOT_FOUND,
        "a session is its person's own"
    );
    let unsure = [("key", key.as_str()), ("password", "not the password")];
    let refused = here.call("/api/account/revoke", &unsure).await;
    assert_eq!(
        refused.error(),
        Error::WrongPassword,
        "a stolen session ends no other"
    );
    assert_eq!(account(&here).await.sessions.len(), 2);
    let fields = [("key", key.as_str()), ("password", password.as_str())];
    here.call("/api/account/revoke", &fields).await.answer::<()>();
    let lasted = lasts(theirs).await;
    assert!(lasted <= Duration::from_secs(5), "{lasted:?}");
    assert_eq!(
        there.call("/api/account/page", &[]).await.error(),
        Error::SignedOut
    );
    assert_eq!(account(&here).await.sessions.len(), 1);
    drop(mine);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn with_a_given_password_only_the_account_and_signing_out_answer(pool: PgPool) {
    let app = App::start(&pool).await;
    let run = app.start_run(DOCUMENT).await;
    let given = person::add(app.state(), "ada", "Ada", &Role::ALL, None)
        .await
        .unwrap()
        .unwrap();
    let browser = app.browser();
    let done = browser.sign_in("ada", &given).await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/account")
    );
    let open = [
        "/api/account/page",
        "/api/account/change_password",
        "/api/session/sign_out",
        "/api/session/trouble",
        "/api/session/who_am_i",
    ];
    for (path, _) in leptos::server_fn::axum::server_fn_paths() {
        if !open.contains(&path) {
            let page = browser.call(path, &[]).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(page.error(), Error::PasswordToChange, "{path}");
        }
    }
    let id = run.0;
    for path in [
        "/",
        "/people",
        "/new-run",
        &format!("/runs/{id}"),
        &format!("/runs/{id}/export.json"),
    ] {
        let page = browser.get(path).await;
        assert_eq!(
            (page.status, page.header("location")),
            (StatusCode::SEE_OTHER, "/account"),
            "{path}"
        );
    }
    let page = browser.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Change your password first"), "{}", page.text);
    let fields = [("old", given.as_str()), ("new", NEW)];
    let done = browser
        .post_form("/account", "/api/account/change_password", &fields)
        .await;
    assert_eq!(done.header("location"), "/account?changed=true");
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    assert_eq!(browser.get(&format!("/runs/{id}")).await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_wrong_old_password_is_said_in_words_without_javascript(pool: PgPool) {
    let app = App::start(&pool).await;
    let browser = app.signed_in("ada", &[Role::Qa]).await;
    let fields = [("old", "not the password"), ("new", NEW)];
    let away = browser
        .post_form("/account", "/api/account/change_password", &fields)
        .await;
    assert_eq!(
        (away.status, away.header("location")),
        (StatusCode::SEE_OTHER, format!("{}/account", app.url()).as_str())
    );
    let page = browser.get("/account").await;
    assert!(
        page.text.contains("This name and password do not go together."),
        "{}",
        page.text
    );
    assert!(!page.text.contains(NEW));
}

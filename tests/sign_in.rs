//! Signing in, sessions, and the gate.

use crate::support::{App, Page};
use chrono::TimeDelta;
use domain::Role;
use gonogo::server::{config::Settings, guard, person};
use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, StatusCode};
use sqlx::PgPool;
use std::path::Path;

const SIGN_IN: &str = "/api/session/sign_in";

async fn is_signed_in(browser: &crate::support::Browser) -> bool {
    let page = browser.call("/api/session/who_am_i", &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.text != "null"
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stranger_is_sent_to_the_sign_in_page_and_from_there_to_where_they_wanted(pool: PgPool) {
    let app = App::start(&pool).await;
    let password = app.add_person("ada", &[Role::Qa]).await;
    let browser = app.browser();
    let away = browser.get("/?tab=open").await;
    assert_eq!(away.status, StatusCode::SEE_OTHER);
    assert_eq!(away.header("location"), "/sign-in?next=/%3Ftab%3Dopen");
    let form = browser.get(away.header("location")).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(
        form.text.contains(r#"name="next" value="/?tab=open""#),
        "{}",
        form.text
    );
    let fields = [
        ("name", "ada"),
        ("password", password.as_str()),
        ("next", "/?tab=open"),
    ];
    let done = browser.post_form("/sign-in", SIGN_IN, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(done.header("location"), "/?tab=open");
    let page = browser.get("/?tab=open").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("Sign out") && page.text.contains("ada"),
        "{}",
        page.text
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn signing_in_never_leads_to_another_site(pool: PgPool) {
    let app = App::start(&pool).await;
    let password = app.add_person("ada", &[Role::Qa]).await;
    for next in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
    ] {
        let fields = [("name", "ada"), ("password", password.as_str()), ("next", next)];
        let done = app.browser().post_form("/sign-in", SIGN_IN, &fields).await;
        assert_eq!(done.header("location"), "/", "{next}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_wrong_password_is_said_in_words_without_javascript(pool: PgPool) {
    let app = App::start(&pool).await;
    app.add_person("ada", &[Role::Qa]).await;
    let browser = app.browser();
    let away = browser.sign_in("ada", "not the password").await;
    assert_eq!(away.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.cookie(), None);
    let path = away
        .header("location")
        .strip_prefix(app.url())
        .unwrap()
        .to_owned();
    assert!(path.starts_with("/sign-in"), "{path}");
    let page = browser.get(&path).await;
    assert!(
        page.text.contains("This name and password do not go together."),
        "{}",
        page.text
    );
    assert!(!page.text.contains("not the password") && !path.contains("not%20the%20password"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_unknown_name_and_a_closed_account_get_the_answer_of_a_wrong_password(pool: PgPool) {
    let app = App::start(&pool).await;
    app.add_person("ada", &[Role::Qa]).await;
    let closed = app.add_person("grace", &[Role::Qa]).await;
    let mut connection = pool.acquire().await.unwrap();
    let grace = store::person::by_name(&mut connection, "grace")
        .await
        .unwrap()
        .unwrap();
    store::person::set_disabled(&mut connection, grace.id, Some(crate::support::noon()))
        .await
        .unwrap();
    drop(connection);
    let attempt = |name: &'static str, password: String| {
        let browser = app.browser();
        async move {
            browser
                .call(SIGN_IN, &[("name", name), ("password", &password)])
                .await
        }
    };
    let wrong = attempt("ada", "wrong password".to_owned()).await;
    assert_eq!(
        (wrong.status, wrong.text.as_str()),
        (StatusCode::UNAUTHORIZED, r#"{"kind":"wrong_password"}"#)
    );
    for (name, password) in [
        ("nobody", "wrong password".to_owned()),
        ("grace", closed),
        ("no such name!\0", "x".to_owned()),
    ] {
        let other = attempt(name, password).await;
        assert_eq!(
            (other.status, &other.text),
            (wrong.status, &wrong.text),
            "{name:?}"
        );
        let names = |page: &Page| page.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&other), names(&wrong), "{name:?}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_sign_in_has_a_new_session_and_ends_the_one_before(pool: PgPool) {
    let app = App::start(&pool).await;
    let password = app.add_person("ada", &[Role::Qa]).await;
    let browser = app.browser();
    browser.set_cookie(Some("__Host-gonogo=AAAAAAAAAAAAAAAAAAAAAA".to_owned()));
    browser.sign_in("ada", &password).await;
    let first = browser.cookie().unwrap();
    assert!(
        !first.contains("AAAAAAAAAAAAAAAAAAAAAA"),
        "a session chosen by a stranger was taken"
    );
    browser.sign_in("ada", &password).await;
    let second = browser.cookie().unwrap();
    assert_ne!(first, second);
    assert!(is_signed_in(&browser).await);
    browser.set_cookie(Some(first));
    assert!(!is_signed_in(&browser).await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_cookie_stays_with_this_host_and_away_from_scripts(pool: PgPool) {
    let app = App::start(&pool).await;
    let password = app.add_person("ada", &[Role::Qa]).await;
    let page = app.browser().sign_in("ada", &password).await;
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("__Host-gonogo="), "{cookie}");
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(
            cookie.split("; ").any(|found| found == part),
            "{part} is missing in {cookie}"
        );
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_survives_a_restart(pool: PgPool) {
    let app = App::start(&pool).await;
    let browser = app.signed_in("ada", &[Role::Qa]).await;
    let cookie = browser.cookie();
    assert!(app.stop().await, "the server did not stop in time");
    let app = App::start(&pool).await;
    let browser = app.browser();
    browser.set_cookie(cookie);
    assert!(is_signed_in(&browser).await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_ends_when_it_is_idle_and_at_its_limit_when_it_is_not(pool: PgPool) {
    let app = App::start(&pool).await;
    let (idle, busy) = (
        app.signed_in("ada", &[Role::Qa]).await,
        app.signed_in("grace", &[Role::Qa]).await,
    );
    for _ in 0..4 {
        app.advance(TimeDelta::hours(2) - TimeDelta::seconds(1));
        assert!(is_signed_in(&busy).await);
    }
    assert!(is_signed_in(&idle).await, "idle for less than 8 hours");
    for _ in 0..4 {
        app.advance(TimeDelta::hours(2));
        assert!(is_signed_in(&busy).await);
    }
    app.advance(TimeDelta::seconds(10));
    assert!(!is_signed_in(&idle).await, "idle for more than 8 hours");
    app.advance(TimeDelta::hours(7));
    assert!(
        is_signed_in(&busy).await,
        "used within 8 hours, and younger than a day"
    );
    app.advance(TimeDelta::hours(2));
    assert!(!is_signed_in(&busy).await, "older than a day");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn signing_out_ends_the_session_on_the_server(pool: PgPool) {
    let app = App::start(&pool).await;
    let browser = app.signed_in("ada", &[Role::Qa]).await;
    let cookie = browser.cookie();
    let away = browser.post_form("/", "/api/session/sign_out", &[]).await;
    assert_eq!(
        (away.status, away.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in")
    );
    assert_eq!(away.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(browser.cookie(), None);
    browser.set_cookie(cookie);
    assert!(!is_signed_in(&browser).await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_changed_password_ends_every_session_and_the_old_one_no_longer_works(pool: PgPool) {
    let app = App::start(&pool).await;
    let old = app.add_person("ada", &[Role::Qa]).await;
    let (one, other) = (app.browser(), app.browser());
    one.sign_in("ada", &old).await;
    other.sign_in("ada", &old).await;
    assert!(is_signed_in(&one).await && is_signed_in(&other).await);
    let new = person::set_password(app.state(), "ada", None)
        .await
        .unwrap()
        .unwrap();
    assert!(!is_signed_in(&one).await && !is_signed_in(&other).await);
    one.set_cookie(None);
    one.sign_in("ada", &old).await;
    assert!(!is_signed_in(&one).await);
    one.sign_in("ada", &new).await;
    assert!(is_signed_in(&one).await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn after_five_failures_a_name_has_to_wait_whether_or_not_somebody_has_it(pool: PgPool) {
    let app = App::start(&pool).await;
    let password = app.add_person("ada", &[Role::Qa]).await;
    let browser = app.browser();
    let mut answers = Vec::new();
    for name in ["ada", "nobody"] {
        for _ in 0..6 {
            let page = browser
                .call(SIGN_IN, &[("name", name), ("password", "wrong password")])
                .await;
            answers.push((page.status.as_u16(), page.text));
        }
    }
    assert_eq!(answers[..6], answers[6..]);
    assert_eq!(
        answers
            .iter()
            .map(|(status, _)| *status)
            .take(6)
            .collect::<Vec<_>>(),
        [401, 401, 401, 401, 401, 429]
    );
    assert_eq!(answers[5].1, r#"{"kind":"too_many_attempts","seconds":2}"#);
    let early = browser
        .call(SIGN_IN, &[("name", "ada"), ("password", &password)])
        .await;
    assert_eq!(early.status, StatusCode::TOO_MANY_REQUESTS);
    app.advance(TimeDelta::seconds(2));
    let done = browser
        .call(SIGN_IN, &[("name", " Ada "), ("password", &password)])
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn attempts_made_at_once_are_all_counted(pool: PgPool) {
    let app = App::start(&pool).await;
    app.add_person("ada", &[Role::Qa]).await;
    let attempts = (0..12).map(|_| {
        let browser = app.browser();
        async move {
            browser
                .call(SIGN_IN, &[("name", "ada"), ("password", "wrong password")])
                .await
                .status
        }
    });
    let statuses = futures::future::join_all(attempts).await;
    let looked_at = statuses
        .iter()
        .filter(|status| **status == StatusCode::UNAUTHORIZED)
        .count();
    assert_eq!(looked_at, 5, "{statuses:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_31st_attempt_of_a_network_waits_whatever_name_it_tries_also_after_a_restart(pool: PgPool) {
    let app = App::start(&pool).await;
    let attempt = async |app: &App, name: &str| {
        let fields = [("name", name), ("password", "wrong password")];
        app.browser().call(SIGN_IN, &fields).await
    };
    for number in 0..30 {
        let page = attempt(&app, &format!("nobody-{number}")).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{number}");
    }
    assert!(app.stop().await);
    let app = App::start(&pool).await;
    let page = attempt(&app, "nobody-30").await;
    assert_eq!(page.text, r#"{"kind":"too_many_attempts","seconds":2}"#);
    app.advance(TimeDelta::seconds(2));
    assert_eq!(attempt(&app, "nobody-31").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        attempt(&app, "nobody-32").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    app.advance(TimeDelta::seconds(62));
    for number in 0..30 {
        let page = attempt(&app, &format!("later-{number}")).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{number}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_unknown_name_takes_as_long_as_a_wrong_password(pool: PgPool) {
    let app = App::start(&pool).await;
    app.add_person("ada", &[Role::Qa]).await;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        for (name, times) in [("ada", &mut known), ("nobody", &mut unknown)] {
            let began = std::time::Instant::now();
            app.browser()
                .call(SIGN_IN, &[("name", name), ("password", "wrong password")])
                .await;
            times.push(began.elapsed());
        }
    }
    known.sort();
    unknown.sort();
    // A hash takes most of it: without one an answer would come many times sooner.
    let (known, unknown) = (known[1], unknown[1]);
    assert!(
        unknown * 2 > known && known * 2 > unknown,
        "{known:?} {unknown:?}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_of_another_site_changes_nothing(pool: PgPool) {
    let app = App::start(&pool).await;
    let browser = app.signed_in("ada", &[Role::Qa]).await;
    for headers in [
        [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ],
        [("accept", "text/html"), ("origin", "https://evil.example")],
    ] {
        let page = browser
            .send(
                Method::POST,
                "/api/session/sign_out",
                &headers,
                Some(String::new()),
            )
            .await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    assert!(is_signed_in(&browser).await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stranger_cannot_send_much(pool: PgPool) {
    let app = App::start(&pool).await;
    let long = "x".repeat(17 << 10);
    let page = app
        .browser()
        .call(SIGN_IN, &[("name", "ada"), ("password", &long)])
        .await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_server_function_answers_to_get_or_to_a_stranger(pool: PgPool) {
    let app = App::start(&pool).await;
    let (stranger, somebody) = (app.browser(), app.signed_in("ada", &Role::ALL).await);
    let paths: Vec<&str> = server_fn_paths().map(|(path, _)| path).collect();
    assert!(paths.contains(&SIGN_IN), "{paths:?}");
    for path in paths {
        let read = somebody.get(path).await;
        assert_eq!(read.status, StatusCode::METHOD_NOT_ALLOWED, "GET {path}");
        if !guard::OPEN.contains(&path) {
            let call = stranger.call(path, &[]).await;
            assert_eq!(call.status, StatusCode::UNAUTHORIZED, "{path} by a stranger");
            assert_eq!(call.text, r#"{"kind":"signed_out"}"#, "{path} by a stranger");
        }
    }
    assert!(is_signed_in(&somebody).await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_allows_only_its_own_scripts_and_is_kept_nowhere(pool: PgPool) {
    let app = App::start(&pool).await;
    let browser = app.browser();
    let (one, other) = (browser.get("/sign-in").await, browser.get("/sign-in").await);
    let policy = one.header("content-security-policy");
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    assert!(
        policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    assert_ne!(
        policy,
        other.header("content-security-policy"),
        "a nonce is used once"
    );
    let scripts = one.text.matches("<script").count();
    assert!(scripts > 0);
    assert_eq!(
        one.text.matches(&format!(r#"nonce="{nonce}""#)).count(),
        scripts,
        "{}",
        one.text
    );
    assert_eq!(one.header("cache-control"), "no-store");
    assert_eq!(one.header("referrer-policy"), "same-origin");
    assert_eq!(one.header("x-content-type-options"), "nosniff");
    assert!(!one.header("x-request-id").is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_path_without_a_page_is_404_in_words(pool: PgPool) {
    let app = App::start(&pool).await;
    let page = app.browser().get("/no/such/page").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text.contains("There is no such page"), "{}", page.text);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_database_knows_only_a_hash_of_the_session(pool: PgPool) {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let app = App::start(&pool).await;
    let browser = app.signed_in("ada", &[Role::Qa]).await;
    let cookie = browser.cookie().unwrap();
    let number = URL_SAFE_NO_PAD.decode(cookie.split_once('=').unwrap().1).unwrap();
    let rows: Vec<(Vec<u8>, String)> = sqlx::query_as("select key, data::text from session")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    let (key, data) = &rows[0];
    assert!(!key.windows(16).any(|part| part == number) && !data.contains(cookie.as_str()));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn health_needs_nobody_and_readiness_needs_the_database(pool: PgPool) {
    let app = App::start(&pool).await;
    let browser = app.browser();
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
    pool.close().await;
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    let away = browser.get("/readyz").await;
    assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        away.text.contains("the database does not answer"),
        "{}",
        away.text
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn plain_http_beyond_this_machine_has_a_plain_cookie(pool: PgPool) {
    let settings = Settings {
        address: Some("127.0.0.1:0".parse().unwrap()),
        public_url: Some("http://gonogo.example:8080".to_owned()),
        insecure_http: Some(true),
        ..Settings::default()
    };
    let app = App::start_with(
        &pool,
        gonogo::server::clock::Clock::at(crate::support::noon()),
        settings,
        Path::new("/"),
    )
    .await;
    let password = app.add_person("ada", &[Role::Qa]).await;
    let browser = crate::support::Browser::new(&format!("http://{}", app.address()));
    let page = browser.sign_in("ada", &password).await;
    let cookie = page.header("set-cookie");
    assert!(
        cookie.starts_with("gonogo=") && !cookie.contains("Secure"),
        "{cookie}"
    );
}

//! What binds browsers, keeps faults quiet and reads requests strictly: what `docs/asvs.md` names and no other test looks at.

use crate::support::{App, Browser, DEADLINE, Folder, Page, SHOP, Team, noon};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::{Role, run::RunId};
use gonogo::{
    api::{Error, run::RunPage},
    server::{clock::Clock, config::Settings, person},
};
use reqwest::{Method, StatusCode};
use sqlx::PgPool;
use std::{
    collections::BTreeSet,
    fs, io,
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const SIGN_IN: &str = "/api/session/sign_in";
const LIST: &str = "/api/revision/list";

/// The application on a free port, with these settings beside it.
async fn app_with(pool: &PgPool, settings: Settings) -> App {
    let settings = Settings {
        address: Some("127.0.0.1:0".parse().unwrap()),
        ..settings
    };
    App::start_with(pool, Clock::at(noon()), settings, Path::new("/")).await
}

/// What comes back for exactly these bytes.
async fn raw(app: &App, request: &str) -> String {
    let exchange = async {
        let mut stream = TcpStream::connect(app.address()).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    tokio::time::timeout(DEADLINE, exchange).await.unwrap().unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whatever_is_answered_binds_the_browser(pool: PgPool) {
    let app = App::start(&pool).await;
    let (stranger, qa) = (app.browser(), app.signed_in("ada", &[Role::Qa]).await);
    let long = "x".repeat(17 << 10);
    let answers = [
        stranger.get("/sign-in").await,
        stranger.get("/").await,
        stranger.get("/no/such/page").await,
        stranger.get("/healthz").await,
        stranger.call(LIST, &[]).await,
        stranger
            .call(SIGN_IN, &[("name", "ada"), ("password", &long)])
            .await,
        qa.get("/").await,
        qa.get(LIST).await,
    ];
    let statuses: BTreeSet<u16> = answers.iter().map(|page| page.status.as_u16()).collect();
    assert_eq!(statuses, BTreeSet::from([200, 303, 401, 404, 405, 413]));
    for page in &answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), value, "{name} of {}", page.status);
        }
        let policy = page.header("content-security-policy");
        let drawn = page.header("content-type").starts_with("text/html");
        for part in ["default-src 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{} has {policy}", page.status);
        }
        assert!(!drawn || policy.contains("base-uri 'none'"), "{policy}");
        assert!(!policy.contains("'unsafe-"), "{policy}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_site_that_browsers_reach_by_https_stays_so_for_a_year(pool: PgPool) {
    let https = Settings {
        public_url: Some("https://gonogo.example".to_owned()),
        ..Settings::default()
    };
    let app = app_with(&pool, https).await;
    for path in ["/sign-in", "/healthz", "/no/such/page"] {
        let page = Browser::new(&format!("http://{}", app.address())).get(path).await;
        let policy = page.header("strict-transport-security");
        assert!(
            policy == "max-age=31536000; includeSubDomains",
            "{path}: {policy:?}"
        );
    }
    let plain = App::start(&pool).await;
    let page = plain.browser().get("/sign-in").await;
    assert_eq!(page.header("strict-transport-security"), "");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_other_site_may_read_an_answer(pool: PgPool) {
    let app = App::start(&pool).await;
    let qa = app.signed_in("ada", &[Role::Qa]).await;
    let asking = [
        ("origin", "https://evil.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/healthz"),
        (Method::OPTIONS, "/"),
        (Method::OPTIONS, LIST),
    ] {
        let page = qa.send(method.clone(), path, &asking, None).await;
        let allowed: Vec<_> = page
            .headers
            .keys()
            .filter(|name| name.as_str().starts_with("access-control-allow"))
            .collect();
        assert!(allowed.is_empty(), "{method} {path}: {allowed:?}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_an_answer_and_a_download_say_what_they_are(pool: PgPool) {
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let stranger = team.app.browser();
    let kind = |page: &Page| page.header("content-type").to_owned();
    assert_eq!(kind(&team.qa.get("/").await), "text/html; charset=utf-8");
    assert_eq!(kind(&stranger.get("/nowhere").await), "text/html; charset=utf-8");
    assert_eq!(kind(&stranger.get("/healthz").await), "text/plain; charset=utf-8");
    assert_eq!(kind(&team.qa.call(LIST, &[]).await), "application/json");
    assert_eq!(kind(&stranger.call(LIST, &[]).await), "application/json");
    for (path, expected) in [
        ("export.md", "text/markdown; charset=utf-8"),
        ("export.json", "application/json"),
    ] {
        let page = team.qa.get(&format!("/runs/{}/{path}", run.0)).await;
        assert_eq!(kind(&page), expected);
        let disposition = page.header("content-disposition");
        assert!(
            disposition.starts_with("attachment; filename=\"gonogo-run-"),
            "{disposition}"
        );
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What was written, a line each.
    fn lines(&self) -> Vec<serde_json::Value> {
        let written = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        written.lines().map(read).collect()
    }

    /// From now on, as the program writes it where nobody looks at a terminal.
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let writer = self.clone();
        let log = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::INFO)
            .with_writer(move || writer.clone());
        tracing::subscriber::set_default(log.finish())
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_fault_shows_a_number_and_the_log_has_the_rest(pool: PgPool) {
    let log = Log::default();
    let _guard = log.listen();
    let app = App::start(&pool).await;
    let qa = app.signed_in("ada", &[Role::Qa]).await;
    sqlx::query("alter table revision rename to elsewhere")
        .execute(&pool)
        .await
        .unwrap();
    let page = qa.call(LIST, &[]).await;
    let Error::Internal { id } = page.error() else {
        panic!("{}", page.text);
    };
    assert_eq!(page.text, format!(r#"{{"kind":"internal","id":"{id}"}}"#));
    let drawn = qa.get("/checklists").await;
    for inside in ["does not exist", "relation ", "sqlx"] {
        assert!(!drawn.text.contains(inside), "{inside} in {}", drawn.text);
    }
    let told = log
        .lines()
        .into_iter()
        .find(|line| line["id"] == id.as_str())
        .unwrap();
    let cause = told["error"].as_str().unwrap();
    assert!(cause.contains("does not exist"), "{told}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_log_says_who_was_refused_what(pool: PgPool) {
    let log = Log::default();
    let _guard = log.listen();
    let team = Team::new(&pool).await;
    let run = team.run(SHOP).await;
    let refused = team.qa.begin(run, "").await;
    assert_eq!(refused.refusal().0, 403);
    let page = team.qa.get("/people").await;
    assert_eq!(page.status.as_u16(), 403);
    let lines = log.lines();
    let told: Vec<_> = lines
        .iter()
        .filter(|line| line["message"] == "refused: the right is missing")
        .map(|line| (line["person"].as_str().unwrap(), line["path"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("quinn", "/api/run/begin"), ("quinn", "/people")]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_log_says_who_signed_in_when_and_where_and_cannot_be_forged(pool: PgPool) {
    let log = Log::default();
    let _guard = log.listen();
    let app = App::start(&pool).await;
    let password = app.add_person("ada", &[Role::Qa]).await;
    let browser = app.browser();
    for (name, password) in [
        ("ada", "a wrong password"),
        ("forged\n{\"level\":\"ERROR\"}", "another wrong one"),
        ("ada", password.as_str()),
    ] {
        let headers = [
            ("x-request-id", "\"} {\"level\":\"ERROR\""),
            ("sec-fetch-site", "same-origin"),
        ];
        let body: String = [("name", name), ("password", password)]
            .iter()
            .flat_map(|(key, value)| [(*key, '='), (*value, '&')])
            .map(|(text, end)| {
                let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
                format!("{escaped}{end}")
            })
            .collect();
        browser.send(Method::POST, SIGN_IN, &headers, Some(body)).await;
    }
    assert!(browser.cookie().is_some(), "the last was right");
    browser.call("/api/session/sign_out", &[]).await;
    for _ in 0..6 {
        let fields = [("name", "ada"), ("password", "a wrong password")];
        browser.call(SIGN_IN, &fields).await;
    }
    let lines = log.lines();
    let of = |message: &str| lines.iter().find(|line| line["message"] == message).unwrap();
    let (done, failed) = (of("signed in"), of("a sign-in failed"));
    let (out, waits) = (of("signed out"), of("a name has to wait before its next attempt"));
    let nobody = of("a sign-in failed under a name that nobody has");
    for line in [done, failed, nobody, out, waits] {
        assert!(line["address"].as_str().unwrap().contains("127.0.0.1"), "{line}");
    }
    assert_eq!(out["name"], "ada");
    for line in [done, failed] {
        assert_eq!(line["name"], "ada");
        let spans = line["spans"].as_array().unwrap();
        assert!(spans.iter().any(|span| span["path"] == SIGN_IN), "{line}");
        let at = line["timestamp"].as_str().unwrap();
        assert!(
            at.ends_with('Z') && at.parse::<chrono::DateTime<chrono::Utc>>().is_ok(),
            "{at}"
        );
    }
    let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for secret in [
        "a wrong password",
        "another wrong one",
        password.as_str(),
        "forged",
    ] {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
    assert!(lines.iter().all(|line| line["level"] != "ERROR"), "{written}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_files_only_those_of_the_site_are_handed_out_and_no_folder_is_listed(pool: PgPool) {
    let folder = Folder::new();
    let site = folder.path().join("site");
    fs::create_dir_all(site.join("fonts")).unwrap();
    for (file, text) in [
        ("site/icons.svg", "<svg/>"),
        ("site/page.css", "a{}"),
        ("site/page.js", "1"),
        ("site/fonts/zz-listed.woff2", "letters"),
        ("gonogo.toml", "the secret"),
    ] {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let settings = Settings {
        site_root: Some(site),
        ..Settings::default()
    };
    let app = app_with(&pool, settings).await;
    let ask = async |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: gonogo\r\nConnection: close\r\n\r\n");
        raw(&app, &request).await
    };
    let icons = ask("/icons.svg").await;
    assert!(
        icons.starts_with("HTTP/1.1 200") && icons.contains("<svg/>"),
        "{icons}"
    );
    assert!(
        icons.contains("content-type: image/svg+xml; charset=utf-8\r\n"),
        "{icons}"
    );
    for (file, kind) in [("page.css", "text/css"), ("page.js", "text/javascript")] {
        let answer = ask(&format!("/{file}")).await;
        let named = format!("content-type: {kind}; charset=utf-8\r\n");
        assert!(answer.contains(&named), "{answer}");
    }
    for path in [
        "/fonts",
        "/fonts/",
        "/.git/config",
        "/Cargo.toml",
        "/gonogo.toml",
        "/../gonogo.toml",
        "/%2e%2e/gonogo.toml",
        "/fonts/../../gonogo.toml",
        "/fonts/..%2f..%2fgonogo.toml",
        "//gonogo.toml",
    ] {
        let answer = ask(path).await;
        let inside = answer.contains("the secret") || answer.contains("zz-listed.woff2");
        assert!(!answer.starts_with("HTTP/1.1 200") && !inside, "{path}: {answer}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_request_is_never_given_back(pool: PgPool) {
    let app = App::start(&pool).await;
    let (stranger, qa) = (app.browser(), app.signed_in("ada", &[Role::Qa]).await);
    for browser in [&stranger, &qa] {
        for path in ["/", "/sign-in", "/healthz", LIST, "/no/such/page"] {
            let headers = [("x-told", "what was sent")];
            let page = browser.send(Method::TRACE, path, &headers, None).await;
            assert!(page.status.is_client_error(), "{path}: {}", page.status);
            assert!(!page.text.contains("what was sent"), "{path}: {}", page.text);
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_request_whose_length_is_in_doubt_is_refused(pool: PgPool) {
    let app = App::start(&pool).await;
    for framing in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: +5",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
    ] {
        let request = format!(
            "POST {SIGN_IN} HTTP/1.1\r\nHost: gonogo\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{framing}\r\n\r\nname=x"
        );
        let answer = raw(&app, &request).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{framing}: {answer}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_password_counts_as_it_was_typed_however_long_and_for_ever(pool: PgPool) {
    let app = App::start(&pool).await;
    let password = format!(" Ünïcode and {} \u{1f680} ", "spaces ".repeat(10));
    assert!(password.chars().count() > 64);
    let make = async |name: &str, password: &str| {
        person::add(app.state(), name, name, &[Role::Qa], Some(password.to_owned())).await
    };
    make("ada", &password).await.unwrap();
    app.advance(TimeDelta::days(1000));
    let enters = async |password: &str| {
        let browser = app.browser();
        browser.sign_in("ada", password).await;
        browser.cookie().is_some()
    };
    let cut: String = password.chars().take(64).collect();
    for other in [password.trim(), &password.to_uppercase(), &cut] {
        assert!(!enters(other).await, "{other:?}");
    }
    assert!(enters(&password).await);
    let longest: String = "lower case only, as long as may be "
        .repeat(8)
        .chars()
        .take(256)
        .collect();
    for (name, taken) in [("letters", "tqvwmzrkoplxghe"), ("longest", &longest)] {
        make(name, taken).await.unwrap();
    }
    for refused in ["a".repeat(14), "1".repeat(257)] {
        let words = make("grace", &refused).await.unwrap_err().to_string();
        assert!(words.contains("15 to 256 characters"), "{words}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_sign_in_form_hides_the_password_lets_a_manager_fill_it_in_and_asks_nothing_else(pool: PgPool) {
    let app = App::start(&pool).await;
    let page = app.browser().get("/sign-in").await.text;
    let fields: Vec<&str> = page.split("<input").skip(1).collect();
    let of = |name: &str| {
        let name = format!(r#"name="{name}""#);
        *fields.iter().find(|field| field.contains(&name)).unwrap()
    };
    let password = of("password");
    for part in [r#"type="password""#, r#"autocomplete="current-password""#] {
        assert!(password.contains(part), "{password}");
    }
    of("name");
    of("next");
    assert_eq!(fields.len(), 3, "{fields:?}");
    assert!(
        !page.contains("onpaste") && page.contains(r#"method="post""#),
        "{page}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_number_has_128_bits_and_one_person_may_have_several(pool: PgPool) {
    let app = App::start(&pool).await;
    let password = app.add_person("ada", &[Role::Qa]).await;
    let browsers = [app.browser(), app.browser(), app.browser()];
    let mut numbers = BTreeSet::new();
    for browser in &browsers {
        browser.sign_in("ada", &password).await;
        let cookie = browser.cookie().unwrap();
        let number = URL_SAFE_NO_PAD.decode(cookie.split_once('=').unwrap().1).unwrap();
        assert_eq!(number.len(), 16);
        numbers.insert(number);
    }
    assert_eq!(numbers.len(), browsers.len());
    for browser in &browsers {
        assert_eq!(browser.get("/").await.status, StatusCode::OK);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_somebody_wrote_is_text_on_every_page(pool: PgPool) {
    const HOSTILE: &str = "# </title><script>alert(1)</script>\n\n## Phase 1: \"><img src=x onerror=alert(2)> (5 minutes)\n\n\
        - [ ] <img src=x onerror=alert(3)> </script><script>alert(4)</script> by hand\n\n\
        ## Troubleshooting\n\n### Issue: <img src=x onerror=alert(5)>\n\n[here](javascript:alert(6)) <script>alert(7)</script>\n";
    let team = Team::new(&pool).await;
    let revision = team.published(HOSTILE).await;
    let run = RunId(team.devops.start(revision, "shop", "v1").await.number());
    let item = team
        .qa
        .page(run)
        .await
        .outline
        .lines()
        .next()
        .unwrap()
        .1
        .id
        .0
        .clone();
    let note = "'\"></textarea><script>alert(8)</script><img src=x onerror=alert(9)>";
    team.devops.begin(run, "").await.answer::<()>();
    team.qa.attest(run, &item, note).await.answer::<()>();
    let mut told = String::new();
    for path in [
        "/".to_owned(),
        "/checklists".to_owned(),
        format!("/checklists/{revision}"),
        format!("/runs/{}", run.0),
        format!("/runs/{}?item={item}", run.0),
    ] {
        let page = team.qa.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for script in page.text.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(" nonce=\""), "{path}: <script{tag}>");
        }
        for raw in ["<script>alert", "<img src=x", "href=\"javascript:"] {
            assert!(!page.text.contains(raw), "{path} has {raw}");
        }
        told.push_str(&page.text);
    }
    for number in [1, 3, 4] {
        assert!(
            told.contains(&format!("alert({number})")),
            "alert({number}) was not drawn at all"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_field_that_stands_twice_or_in_the_address_signs_nobody_in(pool: PgPool) {
    let app = App::start(&pool).await;
    let password = app.add_person("ada", &[Role::Qa]).await;
    let browser = app.browser();
    let fields = [
        ("name", "ada"),
        ("name", "grace"),
        ("password", password.as_str()),
    ];
    let twice = browser.call(SIGN_IN, &fields).await;
    assert!(twice.status.is_client_error(), "{} {}", twice.status, twice.text);
    let address = format!("{SIGN_IN}?name=ada&password={password}");
    let beside = browser.call(&address, &[]).await;
    assert!(
        beside.status.is_client_error(),
        "{} {}",
        beside.status,
        beside.text
    );
    assert_eq!(browser.cookie(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_field_that_a_form_does_not_have_changes_nothing(pool: PgPool) {
    let team = Team::new(&pool).await;
    let revision = team.published(SHOP).await.to_string();
    let fields = [
        ("revision", revision.as_str()),
        ("environment", "shop"),
        ("release", "v1"),
        ("request_key", "6f0f1a1e-2d3c-4b5a-9687-0123456789ab"),
        ("started_by", "piet"),
        ("state", "closed"),
        ("roles[]", "admin"),
    ];
    let run = RunId(team.qa.call("/api/run/start", &fields).await.number());
    let page: RunPage = team.qa.page(run).await;
    assert_eq!(page.run.started_by.name(), "quinn");
    assert_eq!(page.run.state.word(), "preparing");
    assert_eq!(page.person.roles, [Role::Qa]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_is_told_more_of_a_person_than_their_name_title_and_roles(pool: PgPool) {
    let app = App::start(&pool).await;
    let qa = app.signed_in("ada", &[Role::Qa]).await;
    let page = qa.call("/api/session/who_am_i", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("ada"), "{}", page.text);
    for secret in ["password", "argon2", "hash", "session"] {
        assert!(!page.text.contains(secret), "{secret} in {}", page.text);
    }
}

#[test]
fn pages_keep_nothing_in_the_browser_and_run_no_text() {
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let (mut files, mut drawn) = (0, BTreeSet::new());
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            files += 1;
            let text = fs::read_to_string(&path).unwrap();
            for word in [
                "local_storage",
                "session_storage",
                "localStorage",
                "IdbFactory",
                "set_cookie(",
                "js_sys::eval",
                "Function::new_",
                "document_write",
                "set_inner_html",
            ] {
                assert!(!text.contains(word), "{word} in {}", path.display());
            }
            drawn.extend(text.split("inner_html=").skip(1).map(|what| {
                let end = what.find(|letter: char| !letter.is_ascii_alphanumeric() && !"._".contains(letter));
                what[..end.unwrap_or(what.len())].to_owned()
            }));
        }
    }
    assert!(files > 100, "the sources were not found");
    // The one escapes what it is given, the other is tamed by `server/prose.rs`.
    assert_eq!(
        drawn,
        BTreeSet::from(["escaped", "guide.html"].map(str::to_owned))
    );
}

//! The harness: the real application on a free port, a real database, real HTTP.

pub mod authenticator;
mod cluster;
mod many;
mod panel;
mod place;
mod seed;
mod team;
mod watch;
mod wire;

pub use cluster::{Cluster, Stop};
pub use many::{TABLES, all_seen, copy_runs};
pub use panel::Panel;
pub use place::{Place, SHOP};
pub use seed::{fault_seeds, random, seeds};
pub use team::{Look, Member, Team};
pub use watch::Watch;
pub use wire::{Cut, Wire};

use chrono::{DateTime, TimeZone, Utc};
use domain::Role;
use gonogo::server::{
    clock::Clock,
    config::{Config, Settings},
    library, person,
    serve::{self, Running},
};
use probe::{Context, Prober};
use reqwest::{Method, StatusCode, header::HeaderMap};
use sqlx::{ConnectOptions, PgPool};
use std::{
    collections::BTreeMap,
    fmt::Write,
    future::Future,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// How long anything may take before it counts as hung.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// The application, answering on a free port of this machine.
pub struct App {
    running: Running,
}

/// Probes by the application's clock, of which no two looks are at the same time, as in life.
fn prober(clock: Clock, variables: &BTreeMap<String, String>) -> Prober {
    let ticks = AtomicI64::new(0);
    let now = move || clock.now() + chrono::TimeDelta::microseconds(ticks.fetch_add(1, Ordering::Relaxed));
    Prober::new(Context {
        clock: Arc::new(now),
        ..Context::of_this_machine(&|name| variables.get(name).cloned())
    })
}

impl App {
    /// The application on `pool`, with a clock that stands at [`noon`] until it is moved.
    pub async fn start(pool: &PgPool) -> Self {
        Self::start_at(pool, Clock::at(noon())).await
    }

    /// The application on `pool` with this clock.
    pub async fn start_at(pool: &PgPool, clock: Clock) -> Self {
        let settings = Settings {
            address: Some("127.0.0.1:0".parse().unwrap()),
            ..Settings::default()
        };
        Self::start_with(pool, clock, settings, Path::new(env!("CARGO_MANIFEST_DIR"))).await
    }

    /// The application on `pool` with these settings, as if started in `directory`.
    pub async fn start_with(pool: &PgPool, clock: Clock, settings: Settings, directory: &Path) -> Self {
        Self::start_knowing(pool, clock, settings, directory, BTreeMap::new()).await
    }

    /// The same, where the server has these variables too.
    pub async fn start_knowing(
        pool: &PgPool,
        clock: Clock,
        settings: Settings,
        directory: &Path,
        more: BTreeMap<String, String>,
    ) -> Self {
        let mut config = Config::load(settings, directory).unwrap();
        // One key for all tests: each of their databases has its first to be introduced.
        config
            .signing_key
            .get_or_insert_with(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("signing-key"));
        let listener = serve::listen(config.address).await.unwrap();
        let mut variables = BTreeMap::from([
            (
                "GONOGO_URL".to_owned(),
                config.public_url(listener.local_addr().unwrap()).origin(),
            ),
            ("GONOGO_DATABASE_URL".to_owned(), database_url(pool)),
            ("GONOGO_DATA_DIR".to_owned(), directory.display().to_string()),
            ("PATH".to_owned(), std::env::var("PATH").unwrap()),
        ]);
        variables.extend(more);
        let mut state = serve::state(config, pool.clone(), clock.clone(), &variables).unwrap();
        state.prober = Arc::new(prober(clock, &variables));
        App {
            running: Running::start(state, listener).unwrap(),
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.running.url
    }

    /// `127.0.0.1:PORT`, whatever the public address is.
    pub fn address(&self) -> std::net::SocketAddr {
        self.running.address
    }

    /// The state of the server.
    pub fn state(&self) -> &gonogo::server::state::AppState {
        &self.running.state
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: chrono::TimeDelta) {
        self.running.state.clock.advance(by);
    }

    /// Adds somebody who has chosen a password, and answers with it.
    pub async fn add_person(&self, name: &str, roles: &[Role]) -> String {
        let password = gonogo::server::password::generate().unwrap();
        person::add(self.state(), name, name, roles, Some(password.clone()))
            .await
            .unwrap();
        password
    }

    /// Starts a run of `document` in the environment `this-machine`: imported, published and started by somebody who
    /// is added for it.
    pub async fn start_run(&self, document: &str) -> domain::run::RunId {
        let state = self.state();
        self.add_person("starter", &[Role::Devops]).await;
        let mut connection = state.pool.acquire().await.unwrap();
        let found = store::person::by_name(&mut connection, "starter")
            .await
            .unwrap()
            .unwrap();
        drop(connection);
        let starter = domain::person::Person::from(found);
        let bytes = document.as_bytes().to_vec();
        let revision = library::import(state, Some(starter.id), "test.md", bytes)
            .await
            .unwrap();
        let plan = library::document(state, revision)
            .await
            .unwrap()
            .revision
            .plan_hash;
        library::publish(state, &starter, revision, &plan).await.unwrap();
        let key = uuid::Uuid::from_u128(1);
        gonogo::server::run::start(state, &starter, revision, "this-machine", "v1", key)
            .await
            .unwrap()
    }

    /// Adds somebody and signs them in.
    pub async fn signed_in(&self, name: &str, roles: &[Role]) -> Browser {
        let password = self.add_person(name, roles).await;
        let browser = self.browser();
        let page = browser.sign_in(name, &password).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        browser
    }

    /// A browser that nobody has signed in with.
    pub fn browser(&self) -> Browser {
        Browser::new(self.url())
    }

    /// Stops it. Answers whether every request ended in time.
    pub async fn stop(self) -> bool {
        self.running.stop().await
    }
}

/// A browser without JavaScript: keeps its cookie, follows no redirect by itself.
pub struct Browser {
    client: reqwest::Client,
    url: String,
    cookie: Mutex<Option<String>>,
    /// Cookies beside the session's.
    others: Mutex<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Page {
    /// The error that a server function answered with; fails where it answered something else.
    #[track_caller]
    pub fn error(&self) -> gonogo::api::Error {
        let error: gonogo::api::Error = serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("no error: {} {}", self.status, self.text));
        assert_eq!(error.status(), self.status.as_u16(), "{error:?}");
        error
    }

    /// The status and the words of a refusal.
    #[track_caller]
    pub fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.error().to_string())
    }

    /// What a server function answered; fails where it refused.
    #[track_caller]
    pub fn answer<T: serde::de::DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The number at the end of the address that it leads to.
    #[track_caller]
    pub fn number(&self) -> i64 {
        let location = self.header("location");
        let last = location.rsplit('/').next().unwrap_or_default();
        last.parse()
            .unwrap_or_else(|_| panic!("{} {location:?} {}", self.status, self.text))
    }

    /// A header as text, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Browser {
    /// A browser for the site at `url`.
    pub fn new(url: &str) -> Self {
        // A second test has installed it already: that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(DEADLINE)
            .build()
            .unwrap();
        Browser {
            client,
            url: url.to_owned(),
            cookie: Mutex::new(None),
            others: Mutex::default(),
        }
    }

    /// The site.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, &[("accept", "text/html")], None)
            .await
    }

    /// Sends a form from the page `from`, as a browser does without JavaScript.
    pub async fn post_form(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let referer = format!("{}{from}", self.url);
        let headers = [
            ("accept", "text/html,application/xhtml+xml"),
            ("referer", referer.as_str()),
            ("origin", self.url.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send(Method::POST, path, &headers, Some(encode(fields)))
            .await
    }

    /// Calls a server function, as the page's program does.
    pub async fn call(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let headers = [("accept", "application/json"), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, path, &headers, Some(encode(fields)))
            .await
    }

    /// Signs in with the form.
    pub async fn sign_in(&self, name: &str, password: &str) -> Page {
        let fields = [("name", name), ("password", password), ("next", "/")];
        self.post_form("/sign-in", "/api/session/sign_in", &fields).await
    }

    /// Calls a server function whose form has a file, as the page's program does.
    pub async fn call_with_file(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        file: Option<(&str, &[u8])>,
    ) -> Page {
        const BOUNDARY: &str = "----gonogo-test-boundary";
        let mut body = Vec::new();
        for (name, value) in fields {
            let part =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        if let Some((name, bytes)) = file {
            let part = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(part.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let headers = [("accept", "application/json"), ("sec-fetch-site", "same-origin")];
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.request(Method::POST, path, &headers, Some((&kind, body)))
            .await
    }

    /// Sends whatever is wanted.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Page {
        let body = body.map(|body| ("application/x-www-form-urlencoded", body.into_bytes()));
        self.request(method, path, headers, body).await
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<(&str, Vec<u8>)>,
    ) -> Page {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let others = self.others.lock().unwrap().clone();
        let others = others.into_iter().map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<String> = self.cookie().into_iter().chain(others).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some((kind, body)) = body {
            request = request.header("content-type", kind).body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for set in headers.get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut others = self.others.lock().unwrap();
            match (name.ends_with("gonogo"), value.is_empty()) {
                (true, empty) => self.set_cookie((!empty).then(|| pair.to_owned())),
                (false, true) => drop(others.remove(name)),
                (false, false) => drop(others.insert(name.to_owned(), value.to_owned())),
            }
        }
        let bytes = response.bytes().await.unwrap().to_vec();
        Page {
            status,
            headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    /// Asks as a program does: with a token, without cookies.
    pub async fn program(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<serde_json::Value>,
    ) -> Page {
        let bearer = format!("Bearer {token}");
        let body = body.map(|body| ("application/json", serde_json::to_vec(&body).unwrap()));
        let program = Browser::new(&self.url);
        program
            .request(method, path, &[("authorization", &bearer)], body)
            .await
    }

    /// Opens a live stream: the response once its head has come.
    pub async fn stream(&self, path: &str) -> reqwest::Response {
        self.stream_after(path, None).await
    }

    /// Opens a live stream again, as a browser does that has seen event `last`.
    pub async fn stream_after(&self, path: &str, last: Option<u64>) -> reqwest::Response {
        let mut request = self
            .client
            .get(format!("{}{path}", self.url))
            .header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        if let Some(cookie) = self.cookie() {
            request = request.header("cookie", cookie);
        }
        request.send().await.unwrap()
    }

    /// `name=value` of the session's cookie.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    /// Puts a cookie there, or takes it away.
    pub fn set_cookie(&self, cookie: Option<String>) {
        *self.cookie.lock().unwrap() = cookie;
    }
}

/// Where every test's clock starts.
pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap()
}

/// A clock that stands some time after noon: a server that was started again later.
pub fn clock_after(time: chrono::TimeDelta) -> Clock {
    Clock::at(noon() + time)
}

/// Waits until `look` gives something, and fails at the deadline with `what`.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let deadline = Instant::now() + DEADLINE;
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    loop {
        tick.tick().await;
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "{what} did not happen within {DEADLINE:?}"
        );
    }
}

/// A folder of one test, removed with it. Everybody may enter it, so that a database's own user can.
pub struct Folder(PathBuf);

impl Folder {
    /// A new one.
    pub fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("gonogo-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Folder(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{}: {error}", self.0.display());
        }
    }
}

/// The address of the test's own database, for the environment's `$GONOGO_DATABASE_URL`.
pub fn database_url(pool: &PgPool) -> String {
    pool.connect_options().to_url_lossy().to_string()
}

fn encode(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        for (text, end) in [(name, "="), (value, "")] {
            for byte in text.bytes() {
                write!(body, "%{byte:02X}").unwrap();
            }
            body.push_str(end);
        }
    }
    body
}

/// Waits until nothing of this work is due at `now` any more: what wanted to be done then has been done.
pub async fn all_done(pool: &PgPool, works: &[&str], now: DateTime<Utc>) {
    eventually("everything that is due is done", async || {
        let waiting: Option<bool> = sqlx::query_scalar(
            "select bool_and(state = 'ended' or (due_at > $1 and panel_id is null)) from task where work ->> 'work' = any($2)",
        )
        .bind(now)
        .bind(works)
        .fetch_one(pool)
        .await
        .unwrap();
        (waiting == Some(true)).then_some(())
    })
    .await;
}

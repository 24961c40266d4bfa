//! What is really there when a row is asked: a folder, and where the question needs one a server that behaves as the row says.

use super::State;
use crate::support::{Folder, context, endpoint, environment, open};
use probe::{Context, Site};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use std::any::Any;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::process::Command;

mod cache;
mod conduct;
mod tls;

pub use conduct::{Conduct, Page, http};

/// What the rows share: the tests' own Postgres.
pub struct Lab {
    options: PgConnectOptions,
    next: AtomicU32,
}

/// How a row's world is made.
pub struct World {
    /// A script that fills the work directory, run in it.
    folder: String,
    target: Target,
    /// What else is as this row needs it.
    adjust: fn(&mut Site, &mut Context, &Folder),
}

/// Whom a row asks.
pub enum Target {
    Nobody,
    /// A server of the tests behind an endpoint of this scheme.
    Tcp(&'static str, Conduct),
    /// A server with the tests' certificate, known by this host name.
    Tls(&'static str),
    /// A real Redis with these options, told these commands of so many replies.
    Redis(&'static [&'static str], &'static str, usize),
    /// A real Postgres: a database of its own with this content, in which another session then holds a lock that this asks for.
    Postgres(&'static str, Option<&'static str>),
    /// The same, and a third session that waits for the lock.
    PostgresWait(&'static str, &'static str),
}

/// A world that stands.
pub struct Made {
    pub site: Site,
    pub context: Context,
    pub folder: Folder,
    /// Variables that the row's command has.
    pub shown: Vec<(&'static str, String)>,
    /// What ends with the row.
    kept: Vec<Box<dyn Any>>,
    session: Option<PgConnection>,
    database: Option<String>,
}

impl World {
    pub fn of(target: Target) -> Self {
        Self {
            folder: String::new(),
            target,
            adjust: |_, _, _| {},
        }
    }

    /// A work directory that this script makes, and no server.
    pub fn folder(script: impl Into<String>) -> Self {
        Self::of(Target::Nobody).with_folder(script)
    }

    pub fn tcp(scheme: &'static str, conduct: Conduct) -> Self {
        Self::of(Target::Tcp(scheme, conduct))
    }

    pub fn with_folder(self, script: impl Into<String>) -> Self {
        Self {
            folder: script.into(),
            ..self
        }
    }

    pub fn with(self, adjust: fn(&mut Site, &mut Context, &Folder)) -> Self {
        Self { adjust, ..self }
    }

    pub async fn make(&self, lab: &Lab, state: State) -> Made {
        let folder = Folder::new();
        let mut context = context();
        // A row may bring programs of its own.
        let path = context.variables.entry("PATH".to_owned()).or_default();
        *path = format!("{}/bin:{path}", folder.path().display());
        run(&self.folder, &folder, &context).await;
        let mut made = Made {
            site: open(environment(folder.path())),
            context,
            folder,
            shown: Vec::new(),
            kept: Vec::new(),
            session: None,
            database: None,
        };
        self.target.stand(&mut made, lab).await;
        let short = Duration::from_millis(400);
        let deadline = match state {
            State::Slow | State::Unreachable => short,
            State::Good | State::Bad | State::Ambiguous => Duration::from_secs(20),
        };
        made.site.deadline = deadline;
        made.site.command_deadline = deadline;
        (self.adjust)(&mut made.site, &mut made.context, &made.folder);
        made
    }
}

impl Target {
    async fn stand(&self, made: &mut Made, lab: &Lab) {
        match self {
            Target::Nobody => {}
            Target::Tcp(scheme, conduct) => {
                let address = conduct.stand(&mut made.kept).await;
                made.reach(scheme, &format!("{scheme}://{address}"), address);
            }
            Target::Tls(host) => {
                let address = tls::stand().await;
                made.reach("https", &format!("https://{host}:{}", address.port()), address);
            }
            Target::Redis(options, told, replies) => {
                let (address, server) = cache::stand(&made.folder, options, told, *replies).await;
                made.kept.push(server);
                made.reach("redis", &format!("redis://{address}"), address);
            }
            Target::Postgres(content, lock) => lab.database(made, content, *lock).await,
            Target::PostgresWait(content, lock) => {
                lab.database(made, content, Some(lock)).await;
                lab.wait(made, lock).await;
            }
        }
    }
}

impl Made {
    /// The site's one endpoint, and the same place for the row's command.
    fn reach(&mut self, scheme: &str, url: &str, address: SocketAddr) {
        let (name, replaces): (&str, &[&str]) = match scheme {
            "redis" => ("redis", &["redis:6379"]),
            "postgres" => ("database", &["db.test:5432"]),
            "tcp" => ("docker", &[]),
            _ => ("backend", &["backend:8000", "app.test:80", "app.test:443", "/"]),
        };
        let url = if scheme == "postgres" {
            url.replacen("://", "://tester@", 1) + "/lab"
        } else {
            url.to_owned()
        };
        self.site.environment.endpoints = vec![endpoint(name, &url, replaces)];
        let variables = &mut self.site.environment.variables;
        variables.insert("COMPOSE_PROJECT_NAME".to_owned(), "shop".to_owned());
        self.shown = vec![
            ("HOST", address.ip().to_string()),
            ("PORT", address.port().to_string()),
            ("URL", url),
            ("PGHOST", address.ip().to_string()),
            ("PGPORT", address.port().to_string()),
            ("PGUSER", "tester".to_owned()),
            ("PGDATABASE", "lab".to_owned()),
            ("DOCKER_HOST", format!("tcp://{address}")),
            ("COMPOSE_PROJECT_NAME", "shop".to_owned()),
        ];
    }

    /// Ends what stood for the row; what is kept ends with it.
    pub async fn end(self, lab: &Lab) {
        drop(self.kept);
        if let Some(session) = self.session {
            let _ = session.close().await;
        }
        if let Some(database) = self.database {
            lab.tell(&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"))
                .await;
        }
    }
}

impl Lab {
    pub fn new(options: PgConnectOptions) -> Self {
        let next = AtomicU32::new(0);
        let options = options.disable_statement_logging();
        Self { options, next }
    }

    async fn tell(&self, sql: &str) {
        let mut connection = self.options.connect().await.expect("the tests' Postgres");
        connection.execute(AssertSqlSafe(sql)).await.expect(sql);
        let _ = connection.close().await;
    }

    async fn database(&self, made: &mut Made, content: &str, lock: Option<&str>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let database = format!("gonogo_matrix_{}_{number}", std::process::id());
        self.tell(&format!("CREATE DATABASE {database}")).await;
        let options = self.options.clone().database(&database);
        let mut session = options.connect().await.expect("the row's database");
        for statement in content
            .split(";\n")
            .filter(|statement| !statement.trim().is_empty())
        {
            // An index that two equal rows keep from being made is left invalid.
            let failing = statement.contains("UNIQUE INDEX CONCURRENTLY");
            let done = session.execute(AssertSqlSafe(statement)).await;
            assert!(done.is_ok() != failing, "{statement}: {done:?}");
        }
        if let Some(lock) = lock {
            session
                .execute(AssertSqlSafe(format!("BEGIN; {lock}")))
                .await
                .expect("a lock");
            made.session = Some(session);
        } else {
            let _ = session.close().await;
        }
        let place = options
            .get_socket()
            .map_or_else(|| options.get_host().to_owned(), |at| at.display().to_string());
        made.site.environment.endpoints = vec![endpoint(
            "database",
            options.to_url_lossy().as_str(),
            &["db.test:5432"],
        )];
        made.shown = vec![
            ("PGHOST", place),
            ("PGPORT", options.get_port().to_string()),
            ("PGUSER", options.get_username().to_owned()),
            ("PGDATABASE", database.clone()),
        ];
        made.database = Some(database);
    }

    /// A session that asks for the lock that another one holds; it ends with the row.
    async fn wait(&self, made: &mut Made, lock: &'static str) {
        let database = made.database.clone().expect("the row's database");
        let mut waiting = self
            .options
            .clone()
            .database(&database)
            .connect()
            .await
            .expect("a session");
        let waits = tokio::spawn(async move {
            waiting
                .execute(AssertSqlSafe(format!("BEGIN; {lock}")))
                .await
                .is_ok()
        });
        made.kept.push(Box::new(conduct::Ending(waits)));
        let seen = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
                    WHERE NOT l.granted AND d.datname = $1";
        let session = made.session.as_mut().expect("the session that holds the lock");
        loop {
            let waiting: i64 = sqlx::query_scalar(seen)
                .bind(&database)
                .fetch_one(&mut *session)
                .await
                .expect("the locks");
            if waiting > 0 {
                break;
            }
        }
    }
}

/// Fills the folder.
async fn run(script: &str, folder: &Folder, context: &Context) {
    if script.is_empty() {
        return;
    }
    let git = [
        ("GIT_AUTHOR_NAME", "Test"),
        ("GIT_AUTHOR_EMAIL", "test@example.test"),
        ("GIT_COMMITTER_NAME", "Test"),
        ("GIT_COMMITTER_EMAIL", "test@example.test"),
    ];
    let output = Command::new("/bin/bash")
        .args(["--noprofile", "--norc", "-eu", "-c", script])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", &context.variables["PATH"])
        .env("HOME", folder.path())
        .envs(git)
        .output()
        .await
        .expect("bash");
    assert!(
        output.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

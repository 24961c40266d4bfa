//! Gonogo as a process of its own, which can be killed, stopped and woken.

use super::{App, Browser, DEADLINE, Place, database_url, eventually};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::PgPool;
use std::process::Stdio;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// `gonogo serve` on a database and the environments of a [`Place`].
pub struct Panel {
    child: Child,
    url: String,
}

impl Panel {
    /// Starts it, and answers when it serves.
    pub async fn start(pool: &PgPool, place: &Place) -> Self {
        Self::start_on(pool, place, "").await
    }

    /// The same, on a host of this name.
    pub async fn start_on(pool: &PgPool, place: &Place, host: &str) -> Self {
        Self::start_at(&database_url(pool), pool, place, host).await
    }

    /// The same, where the database of `pool` is reached at this address: the program that was built with the tests, or
    /// `GONOGO_BINARY`.
    pub async fn start_at(url: &str, pool: &PgPool, place: &Place, host: &str) -> Self {
        let before = newest(pool).await.map_or(0, |(id, _)| id);
        let binary =
            std::env::var("GONOGO_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_gonogo").to_owned());
        let mut child = Command::new(binary)
            .arg("serve")
            .env("GONOGO_HOST", host)
            .current_dir(place.environments())
            .env("DATABASE_URL", url)
            .env("GONOGO_ADDRESS", "127.0.0.1:0")
            .env("GONOGO_DATA_DIR", place.environments().join("../data"))
            .env("GONOGO_ENVIRONMENTS", place.environments())
            .env(
                "GONOGO_CHECKLISTS",
                concat!(env!("CARGO_MANIFEST_DIR"), "/checklists"),
            )
            .env("GONOGO_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = loop {
            let line = tokio::time::timeout(DEADLINE, lines.next_line()).await;
            let line = line.expect("it says that it is ready").unwrap();
            let line = line.expect("it ended before it was ready");
            if let Some(url) = line.strip_prefix("Gonogo is ready at ") {
                break url.to_owned();
            }
        };
        // What it says later is read by nobody, and must not stop it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        // Until it has a number whoever looks first does what is asked of it.
        eventually("the database knows that it lives", async || {
            let (id, lives) = newest(pool).await?;
            (id > before && lives).then_some(())
        })
        .await;
        Self { child, url }
    }

    /// A browser with the session that `browser` has elsewhere.
    pub fn browser(&self, browser: &Browser) -> Browser {
        let here = Browser::new(&self.url);
        here.set_cookie(browser.cookie());
        here
    }

    /// kill -9.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to end, and waits until it has.
    pub async fn stop(mut self) {
        self.signal(Signal::TERM);
        let ended = tokio::time::timeout(DEADLINE, self.child.wait()).await;
        assert!(ended.expect("it stops").unwrap().success());
    }

    /// Stops it where it is, as a machine that sleeps.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// It goes on.
    pub fn wake(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }
}

/// The number of the panel that came last, and whether it lives.
async fn newest(pool: &PgPool) -> Option<(i64, bool)> {
    let newest = "select id, exists (select 1 from pg_locks where locktype = 'advisory' and classid = panel_lock()::oid
                                     and objid = id::oid and granted
                                     and database = (select oid from pg_database where datname = current_database()))
                  from panel order by id desc limit 1";
    sqlx::query_as(newest).fetch_optional(pool).await.unwrap()
}

impl Place {
    /// The application with these environments and the machine's clock: others can share its database.
    pub async fn app_of_today(&self, pool: &PgPool) -> App {
        self.app_at(pool, gonogo::server::clock::Clock::System).await
    }
}

//! A Postgres of one test, which can be stopped in every way and started again.

use super::{DEADLINE, Folder};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, PgConnection, PgPool, postgres::PgPoolOptions};
use std::{
    fs::File,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    process::{Child, Command},
    sync::Mutex,
};

/// How often it is tried whether it answers.
const TRIED: Duration = Duration::from_millis(20);

/// How a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Ends every connection, and writes what it has.
    Fast,
    /// Ends at once; the next start recovers.
    Immediate,
    /// kill -9 of its first process; its others find out by themselves.
    Kill,
}

/// A server on a Unix socket in a folder of its own.
pub struct Cluster {
    server: Mutex<Option<Child>>,
    durable: bool,
    folder: Folder,
}

impl Cluster {
    /// A new one that answers, with an empty database. Where it is `durable` it waits for the disk with every commit; without
    /// that it survives the end of its processes, which is all that tests end.
    pub async fn new(durable: bool) -> Self {
        let cluster = Self {
            server: Mutex::new(None),
            durable,
            folder: Folder::new(),
        };
        if let Some((uid, gid)) = owner() {
            chown(cluster.path(), Some(uid), Some(gid)).unwrap();
        }
        let made = cluster
            .program("initdb")
            .arg(format!("--pgdata={}", cluster.data().display()))
            .args([
                "--username=gonogo",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ])
            .output()
            .await
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        cluster.start().await;
        let mut connection = cluster.reach("postgres").await.unwrap();
        sqlx::raw_sql("create database gonogo")
            .execute(&mut connection)
            .await
            .unwrap();
        cluster
    }

    /// Where its socket is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where its files are.
    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        self.url_of("gonogo")
    }

    fn url_of(&self, database: &str) -> String {
        format!(
            "postgres://gonogo@localhost/{database}?host={}",
            self.path().display()
        )
    }

    /// Connections to its database, whose tables are there.
    pub async fn pool(&self) -> PgPool {
        let options = PgPoolOptions::new().max_connections(20);
        let pool = options.connect(&self.url()).await.unwrap();
        store::MIGRATOR.run(&pool).await.unwrap();
        pool
    }

    async fn reach(&self, database: &str) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect(&self.url_of(database)).await
    }

    /// Starts it, and answers when it takes connections. What a killed one left behind has to end first: it is tried again.
    pub async fn start(&self) {
        let mut server = self.server.lock().await;
        let deadline = Instant::now() + DEADLINE;
        while self.reach("postgres").await.is_err() {
            assert!(Instant::now() < deadline, "Postgres does not start");
            let ended = |child: &mut Child| child.try_wait().unwrap().is_some();
            if server.as_mut().is_none_or(ended) {
                *server = Some(self.serve());
            }
            tokio::time::sleep(TRIED).await;
        }
    }

    fn serve(&self) -> Child {
        let durable = if self.durable { "on" } else { "off" };
        let log = File::create(self.path().join("server.log")).unwrap();
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data()).arg("-k").arg(self.path());
        for (name, value) in [
            ("listen_addresses", ""),
            ("max_connections", "200"),
            ("fsync", durable),
            ("full_page_writes", durable),
        ] {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        command.stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    /// Ends it, and answers when it has.
    pub async fn stop(&self, how: Stop) {
        let mut child = self.server.lock().await.take().unwrap();
        let signal = match how {
            Stop::Fast => Signal::INT,
            Stop::Immediate => Signal::QUIT,
            Stop::Kill => Signal::KILL,
        };
        let pid = i32::try_from(child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
        tokio::time::timeout(DEADLINE, child.wait())
            .await
            .expect("it ends")
            .unwrap();
    }

    /// A program of its installation, run as its user.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(Path::new(&std::env::var("PGBIN").unwrap()).join(name));
        command
            .current_dir(self.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if let Some((uid, gid)) = owner() {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// Whom it runs as under root, which Postgres refuses: its own system user, or nobody.
fn owner() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let numbers = |name: &str| {
        users.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [found, _, uid, gid, ..] = fields.as_slice() else {
                return None;
            };
            (*found == name).then(|| (uid.parse().unwrap(), gid.parse().unwrap()))
        })
    };
    numbers("postgres").or_else(|| numbers("nobody"))
}

//! The embedded database: the system's own `initdb` and `postgres`, run by Gonogo in a folder of its own, reached
//! only through a Unix socket, stopped with Gonogo and started again when it dies.
//!
//! The one place of the server that starts processes.

pub mod error;
pub mod leftover;
pub mod place;
pub mod programs;
pub mod setup;

pub use error::Error;

use crate::server::postgres::{
    error::files,
    place::{Place, SYSTEM_USER},
    setup::{Owner, choose_binaries, make_folder, open_to_others, system_user, take_lock},
};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use std::{
    fs::{self, File},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, chown},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    process::{Child, Command},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// The database's user, and the name of its database.
pub const NAME: &str = "gonogo";

/// How long Postgres may take until it answers, recovery after a crash included.
const START_DEADLINE: Duration = Duration::from_secs(60);
/// How long a fast shutdown may take before it becomes an immediate one.
const STOP_DEADLINE: Duration = Duration::from_secs(10);
/// The shortest and the longest pause between two attempts to start it again.
const RESTART_PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// `postgres.log` is started afresh above this size.
const LOG_MAX: u64 = 1 << 20;

/// A running embedded database. [`Embedded::stop`] ends it in order.
#[derive(Debug)]
pub struct Embedded {
    place: Place,
    stop: CancellationToken,
    keeper: JoinHandle<()>,
    /// Held as long as this lives, so that no second Gonogo starts on the same folder.
    _lock: File,
}

/// What starting Postgres takes; kept for starting it again.
#[derive(Clone, Debug)]
struct Installation {
    place: Place,
    binaries: PathBuf,
    owner: Option<Owner>,
}

impl Embedded {
    /// Makes the database when there is none, ends what an earlier Gonogo left behind, starts Postgres and waits
    /// until it answers. From then on a Postgres that dies is started again.
    ///
    /// # Errors
    /// See [`Error`]; each says what to do.
    pub async fn start(place: Place) -> Result<Self, Error> {
        let owner = if place.as_system_user {
            Some(system_user().await?)
        } else {
            None
        };
        match owner {
            Some(_) => {
                make_folder(&place.data, 0o711)?;
                open_to_others(&place.data)?;
            }
            None => make_folder(&place.data, 0o700)?,
        }
        let lock = take_lock(&place.data).await?;
        let binaries = choose_binaries(&place.cluster()).await?;
        let installation = Installation {
            place: place.clone(),
            binaries,
            owner,
        };
        installation.prepare_socket_folder()?;
        leftover::stop(&place)
            .await
            .map_err(files("ending the Postgres that an earlier Gonogo left behind"))?;
        if !place.cluster().exists() {
            installation.initdb().await?;
        }
        let child = installation.launch_after_crash().await?;
        let stop = CancellationToken::new();
        let keeper = tokio::spawn(installation.keep(child, stop.clone()));
        Ok(Embedded {
            place,
            stop,
            keeper,
            _lock: lock,
        })
    }

    /// How to reach the database `database`.
    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        connect_options(&self.place, database)
    }

    /// Stops Postgres: open transactions are rolled back, everything acknowledged is on disk.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.keeper.await {
            tracing::error!(%error, "the keeper of Postgres ended badly");
        }
        // Made again at the next start; one that is not empty is somebody's.
        if let Err(error) = fs::remove_dir(&self.place.socket) {
            tracing::debug!(%error, "the socket's folder stays");
        }
    }
}

/// How to reach the embedded database of `place`, whoever started it.
pub fn connect_options(place: &Place, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(&place.socket)
        .port(5432)
        .username(NAME)
        .database(database)
        .application_name("gonogo")
}

impl Installation {
    /// A command of Postgres, as the database's user, with nothing of our own surroundings.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .current_dir("/")
            .stdin(Stdio::null())
            // A Ctrl-C in the terminal is for Gonogo, which then stops Postgres in order.
            .process_group(0);
        if let Some(owner) = self.owner {
            command.uid(owner.uid).gid(owner.gid);
        }
        command
    }

    fn prepare_socket_folder(&self) -> Result<(), Error> {
        let folder = &self.place.socket;
        if let Some(parent) = folder.parent() {
            make_folder(parent, if self.owner.is_some() { 0o755 } else { 0o700 })?;
        }
        make_folder(folder, 0o700)?;
        self.give_to_owner(folder)?;
        let facts =
            fs::symlink_metadata(folder).map_err(files(format!("looking at {}", folder.display())))?;
        let expected = self
            .owner
            .map_or(rustix::process::geteuid().as_raw(), |owner| owner.uid);
        let unsafe_folder = |why: String| Error::UnsafeFolder {
            folder: folder.clone(),
            why,
        };
        if !facts.is_dir() {
            return Err(unsafe_folder("it is not a folder".to_owned()));
        }
        if facts.uid() != expected {
            return Err(unsafe_folder(format!(
                "it belongs to user {}, not {expected}",
                facts.uid()
            )));
        }
        if facts.mode() & 0o077 != 0 {
            return Err(unsafe_folder(format!(
                "others may enter it (mode {:o})",
                facts.mode() & 0o777
            )));
        }
        Ok(())
    }

    fn give_to_owner(&self, folder: &Path) -> Result<(), Error> {
        match self.owner {
            Some(owner) => chown(folder, Some(owner.uid), Some(owner.gid)).map_err(files(format!(
                "giving {} to the user {SYSTEM_USER}",
                folder.display()
            ))),
            None => Ok(()),
        }
    }

    /// Makes the cluster beside its place and moves it there when it is whole.
    async fn initdb(&self) -> Result<(), Error> {
        let cluster = self.place.cluster();
        let draft = cluster.with_extension("new");
        if draft.exists() {
            fs::remove_dir_all(&draft).map_err(files(format!("removing {}", draft.display())))?;
        }
        make_folder(&draft, 0o700)?;
        self.give_to_owner(&draft)?;
        tracing::info!(folder = %cluster.display(), "making the embedded database");
        let output = self
            .command("initdb")
            .arg("-D")
            .arg(&draft)
            .args(["--username", NAME, "--auth-local=trust", "--auth-host=reject"])
            .args([
                "--encoding=UTF8",
                "--locale=C",
                "--data-checksums",
                "--no-instructions",
            ])
            .output()
            .await
            .map_err(files("starting initdb"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::Initdb {
                cluster,
                said: self.explain(said),
            });
        }
        fs::rename(&draft, &cluster)
            .map_err(files(format!("moving the new database to {}", cluster.display())))
    }

    /// The one failure that Postgres words badly: its user cannot enter a folder above its own.
    fn explain(&self, said: String) -> String {
        if self.owner.is_some() && said.contains("Permission denied") {
            let data = self.place.data.display();
            return format!(
                "{said} (the user {SYSTEM_USER} must be able to enter every folder above {data})"
            );
        }
        said
    }

    /// Starts Postgres and waits until it answers.
    async fn launch(&self) -> Result<Child, Error> {
        let log = self.place.log();
        let said_before = fs::metadata(&log).map(|facts| facts.len()).unwrap_or(0);
        let fresh = said_before > LOG_MAX;
        let file = fs::OpenOptions::new()
            .create(true)
            .append(!fresh)
            .write(true)
            .truncate(fresh)
            .mode(0o600)
            .open(&log)
            .map_err(files(format!("opening {}", log.display())))?;
        let second = file
            .try_clone()
            .map_err(files(format!("opening {}", log.display())))?;
        let mut child = self
            .command("postgres")
            .arg("-D")
            .arg(self.place.cluster())
            .args(["-c", "listen_addresses=", "-c", "port=5432"])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", self.place.socket.display()))
            .args([
                "-c",
                "unix_socket_permissions=0700",
                "-c",
                "logging_collector=off",
            ])
            .args(["-c", "log_destination=stderr", "-c", "log_min_messages=warning"])
            .args([
                "-c",
                "max_connections=60",
                "-c",
                "timezone=UTC",
                "-c",
                "cluster_name=gonogo",
            ])
            .stdout(Stdio::from(file))
            .stderr(Stdio::from(second))
            .spawn()
            .map_err(files("starting postgres"))?;
        let offset = if fresh { 0 } else { said_before };
        match self.wait_until_it_answers(&mut child).await {
            Ok(()) => Ok(child),
            Err(why) => {
                end(child).await;
                let why = last_line(&log, offset)
                    .map_or(why.clone(), |line| self.explain(format!("{why}: {line}")));
                Err(Error::Start { why, log })
            }
        }
    }

    /// Starts Postgres. Where an earlier one was killed, its last processes hold its memory for a moment.
    async fn launch_after_crash(&self) -> Result<Child, Error> {
        let deadline = Instant::now() + STOP_DEADLINE;
        loop {
            match self.launch().await {
                Err(Error::Start { why, .. })
                    if why.contains("shared memory block") && Instant::now() < deadline =>
                {
                    tokio::time::sleep(RESTART_PAUSE.0).await;
                }
                launched => return launched,
            }
        }
    }

    async fn wait_until_it_answers(&self, child: &mut Child) -> Result<(), String> {
        let deadline = Instant::now() + START_DEADLINE;
        let options = connect_options(&self.place, "postgres");
        while Instant::now() < deadline {
            if let Ok(Some(status)) = child.try_wait() {
                return Err(format!("it ended at once ({status})"));
            }
            let attempt = tokio::time::timeout(Duration::from_secs(5), PgConnection::connect_with(&options));
            if let Ok(Ok(connection)) = attempt.await {
                return connection.close().await.map_err(|error| error.to_string());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(format!(
            "it did not answer within {} seconds",
            START_DEADLINE.as_secs()
        ))
    }

    /// Keeps Postgres running until `stop`.
    async fn keep(self, mut child: Child, stop: CancellationToken) {
        loop {
            tokio::select! {
                status = child.wait() => report_death(status),
                () = stop.cancelled() => return end(child).await,
            }
            let mut pause = RESTART_PAUSE.0;
            child = loop {
                match self.launch().await {
                    Ok(child) => break child,
                    Err(error) => tracing::error!(%error, "Postgres could not be started again; trying on"),
                }
                tokio::select! {
                    () = tokio::time::sleep(pause) => pause = (pause * 2).min(RESTART_PAUSE.1),
                    () = stop.cancelled() => return,
                }
            };
            tracing::info!("Postgres runs again");
        }
    }
}

fn report_death(status: io::Result<ExitStatus>) {
    match status {
        Ok(status) => tracing::error!(%status, "Postgres ended by itself; starting it again"),
        Err(error) => tracing::error!(%error, "Postgres was lost; starting it again"),
    }
}

/// Stops a child: fast first (SIGINT), immediate when that takes too long (SIGQUIT), then killed.
async fn end(mut child: Child) {
    use rustix::process::{Pid, Signal, kill_process};
    for signal in [Signal::INT, Signal::QUIT] {
        let pid = child
            .id()
            .and_then(|pid| i32::try_from(pid).ok())
            .and_then(Pid::from_raw);
        let Some(pid) = pid else { return };
        if let Err(error) = kill_process(pid, signal) {
            tracing::warn!(%error, "Postgres could not be signalled");
        }
        if tokio::time::timeout(STOP_DEADLINE, child.wait()).await.is_ok() {
            return;
        }
    }
    if let Err(error) = child.kill().await {
        tracing::error!(%error, "Postgres could not be killed");
    }
}

/// The last line that Postgres wrote after `offset`.
fn last_line(log: &Path, offset: u64) -> Option<String> {
    let bytes = fs::read(log).ok()?;
    let start = usize::try_from(offset).ok()?.min(bytes.len());
    let text = String::from_utf8_lossy(bytes.get(start..)?).into_owned();
    text.lines()
        .rev()
        .find(|line| line.contains("FATAL") || line.contains("ERROR"))
        .map(str::to_owned)
}

//! A Postgres of ours that outlived its Gonogo: found by `postmaster.pid`, stopped before a new one starts.

use crate::server::postgres::place::Place;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::{
    fs, io,
    path::Path,
    time::{Duration, Instant},
};

/// How long an orderly stop may take before the next, harder one.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a process that is no child of ours is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Stops the Postgres that still runs on `cluster`, if there is one, and removes a `postmaster.pid` whose number
/// has gone to another program, or to nobody but a parent that has not noticed. Postgres deals with every other
/// stale file itself.
///
/// # Errors
/// When the process can be neither stopped nor looked at.
pub async fn stop(place: &Place) -> io::Result<()> {
    let cluster = &place.cluster();
    let pid_file = cluster.join("postmaster.pid");
    let Some(pid) = read_pid(&pid_file)? else {
        return Ok(());
    };
    if is_zombie(pid) {
        return bury(pid, place).await;
    }
    if !is_alive(pid) {
        return Ok(());
    }
    if !is_postgres_of(pid, cluster) {
        tracing::info!(%pid, "the number in postmaster.pid belongs to another program now");
        return remove_files(pid, place);
    }
    tracing::info!(%pid, "stopping the Postgres that an earlier Gonogo left behind");
    for signal in [Signal::INT, Signal::QUIT] {
        kill_process(pid, signal)?;
        if is_gone_within(pid, PATIENCE).await {
            return Ok(());
        }
    }
    Err(io::Error::new(
        io::ErrorKind::TimedOut,
        format!("the Postgres with the process number {pid} does not stop; stop it with `kill -9 {pid}`"),
    ))
}

/// Removes the file of a Postgres that has ended and whose parent does not ask for its end, as in containers whose
/// first process is no init: Postgres would take it for alive. Its children must be gone first, because the file is
/// what keeps a second Postgres from their memory.
async fn bury(pid: Pid, place: &Place) -> io::Result<()> {
    let cluster = &place.cluster();
    let deadline = Instant::now() + PATIENCE;
    while works_in(cluster)? {
        if Instant::now() >= deadline {
            let folder = cluster.display();
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("processes of the Postgres {pid}, which has ended, still work in {folder}; end them"),
            ));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    remove_files(pid, place)
}

/// Removes the two files by which Postgres says that it is running as `pid`.
fn remove_files(pid: Pid, place: &Place) -> io::Result<()> {
    for file in [place.cluster().join("postmaster.pid"), place.socket_lock()] {
        if read_pid(&file)? == Some(pid) {
            fs::remove_file(&file)?;
        }
    }
    Ok(())
}

/// Whether any process has `cluster` as its working directory, as every process of Postgres does.
fn works_in(cluster: &Path) -> io::Result<bool> {
    let cluster = cluster.canonicalize()?;
    let processes = fs::read_dir("/proc")?.flatten();
    Ok(processes
        .filter_map(|process| fs::read_link(process.path().join("cwd")).ok())
        .any(|cwd| cwd == cluster))
}

/// The first line of `postmaster.pid`.
fn read_pid(pid_file: &Path) -> io::Result<Option<Pid>> {
    match fs::read_to_string(pid_file) {
        Ok(text) => Ok(text
            .lines()
            .next()
            .and_then(|line| line.trim().parse::<i32>().ok())
            .filter(|number| *number > 1)
            .and_then(Pid::from_raw)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_alive(pid: Pid) -> bool {
    // A process of another user answers "not permitted", and is alive.
    !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH)) && !is_zombie(pid)
}

/// A process whose parent has not yet asked for its end holds nothing any more.
fn is_zombie(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| {
            stat.rsplit_once(')')
                .map(|(_, rest)| rest.trim_start().starts_with('Z'))
        })
        .unwrap_or(false)
}

/// Whether the process was started as `postgres … -D cluster`.
fn is_postgres_of(pid: Pid, cluster: &Path) -> bool {
    let Ok(line) = fs::read(format!("/proc/{pid}/cmdline")) else {
        return false;
    };
    line.split(|byte| *byte == 0)
        .any(|word| word == cluster.as_os_str().as_encoded_bytes())
}

async fn is_gone_within(pid: Pid, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    while Instant::now() < deadline {
        if !is_alive(pid) {
            return true;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    false
}

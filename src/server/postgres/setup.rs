//! What has to be there before Postgres can start: its programs, the user it runs as, folders, the lock.

use crate::server::postgres::{Error, error::files, place::SYSTEM_USER};
use std::{
    fs::{self, File, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// The system user that the database runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its number.
    pub uid: u32,
    /// Its group's number.
    pub gid: u32,
}

/// The folder of binaries for `cluster`: of the version that made it, or the newest when there is none yet.
///
/// # Errors
/// [`Error::NotInstalled`], [`Error::OtherVersion`].
pub async fn choose_binaries(cluster: &Path) -> Result<PathBuf, Error> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for folder in candidate_folders() {
        if let Some(major) = major_version(&folder.join("postgres")).await {
            found.push((major, folder));
        }
    }
    let newest = found
        .iter()
        .max_by_key(|(major, _)| *major)
        .ok_or(Error::NotInstalled)?;
    let version_file = cluster.join("PG_VERSION");
    let made_by = match fs::read_to_string(&version_file) {
        Ok(text) => text.trim().to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(newest.1.clone()),
        Err(error) => return Err(files(format!("reading {}", version_file.display()))(error)),
    };
    if let Some((_, folder)) = found.iter().find(|(major, _)| major.to_string() == made_by) {
        return Ok(folder.clone());
    }
    let mut majors: Vec<u32> = found.iter().map(|(major, _)| *major).collect();
    majors.sort_unstable();
    majors.dedup();
    let installed = majors
        .iter()
        .map(|major| format!("PostgreSQL {major}"))
        .collect::<Vec<_>>()
        .join(", ");
    Err(Error::OtherVersion {
        cluster: cluster.to_owned(),
        made_by,
        installed,
    })
}

/// Where programs of Postgres may be.
pub(super) fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    folders.push(PathBuf::from("/usr/local/pgsql/bin"));
    folders
}

fn candidate_folders() -> Vec<PathBuf> {
    let mut folders = folders();
    folders.retain(|folder| folder.join("postgres").is_file() && folder.join("initdb").is_file());
    folders
}

/// `postgres (PostgreSQL) 15.14 (Debian …)` gives 15.
pub(super) async fn major_version(program: &Path) -> Option<u32> {
    let run = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    let output = tokio::time::timeout(Duration::from_secs(5), run)
        .await
        .ok()?
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    version
        .split(|character: char| !character.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// The user that the database runs as under root, made when it is missing.
///
/// # Errors
/// [`Error::NoSystemUser`].
pub async fn system_user() -> Result<Owner, Error> {
    if let Some(owner) = look_up_user(SYSTEM_USER)? {
        return Ok(owner);
    }
    let no_user = |why: String| Error::NoSystemUser { why };
    let output = Command::new("useradd")
        .args([
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/var/lib/gonogo",
        ])
        .args(["--shell", "/usr/sbin/nologin", SYSTEM_USER])
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(|error| no_user(format!("useradd: {error}")))?;
    // A second Gonogo may have made it at the same moment: what counts is that it is there.
    match look_up_user(SYSTEM_USER)? {
        Some(owner) => Ok(owner),
        None => Err(no_user(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

fn look_up_user(name: &str) -> Result<Option<Owner>, Error> {
    let text = fs::read_to_string("/etc/passwd").map_err(files("reading /etc/passwd"))?;
    Ok(text.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        match fields.as_slice() {
            [found, _, uid, gid, ..] if *found == name => Some(Owner {
                uid: uid.parse().ok()?,
                gid: gid.parse().ok()?,
            }),
            _ => None,
        }
    }))
}

/// Makes `folder` with `mode` when it is missing; the folders above it can be entered by everybody when this one can.
///
/// # Errors
/// [`Error::Files`].
pub fn make_folder(folder: &Path, mode: u32) -> Result<(), Error> {
    let what = || format!("making the folder {}", folder.display());
    if folder.exists() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        let above = if mode & 0o001 != 0 { 0o755 } else { 0o700 };
        fs::DirBuilder::new()
            .recursive(true)
            .mode(above)
            .create(parent)
            .map_err(files(what()))?;
    }
    match fs::DirBuilder::new().mode(mode).create(folder) {
        Ok(()) => fs::set_permissions(folder, Permissions::from_mode(mode)).map_err(files(what())),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(files(what())(error)),
    }
}

/// Lets the database's user pass through Gonogo's own folder, which may have been made without a database in it.
/// What is in it keeps its own mode.
///
/// # Errors
/// [`Error::Files`].
pub fn open_to_others(folder: &Path) -> Result<(), Error> {
    let what = || {
        format!(
            "opening the folder {} for the user {SYSTEM_USER}",
            folder.display()
        )
    };
    let mode = fs::metadata(folder).map_err(files(what()))?.permissions().mode();
    if mode & 0o001 != 0 {
        return Ok(());
    }
    fs::set_permissions(folder, Permissions::from_mode(mode | 0o011)).map_err(files(what()))
}

/// How often, and after which pause, a folder that is in use is tried again: a second in all.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// Takes the folder for this process until it ends, however it ends.
///
/// # Errors
/// [`Error::InUse`] when another process has it.
pub async fn take_lock(data: &Path) -> Result<File, Error> {
    // A Gonogo that was killed while it started a process leaves a child that holds the lock until it becomes that process.
    for _ in 0..LOCK_TRIES {
        match try_lock(data) {
            Err(Error::InUse { .. }) => tokio::time::sleep(LOCK_PAUSE).await,
            taken => return taken,
        }
    }
    try_lock(data)
}

fn try_lock(data: &Path) -> Result<File, Error> {
    use rustix::fs::{FlockOperation, flock};
    let path = data.join("lock");
    let file = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(files(format!("opening {}", path.display())))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(Error::InUse {
            data: data.to_owned(),
        }),
        Err(error) => Err(files(format!("locking {}", path.display()))(error.into())),
    }
}

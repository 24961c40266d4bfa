//! The witness's file, best on another machine's disk: such a disk can hang, and nothing waits for it long.

use super::Error;
use crate::server::state::AppState;
use domain::run::RunId;
use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};
use tokio::{sync::oneshot, time::timeout};

/// How long a round waits for the disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// The file, and what is being written to it.
pub(super) struct Witness {
    file: PathBuf,
    writing: Option<Writing>,
}

/// A head on its way to the disk.
struct Writing {
    run: RunId,
    number: u64,
    written: oneshot::Receiver<io::Result<()>>,
}

impl Witness {
    /// This file.
    pub(super) fn new(file: PathBuf) -> Self {
        let writing = None;
        Self { file, writing }
    }

    /// Writes the next head that is not there yet; false where none is. Should the process die in between, or two of them write, it
    /// stands there twice. What the disk has not answered is waited for again, and nothing is written beside it.
    pub(super) async fn next(&mut self, state: &AppState) -> Result<bool, Error> {
        let mut writing = match self.writing.take() {
            Some(writing) => writing,
            None => match self.begin(state).await? {
                Some(begun) => begun,
                None => return Ok(false),
            },
        };
        let written = match timeout(PATIENCE, &mut writing.written).await {
            Ok(Ok(written)) => written,
            Ok(Err(_)) => Err(io::Error::other("who wrote it has died")),
            Err(_) => {
                self.writing = Some(writing);
                return Err(self.broken(io::ErrorKind::TimedOut.into()));
            }
        };
        written.map_err(|error| self.broken(error))?;
        let mut connection = state.pool.acquire().await?;
        store::head::witnessed(&mut connection, writing.run, writing.number).await?;
        Ok(true)
    }

    async fn begin(&self, state: &AppState) -> Result<Option<Writing>, Error> {
        let next = store::head::unwitnessed(&mut *state.pool.acquire().await?).await?;
        let Some((run, number, envelope)) = next else {
            return Ok(None);
        };
        let (done, written) = oneshot::channel();
        let file = self.file.clone();
        // A thread of its own: the end of the process does not wait for it.
        let begun = thread::Builder::new().spawn(move || drop(done.send(append(&file, &envelope))));
        begun.map_err(|error| self.broken(error))?;
        Ok(Some(Writing { run, number, written }))
    }

    fn broken(&self, error: io::Error) -> Error {
        let file = self.file.clone();
        Error::Witness { file, error }
    }
}

/// Appends a line. Half a line, which a full disk leaves, stays one of its own.
fn append(file: &Path, line: &str) -> io::Result<()> {
    let begin = if ends_a_line(file).unwrap_or(false) {
        ""
    } else {
        "\n"
    };
    let mut open = OpenOptions::new().create(true).append(true).open(file)?;
    open.write_all(format!("{begin}{line}\n").as_bytes())?;
    open.sync_all()
}

/// Whether the file is empty, not there yet, or ends with the end of a line.
fn ends_a_line(file: &Path) -> io::Result<bool> {
    let mut open = match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        open => open?,
    };
    if open.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    open.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    open.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

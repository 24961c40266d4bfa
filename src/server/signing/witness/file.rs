//! Heads in a file, one a line.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    thread,
};
use store::head::Unwitnessed;
use tokio::sync::oneshot;

/// Appends heads, and says how it ended. A thread of its own does it: the end of the process does not wait for the disk.
pub(super) fn append(
    file: PathBuf,
    heads: Vec<Unwitnessed>,
    done: oneshot::Sender<Result<(), String>>,
) -> io::Result<()> {
    let write = move || {
        let mut heads = heads.iter();
        let written = heads.try_for_each(|head| append_line(&file, &head.envelope));
        drop(done.send(written.map_err(|error| error.to_string())));
    };
    thread::Builder::new().spawn(write).map(drop)
}

/// Appends a line. Half a line, which a full disk leaves, stays one of its own.
fn append_line(file: &Path, line: &str) -> io::Result<()> {
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

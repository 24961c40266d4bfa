//! A file replaced at once: whoever reads it sees the old content or the new one, never a part of either.

use super::{Closed, Place, plain};
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, FileType, FlockOperation, Gid, Mode, OFlags, Stat, Uid};
use rustix::io::Errno;
use std::fs::File;
use std::io::Write;
use std::path::Path;

impl Place {
    /// Replaces the content by what `change` makes of it, while nobody else that uses this does. Owner and mode stay; a new
    /// file is its owner's alone. `change` gets `None` where there is no file, and may refuse.
    ///
    /// # Errors
    /// What `change` says, or why the file cannot be written, in words.
    pub fn replace<T>(
        &self,
        change: impl FnOnce(Option<Vec<u8>>) -> Result<(Vec<u8>, T), String>,
    ) -> Result<T, String> {
        let name = self.rest.file_name().ok_or("it is a directory")?;
        let folder = self.folder()?;
        // Nobody holds it for longer than a file takes to write: who finds it held is told, and waits for nothing.
        rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive).map_err(
            |errno| match errno {
                Errno::WOULDBLOCK => format!("{} is being written by somebody else: try again", self.shown()),
                errno => self.refused(errno),
            },
        )?;
        let stat = match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Some(stat),
            Err(Errno::NOENT) => None,
            Err(errno) => return Err(self.refused(errno)),
        };
        let content = match &stat {
            None => None,
            Some(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => {
                return Err(format!(
                    "{} is a symbolic link: edit the file that it leads to",
                    self.shown()
                ));
            }
            Some(_) => match self.read() {
                Ok((_, true)) => {
                    return Err(format!(
                        "{} is longer than 1 MB: is it the right file?",
                        self.shown()
                    ));
                }
                Ok((content, false)) => Some(content),
                Err(Closed::Missing) => None,
                Err(Closed::Refused(why)) => return Err(why),
            },
        };
        let (content, said) = change(content)?;
        self.write(&folder, Path::new(name), stat.as_ref(), &content)?;
        Ok(said)
    }

    fn folder(&self) -> Result<OwnedFd, String> {
        let parent = self.rest.parent().filter(|parent| *parent != Path::new(""));
        let folder = Self {
            rest: parent.unwrap_or(Path::new(".")).to_owned(),
            ..self.clone()
        };
        folder
            .open_with(OFlags::RDONLY | OFlags::DIRECTORY)
            .map_err(|closed| match closed {
                Closed::Missing => format!("the folder of {} does not exist", self.shown()),
                Closed::Refused(why) => why,
            })
    }

    fn write(
        &self,
        folder: &OwnedFd,
        name: &Path,
        stat: Option<&Stat>,
        content: &[u8],
    ) -> Result<(), String> {
        let mut new = std::ffi::OsString::from(name);
        new.push(".gonogo-new");
        // Left behind by a writer that died: its lock is gone, and so is its claim.
        match rustix::fs::unlinkat(folder, &new, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(self.refused(errno)),
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let owner_only = Mode::RUSR | Mode::WUSR;
        let file =
            rustix::fs::openat(folder, &new, flags, owner_only).map_err(|errno| self.refused(errno))?;
        let written = self.fill(file, stat, content).and_then(|()| {
            rustix::fs::renameat(folder, &new, folder, name).map_err(|errno| self.refused(errno))
        });
        if written.is_err() {
            let _ = rustix::fs::unlinkat(folder, &new, AtFlags::empty());
        }
        written?;
        rustix::fs::fsync(folder).map_err(|errno| self.refused(errno))
    }

    fn fill(&self, file: OwnedFd, stat: Option<&Stat>, content: &[u8]) -> Result<(), String> {
        if let Some(stat) = stat {
            let own = rustix::fs::fstat(&file).map_err(|errno| self.refused(errno))?;
            if (own.st_uid, own.st_gid) != (stat.st_uid, stat.st_gid) {
                let (user, group) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
                rustix::fs::fchown(&file, Some(user), Some(group)).map_err(|_| {
                    format!(
                        "{}: it belongs to somebody else, whom it could not be given back to",
                        self.shown()
                    )
                })?;
            }
            rustix::fs::fchmod(&file, Mode::from_raw_mode(stat.st_mode))
                .map_err(|errno| self.refused(errno))?;
        }
        let mut file = File::from(file);
        file.write_all(content)
            .and_then(|()| file.sync_all())
            .map_err(|error| format!("{}: {}", self.shown(), plain(&error)))
    }

    fn refused(&self, errno: Errno) -> String {
        match self.closed(errno) {
            Closed::Missing => format!("{} does not exist", self.shown()),
            Closed::Refused(why) => why,
        }
    }
}

//! Paths: below the work directory, or below an absolute path that the environment lists, and nowhere else. What a
//! path leads to is decided by the kernel while it opens it (openat2), so that no symbolic link leads out.

mod replace;

use crate::site::Site;
use rustix::fd::OwnedFd;
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

/// How much of a file is read, in bytes.
pub(crate) const CONTENT_BYTES: u64 = 1024 * 1024;

/// How much of a file's end is read, in bytes.
const ENDING_BYTES: u64 = 4096;

/// Where a written path leads: a trusted root and the rest, which may not leave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    root: PathBuf,
    rest: PathBuf,
    listed: bool,
}

/// Why a path was not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// Nothing is there.
    Missing,
    /// It may not be opened, or cannot be; in words.
    Refused(String),
}

impl Place {
    /// Finds the root that a written path lies below.
    ///
    /// # Errors
    /// The reason in words, with the line to add.
    pub fn of(written: &str, site: &Site) -> Result<Self, String> {
        let filled = site.fill_parameters(written)?;
        if filled.contains('\0') {
            return Err(format!("{written} contains a zero byte"));
        }
        let path = Path::new(&filled);
        if path.starts_with("~") {
            return Err(format!(
                "{filled}: ~ is nobody's home here: write the path from the work directory"
            ));
        }
        if path.is_relative() {
            let rest = if filled.is_empty() { Path::new(".") } else { path };
            return Ok(Self {
                root: site.work_directory().to_owned(),
                rest: rest.to_owned(),
                listed: false,
            });
        }
        if path.components().any(|part| part == Component::ParentDir) {
            return Err(format!("{filled} goes up with ..: write the path that is meant"));
        }
        let listed = site.environment.paths.iter().map(PathBuf::from);
        let roots = listed
            .map(|root| (root, true))
            .chain([(site.work_directory().to_owned(), false)]);
        let longest = roots
            .filter(|(root, _)| path.starts_with(root))
            .max_by_key(|(root, _)| root.components().count());
        let (root, listed) = longest.ok_or_else(|| {
            format!(
                "{filled} is outside of the work directory: add `{filled}` to `paths` in environments/{}.toml",
                site.environment.name
            )
        })?;
        let rest = path.strip_prefix(&root).unwrap_or(Path::new("")).to_owned();
        Ok(Self {
            rest: if rest.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                rest
            },
            root,
            listed,
        })
    }

    /// The whole path, for people.
    pub fn shown(&self) -> String {
        if self.rest == Path::new(".") {
            self.root.display().to_string()
        } else {
            self.root.join(&self.rest).display().to_string()
        }
    }

    /// Opens without reading: enough for `fstat` and `fstatvfs`, and for files that may not be read.
    pub fn open(&self) -> Result<OwnedFd, Closed> {
        self.open_with(OFlags::PATH)
    }

    /// A symbolic link stands there, whatever it leads to.
    pub fn is_link(&self) -> bool {
        let opened = self.open_with(OFlags::PATH | OFlags::NOFOLLOW);
        opened.is_ok_and(|link| {
            rustix::fs::fstat(&link)
                .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
        })
    }

    /// Opens for reading; never waits for the other end of a pipe and never takes a terminal.
    pub fn open_to_read(&self) -> Result<File, Closed> {
        self.open_with(OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)
            .map(File::from)
    }

    /// The content up to [`CONTENT_BYTES`], and whether there was more. Regular files only.
    pub fn read(&self) -> Result<(Vec<u8>, bool), Closed> {
        let (file, _) = self.open_file()?;
        let refused = |why| self.unread(&why);
        let mut content = Vec::new();
        file.take(CONTENT_BYTES + 1)
            .read_to_end(&mut content)
            .map_err(refused)?;
        let cut = content.len() as u64 > CONTENT_BYTES;
        content.truncate(CONTENT_BYTES as usize);
        Ok((content, cut))
    }

    /// The last [`ENDING_BYTES`] of the content. Regular files only.
    pub fn read_ending(&self) -> Result<Vec<u8>, Closed> {
        let (mut file, size) = self.open_file()?;
        let refused = |why| self.unread(&why);
        file.seek(SeekFrom::Start(size.saturating_sub(ENDING_BYTES)))
            .map_err(refused)?;
        let mut ending = Vec::new();
        file.take(ENDING_BYTES)
            .read_to_end(&mut ending)
            .map_err(refused)?;
        Ok(ending)
    }

    /// A regular file, open for reading, and its size.
    pub fn open_file(&self) -> Result<(File, u64), Closed> {
        let file = self.open_to_read()?;
        let about = file.metadata().map_err(|why| self.unread(&why))?;
        match about.is_file() {
            true => Ok((file, about.len())),
            false => Err(Closed::Refused(format!(
                "{} is not a file that can be read",
                self.shown()
            ))),
        }
    }

    fn unread(&self, why: &std::io::Error) -> Closed {
        Closed::Refused(format!("{}: {}", self.shown(), plain(why)))
    }

    fn open_with(&self, flags: OFlags) -> Result<OwnedFd, Closed> {
        let flags = flags | OFlags::CLOEXEC;
        if self.listed && self.rest == Path::new(".") {
            // The environment's file names exactly this path, which need not be a directory.
            return rustix::fs::openat(CWD, &self.root, flags, Mode::empty())
                .map_err(|errno| self.closed(errno));
        }
        let root_flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::openat(CWD, &self.root, root_flags, Mode::empty()).map_err(|errno| match errno {
            Errno::NOENT if self.listed => Closed::Missing,
            Errno::NOENT => Closed::Refused(format!(
                "the work directory {} does not exist: create it, or correct work_directory in the environment's file",
                self.root.display()
            )),
            _ => self.closed(errno),
        })?;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        match rustix::fs::openat2(&root, &self.rest, flags, Mode::empty(), resolve) {
            Err(Errno::NOSYS) => self.open_checked(flags),
            opened => opened.map_err(|errno| self.closed(errno)),
        }
    }

    /// For kernels before 5.6: what the path leads to is resolved first and compared.
    fn open_checked(&self, flags: OFlags) -> Result<OwnedFd, Closed> {
        let refused = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Closed::Missing,
            _ => Closed::Refused(format!("{}: {}", self.shown(), plain(&error))),
        };
        let root = self.root.canonicalize().map_err(refused)?;
        let path = self.root.join(&self.rest).canonicalize().map_err(refused)?;
        if !path.starts_with(&root) {
            return Err(self.closed(Errno::XDEV));
        }
        rustix::fs::openat(CWD, &path, flags | OFlags::NOFOLLOW, Mode::empty())
            .map_err(|errno| self.closed(errno))
    }

    fn closed(&self, errno: Errno) -> Closed {
        let path = self.shown();
        match errno {
            Errno::NOENT | Errno::NOTDIR => Closed::Missing,
            Errno::XDEV => Closed::Refused(format!(
                "{path} leads outside of {}: add the path that is meant to `paths` in the environment's file",
                self.root.display()
            )),
            Errno::ACCESS | Errno::PERM => Closed::Refused(format!("{path}: this user may not open it")),
            Errno::LOOP => Closed::Refused(format!("{path}: its symbolic links lead in a circle")),
            Errno::NAMETOOLONG => Closed::Refused(format!("{path}: the name is too long")),
            _ => Closed::Refused(format!("{path}: {}", plain(&errno.into()))),
        }
    }
}

/// The system's words, without "(os error 13)".
pub(crate) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}

//! What must hold of a file.

use super::TextRule;
use crate::quantity::Bound;
use serde::{Deserialize, Serialize};

/// A file or directory and what must hold of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileProbe {
    /// The path as written. `$NAME` of a parameter is filled in from the environment, and `$(date +%Y%m%d)` with the day that
    /// it is, in UTC.
    pub path: String,
    /// What must hold; it must exist in any case, unless the only rule is [`FileRule::Absent`].
    pub rules: Vec<FileRule>,
}

/// What must hold of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileRule {
    /// It is a directory.
    Directory,
    /// It does not exist.
    Absent,
    /// Its size in bytes is within this bound.
    Size(Bound),
    /// No permission bit beyond these is set (0o600: nobody but the owner reads it).
    ModeAtMost(u32),
    /// It was changed at most this many seconds ago.
    AgeAtMost(u64),
    /// It belongs to this user, to this group: names or numbers.
    Owner {
        /// The user; `None`: any.
        user: Option<String>,
        /// The group; `None`: any.
        group: Option<String>,
    },
    /// The SHA-256 of its content, 64 digits.
    Sha256(String),
    /// It lists files with their SHA-256, as `sha256sum` writes it, and each of them is as it says. Names are paths from the work
    /// directory.
    Checksums,
    /// The user that Gonogo runs as may write it.
    Writable,
    /// Its content, of which 1 MB is read.
    Content(TextRule),
    /// Its last 4 KB: a dump that was written to its end says so there.
    Ends(TextRule),
}

//! What is asked of the processes and the systemd units of this machine.

use crate::quantity::Bound;
use serde::{Deserialize, Serialize};

/// How many processes of this machine there are. Gonogo's own, and what it started, are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessProbe {
    /// Which ones.
    pub which: ProcessMatch,
    /// How many there must be.
    pub count: Bound,
}

/// How a process is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessMatch {
    /// Its program's name is this.
    Name(String),
    /// Its program's name contains this.
    NameContains(String),
    /// Its command line, arguments joined with spaces, contains this.
    CommandLine(String),
}

/// A unit of systemd.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitProbe {
    /// Its name; without an ending it is a service.
    pub unit: String,
    /// How it must be.
    pub is: UnitState,
}

/// How a unit must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitState {
    /// Active, as `systemctl is-active` means it: a service that ran to its end can be.
    Active,
    /// Active, and not one that ran to its end.
    Running,
    /// Started when the machine starts.
    Enabled,
}

/// Whether a name can be a unit's (systemd.unit(5)): no option, no pattern, no path.
pub fn names_unit(name: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'.' | b'-' | b'@' | b'\\');
    name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= 255
        && name.bytes().all(plain)
}

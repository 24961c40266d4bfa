//! What a git work tree is asked.

use serde::{Deserialize, Serialize};

/// What is asked of a git work tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GitQuestion {
    /// Nothing is uncommitted; the evidence names HEAD.
    Clean,
    /// The branch that is checked out.
    Branch(String),
    /// No secrets are kept, or would be taken at the next `git add`: files that hold secrets by their name, private keys, tokens of
    /// known shapes.
    NoSecrets,
    /// HEAD is the run's release.
    AtRelease,
    /// This file differs from what it was at the last tag before HEAD.
    ChangedSinceTag(String),
}

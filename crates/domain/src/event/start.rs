//! How a run begins and ends, and what a person shows.

use crate::{environment::Class, hash::Hash, person::PersonId, window::OfWindows};
use serde::{Deserialize, Serialize};

/// What a run is started with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The checklist's title.
    pub title: String,
    /// The revision.
    pub revision: Hash,
    /// The published plan.
    pub plan: Hash,
    /// Who published it.
    pub published_by: Option<PersonId>,
    /// The environment's name.
    pub environment: String,
    /// The environment's class.
    pub class: Class,
    /// The hash of the environment's file as it was read.
    pub environment_hash: Hash,
    /// What is deployed: a commit or a tag.
    pub release: String,
    /// What the environment's file says of when windows are sampled.
    #[serde(default, skip_serializing_if = "OfWindows::is_empty")]
    pub windows: OfWindows,
}

/// What a person showed with an attestation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proof {
    /// A link; http or https.
    Link {
        /// The address.
        url: String,
    },
    /// A file that is kept with the run.
    File {
        /// SHA-256 of its bytes.
        hash: Hash,
        /// Its name as uploaded.
        name: String,
        /// Its size in bytes.
        size: u64,
    },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything settled, every slot go.
    Go,
    /// Everybody signed go, some with conditions.
    GoWithConditions,
    /// Somebody said no.
    NoGo,
    /// A rollback ended it.
    RolledBack,
    /// Given up.
    Abandoned,
}

impl Outcome {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Go => "GO",
            Outcome::GoWithConditions => "GO with conditions",
            Outcome::NoGo => "NO-GO",
            Outcome::RolledBack => "rolled back",
            Outcome::Abandoned => "abandoned",
        }
    }
}

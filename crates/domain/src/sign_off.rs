//! Sign-off: a role's answer, bound to the hash of the record it was given on.

use crate::{hash::Hash, person::Author, plan::ItemId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a signature says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Go.
    Go,
    /// Go, although the items named beside it are open or red.
    GoWithConditions,
    /// No-go; a reason is required.
    NoGo,
}

/// How a signer showed that it is them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// With their password again.
    Password,
    /// With a passkey that signed this very answer.
    Passkey,
}

impl Confirmation {
    /// What with, in words.
    pub fn word(self) -> &'static str {
        match self {
            Confirmation::Password => "password",
            Confirmation::Passkey => "passkey",
        }
    }
}

/// One signature in a slot of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    /// The slot's key.
    pub role: String,
    /// The number of the event that it is; 0 in what was stored before this was noted.
    #[serde(default)]
    pub number: u64,
    /// Who signed.
    pub by: Author,
    /// When.
    pub at: DateTime<Utc>,
    /// What it says.
    pub meaning: Meaning,
    /// What the signer wrote beside it.
    pub comment: String,
    /// The hash of the record it was given on.
    pub record: Hash,
    /// The required items that were open, red or without data.
    pub conditions: Vec<ItemId>,
    /// What no other signature has; `None` for those of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

impl Meaning {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Meaning::Go => "GO",
            Meaning::GoWithConditions => "GO with conditions",
            Meaning::NoGo => "NO-GO",
        }
    }

    /// The stable key: in forms and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Meaning::Go => "go",
            Meaning::GoWithConditions => "go_with_conditions",
            Meaning::NoGo => "no_go",
        }
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The text is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no answer: go, go_with_conditions or no_go")]
pub struct NoSuchMeaning(pub String);

impl FromStr for Meaning {
    type Err = NoSuchMeaning;

    fn from_str(text: &str) -> Result<Self, NoSuchMeaning> {
        [Meaning::Go, Meaning::GoWithConditions, Meaning::NoGo]
            .into_iter()
            .find(|meaning| meaning.key() == text)
            .ok_or_else(|| NoSuchMeaning(text.to_owned()))
    }
}

//! SHA-256 digests as lower-case hexadecimal text.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A SHA-256 digest: 64 lower-case hexadecimal digits. It names a revision, a plan, a record or an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(String);

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a SHA-256 digest: 64 lower-case hexadecimal digits are needed")]
pub struct NotAHash(pub String);

impl Hash {
    /// The digest of 32 bytes.
    pub fn of_bytes(bytes: &[u8; 32]) -> Self {
        let digit = |value: u8| {
            char::from(if value < 10 {
                b'0' + value
            } else {
                b'a' + value - 10
            })
        };
        let mut text = String::with_capacity(64);
        for byte in bytes {
            text.push(digit(byte >> 4));
            text.push(digit(byte & 15));
        }
        Self(text)
    }

    /// Sixty-four zeroes: what the first event of a chain names as its predecessor.
    pub fn zero() -> Self {
        Self("0".repeat(64))
    }

    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The short form for people: the first four digits, an ellipsis, the last two.
    pub fn short(&self) -> String {
        format!("{}…{}", &self.0[..4], &self.0[62..])
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Hash {
    type Error = NotAHash;

    fn try_from(text: String) -> Result<Self, NotAHash> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() == 64 && digits {
            Ok(Self(text))
        } else {
            Err(NotAHash(text))
        }
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.0
    }
}

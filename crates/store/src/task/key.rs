//! Numbers of tasks that no form starts.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// A number that the same words always give, and others never: a UUID of our own making (RFC 9562, 5.8) from their SHA-256. What is
/// stored under it is stored once, however many processes come to it.
pub fn key(kind: &str, words: &str) -> Uuid {
    let digest = Sha256::digest(format!("gonogo {kind} {words}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

//! Canonical JSON (RFC 8785) and its SHA-256: what plans, records, events and evidence are named by.

use domain::Hash;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A value has no canonical JSON form: a number in it is not finite.
#[derive(Debug, thiserror::Error)]
#[error("canonical JSON: {0}")]
pub struct NotCanonical(String);

/// The canonical JSON of `value`.
///
/// # Errors
/// [`NotCanonical`].
pub fn json(value: &impl Serialize) -> Result<String, NotCanonical> {
    serde_json_canonicalizer::to_string(value).map_err(|error| NotCanonical(error.to_string()))
}

/// The SHA-256 of the canonical JSON of `value`.
///
/// # Errors
/// As [`json`].
pub fn hash(value: &impl Serialize) -> Result<Hash, NotCanonical> {
    json(value).map(|text| sha256(text.as_bytes()))
}

/// The SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> Hash {
    Hash::of_bytes(&Sha256::digest(bytes).into())
}

/// The hash of an event: SHA-256 of its predecessor's hash and its body.
pub fn link(previous: &Hash, body: &str) -> Hash {
    let mut digest = Sha256::new();
    digest.update(previous.as_str());
    digest.update(body);
    finish(digest)
}

/// The hash that a digest comes to.
pub(crate) fn finish(digest: Sha256) -> Hash {
    Hash::of_bytes(&digest.finalize().into())
}

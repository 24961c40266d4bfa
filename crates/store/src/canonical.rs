//! Canonical JSON (RFC 8785) and its SHA-256: what plans, records, events and evidence are named by.

use crate::Error;
use domain::Hash;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The canonical JSON of `value`.
///
/// # Errors
/// [`Error::NotCanonical`] where the value has no JSON form (a number that is not finite).
pub fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json_canonicalizer::to_string(value).map_err(|error| Error::NotCanonical(error.to_string()))
}

/// The SHA-256 of the canonical JSON of `value`.
///
/// # Errors
/// As [`json`].
pub fn hash(value: &impl Serialize) -> Result<Hash, Error> {
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
    Hash::of_bytes(&digest.finalize().into())
}

//! Secrets that programs and links carry: 256 random bits, of which only the SHA-256 is stored.

use crate::{api::Error, server::failure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A new one, which begins with `prefix`.
///
/// # Errors
/// When the machine gives no randomness.
pub fn new(prefix: &str) -> Result<String, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| failure::internal("making a secret", &error))?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What a table knows of it.
pub fn key(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

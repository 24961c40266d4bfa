//! Digests of what may hold secrets.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::{self, Write as _};

/// How many bytes of a digest are shown: enough that two never agree by chance.
const SHOWN_BYTES: usize = 16;

/// The key of a run's digests: 32 random bytes, shown to nobody, the same for every process that serves the run.
///
/// A digest of a `.env` file or of a container's variables stands in the event log, which everybody reads. Without a key
/// whoever knows the rest of the file could try the password that is missing until the digest agrees. A salt beside the digest
/// would not help: it only makes such a search worth nothing for the next file.
#[derive(Clone, PartialEq, Eq)]
pub struct Seal([u8; 32]);

impl Seal {
    /// From random bytes.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// HMAC-SHA-256 (RFC 2104), its first 16 bytes in hexadecimal digits. `kind` keeps digests of different things apart.
    pub(crate) fn digest(&self, kind: &str, content: &[u8]) -> String {
        // A key that is shorter than a block is filled up with zeroes.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(content);
        hexadecimal(&mac.finalize().into_bytes())
    }
}

/// The first bytes of a digest, for people.
pub(crate) fn hexadecimal(digest: &[u8]) -> String {
    let mut shown = String::with_capacity(2 * SHOWN_BYTES);
    for byte in &digest[..digest.len().min(SHOWN_BYTES)] {
        // Writing to a text does not fail.
        let _ = write!(shown, "{byte:02x}");
    }
    shown
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;

    /// As Python's `hmac` computes it.
    #[test]
    fn a_digest_is_hmac_over_the_kind_and_the_content() {
        assert_eq!(
            Seal::new([7; 32]).digest("file", b"A=1\n"),
            "695a2bacedd456b8534749c0056af657"
        );
    }

    #[test]
    fn another_key_another_kind_or_another_content_is_another_digest() {
        let seal = Seal::new([1; 32]);
        let all = [
            seal.digest("file", b"a"),
            seal.digest("file", b"b"),
            seal.digest("variables", b"a"),
            Seal::new([2; 32]).digest("file", b"a"),
        ];
        let different: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(format!("{seal:?}"), "Seal");
    }
}

//! Signed envelopes: DSSE 1.0 (secure-systems-lab/dsse, `protocol.md`) with Ed25519.

use crate::key::{PublicKey, SecretKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::Hash;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A payload with the signatures on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// What was signed, in base 64.
    pub payload: String,
    /// What kind of thing that is.
    pub payload_type: String,
    /// By whom.
    pub signatures: Vec<Signature>,
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The SHA-256 of the public key.
    pub keyid: Hash,
    /// 64 bytes, in base 64.
    pub sig: String,
}

/// Envelopes that somebody kept in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Those that can be read, in order. Nobody has verified them.
    pub envelopes: Vec<Envelope>,
    /// The numbers of the lines that hold none, from 1: a disk that was full leaves half of one.
    pub bad_lines: Vec<usize>,
}

/// Why an envelope is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The payload is another kind of thing.
    #[error("it is {found:?} and no {wanted:?}")]
    Type {
        /// What it should be.
        wanted: &'static str,
        /// What it says that it is.
        found: String,
    },
    /// The text is no base 64.
    #[error("its {0} is no base 64")]
    Base64(&'static str),
    /// The payload is not what its kind says.
    #[error("its content cannot be read: {0}")]
    Content(String),
    /// Nobody of that name has signed.
    #[error("key {0} has not signed it")]
    Unsigned(Hash),
    /// The signature is not that key's, or not on these bytes.
    #[error("the signature by key {0} is not right: it was signed otherwise, or changed since")]
    Signature(Hash),
}

impl Envelope {
    /// Signs `payload` with each of `keys`.
    pub fn sign(payload_type: &str, payload: &[u8], keys: &[&SecretKey]) -> Self {
        let message = pae(payload_type, payload);
        let signature = |key: &&SecretKey| Signature {
            keyid: key.public().id(),
            sig: STANDARD.encode(key.sign(&message)),
        };
        Self {
            payload: STANDARD.encode(payload),
            payload_type: payload_type.to_owned(),
            signatures: keys.iter().map(signature).collect(),
        }
    }

    /// The bytes that were signed.
    ///
    /// # Errors
    /// [`Refused::Type`], [`Refused::Base64`].
    pub fn payload(&self, wanted: &'static str) -> Result<Vec<u8>, Refused> {
        if self.payload_type != wanted {
            let found = self.payload_type.chars().take(100).collect();
            return Err(Refused::Type { wanted, found });
        }
        STANDARD
            .decode(&self.payload)
            .map_err(|_| Refused::Base64("payload"))
    }

    /// What the payload says. Nobody has verified it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn content<T: DeserializeOwned>(&self, wanted: &'static str) -> Result<T, Refused> {
        let payload = self.payload(wanted)?;
        serde_json::from_slice(&payload).map_err(|error| Refused::Content(error.to_string()))
    }

    /// Whether `key` has signed `payload`, which is this envelope's.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn verify(&self, payload: &[u8], key: &PublicKey) -> Result<(), Refused> {
        let id = key.id();
        let mut by_key = self.signatures.iter().filter(|one| one.keyid == id);
        let signature = by_key.next().ok_or_else(|| Refused::Unsigned(id.clone()))?;
        let bytes = STANDARD
            .decode(&signature.sig)
            .map_err(|_| Refused::Base64("signature"))?;
        match key.verify(&pae(&self.payload_type, payload), &bytes) {
            true => Ok(()),
            false => Err(Refused::Signature(id)),
        }
    }
}

impl Kept {
    /// What stands in these bytes: JSON after JSON or, where some of it is none, one a line.
    pub fn of(bytes: &[u8]) -> Self {
        let all = serde_json::Deserializer::from_slice(bytes).into_iter().collect();
        if let Ok(envelopes) = all {
            let bad_lines = Vec::new();
            return Self { envelopes, bad_lines };
        }
        let mut kept = Self::default();
        for (place, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(envelope) => kept.envelopes.push(envelope),
                Err(_) => kept.bad_lines.push(place + 1),
            }
        }
        kept
    }
}

/// What is signed: DSSE's pre-authentication encoding, which no other type and payload has.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_short_is_passed_over_and_those_around_it_are_read() {
        let one = Envelope::sign("a", b"1", &[&SecretKey::of_seed(&[1; 32])]);
        let line = serde_json::to_string(&one).expect("it has a JSON form");
        let kept = Kept::of(format!("{line}\n{}\n\n{line}\n", &line[..40]).as_bytes());
        assert_eq!((kept.envelopes.len(), kept.bad_lines), (2, vec![2]));
        let kept = Kept::of(format!("{line}{line}").as_bytes());
        assert_eq!((kept.envelopes, kept.bad_lines), (vec![one.clone(), one], vec![]));
    }

    #[test]
    fn the_bytes_that_are_signed_are_those_of_the_specification() {
        let bytes = pae("http://example.com/HelloWorld", b"hello world");
        assert_eq!(bytes, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }
}

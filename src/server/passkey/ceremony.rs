//! What a device answers, checked as WebAuthn level 2 says (sections 7.1 and 7.2), for ES256 and Ed25519, without attestation.
//!
//! The browser hands the authenticator's data out beside its CBOR, so that no CBOR is read here: the one structure in it is the
//! public key, whose bytes CTAP2's canonical form fixes for each algorithm.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::passkey::{Algorithm, NewPasskey, PublicKey};

/// Somebody was there.
const PRESENT: u8 = 0x01;
/// The device made sure who: a fingerprint, a PIN.
const VERIFIED: u8 = 0x04;
/// A new key follows.
const KEY: u8 = 0x40;
/// Extensions follow.
const EXTENSIONS: u8 = 0x80;

/// Who asks, as devices know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// The host's name.
    pub id: String,
    origin: String,
}

/// What the device did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It made a key.
    Made,
    /// It signed.
    Signed,
}

/// Why an answer does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Passkeys belong to names and to connections that nobody reads.
    #[error(
        "Passkeys do not work at {origin}: browsers know them for https and a host name, or for http://localhost. Set the public \
         address (GONOGO_PUBLIC_URL) to such a one."
    )]
    Origin {
        /// The public address.
        origin: String,
    },
    /// Not what a browser sends.
    #[error("The answer of the passkey cannot be read.")]
    Unreadable,
    /// Made where it should have signed, or the other way.
    #[error("The passkey answered another question than was asked.")]
    OtherDeed,
    /// Another site asked.
    #[error("The passkey answered {origin:?}, which is not this Gonogo.")]
    OtherOrigin {
        /// Which.
        origin: String,
    },
    /// Made for another site.
    #[error("The passkey belongs to another site.")]
    OtherSite,
    /// Nobody touched it, or it asked for no PIN.
    #[error(
        "The device did not make sure that it is you: set up its PIN, fingerprint or face, and try again."
    )]
    Unverified,
    /// Neither ES256 nor Ed25519.
    #[error("The device makes keys of a kind that is not read here: ES256 and Ed25519 are.")]
    Algorithm,
    /// Signed with another key.
    #[error("The signature is not the passkey's.")]
    Signature,
}

/// The browser's part of an answer, of the right deed and origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientData {
    /// What the device was asked to sign.
    pub challenge: Vec<u8>,
    hash: [u8; 32],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

impl RelyingParty {
    /// The one that browsers reach at `origin`: `https://name[:port]`, or http on `localhost`.
    ///
    /// # Errors
    /// [`Flaw::Origin`].
    pub fn at(origin: &str) -> Result<Self, Flaw> {
        let flaw = || Flaw::Origin {
            origin: origin.to_owned(),
        };
        let (scheme, authority) = origin.split_once("://").ok_or_else(flaw)?;
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            Some(_) | None => authority,
        };
        let local = host == "localhost" || host.ends_with(".localhost");
        // A name's last part has a letter; an address of version 4 has none, and one of version 6 has colons.
        let last = host.rsplit('.').next().unwrap_or_default();
        let named = !host.contains(':') && last.bytes().any(|byte| byte.is_ascii_alphabetic());
        if !named || !(scheme == "https" || (scheme == "http" && local)) {
            return Err(flaw());
        }
        Ok(RelyingParty {
            id: host.to_owned(),
            origin: origin.to_owned(),
        })
    }

    /// Reads the browser's part.
    ///
    /// # Errors
    /// [`Flaw`]: unreadable, another deed, another origin.
    pub fn client_data(&self, json: &[u8], deed: Deed) -> Result<ClientData, Flaw> {
        let written: Written = serde_json::from_slice(json).map_err(|_| Flaw::Unreadable)?;
        let wanted = match deed {
            Deed::Made => "webauthn.create",
            Deed::Signed => "webauthn.get",
        };
        if written.r#type != wanted {
            return Err(Flaw::OtherDeed);
        }
        if written.origin != self.origin || written.cross_origin {
            return Err(Flaw::OtherOrigin {
                origin: written.origin,
            });
        }
        let challenge = URL_SAFE_NO_PAD
            .decode(written.challenge)
            .map_err(|_| Flaw::Unreadable)?;
        Ok(ClientData {
            challenge,
            hash: Sha256::digest(json).into(),
        })
    }

    /// The key that a device made.
    ///
    /// # Errors
    /// [`Flaw`].
    pub fn made(&self, authenticator: &[u8]) -> Result<NewPasskey, Flaw> {
        let (flags, sign_count, rest) = self.head(authenticator)?;
        if flags & KEY == 0 {
            return Err(Flaw::Unreadable);
        }
        // Which model of device it is: nobody asks.
        let (_, rest) = rest.split_first_chunk::<16>().ok_or(Flaw::Unreadable)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(Flaw::Unreadable)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if !(1..=1023).contains(&length) {
            return Err(Flaw::Unreadable);
        }
        let (credential, rest) = rest.split_at_checked(length).ok_or(Flaw::Unreadable)?;
        let (key, rest) = public_key(rest).ok_or(Flaw::Algorithm)?;
        if rest.is_empty() != (flags & EXTENSIONS == 0) {
            return Err(Flaw::Unreadable);
        }
        Ok(NewPasskey {
            credential: credential.to_owned(),
            key,
            sign_count,
        })
    }

    /// How often the device signed, as it says, where what it signed is right.
    ///
    /// # Errors
    /// [`Flaw`].
    pub fn signed(
        &self,
        key: &PublicKey,
        client: &ClientData,
        authenticator: &[u8],
        signature: &[u8],
    ) -> Result<u32, Flaw> {
        let (_, sign_count, _) = self.head(authenticator)?;
        let message = [authenticator, &client.hash].concat();
        let fits = match key.algorithm {
            Algorithm::Es256 => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &key.bytes).verify(&message, signature)
            }
            Algorithm::Ed25519 => UnparsedPublicKey::new(&ED25519, &key.bytes).verify(&message, signature),
        };
        fits.map(|()| sign_count).map_err(|_| Flaw::Signature)
    }

    /// Flags, count, and what follows.
    fn head<'a>(&self, authenticator: &'a [u8]) -> Result<(u8, u32, &'a [u8]), Flaw> {
        let (site, rest) = authenticator.split_first_chunk::<32>().ok_or(Flaw::Unreadable)?;
        let (flags, rest) = rest.split_first().ok_or(Flaw::Unreadable)?;
        let (count, rest) = rest.split_first_chunk::<4>().ok_or(Flaw::Unreadable)?;
        if site[..] != Sha256::digest(self.id.as_bytes())[..] {
            return Err(Flaw::OtherSite);
        }
        if flags & PRESENT == 0 || flags & VERIFIED == 0 {
            return Err(Flaw::Unverified);
        }
        Ok((*flags, u32::from_be_bytes(*count), rest))
    }
}

/// A key in CTAP2's canonical CBOR, and what follows it.
fn public_key(bytes: &[u8]) -> Option<(PublicKey, &[u8])> {
    // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    const ES256: &[u8] = &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
    const ES256_Y: &[u8] = &[0x22, 0x58, 32];
    // {1: 1, 3: -8, -1: 6, -2: x}
    const ED25519: &[u8] = &[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32];
    if let Some(rest) = bytes.strip_prefix(ES256) {
        let (x, rest) = rest.split_first_chunk::<32>()?;
        let (y, rest) = rest.strip_prefix(ES256_Y)?.split_first_chunk::<32>()?;
        let key = PublicKey {
            algorithm: Algorithm::Es256,
            bytes: [&[4], &x[..], &y[..]].concat(),
        };
        return Some((key, rest));
    }
    let (x, rest) = bytes.strip_prefix(ED25519)?.split_first_chunk::<32>()?;
    let key = PublicKey {
        algorithm: Algorithm::Ed25519,
        bytes: x.to_vec(),
    };
    Some((key, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_is_reached_safely_has_passkeys() {
        for (origin, id) in [
            ("https://gonogo.example.org", "gonogo.example.org"),
            ("https://gonogo.example.org:8443", "gonogo.example.org"),
            ("http://localhost:8080", "localhost"),
        ] {
            assert_eq!(RelyingParty::at(origin).unwrap().id, id);
        }
        for origin in [
            "http://127.0.0.1:8080",
            "https://192.0.2.7",
            "https://[::1]:8443",
            "https://[::1]",
            "http://gonogo.example.org",
            "gonogo",
        ] {
            let flaw = RelyingParty::at(origin).unwrap_err();
            assert!(flaw.to_string().contains(origin), "{origin}");
        }
    }

    #[test]
    fn bytes_that_end_early_or_late_are_no_key() {
        let here = RelyingParty::at("http://localhost").unwrap();
        let key = [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32][..], &[7; 32]].concat();
        let site = Sha256::digest(b"localhost");
        let data = [&site[..], &[0x45], &[0, 0, 0, 9], &[0; 16], &[0, 1, 5], &key].concat();
        let made = here.made(&data).unwrap();
        assert_eq!((made.credential, made.sign_count), (vec![5], 9));
        assert_eq!(made.key.bytes, [7; 32]);
        for length in 0..data.len() {
            assert!(here.made(&data[..length]).is_err(), "{length}");
        }
        assert_eq!(here.made(&[&data[..], &[0]].concat()), Err(Flaw::Unreadable));
    }
}

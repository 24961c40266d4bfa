//! Keys that heads and evidence files are signed with (Ed25519, RFC 8032), and their history: each was introduced by the one before.

use crate::{
    canonical::{self, NotCanonical},
    dsse::{Envelope, Refused},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::Hash;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the payload of a key's envelope is called.
pub const KEY_TYPE: &str = "application/vnd.gonogo.key+json";

/// How far the clocks of two processes that sign may be apart.
pub(crate) const SKEW: TimeDelta = TimeDelta::minutes(5);

/// A key that signs. It is never shown.
pub struct SecretKey(SigningKey);

/// What its signatures are verified with. Neither of small order, with which one signature fits many messages, nor written in two ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// The bytes are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// Not 64 hexadecimal digits.
    #[error("a key has 64 hexadecimal digits")]
    Length,
    /// Not on the curve, or not written in the one way.
    #[error("no point of the curve is written like that")]
    Point,
    /// Of small order.
    #[error("the key is of small order: one signature would fit many messages")]
    SmallOrder,
}

impl SecretKey {
    /// The key of these 32 bytes of randomness.
    pub fn of_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key that [`SecretKey::to_text`] wrote.
    ///
    /// # Errors
    /// [`NoKey::Length`].
    pub fn of_text(text: &str) -> Result<Self, NoKey> {
        Ok(Self::of_seed(&unhex(text.trim())?))
    }

    /// 64 hexadecimal digits and the end of the line: what its file holds.
    pub fn to_text(&self) -> String {
        format!("{}\n", Hash::of_bytes(self.0.as_bytes()))
    }

    /// What verifies its signatures.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// 64 bytes.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public().id())
    }
}

impl PublicKey {
    /// The key of 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`NoKey`].
    pub fn of_hex(text: &str) -> Result<Self, NoKey> {
        let bytes = unhex(text)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NoKey::Point)?;
        if key.is_weak() {
            return Err(NoKey::SmallOrder);
        }
        if key.to_edwards().compress().to_bytes() != bytes {
            return Err(NoKey::Point);
        }
        Ok(Self(key))
    }

    /// 64 hexadecimal digits.
    pub fn to_hex(&self) -> Hash {
        Hash::of_bytes(self.0.as_bytes())
    }

    /// What it is called: the SHA-256 of its 32 bytes.
    pub fn id(&self) -> Hash {
        canonical::sha256(self.0.as_bytes())
    }

    /// Whether it has signed `message`: by RFC 8032 without the liberties that it leaves, so that no second signature fits.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

/// That a key signs from now on, signed by itself and by the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introduction {
    /// Its name.
    pub key: Hash,
    /// Its 32 bytes, hexadecimal.
    pub public: Hash,
    /// Since when it signs.
    pub from: DateTime<Utc>,
    /// The name of the key before, which signs no more; `None` for the first.
    pub previous: Option<Hash>,
}

/// Introduces `key`, the first one or the one after `previous`.
///
/// # Errors
/// [`NotCanonical`].
pub fn introduce(
    key: &SecretKey,
    previous: Option<&SecretKey>,
    from: DateTime<Utc>,
) -> Result<Envelope, NotCanonical> {
    let introduction = Introduction {
        key: key.public().id(),
        public: key.public().to_hex(),
        from,
        previous: previous.map(|previous| previous.public().id()),
    };
    let payload = canonical::json(&introduction)?;
    let keys: Vec<&SecretKey> = previous.into_iter().chain([key]).collect();
    Ok(Envelope::sign(KEY_TYPE, payload.as_bytes(), &keys))
}

/// The keys of one Gonogo, in order.
#[derive(Clone, Debug, Default)]
pub struct History(Vec<Known>);

/// A key of a history.
#[derive(Clone, Debug)]
pub struct Known {
    /// The key.
    pub key: PublicKey,
    /// Its name.
    pub id: Hash,
    /// Since when it signs.
    pub from: DateTime<Utc>,
    /// When the next one took over.
    pub until: Option<DateTime<Utc>>,
}

/// Why a key counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// The envelope.
    #[error(transparent)]
    Envelope(#[from] Refused),
    /// The key.
    #[error(transparent)]
    NoKey(#[from] NoKey),
    /// Its name is not its own.
    #[error("it is called {said}, and its name is {is}")]
    Name {
        /// What it is called.
        said: Hash,
        /// The SHA-256 of its bytes.
        is: Hash,
    },
    /// It does not follow the one before.
    #[error("it does not follow the key before it: one was put in, taken out or moved")]
    Order,
    /// Nobody knows it.
    #[error("key {0} is not in the file's history of keys")]
    Unknown(Hash),
    /// It did not sign then.
    #[error("key {key} did not sign at {at}")]
    NotThen {
        /// The key.
        key: Hash,
        /// When something was signed with it.
        at: DateTime<Utc>,
    },
}

impl History {
    /// Reads introductions, in order.
    ///
    /// # Errors
    /// The place of the first that counts for nothing, from 0, and why.
    pub fn read(introductions: &[Envelope]) -> Result<Self, (usize, Distrust)> {
        let mut history = Self::default();
        for (place, envelope) in introductions.iter().enumerate() {
            history.add(envelope).map_err(|distrust| (place, distrust))?;
        }
        Ok(history)
    }

    fn add(&mut self, envelope: &Envelope) -> Result<(), Distrust> {
        let introduction: Introduction = envelope.content(KEY_TYPE)?;
        let payload = envelope.payload(KEY_TYPE)?;
        let key = PublicKey::of_hex(introduction.public.as_str())?;
        let id = key.id();
        if introduction.key != id {
            return Err(Distrust::Name {
                said: introduction.key,
                is: id,
            });
        }
        let last = self.0.last_mut();
        let follows = last.as_ref().map(|last| &last.id) == introduction.previous.as_ref()
            && last.as_ref().is_none_or(|last| last.from <= introduction.from);
        if !follows {
            return Err(Distrust::Order);
        }
        if let Some(last) = last {
            envelope.verify(&payload, &last.key)?;
            last.until = Some(introduction.from);
        }
        envelope.verify(&payload, &key)?;
        let from = introduction.from;
        self.0.push(Known {
            key,
            id,
            from,
            until: None,
        });
        Ok(())
    }

    /// The keys, in order.
    pub fn keys(&self) -> &[Known] {
        &self.0
    }

    /// This time, or when the key of this name began to sign: a clock that was set back must not take what it signs out of its time.
    pub fn not_before(&self, id: &Hash, at: DateTime<Utc>) -> DateTime<Utc> {
        let known = self.0.iter().find(|known| known.id == *id);
        known.map_or(at, |known| known.from.max(at))
    }

    /// The key of this name, if it signed at this time.
    ///
    /// # Errors
    /// [`Distrust::Unknown`], [`Distrust::NotThen`].
    pub fn key(&self, id: &Hash, at: DateTime<Utc>) -> Result<&PublicKey, Distrust> {
        let known = self.0.iter().find(|known| known.id == *id);
        let known = known.ok_or_else(|| Distrust::Unknown(id.clone()))?;
        // Times that are near the end of all time have a difference, and nothing that comes after them.
        let then = known.from.signed_duration_since(at) <= SKEW
            && known
                .until
                .is_none_or(|until| at.signed_duration_since(until) <= SKEW);
        let key = id.clone();
        then.then_some(&known.key).ok_or(Distrust::NotThen { key, at })
    }
}

/// What leads from the last key of `known` to the key of this name, of introductions that were `kept` beside it; `None` where nothing
/// does, or it does not hold.
pub fn leading(known: &[Envelope], kept: &[Envelope], key: &Hash) -> Option<Vec<Envelope>> {
    let history = History::read(known).ok()?;
    let last = &history.keys().last()?.id;
    let (mut wanted, mut way) = (key.clone(), Vec::new());
    while wanted != *last {
        let (envelope, before) = kept.iter().find_map(|envelope| {
            let introduction: Introduction = envelope.content(KEY_TYPE).ok()?;
            (introduction.key == wanted).then_some((envelope, introduction.previous))
        })?;
        way.insert(0, envelope.clone());
        // A circle ends here.
        wanted = before.filter(|_| way.len() <= kept.len())?;
    }
    let holds = History::read(&[known, way.as_slice()].concat()).is_ok();
    holds.then_some(way)
}

fn unhex(text: &str) -> Result<[u8; 32], NoKey> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return Err(NoKey::Length);
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(2 * place..2 * place + 2).ok_or(NoKey::Length)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| NoKey::Length)?;
    }
    Ok(bytes)
}

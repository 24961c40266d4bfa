//! Heads: what a Gonogo signs of a run now and then, so that nothing before can be changed without its key. One that is kept elsewhere
//! is a checkpoint.

use crate::{
    canonical::{self, NotCanonical},
    chain::Linked,
    dsse::Envelope,
    fold::{Fold, Wrong},
    key::{Distrust, History, SecretKey},
};
use chrono::{DateTime, Utc};
use domain::{
    Hash,
    event::{Event, Happening},
    person::Author,
    run::{Run, RunId},
    sign_off::Meaning,
};
use serde::{Deserialize, Serialize};

/// What the payload of a head's envelope is called.
pub const HEAD_TYPE: &str = "application/vnd.gonogo.head+json";

/// After so many events a head is signed, whatever they are.
pub const EVERY: u64 = 100;

/// How a run stood when a Gonogo signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The run.
    pub run: RunId,
    /// The document's hash.
    pub revision: Hash,
    /// The number of its last event then.
    pub number: u64,
    /// That event's hash: everything before is in it.
    pub hash: Hash,
    /// The hash of the record then.
    pub record: Hash,
    /// When it was signed.
    pub at: DateTime<Utc>,
    /// With which key.
    pub key: Hash,
    /// Whose signature that event is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_off: Option<SignedOff>,
}

/// A person's signature as a head names it: for this run, revision, record, role, decision and time, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedOff {
    /// The slot's role key.
    pub role: String,
    /// Whose it is.
    pub by: Author,
    /// What it says.
    pub meaning: Meaning,
    /// The record it was given on.
    pub record: Hash,
    /// When it was given.
    pub at: DateTime<Utc>,
    /// What no other signature has; `None` for those of older versions.
    pub nonce: Option<String>,
}

/// Whether a head is signed on this event.
pub fn is_due(event: &Event) -> bool {
    let decides = matches!(
        event.what,
        Happening::Signed { .. } | Happening::Withdrawn { .. } | Happening::Closed { .. }
    );
    decides || event.number.is_multiple_of(EVERY)
}

/// The events of a run are none to sign.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The chain is another than it was, or none.
    #[error(
        "event {0} does not follow what was signed before: events were changed, put in, taken out or moved"
    )]
    Chain(u64),
    /// Its hash is right, and what it says is not.
    #[error("event {number}: {wrong}")]
    Event {
        /// Which.
        number: u64,
        /// What is wrong with it.
        wrong: Wrong,
    },
}

/// The run of these events, all from the first one on, where each is hashed as it says, comes to the record that it says, and agrees
/// with the head before: what a verifier would refuse is not to be signed.
///
/// # Errors
/// The first that does not.
pub fn follows(before: Option<&Head>, run: RunId, chain: &[Linked]) -> Result<Run, Broken> {
    let (mut number, mut hash, mut fold) = (0, Hash::zero(), None::<Fold>);
    for linked in chain {
        number += 1;
        let follows = linked.event.number == number
            && linked.previous == hash
            && canonical::link(&hash, &linked.body) == linked.hash
            && before.is_none_or(|head| head.number != number || head.hash == linked.hash);
        if !follows {
            return Err(Broken::Chain(number));
        }
        hash = linked.hash.clone();
        let stepped = match &mut fold {
            Some(fold) => fold.step(&linked.event),
            None => Fold::begin(run, &linked.event).map(|begun| fold = Some(begun)),
        };
        stepped.map_err(|wrong| Broken::Event { number, wrong })?;
    }
    let whole = before.is_none_or(|head| head.number <= number);
    let fold = fold.filter(|_| whole).ok_or(Broken::Chain(number + 1))?;
    Ok(fold.run)
}

impl Head {
    /// The head of a run of this revision at `linked`, to be signed with this key.
    pub fn new(run: RunId, revision: Hash, linked: &Linked, key: Hash, at: DateTime<Utc>) -> Self {
        Self {
            run,
            revision,
            number: linked.event.number,
            hash: linked.hash.clone(),
            record: linked.event.record.clone(),
            at,
            key,
            sign_off: SignedOff::of(&linked.event),
        }
    }

    /// Signs it, with the key that it names.
    ///
    /// # Errors
    /// [`NotCanonical`].
    pub fn sign(&self, key: &SecretKey) -> Result<Envelope, NotCanonical> {
        let payload = canonical::json(self)?;
        Ok(Envelope::sign(HEAD_TYPE, payload.as_bytes(), &[key]))
    }

    /// The head that a key of `history` has signed.
    ///
    /// # Errors
    /// Why it counts for nothing.
    pub fn read(envelope: &Envelope, history: &History) -> Result<Self, Distrust> {
        let head: Self = envelope.content(HEAD_TYPE)?;
        let key = history.key(&head.key, head.at)?;
        envelope.verify(&envelope.payload(HEAD_TYPE)?, key)?;
        Ok(head)
    }
}

impl SignedOff {
    /// Of an event that is a signature.
    pub fn of(event: &Event) -> Option<Self> {
        let Happening::Signed {
            role,
            meaning,
            signed,
            nonce,
            ..
        } = &event.what
        else {
            return None;
        };
        Some(Self {
            role: role.clone(),
            by: event.by.clone(),
            meaning: *meaning,
            record: signed.clone(),
            at: event.at,
            nonce: nonce.clone(),
        })
    }
}

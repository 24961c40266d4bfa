//! The evidence file: everything about one run in a signed envelope, an in-toto statement (in-toto/attestation, `spec/v1/statement.md`)
//! whose subjects are the document, the document as it was filled in, the record, and the last event.

use crate::{canonical, chain::Linked, dsse::Envelope, head::SignedOff};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use domain::{
    Hash,
    event::{Event, Happening},
    plan::ItemId,
    run::{Run, RunId},
};
use serde::{Deserialize, Serialize};

/// What the payload of the envelope is called.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// What every in-toto statement says that it is.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// What the predicate is called.
pub const PREDICATE_TYPE: &str = "https://gonogo.example/evidence/v1";

/// The payload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Statement {
    /// [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub kind: String,
    /// What it is about, each with its SHA-256.
    pub subject: Vec<Subject>,
    /// [`PREDICATE_TYPE`].
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// Everything about the run.
    pub predicate: Predicate,
}

/// What a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub digest: Digest,
}

/// The digest of a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// SHA-256.
    pub sha256: Hash,
}

/// Everything about a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Predicate {
    /// Its number.
    pub run: RunId,
    /// When the file was written.
    pub exported_at: DateTime<Utc>,
    /// The version of the program that wrote it.
    pub gonogo: String,
    /// The keys that sign, in order: envelopes of [`crate::key::Introduction`].
    pub keys: Vec<Envelope>,
    /// The document as it was imported.
    pub document: Bytes,
    /// The document as it is filled in now.
    pub as_run: Bytes,
    /// The plan's canonical JSON.
    pub plan: String,
    /// Its events, in order.
    pub events: Vec<Entry>,
    /// What was signed of it: envelopes of [`crate::head::Head`], in order.
    pub heads: Vec<Envelope>,
    /// The signatures that count now.
    pub sign_offs: Vec<SignedOff>,
    /// What was seen.
    pub evidence: Vec<Seen>,
    /// What was measured.
    pub measurements: Vec<Seen>,
    /// What people showed.
    pub attachments: Vec<Bytes>,
    /// The pieces of evidence and the attachments that retention removed. Files from before there was retention have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Removed>,
}

/// A file in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub base64: String,
}

/// An event as it is stored: `hash` is SHA-256 of `previous` followed by `body`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The event's canonical JSON.
    pub body: String,
    /// The hash of the event before; 64 zeroes for the first.
    pub previous: Hash,
    /// Its own.
    pub hash: Hash,
}

/// What was seen or measured: `hash` is SHA-256 of `body`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its name.
    pub hash: Hash,
    /// Of which line, or which attempt.
    pub of: String,
    /// Its canonical JSON.
    pub body: String,
}

/// What is left of something that was seen or shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Its name: SHA-256 of what it was.
    pub hash: Hash,
    /// Of which line, or the name of the attachment.
    pub of: String,
    /// When it was removed.
    pub removed_at: DateTime<Utc>,
}

impl Bytes {
    /// These bytes under this name.
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            base64: STANDARD.encode(bytes),
        }
    }

    /// Its SHA-256; `None` where it is no base 64.
    pub fn hash(&self) -> Option<Hash> {
        let bytes = STANDARD.decode(&self.base64).ok()?;
        Some(canonical::sha256(&bytes))
    }
}

impl From<Linked> for Entry {
    fn from(linked: Linked) -> Self {
        Self {
            body: linked.body,
            previous: linked.previous,
            hash: linked.hash,
        }
    }
}

impl Predicate {
    /// The statement about this run, which is the fold of the predicate's events.
    pub fn state(self, run: &Run) -> Statement {
        let head = self.events.last().map(|entry| entry.hash.clone());
        let subject = subjects(run, &self, head.unwrap_or_else(Hash::zero));
        Statement {
            kind: STATEMENT_TYPE.to_owned(),
            subject,
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: self,
        }
    }
}

/// The subjects of a statement with this predicate, whose events end in `run` with this hash.
pub fn subjects(run: &Run, predicate: &Predicate, head: Hash) -> Vec<Subject> {
    let subject = |name: String, sha256: Hash| Subject {
        name,
        digest: Digest { sha256 },
    };
    let of = |bytes: &Bytes| bytes.hash().unwrap_or_else(Hash::zero);
    vec![
        subject(predicate.document.name.clone(), of(&predicate.document)),
        subject(predicate.as_run.name.clone(), of(&predicate.as_run)),
        subject(format!("run {}, record", run.id.0), run.record.clone()),
        subject(format!("run {}, event {}", run.id.0, run.number), head),
    ]
}

/// The evidence that an event names and the line that it names it for, where it says one.
pub fn of_line(event: &Event) -> Option<(&Hash, &ItemId)> {
    let (Happening::Observed { item, evidence, .. }
    | Happening::ActionEnded { item, evidence, .. }
    | Happening::SampleFailed { item, evidence, .. }) = &event.what
    else {
        return None;
    };
    Some((evidence, item))
}

/// The signatures that count in a run, by role.
pub fn sign_offs(run: &Run) -> Vec<SignedOff> {
    let signed = |sign_off: &domain::sign_off::SignOff| SignedOff {
        role: sign_off.role.clone(),
        by: sign_off.by.clone(),
        meaning: sign_off.meaning,
        record: sign_off.record.clone(),
        at: sign_off.at,
        nonce: sign_off.nonce.clone(),
    };
    run.sign_offs.values().map(signed).collect()
}

//! Whether an evidence file holds, and which of its entries is the first that does not.

mod walk;

use crate::{
    canonical,
    dsse::{Envelope, Refused},
    file::{self, Bytes, PAYLOAD_TYPE, PREDICATE_TYPE, Predicate, Removed, STATEMENT_TYPE, Seen, Statement},
    head::Head,
    key::{Distrust, History, SKEW},
};
use chrono::{DateTime, Utc};
use domain::{
    Hash,
    plan::ItemId,
    retention,
    run::{Run, RunState},
};
use std::collections::{BTreeMap, BTreeSet};
use walk::{Source, Walk};

/// The largest file that is read, in bytes. What is in memory is about three times as much.
pub const LONGEST: u64 = 512 << 20;

/// What became of verifying.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Everything agrees and is signed.
    Holds(Box<Facts>),
    /// An entry does not hold.
    Refused(Fault),
    /// Everything agrees, and something is missing to say that it holds.
    CannotTell(Box<Facts>, Doubt),
}

/// What the file shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The run, folded from its events.
    pub run: Run,
    /// The hash of its last event.
    pub hash: Hash,
    /// How many pieces of evidence, measurements and attachments it has.
    pub seen: usize,
    /// What retention removed: nobody can tell from the file what it was.
    pub removed: Vec<Removed>,
    /// Up to which event there is a signed head; 0: none.
    pub signed: u64,
    /// Up to which event a checkpoint from elsewhere agrees; 0: none was given.
    pub witnessed: u64,
    /// The keys, in order.
    pub keys: Vec<Hash>,
}

/// The first entry that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which: "event 12", "the envelope".
    pub entry: String,
    /// Why.
    pub reason: String,
}

/// Why nobody can tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// The file has no signature of its own.
    #[error("the file itself is not signed")]
    NoSignature,
    /// A sign-off, a hundredth event or a closing has no signed head at it or after it.
    #[error(
        "not signed: there is no signed head at event {0} or after it. The run is older than signing, its head is not written yet, or \
         somebody took it away"
    )]
    NoHead(u64),
    /// A checkpoint is from after the file was written: what happened in between is not in it.
    #[error("the file is older than a checkpoint, {0}: export it again")]
    Older(String),
    /// The checkpoints are of other runs.
    #[error("none of the checkpoints is one of run {0}")]
    NoCheckpoint(i64),
    /// Nobody vouches for the keys.
    #[error("no key of the file is the one that you trust, {0}")]
    OtherKey(Hash),
}

/// What is known from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Signed heads, of this run and of others.
    pub checkpoints: Vec<Envelope>,
    /// The name of a key that must be in the history.
    pub key: Option<Hash>,
}

impl Fault {
    fn new(entry: impl Into<String>, reason: impl ToString) -> Self {
        Self {
            entry: entry.into(),
            reason: reason.to_string(),
        }
    }
}

/// Whether the evidence file of these bytes holds.
pub fn verify(bytes: &[u8], known: &Known) -> Outcome {
    match look(bytes, known) {
        Ok((facts, None)) => Outcome::Holds(Box::new(facts)),
        Ok((facts, Some(doubt))) => Outcome::CannotTell(Box::new(facts), doubt),
        Err(fault) => Outcome::Refused(fault),
    }
}

fn look(bytes: &[u8], known: &Known) -> Result<(Facts, Option<Doubt>), Fault> {
    let envelope: Envelope = serde_json::from_slice(bytes)
        .map_err(|error| Fault::new("the file", format!("it is no signed envelope: {error}")))?;
    let payload = envelope
        .payload(PAYLOAD_TYPE)
        .map_err(|refused| Fault::new("the envelope", refused))?;
    let statement: Statement = serde_json::from_slice(&payload)
        .map_err(|error| Fault::new("the envelope", format!("its statement cannot be read: {error}")))?;
    let own = sealed(&envelope, &payload, &statement.predicate);
    drop(payload);
    // When a file without a signature was written, nobody says.
    let written = matches!(own, Ok(true)).then_some(statement.predicate.exported_at);
    // An entry that does not hold says more than that the envelope around it does not.
    let (facts, doubt) = inside(&statement, known, written)?;
    match own {
        Ok(true) => Ok((facts, doubt)),
        Ok(false) => Ok((facts, Some(doubt.unwrap_or(Doubt::NoSignature)))),
        Err(distrust) => Err(Fault::new("the envelope", distrust)),
    }
}

/// Whether the file's own signature is by a key of its history; false where it has none.
fn sealed(envelope: &Envelope, payload: &[u8], predicate: &Predicate) -> Result<bool, Distrust> {
    let Some(signature) = envelope.signatures.first() else {
        return Ok(false);
    };
    let history = History::read(&predicate.keys).map_err(|(_, distrust)| distrust)?;
    let key = history.key(&signature.keyid, predicate.exported_at)?;
    envelope.verify(payload, key).map_err(Distrust::from)?;
    Ok(true)
}

fn inside(
    statement: &Statement,
    known: &Known,
    written: Option<DateTime<Utc>>,
) -> Result<(Facts, Option<Doubt>), Fault> {
    for (found, wanted) in [
        (&statement.kind, STATEMENT_TYPE),
        (&statement.predicate_type, PREDICATE_TYPE),
    ] {
        if found != wanted {
            return Err(Fault::new(
                "the statement",
                format!("it is {found:?} and no {wanted:?}"),
            ));
        }
    }
    let predicate = &statement.predicate;
    let history = History::read(&predicate.keys)
        .map_err(|(place, distrust)| Fault::new(format!("key {}", place + 1), distrust))?;
    let heads = heads(predicate, &history)?;
    let (checkpoints, later) = checkpoints(predicate, &known.checkpoints, &history, written)?;
    let walk = Walk::through(predicate, &heads, &checkpoints)?;
    let files = Files::of(predicate)?;
    files.removals(predicate, &walk.fold.run)?;
    walk.named.iter().try_for_each(|named| files.have(named))?;
    Files::of_lines(predicate, &walk.named)?;
    let Walk { fold, hash, due, .. } = walk;
    let run = fold.run;
    if file::sign_offs(&run) != predicate.sign_offs {
        let reason = "they are not those of the events: one was put in, taken out or changed";
        return Err(Fault::new("the signatures", reason));
    }
    for (said, is) in statement
        .subject
        .iter()
        .zip(file::subjects(&run, predicate, hash.clone()))
    {
        if *said != is {
            let reason = format!(
                "its digest is not that of what the file has: {}",
                is.digest.sha256
            );
            return Err(Fault::new(format!("subject “{}”", said.name), reason));
        }
    }
    if statement.subject.len() != file::subjects(&run, predicate, hash.clone()).len() {
        return Err(Fault::new("the statement", "it has another number of subjects"));
    }
    let last = |heads: &[(Source, Head)]| heads.iter().map(|(_, head)| head.number).max().unwrap_or(0);
    let facts = Facts {
        hash,
        seen: predicate.evidence.len() + predicate.measurements.len() + predicate.attachments.len(),
        removed: predicate.removed.clone(),
        signed: last(&heads),
        witnessed: last(&checkpoints),
        keys: history.keys().iter().map(|known| known.id.clone()).collect(),
        run,
    };
    let doubt = doubt(&facts, due, known, later);
    Ok((facts, doubt))
}

fn doubt(facts: &Facts, due: u64, known: &Known, later: Option<String>) -> Option<Doubt> {
    let other = |key: &&Hash| !facts.keys.contains(key);
    if facts.signed < due {
        Some(Doubt::NoHead(due))
    } else if let Some(key) = known.key.as_ref().filter(other) {
        Some(Doubt::OtherKey(key.clone()))
    } else if let Some(later) = later {
        Some(Doubt::Older(later))
    } else if !known.checkpoints.is_empty() && facts.witnessed == 0 {
        Some(Doubt::NoCheckpoint(facts.run.id.0))
    } else {
        None
    }
}

/// The heads of the file, each signed by a key of its history and about this run.
fn heads(predicate: &Predicate, history: &History) -> Result<Vec<(Source, Head)>, Fault> {
    let mut heads = Vec::with_capacity(predicate.heads.len());
    let mut before = 0;
    for (place, envelope) in predicate.heads.iter().enumerate() {
        let entry = || format!("head {}", place + 1);
        let head = Head::read(envelope, history).map_err(|distrust| Fault::new(entry(), distrust))?;
        if head.run != predicate.run {
            let reason = format!("it was signed for run {}", head.run.0);
            return Err(Fault::new(entry(), reason));
        }
        if head.number <= before {
            return Err(Fault::new(entry(), "it does not come after the head before it"));
        }
        before = head.number;
        heads.push((Source::File, head));
    }
    Ok(heads)
}

/// Heads that a file is held against, and what is later than it.
type Witnessed = (Vec<(Source, Head)>, Option<String>);

/// The checkpoints of this run that a file of its time can be held against, and the first that is from after the file was written: by
/// its own signature, for somebody who cuts a file writes it later.
fn checkpoints(
    predicate: &Predicate,
    envelopes: &[Envelope],
    history: &History,
    written: Option<DateTime<Utc>>,
) -> Result<Witnessed, Fault> {
    let (mut found, mut later) = (Vec::new(), None);
    let last = predicate.events.len() as u64;
    for (place, envelope) in envelopes.iter().enumerate() {
        let entry = || format!("checkpoint {}", place + 1);
        // Of whom it is stands in it; whether that is so, in its signature.
        let of: Head = envelope
            .content(crate::head::HEAD_TYPE)
            .map_err(|refused: Refused| Fault::new(entry(), refused))?;
        if of.run != predicate.run {
            continue;
        }
        let after = written.map(|written| of.at.signed_duration_since(written));
        match Head::read(envelope, history) {
            Ok(head) if head.number > last && after.is_some_and(|after| after > SKEW) => {
                later.get_or_insert_with(entry);
            }
            Ok(head) => found.push((Source::Checkpoint, head)),
            // The key that signed after those of the file.
            Err(Distrust::Unknown(_)) if after.is_some_and(|after| after >= -SKEW) => {
                later.get_or_insert_with(entry);
            }
            Err(distrust) => return Err(Fault::new(entry(), distrust)),
        }
    }
    Ok((found, later))
}

/// The hashes of what the file has, beside its events.
struct Files {
    evidence: BTreeSet<Hash>,
    measurements: BTreeSet<Hash>,
    attachments: BTreeSet<Hash>,
    /// Evidence and attachments that are no longer there.
    removed: BTreeSet<Hash>,
}

/// What an event names.
pub(crate) struct Named {
    number: u64,
    hash: Hash,
    /// For which line, where the event says one.
    of: Option<ItemId>,
    kind: Kind,
}

pub(crate) enum Kind {
    Evidence,
    Measurement,
    Attachment,
}

impl Files {
    fn of(predicate: &Predicate) -> Result<Self, Fault> {
        let seen = |kind: &str, all: &[Seen]| {
            all.iter()
                .map(
                    |seen| match canonical::sha256(seen.body.as_bytes()) == seen.hash {
                        true => Ok(seen.hash.clone()),
                        false => Err(Fault::new(
                            format!("{kind} {}", seen.hash),
                            "its text is not what was hashed: it was changed",
                        )),
                    },
                )
                .collect::<Result<BTreeSet<_>, _>>()
        };
        let shown = |(place, bytes): (usize, &Bytes)| {
            let entry = || format!("attachment {}", place + 1);
            bytes
                .hash()
                .ok_or_else(|| Fault::new(entry(), "it is no base 64"))
        };
        Ok(Self {
            evidence: seen("evidence", &predicate.evidence)?,
            measurements: seen("measurement", &predicate.measurements)?,
            attachments: predicate
                .attachments
                .iter()
                .enumerate()
                .map(shown)
                .collect::<Result<_, _>>()?,
            removed: predicate.removed.iter().map(|one| one.hash.clone()).collect(),
        })
    }

    /// Whether each removal may be: after the least time that any Gonogo keeps outputs of a closed run, and of something that is gone.
    fn removals(&self, predicate: &Predicate, run: &Run) -> Result<(), Fault> {
        let since = match &run.state {
            RunState::Closed { at, .. } => at.checked_add_signed(retention::LEAST),
            RunState::Preparing
            | RunState::Executing { .. }
            | RunState::Verifying { .. }
            | RunState::RollingBack { .. } => None,
        };
        for Removed { hash, removed_at, .. } in &predicate.removed {
            let fault = |reason| Err(Fault::new(format!("removed {hash}"), reason));
            if since.is_none_or(|since| *removed_at < since) {
                return fault("the run had not been closed for 30 days when it is said to have been removed");
            }
            if self.evidence.contains(hash) || self.attachments.contains(hash) {
                return fault("it is said to have been removed, and is there");
            }
        }
        Ok(())
    }

    fn have(&self, named: &Named) -> Result<(), Fault> {
        let removed = self.removed.contains(&named.hash);
        let (all, kind, removed) = match named.kind {
            Kind::Evidence => (&self.evidence, "evidence", removed),
            // Retention leaves measurements alone.
            Kind::Measurement => (&self.measurements, "measurement", false),
            Kind::Attachment => (&self.attachments, "attachment", removed),
        };
        match removed || all.contains(&named.hash) {
            true => Ok(()),
            false => Err(Fault::new(
                format!("{kind} {}", named.hash),
                format!("event {} names it, and it is missing or changed", named.number),
            )),
        }
    }

    /// Whether evidence that events name for lines is said to be of one of them.
    fn of_lines(predicate: &Predicate, named: &[Named]) -> Result<(), Fault> {
        let mut lines: BTreeMap<&Hash, Vec<Option<&ItemId>>> = BTreeMap::new();
        for named in named {
            lines.entry(&named.hash).or_default().push(named.of.as_ref());
        }
        let other = predicate.evidence.iter().find(|seen| {
            let lines = lines.get(&seen.hash);
            lines.is_some_and(|lines| {
                lines
                    .iter()
                    .all(|line| line.is_some_and(|line| line.0 != seen.of))
            })
        });
        match other {
            None => Ok(()),
            Some(seen) => Err(Fault::new(
                format!("evidence {}", seen.hash),
                format!("it is said to be of “{}”, for which no event names it", seen.of),
            )),
        }
    }
}

//! Along the chain of events, with the domain's own fold beside it.

use super::{Fault, Kind, Named};
use crate::{
    canonical,
    file::{self, Entry, Predicate},
    fold::Fold,
    head::{self, Head, SignedOff},
};
use domain::{
    Hash,
    event::{Event, Happening, Proof, Start},
    hourly::HourlyEntry,
};
use std::collections::BTreeMap;

/// Where a head comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The file itself.
    File,
    /// Somebody who kept it.
    Checkpoint,
}

/// What walking the chain has shown.
pub(super) struct Walk {
    /// The fold.
    pub fold: Fold,
    /// The hash of the last event.
    pub hash: Hash,
    /// The last event that a head is due on; 0: none.
    pub due: u64,
    /// What the events name.
    pub named: Vec<Named>,
}

/// The heads at each event.
type Heads<'a> = BTreeMap<u64, Vec<&'a (Source, Head)>>;

impl Walk {
    /// Walks through all events.
    pub(super) fn through(
        predicate: &Predicate,
        heads: &[(Source, Head)],
        checkpoints: &[(Source, Head)],
    ) -> Result<Self, Fault> {
        let mut at: Heads = BTreeMap::new();
        for head in heads.iter().chain(checkpoints) {
            at.entry(head.1.number).or_default().push(head);
        }
        let mut entries = predicate.events.iter();
        let first = entries
            .next()
            .ok_or_else(|| Fault::new("event 1", "it is missing"))?;
        let event = linked(first, 1, &Hash::zero())?;
        if let Happening::Started(started) = &event.what {
            start(predicate, started)?;
        }
        let fold = Fold::begin(predicate.run, &event).map_err(|wrong| Fault::new("event 1", wrong))?;
        let mut walk = Self {
            fold,
            hash: first.hash.clone(),
            due: 0,
            named: Vec::new(),
        };
        let mut agreed = 0;
        agrees(&walk, &event, &at, &mut agreed)?;
        for entry in entries {
            let event = linked(entry, walk.fold.run.number + 1, &walk.hash)?;
            walk.step(&event)?;
            walk.hash = entry.hash.clone();
            agrees(&walk, &event, &at, &mut agreed)?;
        }
        if let Some((number, heads)) = at.range(walk.fold.run.number + 1..).next() {
            let reason = format!(
                "it is missing: {} was signed at event {number}",
                heads.first().map_or("a head", |(source, _)| source.words())
            );
            return Err(Fault::new(format!("event {}", walk.fold.run.number + 1), reason));
        }
        Ok(walk)
    }

    fn step(&mut self, event: &Event) -> Result<(), Fault> {
        self.fold
            .step(event)
            .map_err(|wrong| Fault::new(format!("event {}", event.number), wrong))?;
        self.named.extend(named(event));
        if head::is_due(event) {
            self.due = event.number;
        }
        Ok(())
    }
}

/// The event of an entry that must have this number and follow this hash.
fn linked(entry: &Entry, number: u64, previous: &Hash) -> Result<Event, Fault> {
    let fault = |reason: String| Fault::new(format!("event {number}"), reason);
    if entry.previous != *previous {
        let reason = "it does not follow the event before it: one was put in, taken out or moved";
        return Err(fault(reason.to_owned()));
    }
    if canonical::link(previous, &entry.body) != entry.hash {
        return Err(fault(
            "its text is not what was hashed: it was changed".to_owned(),
        ));
    }
    let event: Event =
        serde_json::from_str(&entry.body).map_err(|error| fault(format!("it cannot be read: {error}")))?;
    if event.number != number {
        return Err(fault(format!("it has the number {}", event.number)));
    }
    Ok(event)
}

/// Whether the heads that were signed at this event agree with it.
fn agrees(walk: &Walk, event: &Event, heads: &Heads<'_>, agreed: &mut u64) -> Result<(), Fault> {
    let Some(heads) = heads.get(&event.number) else {
        return Ok(());
    };
    for (source, head) in heads {
        let entry = || format!("event {}", event.number);
        if head.hash != walk.hash {
            let reason = format!(
                "{} was signed here on other events: one of the events {} to {} was changed, put in, taken out, moved or stamped again",
                source.words(),
                *agreed + 1,
                event.number
            );
            return Err(Fault::new(entry(), reason));
        }
        let same = head.record == event.record
            && head.revision == walk.fold.run.start.revision
            && head.run == walk.fold.run.id
            && head.sign_off == SignedOff::of(event);
        if !same {
            let reason = format!(
                "{} was signed here on another record, revision or signature",
                source.words()
            );
            return Err(Fault::new(entry(), reason));
        }
    }
    *agreed = event.number;
    Ok(())
}

/// Whether the document and the plan are those of the run's start.
fn start(predicate: &Predicate, start: &Start) -> Result<(), Fault> {
    if predicate.document.hash().as_ref() != Some(&start.revision) {
        return Err(Fault::new(
            "the document",
            "it is not the one that the run was started with",
        ));
    }
    if canonical::sha256(predicate.plan.as_bytes()) != start.plan {
        return Err(Fault::new(
            "the plan",
            "it is not the one that the run was started with",
        ));
    }
    Ok(())
}

/// What an event names, which must be in the file.
fn named(event: &Event) -> Option<Named> {
    let number = event.number;
    let named = |hash: &Hash, kind| {
        Some(Named {
            number,
            hash: hash.clone(),
            of: file::of_line(event).map(|(_, line)| line.clone()),
            kind,
        })
    };
    match &event.what {
        Happening::Observed { evidence, .. }
        | Happening::ActionEnded { evidence, .. }
        | Happening::SampleFailed { evidence, .. }
        | Happening::StepEnded { evidence, .. }
        | Happening::Hourly(HourlyEntry::Failed { evidence, .. }) => named(evidence, Kind::Evidence),
        Happening::MeasurementEnded { evidence, .. } => named(evidence, Kind::Measurement),
        Happening::Attested {
            proof: Some(Proof::File { hash, .. }),
            ..
        } => named(hash, Kind::Attachment),
        _ => None,
    }
}

impl Source {
    fn words(self) -> &'static str {
        match self {
            Source::File => "a head",
            Source::Checkpoint => "a checkpoint",
        }
    }
}

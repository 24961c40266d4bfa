//! The chain of a run's events: numbered without gaps, each with the hash of its predecessor.

use crate::canonical::{self, NotCanonical};
use chrono::{DateTime, SubsecRound, Utc};
use domain::{
    Hash,
    event::{Event, Happening, Start},
    person::Author,
    record::Record,
    run::{Run, RunId},
};

/// An event with its place in the chain.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The event.
    pub event: Event,
    /// Its canonical JSON.
    pub body: String,
    /// The hash of its predecessor.
    pub previous: Hash,
    /// Its own.
    pub hash: Hash,
}

/// The first event of a run, and the run after it.
///
/// # Errors
/// [`NotCanonical`].
pub fn first(
    id: RunId,
    start: Start,
    by: &Author,
    now: DateTime<Utc>,
) -> Result<(Linked, Run), NotCanonical> {
    let start = Box::new(start);
    let mut event = Event {
        number: 1,
        at: now.trunc_subsecs(6),
        by: by.clone(),
        what: Happening::Started(start.clone()),
        record: Hash::zero(),
    };
    let mut run = Run::start(id, *start, &event);
    event.record = canonical::hash(&Record::from(&run))?;
    run.record = event.record.clone();
    Ok((link(event, Hash::zero())?, run))
}

/// The event that comes next in `run`, with the record's hash after it.
///
/// # Errors
/// [`NotCanonical`].
pub fn next(
    run: &Run,
    what: Happening,
    by: &Author,
    now: DateTime<Utc>,
    head: &Hash,
) -> Result<Linked, NotCanonical> {
    let (number, at, by) = (run.number + 1, now.trunc_subsecs(6), by.clone());
    let mut event = Event {
        number,
        at,
        by,
        what,
        record: run.record.clone(),
    };
    let mut after = run.clone();
    after.apply(&event);
    event.record = canonical::hash(&Record::from(&after))?;
    link(event, head.clone())
}

/// The event in its place after the one that has this hash.
///
/// # Errors
/// [`NotCanonical`].
pub fn link(event: Event, previous: Hash) -> Result<Linked, NotCanonical> {
    let body = canonical::json(&event)?;
    let hash = canonical::link(&previous, &body);
    Ok(Linked {
        event,
        body,
        previous,
        hash,
    })
}

//! How old evidence may be. It is no part of the record: it is asked for when somebody signs.

use crate::{
    outline::Outline,
    plan::ItemId,
    run::{ItemState, Run},
    status::{settles, untimely},
};
use chrono::{DateTime, TimeDelta, Utc};

/// A review verifies again what is older than this.
pub const REVIEWED_AFTER: TimeDelta = TimeDelta::minutes(5);

/// A signature is refused on evidence that is older than this: whoever reads has at least the difference to
/// [`REVIEWED_AFTER`] for it.
pub const SIGNED_WITHIN: TimeDelta = TimeDelta::minutes(15);

/// A probe that began longer ago than this is not waited for: longer than the largest plan takes when every one of its
/// probes waits for its turn and then for its deadline.
pub const LOST_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Why nothing can be signed yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFresh {
    /// Probes have not answered yet.
    #[error("Lines that are being verified just now: {0}. Wait for their answers, then sign.")]
    UnderWay(usize),
    /// Evidence is old.
    #[error("Lines whose evidence is older than 15 minutes: {0}. Review again, which verifies them again.")]
    Old(usize),
}

/// Whether what the probes said is fresh enough to sign on at `now`.
///
/// # Errors
/// [`NotFresh`]. A line that a person settled, a window that is not due, and a run whose environment a later one has
/// taken are not asked.
pub fn fresh_to_sign(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Result<(), NotFresh> {
    if run.superseded.is_some() {
        return Ok(());
    }
    let states = || {
        outline
            .lines()
            .filter(|(section, _)| untimely(section, run, now).is_none())
            .filter_map(|(_, line)| run.items.get(&line.id))
            .filter(|state| !settles(state, now))
    };
    match states().filter(|state| under_way(state, now)).count() {
        0 => {}
        count => return Err(NotFresh::UnderWay(count)),
    }
    match states().filter(|state| older(state, SIGNED_WITHIN, now)).count() {
        0 => Ok(()),
        count => Err(NotFresh::Old(count)),
    }
}

/// Whether a review verifies this line again. What nobody has verified yet is open, not stale.
pub fn wants_review(run: &Run, item: &ItemId, now: DateTime<Utc>) -> bool {
    run.items
        .get(item)
        .is_some_and(|state| older(state, REVIEWED_AFTER, now))
}

/// Whether a probe of this line is under way, and not lost.
pub fn is_under_way(run: &Run, item: &ItemId, now: DateTime<Utc>) -> bool {
    run.items.get(item).is_some_and(|state| under_way(state, now))
}

fn under_way(state: &ItemState, now: DateTime<Utc>) -> bool {
    state.running.is_some_and(|since| now - since < LOST_AFTER)
}

fn older(state: &ItemState, limit: TimeDelta, now: DateTime<Utc>) -> bool {
    state
        .latest
        .as_ref()
        .is_some_and(|latest| now - latest.at > limit)
}

//! What one person may do to one run, beside the rights that their roles give.

use crate::{
    decision::open_slots,
    outline::{Outline, OutlineLine},
    person::Person,
    plan::Slot,
    role::Right,
    run::{Run, Settlement},
    sign_off::{Meaning, SignOff},
};

/// Why a person may not sign a slot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotSign {
    /// The table has no such slot.
    #[error("this checklist has no signature slot for {0}")]
    NoSlot(String),
    /// They do not hold its role.
    #[error("only somebody with the role {0} signs this slot")]
    NotTheRole(String),
    /// They have signed another slot.
    #[error("you have signed as {0} already: one person fills one slot")]
    AnotherSlot(String),
    /// Somebody else's signature stands there.
    #[error("{0} has signed this slot on the record as it stands: only they withdraw it")]
    Taken(String),
    /// The document has an order, and another comes first.
    #[error("the checklist has an order: {0} signs first")]
    Before(String),
    /// They would be the only go, and published the plan or started the run.
    #[error(
        "whoever started the run or published its plan cannot be the only one who signs go: somebody else signs first"
    )]
    OnlyGo,
    /// The run is closed.
    #[error("the run is closed")]
    Closed,
    /// A no-go needs a reason.
    #[error("a no-go needs a reason")]
    ReasonNeeded,
}

/// Whether `person` may sign the slot of `role` with `meaning`; the slot.
///
/// # Errors
/// [`MayNotSign`]. The rule that at least two people sign is kept by [`crate::decision::close_outcome`].
pub fn may_sign<'a>(
    outline: &'a Outline,
    run: &Run,
    person: &Person,
    role: &str,
    meaning: Meaning,
    comment: &str,
) -> Result<&'a Slot, MayNotSign> {
    if run.is_closed() {
        return Err(MayNotSign::Closed);
    }
    let slot = outline.slots.iter().find(|slot| slot.key() == role);
    let slot = slot.ok_or_else(|| MayNotSign::NoSlot(role.to_owned()))?;
    let person = &person.at(&run.start.environment);
    if person.service.is_some() || !person.roles.iter().any(|held| held.key() == slot.role) {
        return Err(MayNotSign::NotTheRole(slot.title.clone()));
    }
    let other = run
        .sign_offs
        .values()
        .find(|sign_off| sign_off.by.person() == Some(person.id) && sign_off.role != role);
    if let Some(other) = other {
        let title = outline.slots.iter().find(|slot| slot.key() == other.role);
        let title = title.map_or_else(|| other.role.clone(), |slot| slot.title.clone());
        return Err(MayNotSign::AnotherSlot(title));
    }
    let standing = run
        .sign_offs
        .get(role)
        .filter(|sign_off| sign_off.by.person() != Some(person.id));
    // A no-go stays until its signer takes it back, also when the record has changed since.
    let stands = |sign_off: &&SignOff| !run.is_stale(sign_off) || sign_off.meaning == Meaning::NoGo;
    if let Some(taken) = standing.filter(stands) {
        return Err(MayNotSign::Taken(taken.by.name().to_owned()));
    }
    // Whoever says no need not wait for the others.
    if meaning != Meaning::NoGo
        && let Some(first) = signs_before(outline, run, slot)
    {
        return Err(MayNotSign::Before(first.title.clone()));
    }
    if meaning == Meaning::NoGo && comment.trim().is_empty() {
        return Err(MayNotSign::ReasonNeeded);
    }
    let involved = run.started_by.person() == Some(person.id) || run.start.published_by == Some(person.id);
    if involved && outline.slots.len() == 1 && meaning != Meaning::NoGo {
        return Err(MayNotSign::OnlyGo);
    }
    Ok(slot)
}

/// Whether it is now `person`'s to sign `slot`: theirs by role, not after another that is open, and they fill no other.
pub fn is_for(outline: &Outline, run: &Run, person: &Person, slot: &Slot) -> bool {
    let elsewhere = run
        .sign_offs
        .iter()
        .any(|(key, signed)| signed.by.person() == Some(person.id) && *key != slot.key());
    let holds = person.roles.iter().any(|role| role.key() == slot.role);
    holds && !elsewhere && signs_before(outline, run, slot).is_none()
}

/// The slot that the document's order puts before `slot` and that is open, or says no.
pub fn signs_before<'a>(outline: &'a Outline, run: &'a Run, slot: &Slot) -> Option<&'a Slot> {
    let place = slot.place;
    let says_no = |other: &&Slot| {
        let signed = run.sign_offs.get(&other.key());
        signed.is_some_and(|signed| signed.meaning == Meaning::NoGo)
    };
    let open = open_slots(outline, run).chain(outline.slots.iter().filter(says_no));
    open.filter(|other| other.place > 0 && other.place < place)
        .min_by_key(|other| other.place)
}

/// Whether `person` may close `run` by its signatures: one who signed it, or who may waive.
pub fn may_close(run: &Run, person: &Person) -> bool {
    let signed = |sign_off: &SignOff| sign_off.by.person() == Some(person.id);
    run.sign_offs.values().any(signed) || waives(run, person)
}

/// Whether `person` may give `run` up: whoever started it, or who may waive.
pub fn may_abandon(run: &Run, person: &Person) -> bool {
    run.started_by.person() == Some(person.id) || waives(run, person)
}

/// Whether `person`, as somebody of the run's environment, settles `line` by their word or runs its action: anybody who may, or who holds the role that an annotation
/// asks for.
pub fn is_theirs(run: &Run, line: &OutlineLine, person: &Person) -> bool {
    let role = line.role.as_deref();
    let person = person.at(&run.start.environment);
    role.is_none_or(|role| person.roles.iter().any(|held| held.key() == role))
}

/// Whether `person` may take a settlement of `run` back: their own word, or who may waive.
pub fn may_reopen(run: &Run, settlement: &Settlement, person: &Person) -> bool {
    settlement.by.account() == Some(person.id) || waives(run, person)
}

/// Whether `person` may waive in the run's environment.
fn waives(run: &Run, person: &Person) -> bool {
    person
        .at(&run.start.environment)
        .may(Right::Waive, Some(run.start.class))
}

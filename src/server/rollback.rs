//! The way back: started once, whoever presses, and carried out step by step, whoever dies.

mod execution;
mod offer;
mod order;
mod self_harm;

pub use execution::carry_out;
pub use offer::{offer, ready};
pub(crate) use order::{Order, begin};

use crate::{
    api::Error,
    server::{
        action, run,
        run::{Opened, conflict, reasoned},
        state::AppState,
    },
};
use domain::{
    Right,
    environment::Class,
    event::Happening,
    person::Person,
    plan::SectionId,
    rollback::{Deed, RollbackState, StepState, Tier},
    run::RunId,
};
use store::task::Kind;
use uuid::Uuid;

/// What somebody who rolls back has typed.
#[derive(Debug)]
pub struct Wish {
    /// The tier's section.
    pub tier: SectionId,
    /// Why.
    pub reason: String,
    /// The environment's name, typed by hand.
    pub environment: String,
    /// On trial: its times count, and the run goes on after it.
    pub rehearsal: bool,
    /// The number of the form.
    pub request_key: Uuid,
}

/// Starts a rollback: it takes over from whatever runs. The same form again starts nothing.
///
/// # Errors
/// [`Error::Refused`] where nothing is to be rolled back or something is missing; [`Error::Conflict`] that names who started the
/// one that is under way.
pub async fn start(state: &AppState, person: &Person, id: RunId, wish: Wish) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::RollBack).await?;
    let tier = tier(&opened, &wish.tier)?;
    let start = &opened.pinned.run.start;
    if wish.environment.trim() != start.environment {
        return Err(Error::refused(format!(
            "Type the environment's name, {}, to confirm that it is rolled back.",
            start.environment
        )));
    }
    if wish.rehearsal && start.class == Class::Production {
        return Err(Error::refused("Production is not for rehearsals."));
    }
    let reason = reasoned(&wish.reason)?;
    let order = Order {
        tier: wish.tier.clone(),
        reason,
        rehearsal: wish.rehearsal,
        by: person.author(),
        request_key: wish.request_key,
        hold_off: None,
    };
    begin(state, &opened, tier, order).await
}

/// What somebody chose for a step that did not end well, or that is done by hand.
#[derive(Debug)]
pub enum Choice {
    /// Once more.
    Retry,
    /// It is left out, or was done by hand, with a reason.
    Skip(String),
}

/// Goes on after a step that asks.
///
/// # Errors
/// [`Error::Conflict`] where it does not ask any more.
pub async fn choose(
    state: &AppState,
    person: &Person,
    id: RunId,
    step: usize,
    choice: Choice,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::RollBack).await?;
    let chosen = match choice {
        Choice::Retry => Happening::StepRetried {
            step,
            environment_hash: Some(
                state
                    .sites
                    .place(&opened.pinned.run.start.environment)?
                    .hash
                    .clone(),
            ),
        },
        Choice::Skip(reason) => Happening::StepSkipped {
            step,
            reason: reasoned(&reason)?,
        },
    };
    let now = state.clock.now();
    let mut tx = state.pool.begin().await?;
    let waits = store::task::go_on(&mut tx, id, Kind::Rollback, now).await?;
    store::run::append(&mut tx, &opened.outline, id, &person.author(), now, |run| {
        let state = run.rollback.as_ref().map(|rollback| &rollback.state);
        let asks = matches!(state, Some(RollbackState::Asking { step: asking }) if *asking == step);
        if asks && waits {
            Ok(vec![chosen])
        } else {
            Err(conflict(
                "This step does not ask any more: look at where the rollback is now.",
            ))
        }
    })
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Ends the step that is under way; it asks then.
///
/// # Errors
/// [`Error::Conflict`] where none is.
pub async fn stop_step(state: &AppState, person: &Person, id: RunId, step: usize) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::RollBack).await?;
    let (now, by) = (state.clock.now(), person.author());
    let mut tx = state.pool.begin().await?;
    store::task::stop_all(&mut tx, id, Kind::Rollback).await?;
    store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        let steps = run.rollback.as_ref().filter(|_| run.is_rolling_back());
        let step_state = steps.and_then(|rollback| rollback.steps.get(step));
        if matches!(step_state, Some(StepState::Running { .. })) {
            Ok(vec![Happening::StepStopped { step }])
        } else {
            Err(conflict("This step is not under way any more."))
        }
    })
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Takes it that these parts are not as they were before the deployment: all of them, or none.
///
/// # Errors
/// [`Error::Refused`] without a part or a reason, [`Error::Conflict`] where one of them does not wait for that.
pub async fn accept(
    state: &AppState,
    person: &Person,
    id: RunId,
    parts: &[String],
    reason: &str,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::RollBack).await?;
    let reason = reasoned(reason)?;
    if parts.is_empty() {
        return Err(Error::refused("Choose the differences that are accepted."));
    }
    run::change(state, &opened, id, &person.author(), |run| {
        let state = run.rollback.as_ref().map(|rollback| &rollback.state);
        let open: &[_] = if let Some(RollbackState::Differs { open }) = state {
            open
        } else {
            &[]
        };
        if !parts.iter().all(|part| open.iter().any(|one| one.part == *part)) {
            return Err(conflict(
                "Nobody waits for a word about these parts any more: look at what is still open.",
            ));
        }
        let accepted = parts.iter().map(|part| Happening::DifferenceAccepted {
            part: part.clone(),
            reason: reason.clone(),
        });
        Ok(accepted.collect())
    })
    .await
}

/// The tier of this section.
pub(crate) fn tier<'a>(opened: &'a Opened, section: &SectionId) -> Result<&'a Tier, Error> {
    opened.pinned.plan.tier(section).ok_or_else(|| Error::NotFound {
        what: format!("rollback tier {section}"),
    })
}

/// Whether every step of the tier could run: the environment can be used, and every parameter has a value.
pub(crate) fn possible(state: &AppState, opened: &Opened, tier: &Tier) -> Result<(), Error> {
    let site = run::site_to_roll_back(state, opened)?;
    for step in tier.steps_in(opened.pinned.run.start.class) {
        if let Deed::Command { command } = &step.deed {
            action::filled(&opened.pinned.plan, command, &site)?;
        }
    }
    Ok(())
}

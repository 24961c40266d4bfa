//! The way back: started once, whoever presses, and carried out step by step, whoever dies.

mod execution;
mod offer;
mod self_harm;

pub use execution::carry_out;
pub use offer::{offer, ready};

use crate::{
    api::Error,
    server::{
        action, run,
        run::{Opened, conflict, reasoned},
        state::AppState,
        task,
    },
};
use domain::{
    Right,
    environment::Class,
    event::Happening,
    fingerprint::Moment,
    outline::Outline,
    person::{Author, Person},
    plan::SectionId,
    rollback::{Deed, Rollback, RollbackState, StepState, Tier},
    run::{Run, RunId},
    task::Work,
};
use sqlx::PgConnection;
use store::{
    environment_lock::{self, EnvironmentLock},
    task::{Kind, NewTask},
};
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
    possible(state, &opened, tier)?;
    let (by, now) = (person.author(), state.clock.now());
    let new = NewTask {
        run: id,
        environment: start.environment.clone(),
        request_key: wish.request_key,
        work: Work::Rollback {
            tier: wish.tier.clone(),
        },
        by: by.clone(),
        due_at: now,
        panel: task::first_owner(state, &start.environment),
    };
    let started = Happening::RollbackStarted {
        tier: wish.tier,
        reason,
        steps: tier.steps_in(start.class).count(),
        rehearsal: wish.rehearsal,
        environment_hash: run::changed(state, &opened),
    };
    let mut tx = state.pool.begin().await?;
    // Tasks before the environment before the run: everybody locks in this order.
    if opened.pinned.run.is_rolling_back() {
        store::task::give_up(&mut tx, id, Kind::Rollback, now).await?;
    }
    let task = match store::task::begin(&mut tx, &new, now).await {
        Ok(Some(task)) => task,
        Ok(None) => return Ok(()),
        Err(error) if error.is_duplicate() => {
            drop(tx);
            return Err(under_way(state, id).await);
        }
        Err(error) => return Err(error.into()),
    };
    store::task::stop_others(&mut tx, &new.environment, task.id).await?;
    take_environment(&mut tx, &opened, person, now).await?;
    store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        may_start(run)?;
        let running = run.items.iter().filter(|(_, state)| {
            let action = state.action.as_ref();
            action.is_some_and(domain::action::ActionState::is_running)
        });
        let cancelled = running.map(|(item, _)| Happening::ActionCancelled { item: item.clone() });
        Ok::<_, Error>(cancelled.chain([started]).collect())
    })
    .await?;
    task::commit_and_begin(state, tx, task).await?;
    state.executions.cancel_all(id);
    Ok(())
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
        match state {
            Some(RollbackState::Asking { step: asking }) if *asking == step && waits => Ok(vec![chosen]),
            _ => Err(conflict(
                "This step does not ask any more: look at where the rollback is now.",
            )),
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
        match steps.and_then(|rollback| rollback.steps.get(step)) {
            Some(StepState::Running { .. }) => Ok(vec![Happening::StepStopped { step }]),
            _ => Err(conflict("This step is not under way any more.")),
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
        let open = match run.rollback.as_ref().map(|rollback| &rollback.state) {
            Some(RollbackState::Differs { open }) => open.as_slice(),
            _ => &[],
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

fn may_start(run: &Run) -> Result<(), Error> {
    let waits = |rollback: &Rollback| {
        matches!(
            rollback.state,
            RollbackState::Asking { .. } | RollbackState::Differs { .. }
        )
    };
    if let Some(superseded) = run.superseded {
        return Err(Error::Conflict {
            message: format!(
                "Run {} began in this environment since: what would be taken back is its work. Roll that one back.",
                superseded.by_run.0
            ),
        });
    }
    match &run.rollback {
        Some(rollback) if run.is_rolling_back() && !waits(rollback) => Err(started_by(rollback)),
        // Another run took the environment from it half way.
        _ if run.is_live() || (!run.is_closed() && run.fingerprints.contains_key(&Moment::Before)) => Ok(()),
        _ if run.is_closed() => Err(conflict(
            "This run is closed: there is nothing of it to roll back.",
        )),
        _ => Err(Error::refused(
            "The run has changed nothing yet: there is nothing to roll back.",
        )),
    }
}

fn started_by(rollback: &Rollback) -> Error {
    Error::Conflict {
        message: format!(
            "{} started the rollback at {} UTC: “{}”. There is one; watch it here.",
            rollback.by.name(),
            rollback.since.format("%H:%M:%S"),
            rollback.reason
        ),
    }
}

async fn under_way(state: &AppState, id: RunId) -> Error {
    let found = async {
        let mut connection = state.pool.acquire().await?;
        store::run::by_id(&mut connection, id).await
    };
    match found.await {
        Ok(Some(pinned)) if pinned.run.is_rolling_back() => {
            let started = pinned.run.rollback.as_ref().map(started_by);
            started.unwrap_or_else(|| conflict("A rollback is under way."))
        }
        Ok(_) => conflict("Another run of this environment is rolled back just now: wait for its end."),
        Err(error) => error.into(),
    }
}

/// The run gets the environment, from whichever run holds it.
async fn take_environment(
    tx: &mut PgConnection,
    opened: &Opened,
    person: &Person,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), Error> {
    let run = &opened.pinned.run;
    let wanted = EnvironmentLock {
        environment: run.start.environment.clone(),
        run: run.id,
        owner: person.name.clone(),
        since: now,
    };
    let holder = environment_lock::take(tx, &wanted).await?;
    if holder.run == run.id {
        return Ok(());
    }
    let other = store::run::by_id(tx, holder.run).await?;
    let other = other.ok_or_else(|| Error::NotFound {
        what: format!("run {}", holder.run.0),
    })?;
    let lost = Happening::LockLost {
        to_run: run.id.0,
        reason: "a rollback".to_owned(),
    };
    // Two ways back at once lead nowhere.
    let (theirs, by): (_, Author) = (Outline::from(&other.plan), person.author());
    store::run::append::<Error>(tx, &theirs, holder.run, &by, now, |other| {
        let rolls_back = other.is_rolling_back();
        if rolls_back {
            Err(run::rolled_back(other))
        } else {
            Ok(vec![lost])
        }
    })
    .await?;
    environment_lock::take(tx, &wanted).await?;
    Ok(())
}

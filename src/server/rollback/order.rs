//! The start of a rollback: the same for whoever presses and for the rule of an environment's file.

use super::possible;
use crate::{
    api::Error,
    server::{
        run,
        run::{Opened, conflict},
        state::AppState,
        task,
    },
};
use domain::{
    event::Happening,
    fingerprint::Moment,
    outline::Outline,
    person::Author,
    plan::SectionId,
    rollback::{Rollback, RollbackState, Tier},
    run::{Run, RunId},
    task::Work,
};
use sqlx::PgConnection;
use store::{
    environment_lock::{self, EnvironmentLock},
    task::{Kind, NewTask},
};
use uuid::Uuid;

/// What is to be started.
#[derive(Debug)]
pub(crate) struct Order {
    /// The tier's section.
    pub tier: SectionId,
    /// Why.
    pub reason: String,
    /// On trial.
    pub rehearsal: bool,
    /// Who wants it.
    pub by: Author,
    /// The number under which it starts once.
    pub request_key: Uuid,
    /// The event that began the hold-off which must still wait; `None`: somebody pressed.
    pub hold_off: Option<u64>,
}

/// Starts a tier: it takes over from whatever runs. The same order again starts nothing.
///
/// # Errors
/// [`Error::Refused`] where nothing is to be rolled back; [`Error::Conflict`] that names who started the one that is under way, or
/// where the hold-off does not wait any more.
pub(crate) async fn begin(state: &AppState, opened: &Opened, tier: &Tier, order: Order) -> Result<(), Error> {
    possible(state, opened, tier)?;
    let (start, id, by) = (&opened.pinned.run.start, opened.pinned.run.id, &order.by);
    let now = state.clock.now();
    let new = NewTask {
        run: id,
        environment: start.environment.clone(),
        request_key: order.request_key,
        work: Work::Rollback {
            tier: order.tier.clone(),
        },
        by: by.clone(),
        due_at: now,
        panel: task::first_owner(state, &start.environment),
    };
    let started = Happening::RollbackStarted {
        tier: order.tier,
        reason: order.reason,
        steps: tier.steps_in(start.class).count(),
        rehearsal: order.rehearsal,
        environment_hash: run::changed(state, opened),
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
    take_environment(&mut tx, opened, by, now).await?;
    store::run::append(&mut tx, &opened.outline, id, by, now, |run| {
        may_start(run)?;
        if order.hold_off.is_some_and(|number| !run.hold_offs.waits(number)) {
            return Err(conflict("Somebody held it, or something came first."));
        }
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
    by: &Author,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), Error> {
    let run = &opened.pinned.run;
    let wanted = EnvironmentLock {
        environment: run.start.environment.clone(),
        run: run.id,
        owner: by.name().to_owned(),
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
    let theirs = Outline::from(&other.plan);
    store::run::append::<Error>(tx, &theirs, holder.run, by, now, |other| {
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

//! Beginning the execution of a run, which takes the environment.

use super::{LONGEST_NOTE, conflict, open, rolled_back, short};
use crate::{
    api::Error,
    server::{baseline, fingerprint, state::AppState},
};
use chrono::{DateTime, Utc};
use domain::{
    Right,
    event::Happening,
    outline::Outline,
    person::{Author, Person},
    run::{RunId, RunState},
};
use store::environment_lock::{self, EnvironmentLock};

/// Begins the execution: takes the environment's lock. With `take_over`, a reason, from whichever run holds it; with
/// `without_baseline`, another, although nothing was measured before.
///
/// # Errors
/// [`Error::Conflict`] that names the holder, [`Error::Refused`] that names what is missing of the numbers before.
pub async fn begin(
    state: &AppState,
    person: &Person,
    id: RunId,
    take_over: Option<&str>,
    without_baseline: Option<&str>,
) -> Result<(), Error> {
    let opened = open(state, person, id, Right::Act).await?;
    let environment = opened.pinned.run.start.environment.clone();
    let before = match opened.pinned.run.state {
        RunState::Preparing => fingerprint::before(state, &opened).await,
        RunState::Executing { .. }
        | RunState::Verifying { .. }
        | RunState::RollingBack { .. }
        | RunState::Closed { .. } => None,
    };
    let (now, by) = (state.clock.now(), person.author());
    let mut tx = state.pool.begin().await?;
    let wanted = EnvironmentLock {
        environment: environment.clone(),
        run: id,
        owner: person.name.clone(),
        since: now,
    };
    let holder = environment_lock::take(&mut tx, &wanted).await?;
    if holder.run != id {
        let Some(reason) = take_over.map(str::trim).filter(|reason| !reason.is_empty()) else {
            return Err(Error::Conflict {
                message: held(&holder),
            });
        };
        let start = &opened.pinned.run.start;
        if !person.at(&environment).may(Right::Waive, Some(start.class)) {
            return Err(Error::Forbidden {
                deed: "take an environment over".to_owned(),
            });
        }
        let other = store::run::by_id(&mut tx, holder.run).await?;
        let other = other.ok_or_else(|| Error::NotFound {
            what: format!("run {}", holder.run.0),
        })?;
        let lost = Happening::LockLost {
            to_run: id.0,
            reason: short("reason", reason, LONGEST_NOTE)?,
        };
        let theirs = Outline::from(&other.plan);
        store::run::append::<Error>(&mut tx, &theirs, holder.run, &by, now, |run| {
            let rolls_back = run.is_rolling_back();
            if rolls_back {
                Err(rolled_back(run))
            } else {
                Ok(vec![lost])
            }
        })
        .await?;
        environment_lock::take(&mut tx, &wanted).await?;
    }
    supersede(&mut tx, &environment, id, &by, now).await?;
    store::run::append(&mut tx, &opened.outline, id, &by, now, |run| match run.state {
        RunState::Preparing if run.measurements.running().is_some() => Err(conflict(
            "A measurement is under way: wait for its end, or stop it. What is measured while things change counts for nothing.",
        )),
        RunState::Preparing => {
            let forgone = baseline::forgone(&opened.outline, run, without_baseline)?;
            let begins = forgone.into_iter().chain([Happening::Executing]);
            Ok(begins.chain(before).collect())
        }
        RunState::Executing { .. } => Ok(vec![]),
        RunState::Verifying { .. } | RunState::RollingBack { .. } | RunState::Closed { .. } => {
            Err(conflict("This run has executed already."))
        }
    })
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Closes the open windows of the runs before: what is seen in the environment from now on is the work of run `id`.
async fn supersede(
    tx: &mut sqlx::PgConnection,
    environment: &str,
    id: RunId,
    by: &Author,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    for older in store::run::verifying(tx, environment).await? {
        let Some(pinned) = store::run::by_id(tx, older).await?.filter(|_| older != id) else {
            continue;
        };
        let outline = Outline::from(&pinned.plan);
        store::run::append::<Error>(tx, &outline, older, by, now, |run| {
            let open = matches!(run.state, RunState::Verifying { .. }) && run.superseded.is_none();
            Ok(open
                .then_some(Happening::Superseded { by_run: id.0 })
                .into_iter()
                .collect())
        })
        .await?;
    }
    Ok(())
}

fn held(lock: &EnvironmentLock) -> String {
    format!(
        "Run {} holds {} since {} UTC ({}). Wait until it reaches T0 or is closed, or take the environment over with a \
         reason.",
        lock.run.0,
        lock.environment,
        lock.since.format("%Y-%m-%d %H:%M"),
        lock.owner
    )
}

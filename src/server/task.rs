//! Work that outlives this process: each task has one owner, who says that it lives and writes under its own number.

mod lease;

pub use lease::{Entry, Gone, Lease};

use crate::{
    api::Error,
    server::{
        action, env_edit, failure, fingerprint, hold_off, hourly, measurement, notice, phase, rollback,
        sites, state::AppState, window,
    },
};
use domain::{
    task::Work,
    window::{Look, Watch},
};
use sqlx::{Postgres, Transaction};
use std::time::Duration;
use store::{panel::PanelId, task::Task};
use tokio::{task::JoinHandle, time::Instant};

/// How often somebody looks for tasks that nobody has.
const LOOKED: Duration = Duration::from_millis(250);

/// How long whoever asked waits until it is known whether a task was stored.
const KNOWN: Duration = Duration::from_secs(20);

/// Takes tasks that are due, until the server stops.
pub async fn take_due(state: AppState) {
    let (mut watch, since) = (Watch::default(), Instant::now());
    // The clock moved, and what was planned by it is not planned again yet.
    let mut moved = false;
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = state.pool.close_event() => return,
            () = tokio::time::sleep(LOOKED) => {}
        }
        let look = state.clock.look(&mut watch, since);
        moved |= look == Look::Moved;
        if moved {
            moved = !wake(&state).await;
        }
        let believed = look != Look::Doubtful && !moved;
        loop {
            match claim(&state, believed).await {
                Ok(Some(task)) => drop(begin(&state, task)),
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "tasks could not be looked for");
                    break;
                }
            }
        }
    }
}

/// What was planned by a clock that was elsewhere is planned again. Answers whether that was done.
pub async fn wake(state: &AppState) -> bool {
    let woken = async {
        let mut connection = state.pool.acquire().await?;
        store::task::wake(&mut connection, state.clock.now()).await
    };
    woken
        .await
        .inspect_err(|error| tracing::warn!(%error, "what was planned by another clock may come late"))
        .is_ok()
}

async fn claim(state: &AppState, believed: bool) -> Result<Option<Task>, store::Error> {
    let Some(panel) = state.panel.id() else {
        return Ok(None);
    };
    let served = served(state);
    let mut connection = state.pool.acquire().await?;
    let (held, settled) = (state.panel.held(), state.panel.is_settled());
    let now = state.clock.now();
    store::task::claim(&mut connection, panel, &served, &held, settled, believed, now).await
}

/// The environments whose tasks this process does.
fn served(state: &AppState) -> Vec<String> {
    let usable = state.sites.all().iter().filter_map(|entry| match entry {
        sites::Entry::Usable(place) => Some(place),
        sites::Entry::Broken { .. } => None,
    });
    usable
        .filter(|place| place.is_served_by(state.prober.host()))
        .map(|place| place.declared.name.clone())
        .collect()
}

/// Who begins with a task that is stored here: this process, where it serves the environment; else the first that does.
pub fn first_owner(state: &AppState, environment: &str) -> Option<PanelId> {
    let place = state.sites.place(environment).ok()?;
    state
        .panel
        .id()
        .filter(|_| place.is_served_by(state.prober.host()))
}

/// Commits what stored a task for this process, and begins to work on it. It goes on where whoever asked goes away meanwhile, or
/// has waited for long enough.
///
/// # Errors
/// Those of [`commit`]; [`Error::Unavailable`] where nobody knows yet.
pub async fn commit_and_begin(
    state: &AppState,
    tx: Transaction<'static, Postgres>,
    task: Task,
) -> Result<Option<JoinHandle<()>>, Error> {
    let state = state.clone();
    let stored = tokio::spawn(async move {
        commit(&state, tx, &task).await?;
        Ok::<_, Error>((task.fence > 0).then(|| begin(&state, task)))
    });
    match tokio::time::timeout(KNOWN, stored).await {
        Ok(stored) => stored.map_err(|broken| failure::internal("storing a task", &broken))?,
        Err(_) => Err(Error::Unavailable {
            message: "The database does not answer: whether it began shows here when it does. The same form again starts \
                      nothing twice."
                .to_owned(),
        }),
    }
}

/// Commits what stored a task. A commit of which nobody knows the outcome is read back, as soon as the database answers.
///
/// # Errors
/// The database's, where the task is not stored, or this process stops.
pub async fn commit(state: &AppState, tx: Transaction<'static, Postgres>, task: &Task) -> Result<(), Error> {
    let Err(error) = tx.commit().await.map_err(store::Error::from) else {
        return Ok(());
    };
    if !error.is_passing() {
        return Err(error.into());
    }
    tracing::warn!(task = task.id.0, %error, "the database broke off in a commit, which is read back");
    loop {
        let stored = async {
            let mut connection = state.pool.acquire().await?;
            store::task::is_there(&mut connection, task.id, task.run).await
        };
        match stored.await {
            Ok(true) => return Ok(()),
            Ok(false) => {
                return Err(Error::Unavailable {
                    message: "The database broke off. Nothing was changed; try again in a moment.".to_owned(),
                });
            }
            Err(again) if !again.is_passing() || state.stopping.is_cancelled() => return Err(again.into()),
            Err(_) => tokio::time::sleep(LOOKED).await,
        }
    }
}

/// Begins to work on a task that this process has. One that breaks off, even by a defect of ours, is tried again later, and
/// later each time.
pub fn begin(state: &AppState, task: Task) -> JoinHandle<()> {
    let (id, fence) = (task.id, task.fence);
    let (here, lease) = (state.clone(), Lease::hold(state.clone(), task));
    state.tasks.spawn(async move {
        let worked = tokio::spawn(carry_out(lease)).await;
        let why = match worked {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(broken) => broken.to_string(),
        };
        let later = later(fence);
        tracing::error!(
            task = id.0,
            fence,
            why,
            ?later,
            "a task broke off, and is tried again"
        );
        let due_at = here.clock.now() + later;
        let left = async {
            let mut connection = here.pool.acquire().await?;
            store::task::break_off(&mut connection, id, fence, due_at).await
        };
        if let Err(error) = left.await {
            tracing::warn!(task = id.0, %error, "it is taken over when its owner was silent for long enough");
        }
    })
}

/// How long until a task is tried again that broke off under this number: a second, and twice as long each time to about a
/// quarter of an hour.
fn later(fence: i64) -> Duration {
    Duration::from_secs(1 << fence.clamp(1, 11).saturating_sub(1))
}

async fn carry_out(lease: Lease) -> Result<(), store::Error> {
    let (id, run) = (lease.task.id.0, lease.task.run.0);
    if let Some(host) = &lease.task.lost_on {
        tracing::warn!(
            task = id,
            run,
            host,
            fence = lease.task.fence,
            "a task is taken over"
        );
    }
    let done = match &lease.task.work {
        Work::Action { item } => action::carry_out(&lease, item).await,
        Work::EnvEdit { item } => env_edit::look_after(&lease, item).await,
        Work::Phase { section } => phase::carry_out(&lease, section).await,
        Work::Fingerprint { moment } => fingerprint::carry_out(&lease, *moment).await,
        Work::Measure { attempt } => measurement::carry_out(&lease, *attempt).await,
        Work::Window { set } => window::carry_out(&lease, *set).await,
        Work::Notify { notice, .. } => notice::hand_out(&lease, notice).await,
        Work::Deliver { webhook, notice, at } => notice::deliver(&lease, webhook, notice, *at).await,
        Work::Hourly { set } => hourly::carry_out(&lease, *set).await,
        Work::HoldOff {
            window,
            line,
            failed,
            failed_at,
            set,
        } => {
            let failed = hold_off::Failed {
                window: window.clone(),
                line: line.clone(),
                why: failed.clone(),
                at: *failed_at,
                set: *set,
            };
            hold_off::carry_out(&lease, &failed).await
        }
        Work::Rollback { tier } => rollback::carry_out(&lease, tier).await,
    };
    match done {
        Ok(()) => {}
        Err(Gone::Taken) => tracing::warn!(task = id, run, "another has this task now"),
        Err(Gone::Stopping) => lease.give_back().await,
        Err(Gone::Failed(error)) => return Err(error),
    }
    Ok(())
}

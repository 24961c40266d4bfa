//! This process among those that serve the database: it lives for as long as its own connection does.

use crate::server::state::AppState;
use sqlx::{ConnectOptions, Connection};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use store::{panel::PanelId, task::TaskId};
use tokio::time::Instant;

/// How often the connection is tried.
const TRIED: Duration = Duration::from_millis(500);

/// How long until it is made again.
const AGAIN: Duration = Duration::from_millis(250);

/// After this long with a connection the others have made theirs again too, if they live: longer than [`TRIED`] and [`AGAIN`].
const SETTLED: Duration = Duration::from_millis(1_500);

/// This process, once the database knows it.
#[derive(Clone, Debug, Default)]
pub struct Panel(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    id: OnceLock<PanelId>,
    /// Since when its connection stands.
    connected: Mutex<Option<Instant>>,
    /// The tasks that it has.
    held: Mutex<BTreeSet<TaskId>>,
}

impl Panel {
    /// Its number; `None` until the database knows it.
    pub fn id(&self) -> Option<PanelId> {
        self.0.id.get().copied()
    }

    /// Whether a connection that another has not is a sign that it does not live.
    pub fn is_settled(&self) -> bool {
        let connected = *lock(&self.0.connected);
        connected.is_some_and(|since| since.elapsed() >= SETTLED)
    }

    /// The tasks that this process has.
    pub fn held(&self) -> Vec<TaskId> {
        lock(&self.0.held).iter().copied().collect()
    }

    /// It has this one from now on.
    pub fn keep(&self, task: TaskId) {
        lock(&self.0.held).insert(task);
    }

    /// It has it no longer.
    pub fn let_go(&self, task: TaskId) {
        lock(&self.0.held).remove(&task);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says that this process lives, until it stops.
pub async fn live(state: AppState) {
    while !state.stopping.is_cancelled() && !state.pool.is_closed() {
        let held = hold(&state).await;
        *lock(&state.panel.0.connected) = None;
        if let Err(error) = held {
            tracing::warn!(%error, "the database does not know that this Gonogo lives, trying again");
        }
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

async fn hold(state: &AppState) -> Result<(), store::Error> {
    let mut connection = state.pool.connect_options().connect().await?;
    let id = match state.panel.id() {
        Some(id) => id,
        None => store::panel::enter(&mut connection, state.prober.host(), state.clock.now()).await?,
    };
    store::panel::hold(&mut connection, id).await?;
    let _ = state.panel.0.id.set(id);
    *lock(&state.panel.0.connected) = Some(Instant::now());
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => break,
            () = state.pool.close_event() => break,
            () = tokio::time::sleep(TRIED) => store::database::ping(&mut connection).await?,
        }
    }
    Ok(connection.close().await?)
}

//! This process among those that serve the database: it lives for as long as its own connection does.

use crate::server::state::AppState;
use sqlx::{ConnectOptions, Connection};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use store::panel::PanelId;

/// How often the connection is tried.
const TRIED: Duration = Duration::from_secs(1);

/// How long until it is made again.
const AGAIN: Duration = Duration::from_millis(250);

/// This process, once the database knows it.
#[derive(Clone, Debug, Default)]
pub struct Panel(Arc<OnceLock<PanelId>>);

impl Panel {
    /// Its number; `None` until the database knows it.
    pub fn id(&self) -> Option<PanelId> {
        self.0.get().copied()
    }
}

/// Says that this process lives, until it stops.
pub async fn live(state: AppState) {
    while !state.stopping.is_cancelled() && !state.pool.is_closed() {
        if let Err(error) = hold(&state).await {
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
    let _ = state.panel.0.set(id);
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => break,
            () = state.pool.close_event() => break,
            () = tokio::time::sleep(TRIED) => store::database::ping(&mut connection).await?,
        }
    }
    Ok(connection.close().await?)
}

//! What every request can reach.

use crate::server::{
    clock::Clock, config::Config, execution::Executions, live::Live, panel::Panel, password::Passwords,
    readiness::Looks, sites::Sites, window,
};
use axum::extract::FromRef;
use leptos::{config::LeptosOptions, context::use_context};
use probe::Prober;
use sqlx::PgPool;
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The state of the server: cheap to clone. Server functions get it with [`AppState::here`], handlers as `State`.
#[derive(Clone)]
pub struct AppState {
    /// Connections to the database.
    pub pool: PgPool,
    /// The settings.
    pub config: Arc<Config>,
    /// What browsers call this Gonogo, for links in what is sent: `https://gonogo.example`.
    pub origin: Arc<str>,
    /// The environments.
    pub sites: Sites,
    /// What observes.
    pub prober: Arc<Prober>,
    /// Wakes live streams.
    pub live: Live,
    /// This process among those that serve the database.
    pub panel: Panel,
    /// The bars of windows, drawn once for all who look.
    pub drawn: window::Drawn,
    /// How ready the ways back are.
    pub looks: Looks,
    /// The actions that this process runs.
    pub executions: Executions,
    /// Probes and actions that go on after their request was answered.
    pub tasks: TaskTracker,
    /// The time.
    pub clock: Clock,
    /// Checks and makes password hashes.
    pub passwords: Passwords,
    /// Cancelled when the server stops: every live stream and every worker ends then.
    pub stopping: CancellationToken,
    /// What Leptos needs to draw a page.
    pub leptos: LeptosOptions,
}

impl AppState {
    /// The state, in a server function or a page.
    ///
    /// # Errors
    /// Outside a request there is none, which is a fault of the program.
    pub fn here() -> Result<AppState, crate::api::Error> {
        use_context::<AppState>().ok_or_else(|| {
            crate::server::failure::internal(
                "looking for the state",
                &std::io::Error::other("outside a request"),
            )
        })
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl FromRef<AppState> for PgPool {
    fn from_ref(state: &AppState) -> Self {
        state.pool.clone()
    }
}

impl FromRef<AppState> for CancellationToken {
    fn from_ref(state: &AppState) -> Self {
        state.stopping.clone()
    }
}

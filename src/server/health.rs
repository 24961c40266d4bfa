//! `/healthz`: the process lives. `/readyz`: the database answers.

use crate::server::state::AppState;
use axum::{extract::State, http::StatusCode};
use std::time::Duration;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process lives.
pub async fn live() -> &'static str {
    "ok\n"
}

/// The database answers.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, String) {
    let ask = async {
        let mut connection = state.pool.acquire().await?;
        store::database::ping(&mut connection).await
    };
    match tokio::time::timeout(PATIENCE, ask).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n".to_owned()),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "not ready: the database does not answer\n".to_owned(),
            )
        }
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            (
                StatusCode::SERVICE_UNAVAILABLE,
                format!("not ready: the database took over {seconds} seconds\n"),
            )
        }
    }
}

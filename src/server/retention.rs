//! What old runs have seen goes after the days that the operator sets; the rules are [`domain::retention`]'s.

use crate::server::state::AppState;
use std::time::Duration;

/// How often.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// Removes outputs that are kept no longer, until the server stops.
pub async fn sweep(state: AppState) {
    let Some(kept) = state.config.keep_outputs else {
        return;
    };
    tracing::info!(
        days = kept.num_days(),
        "outputs of closed runs are removed after this time"
    );
    loop {
        // Waits first: whoever has mistyped the days has an hour to see it in the log of the start.
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
        match swept(&state).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "retention removed outputs of old runs"),
            Err(error) => tracing::warn!(%error, "outputs of old runs could not be removed"),
        }
    }
}

/// Removes outputs that are kept no longer, in one batch after the other; answers how many they were.
///
/// # Errors
/// The database's.
pub async fn swept(state: &AppState) -> Result<u64, store::Error> {
    let now = state.clock.now();
    let Some(before) = state
        .config
        .keep_outputs
        .and_then(|kept| now.checked_sub_signed(kept))
    else {
        return Ok(0);
    };
    let mut all = 0;
    while !state.stopping.is_cancelled() {
        let mut connection = state.pool.acquire().await?;
        match store::retention::remove(&mut connection, before, now).await? {
            0 => break,
            count => all += count,
        }
    }
    Ok(all)
}

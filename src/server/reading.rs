//! What evidence of a run has kept of counters: a share of what was counted in a window is counted from there.

use crate::server::state::AppState;
use domain::{plan::ItemId, probe::ProbeSpec, run::RunId};
use probe::Site;

/// The site with what was read before, where one of these probes counts from it. Where it cannot be read there is no
/// window, which is no data.
pub(crate) async fn remembered(
    state: &AppState,
    id: RunId,
    site: &Site,
    work: &[(ItemId, ProbeSpec)],
) -> Site {
    if !work.iter().any(|(_, spec)| spec.counts_from_earlier()) {
        return site.clone();
    }
    let read = async {
        let mut connection = state.pool.acquire().await?;
        store::evidence::readings(&mut connection, id).await
    };
    match read.await {
        Ok(readings) => site.clone().with_readings(readings),
        Err(error) => {
            tracing::error!(run = id.0, %error, "what was counted before could not be read: there is no window to count in");
            site.clone()
        }
    }
}

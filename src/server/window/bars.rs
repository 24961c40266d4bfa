//! The samples of a run's windows, as its page shows them.

use super::{items, of, watched};
use crate::server::{run::Opened, state::AppState};
use domain::{
    run::RunState,
    window::{Bar, judge},
};

/// A bar for each line that was sampled since T0.
///
/// # Errors
/// The database's.
pub async fn bars(state: &AppState, opened: &Opened) -> Result<Vec<Bar>, store::Error> {
    let run = &opened.pinned.run;
    let Some(t0) = run.t0 else {
        return Ok(Vec::new());
    };
    let now = match (&run.state, run.superseded) {
        (RunState::Closed { at, .. }, None) => *at,
        (RunState::Closed { at, .. }, Some(superseded)) => superseded.at.min(*at),
        (_, Some(superseded)) => superseded.at,
        (_, None) => state.clock.now(),
    };
    let (mut connection, mut bars) = (state.pool.acquire().await?, Vec::new());
    for watched in watched(&opened.pinned.plan, t0) {
        let (window, lines) = (&watched.window, items(&watched.lines));
        let series = store::sample::series(&mut connection, of(opened), &lines, t0, window.due).await?;
        for line in &watched.lines {
            let samples = series.get(&line.item).filter(|samples| !samples.is_empty());
            let judged = samples.and_then(|samples| judge(window, line.demand, samples, now));
            bars.extend(
                samples
                    .zip(judged)
                    .map(|(samples, judged)| Bar::new(line.item.clone(), window, samples, &judged, now)),
            );
        }
    }
    Ok(bars)
}

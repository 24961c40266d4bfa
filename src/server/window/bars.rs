//! The samples of a run's windows, as its page shows them.

use super::{items, of, watched};
use crate::server::{run::Opened, state::AppState};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    run::{RunId, RunState},
    window::{Bar, judge},
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::Mutex;

/// For how long bars serve everybody who looks at a run: a day of samples is thousands of rows.
const KEEPS: TimeDelta = TimeDelta::seconds(5);

/// How many runs are remembered.
const RUNS: usize = 64;

/// The latest bars of each run.
#[derive(Clone, Default)]
pub struct Drawn(Arc<Mutex<BTreeMap<RunId, Drawing>>>);

struct Drawing {
    at: DateTime<Utc>,
    /// The number of the run's last event then.
    number: u64,
    bars: Vec<Bar>,
}

/// A bar for each line that was sampled since T0, at most five seconds ago.
///
/// # Errors
/// The database's.
pub async fn bars(state: &AppState, opened: &Opened) -> Result<Vec<Bar>, store::Error> {
    let run = &opened.pinned.run;
    let Some(t0) = run.t0 else {
        return Ok(Vec::new());
    };
    let now = state.clock.now();
    if let Some(drawing) = state.drawn.0.lock().await.get(&run.id)
        && drawing.number == run.number
        && ((now - drawing.at).abs() < KEEPS || run.is_closed())
    {
        return Ok(drawing.bars.clone());
    }
    let bars = draw(state, opened, t0).await?;
    let mut drawn = state.drawn.0.lock().await;
    if drawn.len() >= RUNS {
        drawn.clear();
    }
    let drawing = Drawing {
        at: now,
        number: run.number,
        bars: bars.clone(),
    };
    drawn.insert(run.id, drawing);
    Ok(bars)
}

async fn draw(state: &AppState, opened: &Opened, t0: DateTime<Utc>) -> Result<Vec<Bar>, store::Error> {
    let run = &opened.pinned.run;
    let now = match (&run.state, run.superseded) {
        (RunState::Closed { at, .. }, None) => *at,
        (RunState::Closed { at, .. }, Some(superseded)) => superseded.at.min(*at),
        (_, Some(superseded)) => superseded.at,
        (_, None) => state.clock.now(),
    };
    let (mut connection, mut bars) = (state.pool.acquire().await?, Vec::new());
    for watched in watched(&opened.pinned.plan, &run.start.windows, t0) {
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

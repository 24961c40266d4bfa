//! Verification windows: what is sampled when, by whoever comes first, and what the samples say when a window is due. The rules are
//! [`domain::window`]'s.

mod bars;
mod due;
mod round;

pub use bars::{Drawn, bars};
pub use due::tempered;

use crate::server::{
    run::{self, Opened},
    state::AppState,
    task::{Gone, Lease},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    plan::{ItemId, Plan, Section, SectionId, Work},
    probe::ProbeSpec,
    run::{Run, RunState},
    window::{Demand, OfWindows, Timing, Window},
};
use std::time::Duration;

/// How long samples are kept of windows that are over, all of a run's together, and what became of deliveries. What samples said
/// stands in the run's evidence.
const KEPT: TimeDelta = TimeDelta::days(30);

/// How often older ones are deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// A window of a run, and what is looked at in it.
struct Watched {
    section: SectionId,
    window: Window,
    lines: Vec<Line>,
}

/// A line of a window that a probe reads.
struct Line {
    item: ItemId,
    spec: ProbeSpec,
    demand: Demand,
}

/// Takes the samples that are due, says what a window's samples say when it is due, and leaves the rest to whoever comes first
/// at the next slot.
///
/// # Errors
/// [`Gone`].
pub async fn carry_out(lease: &Lease, set: u64) -> Result<(), Gone> {
    let opened = lease.open().await?;
    let now = lease.state.clock.now();
    let run = &opened.pinned.run;
    let mut watched = match run.t0.filter(|_| is_sampled(run, set)) {
        Some(t0) => watched(&opened.pinned.plan, &run.start.windows, t0),
        None => Vec::new(),
    };
    watched.retain(|watched| !run.windows.is_judged(&watched.section, &watched.window, now));
    let taken = match run::site(&lease.state, &opened) {
        Ok(site) => round::take(lease, &watched, &site, now).await?,
        // The environment's file has changed: nobody can look there on behalf of this run, which is a gap.
        Err(_) => Vec::new(),
    };
    round::store(lease, &opened, set, &watched, &taken, now).await
}

/// Deletes samples and deliveries that are kept no longer, until the server stops.
pub async fn sweep(state: AppState) {
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
        match swept(&state).await {
            Ok(count) => tracing::debug!(count, "deleted samples of old windows"),
            Err(error) => tracing::warn!(%error, "samples of old windows could not be deleted"),
        }
    }
}

/// Deletes samples and deliveries that are kept no longer; answers how many samples they were.
///
/// # Errors
/// The database's.
pub async fn swept(state: &AppState) -> Result<u64, store::Error> {
    let (mut connection, before) = (state.pool.acquire().await?, state.clock.now() - KEPT);
    store::delivery::delete_old(&mut connection, before).await?;
    store::sample::delete_old(&mut connection, before).await
}

/// Whether the windows that count from the T0 that this event set are still looked into.
pub(super) fn is_sampled(run: &Run, set: u64) -> bool {
    let verifying = matches!(run.state, RunState::Verifying { .. });
    verifying && run.superseded.is_none() && run.windows.set == set
}

/// The windows of a plan, with the lines that a probe reads. Lines that are sampled at other times than the others are watched apart.
fn watched(plan: &Plan, said: &OfWindows, t0: DateTime<Utc>) -> Vec<Watched> {
    let mut all = Vec::new();
    for section in &plan.sections {
        let Some(minutes) = section.kind.due_minutes() else {
            continue;
        };
        let window = |own: Timing| Window::timed(t0, minutes, own.or(section.timing).or(said.of(minutes)));
        let mut watched: Vec<Watched> = Vec::new();
        for (window, line) in lines(plan, section).map(|(timing, line)| (window(timing), line)) {
            match watched.iter_mut().find(|watched| watched.window == window) {
                Some(watched) => watched.lines.push(line),
                None => watched.push(Watched {
                    section: section.id.clone(),
                    window,
                    lines: vec![line],
                }),
            }
        }
        all.extend(watched);
    }
    all
}

/// The lines of a section that a probe reads, each with what is said of when it is sampled.
fn lines(plan: &Plan, section: &Section) -> impl Iterator<Item = (Timing, Line)> {
    let items = section
        .items
        .iter()
        .map(|item| (item.timing, &item.id, &item.text, &item.work));
    let checks = section
        .checks
        .iter()
        .map(|check| (Timing::default(), &check.id, &check.text, &check.work));
    let lines = items.chain(checks);
    lines.filter_map(|(timing, id, text, work)| Some((timing, line(plan, id, text, work)?)))
}

fn line(plan: &Plan, item: &ItemId, text: &str, work: &Work) -> Option<Line> {
    match work {
        Work::Probe { spec } => Some(Line {
            item: item.clone(),
            spec: spec.clone(),
            demand: Demand::of(text, spec, plan.objective(item)),
        }),
        Work::Action { .. } | Work::Attestation | Work::Parent => None,
    }
}

/// The names of the lines.
fn items(lines: &[Line]) -> Vec<ItemId> {
    lines.iter().map(|line| line.item.clone()).collect()
}

/// The run was opened for this.
fn of(opened: &Opened) -> domain::run::RunId {
    opened.pinned.run.id
}

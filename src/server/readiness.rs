//! Whether the ways back of a run can be gone now: looked at again and again while somebody looks at the run, once for all
//! who do.

use crate::{
    api::Error,
    server::{
        run::{self, Opened},
        state::AppState,
    },
};
use domain::{
    fingerprint::Moment,
    plan::SectionId,
    readiness::Readiness,
    rollback::{Rollback, StepState},
    run::RunId,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};

/// For how long a look serves everybody.
const KEEPS: Duration = Duration::from_secs(10);

/// How many runs are remembered.
const RUNS: usize = 64;

type Look = Arc<Mutex<Option<(Instant, Readiness)>>>;

/// The latest look at each run.
#[derive(Clone, Default)]
pub struct Looks(Arc<Mutex<BTreeMap<RunId, Look>>>);

impl Looks {
    async fn of(&self, run: RunId) -> Look {
        let mut looks = self.0.lock().await;
        if looks.len() >= RUNS && !looks.contains_key(&run) {
            looks.clear();
        }
        looks.entry(run).or_default().clone()
    }

    /// The next look is a new one: things were changed that it was about.
    pub async fn forget(&self) {
        self.0.lock().await.clear();
    }
}

/// How ready each tier is now, whoever looked before: before something starts by itself.
///
/// # Errors
/// As [`look`].
pub async fn look_again(state: &AppState, opened: &Opened) -> Result<Readiness, Error> {
    looked(state, opened, Duration::ZERO).await
}

/// How ready each tier is, at most ten seconds ago.
///
/// # Errors
/// [`Error::Refused`] where the environment cannot be used; [`Error::Conflict`] where another host serves it.
pub async fn look(state: &AppState, opened: &Opened) -> Result<Readiness, Error> {
    looked(state, opened, KEEPS).await
}

async fn looked(state: &AppState, opened: &Opened, keeps: Duration) -> Result<Readiness, Error> {
    let run = &opened.pinned.run;
    let site = run::site_to_roll_back(state, opened)?;
    run::served_here(state, state.sites.place(&run.start.environment)?)?;
    let look = state.looks.of(run.id).await;
    // Whoever comes meanwhile waits for this look instead of making their own.
    let mut look = look.lock().await;
    if let Some((at, readiness)) = look.as_ref()
        && at.elapsed() < keeps
    {
        return Ok(readiness.clone());
    }
    let before = run
        .fingerprints
        .get(&Moment::Before)
        .map(|taken| &taken.fingerprint);
    let cancel = state.stopping.child_token();
    let readiness = state
        .prober
        .readiness(&site, &opened.pinned.plan, before, cancel)
        .await;
    *look = Some((Instant::now(), readiness.clone()));
    Ok(readiness)
}

/// How long the steps of a tier took when it was last gone to its end in this environment.
///
/// # Errors
/// The database's.
pub async fn took(state: &AppState, environment: &str, tier: &SectionId) -> Result<Option<Duration>, Error> {
    let mut connection = state.pool.acquire().await?;
    let last = store::run::last_rollback(&mut connection, environment, tier).await?;
    let whole = |rollback: &&Rollback| {
        !rollback
            .steps
            .iter()
            .any(|step| matches!(step, StepState::Skipped { .. }))
    };
    Ok(last.as_ref().filter(whole).map(duration))
}

fn duration(rollback: &Rollback) -> Duration {
    let steps = rollback.steps.iter().filter_map(|step| match step {
        StepState::Ended { since, at, .. } => (*at - *since).to_std().ok(),
        StepState::Waiting
        | StepState::Running { .. }
        | StepState::Unknown { .. }
        | StepState::Skipped { .. } => None,
    });
    steps.sum()
}

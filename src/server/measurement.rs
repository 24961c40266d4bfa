//! Measuring the numbers of a run's forms: started by a person, done by whoever serves the environment, kept with every attempt.

mod comparison;
mod execution;
mod findings;
mod gate;
mod judgement;
mod links;
mod page;

pub use execution::carry_out;
pub use judgement::{judge_again, judged, judgement, may_be_judged, observed};
pub use page::{computed, page};

use crate::{
    api::Error,
    server::{
        phase,
        run::{self, conflict, reasoned},
        state::AppState,
        task,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Right,
    blank::BlankId,
    environment::Latency,
    event::Happening,
    form::Moment,
    measurement::{Attempt, Found, Origin, Source, fillings, may_measure},
    person::Person,
    plan::Plan,
    run::{Run, RunId},
    task::Work,
};
use store::task::NewTask;
use uuid::Uuid;

/// How many attempts a run keeps.
const MOST: usize = 100;

/// Starts a measurement, once for each `request_key`.
///
/// # Errors
/// [`Error::Refused`] where that moment cannot be measured now or the environment's file names no load; [`Error::Conflict`] where
/// one is under way.
pub async fn start(
    state: &AppState,
    person: &Person,
    id: RunId,
    (moment, origin): (Moment, Origin),
    request_key: Uuid,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Act).await?;
    let environment = opened.pinned.run.start.environment.clone();
    let (by, now) = (person.author(), state.clock.now());
    may_ask(state, &opened.pinned.run, (moment, origin), now)?;
    let mut tx = state.pool.begin().await?;
    let attempt = opened.pinned.run.measurements.next();
    let new = NewTask {
        run: id,
        panel: task::first_owner(state, &environment),
        environment,
        request_key,
        work: Work::Measure { attempt },
        by: by.clone(),
        due_at: now,
    };
    let Some(task) = store::task::begin(&mut tx, &new, now).await? else {
        return Ok(());
    };
    let holder = store::environment_lock::holder(&mut tx, &new.environment).await?;
    if let Some(holder) = holder.filter(|holder| holder.run != id) {
        return Err(conflict(&format!(
            "Run {} deploys in {} or takes it back: its numbers would not be those of this run.",
            holder.run.0, new.environment
        )));
    }
    store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        may_measure(run, moment).map_err(Error::refused)?;
        run::not_superseded(run)?;
        phase::not_going(&opened.outline, run)?;
        if run.measurements.attempts.len() >= MOST {
            return Err(Error::refused(format!(
                "This run has {MOST} measurements, which is the most that one keeps: let one of them count."
            )));
        }
        if run.measurements.running().is_some() || run.measurements.next() != attempt {
            return Err(conflict(
                "Somebody measures just now: there is one measurement at a time.",
            ));
        }
        Ok(vec![Happening::MeasurementStarted {
            attempt,
            moment,
            origin,
        }])
    })
    .await?;
    task::commit_and_begin(state, tx, task).await?;
    Ok(())
}

/// Whether the environment's file says how this can be measured, now.
///
/// # Errors
/// [`Error::Refused`], which says what to do.
fn may_ask(
    state: &AppState,
    run: &Run,
    (moment, origin): (Moment, Origin),
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let environment = &run.start.environment;
    let declared = &state.sites.place(environment)?.declared;
    match (origin, &declared.load, &declared.latency) {
        (Origin::Load, None, _) => Err(Error::refused(format!(
            "The environment {environment} names no load that may be put on it: add a table [load] to \
                 environments/{environment}.toml and start Gonogo again."
        ))),
        (Origin::Prometheus, _, None) => Err(Error::refused(format!(
            "The environment {environment} names no histogram of its latencies: add a table [latency] to \
                 environments/{environment}.toml and start Gonogo again."
        ))),
        (Origin::Prometheus, _, Some(latency)) => {
            window_begins(latency, run, moment, now).map_err(Error::refused)?;
            Ok(())
        }
        (Origin::Load, Some(_), _) => Ok(()),
    }
}

/// When the window begins that Prometheus is asked about. After the deployment it must be about the new version alone.
///
/// # Errors
/// Why it cannot be asked yet, in words.
fn window_begins(
    latency: &Latency,
    run: &Run,
    moment: Moment,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, String> {
    let window = TimeDelta::minutes(i64::from(latency.window_minutes));
    let begins = now - window;
    match (moment, run.t0) {
        (Moment::After, None) => Err(
            "Nobody knows since when the new version serves: set T0, so that the window holds no request of the old one.".to_owned(),
        ),
        (Moment::After, Some(t0)) if begins < t0 => Err(format!(
            "The window of {} min would hold requests from before T0: read it from {} UTC on.",
            latency.window_minutes,
            (t0 + window).format("%Y-%m-%d %H:%M:%S")
        )),
        (Moment::Before | Moment::After | Moment::Unsaid, _) => Ok(begins),
    }
}

/// Ends the measurement that is under way: what it found so far is kept, and does not count.
///
/// # Errors
/// [`Error::Conflict`] where it is not.
pub async fn stop(state: &AppState, person: &Person, id: RunId, attempt: u32) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Act).await?;
    let (by, now) = (person.author(), state.clock.now());
    let mut tx = state.pool.begin().await?;
    store::task::stop_measurement(&mut tx, id, attempt).await?;
    store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        match run.measurements.running() {
            Some(running) if running.number == attempt => Ok(vec![Happening::MeasurementStopped { attempt }]),
            Some(_) | None => Err(conflict("This measurement is not under way any more.")),
        }
    })
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Lets another attempt count.
///
/// # Errors
/// [`Error::Refused`] without a reason, where it does not count, or where the time before the deployment is locked.
pub async fn choose(
    state: &AppState,
    person: &Person,
    id: RunId,
    attempt: u32,
    reason: &str,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Attest).await?;
    let reason = reasoned(reason)?;
    let (by, now) = (person.author(), state.clock.now());
    let mut tx = state.pool.begin().await?;
    let (run, _) = store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        let found = run.measurements.attempt(attempt).ok_or_else(|| Error::NotFound {
            what: format!("measurement {attempt}"),
        })?;
        may_measure(run, found.moment).map_err(Error::refused)?;
        let Some(values) = found.valid() else {
            return Err(Error::refused(
                "This measurement does not count: the page says why.",
            ));
        };
        let plan = &opened.pinned.plan;
        Ok(counts(plan, run, found, values, Some(reason)))
    })
    .await?;
    // Its lines are judged by it at once.
    judge_again(state, &mut tx, &opened, &run, &by).await?;
    tx.commit().await?;
    Ok(())
}

/// What follows when an attempt counts: the fields of its moment get its numbers. What it asked for and does not know is empty
/// then, where another measurement had filled it.
pub(super) fn counts(
    plan: &Plan,
    run: &Run,
    attempt: &Attempt,
    found: &Found,
    reason: Option<String>,
) -> Vec<Happening> {
    let number = attempt.number;
    let measured = |blank: &BlankId| {
        let source = run.blanks.get(blank).and_then(|filling| filling.source.as_ref());
        matches!(source, Some(Source::Measured { .. }))
    };
    let filled = fillings(&plan.forms, (attempt.moment, attempt.origin), found).into_iter();
    let filled = filled.filter_map(|(blank, value)| match value {
        Some(value) => Some(Happening::BlankFilled {
            blank,
            value,
            source: Some(Source::Measured { attempt: number }),
        }),
        None => measured(&blank).then(|| Happening::BlankFilled {
            blank,
            value: String::new(),
            source: None,
        }),
    });
    let counts = Happening::MeasurementCounts {
        attempt: number,
        reason,
    };
    [counts].into_iter().chain(filled).collect()
}

//! Hourly checks of next steps: asked by whoever comes first, for as long as the steps last. The rules are [`domain::hourly`]'s. They
//! prove nothing about the run, so that they go by the environment's file as it is now.

use crate::{
    api::{
        Error,
        follow_up::{HourlyLine, HourlyPage},
    },
    server::{
        reading,
        run::{self, Opened},
        state::AppState,
        task::{Gone, Lease},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Right,
    event::Happening,
    follow_up::FollowUp,
    hourly::{self, Asked, HourlyEntry, kept_under},
    person::{Author, Person},
    plan::ItemId,
    run::{Run, RunId},
    verdict::{Finding, Verdict},
    window::{Sample, value},
};
use futures::{StreamExt, stream};
use probe::Site;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::task::Next;

/// How many probes are under way at once.
const AT_ONCE: usize = 16;

/// What an hour's check saw of a line.
type Seen<'a> = (Asked<'a>, Finding);

/// Checks the hour that has come, and leaves the next to whoever comes first then.
///
/// # Errors
/// [`Gone`].
pub async fn carry_out(lease: &Lease, set: u64) -> Result<(), Gone> {
    let opened = lease.open().await?;
    let now = lease.state.clock.now();
    let steps = loop {
        match steps(&lease.state, &opened).await {
            Ok((steps, _)) => break steps,
            Err(error) => lease.wait_after(error).await?,
        }
    };
    let t0 = opened
        .pinned
        .run
        .t0
        .filter(|_| opened.pinned.run.windows.set == set);
    let Some(t0) = t0 else {
        return store(lease, &opened, set, None, &[], Next::End, now).await;
    };
    let slot = hourly::slot(t0, &steps, now);
    let seen = match (slot, run::site_to_roll_back(&lease.state, &opened)) {
        (Some(slot), Ok(site)) => look(lease, &opened, &site, slot, now).await?,
        // Nothing is due, or nobody can look there now, which is no failure of what is looked at.
        (Some(_) | None, _) => Vec::new(),
    };
    let next = hourly::next(t0, &steps, now).map_or(Next::End, Next::At);
    store(lease, &opened, set, slot, &seen, next, now).await
}

/// The steps that are checked every hour; none where another run has changed the environment since, which is the second answer.
async fn steps(state: &AppState, opened: &Opened) -> Result<(Vec<FollowUp>, Option<RunId>), store::Error> {
    let run = &opened.pinned.run;
    let steps = hourly::steps(&opened.pinned.plan, run);
    let by_run = match (run.superseded, run.t0) {
        (Some(superseded), _) => Some(superseded.by_run),
        (None, Some(t0)) if !steps.is_empty() => {
            let mut connection = state.pool.acquire().await?;
            store::run::begun_since(&mut connection, &run.start.environment, run.id, t0).await?
        }
        (None, _) => None,
    };
    Ok(match by_run {
        Some(_) => (Vec::new(), by_run),
        None => (steps, None),
    })
}

/// Asks everything that nobody has asked for this hour.
async fn look<'a>(
    lease: &Lease,
    opened: &'a Opened,
    site: &Site,
    slot: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Seen<'a>>, Gone> {
    let mut asked = hourly::asked(&opened.pinned.plan);
    let latest = loop {
        match latest(&lease.state, lease.task.run, &asked, now).await {
            Ok(latest) => break latest,
            Err(error) => lease.wait_after(error).await?,
        }
    };
    asked.retain(|one| {
        latest
            .get(&kept_under(one.line))
            .is_none_or(|(last, _)| *last < slot)
    });
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    lease.sure().await?;
    let specs: Vec<_> = asked
        .iter()
        .map(|one| (one.line.clone(), one.spec.clone()))
        .collect();
    let site = &reading::remembered(&lease.state, lease.task.run, site, &specs).await;
    let (round, cancel) = (lease.state.prober.round(), lease.cancel());
    let looks: Vec<_> = asked
        .into_iter()
        .map(|one| async {
            let finding = round.probe(one.spec, site, cancel.clone()).await;
            (one, finding)
        })
        .collect();
    let seen = stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
    lease.goes_on()?;
    // Somebody asked for the end: a rollback takes over. What was cut off has seen nothing.
    Ok(if cancel.is_cancelled() { Vec::new() } else { seen })
}

async fn latest(
    state: &AppState,
    run: RunId,
    asked: &[Asked<'_>],
    now: DateTime<Utc>,
) -> Result<BTreeMap<ItemId, (DateTime<Utc>, Verdict)>, store::Error> {
    let kept: Vec<_> = asked.iter().map(|one| kept_under(one.line)).collect();
    let mut connection = state.pool.acquire().await?;
    store::sample::latest(&mut connection, run, &kept, now).await
}

async fn store(
    lease: &Lease,
    opened: &Opened,
    set: u64,
    slot: Option<DateTime<Utc>>,
    seen: &[Seen<'_>],
    next: Next,
    now: DateTime<Utc>,
) -> Result<(), Gone> {
    loop {
        match try_to_store(lease, opened, set, slot, seen, next, now).await {
            Ok(true) => return Ok(()),
            Ok(false) => return Err(lease.lost()),
            Err(error) => lease.wait_after(error).await?,
        }
    }
}

async fn try_to_store(
    lease: &Lease,
    opened: &Opened,
    set: u64,
    slot: Option<DateTime<Utc>>,
    seen: &[Seen<'_>],
    next: Next,
    now: DateTime<Utc>,
) -> Result<bool, store::Error> {
    let (id, run) = (lease.task.id, lease.task.run);
    let mut tx = lease.state.pool.begin().await?;
    // The task before the environment before the run: everybody locks in this order.
    if !store::task::is_ours(&mut tx, id, lease.task.fence).await? {
        return Ok(false);
    }
    if let Some(slot) = slot.filter(|_| !seen.is_empty()) {
        let said = insert(&mut tx, opened, slot, seen, now).await?;
        let decide = |run: &Run| Ok::<_, store::Error>(turns(opened, run, set, slot, seen, &said));
        store::run::append(&mut tx, &opened.outline, run, &Author::Gonogo, now, decide).await?;
    }
    store::task::settle(&mut tx, id, next, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Stores the samples; what was seen, only where the verdict is another than before or fails. Answers the evidence of what fails.
async fn insert(
    connection: &mut PgConnection,
    opened: &Opened,
    slot: DateTime<Utc>,
    seen: &[Seen<'_>],
    now: DateTime<Utc>,
) -> Result<BTreeMap<ItemId, domain::Hash>, store::Error> {
    let (run, mut evidence) = (&opened.pinned.run, BTreeMap::new());
    let kept: Vec<_> = seen.iter().map(|(one, _)| kept_under(one.line)).collect();
    let latest = store::sample::latest(connection, run.id, &kept, now).await?;
    for ((one, finding), kept) in seen.iter().zip(&kept) {
        let changed = latest.get(kept).is_none_or(|(_, was)| *was != finding.verdict);
        let fails = finding.verdict == Verdict::Fail && !run.hourly.failing.contains_key(one.line);
        let hash = if changed || fails {
            Some(store::evidence::insert(connection, run.id, kept, finding).await?)
        } else {
            None
        };
        let sample = Sample {
            slot,
            taken_at: now,
            verdict: finding.verdict,
            value: value(&finding.evidence.found),
            said: changed.then(|| finding.reason.clone()),
        };
        store::sample::insert(connection, run.id, kept, &sample, hash.as_ref()).await?;
        evidence.extend(hash.filter(|_| fails).map(|hash| (one.line.clone(), hash)));
    }
    Ok(evidence)
}

/// Where a stretch of failures begins or ends. What could not be seen does neither.
fn turns(
    opened: &Opened,
    run: &Run,
    set: u64,
    slot: DateTime<Utc>,
    seen: &[Seen<'_>],
    evidence: &BTreeMap<ItemId, domain::Hash>,
) -> Vec<Happening> {
    if run.windows.set != set || hourly::steps(&opened.pinned.plan, run).is_empty() {
        return Vec::new();
    }
    let turn = |(one, finding): &Seen<'_>| {
        let line = one.line.clone();
        let fails = run.hourly.failing.contains_key(one.line);
        match finding.verdict {
            Verdict::Fail if !fails => Some(HourlyEntry::Failed {
                slot,
                reason: finding.reason.clone(),
                evidence: evidence.get(&line)?.clone(),
                line,
            }),
            Verdict::Pass | Verdict::Warning if fails => Some(HourlyEntry::Holds { line, slot }),
            Verdict::Pass | Verdict::Warning | Verdict::Fail | Verdict::NoData | Verdict::Error => None,
        }
    };
    seen.iter().filter_map(turn).map(Happening::Hourly).collect()
}

/// What the hourly checks of a run have seen; `None` where no step asks for them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn page(state: &AppState, person: &Person, id: RunId) -> Result<Option<HourlyPage>, Error> {
    let opened = run::open(state, person, id, Right::See).await?;
    let (run, plan, now) = (&opened.pinned.run, &opened.pinned.plan, state.clock.now());
    let Some(t0) = run.t0.filter(|_| plan.follow_ups.iter().any(|one| one.automatic)) else {
        return Ok(None);
    };
    let (steps, by_run) = steps(state, &opened).await?;
    let asked = hourly::asked(plan);
    let latest = latest(state, id, &asked, now).await?;
    let last = latest.values().map(|(slot, _)| *slot).max();
    let first: Vec<_> = asked.iter().take(1).map(|one| kept_under(one.line)).collect();
    let mut connection = state.pool.acquire().await?;
    let checked = store::sample::series(&mut connection, id, &first, t0, now).await?;
    let line = |one: &Asked<'_>| HourlyLine {
        line: one.line.clone(),
        text: one.text.to_owned(),
        verdict: latest
            .get(&kept_under(one.line))
            .filter(|(slot, _)| Some(*slot) == last)
            .map(|(_, verdict)| *verdict),
        failing: run.hourly.failing.get(one.line).cloned(),
    };
    Ok(Some(HourlyPage {
        lines: asked.iter().map(line).collect(),
        last,
        checked: checked.values().map(Vec::len).sum(),
        come: come(
            t0,
            &plan.follow_ups,
            last.filter(|_| steps.is_empty()).unwrap_or(now),
        ),
        next: hourly::next(t0, &steps, now),
        by_run: by_run.map(|run| run.0),
    }))
}

/// How many hours have come at `now` that were to be checked.
fn come(t0: DateTime<Utc>, steps: &[FollowUp], now: DateTime<Utc>) -> usize {
    let automatic: Vec<FollowUp> = steps.iter().filter(|one| one.automatic).cloned().collect();
    let mut hours = 0;
    let mut at = t0;
    while let Some(next) = hourly::next(t0, &automatic, at).filter(|next| *next <= now) {
        (hours, at) = (hours + 1, next);
        if at - t0 > TimeDelta::days(366) {
            break;
        }
    }
    hours
}

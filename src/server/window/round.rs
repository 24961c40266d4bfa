//! One round of samples: taken together, stored together with what they change.

use super::{Line, Watched, due, is_sampled, items, of};
use crate::server::{
    hold_off,
    hold_off::Failed,
    measurement, reading,
    run::Opened,
    task::{Gone, Lease},
};
use chrono::{DateTime, Utc};
use domain::{
    event::Happening,
    notice::Notice,
    person::Author,
    plan::ItemId,
    run::Run,
    verdict::{Finding, Verdict},
    window::{Demand, Sample, Window, judge, value},
};
use futures::{StreamExt, stream};
use probe::{Round, Site};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use store::task::Next;
use tokio_util::sync::CancellationToken;

/// How many probes of a round are under way at once.
const AT_ONCE: usize = 16;

/// A sample, with what it was judged by.
pub(super) struct Taken<'a> {
    line: &'a Line,
    sample: Sample,
    finding: Finding,
}

/// Asks what has a slot now that nobody has taken. What one line observes serves all others, of whichever window.
pub(super) async fn take<'a>(
    lease: &Lease,
    watched: &'a [Watched],
    site: &Site,
    now: DateTime<Utc>,
) -> Result<Vec<Taken<'a>>, Gone> {
    let lines: Vec<_> = watched.iter().flat_map(|watched| items(&watched.lines)).collect();
    let latest = loop {
        match latest(lease, &lines, now).await {
            Ok(latest) => break latest,
            Err(error) => lease.wait_after(error).await?,
        }
    };
    let wanted: Vec<(&Line, DateTime<Utc>)> = watched
        .iter()
        .filter_map(|watched| Some((watched, watched.window.slot_at(now)?)))
        .flat_map(|(watched, slot)| watched.lines.iter().map(move |line| (line, slot)))
        .filter(|(line, slot)| latest.get(&line.item).is_none_or(|(last, _)| last < slot))
        .collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    lease.sure().await?;
    let specs: Vec<_> = wanted
        .iter()
        .map(|(line, _)| (line.item.clone(), line.spec.clone()))
        .collect();
    let site = &reading::remembered(&lease.state, lease.task.run, site, &specs).await;
    let (round, cancel) = (lease.state.prober.round(), lease.cancel());
    let asked: Vec<_> = wanted
        .into_iter()
        .map(|(line, slot)| ask(&round, line, slot, site, &cancel, now))
        .collect();
    let taken = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
    lease.goes_on()?;
    // Somebody asked for the end: a rollback takes over. What was cut off has seen nothing.
    Ok(if cancel.is_cancelled() { Vec::new() } else { taken })
}

async fn ask<'a>(
    round: &Round<'_>,
    line: &'a Line,
    slot: DateTime<Utc>,
    site: &Site,
    cancel: &CancellationToken,
    now: DateTime<Utc>,
) -> Taken<'a> {
    let finding = round.probe(&line.spec, site, cancel.clone()).await;
    let sample = Sample {
        slot,
        taken_at: now,
        verdict: finding.verdict,
        value: value(&finding.evidence.found),
        said: None,
    };
    Taken {
        line,
        sample,
        finding,
    }
}

async fn latest(
    lease: &Lease,
    lines: &[ItemId],
    now: DateTime<Utc>,
) -> Result<BTreeMap<ItemId, (DateTime<Utc>, Verdict)>, store::Error> {
    let mut connection = lease.state.pool.acquire().await?;
    store::sample::latest(&mut connection, lease.task.run, lines, now).await
}

/// Stores what was taken, says what follows from it, and when somebody has to look again.
pub(super) async fn store(
    lease: &Lease,
    opened: &Opened,
    set: u64,
    watched: &[Watched],
    taken: &[Taken<'_>],
    now: DateTime<Utc>,
) -> Result<(), Gone> {
    loop {
        match try_to_store(lease, opened, set, watched, taken, now).await {
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
    watched: &[Watched],
    taken: &[Taken<'_>],
    now: DateTime<Utc>,
) -> Result<bool, store::Error> {
    let (state, id, run) = (&lease.state, lease.task.id, &opened.pinned.run);
    let mut tx = state.pool.begin().await?;
    // The task before the environment before the run: everybody locks in this order.
    if !store::task::is_ours(&mut tx, id, lease.task.fence).await? {
        return Ok(false);
    }
    let mut happened = Vec::new();
    // A clock that stands before T0 says nothing of what was sampled since.
    let opened_at = watched.first().map(|watched| watched.window.t0);
    let dropped = if opened_at.is_some_and(|t0| now >= t0) {
        store::sample::strike(&mut tx, run.id, now).await?
    } else {
        0
    };
    if dropped > 0 {
        happened.push(Happening::ClockWentBack { dropped });
    }
    happened.extend(insert(&mut tx, opened, taken, now).await?);
    happened.extend(hold(&mut tx, opened, watched, now).await?);
    let mut over = BTreeSet::new();
    for watched in watched.iter().filter(|watched| watched.window.due <= now) {
        happened.extend(due::judged(&mut tx, state.prober.host(), opened, watched, now).await?);
        over.insert(watched.section.clone());
    }
    happened.extend(
        over.into_iter()
            .map(|section| Happening::WindowJudged { section }),
    );
    if !happened.is_empty() {
        let (failed, by) = (failed(watched, &happened, set, now), Author::Gonogo);
        let due = happened
            .iter()
            .any(|one| matches!(one, Happening::WindowJudged { .. }));
        let decide = |run: &Run| Ok::<_, store::Error>(if is_sampled(run, set) { happened } else { vec![] });
        let (after, _) = store::run::append(&mut tx, &opened.outline, run.id, &by, now, decide).await?;
        if is_sampled(&after, set) {
            for failed in failed {
                let notice = Notice::WindowFailed {
                    item: failed.line.clone(),
                    reason: failed.why.clone(),
                };
                store::notice::queue(&mut tx, &after, notice, now).await?;
                hold_off::queue(&mut tx, state, (&opened.outline, &after), failed, now).await?;
            }
            if due {
                // What was measured and was too early for these lines has come to its time.
                measurement::judge_again(state, &mut tx, opened, &after, &by).await?;
            }
        }
    }
    let next = watched
        .iter()
        .filter_map(|watched| watched.window.next_after(now))
        .min();
    store::task::settle(&mut tx, id, next.map_or(Next::End, Next::At), now).await?;
    tx.commit().await?;
    Ok(true)
}

/// The lines that do not hold, and cannot any more.
fn failed(watched: &[Watched], happened: &[Happening], set: u64, now: DateTime<Utc>) -> Vec<Failed> {
    let of = |item: &ItemId| {
        watched.iter().find_map(|watched| {
            let line = watched.lines.iter().find(|line| line.item == *item)?;
            Some((&watched.section, line))
        })
    };
    let for_good = |item: &ItemId| of(item).is_some_and(|(_, line)| line.demand.needs_every_sample());
    let failed = happened.iter().filter_map(|one| match one {
        Happening::SampleFailed { item, reason, .. } if for_good(item) => Some((item, reason)),
        Happening::Observed {
            item,
            verdict: Verdict::Fail,
            reason,
            ..
        } => Some((item, reason)),
        _ => None,
    });
    let named = |(item, reason): (&ItemId, &String)| {
        Some(Failed {
            window: of(item)?.0.clone(),
            line: item.clone(),
            why: reason.clone(),
            at: Some(now),
            set,
        })
    };
    failed.filter_map(named).collect()
}

/// Stores the samples; why, and what was seen, only where the verdict is another than before. Answers the first bad ones.
async fn insert(
    connection: &mut PgConnection,
    opened: &Opened,
    taken: &[Taken<'_>],
    now: DateTime<Utc>,
) -> Result<Vec<Happening>, store::Error> {
    let (run, mut first) = (&opened.pinned.run, Vec::new());
    let lines: Vec<_> = taken.iter().map(|taken| taken.line.item.clone()).collect();
    let latest = store::sample::latest(connection, run.id, &lines, now).await?;
    for Taken {
        line,
        sample,
        finding,
    } in taken
    {
        let bad = finding.verdict == Verdict::Fail && !run.windows.bad.contains_key(&line.item);
        let changed = latest
            .get(&line.item)
            .is_none_or(|(_, verdict)| *verdict != finding.verdict);
        let mut sample = sample.clone();
        let before = latest.get(&line.item).map(|(slot, _)| *slot);
        let evidence = if changed || bad || counts_on(line, before, sample.slot) {
            sample.said = (changed || bad).then(|| finding.reason.clone());
            Some(store::evidence::insert(connection, run.id, &line.item, finding).await?)
        } else {
            None
        };
        store::sample::insert(connection, run.id, &line.item, &sample, evidence.as_ref()).await?;
        first.extend(evidence.filter(|_| bad).map(|evidence| Happening::SampleFailed {
            item: line.item.clone(),
            slot: sample.slot,
            reason: finding.reason.clone(),
            evidence,
        }));
    }
    Ok(first)
}

/// Whether what was counted is kept for later looks to count from.
fn counts_on(line: &Line, before: Option<DateTime<Utc>>, slot: DateTime<Utc>) -> bool {
    line.spec.keeps_readings_every().is_some_and(|minutes| {
        let number = |at: DateTime<Utc>| at.timestamp().div_euclid(i64::from(minutes.max(1)) * 60);
        before.is_none_or(|before| number(before) != number(slot))
    })
}

/// What has held for the first time for as long as it must at the end.
async fn hold(
    connection: &mut PgConnection,
    opened: &Opened,
    watched: &[Watched],
    now: DateTime<Utc>,
) -> Result<Vec<Happening>, store::Error> {
    let (run, mut held) = (&opened.pinned.run, Vec::new());
    for Watched { window, lines, .. } in watched {
        let steady = window.sampling.steady;
        let waiting: Vec<_> = lines
            .iter()
            .filter(|line| line.demand == Demand::AtTheEnd && !run.windows.steady.contains_key(&line.item))
            .map(|line| line.item.clone())
            .collect();
        // No more is read than is asked about.
        let since = (now - steady - window.sampling.interval * 2).max(window.t0);
        let tail = Window { t0: since, ..*window };
        if waiting.is_empty() || tail.come(now) == 0 {
            continue;
        }
        let series = store::sample::series(connection, of(opened), &waiting, since, now).await?;
        for (item, samples) in series {
            let judged = judge(&tail, Demand::AtTheEnd, &samples, now);
            let since = judged.and_then(|judged| judged.held_since);
            let last = tail.slots(now).last();
            let steady = since.zip(last).filter(|(since, last)| *last - *since >= steady);
            held.extend(steady.map(|(since, _)| Happening::SamplesHold { item, since }));
        }
    }
    Ok(held)
}

//! Verification: probes of a run, executed at once with bounded concurrency, each verdict recorded as it is made.

use crate::{
    api::Error,
    server::{
        phase, reading,
        run::{self, Opened},
        state::AppState,
        window,
    },
};
use chrono::{DateTime, Utc};
use domain::{
    Right,
    event::Happening,
    freshness::{is_under_way, wants_review},
    person::{Author, Person},
    plan::{ItemId, SectionId, Work},
    probe::ProbeSpec,
    run::{Run, RunId},
    status::untimely,
    verdict::{Finding, Verdict},
};
use futures::{StreamExt, stream};
use probe::Site;
use std::time::Duration;

/// How many probes of one verification are under way at once.
pub(crate) const AT_ONCE: usize = 256;

/// How long a request waits for its probes: without JavaScript the page that follows shows their verdicts.
const WAIT: Duration = Duration::from_secs(5);

/// What is verified.
#[derive(Clone, Debug)]
pub enum Scope {
    /// One item or check.
    Item(ItemId),
    /// Everything in a section.
    Section(SectionId),
    /// Everything.
    All,
    /// What a review verifies again: see [`wants_review`].
    Stale,
}

/// Verifies, and answers when the probes have answered or after five seconds; the rest goes on in the background.
///
/// # Errors
/// [`Error::Refused`] where nothing in the scope can be verified now, with the reason.
pub async fn verify(state: &AppState, person: &Person, id: RunId, scope: &Scope) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Verify).await?;
    ask(state, person, opened, scope).await
}

/// Verifies again what is stale, for somebody who is about to sign: whoever signs may ask for that much.
///
/// # Errors
/// As [`verify`].
pub async fn refresh(state: &AppState, person: &Person, id: RunId) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Sign).await?;
    // Where nothing can be verified any more there is still something to sign: a no, at least.
    if opened.pinned.run.superseded.is_some() || run::site(state, &opened).is_err() {
        return Ok(());
    }
    ask(state, person, opened, &Scope::Stale).await
}

async fn ask(state: &AppState, person: &Person, opened: Opened, scope: &Scope) -> Result<(), Error> {
    let id = opened.pinned.run.id;
    let site = run::site(state, &opened)?;
    let targets = targets(&opened, scope);
    if targets.is_empty() {
        return nothing_to_verify(scope);
    }
    let by = person.author();
    let started = start(state, &opened, id, &by, scope, &targets).await?;
    let work: Vec<_> = targets
        .into_iter()
        .filter(|(item, _)| started.contains(item))
        .collect();
    let here = state.clone();
    let task = state
        .tasks
        .spawn(async move { observe(&here, &opened, id, &by, &site, work).await });
    // The probes go on where this ends first.
    let _ = tokio::time::timeout(WAIT, task).await;
    Ok(())
}

/// Says of everything that was under way when Gonogo stopped that it is unknown.
///
/// # Errors
/// The database's.
pub async fn interrupt_lost(state: &AppState) -> Result<(), Error> {
    let mut connection = state.pool.acquire().await?;
    // What another Gonogo has under way is not lost. One that just died may seem to live for a moment.
    for _ in 0..20 {
        if store::panel::living(&mut connection, state.panel.id())
            .await?
            .is_empty()
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    if !store::panel::living(&mut connection, state.panel.id())
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let open = store::run::open(&mut connection).await?;
    drop(connection);
    for id in open {
        let mut tx = state.pool.begin().await?;
        let Some(pinned) = store::run::by_id(&mut tx, id).await? else {
            continue;
        };
        // Whoever takes these over says how they ended.
        let tasks = store::task::open_items(&mut tx, id).await?;
        let outline = domain::outline::Outline::from(&pinned.plan);
        store::run::append::<Error>(&mut tx, &outline, id, &Author::Gonogo, state.clock.now(), |run| {
            let goes = |item: &ItemId| phase::has(&outline, run, item);
            let items: Vec<_> = running(run)
                .filter(|item| !tasks.contains(item) && !goes(item))
                .collect();
            Ok(if items.is_empty() {
                vec![]
            } else {
                vec![Happening::Interrupted { items }]
            })
        })
        .await?;
        tx.commit().await?;
    }
    Ok(())
}

fn running(run: &Run) -> impl Iterator<Item = ItemId> {
    run.items
        .iter()
        .filter(|(_, state)| state.is_under_way())
        .map(|(id, _)| id.clone())
}

fn targets(opened: &Opened, scope: &Scope) -> Vec<(ItemId, ProbeSpec)> {
    let plan = &opened.pinned.plan;
    let works = plan.sections.iter().flat_map(|section| {
        let items = section.items.iter().map(|item| (&item.id, &item.work));
        let checks = section.checks.iter().map(|check| (&check.id, &check.work));
        items.chain(checks).map(move |(id, work)| (&section.id, id, work))
    });
    let wanted = |section: &SectionId, item: &ItemId| match scope {
        Scope::Item(wanted) => {
            wanted == item
                || opened
                    .outline
                    .line(item)
                    .is_some_and(|(_, line)| line.parent.as_ref() == Some(wanted))
        }
        Scope::Section(wanted) => wanted == section,
        Scope::All | Scope::Stale => true,
    };
    works
        .filter(|(section, item, _)| wanted(section, item))
        .filter_map(|(_, item, work)| match work {
            Work::Probe { spec }
            | Work::Action {
                proof: Some(spec), ..
            } => Some((item.clone(), spec.clone())),
            Work::Action { .. } | Work::Attestation | Work::Parent => None,
        })
        .collect()
}

/// Asks these probes on behalf of an action that ended, and answers the run when all have answered. What is under way
/// already is not asked twice.
///
/// # Errors
/// The database's; [`Error::Conflict`] where the run was closed.
pub(crate) async fn ask_again(
    state: &AppState,
    opened: &Opened,
    by: &Author,
    site: &Site,
    work: Vec<(ItemId, ProbeSpec)>,
) -> Result<Run, Error> {
    let id = opened.pinned.run.id;
    let started = start(state, opened, id, by, &Scope::All, &work).await?;
    let work = work
        .into_iter()
        .filter(|(item, _)| started.contains(item))
        .collect();
    observe(state, opened, id, by, site, work).await;
    let mut connection = state.pool.acquire().await?;
    let pinned = store::run::by_id(&mut connection, id).await?;
    pinned.map(|pinned| pinned.run).ok_or_else(|| Error::NotFound {
        what: format!("run {}", id.0),
    })
}

/// Whether the latest answer of this probe is a pass.
pub(crate) fn passes(run: &Run, item: &ItemId) -> bool {
    let latest = run.items.get(item).and_then(|state| state.latest.as_ref());
    latest.is_some_and(|latest| latest.verdict == Verdict::Pass)
}

fn nothing_to_verify(scope: &Scope) -> Result<(), Error> {
    match scope {
        Scope::Item(_) => Err(Error::refused("No probe settles this item: a person does.")),
        Scope::Section(_) => Err(Error::refused(
            "No probe settles anything in this section: people do.",
        )),
        Scope::All | Scope::Stale => Ok(()),
    }
}

async fn start(
    state: &AppState,
    opened: &Opened,
    id: RunId,
    by: &Author,
    scope: &Scope,
    targets: &[(ItemId, ProbeSpec)],
) -> Result<Vec<ItemId>, Error> {
    let now = state.clock.now();
    let mut started = Vec::new();
    run::change(state, opened, id, by, |run| {
        run::still_open(run)?;
        run::not_superseded(run)?;
        let due = targets.iter().filter(|(item, _)| {
            let early = opened
                .outline
                .line(item)
                .and_then(|(section, _)| untimely(section, run, now));
            early.is_none()
                && !is_under_way(run, item, now)
                && (!matches!(scope, Scope::Stale) || wants_review(run, item, now))
        });
        started = due.map(|(item, _)| item.clone()).collect();
        if started.is_empty() {
            return refuse_early(opened, run, scope, now).map(|()| vec![]);
        }
        Ok(vec![Happening::VerificationStarted {
            items: started.clone(),
        }])
    })
    .await?;
    Ok(started)
}

fn refuse_early(opened: &Opened, run: &Run, scope: &Scope, now: DateTime<Utc>) -> Result<(), Error> {
    let section = match scope {
        Scope::Item(item) => opened.outline.line(item).map(|(section, _)| section),
        Scope::Section(id) => opened.outline.sections.iter().find(|section| section.id == *id),
        Scope::All | Scope::Stale => None,
    };
    match section.and_then(|section| untimely(section, run, now)) {
        Some(early) => Err(Error::refused(format!("It is {}.", early.reason))),
        None => Ok(()),
    }
}

async fn observe(
    state: &AppState,
    opened: &Opened,
    id: RunId,
    by: &Author,
    site: &Site,
    work: Vec<(ItemId, ProbeSpec)>,
) {
    let asked_at = state.clock.now();
    let site = &reading::remembered(state, id, site, &work).await;
    // What one line observes serves every other line that was asked for with it.
    let round = state.prober.round();
    let probe = async |(item, spec): (ItemId, ProbeSpec)| {
        let finding = round.probe(&spec, site, state.stopping.child_token()).await;
        (item, finding)
    };
    // What answered at the same time is recorded together: one lock of the run's row, one transaction.
    let mut answers = std::pin::pin!(
        stream::iter(work)
            .map(probe)
            .buffer_unordered(AT_ONCE)
            .ready_chunks(AT_ONCE)
    );
    while let Some(findings) = answers.next().await {
        if state.stopping.is_cancelled() {
            // Cancelled by our own stop: the next start says that they are unknown.
            return;
        }
        if let Err(error) = record(state, opened, id, by, asked_at, &findings).await {
            tracing::error!(run = id.0, %error, "verdicts could not be recorded; they show as running until they are verified again");
        }
    }
}

async fn record(
    state: &AppState,
    opened: &Opened,
    id: RunId,
    by: &Author,
    asked_at: DateTime<Utc>,
    findings: &[(ItemId, Finding)],
) -> Result<(), Error> {
    let mut tx = state.pool.begin().await?;
    let mut observed = Vec::with_capacity(findings.len());
    for (item, finding) in findings {
        let finding = &window::tempered(&mut tx, opened, item, finding).await?;
        observed.push(Happening::Observed {
            item: item.clone(),
            verdict: finding.verdict,
            reason: finding.reason.clone(),
            evidence: store::evidence::insert(&mut tx, id, item, finding).await?,
            duration_us: finding.evidence.duration_us,
            asked_at: Some(asked_at),
        });
    }
    let decide = |run: &Run| {
        Ok(
            if run.is_closed() || run.superseded.is_some() || run.is_rolling_back() {
                vec![]
            } else {
                observed
            },
        )
    };
    let (_, events) =
        store::run::append::<Error>(&mut tx, &opened.outline, id, by, state.clock.now(), decide).await?;
    // A probe that answers after the run was closed or superseded is no part of it, and neither is its evidence.
    if events.is_empty() {
        tx.rollback().await?
    } else {
        tx.commit().await?
    }
    Ok(())
}

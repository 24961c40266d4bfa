//! A phase that the run goes through by itself: started once, stopped, and gone on with by a person.

mod command;
mod execution;
mod offer;

pub use execution::carry_out;
pub use offer::offer;

use crate::{
    api::Error,
    server::{
        baseline, phase_order,
        run::{self, conflict},
        settlement,
        state::AppState,
        task,
    },
};
use domain::{
    Right,
    action::ActionState,
    event::Happening,
    outline::{Outline, OutlineSection},
    person::Person,
    phase::{Progress, ProgressState},
    plan::{ItemId, SectionId, SectionKind},
    run::{Run, RunId, RunState},
    task::Work,
};
use store::task::{Kind, NewTask};
use uuid::Uuid;

/// Starts it, once for each `request_key`.
///
/// # Errors
/// [`Error::Refused`] where the run does not execute, an earlier phase is open, or numbers from before are missing and nobody says why it
/// goes on without; [`Error::Conflict`] where something that
/// changes the environment is under way.
pub async fn start(
    state: &AppState,
    person: &Person,
    id: RunId,
    section: SectionId,
    without_baseline: Option<&str>,
    request_key: Uuid,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Act).await?;
    let phase = phase(&opened.outline, &section)?;
    run::site(state, &opened)?;
    let (by, now) = (person.author(), state.clock.now());
    let new = NewTask {
        run: id,
        environment: opened.pinned.run.start.environment.clone(),
        request_key,
        work: Work::Phase {
            section: section.clone(),
        },
        by: by.clone(),
        due_at: now,
        panel: task::first_owner(state, &opened.pinned.run.start.environment),
    };
    let mut tx = state.pool.begin().await?;
    let task = match store::task::begin(&mut tx, &new, now).await {
        Ok(Some(task)) => task,
        Ok(None) => return Ok(()),
        Err(error) if error.is_duplicate() => return Err(another()),
        Err(error) => return Err(error.into()),
    };
    store::task::give_up(&mut tx, id, Kind::Phase, now).await?;
    let in_use = store::task::is_in_use(&mut tx, &new.environment, id).await?;
    store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        free(&opened.outline, run, in_use)?;
        may_start(&opened.outline, phase, run, now)?;
        let forgone = baseline::forgone(&opened.outline, run, without_baseline)?;
        let started = Happening::PhaseStarted { section };
        Ok::<_, Error>(forgone.into_iter().chain([started]).collect())
    })
    .await?;
    task::commit_and_begin(state, tx, task).await?;
    Ok(())
}

/// Goes on where it asks: with the same line, where that is not settled.
///
/// # Errors
/// [`Error::Conflict`] where it does not ask any more, or something that changes the environment is under way.
pub async fn go_on(state: &AppState, person: &Person, id: RunId, asked: u64) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Act).await?;
    let (environment, now) = (&opened.pinned.run.start.environment, state.clock.now());
    let mut tx = state.pool.begin().await?;
    let waits = match store::task::go_on(&mut tx, id, Kind::Phase, now).await {
        Ok(waits) => waits.then_some(()),
        Err(error) if error.is_duplicate() => return Err(another()),
        Err(error) => return Err(error.into()),
    };
    let in_use = store::task::is_in_use(&mut tx, environment, id).await?;
    store::run::append(&mut tx, &opened.outline, id, &person.author(), now, |run| {
        run::still_open(run)?;
        waits.and_then(|()| asks(run, asked)).ok_or_else(gone_on)?;
        free(&opened.outline, run, in_use)?;
        Ok::<_, Error>(vec![Happening::PhaseContinued])
    })
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Leaves the line out at which it asks, as whoever may waive does on the page of the line, and goes on.
///
/// # Errors
/// [`Error::Refused`] without a reason; those of [`go_on`].
pub async fn skip(
    state: &AppState,
    person: &Person,
    id: RunId,
    asked: u64,
    reason: String,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Waive).await?;
    run::open(state, person, id, Right::Act).await?;
    let (item, _) = asks(&opened.pinned.run, asked).ok_or_else(gone_on)?;
    let skip = settlement::Deed::Skip { reason };
    settlement::settle(state, person, id, item.clone(), skip).await?;
    go_on(state, person, id, asked).await
}

/// Ends what it is at; it asks then.
///
/// # Errors
/// [`Error::Conflict`] where it does not go.
pub async fn stop(state: &AppState, person: &Person, id: RunId) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Act).await?;
    let (now, by) = (state.clock.now(), person.author());
    let mut tx = state.pool.begin().await?;
    store::task::stop_all(&mut tx, id, Kind::Phase).await?;
    store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        let Some(progress) = going(run) else {
            return Err(conflict("The phase is not under way any more."));
        };
        let its = |item: &ItemId| has(&opened.outline, run, item);
        let cancelled = run.items.keys().filter(|item| its(item)).map(|item| {
            let item = item.clone();
            Happening::ActionCancelled { item }
        });
        let runs = matches!(progress.state, ProgressState::Running { stopped_by: None, .. });
        Ok(if runs {
            [Happening::PhaseStopped].into_iter().chain(cancelled).collect()
        } else {
            vec![]
        })
    })
    .await?;
    tx.commit().await?;
    let its = opened.outline.lines().map(|(_, line)| &line.id);
    // Where another Gonogo runs it, that one hears of it with its next heartbeat.
    its.filter(|item| has(&opened.outline, &opened.pinned.run, item))
        .for_each(|item| {
            state.executions.cancel(id, item);
        });
    Ok(())
}

/// Refuses what changes the target by hand while the run goes through a phase by itself.
pub(crate) fn not_going(outline: &Outline, run: &Run) -> Result<(), Error> {
    let Some(progress) = going(run) else {
        return Ok(());
    };
    let heading = phase(outline, &progress.section).map(OutlineSection::heading);
    Err(Error::Conflict {
        message: format!(
            "“{}” is being run by {} just now: wait for its end, or stop it first.",
            heading.unwrap_or_default(),
            progress.by.name()
        ),
    })
}

/// Whether the command of this line runs as a part of the phase that the run goes through: that one's task knows of it.
pub(crate) fn has(outline: &Outline, run: &Run, item: &ItemId) -> bool {
    let running = run
        .items
        .get(item)
        .and_then(|state| state.action.as_ref())
        .is_some_and(ActionState::is_running);
    let section = outline.line(item).map(|(section, _)| &section.id);
    running && section.is_some_and(|section| run.goes_through(section))
}

fn going(run: &Run) -> Option<&Progress> {
    run.phase.as_ref().filter(|progress| progress.is_running())
}

/// The line at which it asks, where that is still the question of this number.
fn asks(run: &Run, number: u64) -> Option<(&ItemId, &SectionId)> {
    let progress = run.phase.as_ref()?;
    match &progress.state {
        ProgressState::Asking { item, asked, .. } if *asked == number => Some((item, &progress.section)),
        ProgressState::Asking { .. }
        | ProgressState::Running { .. }
        | ProgressState::Done { .. }
        | ProgressState::GivenUp { .. } => None,
    }
}

fn phase<'a>(outline: &'a Outline, section: &SectionId) -> Result<&'a OutlineSection, Error> {
    let is = |found: &&OutlineSection| {
        found.id == *section && matches!(found.kind, SectionKind::Phase { .. }) && !found.lines.is_empty()
    };
    let found = outline.sections.iter().find(is);
    found.ok_or_else(|| Error::NotFound {
        what: format!("phase {section}"),
    })
}

/// Nothing else changes the environment; `in_use` is what is known of other runs there.
fn free(outline: &Outline, run: &Run, in_use: bool) -> Result<(), Error> {
    not_going(outline, run)?;
    let running = run.items.iter().find(|(_, state)| {
        let action = state.action.as_ref();
        action.is_some_and(ActionState::is_running)
    });
    if let Some((item, _)) = running {
        let line = outline.line(item).map_or("", |(_, line)| line.text.as_str());
        return Err(Error::Conflict {
            message: format!("“{line}” is under way: wait for its end, or cancel it first."),
        });
    }
    if in_use {
        return Err(another());
    }
    Ok(())
}

fn may_start(
    outline: &Outline,
    phase: &OutlineSection,
    run: &Run,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), Error> {
    run::still_open(run)?;
    run::not_superseded(run)?;
    if matches!(run.state, RunState::Preparing) {
        return Err(Error::refused(
            "The run does not execute yet: begin it first, which takes the environment.",
        ));
    }
    phase_order::in_order(outline, phase, run, now)
}

fn another() -> Error {
    conflict("Something that changes this environment is under way: wait for its end, then try again.")
}

fn gone_on() -> Error {
    conflict("The phase does not ask any more: look at where it is now.")
}

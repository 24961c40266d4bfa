//! Actions: the command of an item, run once, shown while it runs, and proved by what comes after it.

mod execution;

pub use execution::carry_out;
pub(crate) use execution::{PROVED_AFTER, contract, end, is_running, lose, perform};

use crate::{
    api::{Error, action::ActionOffer},
    server::{
        desk, phase, phase_order,
        run::{self, Opened},
        settlement,
        state::AppState,
        task,
    },
};
use domain::{
    Right,
    action::ActionState,
    event::Happening,
    person::Person,
    plan::{ItemId, Plan, SectionKind, Work},
    probe::ProbeSpec,
    run::{Run, RunId, RunState},
};
use probe::{Site, parameter};
use std::time::Duration;
use store::task::NewTask;
use uuid::Uuid;

/// How long a request waits for its action: without JavaScript the page that follows shows how it ended.
const WAIT: Duration = Duration::from_secs(5);

/// What somebody reads before they run it.
///
/// # Errors
/// [`Error::NotFound`] where the item has no action.
pub async fn offer(state: &AppState, person: &Person, id: RunId, item: ItemId) -> Result<ActionOffer, Error> {
    let opened = run::open(state, person, id, Right::See).await?;
    let (command, written) = command(&opened.pinned.plan, &item)?;
    let place = state.sites.place(&opened.pinned.run.start.environment)?;
    let refused = may_run(state, &opened, &opened.pinned.run, &item)
        .and_then(|()| theirs(&opened, &item, person))
        .and_then(|()| filled(&opened.pinned.plan, command, &place.site));
    Ok(ActionOffer {
        command: command.to_owned(),
        written: (written != command).then(|| written.to_owned()),
        shell: format!(
            "{} in {}",
            place.declared.shell.join(" "),
            place.declared.work_directory
        ),
        deadline_s: deadline(&opened.pinned.plan, &item, &place.site).as_secs(),
        refused: refused.err().map(|refused| refused.to_string()),
        request_key: desk::new_request_key()?,
        printed: state.executions.printed(id, &item).unwrap_or_default(),
    })
}

/// Runs it, once for each `request_key`. Answers when it ended, or after five seconds; it goes on in the background.
///
/// # Errors
/// [`Error::Refused`] where the run does not execute, an earlier phase is open or a parameter has no value;
/// [`Error::Conflict`] where it is under way.
pub async fn run(
    state: &AppState,
    person: &Person,
    id: RunId,
    item: ItemId,
    request_key: Uuid,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Act).await?;
    let (command, _) = command(&opened.pinned.plan, &item)?;
    let site = run::site(state, &opened)?;
    filled(&opened.pinned.plan, command, &site)?;
    theirs(&opened, &item, person)?;
    let (by, now) = (person.author(), state.clock.now());
    let new = NewTask {
        run: id,
        environment: opened.pinned.run.start.environment.clone(),
        request_key,
        work: domain::task::Work::Action { item: item.clone() },
        by: by.clone(),
        due_at: now,
        panel: task::first_owner(state, &opened.pinned.run.start.environment),
    };
    let mut tx = state.pool.begin().await?;
    let Some(task) = store::task::begin(&mut tx, &new, now).await? else {
        return Ok(());
    };
    store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        may_run(state, &opened, run, &item)?;
        Ok::<_, Error>(vec![Happening::ActionStarted { item, again: false }])
    })
    .await?;
    // The intent is stored before the effect: what dies from here on is unknown, never forgotten.
    if let Some(working) = task::commit_and_begin(state, tx, task).await? {
        // It goes on where this ends first.
        let _ = tokio::time::timeout(WAIT, working).await;
    }
    Ok(())
}

/// Ends it with everything that it started; the log names who asked for it.
///
/// # Errors
/// [`Error::Conflict`] where it is not under way.
pub async fn cancel(state: &AppState, person: &Person, id: RunId, item: ItemId) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Act).await?;
    let section = opened.outline.line(&item).map(|(section, _)| section.id.clone());
    let section = section.ok_or_else(|| unknown(&item))?;
    let mut tx = state.pool.begin().await?;
    store::task::stop(&mut tx, id, &section, &item).await?;
    let now = state.clock.now();
    store::run::append(
        &mut tx,
        &opened.outline,
        id,
        &person.author(),
        now,
        |run| match action_of(run, &item) {
            Some(ActionState::Running {
                cancelled_by: None, ..
            }) => Ok(vec![Happening::ActionCancelled { item: item.clone() }]),
            Some(ActionState::Running { .. }) => Ok(vec![]),
            Some(ActionState::Ended { .. } | ActionState::Unknown { .. }) | None => {
                Err(run::conflict("It is not under way any more."))
            }
        },
    )
    .await?;
    tx.commit().await?;
    // Where another Gonogo runs it, that one hears of it with its next heartbeat.
    state.executions.cancel(id, &item);
    Ok(())
}

/// The probes that prove an action: its own, or those beside it.
pub(crate) fn proofs(plan: &Plan, item: &ItemId) -> Vec<(ItemId, ProbeSpec)> {
    let Some(Work::Action { proof, proved_by, .. }) = work(plan, item) else {
        return Vec::new();
    };
    let beside = proved_by.iter().filter_map(|beside| match work(plan, beside)? {
        Work::Probe { spec } => Some((beside.clone(), spec.clone())),
        Work::Action { .. } | Work::Attestation | Work::Parent => None,
    });
    let own = proof.iter().map(|spec| (item.clone(), spec.clone()));
    own.chain(beside).collect()
}

fn work<'a>(plan: &'a Plan, id: &ItemId) -> Option<&'a Work> {
    plan.sections.iter().find_map(|section| {
        let item = section
            .items
            .iter()
            .find(|item| item.id == *id)
            .map(|item| &item.work);
        item.or_else(|| {
            section
                .checks
                .iter()
                .find(|check| check.id == *id)
                .map(|check| &check.work)
        })
    })
}

pub(crate) fn command<'a>(plan: &'a Plan, id: &ItemId) -> Result<(&'a str, &'a str), Error> {
    match work(plan, id) {
        Some(Work::Action { command, written, .. }) => Ok((command, written)),
        Some(Work::Probe { .. } | Work::Attestation | Work::Parent) | None => Err(Error::NotFound {
            what: format!("an action of item {id}"),
        }),
    }
}

/// How long it may take: what the line says, else the environment's file, else half an hour.
pub(crate) fn deadline(plan: &Plan, item: &ItemId, site: &Site) -> Duration {
    let mut checks = plan.sections.iter().flat_map(|section| &section.checks);
    let check = || checks.find(|check| check.id == *item)?.timeout_seconds;
    let said = plan.item(item).map_or_else(check, |item| item.timeout_seconds);
    said.map_or(site.action_deadline, |seconds| {
        Duration::from_secs(u64::from(seconds))
    })
}

/// Whether the role that a line asks for is theirs.
pub(crate) fn theirs(opened: &Opened, item: &ItemId, person: &Person) -> Result<(), Error> {
    let line = opened.outline.line(item).map(|(_, line)| line);
    line.map_or(Ok(()), |line| {
        settlement::is_theirs(&opened.pinned.run, line, person)
    })
}

fn unknown(item: &ItemId) -> Error {
    Error::NotFound {
        what: format!("item {item}"),
    }
}

fn action_of<'a>(run: &'a Run, item: &ItemId) -> Option<&'a ActionState> {
    run.items.get(item)?.action.as_ref()
}

/// Whether somebody may change the target by this line: the run is where it may, and does not go through a phase by itself.
pub(crate) fn may_run(state: &AppState, opened: &Opened, run: &Run, item: &ItemId) -> Result<(), Error> {
    phase::not_going(&opened.outline, run)?;
    may_act(state, opened, run, item)
}

/// Whether the run is where this line may change its target.
pub(crate) fn may_act(state: &AppState, opened: &Opened, run: &Run, item: &ItemId) -> Result<(), Error> {
    run::still_open(run)?;
    run::not_superseded(run)?;
    if let Some(ActionState::Running { since, by, .. }) = action_of(run, item) {
        return Err(Error::Conflict {
            message: format!(
                "It is under way already: {} started it at {} UTC.",
                by.name(),
                since.format("%H:%M:%S")
            ),
        });
    }
    let (section, _) = opened.outline.line(item).ok_or_else(|| unknown(item))?;
    // Backups are made before the environment is taken; everything else changes what others may be working on.
    let before = section.kind == SectionKind::Preflight;
    if matches!(run.state, RunState::Preparing) && !before {
        return Err(Error::refused(
            "The run does not execute yet: begin it first, which takes the environment.",
        ));
    }
    phase_order::in_order(&opened.outline, section, run, state.clock.now())
}

/// Every parameter that the command names has a value, and one that a command may be given.
///
/// # Errors
/// [`Error::Refused`], which names the line to add.
pub(crate) fn filled(plan: &Plan, command: &str, site: &Site) -> Result<(), Error> {
    let missing = plan
        .parameters
        .iter()
        .find(|parameter| parameter::names(command, &parameter.name) && !site.has_variable(&parameter.name));
    match missing {
        None => parameter::unfit(command, site)
            .map_or(Ok(()), |why| Err(Error::refused(format!("Refused: {why}.")))),
        Some(parameter) => Err(Error::refused(format!(
            "The parameter {} has no value: add `{} = \"…\"` below [parameters] in environments/{}.toml.",
            parameter.name, parameter.name, site.environment.name
        ))),
    }
}

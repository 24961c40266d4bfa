//! Actions: the command of an item, run once, shown while it runs, and proved by what comes after it.

use crate::{
    api::{Error, action::ActionOffer},
    server::{
        desk, phase_order,
        run::{self, Opened},
        settlement,
        state::AppState,
        verification,
    },
};
use domain::{
    Right,
    action::ActionState,
    event::Happening,
    person::{Author, Person},
    plan::{ItemId, Plan, SectionKind, Work},
    probe::ProbeSpec,
    run::{Run, RunId, RunState},
};
use probe::{Site, parameter};
use std::time::Duration;
use uuid::Uuid;

/// How long a request waits for its action: without JavaScript the page that follows shows how it ended.
const WAIT: Duration = Duration::from_secs(5);

/// When what proves an action is asked, after it ended: what was started needs a moment to answer. It ends with the first
/// time at which all of it holds.
const PROVED_AFTER: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

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
    let command = command.to_owned();
    let mut site = run::site(state, &opened)?;
    filled(&opened.pinned.plan, &command, &site)?;
    theirs(&opened, &item, person)?;
    site.action_deadline = deadline(&opened.pinned.plan, &item, &site);
    let (by, now) = (person.author(), state.clock.now());
    let mut tx = state.pool.begin().await?;
    if !store::action_request::is_new(&mut tx, id, request_key, &item, now).await? {
        return Ok(());
    }
    store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        may_run(state, &opened, run, &item)?;
        Ok::<_, Error>(vec![Happening::ActionStarted { item: item.clone() }])
    })
    .await?;
    // The intent is stored before the effect: what dies from here on is unknown, never forgotten.
    tx.commit().await?;
    let cancel = state.stopping.child_token();
    state.executions.begin(id, item.clone(), cancel.clone());
    let execution = Execution {
        id,
        item,
        by,
        site,
        opened,
    };
    let task = state.tasks.spawn(execution.run(state.clone(), command, cancel));
    // It goes on where this ends first.
    let _ = tokio::time::timeout(WAIT, task).await;
    Ok(())
}

/// Ends it with everything that it started; the log names who asked for it.
///
/// # Errors
/// [`Error::Conflict`] where it is not under way, or another Gonogo runs it.
pub async fn cancel(state: &AppState, person: &Person, id: RunId, item: ItemId) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Act).await?;
    run::change(state, &opened, id, &person.author(), |run| {
        match action_of(run, &item) {
            Some(ActionState::Running {
                cancelled_by: None, ..
            }) => Ok(vec![Happening::ActionCancelled { item: item.clone() }]),
            Some(ActionState::Running { .. }) => Ok(vec![]),
            Some(ActionState::Ended { .. } | ActionState::Unknown { .. }) | None => {
                Err(run::conflict("It is not under way any more."))
            }
        }
    })
    .await?;
    if state.executions.cancel(id, &item) {
        Ok(())
    } else {
        Err(run::conflict(
            "Another Gonogo runs it, and ends it at its own deadline.",
        ))
    }
}

/// One execution, from its start to its proof.
struct Execution {
    id: RunId,
    item: ItemId,
    by: Author,
    site: Site,
    opened: Opened,
}

impl Execution {
    async fn run(self, state: AppState, command: String, cancel: probe::CancellationToken) {
        let (id, item) = (self.id, &self.item);
        if let Err(error) = self.fresh_reports().await {
            tracing::warn!(run = id.0, %item, %error, "an older test report could not be taken away");
        }
        let mut print = |piece: &str| state.executions.print(id, item, piece);
        let (ending, finding) = state.prober.act(&command, &self.site, cancel, &mut print).await;
        // Ended by our own stop: the next start says that nobody knows how it went.
        if !state.stopping.is_cancelled()
            && let Err(error) = self.record(&state, ending, &finding).await
        {
            tracing::error!(run = id.0, %item, %error, "the end of an action could not be recorded");
        }
        state.executions.end(id, item);
        self.prove(&state).await;
    }

    /// What is read as the report of this test run was written by it.
    async fn fresh_reports(&self) -> std::io::Result<()> {
        let proofs = proofs(&self.opened.pinned.plan, &self.item);
        let reports: Vec<String> = proofs
            .into_iter()
            .filter_map(|(_, spec)| {
                if let ProbeSpec::Tests { report } = spec {
                    Some(report)
                } else {
                    None
                }
            })
            .collect();
        let site = self.site.clone();
        let cleared = tokio::task::spawn_blocking(move || {
            reports.iter().try_for_each(|report| site.fresh_report(report))
        });
        cleared
            .await
            .unwrap_or_else(|broken| Err(std::io::Error::other(broken)))
    }

    async fn record(
        &self,
        state: &AppState,
        ending: domain::action::Ending,
        finding: &domain::verdict::Finding,
    ) -> Result<(), Error> {
        let mut tx = state.pool.begin().await?;
        let evidence = store::evidence::insert(&mut tx, self.id, &self.item, finding).await?;
        let ended = Happening::ActionEnded {
            item: self.item.clone(),
            ending,
            reason: finding.reason.clone(),
            evidence,
            duration_us: finding.evidence.duration_us,
        };
        // Its end is a fact also where the run was closed meanwhile.
        let now = state.clock.now();
        store::run::append::<Error>(&mut tx, &self.opened.outline, self.id, &self.by, now, |_| {
            Ok(vec![ended])
        })
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Asks what proves it, until all of it holds or nothing more is to be expected.
    async fn prove(self, state: &AppState) {
        let mut open = proofs(&self.opened.pinned.plan, &self.item);
        for wait in PROVED_AFTER {
            tokio::select! {
                () = state.stopping.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            if open.is_empty() {
                return;
            }
            let asked =
                verification::ask_again(state, &self.opened, &self.by, &self.site, open.clone()).await;
            match asked {
                Ok(run) => open.retain(|(item, _)| !verification::passes(&run, item)),
                Err(error) => {
                    tracing::warn!(run = self.id.0, item = %self.item, %error, "what proves an action was not asked");
                    return;
                }
            }
        }
    }
}

/// The probes that prove an action: its own, or those beside it.
fn proofs(plan: &Plan, item: &ItemId) -> Vec<(ItemId, ProbeSpec)> {
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

fn command<'a>(plan: &'a Plan, id: &ItemId) -> Result<(&'a str, &'a str), Error> {
    match work(plan, id) {
        Some(Work::Action { command, written, .. }) => Ok((command, written)),
        Some(Work::Probe { .. } | Work::Attestation | Work::Parent) | None => Err(Error::NotFound {
            what: format!("an action of item {id}"),
        }),
    }
}

/// How long it may take: what the line says, else the environment's file, else half an hour.
fn deadline(plan: &Plan, item: &ItemId, site: &Site) -> Duration {
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
    line.map_or(Ok(()), |line| settlement::is_theirs(line, person))
}

fn action_of<'a>(run: &'a Run, item: &ItemId) -> Option<&'a ActionState> {
    run.items.get(item)?.action.as_ref()
}

/// Whether the run is where this action may change its target.
pub(crate) fn may_run(state: &AppState, opened: &Opened, run: &Run, item: &ItemId) -> Result<(), Error> {
    run::still_open(run)?;
    run::not_superseded(run)?;
    if action_of(run, item).is_some_and(ActionState::is_running) {
        return Err(run::conflict("It is under way already."));
    }
    let (section, _) = opened.outline.line(item).ok_or_else(|| Error::NotFound {
        what: format!("item {item}"),
    })?;
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

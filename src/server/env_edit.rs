//! The offered edit of a `.env` file: shown as a difference, accepted by a person, written whole, and proved by the lines.

use crate::{
    api::{Error, env_edit::EnvEditOffer},
    server::{
        action, desk, failure,
        run::{self, Opened},
        state::AppState,
        task::{self, Entry, Gone, Lease},
        verification,
    },
};
use domain::{
    Hash, Right,
    action::Ending,
    event::Happening,
    person::Person,
    plan::{ItemId, Plan, env_lines},
    probe::ProbeSpec,
    run::RunId,
    task::Work,
    verdict::{Finding, Verdict},
};
use probe::env_edit::{ChangedLine, EnvEdit};
use store::task::{NewTask, Next};
use uuid::Uuid;

/// What would change.
///
/// # Errors
/// [`Error::NotFound`] where the item asks for no line of a `.env` file, [`Error::Refused`] where the file cannot be read.
pub async fn offer(
    state: &AppState,
    person: &Person,
    id: RunId,
    item: ItemId,
) -> Result<EnvEditOffer, Error> {
    let opened = run::open(state, person, id, Right::See).await?;
    let (edit, probes) = edit(&opened.pinned.plan, &item)?;
    let site = run::site(state, &opened)?;
    let difference = tokio::task::spawn_blocking(move || edit.difference(&site)).await;
    let difference = difference
        .map_err(|broken| failure::internal("reading a .env file", &broken))?
        .map_err(Error::refused)?;
    let refused = action::may_run(state, &opened, &opened.pinned.run, &item)
        .and_then(|()| theirs(&opened, &item, &probes, person));
    Ok(EnvEditOffer {
        path: difference.path,
        difference: difference.lines.iter().flat_map(signed).collect(),
        before: difference.before,
        refused: refused.err().map(|refused| refused.to_string()),
        request_key: desk::new_request_key()?,
    })
}

/// Writes it, once for each `request_key`, and asks the lines again.
///
/// # Errors
/// [`Error::Refused`] where the run does not execute, an earlier phase is open, or the file was changed meanwhile.
pub async fn accept(
    state: &AppState,
    person: &Person,
    id: RunId,
    item: ItemId,
    before: Hash,
    request_key: Uuid,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Act).await?;
    let (edit, probes) = edit(&opened.pinned.plan, &item)?;
    theirs(&opened, &item, &probes, person)?;
    let site = run::site(state, &opened)?;
    let (by, now) = (person.author(), state.clock.now());
    let new = NewTask {
        run: id,
        environment: opened.pinned.run.start.environment.clone(),
        request_key,
        work: Work::EnvEdit { item: item.clone() },
        by: by.clone(),
        due_at: now,
        panel: Some(state.panel.id().ok_or_else(unready)?),
    };
    let mut tx = state.pool.begin().await?;
    let Some(task) = store::task::begin(&mut tx, &new, now).await? else {
        return Ok(());
    };
    store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        action::may_run(state, &opened, run, &item)?;
        Ok::<_, Error>(vec![Happening::ActionStarted {
            item: item.clone(),
            again: false,
        }])
    })
    .await?;
    // The intent is stored before the effect, as of every action.
    task::commit(state, tx, &task).await?;
    let lease = Lease::hold(state.clone(), task);
    // It goes on to its end where the browser goes away.
    let task = state.tasks.spawn(async move {
        let state = &lease.state;
        let finding = state.prober.edit_env(edit, &site, before).await;
        record(&lease, &opened, &item, &finding).await?;
        if finding.verdict != Verdict::Pass {
            return Err(Error::refused(finding.reason));
        }
        verification::ask_again(state, &opened, &by, &site, probes).await?;
        Ok(())
    });
    task.await
        .map_err(|broken| failure::internal("editing a .env file", &broken))?
}

/// An edit whose Gonogo died in it: the file is whole, old or new, and its lines are probes that say which.
///
/// # Errors
/// [`Gone`].
pub async fn look_after(lease: &Lease, item: &ItemId) -> Result<(), Gone> {
    action::lose(lease, &lease.open().await?, item).await
}

/// Whether the line, and every line that the edit is about, is for this person's role.
fn theirs(opened: &Opened, item: &ItemId, probes: &Probes, person: &Person) -> Result<(), Error> {
    let lines = std::iter::once(item).chain(probes.iter().map(|(id, _)| id));
    lines
        .into_iter()
        .try_for_each(|line| action::theirs(opened, line, person))
}

async fn record(lease: &Lease, opened: &Opened, item: &ItemId, finding: &Finding) -> Result<(), Gone> {
    let entry = Entry {
        by: &lease.task.by,
        seen: Some((item, finding)),
        next: Next::End,
    };
    let ending = match finding.verdict {
        Verdict::Pass => Ending::Done,
        Verdict::Warning | Verdict::NoData | Verdict::Error | Verdict::Fail => Ending::Failed,
    };
    lease
        .write(&opened.outline, entry, |_, evidence| {
            let ended = evidence.map(|evidence| Happening::ActionEnded {
                item: item.clone(),
                ending,
                reason: finding.reason.clone(),
                evidence: evidence.clone(),
                duration_us: finding.evidence.duration_us,
            });
            ended.into_iter().collect()
        })
        .await?;
    Ok(())
}

fn unready() -> Error {
    Error::Unavailable {
        message: "Gonogo is just starting. Nothing was changed; try again in a moment.".to_owned(),
    }
}

type Probes = Vec<(ItemId, ProbeSpec)>;

/// The edit that an item asks for, with the probes that say afterwards whether it holds.
fn edit(plan: &Plan, item: &ItemId) -> Result<(EnvEdit, Probes), Error> {
    let lines = plan
        .section_of(item)
        .map(|section| env_lines(section, item))
        .unwrap_or_default();
    let Some((_, file, ..)) = lines.first() else {
        return Err(Error::NotFound {
            what: format!("line of a .env file in item {item}"),
        });
    };
    // A box whose lines are of two files offers the first one's; each line offers its own.
    let file = (*file).to_owned();
    let its = lines.into_iter().filter(|(_, of, ..)| *of == file);
    let (mut wanted, mut probes) = (Vec::new(), Vec::new());
    for (id, _, key, value) in its {
        wanted.push((key.to_owned(), value.to_owned()));
        if let Some(domain::plan::Work::Probe { spec }) = plan.work(id) {
            probes.push((id.clone(), spec.clone()));
        }
    }
    Ok((EnvEdit { file, wanted }, probes))
}

fn signed(line: &ChangedLine) -> Vec<String> {
    let ChangedLine {
        before,
        after,
        line: _,
    } = line;
    let before = before.iter().map(|before| format!("-{before}"));
    before.chain([format!("+{after}")]).collect()
}

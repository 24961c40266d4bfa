//! What a rollback would do, in words, before anybody presses.

use super::{
    possible,
    self_harm::{Harm, database, harms},
};
use crate::{
    api::{
        Error,
        rollback::{RollbackOffer, StepOffer, TierOffer, TierReady},
    },
    server::{
        desk, readiness,
        run::{self, Opened},
        state::AppState,
    },
};
use domain::{
    Right,
    horizon::{Horizon, horizon},
    person::Person,
    rollback::{Deed, Step},
    run::RunId,
};

/// Every tier of a run's plan.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn offer(state: &AppState, person: &Person, id: RunId) -> Result<RollbackOffer, Error> {
    let opened = run::open(state, person, id, Right::See).await?;
    let (plan, start) = (&opened.pinned.plan, &opened.pinned.run.start);
    let database = database(state, &opened);
    let ready = readiness::look(state, &opened).await.ok();
    let mut tiers = Vec::new();
    for tier in &plan.rollback {
        let found = ready.as_ref().and_then(|ready| ready.tier(&tier.section));
        tiers.push(TierOffer {
            section: tier.section.clone(),
            title: tier.title.clone(),
            minutes: tier.minutes,
            steps: tier
                .steps_in(start.class)
                .map(|one| step(one, &database))
                .collect(),
            request_key: desk::new_request_key()?,
            refused: possible(state, &opened, tier)
                .err()
                .map(|error| error.to_string()),
            readiness: match found {
                Some(found) => {
                    let took = readiness::took(state, &start.environment, &tier.section).await?;
                    Some(found.summary(took))
                }
                None => None,
            },
            needs: found.map(|found| found.needs.clone()).unwrap_or_default(),
        });
    }
    let place = state.sites.place(&start.environment).ok();
    Ok(RollbackOffer {
        tiers,
        horizon: far(&opened),
        notices: notices(state, &opened),
        shell: place.map_or_else(String::new, |place| {
            format!(
                "{} in {}",
                place.declared.shell.join(" "),
                place.declared.work_directory
            )
        }),
    })
}

/// Whether each tier could be gone now.
///
/// # Errors
/// As [`readiness::look`].
pub async fn ready(state: &AppState, person: &Person, id: RunId) -> Result<Vec<TierReady>, Error> {
    let opened = run::open(state, person, id, Right::See).await?;
    let found = readiness::look(state, &opened).await?;
    let mut tiers = Vec::new();
    for tier in &opened.pinned.plan.rollback {
        if let Some(found) = found.tier(&tier.section) {
            let environment = &opened.pinned.run.start.environment;
            let took = readiness::took(state, environment, &tier.section).await?;
            tiers.push(TierReady {
                title: tier.title.clone(),
                ready: found.is_ready(),
                words: found.summary(took),
            });
        }
    }
    Ok(tiers)
}

/// What somebody should know about the environment before it is rolled back.
fn notices(state: &AppState, opened: &Opened) -> Vec<String> {
    let place = match state.sites.place(&opened.pinned.run.start.environment) {
        Ok(place) => place,
        Err(unusable) => return vec![unusable.to_string()],
    };
    let changed = run::changed(state, opened).map(|hash| {
        format!(
            "The environment's file has changed since this run was started. A rollback goes by the file as it is now ({}): read \
             the steps, their addresses and values are today's.",
            hash.short()
        )
    });
    let elsewhere = run::served_here(state, place).err().map(|_| {
        format!(
            "The Gonogo on {} serves this environment and carries the steps out, wherever the button is pressed.",
            place.declared.served_by.join(" or ")
        )
    });
    changed.into_iter().chain(elsewhere).collect()
}

/// How far the ways back still lead.
fn far(opened: &Opened) -> Option<String> {
    let (plan, run) = (&opened.pinned.plan, &opened.pinned.run);
    match horizon(plan, run) {
        Horizon::Immediate => None,
        Horizon::Full => {
            Some("The first tier does not lead back to how things were any more; another does.".to_owned())
        }
        Horizon::ForwardOnly { since, why } => {
            let line = opened.outline.line(&since);
            let text = line.map_or_else(|| since.to_string(), |(_, line)| line.text.clone());
            Some(format!(
                "No tier leads back to how things were since “{text}”: {why}"
            ))
        }
    }
}

fn step(step: &Step, database: &[String]) -> StepOffer {
    let does = match &step.deed {
        Deed::Command { command } => command.clone(),
        Deed::EnvEdit { file, lines } => {
            let lines: Vec<String> = lines
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            format!("Sets {} in {file}", lines.join(", "))
        }
        Deed::Restore { from, to } => format!("Writes {from} back as {to}"),
        Deed::Verify { spec } => checklist::describe::probe(spec),
        Deed::ByHand { words } => words.clone(),
    };
    StepOffer {
        title: step.title.clone(),
        does,
        is_command: matches!(step.deed, Deed::Command { .. }),
        by_hand: matches!(step.deed, Deed::ByHand { .. }),
        written: step.written.clone(),
        mended: step.mended.clone(),
        loses: step.loses.clone(),
        harms: match &step.deed {
            Deed::Command { command } => harms(command, database).as_ref().map(Harm::words),
            Deed::EnvEdit { .. } | Deed::Restore { .. } | Deed::Verify { .. } | Deed::ByHand { .. } => None,
        },
    }
}

//! What a rollback would do, in words, before anybody presses.

use super::possible;
use crate::{
    api::{
        Error,
        rollback::{RollbackOffer, StepOffer, TierOffer},
    },
    server::{desk, run, state::AppState},
};
use domain::{
    Right,
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
    let start = &opened.pinned.run.start;
    let tiers = opened.pinned.plan.rollback.iter().map(|tier| TierOffer {
        section: tier.section.clone(),
        title: tier.title.clone(),
        minutes: tier.minutes,
        steps: tier.steps_in(start.class).map(step).collect(),
        refused: possible(state, &opened, tier)
            .err()
            .map(|error| error.to_string()),
    });
    let place = state.sites.place(&start.environment).ok();
    Ok(RollbackOffer {
        tiers: tiers.collect(),
        shell: place.map_or_else(String::new, |place| {
            format!(
                "{} in {}",
                place.declared.shell.join(" "),
                place.declared.work_directory
            )
        }),
        request_key: desk::new_request_key()?,
    })
}

fn step(step: &Step) -> StepOffer {
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
    }
}

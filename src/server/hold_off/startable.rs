//! Whether the rollback that an environment's file asks for may start now.

use super::Failed;
use crate::{
    api::Error,
    server::{
        readiness, rollback,
        run::{self, Opened},
        state::AppState,
    },
};
use chrono::{DateTime, Utc};
use domain::{
    environment::{AutomaticRollback, Class},
    plan::ItemId,
    rollback::{Deed, Tier},
    status::settles,
};

/// Why nothing starts.
pub(super) enum NotNow {
    /// It will not, and why, in one sentence.
    Never(String),
    /// Nobody can tell just now.
    Later(Error),
}

impl From<String> for NotNow {
    fn from(why: String) -> Self {
        NotNow::Never(why)
    }
}

impl From<Error> for NotNow {
    fn from(error: Error) -> Self {
        match error {
            Error::Conflict { .. } | Error::Refused { .. } => NotNow::Never(error.to_string()),
            other => NotNow::Later(other),
        }
    }
}

/// The tier that would start now by the environment's file, which is that of the run's start.
pub(super) async fn startable<'a>(
    state: &AppState,
    opened: &'a Opened,
    failed: &Failed,
) -> Result<(&'a Tier, AutomaticRollback), NotNow> {
    let start = &opened.pinned.run.start;
    settled_meanwhile(opened, &failed.line, state.clock.now())?;
    run::site(state, opened)?;
    let rule = state
        .sites
        .place(&start.environment)?
        .declared
        .automatic_rollback
        .clone();
    let rule = rule.ok_or_else(|| "the environment's file does not ask for it any more".to_owned())?;
    let tier = rule.tier(&opened.pinned.plan)?;
    let title = &tier.title;
    if start.class == Class::Production
        && let Some(step) = tier.steps.iter().find(|step| step.development_only)
    {
        return Err(format!("“{}” of {title} does not exist in production", step.title).into());
    }
    let by_hand = |step: &&domain::rollback::Step| matches!(step.deed, Deed::ByHand { .. });
    if let Some(step) = tier.steps_in(start.class).find(by_hand) {
        return Err(format!("“{}” of {title} is done by a person", step.title).into());
    }
    if tier.steps_in(start.class).next().is_none() {
        return Err(format!("{title} has no step that exists here").into());
    }
    rollback::possible(state, opened, tier)?;
    match readiness::look_again(state, opened).await?.tier(&tier.section) {
        Some(found) if found.is_ready() => Ok((tier, rule)),
        Some(found) => Err(format!("{title}: {}", found.summary(None)).into()),
        None => Err(format!("nobody knows how ready {title} is").into()),
    }
}

/// Somebody let the line off, or answered for it, since it failed: that stands above the rule.
pub(super) fn settled_meanwhile(opened: &Opened, line: &ItemId, now: DateTime<Utc>) -> Result<(), String> {
    let state = opened.pinned.run.items.get(line);
    match state
        .filter(|state| settles(state, now))
        .and_then(|state| state.settlement.as_ref())
    {
        Some(settlement) => Err(format!("{} has settled the line meanwhile", settlement.by.name())),
        None => Ok(()),
    }
}

//! Phases in their order: what waits, and going ahead with a reason.

use crate::{
    api::Error,
    server::{
        run::{change, open, reasoned, still_open},
        state::AppState,
    },
};
use chrono::{DateTime, Utc};
use domain::{
    Right,
    event::Happening,
    outline::{Outline, OutlineSection},
    person::Person,
    phase_order::waits_for,
    plan::SectionId,
    run::{Run, RunId},
};

/// Goes on to a phase although an earlier one is not settled.
///
/// # Errors
/// [`Error::Refused`] without a reason, or where the phase waits for nothing.
pub async fn go_ahead(
    state: &AppState,
    person: &Person,
    id: RunId,
    section: SectionId,
    reason: &str,
) -> Result<(), Error> {
    let opened = open(state, person, id, Right::Act).await?;
    let (now, reason) = (state.clock.now(), reasoned(reason)?);
    let phase = opened.outline.sections.iter().find(|found| found.id == section);
    let phase = phase.ok_or_else(|| Error::NotFound {
        what: format!("section {section}"),
    })?;
    change(state, &opened, id, &person.author(), |run| {
        still_open(run)?;
        if waits_for(&opened.outline, phase, run, now).is_none() {
            return Err(Error::refused(
                "Nothing before this phase is open: go on with it.",
            ));
        }
        Ok(vec![Happening::WentAhead { section, reason }])
    })
    .await
}

/// Refuses a person's word, and whatever changes the target, in a phase that waits for an earlier one.
pub(crate) fn in_order(
    outline: &Outline,
    section: &OutlineSection,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    match waits_for(outline, section, run, now) {
        None => Ok(()),
        Some(earlier) => Err(Error::refused(format!(
            "“{}” is not settled yet, and phases go in order: settle it first, or go ahead to “{}” with a reason.",
            earlier.heading(),
            section.heading()
        ))),
    }
}

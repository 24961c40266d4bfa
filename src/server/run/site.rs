//! Where a run's probes and commands go.

use super::{Opened, conflict};
use crate::{
    api::Error,
    server::{fingerprint, sites::Place, state::AppState},
};
use domain::Hash;
use probe::{Seal, Site};

/// The run's environment as it was when the run was started, where it is served from here.
///
/// # Errors
/// [`Error::Refused`] where the environment cannot be used, [`Error::Conflict`] where its file has changed or another host serves
/// it.
pub(crate) fn site(state: &AppState, opened: &Opened) -> Result<Site, Error> {
    let place = state.sites.place(&opened.pinned.run.start.environment)?;
    served_here(state, place)?;
    if place.hash != opened.pinned.run.start.environment_hash {
        return Err(conflict(
            "The environment's file has changed since this run was started: what it proved was proved elsewhere. Start a \
             new run.",
        ));
    }
    Ok(of_run(place, opened))
}

/// The run's environment as its file is now, for a rollback: whoever mends a file so that it can be gone, goes by what was mended. The
/// class stays: no development's step is gone in production.
///
/// # Errors
/// As [`site`], but not where the file has changed.
pub(crate) fn site_to_roll_back(state: &AppState, opened: &Opened) -> Result<Site, Error> {
    let start = &opened.pinned.run.start;
    let place = state.sites.place(&start.environment)?;
    if place.declared.class != start.class {
        return Err(conflict(&format!(
            "This run was started in a {} environment, and the environment's file says {} now: write {} back, and start Gonogo \
             again.",
            start.class.word(),
            place.declared.class.word(),
            start.class.word()
        )));
    }
    Ok(of_run(place, opened))
}

/// The declaration that a rollback goes by from now on, where it is not the one of the run's start.
pub(crate) fn changed(state: &AppState, opened: &Opened) -> Option<Hash> {
    let start = &opened.pinned.run.start;
    let place = state.sites.place(&start.environment).ok()?;
    (place.hash != start.environment_hash).then(|| place.hash.clone())
}

/// Whether the environment's file is the one by which the run's rollback goes.
///
/// # Errors
/// [`Error::Conflict`] where it is another, and the person's next choice is to be waited for.
pub(crate) fn agreed(state: &AppState, opened: &Opened) -> Result<(), Error> {
    let rollback = opened.pinned.run.rollback.as_ref();
    let agreed = rollback.and_then(|rollback| rollback.environment_hash.clone());
    let agreed = agreed.unwrap_or_else(|| opened.pinned.run.start.environment_hash.clone());
    let place = state.sites.place(&opened.pinned.run.start.environment)?;
    if place.hash == agreed {
        Ok(())
    } else {
        Err(conflict(
            "The environment's file has changed since this rollback was started: run the step again to go by the file as it is now.",
        ))
    }
}

/// Whether this Gonogo is one that serves the environment.
///
/// # Errors
/// [`Error::Conflict`] that names those that do.
pub(crate) fn served_here(state: &AppState, place: &Place) -> Result<(), Error> {
    let host = state.prober.host();
    if place.is_served_by(host) {
        return Ok(());
    }
    Err(conflict(&format!(
        "The environment {} is served by the Gonogo on {}, and this is the one on {host}: do it there.",
        place.declared.name,
        place.declared.served_by.join(" or "),
    )))
}

fn of_run(place: &Place, opened: &Opened) -> Site {
    let run = &opened.pinned.run;
    let site = place
        .site
        .clone()
        .with_release(run.start.release.clone())
        .with_results_of(run.id.0)
        .with_seal(Seal::new(opened.pinned.seal));
    let site = fingerprint::with_previous_commit(site, run);
    match run.t0 {
        Some(t0) => site.with_deployed_at(t0),
        None => site,
    }
}

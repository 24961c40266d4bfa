//! Runs: starting one, reading one, beginning, T0 and closing. Each change is decided under the run's row lock and commits
//! together with its event.

mod beginning;
mod site;

pub use beginning::begin;
pub(crate) use site::{agreed, changed, served_here, site, site_to_roll_back};

use crate::{
    api::Error,
    server::{measurement, state::AppState},
};
use chrono::{DateTime, Utc};
use domain::{
    Right,
    event::{Happening, Outcome, Start},
    outline::Outline,
    permission::{may_abandon, may_close},
    person::{Author, Person},
    run::{Run, RunId, RunState},
};
use store::{
    environment_lock::{self, EnvironmentLock},
    run::Pinned,
};
use uuid::Uuid;

/// The longest note or reason, in characters.
pub(crate) const LONGEST_NOTE: usize = 4000;

/// A run, its plan, and its outline.
#[derive(Debug)]
pub struct Opened {
    /// The run and its plan.
    pub pinned: Pinned,
    /// The plan without its specifications.
    pub outline: Outline,
}

/// Opens a run for somebody who wants to do something that needs `right`.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn open(state: &AppState, person: &Person, id: RunId, right: Right) -> Result<Opened, Error> {
    let mut connection = state.pool.acquire().await?;
    let pinned = store::run::by_id(&mut connection, id).await?;
    let pinned = pinned.ok_or_else(|| Error::NotFound {
        what: format!("run {}", id.0),
    })?;
    let start = &pinned.run.start;
    if !person.at(&start.environment).may(right, Some(start.class)) {
        return Err(Error::Forbidden {
            deed: right.deed().to_owned(),
        });
    }
    let outline = Outline::from(&pinned.plan);
    Ok(Opened { pinned, outline })
}

/// Starts a run of a published revision. The same `request_key` again answers the run that it started.
///
/// # Errors
/// [`Error::Refused`] where the plan is not published, the environment cannot be used, or the release is not named.
pub async fn start(
    state: &AppState,
    person: &Person,
    revision: i64,
    environment: &str,
    release: &str,
    request_key: Uuid,
) -> Result<RunId, Error> {
    let place = state.sites.place(environment)?;
    if !person
        .at(environment)
        .may(Right::Verify, Some(place.declared.class))
    {
        return Err(Error::Forbidden {
            deed: Right::Verify.deed().to_owned(),
        });
    }
    let release = short("release", release, 200)?;
    if release.is_empty() {
        return Err(Error::refused(
            "Name the release: a commit or a tag, for example v1.4.2.",
        ));
    }
    let document = super::library::document(state, revision).await?;
    let Some(published) = document.revision.published else {
        return Err(Error::refused(
            "The plan of this revision is not published yet: somebody with that right reads its \
             commands on the checklist's page and publishes it.",
        ));
    };
    let start = Start {
        title: document.plan.title.clone(),
        revision: document.revision.hash,
        plan: document.revision.plan_hash,
        published_by: published.by.map(|(id, _)| id),
        environment: environment.to_owned(),
        class: place.declared.class,
        environment_hash: place.hash.clone(),
        release,
        windows: place.declared.windows.clone(),
    };
    let outline = Outline::from(&document.plan);
    let mut tx = state.pool.begin().await?;
    let now = state.clock.now();
    let id = store::run::start(
        &mut tx,
        request_key,
        revision,
        &outline,
        start,
        &person.author(),
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Who holds the environment of a run, if anybody.
///
/// # Errors
/// The database's.
pub async fn holder(state: &AppState, environment: &str) -> Result<Option<EnvironmentLock>, Error> {
    let mut connection = state.pool.acquire().await?;
    Ok(environment_lock::holder(&mut connection, environment).await?)
}

/// Sets T0, the moment the new version served its first healthy answer, or corrects it.
///
/// # Errors
/// [`Error::Refused`] where the run does not execute yet or the time is not between its start and now.
pub async fn set_t0(
    state: &AppState,
    person: &Person,
    id: RunId,
    t0: Option<DateTime<Utc>>,
    reason: &str,
) -> Result<(), Error> {
    let opened = open(state, person, id, Right::Act).await?;
    let (now, reason) = (state.clock.now(), reasoned(reason)?);
    let t0 = t0.unwrap_or(now);
    let by = person.author();
    let mut tx = state.pool.begin().await?;
    let (run, _) = store::run::append(&mut tx, &opened.outline, id, &by, now, |run| {
        still_open(run)?;
        not_superseded(run)?;
        if matches!(run.state, RunState::Preparing) {
            return Err(Error::refused("The run does not execute yet: begin it first."));
        }
        if t0 > now || t0 < run.started_at {
            return Err(Error::refused("T0 lies between the start of the run and now."));
        }
        Ok(vec![Happening::T0Set {
            t0,
            reason: Some(reason),
        }])
    })
    .await?;
    // What was measured may count no more, and what was due may be early again.
    measurement::judge_again(state, &mut tx, &opened, &run, &by).await?;
    tx.commit().await?;
    Ok(())
}

/// Closes a run that every slot has signed and that is no clean go, or gives a run up.
///
/// # Errors
/// [`Error::Refused`] where signatures are missing or stale, or no reason is given.
pub async fn close(
    state: &AppState,
    person: &Person,
    id: RunId,
    abandon: bool,
    reason: &str,
) -> Result<(), Error> {
    let opened = open(state, person, id, Right::See).await?;
    let may = if abandon { may_abandon } else { may_close };
    if !may(&opened.pinned.run, person) {
        let deed = if abandon {
            "give up a run that somebody else started"
        } else {
            "close a run that you have not signed"
        };
        return Err(Error::Forbidden {
            deed: deed.to_owned(),
        });
    }
    let (now, reason) = (state.clock.now(), reasoned(reason)?);
    let outline = &opened.outline;
    change(state, &opened, id, &person.author(), |run| {
        still_open(run)?;
        let outcome = if abandon {
            Outcome::Abandoned
        } else {
            domain::decision::close_outcome(outline, run, now).ok_or_else(|| {
                Error::refused(
                    "Signatures are missing or stale, or fewer than two people signed: a run closes when every slot \
                     is signed on the record as it stands.",
                )
            })?
        };
        Ok(vec![Happening::Closed { outcome, reason }])
    })
    .await
}

pub(crate) async fn change(
    state: &AppState,
    opened: &Opened,
    id: RunId,
    by: &Author,
    decide: impl FnOnce(&Run) -> Result<Vec<Happening>, Error>,
) -> Result<(), Error> {
    let mut tx = state.pool.begin().await?;
    store::run::append(&mut tx, &opened.outline, id, by, state.clock.now(), decide).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) fn still_open(run: &Run) -> Result<(), Error> {
    if run.is_rolling_back() {
        Err(conflict(
            "A rollback of this run is under way: nothing else is changed until it is over.",
        ))
    } else if run.is_closed() {
        Err(conflict(
            "This run is closed: start a new one from the same revision.",
        ))
    } else {
        Ok(())
    }
}

pub(crate) fn not_superseded(run: &Run) -> Result<(), Error> {
    match run.superseded {
        None => Ok(()),
        Some(superseded) => Err(Error::Conflict {
            message: format!(
                "Run {} began in this environment since: what could be seen there now is its work. What this run has \
                 proved stands; it can be signed, closed or started again.",
                superseded.by_run.0
            ),
        }),
    }
}

/// Nobody takes the environment from a run that is rolled back.
pub(crate) fn rolled_back(run: &Run) -> Error {
    Error::Conflict {
        message: format!(
            "Run {} is being rolled back in this environment: wait for its end, or help it there.",
            run.id.0
        ),
    }
}

pub(crate) fn conflict(message: &str) -> Error {
    Error::Conflict {
        message: message.to_owned(),
    }
}

pub(crate) fn reasoned(reason: &str) -> Result<String, Error> {
    let reason = short("reason", reason, LONGEST_NOTE)?;
    if reason.is_empty() {
        Err(Error::refused("Give a reason: it stands in the record."))
    } else {
        Ok(reason)
    }
}

pub(crate) fn short(what: &str, text: &str, longest: usize) -> Result<String, Error> {
    let text = text.trim();
    if text.chars().count() > longest {
        return Err(Error::refused(format!(
            "The {what} is longer than {longest} characters: shorten it."
        )));
    }
    if text.contains('\0') {
        return Err(Error::refused(format!(
            "The {what} contains a zero byte, which cannot be stored."
        )));
    }
    Ok(text.to_owned())
}

//! What follows a deployment: tasks with dates that count from T0. They keep no run open.

use crate::{
    api::{Error, follow_up::FollowUpRow},
    server::{
        run::{self, Opened, conflict, reasoned},
        state::AppState,
    },
};
use domain::{
    Right,
    event::Happening,
    follow_up::{self, EndedHow, FollowUp},
    person::Person,
    run::RunId,
};

/// Every follow-up of a run, as it is today.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn rows(state: &AppState, person: &Person, id: RunId) -> Result<Vec<FollowUpRow>, Error> {
    let opened = run::open(state, person, id, Right::See).await?;
    let (run, today) = (&opened.pinned.run, state.clock.now().date_naive());
    let Some(first) = follow_up::first_day(run) else {
        return Ok(Vec::new());
    };
    let row = |one: FollowUp| {
        let state = run.follow_ups.0.get(&one.id);
        let time = follow_up::time(&one, state, first, today);
        let ended = state.and_then(|state| state.ended.get(&time?.0).or(state.ended.values().last()));
        FollowUpRow {
            time: time.map(|(number, _)| number),
            span: time.map(|(_, span)| span),
            overdue: time.is_some_and(|(_, span)| span.to < today) && ended.is_none(),
            owner: state.and_then(|state| Some(state.owner.as_ref()?.name().to_owned())),
            ended: ended.cloned(),
            follow_up: one,
        }
    };
    Ok(follow_up::of_run(&opened.pinned.plan.follow_ups, run)
        .into_iter()
        .map(row)
        .collect())
}

/// Takes care of one.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn take(state: &AppState, person: &Person, id: RunId, name: String) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Attest).await?;
    found(&opened, &name)?;
    run::change(state, &opened, id, &person.author(), |_| {
        Ok(vec![Happening::FollowUpTaken { follow_up: name }])
    })
    .await
}

/// Says that a time of it was done or left out, once.
///
/// # Errors
/// [`Error::Refused`] without a note, [`Error::Conflict`] where that was said already.
pub async fn end(
    state: &AppState,
    person: &Person,
    id: RunId,
    name: String,
    time: u32,
    how: EndedHow,
    note: &str,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::Attest).await?;
    found(&opened, &name)?;
    let note = reasoned(note)?;
    run::change(state, &opened, id, &person.author(), |run| {
        let ended = run
            .follow_ups
            .0
            .get(&name)
            .is_some_and(|state| state.ended.contains_key(&time));
        if ended {
            return Err(conflict("Somebody has said how this ended already."));
        }
        Ok(vec![Happening::FollowUpEnded {
            follow_up: name,
            time,
            how,
            note,
        }])
    })
    .await
}

fn found(opened: &Opened, name: &str) -> Result<(), Error> {
    let all = follow_up::of_run(&opened.pinned.plan.follow_ups, &opened.pinned.run);
    let there = all.iter().any(|one| one.id == name);
    there.then_some(()).ok_or_else(|| Error::NotFound {
        what: format!("follow-up {name}"),
    })
}

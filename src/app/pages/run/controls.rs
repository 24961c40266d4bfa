//! What can be done with the run as a whole, in the state that it is in.

use super::{
    baseline::{self, lacks},
    board::Board,
    deeds::Deeds,
};
use crate::{
    api::run::Holder,
    app::{
        components::{Banner, Disclosure, ExactTime, TextField, Tone},
        deed::DeedForm,
    },
};
use domain::{
    Right,
    decision::close_outcome,
    permission::{may_abandon, may_close},
    person::Person,
    run::{Run, RunId, RunState},
};
use leptos::prelude::*;

/// The state as far as the controls depend on it.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Preparing,
    Executing,
    Verifying,
    RollingBack,
    Closed,
}

/// The row of controls, and who holds the environment.
pub fn controls(board: Board, deeds: Deeds, held_by: Option<Holder>) -> AnyView {
    let held_now = held_by.is_some();
    let stage = Memo::new(move |_| {
        board.run.with(|run| match run.state {
            RunState::Preparing => Stage::Preparing,
            RunState::Executing { .. } => Stage::Executing,
            RunState::Verifying { .. } => Stage::Verifying,
            RunState::RollingBack { .. } => Stage::RollingBack,
            RunState::Closed { .. } => Stage::Closed,
        })
    });
    let closable =
        Memo::new(move |_| board.with(|outline, run| close_outcome(outline, run, board.now.get()).is_some()));
    let superseded = Memo::new(move |_| board.run.with(|run| run.superseded));
    view! {
        {move || superseded.get().map(|superseded| self::superseded(superseded.by_run))}
        {move || (stage.get() == Stage::Preparing).then(|| held_by.clone().map(held))}
        {baseline::warning(board)}
        <div class="cluster run-controls">
            {move || buttons(board, deeds, stage.get(), closable.get(), held_now)}
        </div>
    }
    .into_any()
}

fn held(holder: Holder) -> impl IntoView {
    view! {
        <Banner tone=Tone::Hold title="The environment is in use">
            <a href=format!("/runs/{}", holder.run.0)>"Run " {holder.run.0}</a> " holds it since "
            <ExactTime at=holder.since /> " (" {holder.owner} "). It can be verified here; beginning waits, or takes it over with a reason."
        </Banner>
    }
}

fn superseded(by_run: RunId) -> impl IntoView {
    view! {
        <Banner tone=Tone::Hold title="Superseded">
            <a href=format!("/runs/{}", by_run.0)>"Run " {by_run.0}</a>
            " began in this environment since. What was not due by then cannot be observed any more; the rest can be signed and closed."
        </Banner>
    }
}

fn buttons(board: Board, deeds: Deeds, stage: Stage, closable: bool, held: bool) -> AnyView {
    let class = board.run.with_untracked(|run| run.start.class);
    let may = |right| board.person.with_value(|person| person.may(right, Some(class)));
    // A rollback has the run for itself.
    let open = !matches!(stage, Stage::Closed | Stage::RollingBack);
    let allowed = |allows: fn(&Run, &Person) -> bool| {
        board
            .person
            .with_value(|person| board.run.with_untracked(|run| allows(run, person)))
    };
    let superseded = board.run.with(|run| run.superseded.is_some());
    let verify = (open && !superseded && may(Right::Verify)).then(|| verify_all(board, deeds));
    let begin = (stage == Stage::Preparing && may(Right::Act))
        .then(|| self::begin(board, deeds, held && may(Right::Waive)));
    let t0 = (matches!(stage, Stage::Executing | Stage::Verifying) && may(Right::Act))
        .then(|| self::t0(board, deeds, stage));
    let close = (open && closable && allowed(may_close)).then(|| self::close(board, deeds, false));
    let abandon = (open && allowed(may_abandon)).then(|| self::close(board, deeds, true));
    let again = (stage == Stage::Closed && may(Right::Verify)).then(|| start_again(board));
    view! { {verify} {begin} {t0} {close} {abandon} {again} }.into_any()
}

fn verify_all(board: Board, deeds: Deeds) -> impl IntoView {
    view! {
        <DeedForm deed=deeds.verify>
            <input type="hidden" name="run" value=board.id />
            <button class="btn is-main" type="submit" disabled=move || deeds.verify.pending().get()>"Verify everything"</button>
        </DeedForm>
    }
}

/// The form of a new run, filled in as this one was started.
fn start_again(board: Board) -> impl IntoView {
    let (environment, release) = board
        .run
        .with_untracked(|run| (run.start.environment.clone(), run.start.release.clone()));
    view! {
        <form action="/new-run" method="get">
            <input type="hidden" name="revision" value=board.revision />
            <input type="hidden" name="environment" value=environment />
            <input type="hidden" name="release" value=release />
            <button class="btn" type="submit">"Start again…"</button>
        </form>
    }
}

fn begin(board: Board, deeds: Deeds, may_take_over: bool) -> impl IntoView {
    let missing = Memo::new(move |_| board.with(lacks));
    let take_over = may_take_over.then(|| {
        view! {
            <Disclosure summary="Take the environment over…" button=true group="run-controls">
                <DeedForm deed=deeds.begin attr:class="form">
                    <input type="hidden" name="run" value=board.id />
                    <TextField name="take_over" id="take-over" label="Reason" maxlength=4000 />
                    {move || missing.get().map(|missing| baseline::field(board, missing, "take-over-without"))}
                    <button class="btn is-danger" type="submit">"Take over and begin"</button>
                </DeedForm>
            </Disclosure>
        }
    });
    let begin = move || match missing.get() {
        None => view! {
            <DeedForm deed=deeds.begin>
                <input type="hidden" name="run" value=board.id />
                <button class="btn" type="submit">"Begin execution"</button>
            </DeedForm>
        }
        .into_any(),
        Some(missing) => view! {
            <Disclosure summary="Begin without a baseline…" button=true group="run-controls">
                <DeedForm deed=deeds.begin attr:class="form">
                    <input type="hidden" name="run" value=board.id />
                    {baseline::field(board, missing, "begin-without")}
                    <button class="btn is-danger" type="submit">"Begin without a baseline"</button>
                </DeedForm>
            </Disclosure>
        }
        .into_any(),
    };
    view! { {begin} {take_over} }
}

fn t0(board: Board, deeds: Deeds, stage: Stage) -> impl IntoView {
    let words = if stage == Stage::Executing {
        "Set T0…"
    } else {
        "Correct T0…"
    };
    view! {
        <Disclosure summary=words button=true group="run-controls">
            <DeedForm deed=deeds.t0 attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <TextField name="t0" label="When the new version served its first healthy answer (UTC)" kind="datetime-local"
                    optional=true note="Empty: now. All windows count from it." />
                <TextField name="reason" id="t0-reason" label="Reason" maxlength=4000 />
                <button class="btn" type="submit">"Set T0"</button>
            </DeedForm>
        </Disclosure>
    }
}

fn close(board: Board, deeds: Deeds, abandon: bool) -> impl IntoView {
    let (summary, word, id) = if abandon {
        ("Abandon…", "Abandon the run", "abandon-reason")
    } else {
        ("Close the run…", "Close", "close-reason")
    };
    view! {
        <Disclosure summary=summary button=true group="run-controls">
            <DeedForm deed=deeds.close attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="abandon" value=abandon.to_string() />
                <TextField name="reason" id=id label="Reason" maxlength=4000 note="It stands in the record." />
                <button class="btn is-danger" type="submit">{word}</button>
            </DeedForm>
        </Disclosure>
    }
}

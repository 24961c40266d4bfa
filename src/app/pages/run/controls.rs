//! What can be done with the run as a whole, in the state that it is in.

use super::{board::Board, deeds::Deeds};
use crate::{
    api::run::Holder,
    app::components::{Banner, Disclosure, ExactTime, TextField, Tone},
};
use domain::{Right, decision::close_outcome, run::RunState};
use leptos::{form::ActionForm, prelude::*};

/// The state as far as the controls depend on it.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Preparing,
    Executing,
    Verifying,
    Closed,
}

/// The row of controls, and who holds the environment.
pub fn controls(board: Board, deeds: Deeds, held_by: Option<Holder>) -> AnyView {
    let stage = Memo::new(move |_| {
        board.run.with(|run| match run.state {
            RunState::Preparing => Stage::Preparing,
            RunState::Executing { .. } => Stage::Executing,
            RunState::Verifying { .. } => Stage::Verifying,
            RunState::Closed { .. } => Stage::Closed,
        })
    });
    let closable =
        Memo::new(move |_| board.with(|outline, run| close_outcome(outline, run, board.now.get()).is_some()));
    view! {
        {move || (stage.get() == Stage::Preparing).then(|| held_by.clone().map(held))}
        <div class="cluster run-controls">
            {move || buttons(board, deeds, stage.get(), closable.get())}
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

fn buttons(board: Board, deeds: Deeds, stage: Stage, closable: bool) -> AnyView {
    let class = board.run.with_untracked(|run| run.start.class);
    let may = |right| board.person.with_value(|person| person.may(right, Some(class)));
    let open = stage != Stage::Closed;
    let verify = (open && may(Right::Verify)).then(|| verify_all(board, deeds));
    let begin = (stage == Stage::Preparing && may(Right::Verify))
        .then(|| self::begin(board, deeds, may(Right::Waive)));
    let t0 = (matches!(stage, Stage::Executing | Stage::Verifying) && may(Right::Act))
        .then(|| self::t0(board, deeds, stage));
    let close = (open && closable && may(Right::Sign)).then(|| self::close(board, deeds, false));
    let abandon = (open && may(Right::Verify)).then(|| self::close(board, deeds, true));
    view! { {verify} {begin} {t0} {close} {abandon} }.into_any()
}

fn verify_all(board: Board, deeds: Deeds) -> impl IntoView {
    view! {
        <ActionForm action=deeds.verify>
            <input type="hidden" name="run" value=board.id />
            <button class="btn is-main" type="submit" disabled=move || deeds.verify.pending().get()>"Verify everything"</button>
        </ActionForm>
    }
}

fn begin(board: Board, deeds: Deeds, may_take_over: bool) -> impl IntoView {
    let take_over = may_take_over.then(|| {
        view! {
            <Disclosure summary="Take the environment over…" button=true group="run-controls">
                <ActionForm action=deeds.begin attr:class="form">
                    <input type="hidden" name="run" value=board.id />
                    <TextField name="take_over" id="take-over" label="Reason" maxlength=4000 />
                    <button class="btn is-danger" type="submit">"Take over and begin"</button>
                </ActionForm>
            </Disclosure>
        }
    });
    view! {
        <ActionForm action=deeds.begin>
            <input type="hidden" name="run" value=board.id />
            <button class="btn" type="submit">"Begin execution"</button>
        </ActionForm>
        {take_over}
    }
}

fn t0(board: Board, deeds: Deeds, stage: Stage) -> impl IntoView {
    let words = if stage == Stage::Executing {
        "Set T0…"
    } else {
        "Correct T0…"
    };
    view! {
        <Disclosure summary=words button=true group="run-controls">
            <ActionForm action=deeds.t0 attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <TextField name="t0" label="When the new version served its first healthy answer (UTC)" kind="datetime-local"
                    optional=true note="Empty: now. All windows count from it." />
                <TextField name="reason" id="t0-reason" label="Reason" maxlength=4000 />
                <button class="btn" type="submit">"Set T0"</button>
            </ActionForm>
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
            <ActionForm action=deeds.close attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="abandon" value=abandon.to_string() />
                <TextField name="reason" id=id label="Reason" maxlength=4000 note="It stands in the record." />
                <button class="btn is-danger" type="submit">{word}</button>
            </ActionForm>
        </Disclosure>
    }
}

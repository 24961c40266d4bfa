//! The numbers before the deployment, where they are missing: said before the execution begins, and at whatever begins without.

use super::board::Board;
use crate::app::components::{Banner, TextField, Tone};
use domain::{
    baseline::{self, Missing},
    outline::Outline,
    run::{Run, RunState},
};
use leptos::prelude::*;

/// What is missing, where nobody has said yet that it goes on without.
pub fn lacks(outline: &Outline, run: &Run) -> Option<String> {
    lacking(outline, run).map(|missing| missing.to_string())
}

fn lacking(outline: &Outline, run: &Run) -> Option<Missing> {
    baseline::missing(outline, run).filter(|_| run.without_baseline.is_none())
}

fn title(missing: &Missing) -> &'static str {
    match missing.unmeasured.is_empty() {
        true => "No baseline",
        false => "Baseline incomplete",
    }
}

/// Before the execution begins: what is missing, and the way to it. Later: who went on without.
pub fn warning(board: Board) -> impl IntoView {
    let said = Memo::new(move |_| {
        board.with(|outline, run| match run.state {
            RunState::Preparing => {
                lacking(outline, run).map(|missing| (title(&missing), missing.to_string(), true))
            }
            RunState::Executing { .. } | RunState::Verifying { .. } => {
                let missing = baseline::missing(outline, run)?;
                let forgone = run.without_baseline.as_ref();
                let by = forgone
                    .map(|forgone| format!(" {} went on without: “{}”.", forgone.by.name(), forgone.reason));
                Some((
                    title(&missing),
                    format!("{missing}{}", by.unwrap_or_default()),
                    false,
                ))
            }
            RunState::RollingBack { .. } | RunState::Closed { .. } => None,
        })
    });
    move || {
        said.get().map(|(title, missing, open)| {
            let locks =
                open.then(|| view! { " “Before” locks when the execution begins. " {measure(board)} });
            view! { <Banner tone=Tone::Hold title=title>{missing} {locks}</Banner> }
        })
    }
}

/// Why it goes on without: the form's field, with what is missing above it.
pub fn field(board: Board, missing: String, id: &'static str) -> impl IntoView {
    view! {
        <p>{missing} " What was before cannot be measured any more once the execution begins, and no improvement can be shown then. " {measure(board)}</p>
        <TextField name="without_baseline" id=id label="Why it goes on without a baseline" maxlength=4000 note="It stands in the record." />
    }
}

fn measure(board: Board) -> impl IntoView {
    view! { <a href=format!("/runs/{}?tab=benchmark", board.id)>"Measure"</a> }
}

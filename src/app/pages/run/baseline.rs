//! The numbers before the deployment, where they are missing: said before the execution begins, and at whatever begins without.

use super::board::Board;
use crate::app::components::{Banner, TextField, Tone};
use domain::{
    baseline,
    outline::Outline,
    run::{Run, RunState},
};
use leptos::prelude::*;

/// What is missing, where nobody has said yet that it goes on without.
pub fn lacks(outline: &Outline, run: &Run) -> Option<String> {
    let missing = baseline::missing(outline, run).filter(|_| run.without_baseline.is_none());
    missing.map(|missing| missing.to_string())
}

/// Before the execution begins: what is missing, and the way to it. Later: who went on without.
pub fn warning(board: Board) -> impl IntoView {
    let said = Memo::new(move |_| {
        board.with(|outline, run| match run.state {
            RunState::Preparing => lacks(outline, run).map(|missing| (missing, true)),
            RunState::Executing { .. } | RunState::Verifying { .. } => {
                let missing = baseline::missing(outline, run)?;
                let forgone = run.without_baseline.as_ref();
                let by = forgone
                    .map(|forgone| format!(" {} went on without: “{}”.", forgone.by.name(), forgone.reason));
                Some((format!("{missing}{}", by.unwrap_or_default()), false))
            }
            RunState::RollingBack { .. } | RunState::Closed { .. } => None,
        })
    });
    move || {
        said.get().map(|(missing, open)| {
            let locks =
                open.then(|| view! { " “Before” locks when the execution begins. " {measure(board)} });
            view! { <Banner tone=Tone::Hold title="No baseline">{missing} {locks}</Banner> }
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

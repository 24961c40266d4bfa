//! What a signer reads beside the counts: how the numbers stand, and whether the way back is open.

use super::super::{benchmark, board::Board};
use crate::{
    api::{
        measurement::load_benchmarks,
        rollback::{TierReady, load_readiness},
    },
    app::{
        components::{Mark, Rows, RowsLabel, Tone},
        loaded::load,
    },
};
use leptos::prelude::*;

/// The numbers that the document demands, and the readiness of each tier. What cannot be read says so.
pub fn shown(board: Board) -> AnyView {
    let id = board.id;
    let demands = load(
        move || board.run.with(|run| run.record.clone()),
        move |_| load_benchmarks(id),
    );
    let tiers = load(|| (), move |()| load_readiness(id));
    let body = move || {
        Suspend::new(async move {
            let demands = match demands.await {
                Ok(page) => benchmark::demands(board, &page),
                Err(error) => Some(view! { <p role="alert">{error.to_string()}</p> }.into_any()),
            };
            let tiers = match tiers.await {
                Ok(tiers) => readiness(tiers),
                Err(error) => Some(view! { <p role="alert">{error.to_string()}</p> }.into_any()),
            };
            view! { {demands} {tiers} }
        })
    };
    view! { <Suspense fallback=|| view! { <p>"Loading the numbers…"</p> }>{body}</Suspense> }.into_any()
}

fn readiness(tiers: Vec<TierReady>) -> Option<AnyView> {
    let marks = tiers.iter().map(|tier| {
        let (tone, icon) = match tier.ready {
            true => (Tone::Go, "proved"),
            false => (Tone::Hold, "warning"),
        };
        let word = format!("{}: {}", tier.title, tier.words);
        view! { <li class="row"><Mark tone=tone icon=icon word=word /></li> }
    });
    let marks = marks.collect_view();
    (!tiers.is_empty()).then(|| {
        view! { <Rows><RowsLabel text="Should it have to be rolled back" /> {marks}</Rows> }.into_any()
    })
}

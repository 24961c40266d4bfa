//! How the runs of this checklist in this environment have gone, up to this one.

use super::board::Board;
use crate::{
    api::trend::load_trend,
    app::{
        components::{SectionCard, Trend},
        loaded::load,
        trouble::NotLoaded,
    },
};
use domain::trend::{Figures, Point};
use leptos::prelude::*;

/// The card.
pub fn card(board: Board) -> AnyView {
    // Only this run still changes, and of it what was measured and where it stands.
    let key = Memo::new(move |_| {
        board
            .run
            .with(|run| (run.state.word(), Figures::of(&run.measurements)))
    });
    let points = load(move || key.get(), move |_| load_trend(board.id));
    view! {
        <Transition fallback=|| view! { <p>"Loading the runs before…"</p> }>
            {move || Suspend::new(async move {
                match points.await {
                    // The page was drawn anew while this waited: nobody sees this drawing any more.
                    _ if board.run.is_disposed() => ().into_any(),
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok(points) => shown(board, points),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn shown(board: Board, points: Vec<Point>) -> AnyView {
    let facts = match points.len() {
        0 | 1 => "the first run of this checklist in this environment".to_owned(),
        count => format!("the last {count} of this checklist in this environment, up to this one"),
    };
    let facts = view! { <span>{facts}</span> }.into_any();
    let here = board.run.with_untracked(|run| run.id);
    view! {
        <SectionCard title="From run to run" id="trend" facts=facts>
            <Trend points=points here=here />
        </SectionCard>
    }
    .into_any()
}

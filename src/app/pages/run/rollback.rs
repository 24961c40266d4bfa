//! The way back: always in sight on a live run, what it would do, how it goes, and what somebody chooses.

mod plan;
mod progress;

use super::{board::Board, deeds::Deeds};
use crate::{
    api::{
        Error,
        rollback::{RollbackOffer, TierReady, load_readiness, load_rollback},
    },
    app::{
        components::{EmptyState, Mark, Tone},
        loaded::{Loaded, load},
        trouble::NotLoaded,
    },
};
use domain::{Right, rollback::RollbackState, run::Run};
use leptos::prelude::*;

/// The bar at the foot of a live run: one press from the plan.
pub fn bar(board: Board) -> AnyView {
    let may = may(board);
    let state = Memo::new(move |_| board.run.with(told));
    // Looked at four times a minute by whoever may press; the server looks once for all of them.
    let quarter = Memo::new(move |_| board.now.get().timestamp() / 15);
    let ready = board.ready;
    // Not on the server: the page does not wait for it.
    Effect::new(move || {
        quarter.track();
        // Where a window fails, everybody sees it.
        let fails = || board.run.with(|run| !run.windows.bad.is_empty());
        if (may || fails()) && board.run.with(|run| run.is_live() && !run.is_rolling_back()) {
            leptos::task::spawn_local(async move {
                if let Ok(tiers) = load_readiness(board.id).await {
                    ready.try_set(tiers);
                }
            });
        }
    });
    view! {
        {move || state.get().map(|(words, tone)| {
            let label = if tone == Tone::None { "Roll back…" } else { "See the rollback" };
            (may || tone != Tone::None).then(|| view! {
                <nav class="rollback-bar" aria-label="Rollback">
                    <span class="rollback-bar-words">{words} {readiness(ready)}</span>
                    <a class="btn is-danger" href=format!("/runs/{}?tab=rollback", board.id)>{label}</a>
                </nav>
            })
        })}
    }
    .into_any()
}

/// Each tier with whether it could be gone now, once that is known.
pub fn readiness(ready: RwSignal<Vec<TierReady>>) -> impl IntoView {
    move || {
        let tiers = ready.get();
        let marks = tiers.into_iter().map(|tier| {
            let (tone, icon) = if tier.ready {
                (Tone::Go, "proved")
            } else {
                (Tone::Hold, "warning")
            };
            view! { <Mark tone=tone icon=icon word=format!("{}: {}", tier.title, tier.words) /> }
        });
        marks.collect_view()
    }
}

/// What the bar says; `None` where nothing is to be rolled back.
fn told(run: &Run) -> Option<(String, Tone)> {
    if !run.is_live() {
        return None;
    }
    let rollback = run.rollback.as_ref().filter(|_| run.is_rolling_back());
    let Some(rollback) = rollback else {
        return Some(("The rollback is one press away.".to_owned(), Tone::None));
    };
    let by = rollback.by.name();
    Some(match &rollback.state {
        RollbackState::Running => {
            let over = rollback.steps.iter().filter(|step| step.is_over()).count();
            (
                format!("{by} rolls back: {over} of {} steps.", rollback.steps.len()),
                Tone::No,
            )
        }
        RollbackState::Asking { step } => (
            format!("Step {} of the rollback waits for you.", step + 1),
            Tone::Hold,
        ),
        RollbackState::Differs { open } => (
            format!("Rolled back; {} parts are not as they were.", open.len()),
            Tone::Hold,
        ),
        RollbackState::Done { .. } => ("Rolled back.".to_owned(), Tone::Go),
    })
}

/// Whether who looks may roll this run back.
fn may(board: Board) -> bool {
    let class = board.run.with_untracked(|run| run.start.class);
    board
        .person
        .with_value(|person| person.may(Right::RollBack, Some(class)))
}

/// What each tier would do, or why that is not known.
type Offer = Loaded<Result<RollbackOffer, Error>>;

/// The tab: how the rollback stands, and what each tier would do.
pub fn tab(board: Board, deeds: Deeds) -> AnyView {
    // Each start needs a form with a number of its own, and what can be started follows the run's state.
    let key = Memo::new(move |_| {
        board.run.with(|run| {
            let asks = run
                .rollback
                .as_ref()
                .map(|rollback| matches!(rollback.state, RollbackState::Asking { .. }));
            (run.state.word(), asks)
        })
    });
    let offer = load(move || key.get(), move |_| load_rollback(board.id));
    view! {
        <Transition fallback=|| view! { <p>"Loading the rollback…"</p> }>
            <div class="stack">
            {progress::card(board, deeds, offer)}
            {move || Suspend::new(async move {
                match offer.await {
                    // The page was drawn anew while this waited: nobody sees this drawing any more.
                    _ if board.run.is_disposed() => ().into_any(),
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok(offer) if offer.tiers.is_empty() => none(),
                    Ok(offer) => {
                        plan::cards(board, deeds, StoredValue::new(offer))
                    }
                }
            })}
            </div>
        </Transition>
    }
    .into_any()
}

fn none() -> AnyView {
    view! {
        <EmptyState title="This checklist describes no rollback">
            <p>"Add a section such as “Immediate Rollback (< 5 minutes)” with its commands, import it again and publish it."</p>
        </EmptyState>
    }
    .into_any()
}

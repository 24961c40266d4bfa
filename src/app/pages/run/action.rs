//! An action in the panel: what will run and where, the button, what it prints, and its end.

use super::{board::Board, deeds::Deeds};
use crate::{
    api::action::{ActionOffer, load_action},
    app::{
        components::{Banner, Disclosure, ExactTime, PanelPart, Tone},
        deed::DeedForm,
        loaded::load,
    },
};
use domain::{
    Right, action::ActionState, outline::OutlineLine, phase::Progress, phase_order::waits_for, plan::ItemId,
};
use leptos::prelude::*;

/// Everything about the action of a line.
pub fn part(board: Board, deeds: Deeds, line: &OutlineLine) -> AnyView {
    let id = line.id.clone();
    let state = Memo::new({
        let id = id.clone();
        move |_| board.run.with(|run| run.items.get(&id)?.action.clone())
    });
    // Asked again when one was started or ended, when the run went on to another state or through a phase by itself, and when nothing stands before it
    // any more: what may run now is said by the server, and each form has a number of its own.
    let waits = Memo::new({
        let id = id.clone();
        move |_| {
            let now = board.now.get();
            board.with(|outline, run| {
                let section = outline.line(&id).map(|(section, _)| section);
                section.is_some_and(|section| waits_for(outline, section, run, now).is_some())
            })
        }
    });
    let key = {
        let id = id.clone();
        Memo::new(move |_| {
            (
                id.0.clone(),
                state.get(),
                board.run.with(|run| {
                    let goes = run.phase.as_ref().is_some_and(Progress::is_running);
                    (run.state.word(), goes)
                }),
                waits.get(),
            )
        })
    };
    let form = load(move || key.get(), move |(item, ..)| load_action(board.id, item));
    let running = Memo::new(move |_| state.with(|state| state.as_ref().is_some_and(ActionState::is_running)));
    view! {
        {move || state.get().map(|state| told(&state))}
        {printed(board, id.clone(), running)}
        <Transition fallback=|| view! { <PanelPart label="Command">"Loading the command…"</PanelPart> }>
            {move || {
                let id = id.clone();
                Suspend::new(async move {
                    match form.await {
                        Err(error) => view! { <PanelPart>{error.to_string()}</PanelPart> }.into_any(),
                        Ok(form) => command(board, deeds, id, form, running),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

/// How the latest execution stands.
fn told(state: &ActionState) -> AnyView {
    match state.clone() {
        ActionState::Running { since, by, cancelled_by } => {
            let cancelled = cancelled_by.map(|by| format!(". {} asked for its end", by.name()));
            view! { <PanelPart label="Under way">"Started by " {by.name().to_owned()} " at " <ExactTime at=since /> {cancelled}</PanelPart> }
                .into_any()
        }
        ActionState::Ended { ending, reason, at, by, .. } => view! {
            <PanelPart label="Last run">
                <p>{ending.word()} ": " {reason}</p>
                <small>{by.name().to_owned()} ", " <ExactTime at=at /></small>
            </PanelPart>
        }
        .into_any(),
        ActionState::Unknown { since, by } => view! {
            <PanelPart label="Last run">
                <Banner tone=Tone::Hold title="Nobody knows how it ended">
                    "Gonogo stopped while it ran. " {by.name().to_owned()} " started it at " <ExactTime at=since />
                    ". Look at the target before you run it again."
                </Banner>
            </PanelPart>
        }
        .into_any(),
    }
}

/// What it prints, while it runs.
fn printed(board: Board, id: ItemId, running: Memo<bool>) -> impl IntoView {
    let text = Memo::new(move |_| {
        board
            .prints
            .with(|prints| prints.get(&id).cloned().unwrap_or_default())
    });
    move || {
        (running.get() && text.with(|text| !text.is_empty())).then(|| {
            view! { <PanelPart label="Output, live"><pre class="output" tabindex="0" aria-label="Output, live" aria-live="off">{move || text.get()}</pre></PanelPart> }
        })
    }
}

fn command(board: Board, deeds: Deeds, id: ItemId, form: ActionOffer, running: Memo<bool>) -> AnyView {
    let ActionOffer {
        command,
        written,
        shell,
        deadline_s,
        refused,
        request_key,
        printed,
    } = form;
    let class = board.run.with_untracked(|run| run.start.class);
    let may = board
        .person
        .with_value(|person| person.may(Right::Act, Some(class)));
    let environment = board.run.with_untracked(|run| run.start.environment.clone());
    let written =
        written.map(|written| view! { <p class="action-written">"Written: " <code>{written}</code></p> });
    // Without a script nothing arrives live: what was printed before the page was drawn.
    let printed = (!printed.is_empty() && board.prints.with_untracked(|prints| !prints.contains_key(&id)))
        .then(|| view! { <pre class="output" tabindex="0" aria-label="Output so far">{printed}</pre> });
    let closed = board.run.with_untracked(|run| run.is_closed());
    let acts = (may && !closed).then(|| {
        let (item, key) = (id.0.clone(), request_key.clone());
        move || {
            if running.get() {
                return cancel(board, deeds, &item);
            }
            match refused.clone() {
                Some(refused) => view! { <p class="action-refused">{refused}</p> }.into_any(),
                None => confirm(board, deeds, &item, &key, &environment),
            }
        }
    });
    view! {
        <PanelPart label="Command">
            <pre class="output is-wrapped" tabindex="0" aria-label="Command">{command}</pre>
            {written}
            <p class="row-why">{shell} ", at most " {deadline_s / 60} " minutes"</p>
            {printed}
            {acts}
        </PanelPart>
    }
    .into_any()
}

/// The button and, behind it, the question: what runs stands right above.
fn confirm(board: Board, deeds: Deeds, item: &str, key: &str, environment: &str) -> AnyView {
    let (item, key, place) = (item.to_owned(), key.to_owned(), environment.to_owned());
    let class = board.run.with_untracked(|run| run.start.class);
    view! {
        <Disclosure summary="Run…" button=true group="panel">
            <DeedForm deed=deeds.act attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="item" value=item />
                <input type="hidden" name="request_key" value=key />
                <p>"This changes " <b>{place.clone()}</b> " (" {class.word()} "). It runs once, exactly as shown."</p>
                <button class="btn is-danger" type="submit" disabled=move || deeds.act.pending().get()>
                    "Run in " {place}
                </button>
            </DeedForm>
        </Disclosure>
    }
    .into_any()
}

fn cancel(board: Board, deeds: Deeds, item: &str) -> AnyView {
    let item = item.to_owned();
    view! {
        <DeedForm deed=deeds.cancel>
            <input type="hidden" name="run" value=board.id />
            <input type="hidden" name="item" value=item />
            <button class="btn is-danger" type="submit" disabled=move || deeds.cancel.pending().get()>"Cancel"</button>
        </DeedForm>
    }
    .into_any()
}

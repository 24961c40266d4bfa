//! The offered edit of a `.env` file in the panel: what changes, and the button.

use super::{board::Board, deeds::Deeds};
use crate::{
    api::env_edit::{EnvEditOffer, load_env_edit},
    app::{
        components::{Disclosure, PanelPart},
        deed::DeedForm,
        loaded::load,
    },
};
use domain::{Right, outline::OutlineLine, plan::ItemId};
use leptos::prelude::*;

/// The edit of a line that asks for one, or of a box that holds such lines.
pub fn part(board: Board, deeds: Deeds, line: &OutlineLine) -> AnyView {
    let id = line.id.clone();
    // Asked again when something was seen of a line of this section, or the run went on: what changes is the server's to say.
    let key = {
        let id = id.clone();
        Memo::new(move |_| {
            board.with(|outline, run| {
                let section = outline.line(&id).map(|(section, _)| section);
                let lines = section
                    .map(|section| section.lines.as_slice())
                    .unwrap_or_default();
                let seen = lines
                    .iter()
                    .map(|line| run.items.get(&line.id).map_or(0, |state| state.seen()));
                (id.0.clone(), seen.sum::<u32>(), run.state.word())
            })
        })
    };
    let offer = load(move || key.get(), move |(item, ..)| load_env_edit(board.id, item));
    view! {
        <Transition fallback=|| view! { <PanelPart label="Offered edit">"Reading the file…"</PanelPart> }>
            {move || {
                let id = id.clone();
                Suspend::new(async move {
                    match offer.await {
                        Err(error) => view! { <PanelPart label="Offered edit">{error.to_string()}</PanelPart> }.into_any(),
                        Ok(offer) => offered(board, deeds, &id, offer),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

fn offered(board: Board, deeds: Deeds, id: &ItemId, offer: EnvEditOffer) -> AnyView {
    let EnvEditOffer {
        path,
        difference,
        before,
        refused,
        request_key,
    } = offer;
    if difference.is_empty() {
        return ().into_any();
    }
    let class = board.run.with_untracked(|run| run.start.class);
    let may = board
        .person
        .with_value(|person| person.may(Right::Act, Some(class)));
    let closed = board.run.with_untracked(|run| run.is_closed());
    let item = id.0.clone();
    let accept = (may && !closed).then(|| match refused {
        Some(refused) => view! { <p class="action-refused">{refused}</p> }.into_any(),
        None => view! {
            <Disclosure summary="Edit…" button=true group="panel">
                <DeedForm deed=deeds.edit attr:class="form">
                    <input type="hidden" name="run" value=board.id />
                    <input type="hidden" name="item" value=item />
                    <input type="hidden" name="before" value=before.to_string() />
                    <input type="hidden" name="request_key" value=request_key />
                    <p>"These lines change and nothing else. What the file was is kept beside the run. A container reads it only when it is made anew."</p>
                    <button class="btn is-danger" type="submit" disabled=move || deeds.edit.pending().get()>"Write the file"</button>
                </DeedForm>
            </Disclosure>
        }
        .into_any(),
    });
    view! {
        <PanelPart label="Offered edit">
            <p class="row-why">{path}</p>
            <pre class="output" tabindex="0" aria-label="Difference">{difference.join("\n")}</pre>
            {accept}
        </PanelPart>
    }
    .into_any()
}

//! What changed since a signature that is stale now: to read before it is given again.

use super::super::board::Board;
use crate::{
    api::sign_off::changes,
    app::{
        components::{CodeText, SectionCard},
        loaded::load,
    },
};
use domain::record::{About, Difference};
use leptos::prelude::*;

/// The differences of the record since the slot `key` was signed; nothing where that signature stands.
pub fn since(board: Board, key: &str) -> AnyView {
    let signed = board.run.with_untracked(|run| {
        let sign_off = run.sign_offs.get(key).filter(|sign_off| run.is_stale(sign_off))?;
        Some(sign_off.by.name().to_owned())
    });
    let Some(name) = signed else {
        return ().into_any();
    };
    let key = key.to_owned();
    let found = load(
        move || board.run.with(|run| run.record.clone()),
        move |_| changes(board.id, key.clone()),
    );
    let body = move || {
        Suspend::new(async move {
            match found.await {
                Ok(found) if found.is_empty() => {
                    view! { <p>"It was signed before Gonogo kept what this is read from."</p> }.into_any()
                }
                Ok(found) => table(board, found),
                Err(error) => view! { <p role="alert">{error.to_string()}</p> }.into_any(),
            }
        })
    };
    view! {
        <SectionCard title=format!("What changed since {name} signed") id="changed">
            <Suspense>{body}</Suspense>
        </SectionCard>
    }
    .into_any()
}

fn table(board: Board, found: Vec<Difference>) -> AnyView {
    let rows = found.into_iter().map(|difference| {
        let Difference { about, was, is } = difference;
        let was = if was.is_empty() { "nothing".to_owned() } else { was };
        let is = if is.is_empty() { "nothing".to_owned() } else { is };
        view! {
            <tr>
                <th scope="row">{subject(board, &about)}</th>
                <td data-label="When signed">{was}</td>
                <td data-label="Now">{is}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap">
            <table class="table">
                <thead><tr><th scope="col">"What"</th><th scope="col">"When it was signed"</th><th scope="col">"Now"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn subject(board: Board, about: &About) -> AnyView {
    match about {
        About::Line(id) => {
            let text = board.find(id, |_, line| line.text.clone());
            let text = text.unwrap_or_else(|| id.0.clone());
            view! { <a href=format!("/runs/{}?item={}", board.id, id.0)><CodeText text=text /></a> }
                .into_any()
        }
        About::Blank(id) => {
            let label = board.outline.with_value(|outline| {
                outline
                    .blanks
                    .iter()
                    .find(|blank| blank.id == *id)
                    .map(|blank| blank.label.clone())
            });
            label.unwrap_or_else(|| id.0.clone()).into_any()
        }
        About::T0 => "T0".into_any(),
        About::Superseded => "The environment".into_any(),
        About::RolledBack => "The release".into_any(),
    }
}

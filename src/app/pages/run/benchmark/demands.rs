//! What the document's lines demand of numbers, and how each stands.

use super::super::board::Board;
use crate::{
    api::measurement::{BenchmarkPage, CriterionRow, Linked, ObjectiveRow},
    app::components::{CodeText, Mark, SectionCard, Tone},
};
use domain::objective::Outcome;
use leptos::prelude::*;

/// All of them; nothing where the document demands nothing.
pub fn card(board: Board, page: &BenchmarkPage) -> Option<AnyView> {
    if page.objectives.is_empty() {
        return evidence(board, &page.criteria);
    }
    let facts = page.gate.clone();
    let facts = view! { <span>{facts}</span> }.into_any();
    let rows = page
        .objectives
        .iter()
        .cloned()
        .map(|row| shown(board, row))
        .collect_view();
    Some(
        view! {
            <SectionCard title="Targets and criteria" id="demands" facts=facts>
                <div class="table-wrap" tabindex="0" role="region" aria-label="What each line asks for and how it stands">
                    <table class="table">
                        <thead><tr>
                            <th scope="col">"Line"</th>
                            <th scope="col">"Asks for"</th>
                            <th scope="col">"Stands"</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </SectionCard>
            {evidence(board, &page.criteria)}
        }
        .into_any(),
    )
}

/// The criteria that demand no number, and where each has its evidence.
fn evidence(board: Board, criteria: &[CriterionRow]) -> Option<AnyView> {
    let rows = criteria.iter().cloned().map(|row| {
        view! {
            <tr>
                <th scope="row"><a href=format!("/runs/{}?item={}", board.id, row.item)><CodeText text=row.text /></a></th>
                <td>{row.linked.into_iter().map(linked).collect_view()}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    (!criteria.is_empty()).then(|| {
        view! {
            <SectionCard title="Criteria without a number" id="evidence">
                <div class="table-wrap" tabindex="0" role="region" aria-label="Where each has its evidence">
                    <table class="table">
                        <thead><tr><th scope="col">"Line"</th><th scope="col">"Evidence"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </SectionCard>
        }
        .into_any()
    })
}

/// Evidence with links to it: "the same number as line 131, line 140".
fn linked(linked: Linked) -> impl IntoView {
    let places = linked.places.into_iter().enumerate().map(|(at, place)| {
        let comma = (at > 0).then_some(", ");
        view! { {comma} <a href=place.href>{place.label}</a> }
    });
    view! { <small class="evidence-link">{linked.why} " " {places.collect_view()}</small> }
}

fn shown(board: Board, row: ObjectiveRow) -> impl IntoView {
    let (tone, icon) = match row.outcome {
        Outcome::Met => (Tone::Go, "proved"),
        Outcome::NotMet { .. } => (Tone::No, "failed"),
        Outcome::NoData | Outcome::TooEarly { .. } => (Tone::None, "no-data"),
        Outcome::Waived => (Tone::Hold, "waived"),
    };
    let word = row.outcome.words();
    let said = (row.reason != word).then_some(row.reason);
    let from = from(&row.measurements).map(|words| view! { <br /><small class="quiet">{words}</small> });
    let differs = row
        .differs
        .into_iter()
        .map(|words| view! { <br /><small>{words}</small> });
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/runs/{}?item={}", board.id, row.item)><CodeText text=row.text /></a>
                <br /><small class="quiet">{row.section}</small>
            </th>
            <td>{row.asks} {differs.collect_view()} {row.linked.into_iter().map(linked).collect_view()}</td>
            <td><Mark tone=tone icon=icon word=word /> {said.map(|said| view! { <br /><small>{said}</small> })} {from}</td>
        </tr>
    }
}

/// "from measurements 1 and 2".
fn from(measurements: &[u32]) -> Option<String> {
    match measurements {
        [] => None,
        [one] => Some(format!("from measurement {one}")),
        [before, after, ..] => Some(format!("from measurements {before} and {after}")),
    }
}

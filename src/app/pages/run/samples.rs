//! The samples of a window: a bar for each line, and what they say so far.

use super::board::Board;
use crate::app::components::{CodeText, ExactTime, Mark, SampleBar, Tone};
use domain::{outline::OutlineLine, run::Run, window::Bar};
use leptos::prelude::*;

/// The samples of a section's lines; nothing where none were taken.
pub fn table(board: Board, section: usize) -> AnyView {
    let lines = board
        .outline
        .with_value(|outline| outline.sections[section].lines.clone());
    let sampled = move || -> Vec<(OutlineLine, Bar)> {
        let bars = board.bars.get();
        let of = |line: &OutlineLine| bars.iter().find(|bar| bar.item == line.id).cloned();
        lines
            .iter()
            .filter_map(|line| Some((line.clone(), of(line)?)))
            .collect()
    };
    let sampled = Memo::new(move |_| sampled());
    let draw = move || {
        let sampled = sampled.get();
        if sampled.is_empty() {
            return ().into_any();
        }
        let bad = board
            .run
            .with(|run| sampled.iter().any(|(line, bar)| is_bad(run, line, bar)));
        let rows = sampled
            .into_iter()
            .map(|(line, bar)| row(board, line, bar))
            .collect_view();
        view! {
            <div class="table-wrap">
                <table class="table samples">
                    <caption class="visually-hidden">"Samples since T0"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Sampled line"</th>
                            <th scope="col">"Since T0"</th>
                            <th scope="col">"Samples"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {bad.then(|| way_back(board))}
        }
        .into_any()
    };
    view! { {draw} }.into_any()
}

fn row(board: Board, line: OutlineLine, bar: Bar) -> AnyView {
    let id = line.id.clone();
    let first = board.run.with(|run| run.windows.bad.get(&id).cloned());
    let first = first.map(|bad| {
        let href = format!("/runs/{}?item={}", board.id, line.id);
        view! {
            <div>
                <Mark tone=Tone::No icon="failed" word="First bad sample" /> " "
                <a href=href><ExactTime at=bad.slot seconds=true /></a>
            </div>
        }
    });
    let failed = (bar.failed > 0).then(|| format!("{} failed, ", bar.failed));
    let (coverage, trend) = (bar.coverage.clone(), bar.trend.clone());
    let trend = (!trend.is_empty()).then(|| view! { <small>{trend}</small> });
    view! {
        <tr>
            <th scope="row"><CodeText text=line.text /></th>
            <td data-label="Since T0"><SampleBar bar=bar /></td>
            <td data-label="Samples">{failed} {coverage} {trend} {first}</td>
        </tr>
    }
    .into_any()
}

/// Whether the window fails by this line, or will.
fn is_bad(run: &Run, line: &OutlineLine, bar: &Bar) -> bool {
    let throughout = line.demand.needs_every_sample() && run.windows.bad.contains_key(&line.id);
    throughout || bar.parts.ends_with('x')
}

/// Where somebody sees how ready the way back is. Nothing rolls back by itself.
fn way_back(board: Board) -> impl IntoView {
    let href = format!("/runs/{}?tab=rollback", board.id);
    view! {
        <p class="section-body">
            <Mark tone=Tone::No icon="failed" word="This window fails." /> " "
            <a href=href>"See how ready the rollback is"</a> ". Nothing rolls back by itself: somebody decides."
        </p>
    }
}

//! The samples of a window: a bar for each line, and what they say so far.

use super::{board::Board, guides, rollback};
use crate::app::components::{CodeText, ExactTime, Mark, SampleBar, Tone};
use domain::{
    outline::OutlineLine,
    plan::SectionKind,
    run::Run,
    window::{Bad, Bar},
};
use leptos::prelude::*;

/// The samples of a section's lines; nothing where none were taken.
pub fn table(board: Board, section: usize) -> AnyView {
    let (kind, lines) = board.outline.with_value(|outline| {
        let section = &outline.sections[section];
        (section.kind, section.lines.clone())
    });
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
        let fails = bad.then(|| fails(board, &sampled));
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
            {fails}
        }
        .into_any()
    };
    let guide = matches!(kind, SectionKind::Window { .. }).then(|| {
        let failed = Memo::new(move |_| sampled.with(|sampled| Some(first(board, sampled)?.0.id)));
        guides::of_window(board, failed)
    });
    view! { {draw} {guide} }.into_any()
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

/// The line that failed first, and its first bad sample.
fn first(board: Board, sampled: &[(OutlineLine, Bar)]) -> Option<(OutlineLine, Bad)> {
    let failing = sampled.iter().filter_map(|(line, bar)| {
        let bad = board.run.with(|run| {
            let bad = run.windows.bad.get(&line.id)?;
            is_bad(run, line, bar).then(|| bad.clone())
        });
        bad.map(|bad| (line.clone(), bad))
    });
    failing.min_by_key(|(_, bad)| bad.slot)
}

/// What failed first, and how ready the way back is.
fn fails(board: Board, sampled: &[(OutlineLine, Bar)]) -> impl IntoView + use<> {
    let first = first(board, sampled).map(|(line, bad)| {
        let href = format!("/runs/{}?item={}", board.id, line.id);
        view! {
            <p>
                "First, at " <ExactTime at=bad.slot seconds=true /> ": " <a href=href><CodeText text=line.text /></a>
                ", " {bad.reason}
            </p>
        }
    });
    let automatic = board.automatic.with_value(Option::clone);
    let by_itself = match automatic {
        None => "Nothing rolls back by itself: somebody decides.".to_owned(),
        Some(rule) => format!(
            "The environment's file asks for a rollback where a window fails for certain ({}).",
            rule.words()
        ),
    };
    let href = format!("/runs/{}?tab=rollback", board.id);
    view! {
        <div class="section-body stack">
            <p><Mark tone=Tone::No icon="failed" word="This window fails." /> " " {by_itself}</p>
            {first}
            <div class="cluster">
                {rollback::readiness(board.ready)}
                <a class="btn is-danger is-small" href=href>"See how ready the rollback is"</a>
            </div>
        </div>
    }
}

//! The samples of a window: a bar for each line, and what they say so far.

use super::{board::Board, guides, rollback};
use crate::app::components::{CodeText, Disclosure, ExactTime, Mark, SampleBar, Tone};
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

/// What failed first, the guide that is about it, and how ready the way back is.
fn fails(board: Board, sampled: &[(OutlineLine, Bar)]) -> impl IntoView + use<> {
    let failing = sampled.iter().filter_map(|(line, bar)| {
        let bad = board.run.with(|run| {
            let bad = run.windows.bad.get(&line.id)?;
            is_bad(run, line, bar).then(|| bad.clone())
        });
        bad.map(|bad| (line.clone(), bad))
    });
    let first = failing.min_by_key(|(_, bad)| bad.slot);
    let first = first.map(|(line, bad)| {
        let href = format!("/runs/{}?item={}", board.id, line.id);
        let guide = guide(board, &format!("{} {}", line.text, bad.reason));
        view! {
            <p>
                "First, at " <ExactTime at=bad.slot seconds=true /> ": " <a href=href><CodeText text=line.text /></a>
                ", " {bad.reason}
            </p>
            {guide}
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

/// The guide of the checklist that shares words with what was seen, open.
fn guide(board: Board, seen: &str) -> AnyView {
    let found = board.guides.with_value(|guides| {
        let symptoms = guides
            .iter()
            .enumerate()
            .map(|(at, guide)| (at, guide.symptoms.as_str()));
        let (at, shared) = domain::guide::matching(symptoms, seen)?;
        Some((at, guides.get(at)?.clone(), shared))
    });
    let Some((at, guide, shared)) = found else {
        return view! { <p><small>"No guide of this checklist has symptoms with these words."</small></p> }
            .into_any();
    };
    let href = format!("/runs/{}?tab=guides#{}", board.id, guides::anchor(at));
    view! {
        <p>
            <a href=href>{guide.title.clone()}</a>
            <small>{format!(": this guide's symptoms have the same words ({}).", shared.join(", "))}</small>
        </p>
        <Disclosure summary=guide.title open=true><div class="prose" inner_html=guide.html></div></Disclosure>
    }
    .into_any()
}

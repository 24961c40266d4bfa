//! The numbers of a run: the document's forms, measuring them, and what its lines demand of them.

mod demands;
mod form;
mod measuring;

use super::{board::Board, deeds::Deeds, trend};
use crate::{
    api::measurement::{BenchmarkPage, load_benchmarks},
    app::{
        components::{EmptyState, PercentileLadder, Rung, SectionCard},
        loaded::load,
        trouble::NotLoaded,
    },
};
use domain::{
    form::Moment,
    measurement::{AttemptState, Measurements},
    metric::{Aggregation, Metric},
};
use leptos::prelude::*;

/// The tab.
pub fn tab(board: Board, deeds: Deeds) -> AnyView {
    // What it says follows from what was measured and typed, and from where the run stands.
    let key = Memo::new(move |_| {
        board.run.with(|run| {
            let ended = run
                .measurements
                .attempts
                .iter()
                .map(|attempt| attempt.state == AttemptState::Running);
            (
                run.state.word(),
                run.blanks.clone(),
                run.measurements.counting.clone(),
                run.measurements.beside.clone(),
                ended.collect::<Vec<_>>(),
            )
        })
    });
    let page = load(move || key.get(), move |_| load_benchmarks(board.id));
    view! {
        <div class="stack">
        <Transition fallback=|| view! { <p>"Loading the numbers…"</p> }>
            {move || Suspend::new(async move {
                match page.await {
                    // The page was drawn anew while this waited: nobody sees this drawing any more.
                    _ if board.run.is_disposed() => ().into_any(),
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok(page) if page.forms.is_empty() && page.objectives.is_empty() => nothing(),
                    Ok(page) => shown(board, deeds, &page),
                }
            })}
        </Transition>
        {trend::card(board)}
        </div>
    }
    .into_any()
}

fn shown(board: Board, deeds: Deeds, page: &BenchmarkPage) -> AnyView {
    let forms = page
        .forms
        .iter()
        .map(|offer| form::card(board, deeds, page, offer))
        .collect_view();
    let ladder = Memo::new(move |_| board.run.with(|run| rungs(&run.measurements)));
    view! {
        <div class="stack">
            {demands::card(board, page)}
            {move || {
                let rungs = ladder.get();
                (!rungs.is_empty()).then(|| view! {
                    <SectionCard title="Before and after" padded=true><PercentileLadder rungs=rungs /></SectionCard>
                })
            }}
            {forms}
        </div>
    }
    .into_any()
}

/// What the document's lines demand of numbers, and how each stands.
pub fn demands(board: Board, page: &BenchmarkPage) -> Option<AnyView> {
    demands::card(board, page)
}

/// The percentiles of the attempts that count; nothing where none does.
fn rungs(measurements: &Measurements) -> Vec<Rung> {
    if [Moment::Before, Moment::After]
        .iter()
        .all(|moment| measurements.figures(*moment).next().is_none())
    {
        return Vec::new();
    }
    let rung = |percent: u8| {
        let aggregation = Aggregation::Percentile(percent);
        let of = |moment| {
            let figure = measurements.figure(moment, &Metric::Latency, aggregation);
            figure.map(|(_, figure)| figure.value)
        };
        let (before, after) = (of(Moment::Before), of(Moment::After));
        let interval = measurements.improvement(&Metric::Latency, aggregation);
        let change = domain::form::improvement::change(before, after, domain::metric::Better::Lower);
        let spread = interval.zip(before).map(|(one, before)| {
            let after = |percent: f64| before * (1.0 - percent / 100.0);
            (after(one.interval.high), after(one.interval.low))
        });
        let interval = interval.map(|one| {
            let interval = one.interval;
            let (words, low, high) = (interval.words(), interval.low, interval.high);
            format!(" ({words}: {low:.1} to {high:.1} %)")
        });
        Rung {
            label: aggregation.to_string(),
            before,
            after,
            spread,
            change: format!("{change}{}", interval.unwrap_or_default()),
        }
    };
    [50, 95, 99].into_iter().map(rung).collect()
}

fn nothing() -> AnyView {
    view! {
        <EmptyState title="This checklist asks for no numbers">
            <p>"Add a block such as “p95: _____ ms” under “Before Deployment” and “After Deployment”, or a target such as “API response time: < 200 ms p95”."</p>
        </EmptyState>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use domain::{
        Hash,
        measurement::{Attempt, Figure, Found, Improvement, Origin},
        objective::Interval,
        person::Author,
        quantity::Unit,
    };

    fn attempt(number: u32, moment: Moment, value: f64, improvements: Vec<Improvement>) -> Attempt {
        let figure = Figure {
            metric: Metric::Latency,
            aggregation: Aggregation::Percentile(95),
            value,
            unit: Unit::Milliseconds,
            samples: 300,
            between: None,
        };
        let found = Found {
            figures: vec![figure],
            improvements,
            ..Found::default()
        };
        let (at, evidence) = (DateTime::<Utc>::UNIX_EPOCH, Hash::of_bytes(&[0; 32]));
        Attempt {
            number,
            moment,
            origin: Origin::Load,
            by: Author::Gonogo,
            since: at,
            state: AttemptState::Ended { at, found, evidence },
        }
    }

    #[test]
    fn a_rung_spreads_as_far_as_the_interval_of_the_change_leaves_the_value_after() {
        let improvement = Improvement {
            metric: Metric::Latency,
            aggregation: Aggregation::Percentile(95),
            than: 1,
            interval: Interval {
                low: 80.0,
                high: 95.0,
                bounds: false,
            },
        };
        let measurements = Measurements {
            attempts: vec![
                attempt(1, Moment::Before, 200.0, vec![]),
                attempt(2, Moment::After, 20.0, vec![improvement]),
            ],
            counting: [(Moment::Before, 1), (Moment::After, 2)].into(),
            ..Measurements::default()
        };
        let rungs = rungs(&measurements);
        let p95 = rungs.iter().find(|rung| rung.label == "p95").unwrap();
        let (low, high) = p95.spread.unwrap();
        assert!((low - 10.0).abs() < 1e-9 && (high - 40.0).abs() < 1e-9, "{p95:?}");
        let p50 = rungs.iter().find(|rung| rung.label == "p50").unwrap();
        assert_eq!((p50.before, p50.after, p50.spread), (None, None, None));
    }
}

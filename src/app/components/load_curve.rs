use super::Disclosure;
use domain::load::LoadProgress;
use leptos::prelude::*;

/// The picture's size in its own units: it is drawn as wide as there is room.
const WIDE: f64 = 600.0;
const HIGH: f64 = 120.0;

/// How many rows the table has at most.
const ROWS: usize = 12;

/// How a load goes: the 95th percentile so far over time, the latest figures in words, and the table.
#[component]
pub fn LoadCurve(
    /// Each look at it, in the order of time.
    #[prop(into)]
    looks: Signal<Vec<LoadProgress>>,
) -> impl IntoView {
    // What may be open stands outside of what is drawn anew with every look.
    view! {
        <figure class="load-curve">
            {move || looks.with(|looks| curve(looks))}
            <Disclosure summary="The figures so far">{move || looks.with(|looks| table(looks))}</Disclosure>
        </figure>
    }
    .into_any()
}

fn curve(looks: &[LoadProgress]) -> AnyView {
    let Some(last) = looks.last().cloned() else {
        return view! { <p class="quiet">"It begins…"</p> }.into_any();
    };
    let points: Vec<(f64, f64)> = looks
        .iter()
        .filter_map(|look| Some((look.elapsed_ms as f64, look.latency?.p95_us as f64)))
        .collect();
    let right = last.elapsed_ms.max(1) as f64;
    let top = points.iter().map(|(_, value)| *value).fold(1.0, f64::max);
    let path: Vec<String> = points
        .iter()
        .map(|(at, value)| {
            format!(
                "{:.1},{:.1}",
                at / right * WIDE,
                HIGH - value / top * (HIGH - 8.0)
            )
        })
        .collect();
    let figures = last.latency.map(|latency| {
        view! {
            <span>"p50 " <b>{milliseconds(latency.p50_us)}</b></span>
            <span>"p95 " <b>{milliseconds(latency.p95_us)}</b></span>
            <span>"p99 " <b>{milliseconds(latency.p99_us)}</b></span>
        }
    });
    let errors =
        (last.errors > 0).then(|| view! { <span data-tone="no"><b>{last.errors}</b> " errors"</span> });
    let phase = if last.warming_up { "warming up, " } else { "" };
    let scale = (!points.is_empty()).then(|| {
        let top = format!("p95 so far, up to {}", milliseconds(top as u64));
        view! { <p class="load-curve-scale" aria-hidden="true"><span>{top}</span> <span>{seconds(last.elapsed_ms)}</span></p> }
    });
    view! {
        <svg viewBox=format!("0 0 {WIDE} {HIGH}") preserveAspectRatio="none" aria-hidden="true">
            <polyline class="load-curve-line" points=path.join(" ")></polyline>
        </svg>
        {scale}
        <p class="load-curve-figures cluster is-loose">
            <span>{phase} <b>{last.done}</b> " of " {last.planned} " requests"</span>
            {figures}
            {errors}
        </p>
    }
    .into_any()
}

/// The looks, the latest first; of many, some at equal distances.
fn table(looks: &[LoadProgress]) -> AnyView {
    let rows = looks
        .iter()
        .rev()
        .step_by(looks.len().div_ceil(ROWS).max(1))
        .map(|look| {
            let of = |us: Option<u64>| us.map_or_else(|| "—".to_owned(), milliseconds);
            let latency = look.latency;
            view! {
                <tr>
                    <th scope="row">{seconds(look.elapsed_ms)}</th>
                    <td data-label="Requests" class="is-number">{look.done}</td>
                    <td data-label="p50" class="is-number">{of(latency.map(|latency| latency.p50_us))}</td>
                    <td data-label="p95" class="is-number">{of(latency.map(|latency| latency.p95_us))}</td>
                    <td data-label="p99" class="is-number">{of(latency.map(|latency| latency.p99_us))}</td>
                    <td data-label="Errors" class="is-number">{look.errors}</td>
                </tr>
            }
        });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="The load so far">
            <table class="table">
                <thead><tr>
                    <th scope="col">"After"</th>
                    <th scope="col" class="is-number">"Requests"</th>
                    <th scope="col" class="is-number">"p50"</th>
                    <th scope="col" class="is-number">"p95"</th>
                    <th scope="col" class="is-number">"p99"</th>
                    <th scope="col" class="is-number">"Errors"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn milliseconds(us: u64) -> String {
    format!("{:.1} ms", us as f64 / 1_000.0)
}

fn seconds(ms: u64) -> String {
    format!("{:.1} s", ms as f64 / 1_000.0)
}

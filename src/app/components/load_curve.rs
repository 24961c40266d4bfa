use domain::load::LoadProgress;
use leptos::prelude::*;

/// The picture's size in its own units: it is drawn as wide as there is room.
const WIDE: f64 = 600.0;
const HIGH: f64 = 120.0;

/// How a load goes: the 95th percentile so far over time, and the latest figures in words.
#[component]
pub fn LoadCurve(
    /// Each look at it, in the order of time.
    looks: Vec<LoadProgress>,
) -> impl IntoView {
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
        let ms = |us: u64| format!("{:.1} ms", us as f64 / 1_000.0);
        view! {
            <span>"p50 " <b>{ms(latency.p50_us)}</b></span>
            <span>"p95 " <b>{ms(latency.p95_us)}</b></span>
            <span>"p99 " <b>{ms(latency.p99_us)}</b></span>
        }
    });
    let errors =
        (last.errors > 0).then(|| view! { <span data-tone="no"><b>{last.errors}</b> " errors"</span> });
    let phase = if last.warming_up { "warming up, " } else { "" };
    view! {
        <figure class="load-curve">
            <svg viewBox=format!("0 0 {WIDE} {HIGH}") preserveAspectRatio="none" aria-hidden="true">
                <polyline class="load-curve-line" points=path.join(" ")></polyline>
            </svg>
            <figcaption class="cluster">
                <span>{phase} <b>{last.done}</b> " of " {last.planned} " requests"</span>
                {figures}
                {errors}
            </figcaption>
        </figure>
    }
    .into_any()
}

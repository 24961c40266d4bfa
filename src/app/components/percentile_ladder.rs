use leptos::prelude::*;

/// One rung: a percentile before the deployment and after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// `p95`.
    pub label: String,
    /// In milliseconds.
    pub before: Option<f64>,
    /// In milliseconds.
    pub after: Option<f64>,
    /// From where to where the value after may lie by the 95 % interval of the change, in milliseconds.
    pub spread: Option<(f64, f64)>,
    /// How the two stand to each other, with the interval where there is one.
    pub change: String,
}

/// The heights of a rung's label, of a bar, and of a rung, in pixels.
const LABEL: f64 = 16.0;
const BAR: f64 = 10.0;
const RUNG: f64 = 48.0;

/// Latencies before and after, percentile by percentile, as bars on one scale; the table below says the same in numbers.
#[component]
pub fn PercentileLadder(
    /// The percentiles, from the lowest.
    rungs: Vec<Rung>,
) -> impl IntoView {
    let all = rungs
        .iter()
        .flat_map(|rung| [rung.before, rung.after, rung.spread.map(|(_, high)| high)]);
    let most = all.flatten().fold(0.0_f64, f64::max).max(f64::MIN_POSITIVE);
    let height = rungs.len() as f64 * RUNG;
    let has_spread = rungs.iter().any(|rung| rung.spread.is_some());
    let bars = rungs
        .iter()
        .enumerate()
        .map(|(at, rung)| bars(rung, at as f64 * RUNG, most));
    let bars = bars.collect_view();
    let rows = rungs.into_iter().map(|rung| {
        view! {
            <tr>
                <th scope="row">{rung.label}</th>
                <td data-label="Before">{milliseconds(rung.before)}</td>
                <td data-label="After">{milliseconds(rung.after)}</td>
                <td data-label="Change">{rung.change}</td>
            </tr>
        }
    });
    view! {
        <figure class="ladder">
            <svg class="ladder-picture" height=height width="100%" aria-hidden="true">{bars}</svg>
            <ul class="picture-keys" role="list" aria-hidden="true">
                <li data-key="before">"before"</li>
                <li data-key="after">"after"</li>
                {has_spread.then(|| view! { <li data-key="spread">"95 % interval of the change"</li> })}
            </ul>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Latencies before and after">
                <table class="table">
                    <thead><tr>
                        <th scope="col">"Latency"</th>
                        <th scope="col">"Before"</th>
                        <th scope="col">"After"</th>
                        <th scope="col">"Change"</th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </figure>
    }
    .into_any()
}

/// The bars of a rung that begins at `top`; `most` is as wide as the picture.
fn bars(rung: &Rung, top: f64, most: f64) -> impl IntoView + use<> {
    let share = move |value: f64| format!("{:.2}%", value / most * 100.0);
    let bar = |class: &'static str, top: f64, value: Option<f64>| {
        value
            .map(|value| view! { <rect class=class x="0" y=top width=share(value) height=BAR rx="2"></rect> })
    };
    let (first, second) = (top + LABEL, top + LABEL + BAR + 2.0);
    let spread = rung.spread.map(|(low, high)| {
        let middle = second + BAR / 2.0;
        let end =
            |at: f64| view! { <line x1=share(at) x2=share(at) y1=second + 1.0 y2=second + BAR - 1.0></line> };
        view! {
            <g class="ladder-spread">
                <line x1=share(low.max(0.0)) x2=share(high) y1=middle y2=middle></line>
                {end(low.max(0.0))} {end(high)}
            </g>
        }
    });
    view! {
        <text class="ladder-label" x="0" y=top + LABEL - 4.0>{rung.label.clone()}</text>
        {bar("ladder-before", first, rung.before)}
        {bar("ladder-after", second, rung.after)}
        {spread}
    }
}

fn milliseconds(value: Option<f64>) -> String {
    value.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.1} ms"))
}

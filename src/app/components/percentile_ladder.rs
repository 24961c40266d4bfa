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
    /// How the two stand to each other, with the interval where there is one.
    pub change: String,
}

/// How high a bar and a rung are, in units of the picture.
const BAR: f64 = 10.0;
const RUNG: f64 = 32.0;

/// Latencies before and after, percentile by percentile, as bars on one scale; the table below says the same in numbers.
#[component]
pub fn PercentileLadder(
    /// The percentiles, from the lowest.
    rungs: Vec<Rung>,
) -> impl IntoView {
    let all = rungs.iter().flat_map(|rung| [rung.before, rung.after]).flatten();
    let most = all.fold(0.0_f64, f64::max).max(f64::MIN_POSITIVE);
    let width = move |value: Option<f64>| value.map(|value| value / most * 100.0);
    let bars = rungs.iter().enumerate().map(|(at, rung)| {
        let top = at as f64 * RUNG + 4.0;
        let bar = |class: &'static str, top: f64, value: Option<f64>| {
            width(value).map(|width| {
                view! { <rect class=class x="0" y=top width=format!("{width:.2}%") height=BAR rx="2"></rect> }
            })
        };
        view! {
            {bar("ladder-before", top, rung.before)}
            {bar("ladder-after", top + BAR + 2.0, rung.after)}
        }
    });
    let bars = bars.collect_view();
    let height = rungs.len() as f64 * RUNG;
    let rows = rungs.into_iter().map(|rung| {
        view! {
            <tr>
                <th scope="row">{rung.label}</th>
                <td>{milliseconds(rung.before)}</td>
                <td>{milliseconds(rung.after)}</td>
                <td>{rung.change}</td>
            </tr>
        }
    });
    view! {
        <figure class="ladder">
            <svg class="ladder-picture" height=height width="100%" aria-hidden="true">{bars}</svg>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Latencies before and after">
                <table class="table">
                    <thead><tr>
                        <th scope="col">"Latency"</th>
                        <th scope="col"><span class="ladder-key" data-of="before"></span>"Before"</th>
                        <th scope="col"><span class="ladder-key" data-of="after"></span>"After"</th>
                        <th scope="col">"Change"</th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </figure>
    }
    .into_any()
}

fn milliseconds(value: Option<f64>) -> String {
    value.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.1} ms"))
}

use super::{ExactTime, schedule};
use domain::{
    run::RunId,
    schedule::PhaseTook,
    trend::{Point, phases},
};
use leptos::prelude::*;

/// The height of a picture and the room above and below its points, in pixels.
const HIGH: f64 = 88.0;
const ROOM: f64 = 8.0;

/// How the runs of a checklist in an environment have gone: a line for each number, and the table of all of them.
#[component]
pub fn Trend(
    /// The runs, oldest first.
    points: Vec<Point>,
    /// The one that is looked at.
    here: RunId,
) -> impl IntoView {
    let phases = phases(&points);
    let of = |read: &dyn Fn(&Point) -> Option<f64>| points.iter().map(read).collect::<Vec<_>>();
    let seconds = |point: &Point| point.seconds(&phases).map(f64::from);
    let lines = [
        (
            "p95 after the deployment",
            of(&|point| point.figures.p95),
            None,
            milliseconds as Say,
        ),
        (
            "Cache hit rate",
            of(&|point| point.figures.hit_rate),
            Some(100.0),
            percent as Say,
        ),
        ("All phases together", of(&seconds), None, time as Say),
    ];
    let at = points.iter().position(|point| point.run == here);
    let drawn = points.len() > 1;
    let lines = lines
        .into_iter()
        .filter(|(_, values, ..)| drawn && values.iter().flatten().count() > 0)
        .map(|(title, values, most, say)| line(title, &values, most, say, at))
        .collect_view();
    let rows = points
        .iter()
        .rev()
        .map(|point| row(point, &phases, here))
        .collect_view();
    let heads = phases.iter().map(|phase| {
        view! { <th scope="col" class="is-number"><abbr title=phase.title.clone()>"Phase " {phase.number}</abbr></th> }
    });
    view! {
        <div class="trend">
            <div class="trend-lines">{lines}</div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Runs of this checklist in this environment">
                <table class="table trend-table">
                    <thead><tr>
                        <th scope="col">"Run"</th>
                        <th scope="col">"Release"</th>
                        <th scope="col" class="is-number">"p95"</th>
                        <th scope="col" class="is-number">"Hit rate"</th>
                        <th scope="col" class="is-number">"All phases"</th>
                        {heads.collect_view()}
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}

type Say = fn(f64) -> String;

/// A number from run to run. Where it was not measured the line is broken.
fn line(
    title: &'static str,
    values: &[Option<f64>],
    most: Option<f64>,
    say: Say,
    here: Option<usize>,
) -> impl IntoView + use<> {
    let known = || values.iter().flatten().copied();
    let most = most.unwrap_or_else(|| known().fold(f64::MIN_POSITIVE, f64::max));
    let x = |at: usize| format!("{:.2}%", (at as f64 + 0.5) / values.len() as f64 * 100.0);
    let y = |value: f64| format!("{:.1}", HIGH - ROOM - value / most * (HIGH - 2.0 * ROOM));
    let steps = values.windows(2).enumerate().filter_map(|(at, pair)| {
        let (from, to) = ((*pair.first()?)?, (*pair.last()?)?);
        Some(view! { <line class="trend-line" x1=x(at) y1=y(from) x2=x(at + 1) y2=y(to)></line> })
    });
    let dots = values.iter().enumerate().filter_map(|(at, value)| {
        let (value, this) = ((*value)?, here == Some(at));
        let class = if this { "trend-dot is-here" } else { "trend-dot" };
        Some(view! { <circle class=class cx=x(at) cy=y(value) r=if this { "4.5" } else { "3" }></circle> })
    });
    let (steps, dots) = (steps.collect_view(), dots.collect_view());
    let own = here.and_then(|at| values.get(at).copied().flatten());
    let own = own.map_or_else(
        || "not measured in this run".to_owned(),
        |value| format!("{} in this run", say(value)),
    );
    let between = format!(
        "{} to {} in {} runs",
        say(known().fold(f64::INFINITY, f64::min)),
        say(known().fold(0.0, f64::max)),
        known().count()
    );
    view! {
        <figure class="trend-figure">
            <figcaption><b>{title}</b> <span>{own}</span> <small>{between}</small></figcaption>
            <svg class="trend-picture" height=HIGH width="100%" aria-hidden="true">
                <line class="trend-floor" x1="0" x2="100%" y1=HIGH - ROOM y2=HIGH - ROOM></line>
                {steps} {dots}
            </svg>
        </figure>
    }
}

fn row(point: &Point, phases: &[PhaseTook], here: RunId) -> impl IntoView + use<> {
    let this = point.run == here;
    let or_none = |said: Option<String>| said.unwrap_or_else(|| "—".to_owned());
    let took = |seconds: Option<u32>| or_none(seconds.map(|seconds| time(f64::from(seconds))));
    let each = phases.iter().map(|phase| {
        let label = format!("Phase {}", phase.number);
        view! { <td class="is-number" data-label=label>{took(point.took(phase.number))}</td> }
    });
    view! {
        <tr aria-current=this.then_some("true")>
            <th scope="row">
                <a href=format!("/runs/{}?tab=benchmark", point.run.0)>"Run " {point.run.0}</a> {this.then_some(" (this one)")}
                <small><ExactTime at=point.started_at /> ", " {point.state.clone()}</small>
            </th>
            <td data-label="Release"><code>{point.release.clone()}</code></td>
            <td class="is-number" data-label="p95">{or_none(point.figures.p95.map(milliseconds))}</td>
            <td class="is-number" data-label="Hit rate">{or_none(point.figures.hit_rate.map(percent))}</td>
            <td class="is-number" data-label="All phases">{took(point.seconds(phases))}</td>
            {each.collect_view()}
        </tr>
    }
}

fn milliseconds(value: f64) -> String {
    format!("{value:.1} ms")
}

fn percent(value: f64) -> String {
    format!("{value:.1} %")
}

fn time(seconds: f64) -> String {
    schedule::words(seconds as i64)
}

use super::Tone;
use leptos::prelude::*;

/// One part of a run on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// "1 Redis".
    pub title: String,
    /// How much of it is settled: "12 of 12".
    pub fact: String,
    /// Planned minutes.
    pub planned: Option<u32>,
    /// How much of it is settled, 0 to 100.
    pub percent: u8,
    /// How wide it is beside the others: planned minutes, or items where none are planned. 1 to 20 are told apart.
    pub weight: u32,
    /// Green while it holds, red where something failed, blue for what waits.
    pub tone: Tone,
    /// Where it stands on the page.
    pub href: String,
    /// The run is in it now.
    pub here: bool,
}

/// The phases as a schedule: as wide as planned, filled as far as settled.
#[component]
pub fn PhaseTimeline(
    /// In order.
    phases: Vec<Phase>,
) -> impl IntoView {
    let phases = phases.into_iter().map(phase).collect_view();
    view! {
        <nav class="phases" aria-label="Phases">
            <ol role="list">{phases}</ol>
        </nav>
    }
    .into_any()
}

fn phase(phase: Phase) -> AnyView {
    let weight = phase.weight.clamp(1, 20).to_string();
    let class = if phase.here { "phase is-here" } else { "phase" };
    let planned = phase
        .planned
        .map_or_else(String::new, |minutes| format!(", {minutes} min planned"));
    let title = format!("{}: {}{planned}", phase.title, phase.fact);
    let said = if phase.tone == Tone::No {
        ", something failed"
    } else {
        ""
    };
    view! {
        <li data-weight=weight>
            <a
                class=class
                data-tone=phase.tone.key()
                href=phase.href
                aria-current=phase.here.then_some("step")
                title=title
            >
                <b>{phase.title}</b>
                <span class="phase-fact">
                    {phase.fact} <span class="visually-hidden">{said}</span>
                </span>
                <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=phase.percent.min(100).to_string() height="4"></rect>
                </svg>
            </a>
        </li>
    }
    .into_any()
}

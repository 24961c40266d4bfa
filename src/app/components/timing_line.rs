use super::duration_words;
use domain::timing::Timing;
use leptos::prelude::*;

/// Where the time of an exchange over HTTP went: each phase with its time, the one in which it stopped marked.
#[component]
pub fn TimingLine(
    /// The phases.
    timing: Timing,
) -> impl IntoView {
    let phases = timing.phases().into_iter().map(|(phase, us)| {
        let stopped = timing.stopped_in == Some(phase);
        let word = if stopped { "stopped in " } else { "" };
        let tone = if stopped { "no" } else { "" };
        view! {
            <li data-tone=tone>
                {word} {phase.word()} " " <b>{duration_words(us)}</b>
            </li>
        }
    });
    view! { <ul class="timing" role="list" aria-label="Where the time went">{phases.collect_view()}</ul> }
        .into_any()
}

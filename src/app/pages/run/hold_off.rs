//! The rollback that starts by itself: how long it can be held, holding it, and why it does not start.

use super::{
    board::{Board, every},
    deeds::Deeds,
};
use crate::app::{
    components::{Banner, ExactTime, TextField, Tone},
    deed::DeedForm,
};
use chrono::{DateTime, Utc};
use domain::{
    Right,
    hold_off::{HoldOff, HoldOffState},
    plan::SectionId,
    run::{Run, RunState},
};
use leptos::{ev, prelude::*};
use std::time::Duration;

/// How often the countdown moves.
const SECOND: Duration = Duration::from_secs(1);

/// What everybody who looks at the run is told about it; nothing where no window has failed, or the rule is off.
pub fn banner(board: Board, deeds: Deeds) -> AnyView {
    let class = board.run.with_untracked(|run| run.start.class);
    let may = board
        .person
        .with_value(|person| person.may(Right::RollBack, Some(class)));
    let one = Memo::new(move |_| board.run.with(latest));
    if may {
        hold_by_key(board, deeds);
    }
    let draw = move || {
        one.get().map(|(window, one)| {
            let failed = format!("“{}” failed: {}. ", text(board, &one), one.failed);
            match one.state {
                HoldOffState::Waiting { tier, until, .. } => {
                    let what = Waiting {
                        window,
                        failed,
                        tier: title(board, &tier),
                        until,
                    };
                    waiting(board, deeds, may, what)
                }
                HoldOffState::Held { by, reason, at } => {
                    let why = (!reason.is_empty()).then(|| format!(": “{reason}”"));
                    view! {
                        <Banner tone=Tone::Hold title="The automatic rollback was held">
                            {failed} {by.name().to_owned()} " held it at " <ExactTime at=at seconds=true /> {why}
                            ". It does not start by itself for this window any more. " {by_hand(board)}
                        </Banner>
                    }
                    .into_any()
                }
                HoldOffState::Refused { why, .. } => view! {
                    <Banner tone=Tone::No title="The automatic rollback does not start">
                        {failed} "The environment's file asks for a rollback, and " {why} ". " {by_hand(board)}
                    </Banner>
                }
                .into_any(),
                HoldOffState::Started { .. } | HoldOffState::Over { .. } => ().into_any(),
            }
        })
    };
    view! { {draw} }.into_any()
}

/// The one that waits, else the latest, while something may still come of it.
fn latest(run: &Run) -> Option<(SectionId, HoldOff)> {
    if !matches!(run.state, RunState::Verifying { .. }) {
        return None;
    }
    let last = || run.hold_offs.0.iter().max_by_key(|(_, one)| one.number);
    let (window, one) = run.hold_offs.waiting().or_else(last)?;
    Some((window.clone(), one.clone()))
}

fn text(board: Board, one: &HoldOff) -> String {
    board
        .find(&one.line, |_, line| line.text.clone())
        .unwrap_or_else(|| one.line.to_string())
}

/// The tier's heading, as the outline has it.
fn title(board: Board, tier: &SectionId) -> String {
    board.outline.with_value(|outline| {
        let found = outline.sections.iter().find(|section| section.id == *tier);
        found.map_or_else(|| tier.to_string(), |section| section.title.clone())
    })
}

fn by_hand(board: Board) -> impl IntoView {
    view! { <a href=format!("/runs/{}?tab=rollback", board.id)>"See the rollback"</a> "." }
}

struct Waiting {
    window: SectionId,
    /// What failed, in a sentence.
    failed: String,
    tier: String,
    until: DateTime<Utc>,
}

fn waiting(board: Board, deeds: Deeds, may: bool, what: Waiting) -> AnyView {
    let Waiting {
        window,
        failed,
        tier,
        until,
    } = what;
    let now = RwSignal::new(board.now.get_untracked());
    Effect::new(move || every(SECOND, move || now.update(|now| *now += SECOND)));
    let words = format!("{tier} starts by itself");
    let form = move || {
        if !may {
            return view! { <p>"DevOps or a product owner may hold it."</p> }.into_any();
        }
        view! {
            <DeedForm deed=deeds.hold attr:class="hold-off">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="window" value=window.0.clone() />
                <TextField name="reason" id="hold-off-reason" label="Why it is held" maxlength=4000 optional=true note="It stands in the record." />
                <button class="btn is-danger" type="submit">"Hold the rollback"</button>
            </DeedForm>
        }
        .into_any()
    };
    view! {
        <Banner tone=Tone::No title=words alert=true>
            {failed} "The environment's file asks for a rollback then: it starts at "
            <b><ExactTime at=until seconds=true /></b>
            // Screen readers are told the time once, not every second.
            <span aria-hidden="true">{move || left(until, now.get())}</span>
            ", unless somebody holds it. " {by_hand(board)}
            {form()}
        </Banner>
    }
    .into_any()
}

/// " (in 1 min 40 s)".
fn left(until: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (until - now).num_seconds() {
        ..=0 => " (now)".to_owned(),
        seconds @ 1..60 => format!(" (in {seconds} s)"),
        seconds => format!(" (in {} min {} s)", seconds / 60, seconds % 60),
    }
}

/// Escape holds it, wherever on the page somebody is: but where it closes a dialog.
fn hold_by_key(board: Board, deeds: Deeds) {
    Effect::new(move || {
        let pressed = window_event_listener(ev::keydown, move |event| {
            let dialog = || {
                document()
                    .query_selector("dialog[open]")
                    .is_ok_and(|open| open.is_some())
            };
            if event.key() != "Escape" || event.repeat() || dialog() {
                return;
            }
            let window = board
                .run
                .with_untracked(|run| run.hold_offs.waiting().map(|(window, _)| window.0.clone()));
            if let Some(window) = window {
                let run = board.id.to_string();
                deeds
                    .hold
                    .send(&[("run", &run), ("window", &window), ("reason", "")]);
            }
        });
        on_cleanup(move || pressed.remove());
    });
}

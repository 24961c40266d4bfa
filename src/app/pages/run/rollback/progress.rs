//! How the rollback goes: each step live against the budget, and what somebody chooses.

use super::{super::board::Board, Deeds, Offer, may};
use crate::{
    api::rollback::StepOffer,
    app::{
        components::{
            Banner, CodeText, Disclosure, ExactTime, Mark, SectionCard, TextAreaField, TextField, Tone,
        },
        deed::DeedForm,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    fingerprint::{Difference, Part},
    plan::ItemId,
    rollback::{Rollback, RollbackState, StepState},
};
use leptos::prelude::*;

/// The latest rollback of the run; nothing where there was none.
///
/// Drawn anew where it goes on or its tier reads otherwise, not whenever the offer is loaded again: the form that
/// somebody fills in stays open.
pub fn card(board: Board, deeds: Deeds, offer: Offer) -> AnyView {
    let rollback = Memo::new(move |_| board.run.with(|run| run.rollback.clone()));
    let tier = Memo::new(move |_| {
        let (rollback, offer) = (rollback.get()?, offer.get()?.ok()?);
        let mut tiers = offer.tiers.into_iter();
        let tier = tiers.find(|tier| tier.section == rollback.tier)?;
        Some((tier.title, tier.minutes, tier.steps))
    });
    view! { {move || rollback.get().map(|rollback| shown(board, deeds, tier.get(), &rollback))} }.into_any()
}

fn shown(
    board: Board,
    deeds: Deeds,
    tier: Option<(String, Option<u32>, Vec<StepOffer>)>,
    rollback: &Rollback,
) -> AnyView {
    let (title, minutes, offers) = tier.unwrap_or_else(|| (rollback.tier.to_string(), None, Vec::new()));
    let title = match (rollback.rehearsal, rollback.is_done()) {
        (true, _) => format!("Rehearsal: {title}"),
        (false, false) => format!("Under way: {title}"),
        (false, true) => format!("Over: {title}"),
    };
    let since = rollback.since;
    let ended = match &rollback.state {
        RollbackState::Done { at } => Some(*at),
        RollbackState::Running | RollbackState::Asking { .. } | RollbackState::Differs { .. } => None,
    };
    let facts = view! { <span>{rollback.by.name().to_owned()} ", " <ExactTime at=since time_only=true seconds=true /></span> {budget(board, since, ended, minutes)} };
    let steps = rollback.steps.iter().enumerate().map(|(at, state)| {
        let offer = offers.get(at).cloned();
        step(board, rollback, at, state, offer).into_any()
    });
    let steps = steps.collect_view();
    let (reason, chosen) = (rollback.reason.clone(), chosen(board, deeds, rollback, &offers));
    view! {
        <SectionCard title=title id="rollback" facts=facts.into_any() padded=true>
            <div class="stack">
                <p>"“" {reason} "”"</p>
                <ol class="rollback-steps">{steps}</ol>
                {chosen}
            </div>
        </SectionCard>
    }
    .into_any()
}

/// How long it takes, against the budget: amber from four fifths of it on, red past it. It never ends anything by itself.
fn budget(board: Board, since: DateTime<Utc>, ended: Option<DateTime<Utc>>, minutes: Option<u32>) -> AnyView {
    view! {
        {move || {
            let taken = (ended.unwrap_or_else(|| board.now.get()) - since).max(TimeDelta::zero());
            let seconds = taken.num_seconds();
            let words = format!("{}:{:02}", seconds / 60, seconds % 60);
            match minutes {
                None => view! { <span>{words}</span> }.into_any(),
                Some(minutes) => {
                    let tone = match seconds {
                        _ if seconds > i64::from(minutes) * 60 => Tone::No,
                        _ if seconds * 5 > i64::from(minutes) * 60 * 4 => Tone::Hold,
                        _ => Tone::Go,
                    };
                    view! { <Mark tone=tone icon="clock" word=format!("{words} of {minutes} min") /> }.into_any()
                }
            }
        }}
    }
    .into_any()
}

fn step(
    board: Board,
    rollback: &Rollback,
    at: usize,
    state: &StepState,
    offer: Option<StepOffer>,
) -> impl IntoView + use<> {
    let (tone, icon, word, why) = told(state, offer.as_ref().is_some_and(|offer| offer.by_hand));
    let title = offer.map_or_else(|| format!("Step {}", at + 1), |offer| offer.title);
    let evidence = ItemId(format!("rollback/{}/{}", rollback.tier, at + 1));
    let running = matches!(state, StepState::Running { .. });
    let printed = move || {
        let text = board
            .prints
            .with(|prints| prints.get(&evidence).cloned().unwrap_or_default());
        (running && !text.is_empty())
            .then(|| view! { <pre class="output" tabindex="0" aria-label="Output, live">{text}</pre> })
    };
    view! {
        <li>
            <div class="cluster"><b><CodeText text=title /></b> <Mark tone=tone icon=icon word=word /></div>
            {(!why.is_empty()).then(|| view! { <small><CodeText text=why /></small> })}
            {printed}
        </li>
    }
}

/// A step's tone, icon, word and reason.
fn told(state: &StepState, by_hand: bool) -> (Tone, &'static str, &'static str, String) {
    use domain::action::Ending;
    match state {
        StepState::Waiting => (Tone::None, "open", "waits", String::new()),
        StepState::Running { .. } => (Tone::Run, "running", "under way", String::new()),
        StepState::Ended {
            ending,
            reason,
            since,
            at,
            ..
        } => {
            let took = (*at - *since).num_milliseconds() as f64 / 1000.0;
            let why = format!("{reason} · {took:.1} s");
            match ending {
                Ending::Done => (Tone::Go, "proved", "done", why),
                Ending::Failed | Ending::Cancelled | Ending::TimedOut => {
                    (Tone::No, "failed", ending.word(), why)
                }
            }
        }
        StepState::Unknown { .. } if by_hand => (
            Tone::Hold,
            "person",
            "by hand",
            "Do it, then say so below.".to_owned(),
        ),
        StepState::Unknown { .. } => {
            let why = "Gonogo stopped in it: nobody knows how it ended. Look at the target.";
            (Tone::Hold, "unknown", "unknown", why.to_owned())
        }
        StepState::Skipped { by, reason, .. } if by_hand => (
            Tone::Go,
            "attested",
            "done by hand",
            format!("“{reason}” — {}", by.name()),
        ),
        StepState::Skipped { by, reason, .. } => (
            Tone::Hold,
            "skipped",
            "left out",
            format!("“{reason}” — {}", by.name()),
        ),
    }
}

/// What waits for somebody.
fn chosen(board: Board, deeds: Deeds, rollback: &Rollback, offers: &[StepOffer]) -> Option<AnyView> {
    let current = rollback.current().unwrap_or_default();
    match &rollback.state {
        RollbackState::Asking { step } => {
            let by_hand = offers.get(*step).is_some_and(|offer| offer.by_hand);
            Some(asking(board, deeds, *step, by_hand))
        }
        RollbackState::Differs { open } => Some(differing(board, deeds, open)),
        RollbackState::Running if may(board) => Some(
            view! {
                <DeedForm deed=deeds.stop_step>
                    <input type="hidden" name="run" value=board.id />
                    <input type="hidden" name="step" value=current />
                    <button class="btn" type="submit">"Stop this step"</button>
                </DeedForm>
            }
            .into_any(),
        ),
        RollbackState::Done { .. } => Some(
            view! { <Banner tone=Tone::Go title="Things are as they were before">"What is not was accepted by name; the log says by whom."</Banner> }
                .into_any(),
        ),
        RollbackState::Running => None,
    }
}

fn asking(board: Board, deeds: Deeds, step: usize, by_hand: bool) -> AnyView {
    if !may(board) {
        return view! { <Banner tone=Tone::Hold title="It waits">"DevOps or a product owner chooses how it goes on."</Banner> }.into_any();
    }
    let (title, skip, word) = if by_hand {
        ("This step is yours", "It is done…", "Say that it is done")
    } else {
        ("It waits for you", "Leave it out…", "Leave the step out")
    };
    let retry = (!by_hand).then(|| {
        view! {
            <DeedForm deed=deeds.retry_step>
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="step" value=step />
                <button class="btn is-main" type="submit">"Try it again"</button>
            </DeedForm>
        }
    });
    view! {
        <Banner tone=Tone::Hold title=title alert=true>"Or go on with another tier below."</Banner>
        <div class="cluster">
            {retry}
            <Disclosure summary=skip button=true group="rollback-step">
                <DeedForm deed=deeds.skip_step attr:class="form">
                    <input type="hidden" name="run" value=board.id />
                    <input type="hidden" name="step" value=step />
                    <TextAreaField name="reason" id="skip-reason" label="Reason" maxlength=4000 note="It stands in the record." />
                    <TextField name="password" id="skip-password" label="Your password, again" kind="password" autocomplete="current-password" />
                    <button class="btn is-danger" type="submit">{word}</button>
                </DeedForm>
            </Disclosure>
        </div>
    }
    .into_any()
}

/// What is not as it was: one form, in which each part is chosen by its name.
fn differing(board: Board, deeds: Deeds, open: &[Difference]) -> AnyView {
    let may = may(board);
    let rows = open.iter().map(|difference| {
        let (part, named) = (difference.part.clone(), difference.part.clone());
        let name = if may {
            view! { <label class="check"><input type="checkbox" name="parts[]" value=part /> <b>{named}</b></label> }
                .into_any()
        } else {
            view! { <b>{named}</b> }.into_any()
        };
        view! {
            <li>
                {name}
                <small>"before: " <code>{words(&difference.before)}</code></small>
                <small>"now: " <code>{words(&difference.after)}</code></small>
            </li>
        }
    });
    let rows = view! { <ul class="rollback-steps">{rows.collect_view()}</ul> };
    let rows = if may {
        view! {
            <DeedForm deed=deeds.accept attr:class="form">
                <input type="hidden" name="run" value=board.id />
                {rows}
                <TextField name="reason" id="accept-reason" label="Why those that are chosen may stay so" maxlength=4000 />
                <button class="btn" type="submit">"Accept what is chosen"</button>
            </DeedForm>
        }
        .into_any()
    } else {
        rows.into_any()
    };
    view! {
        <Banner tone=Tone::Hold title="Not as it was before the deployment" alert=true>
            "The rollback is over when each of these is accepted by name. Or mend it, and run a tier again below."
        </Banner>
        {rows}
    }
    .into_any()
}

fn words(part: &Part) -> String {
    match part {
        Part::Is { value } => value.clone(),
        Part::Absent => "not there".to_owned(),
        Part::Unread { why } => format!("could not be read: {why}"),
    }
}

//! What each tier would do, step by step, and the form that starts it.

use super::{super::board::Board, Deeds, may};
use crate::{
    api::rollback::{RollbackOffer, StepOffer, TierOffer},
    app::{
        components::{Banner, CodeText, Disclosure, Mark, SectionCard, TextAreaField, TextField, Tone},
        deed::DeedForm,
    },
};
use domain::{environment::Class, readiness::NeedState, rollback::RollbackState};
use leptos::prelude::*;

/// Every tier.
pub fn cards(board: Board, deeds: Deeds, offer: StoredValue<RollbackOffer>) -> AnyView {
    let tiers = offer.with_value(|offer| offer.tiers.clone());
    let cards = tiers.into_iter().map(|tier| card(board, deeds, tier, offer));
    let horizon = offer.with_value(|offer| offer.horizon.clone());
    let notices = offer.with_value(|offer| offer.notices.clone());
    let notices = notices
        .into_iter()
        .map(|notice| view! { <Banner tone=Tone::Hold title="The environment">{notice}</Banner> });
    view! {
        {notices.collect_view()}
        {horizon.map(|horizon| view! { <Banner tone=Tone::No title="How far back">{horizon}</Banner> })}
        {cards.collect_view()}
    }
    .into_any()
}

fn card(board: Board, deeds: Deeds, tier: TierOffer, offer: StoredValue<RollbackOffer>) -> AnyView {
    let facts = tier.minutes.map(|minutes| format!("within {minutes} minutes"));
    let count = match tier.steps.len() {
        1 => "1 step".to_owned(),
        count => format!("{count} steps"),
    };
    let facts = view! { <span>{facts}</span> <span>{count}</span> }.into_any();
    let steps = tier.steps.iter().cloned().map(step).collect_view();
    let title = tier.title.clone();
    let readiness = ready(&tier);
    view! {
        <SectionCard title=title facts=facts padded=true>
            <div class="stack">
                {readiness}
                <ol class="rollback-steps">{steps}</ol>
                <small class="mono">{offer.with_value(|offer| offer.shell.clone())}</small>
                {move || start(board, deeds, &tier)}
            </div>
        </SectionCard>
    }
    .into_any()
}

/// Whether everything that it needs is there.
fn ready(tier: &TierOffer) -> Option<AnyView> {
    let summary = tier.readiness.clone()?;
    let missing = tier
        .needs
        .iter()
        .any(|need| !matches!(need.state, NeedState::Met { .. }));
    let (tone, icon) = if missing {
        (Tone::Hold, "warning")
    } else {
        (Tone::Go, "proved")
    };
    let rows = tier.needs.iter().map(|need| {
        let (tone, icon, word, found) = match &need.state {
            NeedState::Met { found } => (Tone::Go, "proved", "there", found.clone()),
            NeedState::Missing { why, todo } => (Tone::No, "failed", "missing", format!("{why}: {todo}")),
            NeedState::Unread { why } => (Tone::None, "no-data", "not known", why.clone()),
        };
        let what = need.what.clone();
        view! { <li><div class="cluster"><span>{what}</span> <Mark tone=tone icon=icon word=word /></div> <small>{found}</small></li> }
    });
    let rows = rows.collect_view();
    Some(
        view! {
            <Mark tone=tone icon=icon word=summary />
            <Disclosure summary="What it needs" open=missing><ul class="rollback-steps">{rows}</ul></Disclosure>
        }
        .into_any(),
    )
}

/// A step before it runs.
fn step(step: StepOffer) -> impl IntoView {
    let said = step.by_hand && step.does == step.title;
    let does = if said {
        ().into_any()
    } else if step.is_command {
        view! { <pre class="command" tabindex="0" aria-label="Command">{step.does}</pre> }.into_any()
    } else {
        view! { <p><CodeText text=step.does /></p> }.into_any()
    };
    view! {
        <li>
            <span><b><CodeText text=step.title /></b> {step.by_hand.then_some("\u{a0}· by hand")}</span>
            {does}
            {step.written.map(|written| view! { <small>"The document says " <code>{written}</code></small> })}
            {step.mended.map(|mended| view! { <small><CodeText text=mended /></small> })}
            {step.harms.map(|harms| view! {
                <Banner tone=Tone::Hold title="Gonogo lives on it">{harms} ". It goes on with this rollback as soon as it can."</Banner>
            })}
            {step.loses.map(|loses| view! { <Banner tone=Tone::No title="What is lost">{loses}</Banner> })}
        </li>
    }
}

/// The form; nothing where it cannot be started now.
fn start(board: Board, deeds: Deeds, tier: &TierOffer) -> Option<AnyView> {
    let (startable, escalates) = board.run.with(|run| {
        let rollback = run.rollback.as_ref().filter(|_| run.is_rolling_back());
        let waits = rollback.is_some_and(|rollback| match rollback.state {
            // The tier that asks goes on with a step instead.
            RollbackState::Asking { .. } => rollback.tier != tier.section,
            RollbackState::Differs { .. } => true,
            RollbackState::Running | RollbackState::Done { .. } => false,
        });
        (
            run.is_live() && (!run.is_rolling_back() || waits),
            run.is_rolling_back(),
        )
    });
    if !(startable && may(board)) {
        return None;
    }
    if let Some(refused) = tier.refused.clone() {
        return Some(
            view! { <Banner tone=Tone::Hold title="It cannot run as it stands">{refused}</Banner> }
                .into_any(),
        );
    }
    let (environment, class) = board
        .run
        .with_untracked(|run| (run.start.environment.clone(), run.start.class));
    let (id, key) = (tier.section.to_string(), tier.request_key.clone());
    let summary = if escalates {
        format!("Go on with {}…", tier.title)
    } else {
        format!("{}…", tier.title)
    };
    let word = format!("Roll back {environment}");
    let rehearsal = (class != Class::Production).then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name="rehearsal" value="true" />
                "Rehearsal: it really runs, its times are kept, and the run goes on after it"
            </label>
        }
    });
    Some(
        view! {
            <Disclosure summary=summary button=true group="rollback">
                <DeedForm deed=deeds.roll_back attr:class="form">
                    <input type="hidden" name="run" value=board.id />
                    <input type="hidden" name="tier" value=id.clone() />
                    <input type="hidden" name="request_key" value=key />
                    <TextAreaField name="reason" id=format!("reason-{id}") label="Why" maxlength=4000 note="It stands in the record." />
                    <TextField name="environment" id=format!("environment-{id}") label="The environment's name, to confirm"
                        placeholder=environment.clone() autocomplete="off" mono=true />
                    {rehearsal}
                    <button class="btn is-danger" type="submit" disabled=move || deeds.roll_back.pending().get()>{word.clone()}</button>
                </DeedForm>
            </Disclosure>
        }
        .into_any(),
    )
}

//! Measuring a form's numbers: the button, the load while it runs, and every attempt.

use super::super::{board::Board, deeds::Deeds};
use crate::{
    api::measurement::{BenchmarkPage, FormOffer},
    app::{
        components::{Banner, Disclosure, ExactTime, LoadCurve, Mark, TextField, Tone},
        deed::DeedForm,
    },
};
use domain::{
    Right,
    form::Moment,
    load::LoadProgress,
    measurement::{Attempt, AttemptState, Origin, progress_of},
};
use leptos::prelude::*;

/// The button and the attempts of a moment.
pub fn measuring(board: Board, deeds: Deeds, page: &BenchmarkPage, offer: &FormOffer) -> AnyView {
    let moment = offer.form.moment;
    let class = board.run.with_untracked(|run| run.start.class);
    let may = board
        .person
        .with_value(|person| person.may(Right::Act, Some(class)));
    let button = match (&page.load, may && offer.refused.is_none()) {
        (_, false) => ().into_any(),
        // Prometheus is offered instead.
        (Err(_), true) if page.latency.is_some() => ().into_any(),
        (Err(why), true) => view! { <p class="quiet">{why.clone()}</p> }.into_any(),
        (Ok(load), true) => start(
            board,
            deeds,
            (moment, Origin::Load),
            load.clone(),
            offer.request_key.clone(),
        ),
    };
    let read = page.latency.clone().filter(|_| may && offer.refused.is_none());
    let read = read.map(|words| {
        start(
            board,
            deeds,
            (moment, Origin::Prometheus),
            words,
            offer.request_key.clone(),
        )
    });
    let attempts = Memo::new(move |_| {
        board.run.with(|run| {
            let own = run
                .measurements
                .attempts
                .iter()
                .filter(|attempt| attempt.moment == moment);
            (
                own.cloned().collect::<Vec<_>>(),
                run.measurements.counting.get(&moment).copied(),
                run.measurements.beside.get(&moment).copied(),
            )
        })
    });
    let rows = move || {
        let (attempts, counting, beside) = attempts.get();
        let rows = attempts.into_iter().rev().map(|attempt| {
            let counts = if counting == Some(attempt.number) {
                Counts::Itself
            } else if beside == Some(attempt.number) {
                Counts::Beside(counting)
            } else {
                Counts::No
            };
            shown(board, deeds, attempt, counts, may)
        });
        rows.collect_view()
    };
    view! {
        <div class="cluster">{button} {read}</div>
        <ul class="measurements" role="list">{rows}</ul>
    }
    .into_any()
}

fn start(
    board: Board,
    deeds: Deeds,
    (moment, origin): (Moment, Origin),
    words: String,
    key: String,
) -> AnyView {
    let (from, summary, press) = match origin {
        Origin::Load => ("load", "Measure…", "Put this load on it"),
        Origin::Prometheus => ("prometheus", "Read from Prometheus…", "Read these percentiles"),
    };
    let word = match moment {
        Moment::Before => "before",
        Moment::After => "after",
        Moment::Unsaid => "unsaid",
    };
    let idle = move || board.run.with(|run| run.measurements.running().is_none());
    view! {
        <div>
            {move || {
                let (words, key) = (words.clone(), key.clone());
                idle().then(|| view! {
                    <Disclosure summary=summary button=true group="measure">
                        <DeedForm deed=deeds.measure attr:class="form">
                            <input type="hidden" name="run" value=board.id />
                            <input type="hidden" name="moment" value=word />
                            <input type="hidden" name="origin" value=from />
                            <input type="hidden" name="request_key" value=key />
                            <p>{words}</p>
                            <button class="btn is-main" type="submit">{press}</button>
                        </DeedForm>
                    </Disclosure>
                })
            }}
        </div>
    }
    .into_any()
}

/// Whether an attempt counts.
#[derive(Clone, Copy, PartialEq)]
enum Counts {
    Itself,
    /// For what that one does not ask.
    Beside(Option<u32>),
    No,
}

fn shown(board: Board, deeds: Deeds, attempt: Attempt, counts: Counts, may: bool) -> AnyView {
    let number = attempt.number;
    let origin = attempt.origin.words();
    let head = view! {
        <b>"Measurement " {number}</b> " " <small class="quiet">{origin} ", " {attempt.by.name().to_owned()} ", " <ExactTime at=attempt.since /></small>
    };
    let body = match attempt.state {
        AttemptState::Running if attempt.origin == Origin::Prometheus => {
            view! { <Mark tone=Tone::Run icon="running" word="asks Prometheus" /> }.into_any()
        }
        AttemptState::Running => running(board, deeds, number, may),
        AttemptState::Failed { why, .. } => {
            view! { <Mark tone=Tone::No icon="failed" word="gave nothing" /> <small>{why}</small> }.into_any()
        }
        AttemptState::Ended { found, .. } => {
            let valid = found.invalid.is_empty();
            let (tone, icon, word) = match (valid, counts) {
                (false, _) => (Tone::No, "failed", "invalid"),
                (true, Counts::Itself) => (Tone::Go, "proved", "counts"),
                (true, Counts::Beside(_)) => (Tone::Go, "proved", "counts beside"),
                (true, Counts::No) => (Tone::None, "info", "kept"),
            };
            let beside = match counts {
                Counts::Beside(Some(other)) => {
                    let words = format!("for what measurement {other} does not ask: all but the latencies");
                    Some(view! { <small>{words}</small> })
                }
                Counts::Beside(None) | Counts::Itself | Counts::No => None,
            };
            let said = found.invalid.into_iter().chain(found.notes);
            let said = said
                .map(|words| view! { <li><small>{words}</small></li> })
                .collect_view();
            let attests = board.person.with_value(|person| {
                let class = board.run.with_untracked(|run| run.start.class);
                person.may(Right::Attest, Some(class))
            });
            let choose = (valid && counts != Counts::Itself && attests).then(|| choose(board, deeds, number));
            view! { <Mark tone=tone icon=icon word=word /> {beside} <ul class="measurement-notes">{said}</ul> {choose} }
                .into_any()
        }
    };
    view! { <li class="measurement"><div class="cluster">{head}</div> {body}</li> }.into_any()
}

fn running(board: Board, deeds: Deeds, number: u32, may: bool) -> AnyView {
    let item = progress_of(number);
    let looks = Memo::new(move |_| {
        let text = board
            .prints
            .with(|prints| prints.get(&item).cloned().unwrap_or_default());
        let looks = text
            .lines()
            .filter_map(|line| serde_json::from_slice(line.as_bytes()).ok());
        looks.collect::<Vec<LoadProgress>>()
    });
    let stop = may.then(|| {
        view! {
            <DeedForm deed=deeds.stop_measuring>
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="attempt" value=number />
                <button class="btn" type="submit">"Stop measuring"</button>
            </DeedForm>
        }
    });
    view! {
        <Banner tone=Tone::Run title="The load runs">"Its figures come when it ends; what is stopped is kept and does not count."</Banner>
        <LoadCurve looks=looks />
        {stop}
    }
    .into_any()
}

fn choose(board: Board, deeds: Deeds, number: u32) -> AnyView {
    view! {
        <Disclosure summary="Let it count…" button=true group="choose">
            <DeedForm deed=deeds.choose attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="attempt" value=number />
                <TextField name="reason" id=format!("choose-{number}") label="Why this one" maxlength=4000 />
                <button class="btn" type="submit">"Let it count"</button>
            </DeedForm>
        </Disclosure>
    }
    .into_any()
}

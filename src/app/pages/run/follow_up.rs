//! What follows the deployment: tasks with their days, who takes care of them, and how they ended.

use super::{board::Board, deeds::Deeds};
use crate::{
    api::follow_up::{FollowUpRow, HourlyPage, load_follow_ups, load_hourly},
    app::{
        components::{CodeText, Disclosure, EmptyState, ExactTime, Mark, SectionCard, TextAreaField, Tone},
        deed::DeedForm,
        loaded::{Loaded, load},
        trouble::NotLoaded,
    },
};
use domain::{Right, follow_up::EndedHow, verdict::Verdict};
use leptos::prelude::*;

/// The tab.
pub fn tab(board: Board, deeds: Deeds) -> AnyView {
    let key = Memo::new(move |_| {
        board
            .run
            .with(|run| (run.t0, run.state.word(), run.follow_ups.clone()))
    });
    let rows = load(move || key.get(), move |_| load_follow_ups(board.id));
    // Asked again every five minutes, and when something begins or ends to fail.
    let seen = Memo::new(move |_| {
        let run = board.run.with(|run| (run.state.word(), run.hourly.clone()));
        (run, board.now.get().timestamp() / 300)
    });
    let hourly = load(move || seen.get(), move |_| load_hourly(board.id));
    view! {
        <Transition fallback=|| view! { <p>"Loading the next steps…"</p> }>
            {move || Suspend::new(async move {
                match rows.await {
                    // The page was drawn anew while this waited: nobody sees this drawing any more.
                    _ if board.run.is_disposed() => ().into_any(),
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok(rows) if rows.is_empty() => nothing(),
                    Ok(rows) => shown(board, deeds, rows, hourly),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn nothing() -> AnyView {
    view! {
        <EmptyState title="No next steps yet">
            <p>"The steps of “Next Steps” get their dates at T0."</p>
        </EmptyState>
    }
    .into_any()
}

type Hourly = Loaded<Result<Option<HourlyPage>, crate::api::Error>>;

fn shown(board: Board, deeds: Deeds, rows: Vec<FollowUpRow>, hourly: Hourly) -> AnyView {
    let overdue = rows.iter().filter(|row| row.overdue).count();
    let facts = match overdue {
        0 => format!("{} steps", rows.len()),
        overdue => format!("{} steps, {overdue} overdue", rows.len()),
    };
    let facts = view! { <span>{facts}</span> }.into_any();
    let class = board.run.with_untracked(|run| run.start.class);
    let may = board
        .person
        .with_value(|person| person.may(Right::Attest, Some(class)));
    let rows = rows
        .into_iter()
        .map(|row| one(board, deeds, row, may, hourly))
        .collect_view();
    view! {
        <SectionCard title="Next steps" id="follow-ups" facts=facts padded=true>
            <ul class="measurements" role="list">{rows}</ul>
        </SectionCard>
    }
    .into_any()
}

fn one(board: Board, deeds: Deeds, row: FollowUpRow, may: bool, hourly: Hourly) -> AnyView {
    let FollowUpRow {
        follow_up,
        time,
        span,
        overdue,
        owner,
        ended,
    } = row;
    let days = span.map(|span| format!("{} to {}", span.from, span.to));
    let open = time.is_some() && ended.is_none();
    let (tone, icon, word) = match (&ended, overdue) {
        (Some(ended), _) if ended.how == EndedHow::Done => (Tone::Go, "attested", "done"),
        (Some(_), _) => (Tone::Hold, "skipped", "skipped"),
        (None, true) => (Tone::No, "clock", "overdue"),
        (None, false) => (Tone::None, "open", "open"),
    };
    let said = ended.map(|ended| {
        view! { <small>"“" {ended.note} "” — " {ended.by.name().to_owned()}</small> }
    });
    let by_itself = follow_up.automatic.then(|| checks(board, hourly));
    let name = follow_up.id.clone();
    let take = (may && open && owner.is_none()).then(|| {
        let name = name.clone();
        view! {
            <DeedForm deed=deeds.take_follow_up>
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="follow_up" value=name />
                <button class="btn is-small" type="submit">"I take care of it"</button>
            </DeedForm>
        }
    });
    let end = time
        .filter(|_| may && open)
        .map(|time| form(board, deeds, name.clone(), time));
    let owner = owner.map(|owner| format!("taken care of by {owner}"));
    view! {
        <li class="measurement">
            {follow_up.parent.map(|parent| view! { <small class="quiet"><CodeText text=parent /></small> })}
            <div class="cluster"><b><CodeText text=follow_up.words /></b> <Mark tone=tone icon=icon word=word /></div>
            <small class="quiet">{follow_up.when.to_string()} {days.map(|days| format!(": {days}"))} {owner.map(|owner| format!(" · {owner}"))}</small>
            {said}
            {by_itself}
            <div class="cluster">{take} {end}</div>
        </li>
    }
    .into_any()
}

/// What the hourly checks have seen.
fn checks(board: Board, hourly: Hourly) -> impl IntoView {
    view! {
        <Transition fallback=|| view! { <small>"Loading the hourly checks…"</small> }>
            {move || Suspend::new(async move {
                match hourly.await {
                    _ if board.run.is_disposed() => ().into_any(),
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok(None) => ().into_any(),
                    Ok(Some(page)) => checked(board, page),
                }
            })}
        </Transition>
    }
}

fn checked(board: Board, page: HourlyPage) -> AnyView {
    let HourlyPage {
        lines,
        last,
        checked,
        come,
        next,
        by_run,
    } = page;
    if lines.is_empty() {
        return view! {
            <p><small>"No line of a window or of the success criteria is read by a probe: nothing is checked by itself here."</small></p>
        }
        .into_any();
    }
    let last = last.map(|at| view! { ", last " <ExactTime at=at /> });
    let next = match (next, by_run) {
        (Some(at), _) => view! { ", next " <ExactTime at=at /> "." }.into_any(),
        (None, Some(run)) => view! {
            ". They ended: " <a href=format!("/runs/{run}")>"run " {run}</a> " began in this environment."
        }
        .into_any(),
        (None, None) => view! { ". They are over." }.into_any(),
    };
    let fails = lines.iter().any(|line| line.failing.is_some());
    let rows = lines
        .into_iter()
        .map(|line| {
            let (tone, icon, word) = told(line.verdict);
            let failing = line.failing.map(|bad| {
                view! { <small>" since " <ExactTime at=bad.slot /> ": " {bad.reason}</small> }
            });
            let href = format!("/runs/{}?item={}", board.id, line.line);
            view! {
                <li><div class="cluster"><a href=href><CodeText text=line.text /></a> <Mark tone=tone icon=icon word=word /> {failing}</div></li>
            }
        })
        .collect_view();
    view! {
        <p><small>
            {format!("Gonogo checks this every hour: {checked} of {come} hours checked")} {last} {next}
        </small></p>
        <Disclosure summary="What is asked, and the last answers" open=fails>
            <small>
                "The lines of the verification windows and of the success criteria that a probe reads, by the environment's file as it \
                 is now. They prove nothing about the run; whoever is told about failures is told once when one begins. What must \
                 not be in a log counts since T0."
            </small>
            <ul class="rollback-steps">{rows}</ul>
        </Disclosure>
    }
    .into_any()
}

fn told(verdict: Option<Verdict>) -> (Tone, &'static str, &'static str) {
    match verdict {
        Some(Verdict::Pass) => (Tone::Go, "proved", "pass"),
        Some(Verdict::Warning) => (Tone::Hold, "warning", "warning"),
        Some(Verdict::Fail) => (Tone::No, "failed", "fail"),
        Some(Verdict::Error) => (Tone::No, "error", "error"),
        Some(Verdict::NoData) => (Tone::None, "no-data", "no data"),
        None => (Tone::None, "open", "not asked yet"),
    }
}

fn form(board: Board, deeds: Deeds, name: String, time: u32) -> impl IntoView {
    let id = format!("note-{name}");
    view! {
        <Disclosure summary="How it ended…" button=true group="follow-up">
            <DeedForm deed=deeds.end_follow_up attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="follow_up" value=name />
                <input type="hidden" name="time" value=time />
                <TextAreaField name="note" id=id label="What was found, or why it is left out" maxlength=4000 />
                <div class="form-actions">
                    <button class="btn is-main" type="submit" name="how" value="done">"Done"</button>
                    <button class="btn" type="submit" name="how" value="skipped">"Skip it"</button>
                </div>
            </DeedForm>
        </Disclosure>
    }
}

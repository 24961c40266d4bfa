//! A run: the answer first, then the phases, every line with its reason, the evidence, and the signatures.

mod action;
mod baseline;
mod benchmark;
mod blanks;
mod board;
mod controls;
mod deeds;
mod env_edit;
mod follow_up;
mod guides;
mod hold_off;
mod lines;
mod log;
mod panel;
mod phase;
mod rollback;
mod samples;
mod schedule;
mod sign_off;
mod trend;

use crate::{
    api::run::{RunPage, load_run},
    app::{
        components::{
            AnswerCard, Crumb, EnvironmentBadge, ExactTime, HashText, LiveMark, Mark, PageHead, RelativeTime,
            Tab, Tabs, TallyBar, Tone,
        },
        live,
        loaded::load,
        trouble::{NotLoaded, Trouble},
    },
};
use board::Board;
use deeds::Deeds;
use domain::decision::{decide, next_for};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The page of a run.
#[component]
pub fn Run() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params
            .with(|params| params.get("id"))
            .and_then(|id| id.parse().ok())
            .unwrap_or(0)
    });
    let page = load(move || id.get(), load_run);
    // Outside of what waits for the page: that is drawn twice, and what went wrong is said once.
    let deeds = Deeds::new();
    view! {
        <Trouble error=deeds.error() />
        <Suspense fallback=|| view! { <p>"Loading the run…"</p> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <Title text="Run" /> <NotLoaded error=error /> }.into_any(),
                    Ok(page) => view! { <Loaded page=page deeds=deeds /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// The page of a run that was found.
#[component]
fn Loaded(page: RunPage, deeds: Deeds) -> impl IntoView {
    let held_by = page.held_by.clone();
    let board = Board::new(page);
    let guides = board.guides;
    let live = live::follow(board.run, board.prints);
    let query = use_query_map();
    let tab = Memo::new(move |_| query.with(|query| query.get("tab")).unwrap_or_default());
    view! {
        <Title text=board.document_title() />
        {head(board, live)}
        {hold_off::banner(board, deeds)}
        {move || answer(board)}
        {controls::controls(board, deeds, held_by)}
        {lines::timeline(board)}
        {schedule::schedule(board)}
        {move || tally(board)}
        {move || view! { <Tabs label=format!("Parts of run {}", board.id) tabs=tabs(board, &tab.get(), guides) /> }}
        {move || match tab.get().as_str() {
            "sign-off" => sign_off::tab(board, deeds),
            "guides" => guides::tab(board),
            "benchmark" => benchmark::tab(board, deeds),
            "next" => follow_up::tab(board, deeds),
            "rollback" => rollback::tab(board, deeds),
            "phase" => phase::tab(board, deeds),
            "log" => log::tab(board),
            _ => checklist(board, deeds),
        }}
        {rollback::bar(board)}
    }
}

fn head(board: Board, live: ReadSignal<crate::app::components::LiveState>) -> AnyView {
    let (start, started_at, by) = board.run.with_untracked(|run| {
        (
            run.start.clone(),
            run.started_at,
            run.started_by.name().to_owned(),
        )
    });
    let trail = vec![
        Crumb {
            label: "Runs".into(),
            href: Some("/".into()),
        },
        Crumb {
            label: board.id.to_string(),
            href: None,
        },
    ];
    let t0 = move || {
        board.run.with(|run| run.t0).map(|t0| {
            view! { <span>"T0 " <b><ExactTime at=t0 time_only=true /></b> " · " <RelativeTime at=t0 now=board.now /></span> }
        })
    };
    let facts = view! {
        <EnvironmentBadge name=start.environment class=start.class />
        <span>"release " <b class="mono">{start.release}</b></span>
        <span>"started " <b><ExactTime at=started_at /></b> " by " {by}</span>
        {t0}
        <span>"revision " <a href=format!("/checklists/{}", board.revision)><HashText hash=start.revision /></a></span>
        <span class="run-state">{move || board.run.with(|run| run.state.word())}</span>
        <LiveMark live=live />
    }
    .into_any();
    view! { <PageHead title=start.title trail=trail facts=facts /> }.into_any()
}

fn answer(board: Board) -> impl IntoView {
    let now = board.now.get();
    let (answer, next) = board.with(|outline, run| {
        let next = board
            .person
            .with_value(|person| next_for(person, outline, run, now));
        (decide(outline, run, now), next)
    });
    let next = next.map(|next| view! { "Waiting for " <b>"you"</b> ": " {next} "." }.into_any());
    view! { <AnswerCard answer=answer next=next /> }
}

fn tally(board: Board) -> impl IntoView {
    let tally = board.with(|outline, run| domain::status::Tally::of(outline, run, board.now.get()));
    let note = board
        .last_checked()
        .map(|(at, all)| view! { {all} " items · checked " <RelativeTime at=at now=board.now /> }.into_any());
    view! { <TallyBar tally=tally note=note /> }
}

fn tabs(board: Board, tab: &str, guides: StoredValue<Vec<crate::api::run::Guide>>) -> Vec<Tab> {
    let (failed, signed, slots) = board.with(|outline, run| {
        let failed = domain::status::Tally::of(outline, run, board.now.get()).failed;
        let open = domain::decision::open_slots(outline, run).count();
        (failed, outline.slots.len() - open, outline.slots.len())
    });
    let count = |n: usize| if n == 0 { String::new() } else { n.to_string() };
    let path = |tab: &str| format!("/runs/{}{tab}", board.id);
    let one = |label: &str, key: &str, count: String, tone: Tone| Tab {
        label: label.into(),
        href: if key.is_empty() {
            path("")
        } else {
            path(&format!("?tab={key}"))
        },
        count,
        tone,
        here: tab == key,
    };
    vec![
        one("Checklist", "", count(failed as usize), Tone::No),
        one("Benchmarks", "benchmark", String::new(), Tone::None),
        one("Sign-off", "sign-off", format!("{signed} / {slots}"), Tone::None),
        one("Rollback", "rollback", String::new(), Tone::None),
        one("Next steps", "next", String::new(), Tone::None),
        one("Guides", "guides", count(guides.with_value(Vec::len)), Tone::None),
        one(
            "Log",
            "log",
            board.run.with(|run| run.number.to_string()),
            Tone::None,
        ),
    ]
}

fn checklist(board: Board, deeds: Deeds) -> AnyView {
    let query = use_query_map();
    let selected = Memo::new(move |_| query.with(|query| query.get("item")));
    view! {
        <div class="split">
            <div class="stack">
                {lines::sections(board, deeds, selected)}
                {blanks::card(board, deeds)}
                {sign_off::card(board, deeds)}
                {exports(board)}
            </div>
            {panel::panel(board, deeds, selected)}
        </div>
    }
    .into_any()
}

fn exports(board: Board) -> impl IntoView {
    let path = |kind: &str| format!("/runs/{}/export.{kind}", board.id);
    view! {
        <p class="cluster">
            <Mark tone=Tone::None icon="info" word="Record" />
            <a href=path("md") rel="external" download="">"Filled checklist (Markdown)"</a>
            <a href=path("json") rel="external" download="">"Record with events and evidence (JSON)"</a>
            <a href=format!("/runs/{}/results.csv", board.id) rel="external" download="">"Results (CSV)"</a>
            <a href=path("dsse.json") rel="external" download="">"Signed evidence file (DSSE)"</a>
        </p>
    }
}

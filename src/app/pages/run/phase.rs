//! A phase that the run goes through by itself: the way to it, what it would do, where it is, and what somebody chooses.

use super::{baseline, board::Board, deeds::Deeds};
use crate::{
    api::phase::{LineOffer, LineWay, PhaseOffer, load_phase},
    app::{
        components::{Banner, CodeText, Disclosure, ExactTime, Mark, SectionCard, Tag, TextAreaField, Tone},
        deed::DeedForm,
        loaded::load,
        trouble::NotLoaded,
    },
};
use domain::{
    Right,
    outline::OutlineSection,
    phase::{Progress, ProgressState, Why, place},
    plan::{ItemId, SectionId, SectionKind},
    run::{Run, RunState},
    status::{Status, Tally, standing as stands_at},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The link in the head of a phase; nothing where it cannot run or nothing is left to do.
pub fn link(board: Board, index: usize) -> AnyView {
    let (id, title, is_phase) = board.outline.with_value(|outline| {
        let section = &outline.sections[index];
        let is_phase = matches!(section.kind, SectionKind::Phase { .. });
        (section.id.clone(), section.heading(), is_phase)
    });
    let shown = Memo::new(move |_| {
        let now = board.now.get();
        is_phase
            && may(board, Right::Act)
            && board.with(|outline, run| {
                let tally = Tally::of_section(&outline.sections[index], run, now);
                executes(run) && tally.settled() < tally.all && !run.goes_through(&id)
            })
    });
    let href = href(board, index);
    let draw = move || {
        shown.get().then(|| {
            let label = format!("Run this phase… ({title})");
            view! { <a class="btn is-small" href=href.clone() aria-label=label>"Run this phase…"</a> }
        })
    };
    view! { {draw} }.into_any()
}

/// Where a phase is that runs, or what it waits for, as a line at its foot.
pub fn line(board: Board, index: usize) -> AnyView {
    let told = Memo::new(move |_| {
        let now = board.now.get();
        board.with(|outline, run| {
            let section = &outline.sections[index];
            let progress = run
                .phase
                .as_ref()
                .filter(|progress| progress.section == section.id)?;
            let under_way = progress.is_running() || matches!(progress.state, ProgressState::Asking { .. });
            under_way.then(|| told(section, run, progress, now))
        })
    });
    let href = href(board, index);
    let draw = move || {
        told.get().map(|(tone, icon, words)| {
            view! {
                <div class="cluster section-waits">
                    <Mark tone=tone icon=icon word=words />
                    <a href=href.clone()>"See it"</a>
                </div>
            }
        })
    };
    view! { {draw} }.into_any()
}

fn href(board: Board, index: usize) -> String {
    let id = board
        .outline
        .with_value(|outline| outline.sections[index].id.clone());
    format!("/runs/{}?tab=phase&section={id}", board.id)
}

fn may(board: Board, right: Right) -> bool {
    let class = board.run.with_untracked(|run| run.start.class);
    board.person.with_value(|person| person.may(right, Some(class)))
}

fn executes(run: &Run) -> bool {
    matches!(run.state, RunState::Executing { .. } | RunState::Verifying { .. }) && run.superseded.is_none()
}

/// How it stands: "running 3 of 7: Switch flipped".
fn told(
    section: &OutlineSection,
    run: &Run,
    progress: &Progress,
    now: chrono::DateTime<chrono::Utc>,
) -> (Tone, &'static str, String) {
    let text = |item: &ItemId| {
        let line = section.lines.iter().find(|line| line.id == *item);
        line.map_or_else(|| item.to_string(), |line| plain(&line.text))
    };
    match &progress.state {
        ProgressState::Running { stopped_by, .. } => {
            let at = place(section, run, now);
            let words = at.map_or_else(
                || "running".to_owned(),
                |(at, of, line)| format!("running {at} of {of}: {}", plain(&line.text)),
            );
            let stopped = stopped_by.as_ref().map(|by| format!(" · {} stops it", by.name()));
            (Tone::Run, "running", words + &stopped.unwrap_or_default())
        }
        ProgressState::Asking { item, why, .. } => match why {
            Why::Failed => (Tone::No, "failed", format!("stopped at: {}", text(item))),
            Why::Unknown => (
                Tone::Hold,
                "unknown",
                format!("nobody knows how it ended: {}", text(item)),
            ),
            Why::Person => (
                Tone::Hold,
                "person",
                format!("waiting for a person: {}", text(item)),
            ),
        },
        ProgressState::Done { .. } => (Tone::Go, "proved", "through".to_owned()),
        ProgressState::GivenUp { .. } => (Tone::None, "skipped", "given up".to_owned()),
    }
}

/// Without the marks of inline code: it stands in a sentence.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// The page of a phase: how it goes, and each line with what happens at it.
pub fn tab(board: Board, deeds: Deeds) -> AnyView {
    let query = use_query_map();
    let section = Memo::new(move |_| query.with(|query| query.get("section")).unwrap_or_default());
    // Each start needs a form with a number of its own, and what would be done follows what was done. Nothing else draws it
    // anew: somebody may be typing.
    let key = Memo::new(move |_| {
        let (section, now) = (section.get(), board.now.get());
        board.with(|outline, run| {
            let lines = outline.lines().filter(|(of, _)| of.id.0 == section);
            let stands = lines.map(|(of, line)| stands_at(of, line, run, now).status);
            let stands: Vec<Status> = stands.collect();
            (section, run.state.word(), run.phase.clone(), stands)
        })
    });
    let offer = load(
        move || key.get(),
        move |(section, ..)| load_phase(board.id, section),
    );
    view! {
        <Transition fallback=|| view! { <p>"Loading the phase…"</p> }>
            {move || Suspend::new(async move {
                match offer.await {
                    // The page was drawn anew while this waited: nobody sees this drawing any more.
                    _ if board.run.is_disposed() => ().into_any(),
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok(offer) => card(board, deeds, SectionId(section.get_untracked()), offer),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn card(board: Board, deeds: Deeds, section: SectionId, offer: PhaseOffer) -> AnyView {
    let count = |is: fn(&LineOffer) -> bool| offer.lines.iter().filter(|line| is(line)).count();
    let runs = count(|line| line.way == LineWay::Runs);
    let reads = count(|line| line.way == LineWay::Reads);
    let facts = format!("{} · {}", counted(runs, "command"), counted(reads, "probe"));
    let facts = view! { <span>{facts}</span> }.into_any();
    let lines = offer.lines.iter().cloned().map(step).collect_view();
    let (title, shell) = (format!("Run {}", offer.title), offer.shell.clone());
    let progress = board.run.with_untracked(|run| run.phase.clone());
    let progress = progress.filter(|progress| progress.section == section);
    let goes = progress.as_ref().is_some_and(Progress::is_running);
    let form = (!goes).then(|| start(board, deeds, &section, &offer));
    view! {
        <SectionCard title=title id="phase" facts=facts padded=true>
            <div class="stack">
                {progress.map(|progress| standing(board, deeds, &progress))}
                <ol class="rollback-steps">{lines}</ol>
                <small class="mono">{shell}</small>
                {form}
            </div>
        </SectionCard>
    }
    .into_any()
}

fn counted(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    }
}

/// A line, and what happens at it.
fn step(line: LineOffer) -> impl IntoView {
    let (tone, icon, word, why) = match line.way {
        LineWay::Passes { stands } => (Tone::None, "skipped", "passed over", Some(stands)),
        LineWay::Reads => (Tone::Run, "open", "asks", None),
        LineWay::Runs => (Tone::Hold, "open", "runs", None),
        LineWay::Waits => (Tone::Hold, "person", "waits for a person", None),
        LineWay::Stops { why } => (Tone::No, "failed", "stops here", Some(why)),
    };
    let runs = word == "runs" || word == "stops here";
    let does = if line.does.is_empty() || word == "passed over" {
        ().into_any()
    } else if line.is_command && runs {
        view! { <pre class="command" tabindex="0" aria-label="Command">{line.does}</pre> }.into_any()
    } else {
        view! { <small><CodeText text=line.does /></small> }.into_any()
    };
    let written = line.written.filter(|_| runs);
    view! {
        <li>
            <div class="cluster">
                <b><CodeText text=line.text /></b>
                <Mark tone=tone icon=icon word=word />
                {line.optional.then(|| view! { <Tag text="optional" /> })}
            </div>
            {does}
            {written.map(|written| view! { <small>"The document says " <code>{written}</code></small> })}
            {why.map(|why| view! { <small><CodeText text=why /></small> })}
        </li>
    }
}

/// The question and the button; nothing for those who may not act.
fn start(board: Board, deeds: Deeds, section: &SectionId, offer: &PhaseOffer) -> AnyView {
    if !may(board, Right::Act) || board.run.with_untracked(Run::is_closed) {
        return ().into_any();
    }
    if let Some(refused) = offer.refused.clone() {
        return view! { <Banner tone=Tone::Hold title="It cannot run as it stands">{refused}</Banner> }
            .into_any();
    }
    let (place, class) = board
        .run
        .with_untracked(|run| (run.start.environment.clone(), run.start.class));
    let asks = board.run.with_untracked(|run| {
        let state = run.phase.as_ref().map(|progress| &progress.state);
        matches!(state, Some(ProgressState::Asking { .. }))
    });
    let (key, section) = (offer.request_key.clone(), section.to_string());
    let missing = board
        .run
        .with_untracked(|run| board.outline.with_value(|outline| baseline::lacks(outline, run)));
    let form = view! {
        <DeedForm deed=deeds.run_phase attr:class="form">
            <input type="hidden" name="run" value=board.id />
            <input type="hidden" name="section" value=section />
            <input type="hidden" name="request_key" value=key />
            <p>
                "This changes " <b>{place.clone()}</b> " (" {class.word()}
                "). The lines above go in this order, each command once, exactly as shown. It stops at the first that does not end well or is a person's."
            </p>
            {missing.map(|missing| baseline::field(board, missing, "phase-without"))}
            <button class="btn is-danger" type="submit" disabled=move || deeds.run_phase.pending().get()>
                "Run this phase in " {place}
            </button>
        </DeedForm>
    };
    if asks {
        view! { <Disclosure summary="Start it anew…" button=true group="phase">{form}</Disclosure> }
            .into_any()
    } else {
        form.into_any()
    }
}

/// Where it is, and what somebody can do about it.
fn standing(board: Board, deeds: Deeds, progress: &Progress) -> AnyView {
    let (by, since, state) = (
        progress.by.name().to_owned(),
        progress.since,
        progress.state.clone(),
    );
    let shown = progress.clone();
    let words = move || {
        let now = board.now.get();
        board.with(|outline, run| {
            let section = outline.sections.iter().find(|one| one.id == shown.section)?;
            let (tone, icon, words) = told(section, run, &shown, now);
            Some(view! { <Mark tone=tone icon=icon word=words /> })
        })
    };
    let acts = match state {
        ProgressState::Running { .. } if may(board, Right::Act) => stop(board, deeds),
        ProgressState::Asking {
            item,
            why,
            reason,
            asked,
        } => asking(board, deeds, &item, why, (reason, asked)),
        ProgressState::Running { .. } | ProgressState::Done { .. } | ProgressState::GivenUp { .. } => {
            ().into_any()
        }
    };
    view! {
        <p class="cluster phase-state">{words} <small>{by} ", " <ExactTime at=since time_only=true seconds=true /></small></p>
        {acts}
    }
    .into_any()
}

fn stop(board: Board, deeds: Deeds) -> AnyView {
    view! {
        <DeedForm deed=deeds.stop_phase>
            <input type="hidden" name="run" value=board.id />
            <button class="btn" type="submit" disabled=move || deeds.stop_phase.pending().get()>"Stop this phase"</button>
        </DeedForm>
    }
    .into_any()
}

fn asking(board: Board, deeds: Deeds, item: &ItemId, why: Why, (reason, asked): (String, u64)) -> AnyView {
    let open = view! { <a class="btn" href=format!("/runs/{}?item={item}", board.id)>"Open the line"</a> };
    let back = may(board, Right::RollBack)
        .then(|| view! { <a class="btn is-danger" href=format!("/runs/{}?tab=rollback", board.id)>"Roll back…"</a> });
    let (title, hint, word) = match why {
        Why::Failed => (
            "It stopped",
            "Mend it and try again, leave it out, or roll back.",
            "Try it again",
        ),
        Why::Unknown => (
            "Nobody knows how it ended",
            "Look at the target. Trying again runs the command a second time.",
            "Try it again",
        ),
        Why::Person => ("It waits for a person", "Settle the line, then go on.", "Go on"),
    };
    let acts = may(board, Right::Act).then(|| {
        view! {
            <DeedForm deed=deeds.go_on>
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="asked" value=asked />
                <button class="btn is-main" type="submit" disabled=move || deeds.go_on.pending().get()>{word}</button>
            </DeedForm>
        }
    });
    let skip = (may(board, Right::Act) && may(board, Right::Waive)).then(|| skip(board, deeds, asked));
    view! {
        <Banner tone=Tone::Hold title=title alert=true>
            {(!reason.is_empty()).then(|| view! { <CodeText text=reason /> ". " })} {hint}
        </Banner>
        <div class="cluster">{acts} {open} {skip} {back}</div>
    }
    .into_any()
}

fn skip(board: Board, deeds: Deeds, asked: u64) -> impl IntoView {
    view! {
        <Disclosure summary="Skip with a reason…" button=true group="phase">
            <DeedForm deed=deeds.skip_line attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="asked" value=asked />
                <TextAreaField name="reason" id="phase-skip-reason" label="Reason" maxlength=4000 note="It stands in the record." />
                <button class="btn is-danger" type="submit" disabled=move || deeds.skip_line.pending().get()>"Skip and go on"</button>
            </DeedForm>
        </Disclosure>
    }
}

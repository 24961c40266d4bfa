//! Guides: the one that is about what fails, beside its line, and all sections for reading.

use super::{board::Board, deeds::Deeds, panel};
use crate::{
    api::{
        guide::{Guidance, GuideMatch, GuideStep, load_guidance},
        run::Guide,
    },
    app::{
        components::{
            CodeText, CopyButton, Disclosure, EmptyState, ExactTime, Mark, PanelPart, SectionCard,
            TextAreaField, Tone,
        },
        deed::DeedForm,
        loaded::{Loaded, load},
        trouble::NotLoaded,
    },
};
use domain::{
    Right,
    guide::{failing, has_failed},
    plan::{ItemId, SectionId, SectionKind},
};
use leptos::prelude::*;

type Given = Loaded<Result<Guidance, crate::api::Error>>;

/// Where a guide stands on the tab.
pub fn anchor(at: usize) -> String {
    format!("guide-{}", at + 1)
}

/// Every section for reading, the guides with the lines that they are about now.
pub fn tab(board: Board, _deeds: Deeds) -> AnyView {
    let guides = board.guides.get_value();
    if guides.is_empty() {
        return view! {
            <EmptyState title="Nothing to read">
                <p>"This checklist describes no rollback and has no troubleshooting guide. Add both before production needs them."</p>
            </EmptyState>
        }
        .into_any();
    }
    let key = Memo::new(move |_| {
        board.run.with(|run| {
            let shown: Vec<_> = failing(run).map(|one| one.evidence.clone()).collect();
            (shown, run.guides.count())
        })
    });
    let given = load(move || key.get(), move |_| load_guidance(board.id, None));
    let cards = guides.into_iter().enumerate().map(|(at, guide)| {
        let facts = view! { <span>{guide.kind.word()}</span> }.into_any();
        let about = (guide.kind == SectionKind::Troubleshooting)
            .then(|| about(board, given, at, guide.section.clone()));
        let title = guide.title.clone();
        view! {
            <SectionCard title=title id=anchor(at) facts=facts padded=true>
                {about}
                {prose(guide)}
            </SectionCard>
        }
    });
    view! { <div class="stack">{cards.collect_view()}</div> }.into_any()
}

/// A section as it is written.
fn prose(guide: Guide) -> AnyView {
    view! { <div class="prose" inner_html=guide.html></div> }.into_any()
}

/// The lines that a guide is about now, and what people said of it in this run.
fn about(board: Board, given: Given, at: usize, section: SectionId) -> AnyView {
    when_given(board, given, move |guidance| {
        let found = guidance.matches.into_iter().filter(|found| found.guide == at);
        let lines = found
            .map(|found| {
                let href = format!("/runs/{}?item={}", board.id, found.line);
                let how = how(&found);
                view! {
                    <p>
                        <Mark tone=Tone::No icon="failed" word="Matches now" /> " "
                        <a href=href><CodeText text=found.words /></a> <small>": " {how}</small>
                    </p>
                }
            })
            .collect_view();
        let none = lines
            .is_empty()
            .then(|| view! { <p><small>"None of its symptoms was seen in a line that does not pass now."</small></p> });
        view! { {none} {lines} {said(board, &section)} }.into_any()
    })
}

/// The guides that match what was seen of a line when it did not pass last, and whether they helped.
pub fn beside(board: Board, deeds: Deeds, id: &ItemId) -> AnyView {
    let id = id.clone();
    let key = Memo::new(move |_| {
        board.run.with(|run| {
            let state = run.items.get(&id);
            let seen = state.map(|state| (state.seen(), state.settlement.is_some()));
            has_failed(run, &id).then(|| (id.0.clone(), seen, run.guides.count()))
        })
    });
    let given = load(
        move || key.get(),
        move |key| of_line(board.id, key.map(|(item, ..)| item)),
    );
    when_given(board, given, move |guidance| match key.get_untracked() {
        Some((item, ..)) => told(board, deeds, &item, guidance),
        None => ().into_any(),
    })
}

/// The guide that matches the line by which a window fails.
pub fn of_window(board: Board, line: Memo<Option<ItemId>>) -> AnyView {
    let given = load(
        move || line.get(),
        move |line| of_line(board.id, line.map(|line| line.0)),
    );
    when_given(board, given, move |guidance| {
        if line.with_untracked(Option::is_none) {
            return ().into_any();
        }
        let Some(found) = guidance.matches.into_iter().next() else {
            return view! { <p class="section-body"><small>"No guide of this checklist has a symptom that was seen here."</small></p> }
                .into_any();
        };
        let href = format!("/runs/{}?tab=guides#{}", board.id, anchor(found.guide));
        let guide = board.guides.with_value(|guides| guides.get(found.guide).cloned());
        let (how, title) = (how(&found), title(board, &found));
        view! {
            <div class="section-body stack">
                <p><a href=href>{title.clone()}</a> <small>": " {how}</small></p>
                <Disclosure summary=title open=true>{guide.map(prose)}</Disclosure>
            </div>
        }
        .into_any()
    })
}

async fn of_line(run: i64, item: Option<String>) -> Result<Guidance, crate::api::Error> {
    match item {
        Some(item) => load_guidance(run, Some(item)).await,
        None => Ok(Guidance::default()),
    }
}

fn when_given(
    board: Board,
    given: Given,
    show: impl Fn(Guidance) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView {
    view! {
        <Transition>
            {move || {
                let show = show.clone();
                Suspend::new(async move {
                    match given.await {
                        // The page was drawn anew while this waited: nobody sees this drawing any more.
                        _ if board.run.is_disposed() => ().into_any(),
                        Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                        Ok(guidance) => show(guidance),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

/// How the symptoms that match are known to.
fn how(found: &GuideMatch) -> String {
    let seen = found.symptoms.iter().filter(|symptom| symptom.matches);
    seen.map(|symptom| symptom.how.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}

fn title(board: Board, found: &GuideMatch) -> String {
    let title = |guides: &Vec<Guide>| guides.get(found.guide).map(|guide| guide.title.clone());
    board.guides.with_value(title).unwrap_or_default()
}

fn told(board: Board, deeds: Deeds, item: &str, guidance: Guidance) -> AnyView {
    let Guidance {
        matches,
        escalation,
        draft,
    } = guidance;
    let none = matches
        .is_empty()
        .then(|| view! { <p>"No guide of this checklist has a symptom that was seen here."</p> });
    let matches = matches
        .into_iter()
        .enumerate()
        .map(|(at, found)| one(board, deeds, item, found, at == 0))
        .collect_view();
    let escalation = escalation.map(|text| escalate(board, deeds, item, text));
    let draft = draft.map(|text| {
        view! {
            <Disclosure summary="Write a guide from this…">
                <p>"It passes now, and no guide solved it. Copy this into the checklist, say what was done, and publish it."</p>
                {copied(text, "A new guide")}
            </Disclosure>
        }
    });
    let all = format!("/runs/{}?tab=guides", board.id);
    view! {
        <PanelPart label="Guides">
            {none} {matches} {escalation} {draft}
            <small><a class="guide-link" href=all>"All guides"</a></small>
        </PanelPart>
    }
    .into_any()
}

fn one(board: Board, deeds: Deeds, item: &str, found: GuideMatch, first: bool) -> AnyView {
    let title = title(board, &found);
    let href = format!("/runs/{}?tab=guides#{}", board.id, anchor(found.guide));
    let GuideMatch {
        section,
        now,
        symptoms,
        steps,
        said: answered,
        solved,
        not,
        ..
    } = found;
    let word = if now { "matches now" } else { "matched" };
    let symptoms = symptoms.into_iter().map(move |symptom| {
        let (tone, icon, word) = match symptom.matches {
            true => (Tone::No, "failed", word),
            false => (Tone::None, "open", "does not match"),
        };
        view! { <li><span><CodeText text=symptom.text /></span> <Mark tone=tone icon=icon word=word /> <small>{symptom.how}</small></li> }
    });
    let steps = steps.into_iter().map(move |one| step(board, one));
    let again = now.then(|| panel::verify(board, deeds, &ItemId(item.to_owned()), "Verify this line again"));
    let form = answered
        .is_none()
        .then(|| form(board, deeds, item, &section))
        .flatten();
    let all = (solved + not > 0).then(|| {
        let times = |count: i64| if count == 1 { "once".to_owned() } else { format!("{count} times") };
        view! { <small>{format!("In all runs: solved it {}, did not help {}.", times(solved), times(not))}</small> }
    });
    view! {
        <Disclosure summary=title open=first && now>
            <ul class="rollback-steps" aria-label="Symptoms">{symptoms.collect_view()}</ul>
            <ol class="rollback-steps" aria-label="Solutions">{steps.collect_view()}</ol>
            {again}
            {said(board, &section)}
            {all}
            {form}
            <small><a class="guide-link" href=href>"The guide as it is written"</a></small>
        </Disclosure>
    }
    .into_any()
}

/// A step: what is published runs where it stands, anything else is copied.
fn step(board: Board, step: GuideStep) -> AnyView {
    let GuideStep { text, command, runs } = step;
    let command = command.map(|command| {
        let block = (!text.contains(&command))
            .then(|| view! { <pre class="output is-wrapped" tabindex="0" aria-label="Command">{command.clone()}</pre> });
        let way = match runs {
            Some(place) => view! { <a class="btn is-small" href=format!("/runs/{}{place}", board.id)>"Open where it runs"</a> }.into_any(),
            None => view! { <small>"It does not run here: nobody published this command."</small> }.into_any(),
        };
        view! { {block} <div class="cluster"><CopyButton text=command /> {way}</div> }
    });
    view! { <li><span><CodeText text=text /></span> {command}</li> }.into_any()
}

/// What people said of a guide in this run, the newest first.
fn said(board: Board, guide: &SectionId) -> AnyView {
    let tried = board.run.with_untracked(|run| {
        let of_guide = run
            .guides
            .tried
            .iter()
            .rev()
            .filter(|tried| tried.guide == *guide);
        of_guide.take(5).cloned().collect::<Vec<_>>()
    });
    let rows = tried.into_iter().map(|tried| {
        let note = (!tried.note.is_empty()).then(|| format!(": “{}”", tried.note));
        let href = format!("/runs/{}?item={}", board.id, tried.item);
        view! {
            <p><small>
                {tried.by.name().to_owned()} ", " <ExactTime at=tried.at /> ": it " {tried.help.word()} " with "
                <a href=href>"this line"</a> {note}
            </small></p>
        }
    });
    rows.collect_view().into_any()
}

fn form(board: Board, deeds: Deeds, item: &str, guide: &SectionId) -> Option<AnyView> {
    let id = format!("note-{guide}");
    let (item, guide) = (item.to_owned(), guide.0.clone());
    may(board).then(|| {
        view! {
            <DeedForm deed=deeds.tell_guide attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="item" value=item />
                <input type="hidden" name="guide" value=guide />
                <TextAreaField name="note" id=id label="What happened" maxlength=4000 optional=true />
                <div class="form-actions">
                    <button class="btn" type="submit" name="help" value="solved">"This solved it"</button>
                    <button class="btn" type="submit" name="help" value="no_help">"It did not help"</button>
                </div>
            </DeedForm>
        }
        .into_any()
    })
}

fn escalate(board: Board, deeds: Deeds, item: &str, text: String) -> AnyView {
    let id = ItemId(item.to_owned());
    let done = board.run.with_untracked(|run| {
        let since = failing(run).find(|failing| *failing.item == id)?.since;
        run.guides.escalated(&id, since).cloned()
    });
    let item = item.to_owned();
    let form = match done {
        Some(done) => {
            view! { <p>"Handed on by " {done.by.name().to_owned()} ", " <ExactTime at=done.at /> "."</p> }
                .into_any()
        }
        None if may(board) => view! {
            <DeedForm deed=deeds.escalate>
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="item" value=item />
                <button class="btn is-danger" type="submit">"Escalate"</button>
            </DeedForm>
            <small>"It is written into the log, and the environment's webhooks are told."</small>
        }
        .into_any(),
        None => ().into_any(),
    };
    view! {
        <p>"No guide helped."</p>
        {copied(text, "What to send to whoever can help")}
        {form}
    }
    .into_any()
}

fn copied(text: String, label: &'static str) -> AnyView {
    view! {
        <pre class="output is-wrapped" tabindex="0" aria-label=label>{text.clone()}</pre>
        <CopyButton text=text />
    }
    .into_any()
}

/// Whether who looks may say how it went.
fn may(board: Board) -> bool {
    let (class, closed) = board.run.with_untracked(|run| (run.start.class, run.is_closed()));
    !closed
        && board
            .person
            .with_value(|person| person.may(Right::Attest, Some(class)))
}

//! The sections of a run with their lines, and the phases above them.

use super::{board::Board, deeds::Deeds, phase as whole, samples};
use crate::app::{
    components::{
        Disclosure, ExactTime, ItemRow, Mark, Phase, PhaseTimeline, RelativeTime, Rows, RowsLabel,
        SectionCard, Tag, TextField, Tone,
    },
    deed::DeedForm,
};
use chrono::{DateTime, Utc};
use domain::{
    Right,
    outline::{LineKind, Outline, OutlineSection},
    phase_order::waits_for,
    plan::SectionKind,
    run::Run,
    schedule::{Course, Schedule},
    status::{Status, Tally, due},
};
use leptos::prelude::*;

/// The phases and what is around them, as a row of bars.
pub fn timeline(board: Board) -> AnyView {
    let phases = move || {
        let now = board.now.get();
        board.with(|outline, run| {
            let shown = outline
                .sections
                .iter()
                .filter(|section| !section.lines.is_empty());
            let here = shown
                .clone()
                .find(|section| {
                    let tally = Tally::of_section(section, run, now);
                    tally.settled() < tally.all
                })
                .map(|section| section.id.clone());
            shown
                .map(|section| {
                    phase(
                        section,
                        run,
                        &Tally::of_section(section, run, now),
                        here.as_ref() == Some(&section.id),
                    )
                })
                .collect()
        })
    };
    let phases = Memo::new(move |_| -> Vec<Phase> { phases() });
    view! { {move || view! { <PhaseTimeline phases=phases.get() /> }} }.into_any()
}

fn phase(section: &OutlineSection, run: &Run, tally: &Tally, here: bool) -> Phase {
    let title = match section.kind {
        SectionKind::Phase { number, .. } => format!("{number} {}", section.title),
        _ => section.title.clone(),
    };
    let settled = format!("{} of {}", tally.settled(), tally.all);
    let tone = match (tally.failed, due(section, run)) {
        (1.., _) => Tone::No,
        (0, Some(_)) if tally.settled() < tally.all => Tone::Run,
        (0, _) => Tone::Go,
    };
    Phase {
        title,
        fact: settled,
        planned: section.planned_minutes(),
        percent: (tally.settled() * 100)
            .checked_div(tally.all)
            .unwrap_or(0)
            .min(100) as u8,
        weight: section
            .planned_minutes()
            .unwrap_or(section.lines.len() as u32)
            .clamp(1, 20),
        tone,
        href: format!("#{}", section.id),
        here,
    }
}

/// Every section that has lines.
pub fn sections(board: Board, deeds: Deeds, selected: Memo<Option<String>>) -> Vec<AnyView> {
    let with_lines: Vec<usize> = board.outline.with_value(|outline| {
        let sections = outline.sections.iter().enumerate();
        sections
            .filter(|(_, section)| !section.lines.is_empty())
            .map(|(index, _)| index)
            .collect()
    });
    with_lines
        .into_iter()
        .map(|index| section(board, deeds, selected, index))
        .collect()
}

fn section(board: Board, deeds: Deeds, selected: Memo<Option<String>>, index: usize) -> AnyView {
    let section = board
        .outline
        .with_value(|outline| outline.sections[index].clone());
    let due = Memo::new(move |_| board.with(|outline, run| due(&outline.sections[index], run)));
    let due = move || {
        due.get()
            .map(|due| view! { <span>"due " <ExactTime at=due /></span> })
    };
    let facts = view! { <span>{move || facts(board, index)}</span> {due} }.into_any();
    let probes = section
        .lines
        .iter()
        .any(|line| matches!(line.kind, LineKind::Probe | LineKind::Check));
    let actions = move || {
        let class = board.run.with_untracked(|run| run.start.class);
        let may = probes
            && board
                .person
                .with_value(|person| person.may(Right::Verify, Some(class)));
        let id = section.id.0.clone();
        (may && board.run.with(|run| !run.is_closed() && run.superseded.is_none())).then(|| {
            view! {
                <DeedForm deed=deeds.verify>
                    <input type="hidden" name="run" value=board.id />
                    <input type="hidden" name="section" value=id.clone() />
                    <button class="btn is-small" type="submit" aria-label=format!("Verify {}", title(board, index))>"Verify"</button>
                </DeedForm>
            }
        })
    };
    let id = board
        .outline
        .with_value(|outline| outline.sections[index].id.0.clone());
    view! {
        <SectionCard title=title(board, index) id=id facts=facts
            actions=view! { {whole::link(board, index)} {actions} }.into_any()
            footer=view! { {whole::line(board, index)} {order(board, deeds, index)} }.into_any()>
            <Rows>{rows(board, selected, index)}</Rows>
            {samples::table(board, index)}
        </SectionCard>
    }
    .into_any()
}

/// What a phase waits for, and the way past it.
fn order(board: Board, deeds: Deeds, index: usize) -> AnyView {
    let waits = Memo::new(move |_| {
        let now = board.now.get();
        board.with(|outline, run| {
            let section = &outline.sections[index];
            let earlier = (!run.is_closed()).then(|| waits_for(outline, section, run, now))??;
            Some((section.id.0.clone(), earlier.id.0.clone(), earlier.heading()))
        })
    });
    let class = board.run.with_untracked(|run| run.start.class);
    let may = board
        .person
        .with_value(|person| person.may(Right::Act, Some(class)));
    let draw = move || {
        waits.get().map(|(id, earlier, heading)| {
            let form = may.then(|| go_ahead(board, deeds, id));
            view! {
                <div class="cluster section-waits">
                    <span>"Waits for " <a href=format!("#{earlier}")>{heading}</a></span>
                    {form}
                </div>
            }
        })
    };
    view! { {draw} }.into_any()
}

fn go_ahead(board: Board, deeds: Deeds, section: String) -> impl IntoView {
    let field = format!("ahead-{section}");
    view! {
        <Disclosure summary="Go ahead…" button=true group="run-controls">
            <DeedForm deed=deeds.ahead attr:class="form">
                <input type="hidden" name="run" value=board.id />
                <input type="hidden" name="section" value=section />
                <TextField name="reason" id=field label="Why out of order" maxlength=4000 note="It stands in the log." />
                <button class="btn" type="submit">"Go ahead"</button>
            </DeedForm>
        </Disclosure>
    }
}

fn title(board: Board, index: usize) -> String {
    board
        .outline
        .with_value(|outline| outline.sections[index].heading())
}

fn facts(board: Board, index: usize) -> String {
    let now = board.now.get();
    board.with(|outline, run| {
        let section = &outline.sections[index];
        let tally = Tally::of_section(section, run, now);
        let planned = section
            .planned_minutes()
            .map(|minutes| format!("planned {minutes} min"));
        let took = took(section, outline, run, now)
            .map(|seconds| format!("took {}:{:02}", seconds / 60, seconds % 60));
        let settled = format!("{} of {}", tally.settled(), tally.all);
        let parts = [planned, took, Some(settled)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    })
}

/// How many seconds a phase took that is done.
fn took(section: &OutlineSection, outline: &Outline, run: &Run, now: DateTime<Utc>) -> Option<i64> {
    let schedule =
        matches!(section.kind, SectionKind::Phase { .. }).then(|| Schedule::of(outline, run, now))?;
    let phase = schedule
        .phases
        .into_iter()
        .find(|phase| phase.section == section.id)?;
    match phase.course {
        Course::Done { since, at } => Some((at - since).num_seconds()),
        Course::Ahead { .. } | Course::Running { .. } | Course::Halted { .. } => None,
    }
}

/// The labels of commands, and of what follows them without a label of its own.
const CHECKS: &str = "Verification commands";
const BOXES: &str = "Boxes";

fn rows(board: Board, selected: Memo<Option<String>>, section: usize) -> Vec<AnyView> {
    let lines = board.outline.with_value(|outline| {
        let lines = outline.sections[section].lines.iter();
        lines
            .map(|line| (line.label.clone(), line.is_box))
            .collect::<Vec<_>>()
    });
    let mut rows = Vec::new();
    let mut above: Option<String> = None;
    for (index, (label, is_box)) in lines.into_iter().enumerate() {
        let label = match (is_box, &above) {
            (false, _) => Some(CHECKS.to_owned()),
            // A box behind the commands is none of them.
            (true, Some(above)) if label.is_none() && matches!(above.as_str(), CHECKS | BOXES) => {
                Some(BOXES.to_owned())
            }
            (true, _) => label,
        };
        if label != above {
            if let Some(text) = label.clone() {
                rows.push(view! { <RowsLabel text=text /> }.into_any());
            }
            above = label;
        }
        rows.push(row(board, selected, section, index));
    }
    rows
}

fn row(board: Board, selected: Memo<Option<String>>, section: usize, index: usize) -> AnyView {
    let line = board
        .outline
        .with_value(|outline| outline.sections[section].lines[index].clone());
    let id = line.id.clone();
    let standing = Memo::new(move |_| board.standing(section, index));
    let facts = Memo::new({
        let id = id.clone();
        move |_| {
            board.run.with(|run| {
                let state = run.items.get(&id)?;
                let at = state.settlement.as_ref().map(|settlement| settlement.at);
                Some((
                    at.or(state.latest.as_ref().map(|latest| latest.at))?,
                    state.attempts,
                ))
            })
        }
    });
    let here = Memo::new({
        let id = id.clone();
        move |_| selected.with(|selected| selected.as_deref() == Some(&id.0))
    });
    let draw = move || {
        let standing = standing.get();
        let when = facts.get().map(|(at, attempts)| {
            let tries = (attempts > 1).then(|| format!(" · {attempts} tries"));
            view! { <RelativeTime at=at now=board.now short=true /> {tries} }.into_any()
        });
        let kind =
            matches!(line.kind, LineKind::Action | LineKind::Attestation) && standing.status == Status::Open;
        let tags = view! {
            {line.claimed.then(|| view! { <Mark tone=Tone::None icon="attested" word="claimed there" /> })}
            {line.optional.then(|| view! { <Tag text="optional" /> })}
            {line.role.clone().map(|role| view! { <Tag text=format!("for {}", role.replace('_', " ")) icon="person" /> })}
            {kind.then(|| view! { <Tag text=line.kind.word() /> })}
        }
        .into_any();
        let href = if here.get() {
            format!("/runs/{}", board.id)
        } else {
            format!("/runs/{}?item={}", board.id, line.id)
        };
        view! {
            <ItemRow
                status=standing.status
                title=line.text.clone()
                why=standing.reason
                when=when
                tags=Some(tags)
                href=href
                id=line.id.0.clone()
                selected=here.get()
                child=line.parent.is_some()
            />
        }
    };
    view! { {draw} }.into_any()
}

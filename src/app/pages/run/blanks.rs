//! The blanks of the document: what stands in them, and a form for each.

use super::{board::Board, deeds::Deeds};
use crate::app::{
    components::{SectionCard, TextField},
    deed::DeedForm,
};
use domain::{
    Right,
    blank::{Blank, BlankKind},
    plan::SectionKind,
};
use leptos::prelude::*;

/// All of them, where the document has any.
pub fn card(board: Board, deeds: Deeds) -> AnyView {
    // Those of forms of measurements stand on the tab of the benchmarks.
    let blanks = board.outline.with_value(|outline| {
        let of_form = |section: &domain::plan::SectionId| {
            let section = outline.sections.iter().find(|found| found.id == *section);
            section.is_some_and(|section| section.kind == SectionKind::Benchmark)
        };
        let own = outline.blanks.iter().filter(|blank| !of_form(&blank.section));
        own.cloned().collect::<Vec<_>>()
    });
    if blanks.is_empty() {
        return ().into_any();
    }
    let all = blanks.len();
    let facts = move || format!("{} of {all}", board.run.with(|run| run.blanks.len()));
    let facts = view! { <span>{facts}</span> }.into_any();
    view! {
        <SectionCard title="To fill in" id="blanks" facts=facts padded=true>
            <p class="quiet">"The blanks of the document. They stand in the filled checklist, and signatures are bound to them."</p>
            <ul class="blanks" role="list">{blanks.into_iter().map(|blank| field(board, deeds, blank)).collect_view()}</ul>
        </SectionCard>
    }
    .into_any()
}

fn field(board: Board, deeds: Deeds, blank: Blank) -> AnyView {
    let Blank {
        id,
        label,
        group,
        kind,
        unit,
        section,
        line,
        ..
    } = blank;
    let heading = board.outline.with_value(|outline| {
        let section = outline.sections.iter().find(|found| found.id == section);
        section.map(|section| section.heading()).unwrap_or_default()
    });
    let place = group.map_or(heading.clone(), |group| format!("{heading} · {group}"));
    let label = match (label.is_empty(), unit) {
        (true, _) => format!("line {line}"),
        (false, Some(unit)) => format!("{label} ({unit})"),
        (false, None) => label,
    };
    let filled = {
        let id = id.clone();
        Memo::new(move |_| board.run.with(|run| run.blanks.get(&id).cloned()))
    };
    let class = board.run.with_untracked(|run| run.start.class);
    let may = board
        .person
        .with_value(|person| person.may(Right::Attest, Some(class)));
    let by = move || {
        filled
            .get()
            .map(|filling| format!("{} by {}", filling.value, filling.by.name()))
    };
    // Who cannot fill it in reads what it is called and whether it is empty.
    let name = label.clone();
    let read = move || {
        let open = may && board.run.with(|run| !run.is_closed());
        let empty = filled.with(Option::is_none).then_some("empty");
        (!open).then(|| view! { <span><b>{name.clone()}</b> " " {empty}</span> })
    };
    let form = move || {
        let (id, label) = (id.0.clone(), label.clone());
        let open = may && board.run.with(|run| !run.is_closed());
        let value = filled.with(|filling| {
            filling
                .as_ref()
                .map(|filling| filling.value.clone())
                .unwrap_or_default()
        });
        open.then(|| {
            let note = match kind {
                BlankKind::Number => "a number",
                BlankKind::Date => "a date",
                BlankKind::Text => "words",
            };
            view! {
                <DeedForm deed=deeds.fill attr:class="blank-form">
                    <input type="hidden" name="run" value=board.id />
                    <input type="hidden" name="blank" value=id.clone() />
                    <TextField name="value" id=format!("blank-{id}") label=label.clone() value=value note=note optional=true maxlength=1000 />
                    <button class="btn is-small" type="submit" aria-label=format!("Save {label}")>"Save"</button>
                </DeedForm>
            }
        })
    };
    view! {
        <li>
            <small class="quiet">{place} ", " <a href=format!("/checklists/{}#L{line}", board.revision)>"line " {line}</a></small>
            {form}
            {read}
            <small class="blank-value">{by}</small>
        </li>
    }
    .into_any()
}

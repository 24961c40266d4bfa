//! A form of the document: its fields with what stands in them, and measuring them.

use super::{
    super::{board::Board, deeds::Deeds},
    measuring,
};
use crate::{
    api::measurement::{BenchmarkPage, FormOffer},
    app::{
        components::{SectionCard, SelectField, SelectOption, TextField},
        deed::DeedForm,
    },
};
use domain::{
    Right,
    form::{Field, FieldKind},
    measurement::Source,
    run::Filling,
};
use leptos::prelude::*;

/// A form.
pub fn card(board: Board, deeds: Deeds, page: &BenchmarkPage, offer: &FormOffer) -> AnyView {
    let typed: Vec<_> = offer
        .form
        .fields
        .iter()
        .filter(|field| field.is_typed())
        .map(|field| field.id.clone())
        .collect();
    let all = typed.len();
    let facts = move || {
        let filled = board
            .run
            .with(|run| typed.iter().filter(|id| run.blanks.contains_key(*id)).count());
        format!("{filled} of {all} filled in")
    };
    let facts = view! { <span>{facts}</span> }.into_any();
    let open = offer.refused.is_none() && may(board, Right::Attest);
    let fields = offer.form.fields.iter().map(|field| {
        let computed = page.computed.get(&field.id).cloned();
        let trouble = page.troubles.get(&field.id).cloned();
        shown(board, deeds, field, computed, trouble, open)
    });
    let fields = fields.collect_view();
    let refused = offer
        .refused
        .clone()
        .map(|why| view! { <p class="quiet">{why}</p> });
    let title = offer.form.title.clone();
    let measuring = measuring::measuring(board, deeds, page, offer);
    view! {
        <SectionCard title=title facts=facts padded=true>
            <div class="stack">
                {measuring}
                {refused}
                <ul class="blanks" role="list">{fields}</ul>
            </div>
        </SectionCard>
    }
    .into_any()
}

fn may(board: Board, right: Right) -> bool {
    let class = board.run.with_untracked(|run| run.start.class);
    board.person.with_value(|person| person.may(right, Some(class)))
}

fn shown(
    board: Board,
    deeds: Deeds,
    field: &Field,
    computed: Option<String>,
    trouble: Option<String>,
    open: bool,
) -> AnyView {
    let group = field.group.clone();
    let name = match &field.kind {
        FieldKind::Number { unit: Some(unit) } => format!("{} ({})", field.label, unit.written),
        _ => field.label.clone(),
    };
    let body = match &field.kind {
        FieldKind::Fixed { value } => {
            view! { <span><b>{name}</b> " " <code>{value.clone()}</code> " " <small class="quiet">"the document says so"</small></span> }
                .into_any()
        }
        FieldKind::Computed { .. } => {
            let said = computed.unwrap_or_else(|| "follows when both are there".to_owned());
            view! { <span><b>{name}</b> " " {said}</span> }.into_any()
        }
        FieldKind::Number { .. } | FieldKind::Words | FieldKind::Date | FieldKind::Choice { .. } => {
            typed(board, deeds, field, name, open)
        }
    };
    view! {
        <li id=format!("value-{}", field.id)>
            {group.map(|group| view! { <small class="quiet">{group}</small> })}
            {body}
            {trouble.map(|trouble| view! { <small data-tone="hold" class="blank-trouble">{trouble}</small> })}
        </li>
    }
    .into_any()
}

/// A field that takes a value: what stands in it and where that is from, and its form.
fn typed(board: Board, deeds: Deeds, field: &Field, name: String, open: bool) -> AnyView {
    let id = field.id.clone();
    let filled = {
        let id = id.clone();
        Memo::new(move |_| board.run.with(|run| run.blanks.get(&id).cloned()))
    };
    let read = {
        let name = name.clone();
        move || {
            let value = filled
                .get()
                .map_or_else(|| "empty".to_owned(), |filling| filling.value);
            (!open).then(|| view! { <span><b>{name.clone()}</b> " " {value}</span> })
        }
    };
    let options = match &field.kind {
        FieldKind::Choice { options, .. } => options.clone(),
        _ => Vec::new(),
    };
    let form = move || {
        let (id, name, options) = (id.0.clone(), name.clone(), options.clone());
        let value = filled.with(|filling| {
            filling
                .as_ref()
                .map(|filling| filling.value.clone())
                .unwrap_or_default()
        });
        open.then(|| {
            let chooses = !options.is_empty();
            let control = if chooses {
                choice(&id, &name, options, &value)
            } else {
                view! { <TextField name="value" id=format!("field-{id}") label=name.clone() value=value optional=true maxlength=1000 /> }
                    .into_any()
            };
            let source = (!chooses).then(|| {
                view! { <TextField name="source" id=format!("source-{id}") label="Where it was read" optional=true maxlength=1000 note="a link, a report or a command" /> }
            });
            view! {
                <DeedForm deed=deeds.fill attr:class=if chooses { "blank-form" } else { "blank-form is-sourced" }>
                    <input type="hidden" name="run" value=board.id />
                    <input type="hidden" name="blank" value=id.clone() />
                    {control}
                    {source}
                    <button class="btn is-small" type="submit" aria-label=format!("Save {name}")>"Save"</button>
                </DeedForm>
            }
        })
    };
    let by = move || filled.get().map(|filling| from(&filling));
    view! { {form} {read} <small class="blank-value">{by}</small> }.into_any()
}

fn choice(id: &str, name: &str, options: Vec<String>, value: &str) -> AnyView {
    let empty = SelectOption {
        value: String::new(),
        label: "open".to_owned(),
        selected: value.is_empty(),
    };
    let options = options.into_iter().map(|option| SelectOption {
        selected: option == value,
        value: option.clone(),
        label: option,
    });
    let options: Vec<_> = [empty].into_iter().chain(options).collect();
    view! { <SelectField name="value" id=format!("field-{id}") label=name.to_owned() options=options /> }
        .into_any()
}

/// Where a value is from.
fn from(filling: &Filling) -> String {
    match &filling.source {
        Some(Source::Measured { attempt }) => format!("{} from measurement {attempt}", filling.value),
        Some(Source::Said { words }) => {
            format!(
                "{} by {}, from “{words}”: attested",
                filling.value,
                filling.by.name()
            )
        }
        None => format!("{} by {}", filling.value, filling.by.name()),
    }
}

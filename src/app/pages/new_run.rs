//! Starting a run, in three choices.

use crate::{
    api::{
        Error,
        environment::{EnvironmentLine, list_environments},
        revision::{RevisionLine, list_revisions},
        run::{StartRun, new_request_key},
    },
    app::{
        components::{
            Banner, Choice, Choices, EmptyState, PageHead, SelectField, SelectOption, TextField, Tone,
        },
        deed::{Deed, DeedForm},
        loaded::load,
        trouble::{NotLoaded, Trouble, errors},
    },
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// Which checklist, where, and what is deployed.
#[component]
pub fn NewRun() -> impl IntoView {
    let start = Deed::to::<StartRun>();
    let choices = load(
        || (),
        |()| async {
            Ok::<_, Error>((
                list_revisions().await?,
                list_environments().await?,
                new_request_key().await?,
            ))
        },
    );
    let wanted = StoredValue::new(use_query_map().with_untracked(|query| Wanted {
        revision: query.get("revision").and_then(|id| id.parse().ok()),
        environment: query.get("environment"),
        release: query.get("release"),
    }));
    let trouble = errors(move || start.value().get());
    view! {
        <Title text="New run" />
        <PageHead title="New run" lead="Three choices. Nothing runs before somebody presses a button on the run's page." />
        <Trouble error=Signal::derive(trouble) />
        <Suspense fallback=|| view! { <p>"Loading…"</p> }>
            {move || Suspend::new(async move {
                match choices.await {
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok((revisions, environments, key)) => form(start, revisions, environments, key, wanted.get_value()),
                }
            })}
        </Suspense>
    }
}

/// What the address asks for: a link from a checklist, or from a run to start again.
#[derive(Clone)]
struct Wanted {
    revision: Option<i64>,
    environment: Option<String>,
    release: Option<String>,
}

fn form(
    start: Deed,
    revisions: Vec<RevisionLine>,
    environments: Vec<EnvironmentLine>,
    key: String,
    wanted: Wanted,
) -> AnyView {
    let published: Vec<_> = revisions
        .into_iter()
        .filter(|revision| revision.published.is_some())
        .collect();
    if published.is_empty() {
        return view! {
            <EmptyState title="No plan is published yet">
                <p>"Somebody with that right reads the commands of a checklist and publishes its plan. " <a href="/checklists">"Go to the checklists"</a> "."</p>
            </EmptyState>
        }
        .into_any();
    }
    let first = wanted
        .revision
        .or_else(|| published.first().map(|revision| revision.id));
    let options: Vec<_> = published
        .iter()
        .map(|revision| SelectOption {
            value: revision.id.to_string(),
            label: format!(
                "{} · {} · {}",
                revision.title,
                revision.hash.short(),
                revision.imported_at.format("%Y-%m-%d")
            ),
            selected: first == Some(revision.id),
        })
        .collect();
    let (usable, broken) = split(environments, wanted.environment.as_deref());
    view! {
        {broken.into_iter().map(|message| view! {
            <Banner tone=Tone::Hold title="An environment cannot be used">{message}</Banner>
        }).collect_view()}
        <DeedForm deed=start attr:class="form new-run card is-padded">
            <input type="hidden" name="request_key" value=key />
            <SelectField name="revision" label="Checklist" options=options note="Published plans only." />
            <Choices legend="Environment" name="environment" choices=usable />
            <TextField name="release" label="Release" mono=true maxlength=200 value=wanted.release.unwrap_or_default() placeholder="v1.4.2"
                note="A commit or a tag: what is deployed." />
            <div class="form-actions">
                <button class="btn is-main" type="submit" disabled=move || start.pending().get()>"Start the run"</button>
            </div>
        </DeedForm>
    }
    .into_any()
}

fn split(environments: Vec<EnvironmentLine>, wanted: Option<&str>) -> (Vec<Choice>, Vec<String>) {
    let (mut usable, mut broken) = (Vec::<Choice>::new(), Vec::new());
    for environment in environments {
        match environment {
            EnvironmentLine::Broken(message) => broken.push(message),
            EnvironmentLine::Usable(facts) => usable.push(Choice {
                label: format!("{} · {}", facts.name, facts.class),
                note: match facts.held_by {
                    Some((run, owner)) => format!("{} · held by run {run} ({owner})", facts.title),
                    None => facts.title,
                },
                checked: wanted == Some(facts.name.as_str()),
                value: facts.name,
                tone: Tone::None,
                disabled: false,
            }),
        }
    }
    if let (false, Some(first)) = (usable.iter().any(|choice| choice.checked), usable.first_mut()) {
        first.checked = true;
    }
    (usable, broken)
}

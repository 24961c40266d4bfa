//! The environments: what they are, and what may be reached there.

use crate::{
    api::environment::{EnvironmentFacts, EnvironmentLine, UndeliveredLine, WebhookFacts, list_environments},
    app::{
        components::{Banner, EmptyState, PageHead, Tag, Tone},
        loaded::load,
        trouble::NotLoaded,
    },
};
use leptos::prelude::*;
use leptos_meta::Title;

/// Every file of the folder `environments`.
#[component]
pub fn Environments() -> impl IntoView {
    let environments = load(|| (), |()| list_environments());
    view! {
        <Title text="Environments" />
        <PageHead
            title="Environments"
            lead="Where checklists run. Declared in files on the server, never edited here; a target that is not listed is never dialled."
        />
        <div class="page-body">
        <Suspense fallback=|| view! { <p>"Loading the environments…"</p> }>
            {move || Suspend::new(async move {
                match environments.await {
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok(lines) if lines.is_empty() => view! {
                        <EmptyState title="No environment yet">
                            <p>"Copy environments/this-machine.toml to a file of the environment's name; its comments explain every key."</p>
                        </EmptyState>
                    }
                    .into_any(),
                    Ok(lines) => view! { <div class="stack">{lines.into_iter().map(line).collect_view()}</div> }.into_any(),
                }
            })}
        </Suspense>
        </div>
    }
}

fn line(line: EnvironmentLine) -> AnyView {
    match line {
        EnvironmentLine::Usable(facts) => card(*facts),
        EnvironmentLine::Broken(message) => {
            view! { <Banner tone=Tone::No title="An environment cannot be used">{message}</Banner> }
                .into_any()
        }
    }
}

fn card(facts: EnvironmentFacts) -> AnyView {
    let held = facts.held_by.map(|(run, owner)| {
        view! { <dt>"held by"</dt><dd><a href=format!("/runs/{run}")>"run " {run}</a> ", " {owner}</dd> }
    });
    let endpoints = facts.endpoints.into_iter().map(|endpoint| {
        let replaces = match endpoint.replaces.is_empty() {
            true => String::new(),
            false => format!(", written as {}", endpoint.replaces.join(", ")),
        };
        view! { <dt>{endpoint.name}</dt><dd><code>{endpoint.url}</code> {replaces}</dd> }
    });
    let parameters = facts
        .parameters
        .into_iter()
        .map(|(name, value)| view! { <dt>{name}</dt><dd><code>{value}</code></dd> });
    let list = |name: &'static str, values: Vec<String>| {
        (!values.is_empty()).then(|| view! { <dt>{name}</dt><dd><code>{values.join(" ")}</code></dd> })
    };
    view! {
        <section class="card environment-card">
            <header><h2>{facts.name}</h2> <Tag text=facts.class.word() tone=Tone::from(facts.class) /></header>
            <p>{facts.title}</p>
            <dl class="pairs">
                {held}
                <dt>"work directory"</dt><dd><code>{facts.work_directory}</code></dd>
                {endpoints.collect_view()}
                {parameters.collect_view()}
                {list("may read", facts.paths)}
                {list("secrets", facts.secrets)}
                {list("served by", facts.served_by)}
                {facts.webhooks.into_iter().map(webhook).collect_view()}
                <dt>"shell"</dt><dd><code>{facts.shell}</code></dd>
            </dl>
            {undelivered(facts.undelivered)}
        </section>
    }
    .into_any()
}

fn webhook(facts: WebhookFacts) -> impl IntoView {
    let told = match facts.events.is_empty() {
        true => "everything".to_owned(),
        false => words(facts.events.iter().map(|kind| kind.word())),
    };
    view! { <dt>"tells"</dt><dd><code>{facts.name}</code> " (" {facts.form.word()} "): " {told}</dd> }
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words
        .map(|word| word.replace('_', " "))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What webhooks were not told.
fn undelivered(lines: Vec<UndeliveredLine>) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let rows = lines.into_iter().map(|line| {
        let tries = match (line.given_up, line.tries) {
            (true, tries) => format!("given up after {tries}"),
            (false, 1) => "tried once".to_owned(),
            (false, tries) => format!("tried {tries} times"),
        };
        let at = line.at.format("%Y-%m-%d %H:%M UTC").to_string();
        view! {
            <li>
                <a href=format!("/runs/{}", line.run)>"Run " {line.run}</a> ", " {words([line.kind.word()].into_iter())}
                ", to " <code>{line.webhook}</code> ": " {tries} ", " {at} ": " {line.why}
            </li>
        }
    });
    view! {
        <Banner tone=Tone::Hold title="A webhook was not told">
            <ul>{rows.collect_view()}</ul>
        </Banner>
    }
    .into_any()
}

//! One revision: the document and beside it what each line became and why, what the compiler had to say, and publishing the
//! plan.

mod changes;
mod listing;
mod publish;
mod rule_approval;

use crate::{
    api::revision::{Approve, Publish, RevisionPage, load_revision},
    app::{
        components::{Banner, Crumb, ExactTime, HashText, LinkButton, PageHead, Tone},
        deed::Deed,
        loaded::load,
        trouble::{NotLoaded, Trouble, errors},
    },
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page of a revision.
#[component]
pub fn Checklist() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params
            .with(|params| params.get("id"))
            .and_then(|id| id.parse().ok())
            .unwrap_or(0)
    });
    let (publish, approve) = (Deed::to::<Publish>(), Deed::to::<Approve>());
    let page = load(
        move || (id.get(), publish.version().get(), approve.version().get()),
        |(id, _, _)| load_revision(id),
    );
    let not_published = errors(move || publish.value().get());
    let not_approved = errors(move || approve.value().get());
    view! {
        <Trouble error=Signal::derive(move || not_approved().or_else(&not_published)) />
        <Transition fallback=|| view! { <p>"Loading the checklist…"</p> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <Title text="Checklist" /> <NotLoaded error=error /> }.into_any(),
                    Ok(page) => revision(page, publish, approve),
                }
            })}
        </Transition>
    }
}

fn revision(page: RevisionPage, publish: Deed, approve: Deed) -> AnyView {
    let RevisionPage {
        line,
        source,
        outline,
        rules,
        changes,
        counts: numbers,
        commands,
        diagnostics,
        person,
    } = page;
    let trail = vec![
        Crumb {
            label: "Checklists".into(),
            href: Some("/checklists".into()),
        },
        Crumb {
            label: line.file_name.clone(),
            href: None,
        },
    ];
    let facts = view! {
        <span>"revision " <HashText hash=line.hash.clone() /></span>
        <span>"plan " <HashText hash=line.plan_hash.clone() /></span>
        <span>"imported " <b><ExactTime at=line.imported_at /></b></span>
        <span><a href=format!("/checklists/{}/document.md", line.id) rel="external" download="">"the document"</a></span>
    }
    .into_any();
    let published = line.published.is_some();
    let start = published.then(|| {
        view! { <LinkButton href=format!("/new-run?revision={}", line.id)>"Start a run"</LinkButton> }
            .into_any()
    });
    let card = match line.published {
        Some((at, by)) => view! {
            <Banner tone=Tone::Go title="Published">
                "Runs may start from this plan since " <ExactTime at=at /> ", by "
                {by.unwrap_or_else(|| "Gonogo, which ships it".to_owned())} "."
            </Banner>
        }
        .into_any(),
        None => publish::card(
            commands,
            line.id,
            line.plan_hash.to_string(),
            publish::hindrance(&person, rules.as_ref()),
            publish,
        ),
    };
    let plan = line.plan_hash.to_string();
    let rules = rules.map(|rules| rule_approval::card(rules, (line.id, plan), &person, approve));
    view! {
        <Title text=outline.title.clone() />
        <PageHead title=outline.title.clone() trail=trail facts=facts actions=start.unwrap_or_else(|| ().into_any()) />
        <div class="stack page-body">
        {counts(numbers)}
        {changes.map(changes::card)}
        {rules}
        {card}
        {listing::card(line.id, source, outline, diagnostics)}
        </div>
    }
    .into_any()
}

fn counts(counts: Vec<(usize, String)>) -> impl IntoView {
    let numbers = counts
        .into_iter()
        .map(|(count, word)| view! { <div><dt>{word}</dt><dd>{count}</dd></div> });
    view! { <dl class="counts">{numbers.collect_view()}</dl> }
}

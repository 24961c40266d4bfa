use super::{Crumb, Crumbs, Words};
use leptos::prelude::*;

/// The top of a page: the way here, its title, what can be done, and the facts about it.
#[component]
pub fn PageHead(
    /// The `h1`.
    #[prop(into)]
    title: String,
    /// The way here, with the page itself last; nothing for a page at the top.
    #[prop(optional)]
    trail: Vec<Crumb>,
    /// Buttons.
    #[prop(optional_no_strip, into)]
    actions: Option<AnyView>,
    /// Facts beside each other: each a `<span>` with the value in `<b>`.
    #[prop(optional_no_strip, into)]
    facts: Option<AnyView>,
    /// One sentence about what this page is for.
    #[prop(optional, into)]
    lead: Words,
) -> impl IntoView {
    let crumbs = (!trail.is_empty()).then(|| view! { <Crumbs trail=trail /> });
    let actions = actions.map(|actions| view! { <div class="page-acts">{actions}</div> });
    let facts = facts.map(|facts| view! { <div class="facts">{facts}</div> });
    let lead = lead.get().map(|lead| view! { <p class="lead">{lead}</p> });
    view! {
        <div class="page-head">
            {crumbs} <h1>{title}</h1> {actions} {facts} {lead}
        </div>
    }
    .into_any()
}

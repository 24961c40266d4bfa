use super::Words;
use leptos::prelude::*;

/// A part of a page under its heading. Rows and tables stand in it directly; text wants `padded`.
#[component]
pub fn SectionCard(
    /// The `h2`.
    #[prop(into)]
    title: String,
    /// The anchor that links lead to.
    #[prop(optional, into)]
    id: Words,
    /// What is known about it, beside the title: "planned 10 min, took 8:12 · 5 of 7".
    #[prop(optional_no_strip, into)]
    facts: Option<AnyView>,
    /// Small buttons.
    #[prop(optional_no_strip, into)]
    actions: Option<AnyView>,
    /// A line at the foot.
    #[prop(optional_no_strip, into)]
    footer: Option<AnyView>,
    /// With a margin around the body.
    #[prop(optional)]
    padded: bool,
    /// The body.
    children: Children,
) -> impl IntoView {
    let facts = facts.map(|facts| view! { <span class="section-facts">{facts}</span> });
    let actions = actions.map(|actions| view! { <span class="section-acts">{actions}</span> });
    let footer = footer.map(|footer| view! { <footer>{footer}</footer> });
    let label = title.clone();
    let body = children();
    let body = if padded {
        view! { <div class="section-body">{body}</div> }.into_any()
    } else {
        body
    };
    view! {
        <section class="card section-card" id=id.get() aria-label=label>
            <header>
                <h2>{title}</h2>
                {facts}
                {actions}
            </header>
            {body}
            {footer}
        </section>
    }
    .into_any()
}

use super::Icon;
use leptos::prelude::*;

/// What stands where nothing is yet: what it will be, and the first step.
#[component]
pub fn EmptyState(
    /// The symbol's id in the sprite.
    #[prop(default = "list")]
    icon: &'static str,
    /// What is missing, in a few words.
    #[prop(into)]
    title: String,
    /// The first steps, as buttons.
    #[prop(optional_no_strip, into)]
    actions: Option<AnyView>,
    /// Sentences, or an `<ol>` of steps.
    children: Children,
) -> impl IntoView {
    let actions = actions.map(|actions| view! { <div class="empty-acts">{actions}</div> });
    view! {
        <section class="empty">
            <Icon name=icon />
            <h2>{title}</h2>
            {children()}
            {actions}
        </section>
    }
    .into_any()
}

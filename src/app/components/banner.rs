use super::{Icon, Tone, Words};
use leptos::prelude::*;

/// One thing to know, in place: what failed, what is safe, what to do.
#[component]
pub fn Banner(
    /// Red for failed, amber for a reservation, blue for news, green for done.
    tone: Tone,
    /// The thing in a few words.
    #[prop(optional, into)]
    title: Words,
    /// Screen readers say it at once: an error that answers a deed.
    #[prop(optional)]
    alert: bool,
    /// Buttons.
    #[prop(optional_no_strip, into)]
    actions: Option<AnyView>,
    /// The sentences.
    children: Children,
) -> impl IntoView {
    let title = title
        .get()
        .map(|title| view! { <span class="banner-title">{title}</span> });
    let actions = actions.map(|actions| view! { <div class="banner-acts">{actions}</div> });
    view! {
        <div class="banner" data-tone=tone.key() role=alert.then_some("alert")>
            <Icon name=tone.icon() />
            <div class="banner-body">{title} <div>{children()}</div></div>
            {actions}
        </div>
    }
    .into_any()
}

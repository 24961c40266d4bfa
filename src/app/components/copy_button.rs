use leptos::prelude::*;

/// A button with which `public/copy.js` copies a text. Where scripts do not run there is none.
#[component]
pub fn CopyButton(
    /// The text.
    text: String,
) -> impl IntoView {
    view! { <button class="btn is-small copy-button" type="button" data-copy=text>"Copy"</button> }.into_any()
}

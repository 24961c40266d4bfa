use domain::Hash;
use leptos::prelude::*;

/// A hash in its short form, with all 64 digits in its title and on paper.
#[component]
pub fn HashText(
    /// The hash.
    hash: Hash,
    /// All 64 digits in the text.
    #[prop(optional)]
    full: bool,
) -> impl IntoView {
    if full {
        return view! { <span class="hash is-full">{hash.to_string()}</span> }.into_any();
    }
    let short = hash.short();
    view! { <span class="hash" title=hash.to_string()>{short}</span> }.into_any()
}

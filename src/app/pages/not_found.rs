//! No page stands at this path.

use leptos::prelude::*;
use leptos_meta::Title;

/// Says so, and where to go.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found" />
        <h1>"There is no such page"</h1>
        <p>
            "The address may be mistyped, or what it named may be gone. " <a href="/">"Go to the runs"</a> "."
        </p>
    }
}

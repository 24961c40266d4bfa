//! The runs.

use leptos::prelude::*;
use leptos_meta::Title;

/// The list of runs.
#[component]
pub fn Runs() -> impl IntoView {
    view! {
        <Title text="Runs" />
        <h1>"Runs"</h1>
    }
}

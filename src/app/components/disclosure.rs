use super::Words;
use leptos::prelude::*;

/// More, folded. A `<details>`: it opens without any script.
#[component]
pub fn Disclosure(
    /// The words that open it; they may change while it is open.
    #[prop(into)]
    summary: Signal<String>,
    /// The words look like a button: the body is a form.
    #[prop(optional)]
    button: bool,
    /// Open from the start.
    #[prop(optional)]
    open: bool,
    /// Disclosures of the same name close each other.
    #[prop(optional, into)]
    group: Words,
    /// The body.
    children: Children,
) -> impl IntoView {
    let class = if button {
        "disclosure is-button"
    } else {
        "disclosure"
    };
    view! {
        <details class=class open=open name=group.get()>
            <summary>{move || summary.get()}</summary>
            <div class="disclosure-body">{children()}</div>
        </details>
    }
    .into_any()
}

use super::{CodeText, StatusMark, Words};
use domain::status::Status;
use leptos::prelude::*;

/// The list that rows stand in.
#[component]
pub fn Rows(
    /// [`ItemRow`]s and [`RowsLabel`]s.
    children: Children,
) -> impl IntoView {
    view! { <ul class="rows" role="list">{children()}</ul> }.into_any()
}

/// A line between rows that says what the next ones are.
#[component]
pub fn RowsLabel(
    /// "Verification commands".
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <li class="rows-label">{text}</li> }.into_any()
}

/// One line of a checklist as it stands: the state, the author's text, why in words, when.
#[component]
pub fn ItemRow(
    /// How it stands.
    status: Status,
    /// The author's text, as inline Markdown.
    #[prop(into)]
    title: String,
    /// The text is a command: shown as it is.
    #[prop(optional)]
    command: bool,
    /// Why, in one sentence; empty where the state says it all.
    #[prop(optional, into)]
    why: Words,
    /// When it was last checked: a `RelativeTime`, or words.
    #[prop(optional_no_strip, into)]
    when: Option<AnyView>,
    /// Tags after the text.
    #[prop(optional_no_strip, into)]
    tags: Option<AnyView>,
    /// Small buttons at the end.
    #[prop(optional_no_strip, into)]
    actions: Option<AnyView>,
    /// Opens the item: the whole row follows it.
    #[prop(optional, into)]
    href: Words,
    /// The anchor of this row.
    #[prop(optional, into)]
    id: Words,
    /// It is open in the panel.
    #[prop(optional)]
    selected: bool,
    /// It is nested under another.
    #[prop(optional)]
    child: bool,
) -> impl IntoView {
    let class = match (selected, child) {
        (false, false) => "row",
        (true, false) => "row is-selected",
        (false, true) => "row is-child",
        (true, true) => "row is-selected is-child",
    };
    let text = if command {
        view! { <code>{title}</code> }.into_any()
    } else {
        view! { <CodeText text=title /> }.into_any()
    };
    let title = match href.get() {
        Some(href) => view! {
            <a class="row-title" href=href aria-current=selected.then_some("true") data-noscroll="">
                {text}
            </a>
        }
        .into_any(),
        None => view! { <span class="row-title">{text}</span> }.into_any(),
    };
    let tags = tags.map(|tags| view! { <span class="row-tags">{tags}</span> });
    let why = why
        .get()
        .map(|why| view! { <p class="row-why"><CodeText text=why /></p> });
    let when = when.map(|when| view! { <span class="row-when">{when}</span> });
    let actions = actions.map(|actions| view! { <span class="row-acts">{actions}</span> });
    view! {
        <li class=class id=id.get()>
            <StatusMark status=status />
            <div class="row-body">{title} {tags} {why}</div>
            <div class="row-end">{when} {actions}</div>
        </li>
    }
    .into_any()
}

use super::{Icon, Words};
use leptos::{ev::MouseEvent, prelude::*};

/// How much a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// One deed among others.
    #[default]
    Plain,
    /// The deed that the page is for; one at a time.
    Main,
    /// Changes or destroys.
    Danger,
    /// Only a word until the pointer is on it.
    Ghost,
}

/// How large a button is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonSize {
    /// In heads and rows.
    Small,
    /// In forms.
    #[default]
    Normal,
    /// Alone on its page.
    Large,
}

pub(super) fn button_class(kind: ButtonKind, size: ButtonSize, wide: bool) -> String {
    let kind = match kind {
        ButtonKind::Plain => "",
        ButtonKind::Main => " is-main",
        ButtonKind::Danger => " is-danger",
        ButtonKind::Ghost => " is-ghost",
    };
    let size = match size {
        ButtonSize::Small => " is-small",
        ButtonSize::Normal => "",
        ButtonSize::Large => " is-large",
    };
    format!("btn{kind}{size}{}", if wide { " is-wide" } else { "" })
}

/// A button. Inside a form it submits, unless it has `on_click`.
#[component]
pub fn Button(
    /// How much it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large it is.
    #[prop(optional)]
    size: ButtonSize,
    /// As wide as its place.
    #[prop(optional)]
    wide: bool,
    /// An icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// What a screen reader says, where the words alone do not say it: "Verify Redis persistence".
    #[prop(optional, into)]
    label: Words,
    /// The field that this button answers in its form.
    #[prop(optional, into)]
    name: Words,
    /// Its value.
    #[prop(optional, into)]
    value: Words,
    /// The id of a form that stands elsewhere.
    #[prop(optional, into)]
    form: Words,
    /// It cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Its deed is under way: it shows so, and cannot be pressed again.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What it does; makes it a button that submits nothing.
    #[prop(optional, into)]
    on_click: Option<Callback<MouseEvent>>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let class = button_class(kind, size, wide);
    let type_ = if on_click.is_some() { "button" } else { "submit" };
    let picture = move || {
        let name = if busy.get() { Some("running") } else { icon };
        name.map(|name| view! { <Icon name=name /> })
    };
    view! {
        <button
            class=class
            type=type_
            aria-label=label.get()
            name=name.get()
            value=value.get()
            form=form.get()
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
            on:click=move |event| {
                if let Some(on_click) = on_click {
                    on_click.run(event);
                }
            }
        >
            {picture}
            {children()}
        </button>
    }
    .into_any()
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    /// Where to.
    #[prop(into)]
    href: String,
    /// How much it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large it is.
    #[prop(optional)]
    size: ButtonSize,
    /// An icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// What a screen reader says, where the words alone do not say it.
    #[prop(optional, into)]
    label: Words,
    /// The server answers with a file, or with a page that this application does not draw.
    #[prop(optional)]
    external: bool,
    /// The words.
    children: Children,
) -> impl IntoView {
    let class = button_class(kind, size, false);
    let icon = icon.map(|name| view! { <Icon name=name /> });
    view! {
        <a class=class href=href aria-label=label.get() rel=external.then_some("external")>
            {icon}
            {children()}
        </a>
    }
    .into_any()
}

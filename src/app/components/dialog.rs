use super::{
    Icon, Words,
    button::{ButtonKind, ButtonSize, button_class},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

/// A native modal dialog. A [`DialogButton`] opens it by the browser's own `command`, without any script.
#[component]
pub fn Dialog(
    /// Its id; [`DialogButton`] names it.
    #[prop(into)]
    id: String,
    /// The `h2`.
    #[prop(into)]
    title: String,
    /// Open when the page arrives: a form in it was refused.
    #[prop(optional)]
    open: bool,
    /// For tables and commands.
    #[prop(optional)]
    wide: bool,
    /// The body: text and a `<form class="form">`.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        // Drawn open by the server it is only a box; opened again here, what is behind it is out of reach.
        if let (true, Some(dialog)) = (open, node.get()) {
            dialog.close();
            show(&dialog);
        }
    });
    let class = if wide { "dialog is-wide" } else { "dialog" };
    let heading = format!("{id}-title");
    let (labelled, own, closing) = (heading.clone(), id.clone(), id.clone());
    view! {
        <dialog class=class id=own aria-labelledby=labelled open=open node_ref=node>
            <header>
                <h2 id=heading>{title}</h2>
                <button
                    class="btn is-ghost is-square"
                    type="button"
                    commandfor=closing
                    command="close"
                    aria-label="Close"
                    on:click=move |_| close_dialog(&id)
                >
                    <Icon name="close" />
                </button>
            </header>
            <div class="dialog-body">{children()}</div>
        </dialog>
    }
    .into_any()
}

/// The button that opens a dialog.
#[component]
pub fn DialogButton(
    /// The dialog's id.
    #[prop(into)]
    dialog: String,
    /// How much it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large it is.
    #[prop(optional)]
    size: ButtonSize,
    /// What a screen reader says, where the words alone do not say it.
    #[prop(optional, into)]
    label: Words,
    /// The words; "…" at their end says that something is asked first.
    children: Children,
) -> impl IntoView {
    let class = button_class(kind, size, false);
    let own = dialog.clone();
    view! {
        <button
            class=class
            type="button"
            aria-haspopup="dialog"
            aria-label=label.get()
            commandfor=own
            command="show-modal"
            on:click=move |_| open_dialog(&dialog)
        >
            {children()}
        </button>
    }
    .into_any()
}

/// The button in a dialog's form that closes it and does nothing.
#[component]
pub fn DialogCancel(
    /// The dialog's id.
    #[prop(into)]
    dialog: String,
    /// The words.
    #[prop(default = "Not now")]
    word: &'static str,
) -> impl IntoView {
    let own = dialog.clone();
    view! {
        <button
            class="btn"
            type="button"
            commandfor=own
            command="close"
            on:click=move |_| close_dialog(&dialog)
        >
            {word}
        </button>
    }
    .into_any()
}

/// Opens the dialog of this id, in the browser. Nothing happens when it is open, or not there.
pub fn open_dialog(id: &str) {
    if let Some(dialog) = find(id) {
        show(&dialog);
    }
}

/// Closes the dialog of this id, in the browser. Nothing happens when it is closed, or not there.
pub fn close_dialog(id: &str) {
    if let Some(dialog) = find(id) {
        dialog.close();
    }
}

fn find(id: &str) -> Option<HtmlDialogElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

fn show(dialog: &HtmlDialogElement) {
    if !dialog.open() {
        // It can only fail for a dialog that has left the page.
        let _ = dialog.show_modal();
    }
}

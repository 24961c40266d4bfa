//! What asks the device for a passkey.

use leptos::prelude::*;

/// A button that has `public/passkey.js` ask the device and send its form, which has a hidden field `passkey` and a field `password`.
/// Where scripts do not run there is none.
#[component]
pub fn PasskeyButton(
    /// `add`, or the path that says what to sign.
    ask: &'static str,
    /// What it does.
    words: &'static str,
    /// Whether it does nothing now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button class="btn passkey-button" type="button" data-passkey=ask disabled=move || disabled.get()>{words}</button>
        <output class="passkey-trouble"></output>
    }
}

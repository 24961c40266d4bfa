//! What asks the device for a passkey.

use leptos::prelude::*;

/// A button that has `public/passkey.js` ask the device and send its form, which has a hidden field `passkey`, and a field `password`
/// where that would do as well. Where scripts do not run there is none.
#[component]
pub fn PasskeyButton(
    /// `add`, or the path that says what to sign.
    ask: &'static str,
    /// What it does.
    words: &'static str,
    /// The deed that the page is for.
    #[prop(optional)]
    main: bool,
    /// Whether it does nothing now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let class = match main {
        true => "btn is-main is-wide passkey-button",
        false => "btn passkey-button",
    };
    view! {
        <button class=class type="button" data-passkey=ask disabled=move || disabled.get()>{words}</button>
        <output class="passkey-trouble"></output>
    }
}

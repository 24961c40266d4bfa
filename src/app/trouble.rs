//! What went wrong with the last deed, where the person who did it looks.

use crate::{
    api::Error,
    app::components::{Banner, Tone},
};
use leptos::{prelude::*, server_fn::error::ServerFnUrlError};
use leptos_router::hooks::use_query_map;

/// The errors of a page's forms: of those that a script sends, and, from the address, of those that the browser sends.
#[component]
pub fn Trouble(
    /// The newest error of the forms that a script sends.
    #[prop(into)]
    error: Signal<Option<Error>>,
) -> impl IntoView {
    let query = use_query_map();
    let of_address = move || {
        let encoded = query.with(|query| query.get("__err"))?;
        Some(ServerFnUrlError::<Error>::decode_err(&encoded))
    };
    let shown = Memo::new(move |_| error.get().or_else(of_address));
    view! {
        <div class="trouble" aria-live="assertive">
            {move || shown.get().map(|error| view! {
                <Banner tone=Tone::No title="Not done" alert=true>{error.to_string()}</Banner>
            })}
        </div>
    }
}

/// A page that could not be loaded.
#[component]
pub fn NotLoaded(
    /// Why.
    error: Error,
) -> impl IntoView {
    view! {
        <Banner tone=Tone::No title="This page could not be loaded" alert=true>
            {error.to_string()} " Nothing was changed. " <a href="/">"Go to the runs"</a> "."
        </Banner>
    }
}

/// The newest error of an action, as a signal for [`Trouble`].
pub fn errors<T: Clone + Send + Sync + 'static>(
    value: impl Fn() -> Option<Result<T, Error>> + Send + Sync + 'static,
) -> impl Fn() -> Option<Error> + Send + Sync + 'static {
    move || value().and_then(Result::err)
}

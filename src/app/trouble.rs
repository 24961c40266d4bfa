//! What went wrong with the last deed, where the person who did it looks.

use crate::{
    api::{Error, session::take_trouble},
    app::{
        components::{Banner, Tone},
        loaded::load,
    },
};
use leptos::prelude::*;

/// The errors of a page's forms: of those that a script sends, and of the one that the browser sent before.
#[component]
pub fn Trouble(
    /// The newest error of the forms that a script sends.
    #[prop(into)]
    error: Signal<Option<Error>>,
) -> impl IntoView {
    let before = load(|| (), |()| take_trouble());
    view! {
        <div class="trouble" aria-live="assertive">
            {move || error.get().map(banner)}
            <Suspense>
                {move || Suspend::new(async move { before.await.ok().flatten().map(banner) })}
            </Suspense>
        </div>
    }
}

fn banner(error: Error) -> impl IntoView {
    view! { <Banner tone=Tone::No title="Not done" alert=true>{error.to_string()}</Banner> }
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

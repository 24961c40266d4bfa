//! The page that signs in.

use crate::{
    api::{Error, session::SignIn},
    app::Me,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// Name and password. Works without JavaScript: the form posts, and an error comes back in the address.
#[component]
pub fn SignInPage() -> impl IntoView {
    let me = expect_context::<Me>().0;
    let sign_in = ServerAction::<SignIn>::new();
    let next = use_query_map()
        .with_untracked(|query| query.get("next"))
        .unwrap_or_else(|| "/".to_owned());
    Effect::new(move || {
        if matches!(sign_in.value().get(), Some(Ok(()))) {
            me.refetch();
        }
    });
    let trouble = move || match sign_in.value().get() {
        Some(Err(error)) => Some(words(&error)),
        Some(Ok(())) | None => None,
    };
    view! {
        <Title text="Sign in" />
        <section class="card sign-in">
            <h1>"Sign in"</h1>
            <div role="alert" class="trouble">
                {move || trouble().map(|words| view! { <p class="no">{words}</p> })}
            </div>
            <ActionForm action=sign_in>
                <input type="hidden" name="next" value=next />
                <label>
                    <span>"Name"</span>
                    <input
                        type="text"
                        name="name"
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength="64"
                        required
                        autofocus
                    />
                </label>
                <label>
                    <span>"Password"</span>
                    <input
                        type="password"
                        name="password"
                        autocomplete="current-password"
                        maxlength="256"
                        required
                    />
                </label>
                <button class="btn main" type="submit" disabled=move || sign_in.pending().get()>
                    "Sign in"
                </button>
            </ActionForm>
        </section>
    }
}

/// What the page says. The address can bring any text here, so that only words of our own are shown.
fn words(error: &Error) -> String {
    match error {
        Error::SignedOut | Error::WrongPassword | Error::TooManyAttempts { .. } => error.to_string(),
        Error::Unavailable { .. } => {
            "The server is busy, or its database does not answer. Try again in a moment.".to_owned()
        }
        Error::Forbidden { .. }
        | Error::NotFound { .. }
        | Error::Refused { .. }
        | Error::Conflict { .. }
        | Error::Internal { .. }
        | Error::Wire { .. } => {
            "Signing in did not work. Try again; if it stays so, the server's log says why.".to_owned()
        }
    }
}

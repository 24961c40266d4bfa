//! The page that signs in.

use crate::{
    api::{Error, session::SignIn},
    app::{
        Me,
        components::{Banner, Button, ButtonKind, TextField, Tone},
        deed::{Deed, DeedForm},
    },
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// Name and password. Works without JavaScript: the form posts, and an error comes back in the address.
#[component]
pub fn SignInPage() -> impl IntoView {
    let me = expect_context::<Me>().0;
    let sign_in = Deed::to::<SignIn>();
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
        <div class="sign-in">
            <div class="sign-in-brand">"Gonogo"</div>
            <section class="card stack">
                <h1>"Sign in"</h1>
                {move || {
                    trouble()
                        .map(|words| {
                            view! {
                                <Banner tone=Tone::No alert=true>
                                    {words}
                                </Banner>
                            }
                        })
                }}
                <DeedForm deed=sign_in>
                    <input type="hidden" name="next" value=next />
                    <div class="stack">
                        <TextField name="name" label="Name" autocomplete="username" maxlength=64 />
                        <TextField
                            name="password"
                            label="Password"
                            kind="password"
                            autocomplete="current-password"
                            maxlength=256
                        />
                        <Button kind=ButtonKind::Main wide=true busy=sign_in.pending()>
                            "Sign in"
                        </Button>
                    </div>
                </DeedForm>
            </section>
            <p class="sign-in-note">
                "New here? The first start of Gonogo made one account for each role. Their passwords are in the file "
                <code>"credentials"</code> " of its data folder."
            </p>
        </div>
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
        | Error::PasswordToChange
        | Error::NotFound { .. }
        | Error::Refused { .. }
        | Error::Conflict { .. }
        | Error::Internal { .. }
        | Error::Wire { .. } => {
            "Signing in did not work. Try again; if it stays so, the server's log says why.".to_owned()
        }
    }
}

//! The page that signs in.

mod second_step;

use crate::{
    api::{
        Error,
        second_factor::{ConfirmSignIn, RecoverSignIn, load_sign_in},
        session::{SignIn, SignOut},
    },
    app::{
        Me,
        components::{Banner, Button, ButtonKind, TextField, Tone},
        deed::{Deed, DeedForm},
        loaded::load,
    },
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The forms of this page.
#[derive(Clone, Copy)]
struct Deeds {
    sign_in: Deed,
    confirm: Deed,
    recover: Deed,
    again: Deed,
}

/// Name and password, and where somebody has a second factor that too. Works without JavaScript: the forms post, and an error comes
/// back in the address.
#[component]
pub fn SignInPage() -> impl IntoView {
    let me = expect_context::<Me>().0;
    let deeds = Deeds {
        sign_in: Deed::to::<SignIn>(),
        confirm: Deed::to::<ConfirmSignIn>(),
        recover: Deed::to::<RecoverSignIn>(),
        again: Deed::to::<SignOut>(),
    };
    let next = use_query_map()
        .with_untracked(|query| query.get("next"))
        .unwrap_or_else(|| "/".to_owned());
    let passed = Memo::new(move |before: Option<&usize>| match deeds.sign_in.value().get() {
        Some(Ok(())) => deeds.sign_in.version().get(),
        Some(Err(_)) | None => before.copied().unwrap_or_default(),
    });
    let in_at_last = move || {
        let done = [deeds.confirm.value().get(), deeds.recover.value().get()];
        passed.get() > 0 || done.contains(&Some(Ok(())))
    };
    Effect::new(move || {
        if in_at_last() {
            me.refetch();
        }
    });
    let steps = move || {
        (
            deeds.confirm.version().get(),
            deeds.recover.version().get(),
            deeds.again.version().get(),
        )
    };
    let page = load(move || (passed.get(), steps()), |_| load_sign_in());
    view! {
        <Title text="Sign in" />
        <div class="sign-in">
            <div class="sign-in-brand">"Gonogo"</div>
            <section class="card stack">
                <Transition>
                    {move || {
                        let next = next.clone();
                        Suspend::new(async move {
                            let step = page.await.unwrap_or_default();
                            let trouble = trouble(deeds, step.refused);
                            match step.waiting {
                                Some(name) => second_step::view(name, next, deeds, trouble),
                                None => form(next, deeds.sign_in, trouble),
                            }
                        })
                    }}
                </Transition>
            </section>
            <p class="sign-in-note">
                "New here? The first start of Gonogo made one account for each role. Their passwords are in the file "
                <code>"credentials"</code> " of its data folder."
            </p>
        </div>
    }
}

fn form(next: String, sign_in: Deed, trouble: AnyView) -> AnyView {
    view! {
        <h1>"Sign in"</h1>
        {trouble}
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
    }
    .into_any()
}

/// What was wrong with the newest form. `refused` is what the server said of the one that the browser sent before this page.
fn trouble(deeds: Deeds, refused: Option<String>) -> AnyView {
    let words = move || {
        let first = deeds.sign_in.value().get().and_then(Result::err);
        let second = || deeds.recover.value().get().and_then(Result::err);
        let third = || deeds.confirm.value().get().and_then(Result::err);
        let error = first.or_else(second).or_else(third)?;
        let answered = deeds.recover.version().get() + deeds.confirm.version().get();
        // The first value comes from the address, whose text could be anybody's: the server's own is in the page.
        let refusal = match answered {
            0 => refused.clone(),
            _ => Some(error.to_string()),
        };
        Some(words(&error, refusal))
    };
    view! { {move || words().map(|words| view! { <Banner tone=Tone::No alert=true>{words}</Banner> })} }
        .into_any()
}

/// What the page says. The address can bring any text here, so that only words of our own are shown: `refusal` is what the server said
/// was wrong with the form, where that is known.
fn words(error: &Error, refusal: Option<String>) -> String {
    match error {
        Error::SignedOut | Error::WrongPassword | Error::TooManyAttempts { .. } => error.to_string(),
        Error::Unavailable { .. } => {
            "The server is busy, or its database does not answer. Try again in a moment.".to_owned()
        }
        Error::Refused { .. } => refusal.unwrap_or_else(|| "This did not do. Try again.".to_owned()),
        Error::Forbidden { .. }
        | Error::PasswordToChange
        | Error::NotFound { .. }
        | Error::Conflict { .. }
        | Error::Internal { .. }
        | Error::Wire { .. } => {
            "Signing in did not work. Try again; if it stays so, the server's log says why.".to_owned()
        }
    }
}

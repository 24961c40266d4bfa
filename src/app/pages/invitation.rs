//! The page that a one-time link opens: whoever has it chooses a name and a password, and is signed in.

use crate::{
    api::{
        Error,
        invitation::{InvitationFacts, Join, load_invitation},
    },
    app::{
        Me,
        components::{Banner, Button, ButtonKind, ExactTime, TextField, Tone},
        deed::{Deed, DeedForm},
        loaded::load,
        trouble::Trouble,
    },
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page. Reading it uses nothing up: only the form does.
#[component]
pub fn Invitation() -> impl IntoView {
    let me = expect_context::<Me>().0;
    let join = Deed::to::<Join>();
    let token = use_query_map()
        .with_untracked(|query| query.get("token"))
        .unwrap_or_default();
    let asked = token.clone();
    let facts = load(|| (), move |()| load_invitation(asked.clone()));
    Effect::new(move || {
        if matches!(join.value().get(), Some(Ok(()))) {
            me.refetch();
        }
    });
    view! {
        <Title text="Join" />
        <Trouble error=Signal::derive(|| None) />
        <div class="sign-in">
            <div class="sign-in-brand">"Gonogo"</div>
            <section class="card stack">
                <h1>"Join"</h1>
                <Suspense>
                    {move || {
                        let token = token.clone();
                        Suspend::new(async move {
                            match facts.await {
                                Ok(facts) => form(facts, token, join),
                                Err(error) => view! {
                                    <Banner tone=Tone::No title="This link cannot be used">{words(&error, None)}</Banner>
                                }
                                .into_any(),
                            }
                        })
                    }}
                </Suspense>
            </section>
        </div>
    }
}

fn form(facts: InvitationFacts, token: String, join: Deed) -> AnyView {
    let roles: Vec<&str> = facts.roles.iter().map(|role| role.title()).collect();
    let trouble = move || match (join.value().get(), join.version().get()) {
        // The first value comes from the address, whose text could be anybody's: the server's own is in the facts.
        (Some(Err(error)), 0) => Some(words(&error, facts.refused.clone())),
        (Some(Err(error)), _) => Some(words(&error, Some(error.to_string()))),
        (Some(Ok(())) | None, _) => None,
    };
    view! {
        {move || trouble().map(|words| view! { <Banner tone=Tone::No title="Not done" alert=true>{words}</Banner> })}
        <p>
            <b>{facts.title}</b> ", " {facts.by} " invites you to deploy with Gonogo, as " {roles.join(", ")}
            ". The link works once, until " <ExactTime at=facts.expires_at /> "."
        </p>
        <DeedForm deed=join>
            <input type="hidden" name="token" value=token />
            <div class="stack">
                <TextField
                    name="name"
                    label="Name to sign in with"
                    autocomplete="username"
                    maxlength=64
                    note="Lower-case letters, digits, dots, dashes and underscores."
                />
                <TextField
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    maxlength=256
                    note="15 to 256 characters: several words that do not belong together. Well-known ones are refused."
                />
                <Button kind=ButtonKind::Main wide=true busy=join.pending()>"Join"</Button>
            </div>
        </DeedForm>
    }
    .into_any()
}

/// What the page says. The address can bring any text here, so that only words of our own are shown: `refusal` is what the server said
/// was wrong with the form, where that is known.
fn words(error: &Error, refusal: Option<String>) -> String {
    match error {
        Error::NotFound { .. } => {
            "It was used already, its time is over, it was taken back, or it is not whole. Ask whoever invited you for another."
                .to_owned()
        }
        Error::Conflict { .. } => "Somebody has this name already: choose another.".to_owned(),
        Error::Refused { .. } => refusal.unwrap_or_else(|| {
            "This name or this password does not do. Choose others, and try again.".to_owned()
        }),
        Error::TooManyAttempts { .. } => error.to_string(),
        Error::Unavailable { .. } => {
            "The server is busy, or its database does not answer. Try again in a moment.".to_owned()
        }
        Error::SignedOut
        | Error::WrongPassword
        | Error::Forbidden { .. }
        | Error::PasswordToChange
        | Error::Internal { .. }
        | Error::Wire { .. } => {
            "Joining did not work. Try again; if it stays so, the server's log says why.".to_owned()
        }
    }
}

//! Whether a passkey is asked for at every sign-in, and the codes for whoever loses theirs.

use crate::{
    api::second_factor::SecondFactor,
    app::{
        components::{
            Banner, Button, ButtonKind, CodeBlock, Disclosure, ExactTime, PasswordAgain, SectionCard, Tone,
        },
        deed::{Deed, DeedForm},
    },
};
use leptos::prelude::*;

/// The form that changes it: it answers codes where some were made.
pub type Changes = Deed<Option<Vec<String>>>;

/// The card, where there is a passkey to be asked for. `made` are codes that the form before made, which a page's program has from the answer.
pub fn card(
    standing: SecondFactor,
    has_passkey: bool,
    made: Option<Vec<String>>,
    change: Changes,
) -> AnyView {
    let codes = move || {
        let answered = change.value().get().and_then(Result::ok).flatten();
        answered.or_else(|| made.clone()).map(shown_once)
    };
    let body = match standing {
        SecondFactor::Off if has_passkey => view! {
            <p class="quiet">
                "Then your password alone signs nobody in. You get ten recovery codes, for when the device is lost, and your other sessions end."
            </p>
            {form("Ask for a passkey at every sign-in…", change, move || {
                view! { <Button name="deed" value="turn_on" busy=change.pending()>"Ask for a passkey"</Button> }.into_any()
            })}
        }
        .into_any(),
        SecondFactor::Off => return ().into_any(),
        SecondFactor::On {
            since,
            codes_left,
            code_used_at,
        } => view! {
            <p>"Asked for since " <ExactTime at=since /> "."</p>
            {left(codes_left)}
            {code_used_at.map(|at| view! { <p>"A recovery code was used last on " <ExactTime at=at /> "."</p> })}
            {form("Change this…", change, move || {
                view! {
                    <Button name="deed" value="new_codes" busy=change.pending()>"Make new recovery codes"</Button>
                    <Button name="deed" value="turn_off" kind=ButtonKind::Danger busy=change.pending()>"Ask for the password only"</Button>
                }
                .into_any()
            })}
        }
        .into_any(),
    };
    view! {
        <SectionCard title="Passkey at every sign-in" id="second-factor" padded=true>
            <div class="stack">
                <div aria-live="polite">{codes}</div>
                {body}
            </div>
        </SectionCard>
    }
    .into_any()
}

fn form(words: &'static str, change: Changes, buttons: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    view! {
        <Disclosure summary=words button=true group="passkey-deeds">
            <DeedForm deed=change>
                <div class="form">
                    <div class="form-row"><PasswordAgain id="second-factor-password" answered=change.version() /></div>
                    <div class="form-actions">{buttons()}</div>
                </div>
            </DeedForm>
        </Disclosure>
    }
    .into_any()
}

fn left(codes: i64) -> AnyView {
    match codes {
        0 => view! {
            <Banner tone=Tone::Hold title="No recovery codes left">
                "Make new ones: without any, only an admin lets you in where your device is lost."
            </Banner>
        }
        .into_any(),
        1 => view! { <p>"1 recovery code left."</p> }.into_any(),
        more => view! { <p>{format!("{more} recovery codes left.")}</p> }.into_any(),
    }
}

fn shown_once(codes: Vec<String>) -> AnyView {
    view! {
        <Banner tone=Tone::Go title="Your recovery codes, shown only now">
            <p>
                "Each signs you in once, with your password, in place of the passkey. Keep them where your device is not: on paper, for example. Those before work no more."
            </p>
            <CodeBlock text=codes.join("\n") label="The recovery codes" />
        </Banner>
    }
    .into_any()
}

//! The second step: the password was right, and a passkey is asked for.

use super::Deeds;
use crate::app::{
    components::{Button, ButtonKind, Disclosure, PasskeyButton, TextField},
    deed::DeedForm,
};
use leptos::prelude::*;

/// What asks whoever's password was right for their passkey, or for a recovery code.
pub fn view(name: String, next: String, deeds: Deeds, trouble: AnyView) -> AnyView {
    let Deeds {
        confirm,
        recover,
        again,
        ..
    } = deeds;
    let also_next = next.clone();
    view! {
        <h1>"Confirm with your passkey"</h1>
        {trouble}
        <p>"The password of " <b>{name}</b> " is right. For five minutes it waits for the second step."</p>
        <p class="passkey-none">
            "A passkey needs JavaScript, which is off in this browser. Turn it on and load this page again, or use a recovery code below: that works without."
        </p>
        <DeedForm deed=confirm attr:class="stack passkey-form">
            <input type="hidden" name="passkey" value="" />
            <input type="hidden" name="next" value=next />
            <PasskeyButton ask="/api/second_factor/ask" words="Use your passkey" main=true />
        </DeedForm>
        <Disclosure summary="Without the device…">
            <div class="stack">
                <DeedForm deed=recover>
                    <input type="hidden" name="next" value=also_next />
                    <div class="stack">
                        <TextField
                            name="code"
                            label="Recovery code"
                            autocomplete="off"
                            maxlength=64
                            mono=true
                            note="One of the ten that you were shown; each works once."
                        />
                        <Button wide=true busy=recover.pending()>"Sign in with the code"</Button>
                    </div>
                </DeedForm>
                <p class="quiet">"No code left? An admin can take your passkeys away, on your page under People. Then your password signs you in."</p>
            </div>
        </Disclosure>
        <DeedForm deed=again>
            <Button kind=ButtonKind::Ghost>"Begin again"</Button>
        </DeedForm>
    }
    .into_any()
}

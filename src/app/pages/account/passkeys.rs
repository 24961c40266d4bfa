//! One's passkeys: the list, adding one, removing one.

use crate::{
    api::passkey::{Known, PasskeyLine},
    app::{
        components::{Button, ButtonKind, ExactTime, PasskeyButton, PasswordAgain, SectionCard, TextField},
        deed::{Deed, DeedForm},
    },
};
use leptos::prelude::*;

/// The forms of this part of the page.
#[derive(Clone, Copy)]
pub struct PasskeyDeeds {
    /// Adds one.
    pub add: Deed,
    /// Removes one.
    pub remove: Deed,
}

/// The card of passkeys.
pub fn card(known: Known, deeds: PasskeyDeeds) -> AnyView {
    let Known { passkeys, impossible } = known;
    let add = match impossible {
        Some(why) => view! { <p class="quiet">{why}</p> }.into_any(),
        None => adding(deeds.add),
    };
    view! {
        <SectionCard title="Passkeys" id="passkeys">
            {(!passkeys.is_empty()).then(|| removing(passkeys, deeds.remove))}
            <div class="section-body stack">
                <p class="quiet">
                    "A key that this device keeps: it signs a sign-off in place of your password, after your fingerprint, face or PIN."
                </p>
                {add}
            </div>
        </SectionCard>
    }
    .into_any()
}

fn adding(add: Deed) -> AnyView {
    view! {
        <p class="passkey-none">"Passkeys need JavaScript, which is off in this browser. Your password works everywhere without."</p>
        <DeedForm deed=add attr:class="form passkey-form">
            <input type="hidden" name="passkey" value="" />
            <div class="form-row">
                <TextField name="name" id="passkey-name" label="Name of the new passkey" maxlength=64 note="To know it by: the device, for example." />
                <PasswordAgain id="passkey-password" answered=add.version() />
            </div>
            <div class="form-actions">
                <PasskeyButton ask="add" words="Add a passkey" />
            </div>
        </DeedForm>
    }
    .into_any()
}

fn removing(passkeys: Vec<PasskeyLine>, remove: Deed) -> impl IntoView {
    view! {
        <DeedForm deed=remove>
            <div class="table-wrap">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Added"</th>
                            <th scope="col">"Last used"</th>
                            <th scope="col"><span class="visually-hidden">"Remove"</span></th>
                        </tr>
                    </thead>
                    <tbody>{passkeys.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            <div class="section-body">
                <div class="form">
                    <div class="form-row"><PasswordAgain id="passkeys-password" answered=remove.version() /></div>
                    <div class="form-actions">
                        <Button kind=ButtonKind::Danger busy=remove.pending()>"Remove the chosen passkey"</Button>
                    </div>
                </div>
            </div>
        </DeedForm>
    }
}

fn row(line: PasskeyLine) -> impl IntoView {
    let label = format!("The passkey {}", line.name);
    let used = match line.last_used_at {
        Some(at) => view! { <ExactTime at=at /> }.into_any(),
        None => "never".into_any(),
    };
    view! {
        <tr>
            <th scope="row">{line.name}</th>
            <td data-label="Added"><ExactTime at=line.made_at /></td>
            <td data-label="Last used">{used}</td>
            <td class="is-acts">
                <label class="choice">
                    <input type="radio" name="id" value=line.id required=true aria-label=label />
                    <b>"Remove"</b>
                </label>
            </td>
        </tr>
    }
}

//! One's passkeys: the list, adding one, removing one.

use super::second_factor::Changes;
use crate::{
    api::passkey::{Known, PasskeyLine},
    app::{
        components::{
            Button, ButtonKind, Disclosure, ExactTime, PasskeyButton, PasswordAgain, SectionCard, TextField,
        },
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
    /// Asks for one at every sign-in, or no longer.
    pub second_factor: Changes,
}

/// The card of passkeys.
pub fn card(known: Known, deeds: PasskeyDeeds) -> AnyView {
    let Known { passkeys, impossible } = known;
    let add = match impossible {
        Some(why) => view! { <p class="quiet">{why}</p> }.into_any(),
        None => adding(deeds.add, passkeys.is_empty()),
    };
    view! {
        <SectionCard title="Passkeys" id="passkeys">
            {(!passkeys.is_empty()).then(|| removing(passkeys, deeds.remove))}
            <div class="section-body stack">
                <p class="quiet">
                    "A key that this device keeps: after your fingerprint, face or PIN it signs a sign-off in place of your password, and can be asked for besides your password when you sign in."
                </p>
                {add}
            </div>
        </SectionCard>
    }
    .into_any()
}

/// Folded where there is a passkey: the password is asked for in one place at a time.
fn adding(add: Deed, first: bool) -> AnyView {
    let added = Memo::new(move |before: Option<&usize>| match add.value().get() {
        Some(Ok(())) => add.version().get(),
        Some(Err(_)) | None => before.copied().unwrap_or_default(),
    });
    let name = |_| {
        view! {
            <TextField name="name" id="passkey-name" label="Name of the new passkey" maxlength=64 note="To know it by: the device, for example." />
        }
    };
    let form = view! {
        <DeedForm deed=add attr:class="form passkey-form">
            <input type="hidden" name="passkey" value="" />
            <div class="form-row">
                // Empty again once its passkey is there.
                <For each=move || std::iter::once(added.get()) key=|count| *count children=name />
                <PasswordAgain id="passkey-password" answered=add.version() />
            </div>
            <div class="form-actions">
                <PasskeyButton ask="add" words="Add a passkey" />
            </div>
        </DeedForm>
    };
    let form = match first {
        true => form.into_any(),
        false => view! {
            <div class="passkey-form">
                <Disclosure summary="Add another…" button=true group="passkey-deeds">{form}</Disclosure>
            </div>
        }
        .into_any(),
    };
    view! {
        <p class="passkey-none">"Passkeys need JavaScript, which is off in this browser. Your password works everywhere without."</p>
        {form}
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
                <Disclosure summary="Remove one…" button=true group="passkey-deeds">
                    <div class="form">
                        <div class="form-row"><PasswordAgain id="passkeys-password" answered=remove.version() /></div>
                        <div class="form-actions">
                            <Button kind=ButtonKind::Danger busy=remove.pending()>"Remove the chosen passkey"</Button>
                        </div>
                    </div>
                </Disclosure>
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

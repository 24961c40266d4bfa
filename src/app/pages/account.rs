//! One's own account: the password, and where one is signed in.

mod passkeys;
mod second_factor;

use crate::{
    api::{
        account::{AccountPage, ChangePassword, RevokeSession, SessionLine, load_account},
        passkey::{AddPasskey, RemovePasskey},
        second_factor::ChangeSecondFactor,
    },
    app::{
        components::{
            Banner, Button, ButtonKind, ExactTime, PageHead, PasswordAgain, SectionCard, Tag, TextField, Tone,
        },
        deed::{Deed, DeedForm},
        loaded::load,
        trouble::{NotLoaded, Trouble},
    },
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use passkeys::PasskeyDeeds;

/// The page of one's account.
#[component]
pub fn Account() -> impl IntoView {
    let (change, revoke) = (Deed::to::<ChangePassword>(), Deed::to::<RevokeSession>());
    let passkeys = PasskeyDeeds {
        add: Deed::to::<AddPasskey>(),
        remove: Deed::to::<RemovePasskey>(),
        second_factor: Deed::to::<ChangeSecondFactor>(),
    };
    let query = use_query_map();
    let changed = move || query.with(|query| query.get("changed").is_some());
    let page = load(
        move || {
            let PasskeyDeeds {
                add,
                remove,
                second_factor,
            } = passkeys;
            (
                (change.version().get(), revoke.version().get()),
                (add.version().get(), remove.version().get()),
                second_factor.version().get(),
            )
        },
        |_| load_account(),
    );
    let error = move || {
        let PasskeyDeeds {
            add,
            remove,
            second_factor,
        } = passkeys;
        let done = [
            change.value().get(),
            revoke.value().get(),
            add.value().get(),
            remove.value().get(),
        ];
        let own = done.into_iter().flatten().find_map(Result::err);
        own.or_else(|| second_factor.value().get().and_then(Result::err))
    };
    view! {
        <Title text="Account" />
        <Trouble error=Signal::derive(error) />
        <Transition fallback=|| view! { <p>"Loading your account…"</p> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <h1>"Account"</h1> <NotLoaded error=error /> }.into_any(),
                    Ok(page) => body(page, changed(), change, revoke, passkeys),
                }
            })}
        </Transition>
    }
}

fn body(page: AccountPage, changed: bool, change: Deed, revoke: Deed, deeds: PasskeyDeeds) -> AnyView {
    let AccountPage {
        person,
        must_change_password: must,
        sessions,
        passkeys: known,
        second_factor: standing,
        new_codes,
    } = page;
    let has_passkey = !known.passkeys.is_empty();
    let mut roles: Vec<String> = person.roles.iter().map(|role| role.title().to_owned()).collect();
    let local = person.roles_at.iter().flat_map(|(name, roles)| {
        roles
            .iter()
            .map(move |role| format!("{} in {name}", role.title()))
    });
    roles.extend(local);
    let facts = view! {
        <span>"signs in as " <b>{person.name.clone()}</b></span>
        <span>"holds " <b>{if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") }}</b></span>
    }
    .into_any();
    let news = match (must, changed) {
        (true, _) => view! {
            <Banner tone=Tone::Hold title="Change your password first">
                "Somebody else has given it to you. Nothing else works before it is yours alone."
            </Banner>
        }
        .into_any(),
        (false, true) => view! {
            <Banner tone=Tone::Go title="Your password is changed">
                "Your other sessions were ended. " <a href="/">"Go to the runs"</a> "."
            </Banner>
        }
        .into_any(),
        (false, false) => ().into_any(),
    };
    view! {
        <PageHead title=person.title facts=facts />
        <div class="stack page-body">
            {news}
            {password(person.name, change)}
            {(!must).then(|| passkeys::card(known, deeds))}
            {(!must).then(|| second_factor::card(standing, has_passkey, new_codes, deeds.second_factor))}
            {(!must).then(|| table(sessions, revoke))}
        </div>
    }
    .into_any()
}

fn password(name: String, change: Deed) -> AnyView {
    view! {
        <SectionCard title="Password" id="password" padded=true>
            <DeedForm deed=change>
                // For password managers.
                <input type="hidden" name="username" value=name autocomplete="username" />
                <div class="form">
                    <div class="form-row">
                        <TextField
                            name="old"
                            label="Your password as it is"
                            kind="password"
                            autocomplete="current-password"
                            maxlength=256
                        />
                        <TextField
                            name="new"
                            label="The new one"
                            kind="password"
                            autocomplete="new-password"
                            maxlength=256
                            note="15 to 256 characters: several words that do not belong together. Well-known ones are refused."
                        />
                    </div>
                    <div class="form-actions">
                        <Button kind=ButtonKind::Main busy=change.pending()>"Change the password"</Button>
                        <span class="quiet">"Your other sessions end."</span>
                    </div>
                </div>
            </DeedForm>
        </SectionCard>
    }
    .into_any()
}

/// Where there is another session than this one, the table is a form that ends one.
fn table(sessions: Vec<SessionLine>, revoke: Deed) -> AnyView {
    let others = sessions.iter().any(|line| !line.is_this);
    let table = view! {
        <div class="table-wrap">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Device"</th>
                        <th scope="col">"Address"</th>
                        <th scope="col">"Since"</th>
                        <th scope="col">"Last seen"</th>
                        <th scope="col"><span class="visually-hidden">"End"</span></th>
                    </tr>
                </thead>
                <tbody>{sessions.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    };
    let body = match others {
        false => table.into_any(),
        true => view! {
            <DeedForm deed=revoke>
                {table}
                <div class="section-body">
                    <div class="form">
                        <div class="form-row"><PasswordAgain id="sessions-password" answered=revoke.version() /></div>
                        <div class="form-actions">
                            <Button kind=ButtonKind::Danger busy=revoke.pending()>"End the chosen session"</Button>
                        </div>
                    </div>
                </div>
            </DeedForm>
        }
        .into_any(),
    };
    view! { <SectionCard title="Where you are signed in" id="sessions">{body}</SectionCard> }.into_any()
}

fn row(line: SessionLine) -> impl IntoView {
    let label = format!("The session of {} from {}", line.device, line.address);
    let end = match line.is_this {
        true => view! { <Tag text="this one" tone=Tone::Run /> }.into_any(),
        false => view! {
            <label class="choice">
                <input type="radio" name="key" value=line.key.to_string() required=true aria-label=label />
                <b>"End"</b>
            </label>
        }
        .into_any(),
    };
    view! {
        <tr>
            <th scope="row">{line.device}</th>
            <td data-label="Address"><code>{line.address}</code></td>
            <td data-label="Since"><ExactTime at=line.began_at /></td>
            <td data-label="Last seen"><ExactTime at=line.last_seen_at /></td>
            <td class="is-acts">{end}</td>
        </tr>
    }
}

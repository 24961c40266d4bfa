//! One person: what they hold, whether they may come in, and what was done.

use super::people::{choices, log, roles, standing, titles, token_table};
use crate::{
    api::{
        api_token::RevokeToken,
        person::{
            DisablePerson, EnablePerson, EndSessions, PersonLine, PersonPage, RemovePasskeys, SetRoles,
            load_person,
        },
    },
    app::{
        components::{
            Banner, Button, ButtonKind, Checks, Crumb, ExactTime, PageHead, PasswordAgain, SectionCard, Tag,
            Tone,
        },
        deed::{Deed, DeedForm},
        loaded::load,
        trouble::{NotLoaded, Trouble},
    },
};
use domain::Role;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// What can be done to a person.
#[derive(Clone, Copy)]
struct Deeds {
    roles: Deed,
    disable: Deed,
    enable: Deed,
    end_sessions: Deed,
    remove_passkeys: Deed,
    revoke: Deed,
}

/// The page of one person.
#[component]
pub fn Person() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = move || {
        params
            .with(|params| params.get("id"))
            .and_then(|id| id.parse().ok())
    };
    let before = move || {
        query
            .with(|query| query.get("log"))
            .and_then(|number| number.parse().ok())
    };
    let asked = Memo::new(move |_| (id().unwrap_or(0), before()));
    let deeds = Deeds {
        roles: Deed::to::<SetRoles>(),
        disable: Deed::to::<DisablePerson>(),
        enable: Deed::to::<EnablePerson>(),
        end_sessions: Deed::to::<EndSessions>(),
        remove_passkeys: Deed::to::<RemovePasskeys>(),
        revoke: Deed::to::<RevokeToken>(),
    };
    let versions = move || {
        let standing = (deeds.disable.version().get(), deeds.enable.version().get());
        let ways_in = (deeds.end_sessions.version().get(), deeds.revoke.version().get());
        let (roles, passkeys) = (deeds.roles.version().get(), deeds.remove_passkeys.version().get());
        (roles, standing, ways_in, passkeys)
    };
    let page = load(
        move || (asked.get(), versions()),
        |((id, before), _)| load_person(id, before),
    );
    let error = move || {
        let done = [
            deeds.roles.value().get(),
            deeds.disable.value().get(),
            deeds.enable.value().get(),
            deeds.end_sessions.value().get(),
            deeds.remove_passkeys.value().get(),
            deeds.revoke.value().get(),
        ];
        done.into_iter().flatten().find_map(Result::err)
    };
    view! {
        <Trouble error=Signal::derive(error) />
        <Transition fallback=|| view! { <p>"Loading the person…"</p> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <Title text="Person" /> <h1>"Person"</h1> <NotLoaded error=error /> }.into_any(),
                    Ok(page) => body(page, deeds),
                }
            })}
        </Transition>
    }
}

fn body(page: PersonPage, deeds: Deeds) -> AnyView {
    let PersonPage {
        line,
        created_at,
        sessions,
        last_seen_at,
        passkeys,
        second_factor,
        tokens,
        log: events,
        older,
        environments,
        is_me,
    } = page;
    let trail = vec![
        Crumb {
            label: "People".into(),
            href: Some("/people".into()),
        },
        Crumb {
            label: line.name.clone(),
            href: None,
        },
    ];
    let (word, tone) = standing(&line);
    let seen = last_seen_at.map(|at| view! { <span>"last seen " <b><ExactTime at=at /></b></span> });
    let facts = view! {
        <span><Tag text=word tone=tone /></span>
        <span>"holds " <b>{roles(&line)}</b></span>
        <span>"since " <b><ExactTime at=created_at /></b></span>
        {seen}
    }
    .into_any();
    let older = older.map(|number| format!("/people/{}?log={number}#log", line.id.0));
    let held = match line.service {
        true => view! {
            <SectionCard title="Tokens">{token_table(tokens, deeds.revoke)}</SectionCard>
        }
        .into_any(),
        false => view! {
            {everywhere(&line, deeds.roles)}
            {here_and_there(&line, environments, deeds.roles)}
        }
        .into_any(),
    };
    view! {
        <Title text=line.title.clone() />
        <PageHead title=line.title.clone() trail=trail facts=facts />
        <div class="stack page-body">
            {held}
            {ways_in(&line, sessions, is_me, deeds)}
            {(passkeys > 0).then(|| lost_device(&line, passkeys, second_factor, deeds.remove_passkeys))}
            {log(events, older)}
        </div>
    }
    .into_any()
}

fn everywhere(line: &PersonLine, set: Deed) -> AnyView {
    let form = roles_form(line, None, &Role::ALL, &line.roles, set);
    view! {
        <SectionCard title="Roles everywhere" id="roles" padded=true>
            {form}
        </SectionCard>
    }
    .into_any()
}

/// Roles for single environments, folded where there are none.
fn here_and_there(line: &PersonLine, environments: Vec<String>, set: Deed) -> AnyView {
    let gone = line
        .roles_at
        .keys()
        .filter(|name| !environments.contains(name))
        .cloned();
    let mut names: Vec<String> = environments.iter().cloned().chain(gone).collect();
    names.sort();
    let one = move |name: String| {
        let held = line.roles_at.get(&name).cloned().unwrap_or_default();
        let said = match held.is_empty() {
            true => "no role of its own".to_owned(),
            false => titles(&held),
        };
        let form = roles_form(line, Some(&name), &Role::LOCAL, &held, set);
        view! {
            <details class="people-place" open=!held.is_empty()>
                <summary><b>{name}</b> " " <span class="quiet">{said}</span></summary>
                {form}
            </details>
        }
    };
    let places = names.into_iter().map(one).collect_view();
    view! {
        <SectionCard title="Roles in one environment" id="roles-in-environments" padded=true>
            <p class="quiet">"They count there, beside those that are held everywhere."</p>
            {places}
        </SectionCard>
    }
    .into_any()
}

fn roles_form(
    line: &PersonLine,
    environment: Option<&str>,
    offered: &[Role],
    held: &[Role],
    set: Deed,
) -> AnyView {
    let before: Vec<&str> = held.iter().map(|role| role.key()).collect();
    let (id, place) = (line.id.0, environment.unwrap_or_default().to_owned());
    let (before, offered) = (before.join(","), choices(offered, held));
    let (legend, password) = match environment {
        None => (
            format!("What {} holds everywhere", line.title),
            "password".to_owned(),
        ),
        Some(name) => (
            format!("What {} holds in {name}", line.title),
            format!("password-{name}"),
        ),
    };
    view! {
        <DeedForm deed=set>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="environment" value=place />
            <input type="hidden" name="before" value=before />
            <div class="form">
                <Checks legend=legend name="roles[]" choices=offered />
                <div class="form-row"><PasswordAgain id=password answered=set.version() /></div>
                <div class="form-actions">
                    <Button busy=set.pending()>"Save the roles"</Button>
                </div>
            </div>
        </DeedForm>
    }
    .into_any()
}

fn ways_in(line: &PersonLine, sessions: usize, is_me: bool, deeds: Deeds) -> AnyView {
    let id = line.id.0;
    let signed_in = match sessions {
        _ if line.service => "A program: it comes in with its tokens.".to_owned(),
        0 => "Not signed in anywhere.".to_owned(),
        1 => "Signed in in one place.".to_owned(),
        more => format!("Signed in in {more} places."),
    };
    let sign_out = (sessions > 0).then(|| {
        view! {
            <DeedForm deed=deeds.end_sessions>
                <input type="hidden" name="id" value=id />
                <Button busy=deeds.end_sessions.pending()>"Sign out everywhere"</Button>
            </DeedForm>
        }
    });
    let close = match (line.disabled_at, is_me) {
        (None, true) => {
            view! { <p class="quiet">"This is you: another admin can disable you."</p> }.into_any()
        }
        (None, false) => view! {
            <DeedForm deed=deeds.disable>
                <input type="hidden" name="id" value=id />
                <Button kind=ButtonKind::Danger busy=deeds.disable.pending()>"Disable"</Button>
            </DeedForm>
        }
        .into_any(),
        (Some(_), _) => view! {
            <DeedForm deed=deeds.enable>
                <input type="hidden" name="id" value=id />
                <Button busy=deeds.enable.pending()>"Enable"</Button>
            </DeedForm>
        }
        .into_any(),
    };
    let disabled = line.disabled_at.map(|at| {
        view! {
            <Banner tone=Tone::No title="Disabled">"Kept out since " <ExactTime at=at /> "."</Banner>
        }
    });
    view! {
        <SectionCard title="Coming in" id="standing" padded=true>
            <div class="stack">
                {disabled}
                <p>
                    {signed_in}
                    " Who is disabled is signed out at once; what they did stays theirs."
                </p>
                <div class="form-actions">{sign_out} {close}</div>
            </div>
        </SectionCard>
    }
    .into_any()
}

fn lost_device(line: &PersonLine, passkeys: usize, second_factor: bool, remove: Deed) -> AnyView {
    let has = match passkeys {
        1 => "Has 1 passkey".to_owned(),
        more => format!("Has {more} passkeys"),
    };
    let asked = match second_factor {
        true => ", and is asked for one at every sign-in.",
        false => ", and signs in with the password alone.",
    };
    let id = line.id.0;
    view! {
        <SectionCard title="Passkeys" id="passkeys" padded=true>
            <div class="stack">
                <p>
                    {has} {asked}
                    " Where the device is lost: make sure that it is them who asks. Then the password alone signs them in, and their sessions end."
                </p>
                <DeedForm deed=remove>
                    <input type="hidden" name="id" value=id />
                    <div class="form">
                        <div class="form-row"><PasswordAgain id="password-passkeys" answered=remove.version() /></div>
                        <div class="form-actions">
                            <Button kind=ButtonKind::Danger busy=remove.pending()>"Take the passkeys away"</Button>
                        </div>
                    </div>
                </DeedForm>
            </div>
        </SectionCard>
    }
    .into_any()
}

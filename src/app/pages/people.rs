//! The people: who they are, how others join, the programs, and what was done to any of them.

mod invitations;
mod log;
mod tokens;

pub(super) use log::log;
pub(super) use tokens::table as token_table;

use crate::{
    api::{
        api_token::{MakeToken, RevokeToken},
        invitation::{Invite, RevokeInvitation},
        person::{PeopleFilter, PeoplePage, PersonLine, list_people},
        session::{Made, take_once},
    },
    app::{
        components::{Banner, Choice, CodeBlock, EmptyState, PageHead, Tag, TextField, Tone},
        deed::Deed,
        loaded::load,
        trouble::{NotLoaded, Trouble},
    },
};
use domain::Role;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page of people.
#[component]
pub fn People() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| PeopleFilter {
            text: query.get("text").unwrap_or_default(),
            after: query.get("after").unwrap_or_default(),
            log_before: query.get("log").and_then(|number| number.parse().ok()),
        })
    });
    let (invite, uninvite) = (Deed::to::<Invite>(), Deed::to::<RevokeInvitation>());
    let (make, revoke) = (Deed::to::<MakeToken>(), Deed::to::<RevokeToken>());
    let versions = move || {
        let invitations = (invite.version().get(), uninvite.version().get());
        (invitations, make.version().get(), revoke.version().get())
    };
    let page = load(
        move || (filter.get(), versions()),
        |(filter, _)| list_people(filter),
    );
    let once = load(|| (), |()| take_once());
    let error = move || {
        let made = [invite.value().get(), make.value().get()];
        let taken = [uninvite.value().get(), revoke.value().get()];
        let made = made.into_iter().flatten().find_map(Result::err);
        made.or_else(|| taken.into_iter().flatten().find_map(Result::err))
    };
    let made = move || {
        let newest = make.value().get().and_then(Result::ok);
        newest.or_else(|| invite.value().get().and_then(Result::ok))
    };
    view! {
        <Title text="People" />
        <PageHead
            title="People"
            lead="Who may sign in, and as what. Every change is kept in the log at the end of this page."
        />
        <Trouble error=Signal::derive(error) />
        <div aria-live="polite">
            {move || made().map(shown_once)}
            <Suspense>
                {move || Suspend::new(async move { once.await.ok().flatten().map(shown_once) })}
            </Suspense>
        </div>
        <Transition fallback=|| view! { <p>"Loading the people…"</p> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <NotLoaded error=error /> }.into_any(),
                    Ok(page) => body(page, &filter.get_untracked(), (invite, uninvite), (make, revoke)),
                }
            })}
        </Transition>
    }
}

type InvitationDeeds = (Deed<Made>, Deed);
type TokenDeeds = (Deed<Made>, Deed);

fn body(
    page: PeoplePage,
    filter: &PeopleFilter,
    (invite, uninvite): InvitationDeeds,
    (make, revoke): TokenDeeds,
) -> AnyView {
    let PeoplePage {
        people,
        next,
        invitations,
        tokens,
        log: events,
        older,
        environments,
    } = page;
    let older = older.map(|number| format!("/people?log={number}#log"));
    view! {
        <div class="stack page-body">
            {listing(people, next, filter)}
            {invitations::card(invitations, invite, uninvite)}
            {tokens::card(tokens, environments, make, revoke)}
            {log(events, older)}
        </div>
    }
    .into_any()
}

/// A secret, while it is there to be copied.
fn shown_once(made: Made) -> AnyView {
    let (title, what, secret) = match made {
        Made::Invitation(link) => (
            "The link, shown only now",
            "Give it to them: whoever opens it first joins.",
            link,
        ),
        Made::Token(token) => (
            "The token, shown only now",
            "Put it where the program keeps its secrets.",
            token,
        ),
    };
    view! {
        <Banner tone=Tone::Go title=title>
            <p>{what}</p>
            <CodeBlock text=secret label="The secret" />
        </Banner>
    }
    .into_any()
}

fn listing(people: Vec<PersonLine>, next: Option<String>, filter: &PeopleFilter) -> AnyView {
    let more = next.map(|after| {
        let (after, text) = (escape(&after), escape(&filter.text));
        view! { <p class="pager"><a href=format!("/people?after={after}&text={text}")>"More people"</a></p> }
    });
    let table = match people.is_empty() {
        true => view! {
            <EmptyState title="Nobody fits" icon="people">
                <p>"Nobody of that name. " <a href="/people">"Show everybody"</a> "."</p>
            </EmptyState>
        }
        .into_any(),
        false => view! {
            <div class="card table-wrap">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Roles"</th>
                            <th scope="col">"Standing"</th>
                        </tr>
                    </thead>
                    <tbody>{people.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any(),
    };
    view! {
        <div>
            <form class="filters" method="get" action="/people">
                <TextField name="text" label="Name or title" kind="search" value=filter.text.clone() optional=true />
                <button class="btn" type="submit">"Search"</button>
            </form>
            {table}
            {more}
        </div>
    }
    .into_any()
}

fn row(person: PersonLine) -> impl IntoView {
    let href = format!("/people/{}", person.id.0);
    let (word, tone) = standing(&person);
    view! {
        <tr>
            <th scope="row"><a class="table-main" href=href>{person.title.clone()}</a> <small>{person.name.clone()}</small></th>
            <td data-label="Roles">{roles(&person)}</td>
            <td data-label="Standing"><Tag text=word tone=tone /></td>
        </tr>
    }
}

/// What they hold, in words: "QA; DevOps in shop".
pub(super) fn roles(person: &PersonLine) -> String {
    let mut parts = Vec::new();
    if !person.roles.is_empty() {
        parts.push(titles(&person.roles));
    }
    let local = person
        .roles_at
        .iter()
        .map(|(name, roles)| format!("{} in {name}", titles(roles)));
    parts.extend(local);
    match parts.is_empty() {
        true => "no role".to_owned(),
        false => parts.join("; "),
    }
}

/// How they stand, in a word.
pub(super) fn standing(person: &PersonLine) -> (&'static str, Tone) {
    match (
        person.disabled_at.is_some(),
        person.service,
        person.must_change_password,
    ) {
        (true, _, _) => ("disabled", Tone::No),
        (false, true, _) => ("program", Tone::Run),
        (false, false, true) => ("password to change", Tone::Hold),
        (false, false, false) => ("active", Tone::Go),
    }
}

/// The names of roles with commas between them.
pub(super) fn titles(roles: &[Role]) -> String {
    roles
        .iter()
        .map(|role| role.title())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Roles to choose from, of which `held` are chosen.
pub(super) fn choices(offered: &[Role], held: &[Role]) -> Vec<Choice> {
    let choice = |role: &Role| Choice {
        value: role.key().to_owned(),
        label: role.title().to_owned(),
        checked: held.contains(role),
        ..Choice::default()
    };
    offered.iter().map(choice).collect()
}

/// RFC 3986: everything but the unreserved characters in hexadecimal.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let escaped = text.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    escaped.collect()
}

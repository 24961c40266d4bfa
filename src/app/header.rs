//! The bar at the top of every page, for whoever is signed in.

use crate::{
    api::session::SignOut,
    app::{
        Me,
        components::{NavLink, TopBar},
    },
};
use domain::person::Person;
use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_location;

/// The pages that the bar leads to.
const PAGES: [(&str, &str, &[&str]); 4] = [
    ("Runs", "/", &["/runs"]),
    ("New run", "/new-run", &[]),
    ("Checklists", "/checklists", &["/checklists"]),
    ("Environments", "/environments", &[]),
];

/// The bar; nothing for strangers.
#[component]
pub fn Header() -> impl IntoView {
    let me = expect_context::<Me>().0;
    let sign_out = ServerAction::<SignOut>::new();
    Effect::new(move || {
        if sign_out.version().get() > 0 {
            me.refetch();
        }
    });
    view! {
        <Suspense>
            {move || Suspend::new(async move { me.await.map(|person| bar(person, sign_out)) })}
        </Suspense>
    }
}

fn bar(person: Person, sign_out: ServerAction<SignOut>) -> AnyView {
    let path = use_location().pathname;
    let links = Signal::derive(move || {
        let path = path.get();
        let here =
            |href: &str, below: &[&str]| path == href || below.iter().any(|start| path.starts_with(start));
        PAGES
            .iter()
            .map(|(label, href, below)| NavLink {
                label,
                href,
                here: here(href, below),
            })
            .collect::<Vec<_>>()
    });
    let roles: Vec<&str> = person.roles.iter().map(|role| role.title()).collect();
    view! {
        <TopBar links=links name=person.title.clone() roles=roles.join(", ")>
            <ActionForm action=sign_out>
                <button class="btn is-wide" type="submit">"Sign out"</button>
            </ActionForm>
        </TopBar>
    }
    .into_any()
}

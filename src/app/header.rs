//! The bar at the top of every page, for whoever is signed in.

use crate::{
    api::session::SignOut,
    app::{
        Me,
        components::{NavLink, TopBar},
        deed::{Deed, DeedForm},
    },
};
use domain::{Right, person::Person};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The pages that the bar leads to.
const PAGES: [(&str, &str, &[&str], Right); 5] = [
    ("Runs", "/", &["/runs"], Right::See),
    ("New run", "/new-run", &[], Right::Verify),
    ("Checklists", "/checklists", &["/checklists"], Right::See),
    ("Environments", "/environments", &[], Right::See),
    ("People", "/people", &["/people/"], Right::ManagePeople),
];

/// The bar; nothing for strangers.
#[component]
pub fn Header() -> impl IntoView {
    let me = expect_context::<Me>().0;
    let sign_out = Deed::to::<SignOut>();
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

fn bar(person: Person, sign_out: Deed) -> AnyView {
    let path = use_location().pathname;
    let roles: Vec<&str> = person.roles.iter().map(|role| role.title()).collect();
    let roles = roles.join(", ");
    let name = person.title.clone();
    let links = Signal::derive(move || {
        let path = path.get();
        let here =
            |href: &str, below: &[&str]| path == href || below.iter().any(|start| path.starts_with(start));
        PAGES
            .iter()
            .filter(|(.., right)| person.may(*right, None))
            .map(|(label, href, below, _)| NavLink {
                label,
                href,
                here: here(href, below),
            })
            .collect::<Vec<_>>()
    });
    view! {
        <TopBar links=links name=name roles=roles>
            <a class="btn is-wide" href="/account">"Account"</a>
            <DeedForm deed=sign_out>
                <button class="btn is-wide" type="submit">"Sign out"</button>
            </DeedForm>
        </TopBar>
    }
    .into_any()
}

//! The bar at the top of every page, for whoever is signed in: the brand, where one can go, who one is.

use crate::{api::session::SignOut, app::Me};
use leptos::{form::ActionForm, prelude::*};
use leptos_router::components::A;

/// The bar. Its links and the way out are there for those who are signed in.
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
        <a class="skip" href="#main">"Skip to the page"</a>
        <header class="top">
            <a class="brand" href="/">
                <i aria-hidden="true"></i>
                "Gonogo"
            </a>
            <Suspense>
                {move || Suspend::new(async move {
                    me.await
                        .map(|person| {
                            view! {
                                <nav aria-label="Main">
                                    <A href="/" exact=true>
                                        "Runs"
                                    </A>
                                </nav>
                                <div class="end">
                                    <span class="person">{person.title.clone()}</span>
                                    <ActionForm action=sign_out>
                                        <button class="btn small" type="submit">
                                            "Sign out"
                                        </button>
                                    </ActionForm>
                                </div>
                            }
                        })
                })}
            </Suspense>
        </header>
    }
}

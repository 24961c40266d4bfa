//! What people see: the document around every page, and which page stands at which path.

pub mod components;
pub mod deed;
pub mod header;
pub mod live;
pub mod loaded;
pub mod pages;
pub mod trouble;

use crate::{
    api::session::{Person, who_am_i},
    app::{
        header::Header,
        loaded::{Loaded, load},
        pages::{
            AccountRoute, ChecklistRoute, ChecklistsRoute, CompareRoute, EnvironmentsRoute, InvitationRoute,
            NewRunRoute, PeopleRoute, PersonRoute, RunsRoute, SignInRoute, StabilityRoute,
            not_found::NotFound, run::RunRoute,
        },
    },
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{HashedStylesheet, Link, MetaTags, Title, provide_meta_context};
use leptos_router::{
    Lazy, SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// Who is signed in, for every page: `expect_context::<Me>().0`. Refetched after signing in.
#[derive(Clone, Copy, Debug)]
pub struct Me(pub Loaded<Option<Person>>);

/// The document around every page, drawn on the server only.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <HashedStylesheet options=options.clone() id="style" />
                <HydrationScripts options=options />
                <script type="module" src="/passkey.js" nonce=use_nonce()></script>
                <script type="module" src="/copy.js" nonce=use_nonce()></script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The whole application. Pages are drawn on the server, complete, before anything is sent: they read and their forms
/// post without JavaScript.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let me = load(|| (), |()| async { who_am_i().await.unwrap_or_default() });
    provide_context(Me(me));
    view! {
        <Link rel="preload" href="/fonts/inter.woff2" as_="font" type_="font/woff2" crossorigin="anonymous" />
        <Title formatter=document_title />
        <Router>
            <Header />
            <main id="main" class="page" tabindex="-1">
                <Routes fallback=NotFound>
                    <Route path=path!("/") view={Lazy::<RunsRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view={Lazy::<SignInRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/new-run") view={Lazy::<NewRunRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/runs/compare") view={Lazy::<CompareRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/runs/:id") view={Lazy::<RunRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/checklists") view={Lazy::<ChecklistsRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/checklists/:id") view={Lazy::<ChecklistRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/stability") view={Lazy::<StabilityRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/environments") view={Lazy::<EnvironmentsRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/people") view={Lazy::<PeopleRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/people/:id") view={Lazy::<PersonRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/account") view={Lazy::<AccountRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/invite") view={Lazy::<InvitationRoute>::new()} ssr=SsrMode::Async />
                </Routes>
            </main>
        </Router>
    }
}

fn document_title(page: String) -> String {
    if page.is_empty() {
        "Gonogo".to_owned()
    } else {
        // What draws the page on the server puts this between its tags as it is: without `<` nothing ends them early.
        format!("{} · Gonogo", page.replace('<', "‹"))
    }
}

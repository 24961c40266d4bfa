//! The pages, one file each. Browsers are sent what every page needs, and then either the page of a run or all the others.

pub mod account;
pub mod checklist;
pub mod checklists;
pub mod comparison;
pub mod environments;
pub mod invitation;
pub mod new_run;
pub mod not_found;
pub mod people;
pub mod person;
pub mod run;
pub mod runs;
pub mod sign_in;
pub mod stability;

use leptos::prelude::*;
use leptos_router::LazyRoute;

/// A route for each page that is not a run's.
macro_rules! pages {
    ($($page:ident: $route:ident => $view:path,)*) => {
        #[derive(Clone, Copy, Debug)]
        enum Page {
            $($page,)*
        }

        /// What draws each page, once their file has arrived.
        #[lazy]
        fn pages() -> fn(Page) -> AnyView {
            |page| match page {
                $(Page::$page => $view().into_any(),)*
            }
        }

        $(
            #[doc = concat!("The way to [`", stringify!($view), "`].")]
            #[derive(Debug)]
            pub struct $route;

            impl LazyRoute for $route {
                fn data() -> Self {
                    Self
                }

                async fn view(_route: Self) -> AnyView {
                    (pages().await)(Page::$page)
                }

                async fn preload() {
                    pages().await;
                }
            }
        )*
    };
}

pages! {
    Account: AccountRoute => account::Account,
    Checklist: ChecklistRoute => checklist::Checklist,
    Checklists: ChecklistsRoute => checklists::Checklists,
    Compare: CompareRoute => comparison::Compare,
    Environments: EnvironmentsRoute => environments::Environments,
    Invitation: InvitationRoute => invitation::Invitation,
    NewRun: NewRunRoute => new_run::NewRun,
    People: PeopleRoute => people::People,
    Person: PersonRoute => person::Person,
    Runs: RunsRoute => runs::Runs,
    SignIn: SignInRoute => sign_in::SignInPage,
    Stability: StabilityRoute => stability::Stability,
}

use super::Tone;
use leptos::{html, prelude::*};

/// A place in the main navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavLink {
    /// The word.
    pub label: &'static str,
    /// Where to.
    pub href: &'static str,
    /// The page is there, or below it.
    pub here: bool,
}

/// The top of every page: the mark, where one can go, whether the page is live, who is signed in.
#[component]
pub fn TopBar(
    /// Where one can go.
    #[prop(into)]
    links: Signal<Vec<NavLink>>,
    /// The viewer's name.
    #[prop(into)]
    name: String,
    /// Their roles in words: "DevOps, QA".
    #[prop(into)]
    roles: String,
    /// A [`LiveMark`], on pages that follow a run.
    #[prop(optional_no_strip, into)]
    live: Option<AnyView>,
    /// What the viewer's menu holds: links, and the form that signs out.
    children: Children,
) -> impl IntoView {
    let links = move || {
        let link = |link: NavLink| {
            let current = link.here.then_some("page");
            view! { <li><a href=link.href aria-current=current>{link.label}</a></li> }
        };
        links.get().into_iter().map(link).collect_view()
    };
    let menu = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let initials = initials(&name);
    view! {
        <a class="skip-link" href="#main" rel="external">"Skip to the content"</a>
        <header class="top">
            <a class="brand" href="/">"gonogo"</a>
            <nav aria-label="Main">
                <ul role="list">{links}</ul>
            </nav>
            <div class="top-end">
                {live}
                <details
                    class="menu"
                    node_ref=menu
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            close();
                        }
                    }
                >
                    <summary>
                        <span class="face" aria-hidden="true">{initials}</span>
                        <span class="menu-name">{name.clone()}</span>
                    </summary>
                    <div class="menu-body" on:click=move |_| close()>
                        <div class="menu-note">
                            <b>{name}</b>
                            <span>{roles}</span>
                        </div>
                        {children()}
                    </div>
                </details>
            </div>
        </header>
    }
    .into_any()
}

/// Whether the page hears the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// Every change arrives.
    Live,
    /// Trying again; the page shows what was known before.
    Reconnecting,
    /// The run ended, or there is no script: nothing more arrives.
    Ended,
}

/// A dot and a word for [`LiveState`].
#[component]
pub fn LiveMark(
    /// The state.
    #[prop(into)]
    live: Signal<LiveState>,
) -> impl IntoView {
    let tone = move || match live.get() {
        LiveState::Live => Tone::Go.key(),
        LiveState::Reconnecting => Tone::Hold.key(),
        LiveState::Ended => Tone::None.key(),
    };
    let words = move || match live.get() {
        LiveState::Live => "live",
        LiveState::Reconnecting => "reconnecting",
        LiveState::Ended => "not live",
    };
    view! {
        <span class="live" data-tone=tone>
            {words}
        </span>
    }
    .into_any()
}

/// The first letters of the first and the last word, at most two.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first
        .into_iter()
        .chain(words.next_back())
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_shows_at_most_two_letters() {
        assert_eq!(initials("olga petrova"), "OP");
        assert_eq!(initials("Dana van der Veen"), "DV");
        assert_eq!(initials("qa"), "Q");
        assert_eq!(initials(""), "");
    }
}

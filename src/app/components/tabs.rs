use super::Tone;
use leptos::prelude::*;

/// A part of a page that has an address of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tab {
    /// The word.
    pub label: String,
    /// Where to.
    pub href: String,
    /// How many, or how far: "3", "9 / 13"; empty for nothing.
    pub count: String,
    /// The colour of the count.
    pub tone: Tone,
    /// This is the one that is shown.
    pub here: bool,
}

/// The parts of a page, as links.
#[component]
pub fn Tabs(
    /// What they are parts of, for screen readers: "Parts of run 41".
    #[prop(into)]
    label: String,
    /// In order.
    tabs: Vec<Tab>,
) -> impl IntoView {
    let tab = |tab: Tab| {
        let count = (!tab.count.is_empty())
            .then(|| view! { <span class="tab-count" data-tone=tab.tone.key()>{tab.count}</span> });
        view! {
            <li>
                <a href=tab.href aria-current=tab.here.then_some("page") data-noscroll="">
                    {tab.label}
                    {count}
                </a>
            </li>
        }
    };
    view! {
        <nav class="tabs" aria-label=label>
            <ul role="list">{tabs.into_iter().map(tab).collect_view()}</ul>
        </nav>
    }
    .into_any()
}

use leptos::prelude::*;

/// A step on the way to a page; the last one is the page itself and has no link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// The word.
    pub label: String,
    /// Where it leads.
    pub href: Option<String>,
}

impl Crumb {
    /// A step that leads somewhere.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: Some(href.into()),
        }
    }

    /// The page itself.
    pub fn here(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: None,
        }
    }
}

/// The way from the top to this page.
#[component]
pub fn Crumbs(
    /// From the top.
    trail: Vec<Crumb>,
) -> impl IntoView {
    let step = |crumb: Crumb| match crumb.href {
        Some(href) => view! { <li><a href=href>{crumb.label}</a></li> }.into_any(),
        None => view! { <li aria-current="page">{crumb.label}</li> }.into_any(),
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumbs">
            <ol role="list">{trail.into_iter().map(step).collect_view()}</ol>
        </nav>
    }
    .into_any()
}

use super::{Icon, Tone, Words};
use domain::status::Status;
use leptos::prelude::*;

/// How an item stands: icon, word and colour.
#[component]
pub fn StatusMark(
    /// The status.
    status: Status,
    /// Another word than the status' own: "too early".
    #[prop(optional, into)]
    word: Words,
    /// At the size of running text.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let icon = status_icon(status);
    let word = word.get().unwrap_or_else(|| status.word().to_owned());
    view! { <Mark tone=status.into() icon=icon word=word large=large /> }.into_any()
}

/// Icon, word and colour for a state that is not an item's: an answer, a signature, a health.
#[component]
pub fn Mark(
    /// The colour.
    tone: Tone,
    /// The symbol's id in the sprite.
    icon: &'static str,
    /// The word.
    #[prop(into)]
    word: String,
    /// At the size of running text.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let class = if large { "status is-large" } else { "status" };
    view! {
        <span class=class data-tone=tone.key() data-status=icon>
            <Icon name=icon />
            {word}
        </span>
    }
    .into_any()
}

/// The icon of a status; it is also its name in `data-status`.
pub fn status_icon(status: Status) -> &'static str {
    match status {
        Status::NotApplicable => "not-applicable",
        Status::Proved => "proved",
        Status::Attested => "attested",
        Status::Overridden => "overridden",
        Status::Skipped => "skipped",
        Status::Waived => "waived",
        Status::Stale => "stale",
        Status::Done => "done",
        Status::Open => "open",
        Status::Running => "running",
        Status::Warning => "warning",
        Status::NoData => "no-data",
        Status::Unknown => "unknown",
        Status::Error => "error",
        Status::Failed => "failed",
    }
}

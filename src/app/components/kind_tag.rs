use super::{Icon, Tone};
use domain::{environment::Class, outline::LineKind};
use leptos::prelude::*;

/// What settles a line: probe, action, attestation, check.
#[component]
pub fn KindTag(
    /// The kind.
    kind: LineKind,
) -> impl IntoView {
    let (tone, icon) = match kind {
        LineKind::Probe => (Tone::None, "eye"),
        LineKind::Action => (Tone::Hold, "play"),
        LineKind::Attestation => (Tone::None, "person"),
        LineKind::Parent => (Tone::None, "list"),
        LineKind::Check => (Tone::None, "terminal"),
    };
    view! { <Tag tone=tone icon=icon text=kind.word() /> }.into_any()
}

/// A word about a thing, in a pill: "optional", "claimed there", "published".
#[component]
pub fn Tag(
    /// The word.
    #[prop(into)]
    text: String,
    /// The colour.
    #[prop(optional)]
    tone: Tone,
    /// An icon before it.
    #[prop(optional, into)]
    icon: Option<&'static str>,
) -> impl IntoView {
    let icon = icon.map(|name| view! { <Icon name=name /> });
    view! { <span class="kind" data-tone=tone.key()>{icon} {text}</span> }.into_any()
}

/// The name of an environment, coloured by how much is at stake there.
#[component]
pub fn EnvironmentBadge(
    /// Its name.
    #[prop(into)]
    name: String,
    /// How much is at stake.
    class: Class,
) -> impl IntoView {
    let text = format!("{name} · {class}");
    view! { <span class="environment" data-tone=Tone::from(class).key()>{text}</span> }.into_any()
}

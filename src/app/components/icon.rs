use leptos::prelude::*;

/// A picture from `public/icons.svg`, in the colour of the text around it. It says nothing to a screen reader: the word
/// beside it does.
#[component]
pub fn Icon(
    /// The symbol's id in the sprite.
    name: &'static str,
) -> impl IntoView {
    let href = format!("/icons.svg#{name}");
    view! {
        <svg class="icon" aria-hidden="true" focusable="false">
            <use href=href></use>
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use crate::app::components::{Tone, status_icon};
    use domain::status::Status;

    const SPRITE: &str = include_str!("../../../public/icons.svg");

    #[test]
    fn every_icon_that_a_component_names_is_in_the_sprite() {
        let statuses = [
            Status::NotApplicable,
            Status::Proved,
            Status::Attested,
            Status::Overridden,
            Status::Skipped,
            Status::Waived,
            Status::Stale,
            Status::Done,
            Status::Open,
            Status::Running,
            Status::Warning,
            Status::NoData,
            Status::Unknown,
            Status::Error,
            Status::Failed,
        ];
        let tones = [Tone::Go, Tone::No, Tone::Hold, Tone::Run, Tone::None];
        let others = ["close", "list", "eye", "play", "person", "terminal"];
        let names = statuses
            .map(status_icon)
            .into_iter()
            .chain(tones.map(Tone::icon))
            .chain(others);
        for name in names {
            assert!(
                SPRITE.contains(&format!("<symbol id=\"{name}\"")),
                "{name} is missing"
            );
        }
    }
}

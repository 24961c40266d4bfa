use super::Tone;
use leptos::prelude::*;

/// One answer among several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// The word.
    pub label: String,
    /// What it means; empty for nothing.
    pub note: String,
    /// Its colour when it is chosen; [`Tone::None`] for the accent.
    pub tone: Tone,
    /// Chosen from the start.
    pub checked: bool,
    /// It cannot be chosen; the note says why.
    pub disabled: bool,
}

/// A question with one answer of several, each with what it means.
#[component]
pub fn Choices(
    /// The question.
    #[prop(into)]
    legend: String,
    /// The form's field.
    #[prop(into)]
    name: String,
    /// The answers.
    choices: Vec<Choice>,
    /// Beside each other.
    #[prop(optional)]
    row: bool,
) -> impl IntoView {
    let class = if row { "choices is-row" } else { "choices" };
    let choice = move |choice: Choice| {
        let tone = (choice.tone != Tone::None).then(|| choice.tone.key());
        let note = (!choice.note.is_empty()).then(|| view! { <small>{choice.note}</small> });
        view! {
            <label class="choice" data-tone=tone>
                <input
                    type="radio"
                    name=name.clone()
                    value=choice.value
                    checked=choice.checked
                    disabled=choice.disabled
                    required=true
                />
                <b>{choice.label}</b>
                {note}
            </label>
        }
    };
    view! {
        <fieldset class="field">
            <legend>{legend}</legend>
            <div class=class>{choices.into_iter().map(choice).collect_view()}</div>
        </fieldset>
    }
    .into_any()
}

/// A question with any number of answers.
#[component]
pub fn Checks(
    /// The question.
    #[prop(into)]
    legend: String,
    /// The form's field; of a list it ends in `[]`.
    #[prop(into)]
    name: String,
    /// The answers.
    choices: Vec<Choice>,
) -> impl IntoView {
    let choice = move |choice: Choice| {
        let note = (!choice.note.is_empty()).then(|| view! { <small>{choice.note}</small> });
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    name=name.clone()
                    value=choice.value
                    checked=choice.checked
                    disabled=choice.disabled
                />
                <b>{choice.label}</b>
                {note}
            </label>
        }
    };
    view! {
        <fieldset class="field">
            <legend>{legend}</legend>
            <div class="choices is-row">{choices.into_iter().map(choice).collect_view()}</div>
        </fieldset>
    }
    .into_any()
}

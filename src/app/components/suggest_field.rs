use super::{Field, Words};
use leptos::prelude::*;

/// One line of text with suggestions, of which none need be taken.
#[component]
pub fn SuggestField(
    /// The form's field; also its id.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// What stands in it.
    #[prop(optional, into)]
    value: Words,
    /// What is often meant.
    suggestions: Vec<String>,
) -> impl IntoView {
    let list = format!("{name}-suggestions");
    let option = |value: String| view! { <option value=value></option> };
    view! {
        <Field id=name.clone() label=label optional=true>
            <input class="input" id=name.clone() name=name list=list.clone() value=value.get() autocomplete="off" />
            <datalist id=list>{suggestions.into_iter().map(option).collect_view()}</datalist>
        </Field>
    }
    .into_any()
}

use super::{Icon, Words};
use leptos::prelude::*;

/// A label over a control of one's own, with a note or an error below. The control has `id=id`, and, where there is a
/// note or an error, `aria-describedby` of `{id}-note` or `{id}-error`.
#[component]
pub fn Field(
    /// The control's id.
    #[prop(into)]
    id: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
    /// What helps to fill it.
    #[prop(optional, into)]
    note: Words,
    /// What is wrong with it, and what to do.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let (note_id, error_id) = (format!("{id}-note"), format!("{id}-error"));
    let optional = optional.then(|| view! { " " <span class="field-optional">"optional"</span> });
    let note = note
        .get()
        .map(|note| view! { <span class="field-note" id=note_id>{note}</span> });
    let error = move || {
        error.get().map(|error| {
            view! {
                <span class="field-error" id=error_id.clone()>
                    <Icon name="error" />
                    {error}
                </span>
            }
        })
    };
    view! {
        <div class="field">
            <label for=id>{label} {optional}</label>
            {children()}
            {error}
            {note}
        </div>
    }
    .into_any()
}

fn described_by(id: &str, note: bool, error: bool) -> Option<String> {
    match (note, error) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-note")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-error {id}-note")),
    }
}

/// One line of text, or a password, a date, a number.
#[component]
pub fn TextField(
    /// The form's field; also its id, unless `id` is given.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// Its id, where two forms of a page have a field of this name.
    #[prop(optional, into)]
    id: Words,
    /// `text`, `password`, `date`, `datetime-local`, `number`, `url`, `search`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands in it.
    #[prop(optional, into)]
    value: Words,
    /// An example; never the only word about what belongs here.
    #[prop(optional, into)]
    placeholder: Words,
    /// For password managers: `username`, `current-password`, `new-password`, `off`.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
    /// For commits, paths and hashes.
    #[prop(optional)]
    mono: bool,
    /// At most so many characters.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// What helps to fill it.
    #[prop(optional, into)]
    note: Words,
    /// What is wrong with it, and what to do.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let id = id.get().unwrap_or_else(|| name.clone());
    let class = if mono { "input is-mono" } else { "input" };
    let (described, noted) = (id.clone(), note.clone().get().is_some());
    view! {
        <Field id=id.clone() label=label optional=optional note=note error=error>
            <input
                class=class
                id=id
                name=name
                type=kind
                value=value.get()
                placeholder=placeholder.get()
                autocomplete=autocomplete
                maxlength=maxlength.map(|most| most.to_string())
                required=!optional
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || described_by(&described, noted, error.with(Option::is_some))
            />
        </Field>
    }
    .into_any()
}

/// The password of whoever is signed in, before something that a stolen session must not do.
#[component]
pub fn PasswordAgain(
    /// Its id, one of its own for each form of a page.
    #[prop(into)]
    id: String,
    /// How often its form was answered: it is empty again after each, for whoever comes to the open page next.
    #[prop(into)]
    answered: Signal<usize>,
) -> impl IntoView {
    let field = move |_| {
        view! {
            <TextField
                name="password"
                id=id.clone()
                label="Your password, again"
                kind="password"
                autocomplete="current-password"
                maxlength=256
            />
        }
    };
    view! { <For each=move || std::iter::once(answered.get()) key=|count| *count children=field /> }
}

/// Several lines of text.
#[component]
pub fn TextAreaField(
    /// The form's field; also its id, unless `id` is given.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// Its id, where two forms of a page have a field of this name.
    #[prop(optional, into)]
    id: Words,
    /// What stands in it.
    #[prop(optional, into)]
    value: Words,
    /// An example.
    #[prop(optional, into)]
    placeholder: Words,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
    /// At most so many characters.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// What helps to fill it.
    #[prop(optional, into)]
    note: Words,
    /// What is wrong with it, and what to do.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let id = id.get().unwrap_or_else(|| name.clone());
    let (described, noted) = (id.clone(), note.clone().get().is_some());
    view! {
        <Field id=id.clone() label=label optional=optional note=note error=error>
            <textarea
                class="textarea"
                id=id
                name=name
                placeholder=placeholder.get()
                maxlength=maxlength.map(|most| most.to_string())
                required=!optional
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || described_by(&described, noted, error.with(Option::is_some))
                inner_html=escaped(&value.get().unwrap_or_default())
            ></textarea>
        </Field>
    }
    .into_any()
}

/// Text for inside a `<textarea>`: Leptos writes an element's children as text everywhere but there.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// One of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelectOption {
    /// What the form sends.
    pub value: String,
    /// The words.
    pub label: String,
    /// Chosen from the start.
    pub selected: bool,
}

/// A choice from a list that is too long for [`super::Choices`].
#[component]
pub fn SelectField(
    /// The form's field; also its id, unless `id` is given.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// Its id, where two forms of a page have a field of this name.
    #[prop(optional, into)]
    id: Words,
    /// The list.
    options: Vec<SelectOption>,
    /// What helps to choose.
    #[prop(optional, into)]
    note: Words,
    /// What is wrong with it, and what to do.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let id = id.get().unwrap_or_else(|| name.clone());
    let (described, noted) = (id.clone(), note.clone().get().is_some());
    let option = |option: SelectOption| {
        view! { <option value=option.value selected=option.selected>{option.label}</option> }
    };
    view! {
        <Field id=id.clone() label=label note=note error=error>
            <select
                class="select"
                id=id
                name=name
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || described_by(&described, noted, error.with(Option::is_some))
            >
                {options.into_iter().map(option).collect_view()}
            </select>
        </Field>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_textarea() {
        Owner::new().with(|| {
            let value = "</textarea><script>alert(1)</script>&lt;";
            let html = view! { <TextAreaField name="note" label="Note" value=value /> }.to_html();
            assert!(
                html.contains("&lt;/textarea>&lt;script>alert(1)&lt;/script>&amp;lt;</textarea>"),
                "{html}"
            );
        });
    }
}

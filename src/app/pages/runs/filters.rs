//! What the history is asked for: a form without a script, whose answer has an address.

use crate::{
    api::history::RunFilter,
    app::components::{SelectField, SelectOption, SuggestField, TextField},
};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

const STATES: [(&str, &str); 7] = [
    ("", "any state"),
    ("open", "open"),
    ("preparing", "preparing"),
    ("executing", "executing"),
    ("verifying", "verifying"),
    ("rolling back", "rolling back"),
    ("closed", "closed"),
];

const OUTCOMES: [(&str, &str); 6] = [
    ("", "any outcome"),
    ("GO", "GO"),
    ("GO with conditions", "GO with conditions"),
    ("NO-GO", "NO-GO"),
    ("rolled back", "rolled back"),
    ("abandoned", "abandoned"),
];

/// What an address asks for.
pub fn asked(query: &ParamsMap) -> RunFilter {
    let text = |name: &str| query.get(name).unwrap_or_default();
    let number = |name: &str| query.get(name).and_then(|number| number.parse().ok());
    RunFilter {
        environment: text("environment"),
        state: text("state"),
        outcome: text("outcome"),
        person: text("person"),
        from: text("from"),
        to: text("to"),
        text: text("text"),
        before: number("before"),
        after: number("after"),
    }
}

/// The address that asks for this.
pub fn address(filter: &RunFilter) -> String {
    let RunFilter {
        environment,
        state,
        outcome,
        person,
        from,
        to,
        text,
        before,
        after,
    } = filter;
    let turn = |id: &Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    let (before, after) = (turn(before), turn(after));
    let parts = [
        ("environment", environment),
        ("state", state),
        ("outcome", outcome),
        ("person", person),
        ("from", from),
        ("to", to),
        ("text", text),
        ("before", &before),
        ("after", &after),
    ];
    let given = parts.iter().filter(|(_, value)| !value.is_empty());
    let given: Vec<String> = given
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect();
    match given.is_empty() {
        true => "/".to_owned(),
        false => format!("/?{}", given.join("&")),
    }
}

/// The form. `environments` are suggested: older runs may be of others.
pub fn form(filter: &RunFilter, environments: Vec<String>) -> AnyView {
    view! {
        <form class="filters" method="get" action="/" role="search">
            <div class="is-text">
                <TextField name="text" label="Words" kind="search" value=filter.text.clone() optional=true />
            </div>
            <SuggestField name="environment" label="Environment" value=filter.environment.clone() suggestions=environments />
            <SelectField name="state" label="State" options=options(&STATES, &filter.state) />
            <SelectField name="outcome" label="Outcome" options=options(&OUTCOMES, &filter.outcome) />
            <TextField name="person" label="Started or signed by" value=filter.person.clone() optional=true />
            <TextField name="from" label="From (UTC)" kind="date" value=filter.from.clone() optional=true />
            <TextField name="to" label="To (UTC)" kind="date" value=filter.to.clone() optional=true />
            <button class="btn" type="submit">"Filter"</button>
        </form>
    }
    .into_any()
}

/// Whatever an older link asks for stays chosen, also where it is in the other list now.
fn options(known: &[(&str, &str)], chosen: &str) -> Vec<SelectOption> {
    let option = |value: &str, label: &str| SelectOption {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: value == chosen,
    };
    let mut options: Vec<SelectOption> = known.iter().map(|(value, label)| option(value, label)).collect();
    if !known.iter().any(|(value, _)| *value == chosen) {
        options.push(option(chosen, chosen));
    }
    options
}

/// RFC 3986: everything but the unreserved characters in hexadecimal.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_what_the_form_had() {
        let filter = RunFilter {
            environment: "shop live".to_owned(),
            outcome: "NO-GO".to_owned(),
            text: "50% & more".to_owned(),
            before: Some(7),
            ..RunFilter::default()
        };
        let address = address(&filter);
        assert_eq!(
            address,
            "/?environment=shop%20live&outcome=NO-GO&text=50%25%20%26%20more&before=7"
        );
        let mut query = ParamsMap::new();
        for (name, value) in [
            ("environment", "shop live"),
            ("outcome", "NO-GO"),
            ("text", "50% & more"),
            ("before", "7"),
        ] {
            query.insert(name, value.to_owned());
        }
        assert_eq!(asked(&query), filter);
        assert_eq!(super::address(&RunFilter::default()), "/");
    }

    #[test]
    fn a_state_that_is_an_outcome_stays_chosen() {
        let options = options(&STATES, "GO");
        let chosen: Vec<&str> = options
            .iter()
            .filter(|option| option.selected)
            .map(|option| option.value.as_str())
            .collect();
        assert_eq!(chosen, ["GO"]);
    }
}

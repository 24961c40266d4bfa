//! Tokens: how programs come in.

use crate::{
    api::{api_token::TokenLine, session::Made},
    app::{
        components::{
            Button, ButtonKind, ButtonSize, Checks, Choice, ExactTime, PasswordAgain, SectionCard,
            SelectField, SelectOption, TextField,
        },
        deed::{Deed, DeedForm},
    },
};
use domain::person::Scope;
use leptos::prelude::*;

/// The form and the list.
pub fn card(tokens: Vec<TokenLine>, environments: Vec<String>, make: Deed<Made>, revoke: Deed) -> AnyView {
    let scope = |scope: Scope| Choice {
        value: scope.key().to_owned(),
        label: scope.title().to_owned(),
        ..Choice::default()
    };
    let every = SelectOption {
        value: String::new(),
        label: "every environment".into(),
        selected: true,
    };
    let one = environments.into_iter().map(|name| SelectOption {
        value: name.clone(),
        label: name,
        selected: false,
    });
    let list = (!tokens.is_empty()).then(|| table(tokens, revoke));
    view! {
        <SectionCard title="Programs" id="tokens">
            <div class="section-body stack">
                <p>
                    "A program, such as a CI job, comes in with a token over " <code>"/api/v1"</code>
                    ". What it says about a line counts as attested, and it never signs."
                </p>
                <DeedForm deed=make>
                    <div class="form">
                        <div class="form-row">
                            <TextField
                                name="name"
                                label="Name of the program"
                                maxlength=64
                                autocomplete="off"
                                note="Lower case, for example ci.shop. One that exists gets another token."
                            />
                            <SelectField name="environment" label="Only in" options=std::iter::once(every).chain(one).collect() />
                            <TextField name="days" label="Works for how many days" kind="number" value="90" note="365 at most." />
                        </div>
                        <Checks legend="What for" name="scopes[]" choices=Scope::ALL.map(scope).to_vec() />
                        <div class="form-row"><PasswordAgain id="token-password" answered=make.version() /></div>
                        <div class="form-actions">
                            <Button kind=ButtonKind::Main busy=make.pending()>"Make a token"</Button>
                        </div>
                    </div>
                </DeedForm>
            </div>
            {list}
        </SectionCard>
    }
    .into_any()
}

/// The tokens that work.
pub fn table(tokens: Vec<TokenLine>, revoke: Deed) -> AnyView {
    let line = move |line: TokenLine| {
        let label = format!(
            "Revoke the token of {} until {}",
            line.name,
            line.expires_at.format("%Y-%m-%d")
        );
        let scopes: Vec<&str> = line.rights.scopes.iter().map(|scope| scope.title()).collect();
        let place = line.rights.environment.map(|name| format!(" in {name}"));
        let used = match line.last_used_at {
            Some(at) => view! { <ExactTime at=at /> }.into_any(),
            None => "never".into_any(),
        };
        view! {
            <tr>
                <th scope="row"><a class="table-main" href=format!("/people/{}", line.service.0)>{line.name}</a></th>
                <td data-label="What for">{scopes.join(", ")} {place}</td>
                <td data-label="Works until"><ExactTime at=line.expires_at /></td>
                <td data-label="Last used">{used}</td>
                <td data-label="Made by">{line.by}</td>
                <td class="is-acts">
                    <DeedForm deed=revoke>
                        <input type="hidden" name="id" value=line.id />
                        <Button size=ButtonSize::Small label=label>"Revoke"</Button>
                    </DeedForm>
                </td>
            </tr>
        }
    };
    view! {
        <div class="table-wrap">
            <table class="table">
                <caption>"Tokens that work"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Program"</th>
                        <th scope="col">"What for"</th>
                        <th scope="col">"Works until"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col">"Made by"</th>
                        <th scope="col"><span class="visually-hidden">"Revoke"</span></th>
                    </tr>
                </thead>
                <tbody>{tokens.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

//! Forms that ask the server to do something. They post as any form does where no script runs; where one does, the same fields are sent
//! beside the page.
//!
//! `ServerAction` and `ActionForm` would do the same with what reads and writes each function's own arguments: most of what a browser
//! would be sent.

use crate::api::Error;
use leptos::{
    form::form_data_from_event,
    prelude::*,
    server::ServerActionError,
    server_fn::{
        ServerFn,
        error::{FromServerFnError, ServerFnUrlError},
        redirect::{REDIRECT_HEADER, call_redirect_hook},
    },
    task::spawn_local,
    web_sys::{SubmitEvent, UrlSearchParams},
};
use serde::de::DeserializeOwned;

/// What a kind of form asks for, and what was answered last.
#[derive(Debug)]
pub struct Deed<T: Send + Sync + 'static = ()> {
    path: &'static str,
    pending: RwSignal<bool>,
    version: RwSignal<usize>,
    value: RwSignal<Option<Result<T, Error>>>,
}

impl<T: Send + Sync + 'static> Clone for Deed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Deed<T> {}

impl<T: DeserializeOwned + Send + Sync + 'static> Deed<T> {
    /// Asks for `F`. What a browser without scripts was told stands in the address that it was sent back to.
    pub fn to<F: ServerFn<Output = T, Error = Error>>() -> Self {
        let told = use_context::<ServerActionError>()
            .filter(|told| told.path() == F::PATH)
            .map(|told| Err(ServerFnUrlError::decode_err(told.err())));
        Self {
            path: F::PATH,
            pending: RwSignal::new(false),
            version: RwSignal::new(0),
            value: RwSignal::new(told),
        }
    }

    /// Whether an answer is awaited.
    pub fn pending(self) -> Signal<bool> {
        self.pending.into()
    }

    /// How many answers there were.
    pub fn version(self) -> Signal<usize> {
        self.version.into()
    }

    /// The last answer.
    pub fn value(self) -> Signal<Option<Result<T, Error>>>
    where
        T: Clone,
    {
        self.value.into()
    }

    /// Does it without a form, with these fields.
    pub fn send(self, fields: &[(&str, &str)]) {
        if let Ok(form) = UrlSearchParams::new() {
            for (name, value) in fields {
                form.append(name, value);
            }
            self.post(form);
        }
    }

    fn post(self, fields: UrlSearchParams) {
        let fields = String::from(fields.to_string());
        self.pending.set(true);
        spawn_local(async move {
            let answer = match post(self.path, fields).await {
                Ok(body) => read(&body),
                Err(error) => Err(error),
            };
            // The page may have been left meanwhile.
            self.pending.try_set(false);
            self.value.try_set(Some(answer));
            self.version.try_update(|version| *version += 1);
        });
    }
}

/// The form of a deed.
#[component]
pub fn DeedForm<T: DeserializeOwned + Send + Sync + 'static>(
    /// What it asks for.
    deed: Deed<T>,
    /// Its fields.
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        if let Some(fields) = fields(&event) {
            deed.post(fields);
        }
    };
    view! { <form action=deed.path method="post" on:submit=submit>{children()}</form> }
}

/// The fields of a form with those of the button that was pressed.
fn fields(event: &SubmitEvent) -> Option<UrlSearchParams> {
    let data = form_data_from_event(event).ok()?;
    UrlSearchParams::new_with_str_sequence_sequence(&data).ok()
}

/// Sends a form (`application/x-www-form-urlencoded`), follows where the answer leads, and answers its body.
async fn post(path: &str, fields: String) -> Result<Vec<u8>, Error> {
    let wire = |error: gloo_net::Error| Error::Wire {
        message: error.to_string(),
    };
    let answer = gloo_net::http::Request::post(path)
        .header("Accept", "application/json")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(fields)
        .map_err(wire)?
        .send()
        .await
        .map_err(wire)?;
    let body = answer.binary().await.map_err(wire)?;
    if answer.status() >= 400 {
        return Err(Error::de(body.into()));
    }
    if answer.headers().get(REDIRECT_HEADER).is_some() {
        call_redirect_hook(&answer.headers().get("Location").unwrap_or_default());
    }
    Ok(body)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Wire {
        message: error.to_string(),
    })
}

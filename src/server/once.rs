//! What is shown once to whoever sent a form. A page's program has it from the answer; a browser without one is led back to its page,
//! and keeps it for that long in a cookie of its own, so that no table and no address ever holds it.

use crate::server::{config::Transport, state::AppState};
use axum::http::{HeaderValue, header, request::Parts};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use leptos::context::use_context;
use leptos_axum::ResponseOptions;
use serde::{Serialize, de::DeserializeOwned};

/// How long the way back to the page may take, in seconds.
const MAX_AGE: u32 = 60;

/// The most that is kept, in bytes of JSON: browsers drop cookies of more than 4 KB.
const MOST: usize = 2048;

/// Which it is.
#[derive(Clone, Copy, Debug)]
pub enum Once {
    /// A secret that was made.
    Secret,
    /// Recovery codes that were made.
    Codes,
    /// Why a stranger's form was refused: text in an address could be anybody's, and a stranger has no session that keeps it.
    Refusal,
}

/// Keeps it for the page that is drawn next, where the browser sent the form itself.
pub fn keep(state: &AppState, which: Once, value: &impl Serialize) {
    let by_hand = use_context::<Parts>().is_some_and(|parts| {
        let accepted = parts.headers.get(header::ACCEPT);
        accepted.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
    });
    if by_hand
        && let Ok(text) = serde_json::to_vec(value)
        && text.len() <= MOST
    {
        set(state, which, &URL_SAFE_NO_PAD.encode(text), MAX_AGE);
    }
}

/// Takes it, where there is one.
pub fn take<T: DeserializeOwned>(state: &AppState, which: Once) -> Option<T> {
    let parts = use_context::<Parts>()?;
    let cookies = parts.headers.get_all(header::COOKIE).iter();
    let pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    let own = format!("{}=", name(state, which));
    let text = pairs
        .into_iter()
        .find_map(|pair| pair.trim().strip_prefix(&own))?
        .to_owned();
    set(state, which, "", 0);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

fn name(state: &AppState, which: Once) -> String {
    let end = match which {
        Once::Secret => "once",
        Once::Codes => "codes",
        Once::Refusal => "refused",
    };
    format!("{}-{end}", state.config.transport.cookie_name())
}

fn set(state: &AppState, which: Once, value: &str, seconds: u32) {
    let secure = match state.config.transport {
        Transport::Protected => "; Secure",
        Transport::Plain => "",
    };
    let name = name(state, which);
    let cookie = format!("{name}={value}; HttpOnly; SameSite=Strict{secure}; Path=/; Max-Age={seconds}");
    if let (Some(options), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        options.append_header(header::SET_COOKIE, cookie);
    }
}

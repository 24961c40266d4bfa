//! A secret that is shown once to whoever made it. A page's program has it from the answer; a browser without one is led back to
//! its page, and keeps it for that long in a cookie of its own, so that no table and no address ever holds it.

use crate::{
    api::session::Made,
    server::{config::Transport, state::AppState},
};
use axum::http::{HeaderValue, header, request::Parts};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use leptos::context::use_context;
use leptos_axum::ResponseOptions;

/// How long the way back to the page may take, in seconds.
const MAX_AGE: u32 = 60;

/// Keeps it for the page that is drawn next, where the browser sent the form itself.
pub fn keep(state: &AppState, made: &Made) {
    let by_hand = use_context::<Parts>().is_some_and(|parts| {
        let accepted = parts.headers.get(header::ACCEPT);
        accepted.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
    });
    if by_hand && let Ok(text) = serde_json::to_vec(made) {
        set(state, &URL_SAFE_NO_PAD.encode(text), MAX_AGE);
    }
}

/// Takes it, where there is one.
pub fn take(state: &AppState) -> Option<Made> {
    let parts = use_context::<Parts>()?;
    let cookies = parts.headers.get_all(header::COOKIE).iter();
    let pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    let own = format!("{}=", name(state));
    let text = pairs
        .into_iter()
        .find_map(|pair| pair.trim().strip_prefix(&own))?
        .to_owned();
    set(state, "", 0);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

fn name(state: &AppState) -> String {
    format!("{}-once", state.config.transport.cookie_name())
}

fn set(state: &AppState, value: &str, seconds: u32) {
    let secure = match state.config.transport {
        Transport::Protected => "; Secure",
        Transport::Plain => "",
    };
    let name = name(state);
    let cookie = format!("{name}={value}; HttpOnly; SameSite=Strict{secure}; Path=/; Max-Age={seconds}");
    if let (Some(options), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        options.append_header(header::SET_COOKIE, cookie);
    }
}

//! What was wrong with a form that a browser sent without a script. It waits in the session for the page that is drawn
//! next: text in an address could be anybody's.

use crate::{api::Error, server::failure};
use axum::http::{HeaderValue, header, response::Parts};
use leptos::server_fn::error::ServerFnUrlError;
use tower_sessions::Session;

const KEY: &str = "trouble";

/// Moves the error from the address that a form is sent back to into `session`.
pub async fn keep(session: &Session, answer: &mut Parts) {
    let location = answer
        .headers
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok());
    let Some((location, error)) = location.and_then(split) else {
        return;
    };
    if let Err(error) = session.insert(KEY, error).await {
        tracing::warn!(%error, "what was wrong with a form could not be kept for its page");
    }
    if let Ok(value) = HeaderValue::from_str(&location) {
        answer.headers.insert(header::LOCATION, value);
    }
}

/// Takes it out of the caller's session.
///
/// # Errors
/// When the session cannot be read.
pub async fn take(session: &Session) -> Result<Option<Error>, Error> {
    session
        .remove(KEY)
        .await
        .map_err(|error| failure::internal("reading a session", &error))
}

/// The address without the error, and the error.
fn split(location: &str) -> Option<(String, Error)> {
    let (path, query) = location.split_once('?')?;
    let parts = || query.split('&');
    let error = parts().find_map(|part| part.strip_prefix("__err="))?;
    // Its base 64 has no character that an address escapes but `=`.
    let error = ServerFnUrlError::<Error>::decode_err(&error.replace("%3D", "="));
    let own = |part: &&str| !part.starts_with("__err=") && !part.starts_with("__path=");
    let rest: Vec<&str> = parts().filter(own).collect();
    let location = if rest.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", rest.join("&"))
    };
    Some((location, error))
}

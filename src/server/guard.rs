//! The gate: finds out who asks, lets strangers only to the sign-in page, and gives errors their HTTP status.

use crate::{
    api,
    server::{address, auth::Identity, session, state::AppState},
};
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, response::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::Right;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use std::net::SocketAddr;
use tower_sessions::Session;

/// Paths that a stranger may ask for. Everything else is for those who are signed in: deny by default.
pub const OPEN: [&str; 11] = [
    "/sign-in",
    "/invite",
    "/api/invitation/page",
    "/api/invitation/accept",
    "/api/session/sign_in",
    "/api/session/sign_out",
    "/api/session/who_am_i",
    "/api/second_factor/page",
    "/api/second_factor/ask",
    "/api/second_factor/confirm",
    "/api/second_factor/recover",
];

/// The page of one's own account.
pub const ACCOUNT: &str = "/account";

/// What somebody may ask for whose password was given by somebody else, until they have changed it.
const BEFORE_A_CHANGE: [&str; 6] = [
    ACCOUNT,
    "/api/account/page",
    "/api/account/change_password",
    "/api/session/sign_out",
    "/api/session/trouble",
    "/api/session/who_am_i",
];

/// Pages, with what is below them, that are not for everybody. What they show, their server functions refuse; this is the
/// status of the page that says so.
pub const PAGES_FOR: [(&str, Right); 1] = [("/people", Right::ManagePeople)];

/// The most that a stranger may send, in bytes.
const STRANGERS_BODY_MAX: usize = 16 << 10;

/// The most that an error's text may be, in bytes.
const ERROR_MAX: usize = 64 << 10;

/// An [`api::Error`] as an answer of a plain handler: JSON with its status.
#[derive(Debug)]
pub struct ErrorAnswer(pub api::Error);

impl From<api::Error> for ErrorAnswer {
    fn from(error: api::Error) -> Self {
        ErrorAnswer(error)
    }
}

impl IntoResponse for ErrorAnswer {
    fn into_response(self) -> Response {
        (status_of(&self.0), Json(self.0)).into_response()
    }
}

/// Notes the client's address and, with one question to the database, who is signed in.
pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let client = address::client(peer.ip(), request.headers(), &state.config.trusted_proxies);
        request.extensions_mut().insert(client);
    }
    let id = request.extensions().get::<Session>().and_then(Session::id);
    if let Some(id) = id {
        match look_up(&state, id).await {
            Ok(Some(identity)) => {
                request.extensions_mut().insert(identity);
            }
            Ok(None) => {}
            Err(error) => return ErrorAnswer(error.into()).into_response(),
        }
    }
    next.run(request).await
}

/// Sends strangers to the sign-in page, or answers 401 where there is no page to send.
pub async fn signed_in_only(request: Request, next: Next) -> Response {
    if let Some(identity) = request.extensions().get::<Identity>() {
        if identity.must_change_password && !BEFORE_A_CHANGE.contains(&request.uri().path()) {
            return change_first(&request);
        }
        let (identity, method, path) = (
            identity.clone(),
            request.method().clone(),
            request.uri().path().to_owned(),
        );
        let refused = refuses_page(&identity, &path);
        let mut response = next.run(request).await;
        if refused && response.status().is_success() {
            *response.status_mut() = StatusCode::FORBIDDEN;
        }
        if response.status() == StatusCode::FORBIDDEN {
            let person = identity.person.name;
            tracing::warn!(person, %method, path, "refused: the right is missing");
        }
        return response;
    }
    if OPEN.contains(&request.uri().path()) {
        return match with_small_body(request).await {
            Ok(request) => next.run(request).await,
            Err(status) => status.into_response(),
        };
    }
    let page = accepts(request.headers(), "text/html");
    // Who asks for a live stream cannot read a page.
    let stream = accepts(request.headers(), "text/event-stream");
    if request.method() == Method::GET && !stream && !request.uri().path().starts_with("/api/") {
        let wanted = request
            .uri()
            .path_and_query()
            .map_or("/", |wanted| wanted.as_str());
        return Redirect::to(&sign_in_path(wanted)).into_response();
    }
    if page {
        return Redirect::to(&sign_in_path(&page_of_origin(request.headers()))).into_response();
    }
    ErrorAnswer(api::Error::SignedOut).into_response()
}

fn change_first(request: &Request) -> Response {
    let page = accepts(request.headers(), "text/html");
    if page || (request.method() == Method::GET && !request.uri().path().starts_with("/api/")) {
        return Redirect::to(ACCOUNT).into_response();
    }
    ErrorAnswer(api::Error::PasswordToChange).into_response()
}

fn refuses_page(identity: &Identity, path: &str) -> bool {
    let below = |page: &str| {
        path.strip_prefix(page)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut refused = PAGES_FOR.iter().filter(|(page, _)| below(page));
    refused.any(|(_, right)| !identity.person.may(*right, None))
}

/// Gives the answers of server functions the status of their error, and forms 303 instead of 302.
pub async fn settle_status(request: Request, next: Next) -> Response {
    let posted = request.method() == Method::POST;
    let known = request.extensions().get::<Identity>().is_some();
    let session = request.extensions().get::<Session>().cloned().filter(|_| known);
    let response = next.run(request).await;
    if posted && response.status() == StatusCode::FOUND {
        let (mut parts, body) = response.into_parts();
        parts.status = StatusCode::SEE_OTHER;
        if let Some(session) = session {
            crate::server::trouble::keep(&session, &mut parts).await;
        }
        without_empty_query(&mut parts);
        return Response::from_parts(parts, body);
    }
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && response.headers().contains_key(SERVER_FN_ERROR_HEADER)
    {
        return with_own_status(response).await;
    }
    response
}

/// A form's way back ends with its path: `/runs/1`, where the library writes `/runs/1?`.
fn without_empty_query(parts: &mut Parts) {
    let location = parts
        .headers
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok());
    let trimmed = location
        .and_then(|location| location.strip_suffix('?'))
        .map(HeaderValue::from_str);
    if let Some(Ok(location)) = trimmed {
        parts.headers.insert(header::LOCATION, location);
    }
}

/// Says what may be kept: files whose name holds their hash for good, other files after a question, pages never.
pub async fn cache(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let value = if path.starts_with("/pkg/") && state.leptos.hash_files {
        "public, max-age=31536000, immutable"
    } else if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        "no-cache"
    } else {
        "no-store"
    };
    let mut response = next.run(request).await;
    // What is handed out of a run is no file of the site, whatever its name ends with.
    let handed_out = response.headers().contains_key(header::CONTENT_DISPOSITION);
    let value = if response.status().is_success() && !handed_out {
        value
    } else {
        "no-store"
    };
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static(value));
    name_characters(response.headers_mut());
    response
}

/// The site's own texts are UTF-8, and say so.
fn name_characters(headers: &mut HeaderMap) {
    let named = match headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes) {
        Some(b"text/css") => "text/css; charset=utf-8",
        Some(b"text/javascript") => "text/javascript; charset=utf-8",
        Some(b"text/plain") => "text/plain; charset=utf-8",
        Some(b"image/svg+xml") => "image/svg+xml; charset=utf-8",
        Some(_) | None => return,
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(named));
}

/// The part of `next` that is safe to go to after signing in: a path of this site, or `/`.
pub fn local_path(next: Option<&str>) -> &str {
    let safe = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.len() <= 2000
            && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
            && !path.starts_with("/api/")
            && !path.starts_with("/sign-in")
    };
    next.filter(safe).unwrap_or("/")
}

async fn look_up(
    state: &AppState,
    id: tower_sessions::session::Id,
) -> Result<Option<Identity>, store::Error> {
    let key = session::key(id);
    let now = state.clock.now();
    let mut connection = state.pool.acquire().await?;
    let Some((person, due)) = store::session::person(&mut connection, key, now).await? else {
        return Ok(None);
    };
    if due {
        store::session::seen(&mut connection, key, now).await?;
    }
    Ok(Some(Identity {
        must_change_password: person.must_change_password,
        person: person.into(),
        session: key,
    }))
}

async fn with_small_body(request: Request) -> Result<Request, StatusCode> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, STRANGERS_BODY_MAX)
        .await
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

async fn with_own_status(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, ERROR_MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Ok(error) = serde_json::from_slice::<api::Error>(&bytes) {
        parts.status = status_of(&error);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(bytes))
}

fn status_of(error: &api::Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains(media_type))
}

/// The page that a form was on, from its `Referer`.
fn page_of_origin(headers: &HeaderMap) -> String {
    headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<axum::http::Uri>().ok())
        .and_then(|uri| uri.path_and_query().map(|path| path.as_str().to_owned()))
        .unwrap_or_else(|| "/".to_owned())
}

/// The sign-in page, which leads to `wanted` then.
pub(crate) fn sign_in_path(wanted: &str) -> String {
    match local_path(Some(wanted)) {
        "/" => "/sign-in".to_owned(),
        path => {
            let escaped: String = path.bytes().map(escape).collect();
            format!("/sign-in?next={escaped}")
        }
    }
}

/// RFC 3986's unreserved characters and the slash stay; the rest is written in hexadecimal.
fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_gone_to() {
        for path in ["/runs/1?tab=log", "/", "/checklists/go-live"] {
            assert_eq!(local_path(Some(path)), path);
        }
        for path in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "runs",
            "",
            "/a b",
            "/a\nb",
            "/sign-in",
            "/api/session/sign_out",
            "/\u{e9}",
        ] {
            assert_eq!(local_path(Some(path)), "/", "{path:?}");
        }
        assert_eq!(local_path(None), "/");
    }

    #[test]
    fn the_way_back_is_escaped() {
        assert_eq!(
            sign_in_path("/runs/1?tab=log&x=1"),
            "/sign-in?next=/runs/1%3Ftab%3Dlog%26x%3D1"
        );
        assert_eq!(sign_in_path("/"), "/sign-in");
    }
}

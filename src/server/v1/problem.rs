//! Errors as `application/problem+json` (RFC 9457), and reading requests so that every error is one.

use crate::api::Error;
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::run::RunId;
use serde::{Serialize, de::DeserializeOwned};

/// What a problem is sent as.
const KIND: &str = "application/problem+json";

/// What went wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
}

impl Problem {
    /// A problem in these words.
    pub fn of(status: StatusCode, detail: &str) -> Self {
        Problem {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.to_owned(),
        }
    }
}

/// What goes wrong with what a body names: 404 is kept for what the address names.
pub fn named(error: Error) -> Problem {
    match error {
        Error::NotFound { what } => Error::refused(format!("There is no {what}.")).into(),
        other => other.into(),
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Problem::of(status, &error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(header::CONTENT_TYPE, KIND)], Json(self)).into_response()
    }
}

/// The answer, as a problem where something outside of [`super::router`] refused in plain text: a body that is too large, an
/// answer that took too long.
pub fn in_words(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !(status.is_client_error() || status.is_server_error()) || kind.is_some_and(|kind| kind == KIND) {
        return response;
    }
    let words = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "The body is larger than 11 MB.",
        StatusCode::SERVICE_UNAVAILABLE => {
            "The answer took too long. Read whether this was done, then try again."
        }
        _ => "The server could not answer this.",
    };
    Problem::of(status, words).into_response()
}

/// A body of JSON that is a `T`.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let words = "Send JSON, and say so: Content-Type: application/json.";
            return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, words));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| Problem::of(error.status(), &error.body_text()))?;
        serde_json::from_slice(&bytes).map(Body).map_err(|error| {
            let words = format!("The body is not what the document describes: {error}.");
            Problem::of(StatusCode::UNPROCESSABLE_ENTITY, &words)
        })
    }
}

/// Whether the body is called JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// A query that is a `T`.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(asked)| Asked(asked))
            .map_err(|error| Problem::of(StatusCode::UNPROCESSABLE_ENTITY, &error.body_text()))
    }
}

/// The run that an address names; a text that is no number as the document has it names none.
pub struct Named(pub RunId);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<String>::from_request_parts(parts, state).await;
        let text = read.map(|Path(text)| text).unwrap_or_default();
        let number = text.parse().ok().filter(|number: &i64| *number > 0);
        number
            .filter(|number| number.to_string() == text)
            .map(|number| Named(RunId(number)))
            .ok_or_else(|| Problem::of(StatusCode::NOT_FOUND, &format!("There is no run {text:?}.")))
    }
}

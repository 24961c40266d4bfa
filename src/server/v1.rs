//! The HTTP interface for programs, below `/api/v1`: tokens instead of cookies, JSON, and errors as RFC 9457 has them. It asks the
//! same use cases as the pages, which ask the same rules.
//!
//! No cookie is looked at here, so that no other site can use somebody's session: the pages' protection against forged forms
//! stands around them only.

mod evidence;
mod openapi;
mod operation;
mod problem;
mod runs;

pub use openapi::document;
pub use operation::{Operation, operations};

use crate::{
    api::Error,
    server::{api_token, router, state::AppState},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts, Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use domain::person::{Person, Scope};
use problem::Problem;

/// Where it stands.
pub const BASE: &str = "/api/v1";

/// Everything below [`BASE`].
pub fn router(state: &AppState) -> Router<AppState> {
    let routes = operations().into_iter().map(|operation| {
        let scope = operation.scope;
        let guarded = move |request: Request, next: Next| allowed(scope, request, next);
        (
            operation.path,
            operation.answers.route_layer(middleware::from_fn(guarded)),
        )
    });
    router::with(Router::new(), routes.collect())
        .fallback(async || Problem::of(StatusCode::NOT_FOUND, "There is nothing at this address."))
        .method_not_allowed_fallback(async || {
            Problem::of(
                StatusCode::METHOD_NOT_ALLOWED,
                "This address answers to other methods.",
            )
        })
        .layer(middleware::from_fn_with_state(state.clone(), identify))
        // The limit of all requests is enough: an output may have 10 MB.
        .layer(DefaultBodyLimit::disable())
}

/// Whose token the request shows.
#[derive(Clone, Debug)]
pub struct Caller(pub Person);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.ok_or_else(|| Problem::from(Error::SignedOut))
    }
}

/// What is refused in plain text around the router is a problem too.
pub async fn in_words(request: Request, next: Next) -> Response {
    let ours = request.uri().path().starts_with(BASE);
    let response = next.run(request).await;
    if ours {
        problem::in_words(response)
    } else {
        response
    }
}

/// Finds out whose token it is; without one nothing is answered, whatever the address.
async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let token = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim().to_owned());
    let owner = match token {
        Some(token) => api_token::owner(&state, &token).await,
        None => Ok(None),
    };
    let mut response = match owner {
        Err(error) => Problem::from(error).into_response(),
        Ok(None) => stranger(),
        Ok(Some(person)) => {
            request.extensions_mut().insert(Caller(person));
            next.run(request).await
        }
    };
    let kept = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    response
}

fn stranger() -> Response {
    let words =
        "Show a token that works: Authorization: Bearer gonogo_… An admin makes one on the page People.";
    let problem = Problem::of(StatusCode::UNAUTHORIZED, words);
    ([(header::WWW_AUTHENTICATE, "Bearer")], problem).into_response()
}

/// Whether the token is for this.
async fn allowed(scope: Option<Scope>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>();
    let service = caller.and_then(|Caller(person)| person.service.as_ref());
    match (scope, service) {
        (_, None) => stranger(),
        (None, Some(_)) => next.run(request).await,
        (Some(scope), Some(service)) if service.scopes.contains(&scope) => next.run(request).await,
        (Some(scope), Some(_)) => {
            let words = format!("This token is not made to {}.", scope.title().to_lowercase());
            Problem::of(StatusCode::FORBIDDEN, &words).into_response()
        }
    }
}

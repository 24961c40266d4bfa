//! The routes, and what every request passes through.

use crate::{
    app,
    server::{attachment, config::PublicUrl, export, guard, health, live, session, state::AppState, v1},
};
use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, Request, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::Response,
    routing::{MethodRouter, get},
};
use leptos::{context::use_context, nonce::use_nonce};
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    csrf::{ConfigError, CsrfLayer},
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    timeout::{RequestBodyTimeoutLayer, TimeoutLayer},
    trace::TraceLayer,
};

/// The largest body of a request: an attachment of 10 MB with its form.
pub const BODY_MAX: usize = 11 << 20;

/// How long an answer may take to begin. A live stream begins at once and then lasts.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// How long a body may pause while it is sent.
const BODY_PAUSE: Duration = Duration::from_secs(30);

/// Everything that the server answers.
///
/// # Errors
/// When the public address is no origin that a browser would send.
pub fn router(state: &AppState, public_url: &PublicUrl) -> Result<Router, ConfigError> {
    let pages = Router::new().leptos_routes_with_context(state, generate_route_list(app::App), note_nonce, {
        let options = state.leptos.clone();
        move || app::shell(options.clone())
    });
    let pages = with(pages, plain_routes())
        .route_layer(middleware::from_fn(guard::settle_status))
        .route_layer(middleware::from_fn(guard::signed_in_only))
        .fallback(file_and_error_handler_with_context::<AppState, _>(
            note_nonce,
            app::shell,
        ))
        .layer(middleware::from_fn_with_state(state.clone(), guard::identify))
        .layer(session::layer(state))
        .layer(CsrfLayer::new().add_trusted_origin(public_url.origin())?)
        .layer(middleware::from_fn(page_policy))
        .layer(middleware::from_fn_with_state(state.clone(), guard::cache));
    let open = with(Router::new(), open_routes()).nest(v1::BASE, v1::router(state));
    let around = ServiceBuilder::new()
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(TraceLayer::new_for_http().make_span_with(span::<Body>))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "same-origin"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .option_layer(https_only(public_url))
        .layer(fixed(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ))
        .layer(fixed(
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ))
        .layer(fixed(
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
        ))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(v1::in_words))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            ANSWER_WITHIN,
        ))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(RequestBodyLimitLayer::new(BODY_MAX));
    Ok(open.merge(pages).layer(around).with_state(state.clone()))
}

/// What hands something out and is no page, behind the gate: path and what answers.
pub fn plain_routes() -> Vec<Route> {
    vec![
        ("/live/runs/{id}", get(live::run_events)),
        ("/runs/{id}/export.md", get(export::markdown)),
        ("/checklists/{id}/document.md", get(export::document)),
        ("/runs/{id}/export.json", get(export::json)),
        ("/runs/{id}/results.csv", get(export::results)),
        ("/runs/{id}/export.dsse.json", get(export::evidence)),
        ("/runs/{id}/attachments/{hash}", get(attachment::download)),
    ]
}

/// What answers to everybody: it says whether the server works, and nothing else.
pub fn open_routes() -> Vec<Route> {
    vec![("/healthz", get(health::live)), ("/readyz", get(health::ready))]
}

/// A path, and what answers there.
pub type Route = (&'static str, MethodRouter<AppState>);

/// The one place where routes are added: a test goes through the lists.
pub(crate) fn with(router: Router<AppState>, routes: Vec<Route>) -> Router<AppState> {
    let add = |router: Router<AppState>, (path, answers): Route| router.route(path, answers);
    routes.into_iter().fold(router, add)
}

/// The nonce of the page that is drawn for a request: the drawing puts it there, [`page_policy`] reads it.
#[derive(Clone, Debug, Default)]
struct PageNonce(Arc<OnceLock<String>>);

/// Hands the nonce of this page on to [`page_policy`].
fn note_nonce() {
    // A server function draws no page and has no nonce.
    let (Some(nonce), Some(parts)) = (use_nonce(), use_context::<Parts>()) else {
        return;
    };
    if let Some(slot) = parts.extensions.get::<PageNonce>() {
        // Set once for each request: a page is drawn once.
        let _ = slot.0.set(nonce.to_string());
    }
}

/// Says what a page may load: its own files, and the one script that carries this answer's nonce.
async fn page_policy(mut request: Request<Body>, next: Next) -> Response {
    let slot = PageNonce::default();
    request.extensions_mut().insert(slot.clone());
    let mut response = next.run(request).await;
    let Some(nonce) = slot.0.get() else {
        let html = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if html {
            tracing::error!(status = %response.status(), "a page was drawn without a nonce: its scripts will not run");
        }
        return response;
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, value);
    }
    response
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// A site that browsers reach by https stays so for them (RFC 6797), with what is below its name: a panel has a host of its own.
fn https_only(public_url: &PublicUrl) -> Option<SetResponseHeaderLayer<HeaderValue>> {
    public_url.is_https().then(|| {
        fixed(
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        )
    })
}

/// The path without its query: a query may hold what a person typed.
fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .unwrap_or("");
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
}

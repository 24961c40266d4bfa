//! The connection to a Docker Engine: over a Unix socket or plain HTTP, every address checked, every byte counted.

use super::line::{Lines, Stopped};
use crate::place::plain;
use crate::site::Site;
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker, errors::Error};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use url::Url;

/// How much an engine may send for one probe, in bytes.
const SENT_BYTES: usize = 32 * 1024 * 1024;

/// How long one request may take, in seconds; the probe's own deadline is shorter.
const REQUEST_SECONDS: u64 = 60;

/// An engine that may be asked.
pub(crate) struct Engine {
    pub api: Docker,
    /// For people: the endpoint's name and where it is.
    pub shown: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Socket(PathBuf),
    Host(String, u16),
}

/// The engine of the environment's endpoint `docker`, asked over the connections of a round; nothing is dialled yet.
///
/// # Errors
/// In words, with the lines to add.
pub(crate) fn of(site: &Site, lines: &Lines) -> Result<Engine, String> {
    let environment = &site.environment.name;
    let endpoint = site.environment.endpoint("docker").map_err(|_| {
        format!(
            "the environment {environment} names no Docker Engine: add `[[endpoints]]`, `name = \"docker\"`, \
             `url = \"unix:///run/docker.sock\"` to environments/{environment}.toml"
        )
    })?;
    let place = place(&endpoint.url).ok_or_else(|| {
        format!(
            "endpoint {} is no Docker Engine: its url must begin with unix:// or tcp://",
            endpoint.name
        )
    })?;
    let shown = match &place {
        Place::Socket(path) => format!("Docker Engine at {} (endpoint {})", path.display(), endpoint.name),
        Place::Host(host, port) => format!("Docker Engine at {host}:{port} (endpoint {})", endpoint.name),
    };
    let left = Arc::new(AtomicUsize::new(SENT_BYTES));
    let lines = lines.clone();
    let transport =
        move |request: BollardRequest| lines.clone().send(place.clone(), Arc::clone(&left), request);
    // The client leaves the version out of its paths, so that each engine answers in its own: nothing is negotiated.
    let api = Docker::connect_with_custom_transport(
        transport,
        Some("http://docker"),
        REQUEST_SECONDS,
        API_DEFAULT_VERSION,
    )
    .map_err(|why| why.to_string())?;
    Ok(Engine { api, shown })
}

fn place(url: &str) -> Option<Place> {
    let url = Url::parse(url).ok()?;
    match url.scheme() {
        "unix" => Some(Place::Socket(PathBuf::from(url.path()))),
        "tcp" | "http" => {
            let host = url.host_str()?.to_owned();
            Some(Place::Host(host, url.port_or_known_default().unwrap_or(2375)))
        }
        _ => None,
    }
}

/// Why the engine gave no answer, in words.
pub(crate) fn words(error: &Error) -> String {
    match error {
        Error::IOError { err } => io_words(err),
        Error::DockerResponseServerError { status_code, message } => {
            format!("answered {status_code}: {message}")
        }
        Error::JsonDataError { .. } | Error::JsonSerdeError { .. } => {
            "what answers is no Docker Engine, or cannot be understood".to_owned()
        }
        other => broken(other),
    }
}

/// A connection that broke: the system's reason, which stands somewhere below, or that of the protocol.
fn broken(error: &Error) -> String {
    let mut innermost = error.to_string();
    let mut at = std::error::Error::source(error);
    while let Some(cause) = at {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            return io_words(io);
        }
        innermost = cause.to_string();
        at = cause.source();
    }
    protocol(&innermost)
}

fn protocol(words: &str) -> String {
    match words {
        "connection closed before message completed" | "end of file before message length reached" => {
            "the connection was closed before the answer was complete".to_owned()
        }
        other => format!("what answers is no Docker Engine, or cannot be understood: {other}"),
    }
}

fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => {
            "there is no such socket: is the engine started, and is the path right?".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "this user may not open the socket: let Gonogo's user join the group that owns it".to_owned()
        }
        _ if error.raw_os_error().is_some() => plain(error),
        _ => match error.get_ref().and_then(|inner| inner.downcast_ref::<Stopped>()) {
            Some(Stopped(why)) => why.clone(),
            None => protocol(&error.to_string()),
        },
    }
}

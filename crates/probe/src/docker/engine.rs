//! The connection to a Docker Engine: over a Unix socket or plain HTTP, every address checked, every byte counted.

use crate::dial;
use crate::place::plain;
use crate::site::Site;
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker, errors::Error};
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderValue};
use hyper::{Response, Uri};
use hyper_util::rt::TokioIo;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinSet;
use url::Url;

/// How much an engine may send for one probe, in bytes.
const SENT_BYTES: usize = 32 * 1024 * 1024;

/// How long one request may take, in seconds; the probe's own deadline is shorter.
const REQUEST_SECONDS: u64 = 60;

/// An engine that may be asked. Its connections end with it.
pub(crate) struct Engine {
    pub api: Docker,
    /// For people: the endpoint's name and where it is.
    pub shown: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Socket(PathBuf),
    Host(String, u16),
}

/// The engine of the environment's endpoint `docker`; nothing is dialled yet.
///
/// # Errors
/// In words, with the lines to add.
pub(crate) fn of(site: &Site) -> Result<Engine, String> {
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
    let connections = Arc::new(Mutex::new(JoinSet::new()));
    let transport = move |request: BollardRequest| {
        send(
            place.clone(),
            Arc::clone(&left),
            Arc::clone(&connections),
            request,
        )
    };
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

/// One request on a connection of its own.
async fn send(
    place: Place,
    left: Arc<AtomicUsize>,
    connections: Arc<Mutex<JoinSet<()>>>,
    mut request: BollardRequest,
) -> Result<Response<Incoming>, Error> {
    let stream = Counted {
        stream: connect(&place).await?,
        left,
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse::<Uri>()?;
    request
        .headers_mut()
        .insert(HOST, HeaderValue::from_static("docker"));
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    connections
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .spawn(async move {
            // Whoever reads the answer meets the same error.
            let _ = connection.await;
        });
    Ok(sender.send_request(request).await?)
}

async fn connect(place: &Place) -> io::Result<Box<dyn Stream>> {
    match place {
        Place::Socket(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        Place::Host(host, port) => {
            let addresses =
                dial::resolve(host, *port)
                    .await
                    .map_err(|why| match why.downcast::<dial::Refused>() {
                        Ok(refused) => stopped(&refused.to_string()),
                        Err(_) => stopped("the name does not resolve"),
                    })?;
            let mut last = stopped("the name has no address");
            for address in addresses {
                match TcpStream::connect(address).await {
                    Ok(stream) => return Ok(Box::new(stream)),
                    Err(why) => last = why,
                }
            }
            Err(last)
        }
    }
}

/// Why this side ended a connection, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Stopped(String);

fn stopped(why: &str) -> io::Error {
    io::Error::other(Stopped(why.to_owned()))
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that ends with an error once too much was read from all of a probe's connections.
struct Counted {
    stream: Box<dyn Stream>,
    left: Arc<AtomicUsize>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        let read = buffer.filled().len() - before;
        let within = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(read)
            });
        match within {
            Ok(_) => polled,
            Err(_) => Poll::Ready(Err(stopped("it sent more than 32 MB"))),
        }
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
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

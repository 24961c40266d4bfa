//! The connections to engines that a round has, each for one request after the other. They end with it.

use super::engine::Place;
use crate::dial;
use bollard::{BollardRequest, errors::Error};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio_util::task::AbortOnDropHandle;

/// The connections of a round; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<Line>>>);

type Body = <BollardRequest as Parts>::Body;

struct Line {
    place: Place,
    sender: SendRequest<Body>,
    budget: Budget,
    _driver: AbortOnDropHandle<()>,
}

/// How much may still be read, shared by the requests of one probe; a connection is lent from one to the next.
#[derive(Clone, Default)]
struct Budget(Arc<Mutex<Arc<AtomicUsize>>>);

impl Lines {
    /// One request, on a connection that waits or else on a new one. What the engine sends counts against `left`.
    pub(super) async fn send(
        self,
        place: Place,
        left: Arc<AtomicUsize>,
        mut request: BollardRequest,
    ) -> Result<Response<Incoming>, Error> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = path.parse::<Uri>()?;
        request
            .headers_mut()
            .insert(HOST, HeaderValue::from_static("docker"));
        if let Some(mut line) = self.take(&place) {
            line.budget.lend(&left);
            // An engine may close at any time what nobody uses; all that is asked here only reads, and is asked again.
            let again = repeated(&request);
            if let Ok(response) = line.sender.send_request(request).await {
                self.keep(line);
                return Ok(response);
            }
            request = again;
        }
        let budget = Budget::default();
        budget.lend(&left);
        let stream = Counted {
            stream: connect(&place).await?,
            budget: budget.clone(),
        };
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        let driver = AbortOnDropHandle::new(tokio::spawn(async move {
            // Whoever reads the answer meets the same error.
            let _ = connection.await;
        }));
        let mut line = Line {
            place,
            sender,
            budget,
            _driver: driver,
        };
        let response = line.sender.send_request(request).await?;
        self.keep(line);
        Ok(response)
    }

    /// A connection on which no answer is under way.
    fn take(&self, place: &Place) -> Option<Line> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|line| !line.sender.is_closed());
        let at = lines
            .iter()
            .position(|line| line.place == *place && line.sender.is_ready())?;
        Some(lines.swap_remove(at))
    }

    /// Its answer may still be under way: whoever takes it sees that.
    fn keep(&self, line: Line) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }
}

/// A request for the body's type, which its library does not export.
pub(super) trait Parts {
    type Body;
}

impl<T> Parts for Request<T> {
    type Body = T;
}

fn repeated(request: &BollardRequest) -> BollardRequest {
    let mut again = Request::new(bollard::body_full(Bytes::new()));
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.headers_mut() = request.headers().clone();
    again
}

impl Budget {
    fn lend(&self, left: &Arc<AtomicUsize>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(left);
    }

    fn spend(&self, read: usize) -> bool {
        let left = Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let spent = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(read)
        });
        spent.is_ok()
    }
}

async fn connect(place: &Place) -> io::Result<Box<dyn Stream>> {
    match place {
        Place::Socket(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        Place::Host(host, port) => {
            let addresses = dial::addresses(host, *port).await.map_err(|why| stopped(&why))?;
            Ok(Box::new(dial::reach(addresses).await?))
        }
    }
}

/// Why this side ended a connection, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Stopped(pub String);

fn stopped(why: &str) -> io::Error {
    io::Error::other(Stopped(why.to_owned()))
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that ends with an error once too much was read from all of a probe's connections.
struct Counted {
    stream: Box<dyn Stream>,
    budget: Budget,
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
        match self.budget.spend(read) {
            true => polled,
            false => Poll::Ready(Err(stopped("it sent more than 32 MB"))),
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

//! One connection to a server, for one exchange after the other (RFC 9112).

use super::course::Course;
use super::words;
use domain::timing::Phase;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;
use url::Url;

use crate::dial;
use crate::place::plain;

/// How long a header may be, in bytes, with the line before it.
const HEADER_BYTES: usize = 64 * 1024;

/// A connection. It ends with it.
pub(crate) struct Line {
    sender: SendRequest<String>,
    meter: Meter,
    _driver: AbortOnDropHandle<()>,
}

/// What became of a request.
pub(crate) enum Sent {
    /// An answer began, at this time.
    Answer(Response<Incoming>, Instant),
    /// The connection ended without a byte of an answer.
    Gone(String),
    /// There is no answer, in words.
    Failed(String),
}

impl Line {
    /// Opens a connection to the address; each phase counts.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub async fn open(
        url: &Url,
        secure: Option<Arc<ClientConfig>>,
        course: &mut Course,
    ) -> Result<Self, String> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or(80);
        let addresses = match host.parse() {
            Ok(address) => {
                dial::check(address).map_err(|why| why.to_string())?;
                vec![(address, port).into()]
            }
            Err(_) => course.phase(Phase::Resolve, dial::addresses(host, port)).await?,
        };
        let reaching = async { dial::reach(addresses).await.map_err(|why| plain(&why)) };
        let stream = course.phase(Phase::Connect, reaching).await?;
        let Some(config) = secure else {
            return Self::over(stream).await;
        };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| format!("{host} is no name for a certificate"))?;
        let shaking = async {
            let connecting = TlsConnector::from(config).connect(name, stream);
            connecting.await.map_err(|why| super::tls::words(&why))
        };
        Self::over(course.phase(Phase::Tls, shaking).await?).await
    }

    async fn over(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Result<Self, String> {
        let meter = Meter::default();
        let metered = Metered {
            stream,
            meter: meter.clone(),
        };
        let shaking = Builder::new()
            .max_buf_size(HEADER_BYTES)
            .handshake(TokioIo::new(metered));
        let (sender, connection) = shaking.await.map_err(|why| words(&why))?;
        let driver = AbortOnDropHandle::new(tokio::spawn(async move {
            // Whoever waits for the answer meets the same error.
            let _ = connection.await;
        }));
        Ok(Self {
            sender,
            meter,
            _driver: driver,
        })
    }

    /// Whether it is known to be of no more use.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// When the last request began to go out; `None`: it has not.
    pub fn wrote(&self) -> Option<Instant> {
        self.meter.marks().wrote
    }

    /// Sends a request and waits for the header of its answer.
    pub async fn send(&mut self, request: Request<String>, course: &mut Course) -> Sent {
        self.meter.forget();
        let sent = Instant::now();
        let sending = async {
            self.sender.ready().await?;
            self.sender.send_request(request).await
        };
        let answer = course.wait(sending).await;
        let first = self.meter.marks().first;
        match (answer, first) {
            (Some(Ok(response)), first) => {
                let first = first.unwrap_or_else(Instant::now);
                course.answered(sent, first);
                Sent::Answer(response, first)
            }
            (Some(Err(why)), None) => {
                course.stopped_waiting(sent);
                Sent::Gone(words(&why))
            }
            (Some(Err(why)), Some(first)) => {
                course.answered(sent, first);
                course.stopped_reading(first);
                Sent::Failed(words(&why))
            }
            (None, None) => {
                course.stopped_waiting(sent);
                Sent::Failed(course.no("first byte"))
            }
            (None, Some(first)) => {
                course.answered(sent, first);
                course.stopped_reading(first);
                Sent::Failed(course.no("complete header"))
            }
        }
    }
}

/// When the last request began to go out, and when the first byte came after it.
#[derive(Clone, Copy, Default)]
struct Marks {
    wrote: Option<Instant>,
    first: Option<Instant>,
}

#[derive(Clone, Default)]
struct Meter(Arc<Mutex<Marks>>);

impl Meter {
    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self) {
        *self.marks() = Marks::default();
    }

    fn read(&self) {
        self.marks().first.get_or_insert_with(Instant::now);
    }

    fn wrote(&self) {
        self.marks().wrote.get_or_insert_with(Instant::now);
    }
}

struct Metered<S> {
    stream: S,
    meter: Meter,
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.meter.read();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.meter.wrote();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

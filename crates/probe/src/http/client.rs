//! The HTTP client that all probes share. It keeps connections, dials only addresses that may be dialled, uses no proxy of
//! the server's own environment, and leaves redirects to the caller.

use super::course::Course;
use super::line::{Line, Sent};
use super::{BODY_BYTES, gzip, tls, words};
use crate::certificate;
use crate::context::Context;
use crate::site::{authority, percent_decoded};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::quantity::bytes;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, HOST, HeaderMap, HeaderValue, LOCATION, USER_AGENT,
};
use hyper::{Method, Request, Response, StatusCode};
use rustls::ClientConfig;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

/// How long a connection is kept that nobody uses.
const KEPT: Duration = Duration::from_secs(30);

/// How many of them are kept for one server.
const KEPT_AT_MOST: usize = 4;

/// Connections that wait for the next exchange, by scheme and server, each with the time since it waits.
type Kept = HashMap<String, Vec<(Line, Instant)>>;

pub(crate) struct Client {
    context: Context,
    /// Made when https is asked for first: reading whom this machine trusts takes longer than most probes.
    secure: OnceCell<Arc<ClientConfig>>,
    kept: Mutex<Kept>,
}

/// An answer of which the header is there.
pub(crate) struct Arriving<'a> {
    pub head: Response<()>,
    body: Incoming,
    first: Instant,
    line: Line,
    key: String,
    client: &'a Client,
}

/// A body, or as much as is read of one.
pub(crate) struct Body {
    pub bytes: Vec<u8>,
    /// There was more.
    pub cut: bool,
}

impl Client {
    pub fn new(context: &Context) -> Self {
        Self {
            context: context.clone(),
            secure: OnceCell::new(),
            kept: Mutex::default(),
        }
    }

    /// Asks by GET. What ended on a connection that was kept, before a byte of an answer, is asked once more on a new one: servers
    /// close at any time what nobody uses.
    ///
    /// # Errors
    /// Why there is no answer, in words that name the phase.
    pub async fn get(
        &self,
        url: &Url,
        fields: &HeaderMap,
        course: &mut Course,
    ) -> Result<Arriving<'_>, String> {
        let key = format!("{}://{}", url.scheme(), authority(url).unwrap_or_default());
        if let Some(mut line) = self.take(&key) {
            course.kept();
            match line.send(request(Method::GET, url, fields, None)?, course).await {
                Sent::Answer(response, first) => return Ok(self.arriving(response, first, line, key)),
                Sent::Failed(why) => return Err(why),
                Sent::Gone(_) => {}
            }
        }
        let mut line = self.open(url, course).await?;
        match line.send(request(Method::GET, url, fields, None)?, course).await {
            Sent::Answer(response, first) => Ok(self.arriving(response, first, line, key)),
            Sent::Gone(why) | Sent::Failed(why) => Err(why),
        }
    }

    /// Posts a body, once, on a connection of its own that ends with the status of the answer.
    ///
    /// # Errors
    /// Why there is no answer, in words that name the phase.
    pub async fn post(
        &self,
        url: &Url,
        fields: &HeaderMap,
        body: String,
        course: &mut Course,
    ) -> Result<StatusCode, String> {
        let mut line = self.open(url, course).await?;
        match line
            .send(request(Method::POST, url, fields, Some(body))?, course)
            .await
        {
            Sent::Answer(response, _) => Ok(response.status()),
            Sent::Gone(why) | Sent::Failed(why) => Err(why),
        }
    }

    async fn open(&self, url: &Url, course: &mut Course) -> Result<Line, String> {
        let secure = match url.scheme() {
            "https" => Some(self.secure(course).await?),
            _ => None,
        };
        Line::open(url, secure, course).await
    }

    fn arriving(
        &self,
        response: Response<Incoming>,
        first: Instant,
        line: Line,
        key: String,
    ) -> Arriving<'_> {
        let (parts, body) = response.into_parts();
        Arriving {
            head: Response::from_parts(parts, ()),
            body,
            first,
            line,
            key,
            client: self,
        }
    }

    /// The settings of TLS.
    ///
    /// # Errors
    /// Why there are none, in words.
    pub async fn secure(&self, course: &Course) -> Result<Arc<ClientConfig>, String> {
        let making = self.secure.get_or_try_init(|| async {
            let authorities = certificate::authorities(&self.context).await?;
            tls::config(authorities, &self.context).map(Arc::new)
        });
        let made = course.wait(making).await;
        made.unwrap_or_else(|| Err(course.no("list of authorities")))
            .cloned()
    }

    fn take(&self, key: &str) -> Option<Line> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = kept.get_mut(key)?;
        while let Some((line, since)) = lines.pop() {
            if !line.is_closed() && since.elapsed() < KEPT {
                return Some(line);
            }
        }
        None
    }

    fn keep(&self, key: String, line: Line) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for lines in kept.values_mut() {
            lines.retain(|(line, since)| !line.is_closed() && since.elapsed() < KEPT);
        }
        kept.retain(|_, lines| !lines.is_empty());
        let lines = kept.entry(key).or_default();
        if lines.len() < KEPT_AT_MOST {
            lines.push((line, Instant::now()));
        }
    }
}

impl Arriving<'_> {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.head.status()
    }

    /// Where it leads, if it says so.
    pub fn location(&self) -> Option<&str> {
        self.head.headers().get(LOCATION)?.to_str().ok()
    }

    /// Reads the body, up to [`BODY_BYTES`], and gives the connection back where all of it was read.
    ///
    /// # Errors
    /// Why it did not come whole, in words.
    pub async fn read(mut self, course: &mut Course) -> Result<Body, String> {
        let mut body = Body {
            bytes: Vec::new(),
            cut: false,
        };
        loop {
            let next = match course.wait(data(&mut self.body)).await {
                None => {
                    course.stopped_reading(self.first);
                    let so_far = bytes(body.bytes.len() as u64);
                    return Err(format!("{}; {so_far} so far", course.no("end of it")));
                }
                Some(Err(why)) => {
                    course.stopped_reading(self.first);
                    return Err(words(&why));
                }
                Some(Ok(next)) => next,
            };
            let Some(chunk) = next else { break };
            let room = BODY_BYTES - body.bytes.len();
            body.bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                body.cut = true;
                break;
            }
        }
        course.ended(self.first);
        if !body.cut {
            self.client.keep(self.key, self.line);
        }
        // It was not asked for; some servers do so all the same.
        let encoding = self.head.headers().get(CONTENT_ENCODING);
        match encoding.is_some_and(|encoding| encoding == "gzip" || encoding == "x-gzip") {
            true => gzip::unpacked(body),
            false => Ok(body),
        }
    }
}

/// The next bytes of a body; `None` at its end.
pub(crate) async fn data(body: &mut Incoming) -> Result<Option<Bytes>, hyper::Error> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Ok(None),
            Some(Err(why)) => return Err(why),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// A request, with a body where one is given.
///
/// # Errors
/// Why there is none, in words.
pub(crate) fn request(
    method: Method,
    url: &Url,
    fields: &HeaderMap,
    body: Option<String>,
) -> Result<Request<String>, String> {
    let no_request = |why: &dyn std::fmt::Display| format!("it cannot be asked: {why}");
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let mut host = url.host_str().unwrap_or_default().to_owned();
    if let Some(port) = url.port() {
        host = format!("{host}:{port}");
    }
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .body(body.unwrap_or_default())
        .map_err(|why| no_request(&why))?;
    let headers = request.headers_mut();
    headers.insert(
        HOST,
        HeaderValue::from_str(&host).map_err(|why| no_request(&why))?,
    );
    headers.extend(fields.clone());
    headers
        .entry(USER_AGENT)
        .or_insert(HeaderValue::from_static("gonogo"));
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    let named = !url.username().is_empty() || url.password().is_some();
    if named && !headers.contains_key(AUTHORIZATION) {
        let who = percent_decoded(url.username());
        let password = url.password().map(percent_decoded).unwrap_or_default();
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{who}:{password}")));
        let mut value = HeaderValue::from_str(&basic).map_err(|why| no_request(&why))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(request)
}

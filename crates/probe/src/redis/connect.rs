//! One connection to a Redis server: which one, how, and what went wrong in words.

use super::reply::Arriving;
use crate::dial;
use crate::place::plain;
use crate::site::Site;
use domain::environment::{Endpoint, NoEndpoint};
use redis::{ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

/// A server that may be dialled.
pub(crate) struct Target {
    host: String,
    port: u16,
    settings: RedisConnectionInfo,
    /// The endpoint's name.
    pub endpoint: String,
    /// For people: where it is, without user and password.
    pub shown: String,
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The server answered with an error: its code and its words.
    Said { code: String, words: String },
    /// No answer, or none that can be read; in words.
    Broken(String),
}

/// The endpoint for a written address, or the environment's own Redis.
pub(crate) fn target(written: Option<&str>, site: &Site) -> Result<Target, String> {
    let endpoint = match written {
        None => site
            .endpoint("redis")
            .or_else(|_| site.endpoint("localhost:6379")),
        Some(written) => endpoint(&site.fill_parameters(written)?, site),
    };
    let endpoint = endpoint.map_err(|none| none.to_string())?;
    if !endpoint.url.starts_with("redis://") {
        return Err(format!(
            "endpoint {} is not a Redis server: its url must begin with redis://",
            endpoint.name
        ));
    }
    let unusable = || {
        format!(
            "the url of endpoint {} cannot be used: write redis://user:password@host:port/database",
            endpoint.name
        )
    };
    // The library's error could repeat the address with its password.
    let info = endpoint
        .url
        .as_str()
        .into_connection_info()
        .map_err(|_| unusable())?;
    let ConnectionAddr::Tcp(host, port) = info.addr() else {
        return Err(unusable());
    };
    Ok(Target {
        shown: format!("Redis at {host}:{port} (endpoint {})", endpoint.name),
        host: host.clone(),
        port: *port,
        settings: info.redis_settings().clone(),
        endpoint: endpoint.name.clone(),
    })
}

/// A name without a port is a Compose service or a host with Redis's own port.
fn endpoint<'a>(written: &str, site: &'a Site) -> Result<&'a Endpoint, NoEndpoint> {
    let has_port = written
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port {
        return site.endpoint(written);
    }
    site.environment
        .endpoint(written)
        .or_else(|_| site.endpoint(&format!("{written}:6379")))
}

/// The connections of a round, one for each endpoint.
#[derive(Default)]
pub(crate) struct Lines(StdMutex<HashMap<String, Line>>);

/// A connection while nobody asks over it; `None` before the first question and after one that broke.
type Line = Arc<Mutex<Option<TcpStream>>>;

impl Lines {
    fn to(&self, endpoint: &str) -> Line {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lines.entry(endpoint.to_owned()).or_default())
    }
}

/// Asks one command over the round's connection to the target, which is made where there is none or where the server has
/// closed it meanwhile. An answer that breaks off, or that nobody waits for any more, closes it.
pub(crate) async fn ask(target: &Target, command: &[&str], lines: &Lines) -> Result<Value, Trouble> {
    let line = lines.to(&target.endpoint);
    let mut kept = line.lock().await;
    let mut stream = match kept.take().filter(still_open) {
        Some(stream) => stream,
        None => open(target).await?,
    };
    let reply = exchange(&mut stream, command).await;
    if !matches!(reply, Err(Trouble::Broken(_))) {
        *kept = Some(stream);
    }
    reply
}

/// Nothing is to be read on a connection that waits for the next question, not even its end.
fn still_open(stream: &TcpStream) -> bool {
    let nothing = stream.try_read(&mut [0; 1]);
    nothing.is_err_and(|why| why.kind() == std::io::ErrorKind::WouldBlock)
}

/// Connects, and signs in where the endpoint's url says how.
pub(super) async fn open(target: &Target) -> Result<TcpStream, Trouble> {
    let mut stream = dial::connect(&target.host, target.port)
        .await
        .map_err(Trouble::Broken)?;
    if let Some(password) = target.settings.password() {
        let user = target.settings.username();
        let words: Vec<&str> = ["AUTH"].into_iter().chain(user).chain([password]).collect();
        exchange(&mut stream, &words).await?;
    }
    if target.settings.db() != 0 {
        exchange(&mut stream, &["SELECT", &target.settings.db().to_string()]).await?;
    }
    Ok(stream)
}

pub(super) async fn exchange(stream: &mut TcpStream, command: &[&str]) -> Result<Value, Trouble> {
    let broken = |why: std::io::Error| Trouble::Broken(plain(&why));
    let mut packed = redis::cmd(command[0]);
    packed.arg(&command[1..]);
    stream
        .write_all(&packed.get_packed_command())
        .await
        .map_err(broken)?;
    let mut reply = Arriving::default();
    let mut piece = [0; 16 * 1024];
    while !reply.complete().map_err(Trouble::Broken)? {
        let read = stream.read(&mut piece).await.map_err(broken)?;
        if read == 0 {
            let why = "the connection was closed before the answer was complete";
            return Err(Trouble::Broken(why.to_owned()));
        }
        reply.bytes.extend_from_slice(&piece[..read]);
    }
    if let Some(error) = reply.bytes.strip_prefix(b"-") {
        let text = String::from_utf8_lossy(error);
        let (code, words) = text.trim_end().split_once(' ').unwrap_or((text.trim_end(), ""));
        return Err(Trouble::Said {
            code: code.to_owned(),
            words: words.to_owned(),
        });
    }
    redis::parse_redis_value(&reply.bytes)
        .map_err(|_| Trouble::Broken("what it answered cannot be read".to_owned()))
}

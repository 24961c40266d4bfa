//! One connection to a Redis server: which one, how, and what went wrong in words.

use super::reply::Arriving;
use crate::dial;
use crate::place::plain;
use crate::site::Site;
use domain::environment::{Endpoint, NoEndpoint};
use redis::{ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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

/// Connects, signs in where the endpoint's url says how, and asks one command.
pub(crate) async fn ask(target: &Target, command: &[&str]) -> Result<Value, Trouble> {
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
    exchange(&mut stream, command).await
}

async fn exchange(stream: &mut TcpStream, command: &[&str]) -> Result<Value, Trouble> {
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

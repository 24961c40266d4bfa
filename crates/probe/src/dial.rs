//! Which addresses are never dialled, checked on the address itself and not on its name.

use crate::place::plain;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;

/// How long one address of a name is tried alone.
const HEAD_START: Duration = Duration::from_millis(250);

/// An address that is never dialled, whatever an environment lists.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address} is {what} and is never dialled: use the target's own address")]
pub struct Refused {
    /// The address.
    pub address: IpAddr,
    /// What it is.
    pub what: &'static str,
}

/// Refuses link-local addresses (RFC 3927, RFC 4291), where clouds answer with credentials, the other known metadata
/// addresses, and what is not one machine: unspecified, multicast and broadcast addresses.
///
/// # Errors
/// [`Refused`], with what the address is.
pub fn check(address: IpAddr) -> Result<(), Refused> {
    let what = match address.to_canonical() {
        IpAddr::V4(v4) => refused_v4(v4),
        IpAddr::V6(v6) => refused_v6(v6),
    };
    what.map_or(Ok(()), |what| Err(Refused { address, what }))
}

/// The addresses of a host, all of them checked: one refused address refuses the name, since it cannot be known which
/// one would be dialled.
///
/// # Errors
/// The resolver's error, or [`Refused`].
pub async fn resolve(
    host: &str,
    port: u16,
) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    for address in &addresses {
        check(address.ip())?;
    }
    Ok(addresses)
}

/// [`resolve`], with the reason in words.
///
/// # Errors
/// Why there is no address to dial.
pub(crate) async fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    resolve(host, port)
        .await
        .map_err(|why| match why.downcast::<Refused>() {
            Ok(refused) => refused.to_string(),
            Err(_) => "the name does not resolve".to_owned(),
        })
}

/// A connection to whichever of these addresses takes one first. Each has a head start before the next one is tried beside it
/// (RFC 8305), so that one that never answers does not stand in the way of the others.
///
/// # Errors
/// Why the last one took none.
pub(crate) async fn reach(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter();
    let mut trying: FuturesUnordered<_> = waiting.next().map(TcpStream::connect).into_iter().collect();
    let mut last = io::Error::other("the name has no address");
    loop {
        tokio::select! {
            biased;
            Some(tried) = trying.next() => match tried {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(why) => last = why,
            },
            () = tokio::time::sleep(HEAD_START), if waiting.len() > 0 => {}
            else => return Err(last),
        }
        trying.extend(waiting.next().map(TcpStream::connect));
    }
}

/// A connection to one of the host's addresses, all of them checked.
///
/// # Errors
/// Why there is none, in words.
pub(crate) async fn connect(host: &str, port: u16) -> Result<TcpStream, String> {
    reach(addresses(host, port).await?)
        .await
        .map_err(|why| plain(&why))
}

fn refused_v4(address: Ipv4Addr) -> Option<&'static str> {
    if address.is_link_local() {
        Some("a link-local address, where clouds keep their metadata,")
    } else if [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192)].contains(&address) {
        Some("a cloud's metadata address")
    } else if address.octets()[0] == 0 {
        Some("no machine's address")
    } else if address.is_multicast() || address.is_broadcast() {
        Some("an address of many machines")
    } else {
        None
    }
}

fn refused_v6(address: Ipv6Addr) -> Option<&'static str> {
    let [first, second, ..] = address.segments();
    if first & 0xffc0 == 0xfe80 {
        Some("a link-local address")
    } else if address == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254) {
        Some("a cloud's metadata address")
    } else if address.is_unspecified() {
        Some("no machine's address")
    } else if address.is_multicast() {
        Some("an address of many machines")
    } else if (first, second) == (0x64, 0xff9b) || first == 0x2002 || first == 0x2001 && second == 0 {
        // NAT64 (RFC 6052), 6to4 (RFC 3056) and Teredo (RFC 4380) carry an IPv4 address that is dialled in the end.
        Some("a translated IPv4 address")
    } else {
        None
    }
}

#[cfg(test)]
mod tests;

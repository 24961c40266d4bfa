//! Which addresses are never dialled, checked on the address itself and not on its name.

use crate::place::plain;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::TcpStream;

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

/// Resolves names for HTTP and hands out only addresses that may be dialled.
#[derive(Clone, Debug, Default)]
pub struct GuardedResolver;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses = resolve(name.as_str(), 0).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
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

/// A connection to the first of the host's addresses, all of them checked, that takes one.
///
/// # Errors
/// Why there is none, in words.
pub(crate) async fn connect(host: &str, port: u16) -> Result<TcpStream, String> {
    let addresses = resolve(host, port)
        .await
        .map_err(|why| match why.downcast::<Refused>() {
            Ok(refused) => refused.to_string(),
            Err(_) => "the name does not resolve".to_owned(),
        })?;
    let mut last = "the name has no address".to_owned();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(why) => last = plain(&why),
        }
    }
    Err(last)
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

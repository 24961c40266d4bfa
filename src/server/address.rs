//! Which machine a request comes from.

use axum::http::HeaderMap;
use std::net::IpAddr;

/// The client's address: a request extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The address of the client behind the connection from `peer`. `X-Forwarded-For` counts only from `trusted`
/// proxies, read from its end up to the first address that is none of them.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> ClientAddress {
    let peer = peer.to_canonical();
    if !trusted.contains(&peer) {
        return ClientAddress(peer);
    }
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect::<Vec<_>>();
    let first_stranger = forwarded
        .iter()
        .rev()
        .map_while(|text| text.trim().parse::<IpAddr>().ok())
        .map(|address| address.to_canonical())
        .find(|address| !trusted.contains(address));
    ClientAddress(first_stranger.unwrap_or(peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let trusted: Vec<IpAddr> = trusted.iter().map(|address| address.parse().unwrap()).collect();
        client(peer.parse().unwrap(), &headers, &trusted).0.to_string()
    }

    #[test]
    fn a_stranger_cannot_say_where_they_come_from() {
        assert_eq!(from("192.0.2.9", "10.0.0.1", &[]), "192.0.2.9");
        assert_eq!(from("192.0.2.9", "10.0.0.1", &["127.0.0.1"]), "192.0.2.9");
    }

    #[test]
    fn behind_a_trusted_proxy_the_last_stranger_counts() {
        assert_eq!(
            from("127.0.0.1", "1.2.3.4, 192.0.2.9", &["127.0.0.1"]),
            "192.0.2.9"
        );
        assert_eq!(
            from(
                "::ffff:127.0.0.1",
                "192.0.2.9, 10.0.0.2",
                &["127.0.0.1", "10.0.0.2"]
            ),
            "192.0.2.9"
        );
        assert_eq!(from("127.0.0.1", "nonsense", &["127.0.0.1"]), "127.0.0.1");
    }
}

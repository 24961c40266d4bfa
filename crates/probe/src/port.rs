//! A TCP port is free, or held by a service of this environment.

use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use crate::site::{Site, authority};
use crate::sockets::{self, Listener};
use reqwest::Url;

pub(crate) fn probe(port: u16, site: &Site, context: &Context) -> Answer {
    let asked = Asked {
        read_as: "the kernel's tables of sockets, IPv4 and IPv6".to_owned(),
        target: format!("port {port}"),
        expected: "free, or held by a service of this environment".to_owned(),
    };
    let own = endpoint_on(port, site);
    let judgement = sockets::listeners(&context.proc, port).map_or_else(Judgement::error, |listeners| {
        judge(port, &listeners, own.as_deref())
    });
    Answer::new(asked, judgement)
}

/// Something listens on the port.
pub(crate) fn listening(port: u16, context: &Context) -> Answer {
    let asked = Asked {
        read_as: "the kernel's tables of sockets, IPv4 and IPv6".to_owned(),
        target: format!("port {port}"),
        expected: "something listens".to_owned(),
    };
    let judgement = sockets::listeners(&context.proc, port)
        .map_or_else(Judgement::error, |listeners| judge_listening(port, &listeners));
    Answer::new(asked, judgement)
}

pub(crate) fn judge_listening(port: u16, listeners: &[Listener]) -> Judgement {
    if listeners.is_empty() {
        return Judgement::fail(
            format!("nothing listens on port {port}"),
            format!("port {port} is free"),
        );
    }
    Judgement::pass(format!("port {port} is held by {}", holders(listeners)))
}

pub(crate) fn judge(port: u16, listeners: &[Listener], own: Option<&str>) -> Judgement {
    if listeners.is_empty() {
        return Judgement::pass(format!("port {port} is free"));
    }
    let holder = holders(listeners);
    let addresses: Vec<&str> = listeners
        .iter()
        .map(|listener| listener.address.as_str())
        .collect();
    let found = format!("port {port} is held by {holder}");
    match own {
        Some(name) => Judgement::pass(format!("{found}, endpoint {name} of this environment")),
        None => Judgement::fail(
            format!(
                "{found} on {}, which is no endpoint of this environment",
                addresses.join(" and ")
            ),
            found,
        ),
    }
}

fn holders(listeners: &[Listener]) -> String {
    let mut holders: Vec<String> = listeners
        .iter()
        .filter_map(|l| l.process.as_ref())
        .map(|p| format!("{} (pid {})", p.name, p.pid))
        .collect();
    holders.sort();
    holders.dedup();
    match holders.is_empty() {
        true => "a process that this user may not see".to_owned(),
        false => holders.join(" and "),
    }
}

/// The endpoint that has this port, in its own address or in one that it replaces.
fn endpoint_on(port: u16, site: &Site) -> Option<String> {
    let ends = format!(":{port}");
    let endpoint = site.environment.endpoints.iter().find(|endpoint| {
        let own = Url::parse(&endpoint.url).ok().and_then(|url| authority(&url));
        own.is_some_and(|own| own.ends_with(&ends))
            || endpoint.replaces.iter().any(|written| written.ends_with(&ends))
    });
    endpoint.map(|endpoint| endpoint.name.clone())
}

#[cfg(test)]
mod tests;

//! A TCP port is free, or held by a service of this environment.

use crate::answer::{Answer, Asked, Judgement};
use crate::blocking::blocking;
use crate::capture::Captured;
use crate::round::Round;
use crate::site::{Site, authority};
use crate::sockets::{Listener, Sockets};
use url::Url;

pub(crate) async fn probe(port: u16, site: &Site, round: &Round<'_>) -> Answer {
    let own = endpoint_on(port, site);
    let expected = "free, or held by a service of this environment";
    ask(port, expected, site, round, |listeners| {
        judge(port, listeners, own.as_deref())
    })
    .await
}

/// Something listens on the port.
pub(crate) async fn listening(port: u16, site: &Site, round: &Round<'_>) -> Answer {
    ask(port, "something listens", site, round, |listeners| {
        judge_listening(port, listeners)
    })
    .await
}

async fn ask(
    port: u16,
    expected: &str,
    site: &Site,
    round: &Round<'_>,
    judge: impl Fn(&[Listener]) -> Judgement,
) -> Answer {
    let read_as = "the kernel's tables of sockets, IPv4 and IPv6";
    let asked = Asked {
        read_as: read_as.to_owned(),
        target: format!("port {port}"),
        expected: expected.to_owned(),
    };
    let proc = round.context.proc.clone();
    let observing = blocking(site, move || Sockets::read(&proc));
    let Captured { seen, capture, .. } = round.once(&round.sockets, read_as, site, observing).await;
    let judgement = match seen.as_ref() {
        Ok(sockets) => judge(&sockets.listeners(port)),
        Err(why) => Judgement::error(why),
    };
    Answer::new(asked, judgement).of(capture)
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

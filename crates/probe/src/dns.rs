//! Names and the addresses that this machine's resolver gives for them. Only names that the environment lists are asked.

use crate::answer::{Answer, Asked, Judgement};
use crate::site::Site;
use domain::probe::DnsProbe;
use std::net::IpAddr;
use url::Url;

pub(crate) async fn probe(spec: &DnsProbe, site: &Site) -> Answer {
    let mut asked = Asked {
        read_as: "this machine's resolver".to_owned(),
        target: spec.name.clone().unwrap_or_else(|| "the web endpoint".to_owned()),
        expected: spec
            .to
            .as_ref()
            .map_or_else(|| "resolves".to_owned(), |to| format!("resolves to {to}")),
    };
    let (name, to) = match (name(spec.name.as_deref(), site), wanted(spec.to.as_deref(), site)) {
        (Ok(name), Ok(to)) => (name, to),
        (Err(why), _) | (_, Err(why)) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target.clone_from(&name);
    let asking = async {
        let found = resolve(&name).await?;
        let to = match &to {
            None => None,
            Some(Wanted::Address(address)) => Some(vec![*address]),
            Some(Wanted::Name(name)) => Some(resolve(name).await?),
        };
        Ok::<_, String>((found, to))
    };
    let judgement = match tokio::time::timeout(site.deadline, asking).await {
        Err(_) => Judgement::error(format!("no answer within {} ms", site.deadline.as_millis())),
        Ok(Err(why)) => Judgement::error(why),
        Ok(Ok((found, wanted))) => judge(&name, &found, spec.to.as_deref().zip(wanted.as_deref())),
    };
    Answer::new(asked, judgement)
}

enum Wanted {
    Address(IpAddr),
    Name(String),
}

fn wanted(to: Option<&str>, site: &Site) -> Result<Option<Wanted>, String> {
    let Some(to) = to else { return Ok(None) };
    let filled = site.fill_parameters(to)?;
    match filled.parse() {
        Ok(address) => Ok(Some(Wanted::Address(address))),
        Err(_) => name(Some(&filled), site).map(|name| Some(Wanted::Name(name))),
    }
}

/// A name that the environment lists, without port.
fn name(written: Option<&str>, site: &Site) -> Result<String, String> {
    let name = match written {
        Some(written) => site
            .fill_parameters(written)?
            .trim_end_matches('.')
            .to_ascii_lowercase(),
        None => {
            let endpoint = site.environment.web_endpoint().map_err(|none| none.to_string())?;
            host(&endpoint.url).ok_or_else(|| format!("the url of endpoint {} has no host", endpoint.name))?
        }
    };
    if name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return Err(format!(
            "{name} is an address and no name: there is nothing to resolve"
        ));
    }
    if lists(&name, site) {
        return Ok(name);
    }
    Err(site
        .environment
        .endpoint(&format!("{name}:443"))
        .map_or_else(|none| none.to_string(), |_| format!("{name} is not listed")))
}

/// Whether an endpoint of the environment has this name, in its own address or in one that it replaces, at any port.
pub(crate) fn lists(name: &str, site: &Site) -> bool {
    site.environment.endpoints.iter().any(|endpoint| {
        let own = host(&endpoint.url).is_some_and(|own| own == name);
        own || endpoint.replaces.iter().any(|written| {
            let bare = written
                .rsplit_once(':')
                .map_or(written.as_str(), |(host, _)| host);
            bare.eq_ignore_ascii_case(name)
        })
    })
}

fn host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    url.host_str()
        .filter(|host| !host.is_empty())
        .map(str::to_ascii_lowercase)
}

/// The addresses of a name; none where the resolver says that there are none, and why it could not say.
async fn resolve(name: &str) -> Result<Vec<IpAddr>, String> {
    match tokio::net::lookup_host((name, 0)).await {
        Ok(found) => {
            let mut addresses: Vec<IpAddr> = found.map(|found| found.ip()).collect();
            addresses.sort();
            addresses.dedup();
            Ok(addresses)
        }
        // getaddrinfo(3) tells "there is no such name" (EAI_NONAME, EAI_NODATA) from "ask later" in its words only.
        Err(why) => {
            let words = why.to_string();
            let none = ["not known", "No address associated", "nodename nor servname"];
            if none.iter().any(|none| words.contains(none)) {
                return Ok(Vec::new());
            }
            let words = words.rsplit(": ").next().unwrap_or_default().to_owned();
            Err(format!("the resolver could not say what {name} is: {words}"))
        }
    }
}

pub(crate) fn judge(name: &str, found: &[IpAddr], wanted: Option<(&str, &[IpAddr])>) -> Judgement {
    let shown = |addresses: &[IpAddr]| {
        let addresses: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
        addresses.join(", ")
    };
    if found.is_empty() {
        let reason = format!("{name} does not resolve on this machine");
        return Judgement::fail(reason.clone(), reason);
    }
    let seen = format!("{name} is {}", shown(found));
    match wanted {
        None => Judgement::pass(seen),
        Some((to, [])) => Judgement::fail(format!("{seen}, and {to} does not resolve"), seen),
        Some((to, wanted)) if found.iter().any(|address| wanted.contains(address)) => {
            Judgement::pass(format!("{seen}, as is {to}"))
        }
        Some((to, wanted)) => {
            let other = shown(wanted);
            let other = if other == to {
                other
            } else {
                format!("{to} ({other})")
            };
            Judgement::fail(format!("{seen}, not {other}"), seen)
        }
    }
}

#[cfg(test)]
mod tests;

//! Plain http is answered with a redirect to https.

use crate::answer::{Answer, Asked, Judgement};
use crate::dns;
use crate::http::{self, Client, Course};
use crate::output::excerpt;
use crate::redact::Secrets;
use crate::site::Site;
use domain::verdict::Verdict;
use hyper::header::HeaderMap;
use url::Url;

pub(crate) async fn probe(url: Option<&str>, site: &Site, client: &Client) -> Answer {
    let mut asked = Asked {
        read_as: "GET by plain http, redirects not followed".to_owned(),
        target: url.unwrap_or("the web endpoint").to_owned(),
        expected: "a redirect to https".to_owned(),
    };
    let url = match target(url, site) {
        Ok(url) => url,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target = http::shown(&url);
    let mut course = Course::new(site.deadline);
    let no_fields = HeaderMap::new();
    let judgement = match client.get(&url, &no_fields, &mut course).await {
        Err(why) => Judgement::error(format!("GET {}: {why}", asked.target)),
        Ok(response) => {
            let location = response.location();
            let judgement = judge(response.status().as_u16(), location, &url, &site.secrets);
            match location.and_then(|location| url.join(location).ok()) {
                Some(leads) if judgement.verdict == Verdict::Pass && !is_own(&leads, site) => {
                    let reason = format!("{}, a site that the environment does not list", judgement.reason);
                    Judgement::new(Verdict::Warning, reason, judgement.found)
                }
                Some(_) | None => judgement,
            }
        }
    };
    Answer::new(asked, judgement)
}

/// The address by plain http, which the environment must list like any other.
fn target(written: Option<&str>, site: &Site) -> Result<Url, String> {
    let (url, _) = http::resolve(written.unwrap_or("/"), site)?;
    if url.scheme() == "http" {
        return Ok(url);
    }
    let host = url.host_str().unwrap_or_default();
    let plain = format!("http://{host}{}", url.path());
    let (plain, endpoint) = http::resolve(&plain, site)?;
    if plain.scheme() == "http" {
        return Ok(plain);
    }
    Err(format!(
        "endpoint {} is reached by https only: add an [[endpoints]] with `url = \"http://{host}\"` in environments/{}.toml",
        endpoint.name, site.environment.name
    ))
}

/// The environment lists the host, with or without `www.`: a redirect to https elsewhere is no way to this site.
fn is_own(leads: &Url, site: &Site) -> bool {
    let host = leads.host_str().unwrap_or_default();
    let bare = host.strip_prefix("www.").unwrap_or(host);
    dns::lists(bare, site) || dns::lists(&format!("www.{bare}"), site)
}

pub(crate) fn judge(status: u16, location: Option<&str>, asked: &Url, secrets: &Secrets) -> Judgement {
    let leads = location.and_then(|location| asked.join(location).ok());
    match (status, leads) {
        (301 | 302 | 303 | 307 | 308, Some(leads)) if leads.scheme() == "https" => {
            let to = excerpt(&http::shown(&leads), secrets);
            Judgement::pass(format!("answers {status} and leads to {to}"))
        }
        (300..=399, Some(leads)) => {
            let found = format!(
                "answers {status} and leads to {}",
                excerpt(&http::shown(&leads), secrets)
            );
            Judgement::fail(format!("{found}, which is not https"), found)
        }
        (status, _) => {
            let found = format!("answers {status} by plain http");
            Judgement::fail(format!("{found}, and leads nowhere"), found)
        }
    }
}

#[cfg(test)]
mod tests;

//! Which address is dialled for a written one: the document gives path and query, the environment everything else.

use super::shown;
use crate::dial;
use crate::site::{Site, authority};
use domain::environment::Endpoint;
use url::Url;

/// The address to dial for a written one, and the endpoint that allows it.
pub(crate) fn resolve<'a>(written: &str, site: &'a Site) -> Result<(Url, &'a Endpoint), String> {
    let filled = site.fill_parameters(written)?;
    if filled.starts_with('/') {
        return of_path(&filled, site);
    }
    let with_scheme = if filled.contains("://") {
        filled
    } else {
        format!("http://{filled}")
    };
    let url = Url::parse(&with_scheme).map_err(|why| format!("{written} is not an address: {why}"))?;
    let endpoint = endpoint_of(&url, site)?;
    Ok((dialled(&url, endpoint)?, endpoint))
}

/// A path alone is one of the environment's web endpoint.
fn of_path<'a>(path: &str, site: &'a Site) -> Result<(Url, &'a Endpoint), String> {
    let endpoint = site.environment.web_endpoint().map_err(|none| none.to_string())?;
    let url = Url::parse(&format!("http://host/{}", path.trim_start_matches('/')))
        .map_err(|why| format!("{path} is no path of a page: {why}"))?;
    Ok((dialled(&url, endpoint)?, endpoint))
}

pub(super) fn endpoint_of<'a>(url: &Url, site: &'a Site) -> Result<&'a Endpoint, String> {
    if !["http", "https"].contains(&url.scheme()) {
        return Err(format!("{}: only http and https are probed", shown(url)));
    }
    let written = authority(url).ok_or_else(|| format!("{} names no host", shown(url)))?;
    let bare = || {
        url.port()
            .is_none()
            .then(|| {
                url.host_str()
                    .and_then(|host| site.environment.endpoint(host).ok())
            })
            .flatten()
    };
    site.endpoint(&written)
        .or_else(|none| bare().ok_or(none))
        .map_err(|none| none.to_string())
}

/// The page of metrics that an endpoint is: its own address, `/metrics` where that has no path.
pub(super) fn metrics_of(endpoint: &Endpoint) -> Result<Url, String> {
    let own =
        Url::parse(&endpoint.url).map_err(|why| format!("the url of endpoint {}: {why}", endpoint.name))?;
    let below = match own.path() {
        "" | "/" => "http://endpoint/metrics",
        _ => "http://endpoint/",
    };
    let mut page = Url::parse(below).map_err(|why| why.to_string())?;
    page.set_query(own.query());
    let mut dialled = dialled(&page, endpoint)?;
    let path = dialled.path().trim_end_matches('/').to_owned();
    dialled.set_path(&path);
    Ok(dialled)
}

/// The endpoint's scheme, host and port with the path and query of `url`.
pub(crate) fn dialled(url: &Url, endpoint: &Endpoint) -> Result<Url, String> {
    let mut dialled =
        Url::parse(&endpoint.url).map_err(|why| format!("the url of endpoint {}: {why}", endpoint.name))?;
    if !["http", "https"].contains(&dialled.scheme()) {
        return Err(format!(
            "endpoint {} is reached by {}, not by http",
            endpoint.name,
            dialled.scheme()
        ));
    }
    let base = dialled.path().trim_end_matches('/').to_owned();
    dialled.set_path(&format!("{base}{}", url.path()));
    dialled.set_query(url.query());
    dialled.set_fragment(None);
    // A host that is an address is dialled without asking the resolver, so it is checked here.
    let host = dialled.host_str().unwrap_or_default().trim_matches(['[', ']']);
    if let Ok(address) = host.parse() {
        dial::check(address).map_err(|why| why.to_string())?;
    }
    Ok(dialled)
}

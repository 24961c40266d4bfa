//! Questions about a site that an annotation can name.

use super::Values;
use domain::probe::{CertificateProbe, DnsProbe, ProbeSpec};

/// An address or a host, and `days>=30`; each may be left out.
pub fn certificate(values: &Values<'_>) -> Result<ProbeSpec, String> {
    let (mut url, mut days) = (None, 0);
    for word in values.words {
        if let Some(number) = word.strip_prefix("days>=") {
            days = number
                .parse()
                .map_err(|_| format!("`{number}` is no number of days"))?;
        } else if url.is_none() && !word.contains(['<', '>', '=']) {
            url = Some(word.clone());
        } else {
            return Err(format!(
                "`{word}` is no rule of `certificate`: an address, days>="
            ));
        }
    }
    Ok(ProbeSpec::Certificate(CertificateProbe { url, days }))
}

/// A name and `to=` an address or another name; each may be left out.
pub fn dns(values: &Values<'_>) -> Result<ProbeSpec, String> {
    let (mut name, mut to) = (None, None);
    for word in values.words {
        if let Some(target) = word.strip_prefix("to=").filter(|target| !target.is_empty()) {
            to = Some(target.to_owned());
        } else if name.is_none() && !word.contains(['<', '>', '=', '/']) {
            name = Some(word.clone());
        } else {
            return Err(format!("`{word}` is no rule of `dns`: a name, to="));
        }
    }
    Ok(ProbeSpec::Dns(DnsProbe { name, to }))
}

/// An address by plain http, or nothing.
pub fn redirects(values: &Values<'_>) -> Result<ProbeSpec, String> {
    match values.words {
        [] => Ok(ProbeSpec::Redirects { url: None }),
        [url] if url.starts_with("http://") => Ok(ProbeSpec::Redirects {
            url: Some(url.clone()),
        }),
        _ => Err("`redirects` takes nothing or an address that begins with http://".to_owned()),
    }
}

//! Questions about a site that an annotation can name.

use super::Values;
use crate::infer::header;
use domain::probe::{CertificateProbe, DnsProbe, HeaderRule, ProbeSpec, RepeatedProbe};

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

/// An address or a path, and `pairs=7`; the first may stand in the words.
pub fn repeated(values: &Values<'_>) -> Result<ProbeSpec, String> {
    let in_words = values
        .codes()
        .find(|code| code.contains("://") || code.starts_with('/'));
    let mut spec = RepeatedProbe::of(in_words.unwrap_or_default());
    for word in values.words {
        if let Some(pairs) = word.strip_prefix("pairs=") {
            let pairs = pairs
                .parse()
                .ok()
                .filter(|pairs| RepeatedProbe::PAIRS.contains(pairs));
            spec.pairs = pairs.ok_or_else(|| {
                let (least, most) = (RepeatedProbe::PAIRS.start(), RepeatedProbe::PAIRS.end());
                format!("`{word}` is no number of pairs: {least} to {most}")
            })?;
        } else if word.contains("://") || word.starts_with('/') {
            spec.url.clone_from(word);
        } else {
            return Err(format!("`{word}` is no rule of `repeated`: an address, pairs="));
        }
    }
    match spec.url.as_str() {
        "" => Err("`repeated` names no address, and there is none in the words".to_owned()),
        _ => Ok(ProbeSpec::Repeated(spec)),
    }
}

/// `X-Frame-Options`, `!X-Powered-By` or `X-Frame-Options:DENY`.
pub fn header(field: &str) -> Result<HeaderRule, String> {
    let rule = match field.strip_prefix('!') {
        Some(name) => header::absent(name),
        None => header::written(field),
    };
    rule.ok_or_else(|| format!("`{field}` names no header field, such as `header=X-Frame-Options:DENY`"))
}

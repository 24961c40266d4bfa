//! Questions about a site that an annotation can name.

use super::Values;
use crate::infer::header;
use domain::probe::{CertificateProbe, DnsProbe, HeaderRule, HitCounter, ProbeSpec, RepeatedProbe};

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

/// An address or a path, `pairs=7`, and where hits are counted; the first may stand in the words.
pub fn repeated(values: &Values<'_>) -> Result<ProbeSpec, String> {
    let in_words = values
        .codes()
        .find(|code| code.contains("://") || code.starts_with('/'));
    let mut spec = RepeatedProbe::of(in_words.unwrap_or_default());
    let (mut metrics, mut hits, mut misses) = (None, None, None);
    for word in values.words {
        let counter = [
            ("metrics=", &mut metrics),
            ("hits=", &mut hits),
            ("misses=", &mut misses),
        ];
        let said = counter
            .into_iter()
            .find_map(|(key, place)| Some((place, word.strip_prefix(key)?)));
        if let Some((place, value)) = said {
            *place = Some(value.to_owned());
            continue;
        }
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
            return Err(format!(
                "`{word}` is no rule of `repeated`: an address, pairs=, metrics=, hits=, misses="
            ));
        }
    }
    spec.counter = counter(metrics, hits, misses)?;
    match spec.url.as_str() {
        "" => Err("`repeated` names no address, and there is none in the words".to_owned()),
        _ => Ok(ProbeSpec::Repeated(spec)),
    }
}

/// Where hits are counted, where any of it is said. Misses are called like hits where nothing else is said.
fn counter(
    metrics: Option<String>,
    hits: Option<String>,
    misses: Option<String>,
) -> Result<Option<HitCounter>, String> {
    let (url, hits) = match (metrics, hits, &misses) {
        (None, None, None) => return Ok(None),
        (Some(url), Some(hits), _) if !url.is_empty() && !hits.is_empty() => (url, hits),
        _ => {
            return Err(
                "hits are counted by `metrics=` an address and `hits=` a counter's name together".to_owned(),
            );
        }
    };
    let misses = misses
        .or_else(|| HitCounter::misses_of(&hits))
        .ok_or_else(|| format!("`hits={hits}` speaks of no hits: name the counter of misses, `misses=`"))?;
    Ok(Some(HitCounter { url, hits, misses }))
}

/// `X-Frame-Options`, `!X-Powered-By` or `X-Frame-Options:DENY`.
pub fn header(field: &str) -> Result<HeaderRule, String> {
    let rule = match field.strip_prefix('!') {
        Some(name) => header::absent(name),
        None => header::written(field),
    };
    rule.ok_or_else(|| format!("`{field}` names no header field, such as `header=X-Frame-Options:DENY`"))
}

//! The certificate that an endpoint shows: who vouches for it, for which name, until when.

use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use crate::dial;
use crate::http;
use crate::place::plain;
use crate::site::Site;
use chrono::{DateTime, Utc};
use domain::probe::CertificateProbe;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, RootCertStore};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::TlsConnector;

mod der;
mod shown;

/// What was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Why it is not trusted for the name, or `Ok`.
    pub trusted: Result<(), String>,
    /// From when on it is valid.
    pub begins: DateTime<Utc>,
    /// Until when it is valid.
    pub ends: DateTime<Utc>,
}

pub(crate) async fn probe(spec: &CertificateProbe, site: &Site, context: &Context) -> Answer {
    let mut asked = Asked {
        read_as: "TLS handshake, natively".to_owned(),
        target: spec.url.clone().unwrap_or_else(|| "the web endpoint".to_owned()),
        expected: match spec.days {
            0 => "trusted, for its name, not expired".to_owned(),
            days => format!("trusted, for its name, valid for {days} days yet"),
        },
    };
    let target = match target(spec.url.as_deref(), site) {
        Ok(target) => target,
        Err(why) => return Answer::new(asked, Judgement::error(why)),
    };
    asked.target = format!("{}:{}", target.host, target.port);
    let now = (context.clock)();
    let judgement = match tokio::time::timeout(site.deadline, observe(&target, context, now)).await {
        Err(_) => Judgement::error(format!("no handshake within {} ms", site.deadline.as_millis())),
        Ok(Err(why)) => Judgement::error(why),
        Ok(Ok(seen)) => judge(&seen, &target.host, spec.days, now),
    };
    Answer::new(asked, judgement)
}

struct Target {
    host: String,
    port: u16,
}

/// The host and port of an https endpoint; the document's own are never dialled.
fn target(written: Option<&str>, site: &Site) -> Result<Target, String> {
    let written = match written {
        None => "/".to_owned(),
        Some(written) if written.contains("://") => written.to_owned(),
        Some(written) => format!("https://{written}"),
    };
    let (url, endpoint) = http::resolve(&written, site)?;
    if url.scheme() != "https" {
        return Err(format!(
            "endpoint {} is reached by {}, which shows no certificate: give it the url that begins with https://",
            endpoint.name,
            url.scheme()
        ));
    }
    let host = url
        .host_str()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    Ok(Target { host, port })
}

async fn observe(target: &Target, context: &Context, now: DateTime<Utc>) -> Result<Seen, String> {
    let name = ServerName::try_from(target.host.clone())
        .map_err(|_| format!("{} is no name for a certificate", target.host))?;
    let stream = dial::connect(&target.host, target.port).await?;
    let connector = TlsConnector::from(Arc::new(shown::config()?));
    let shown = connector
        .connect(name.clone(), stream)
        .await
        .map_err(|why| format!("the TLS handshake failed: {}", plain(&why)))?;
    let certificates: Vec<CertificateDer<'static>> = shown
        .get_ref()
        .1
        .peer_certificates()
        .unwrap_or_default()
        .iter()
        .map(|certificate| certificate.clone().into_owned())
        .collect();
    let (leaf, between) = certificates.split_first().ok_or("no certificate was shown")?;
    let (begins, ends) = der::validity(leaf).ok_or("the certificate's dates cannot be read")?;
    let authorities = authorities(context).await?;
    let trusted = trusted(leaf, between, &name, authorities, now);
    Ok(Seen {
        trusted,
        begins,
        ends,
    })
}

/// Who may vouch for a certificate: what the context says, else the machine's own list.
///
/// # Errors
/// In words, where nobody may.
pub(crate) async fn authorities(context: &Context) -> Result<Arc<RootCertStore>, String> {
    if let Some(own) = &context.authorities {
        return Ok(Arc::clone(own));
    }
    let reading = tokio::task::spawn_blocking(|| {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        store
    });
    let store = reading
        .await
        .map_err(|_| "reading the machine's authorities broke off")?;
    if store.is_empty() {
        return Err("this machine has no list of authorities: install ca-certificates".to_owned());
    }
    Ok(Arc::new(store))
}

fn trusted(
    leaf: &CertificateDer<'_>,
    between: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    authorities: Arc<RootCertStore>,
    now: DateTime<Utc>,
) -> Result<(), String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(authorities, provider)
        .build()
        .map_err(|_| "nobody is trusted here: the list of authorities is empty".to_owned())?;
    let seconds = Duration::from_secs(u64::try_from(now.timestamp()).unwrap_or_default());
    let at = UnixTime::since_unix_epoch(seconds);
    match verifier.verify_server_cert(leaf, between, name, &[], at) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InvalidCertificate(why)) => Err(words(&why)),
        Err(why) => Err(why.to_string()),
    }
}

/// Why a certificate is not trusted.
pub(crate) fn words(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => "it is signed by nobody whom this machine trusts".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet".to_owned()
        }
        CertificateError::Revoked => "it is revoked".to_owned(),
        other => other.to_string(),
    }
}

pub(crate) fn judge(seen: &Seen, host: &str, days: u32, now: DateTime<Utc>) -> Judgement {
    let left = (seen.ends - now).num_days();
    let until = seen.ends.format("%Y-%m-%d");
    let found = match seen.ends < now {
        true => format!("the certificate of {host} expired on {until}"),
        false => format!("the certificate of {host} is valid until {until}, {left} days yet"),
    };
    if let Err(why) = &seen.trusted {
        return Judgement::fail(format!("{found}; {why}"), found);
    }
    if seen.begins > now || seen.ends < now {
        return Judgement::fail(found.clone(), found);
    }
    if left < i64::from(days) {
        return Judgement::fail(format!("{found}, must be {days}"), found);
    }
    Judgement::pass(found)
}

#[cfg(test)]
mod tests;

//! How the HTTP client speaks TLS: whom it trusts, by which clock, and why it does not.

use crate::certificate;
use crate::context::Context;
use crate::place::plain;
use chrono::{DateTime, Utc};
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The client's settings: HTTP/1.1, where each phase of an exchange is its own.
///
/// # Errors
/// In words.
pub(super) fn config(authorities: Arc<RootCertStore>, context: &Context) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let told = Told(Arc::clone(&context.clock));
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(told))
        .with_safe_default_protocol_versions()
        .map_err(|why| why.to_string())?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Why there is no TLS, in words.
pub(super) fn words(error: &io::Error) -> String {
    let cause = error
        .get_ref()
        .and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match cause {
        Some(rustls::Error::InvalidCertificate(why)) => {
            format!("the certificate is not trusted: {}", certificate::words(why))
        }
        Some(other) => other.to_string(),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the connection was closed within the TLS handshake".to_owned()
        }
        None => plain(error),
    }
}

/// The time that the context tells.
struct Told(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl TimeProvider for Told {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from((self.0)().timestamp()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the context's clock")
    }
}

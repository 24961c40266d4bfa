//! The HTTP clients that all probes share.

use super::innermost;
use crate::dial::GuardedResolver;
use reqwest::{RequestBuilder, Url, redirect};
use std::sync::OnceLock;
use std::time::Duration;

/// How long a connection, with its name and its TLS handshake, may take to be made.
pub(super) const CONNECT: Duration = Duration::from_secs(3);

/// Keeps connections, resolves names by [`GuardedResolver`], uses no proxy of the server's own environment and leaves
/// redirects to the caller.
pub(crate) struct Client {
    plain: Result<reqwest::Client, String>,
    /// Made when https is asked for first: reading whom this machine trusts takes longer than most probes.
    secure: OnceLock<Result<reqwest::Client, String>>,
}

impl Client {
    pub fn new() -> Self {
        // The provider is the process's, set once; whoever comes second finds it set.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            plain: built(builder().tls_certs_only([])),
            secure: OnceLock::new(),
        }
    }

    /// A GET of this address, to be sent.
    ///
    /// # Errors
    /// In words, where no client can be made.
    pub fn get(&self, url: &Url) -> Result<RequestBuilder, String> {
        let client = match url.scheme() {
            "https" => self.secure.get_or_init(|| {
                // On a machine without any root certificate https fails with that reason.
                built(builder()).or_else(|_| built(builder().tls_certs_only([])))
            }),
            _ => &self.plain,
        };
        match client {
            Ok(client) => Ok(client.get(url.clone())),
            Err(why) => Err(format!("no HTTP client can be made: {why}")),
        }
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .dns_resolver(GuardedResolver)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(4)
        .referer(false)
        .user_agent("gonogo")
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, String> {
    builder.build().map_err(|why| innermost(&why))
}

//! What is asked of a site's name, its certificate and its way to https.

use serde::{Deserialize, Serialize};

/// The certificate that an endpoint shows: trusted, for its host's name, and valid for some time yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateProbe {
    /// The address as written; `None`: the environment's web endpoint.
    pub url: Option<String>,
    /// For how many days it must be valid yet.
    pub days: u32,
}

/// A name resolves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsProbe {
    /// The name as written; `None`: that of the environment's web endpoint.
    pub name: Option<String>,
    /// The address, or the name with the same addresses, that it must lead to.
    pub to: Option<String>,
}

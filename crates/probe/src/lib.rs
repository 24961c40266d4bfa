//! Probing: a [`domain::probe::ProbeSpec`] goes in, a [`domain::verdict::Finding`] comes out, whatever happens.
//!
//! This is the only crate that dials out or starts a process. In each kind of probe `observe` does the I/O and
//! `judge` is pure. What may be reached is decided by the environment ([`Site`]), never by the document.

mod act;
mod answer;
mod asked;
mod blocking;
mod capture;
mod certificate;
mod clock;
pub mod context;
pub mod counted;
pub mod dial;
mod disk;
mod dns;
mod docker;
mod dotenv;
pub mod env_edit;
mod env_line;
pub mod environment;
mod file;
mod fill;
mod fingerprint;
mod git;
mod http;
mod junit;
pub mod kept_images;
mod kubernetes;
pub mod load;
mod memory;
mod metric;
mod orphan;
pub mod output;
pub mod parameter;
mod place;
mod port;
mod postgres;
mod prober;
mod process;
mod prometheus;
mod readiness;
pub mod redact;
mod redirects;
mod redis;
mod restore;
mod round;
mod run;
mod seal;
mod select;
mod shell;
mod site;
mod sockets;
mod text;
mod tool;
mod turn;
mod unit;
mod webhook;

pub use context::Context;
pub use counted::Counted;
pub use prober::Prober;
pub use prometheus::latency;
pub use redact::Secrets;
pub use round::Round;
pub use seal::Seal;
pub use site::{Hook, Site, SiteError};
pub use tokio_util::sync::CancellationToken;

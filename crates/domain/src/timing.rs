//! Where the time of an exchange over HTTP went.

use serde::{Deserialize, Serialize};

/// A part of an exchange, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The name to an address.
    Resolve,
    /// The connection, to its last handshake packet.
    Connect,
    /// The TLS handshake.
    Tls,
    /// From the request to the first byte of the answer.
    FirstByte,
    /// From there to the answer's last byte.
    Body,
}

impl Phase {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Resolve => "name",
            Phase::Connect => "connection",
            Phase::Tls => "TLS",
            Phase::FirstByte => "first byte",
            Phase::Body => "rest",
        }
    }
}

/// How long each phase took, in microseconds. A phase that was not needed or not reached is absent: an address needs no name,
/// a kept connection neither connection nor TLS. Where redirects were followed, their phases are added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// [`Phase::Resolve`]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_us: Option<u64>,
    /// [`Phase::Connect`]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_us: Option<u64>,
    /// [`Phase::Tls`]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_us: Option<u64>,
    /// [`Phase::FirstByte`]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_us: Option<u64>,
    /// [`Phase::Body`]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_us: Option<u64>,
    /// The phase in which it stopped; `None`: it came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_in: Option<Phase>,
}

impl Timing {
    /// Adds what a phase took, in microseconds.
    pub fn add(&mut self, phase: Phase, us: u64) {
        let slot = match phase {
            Phase::Resolve => &mut self.resolve_us,
            Phase::Connect => &mut self.connect_us,
            Phase::Tls => &mut self.tls_us,
            Phase::FirstByte => &mut self.first_byte_us,
            Phase::Body => &mut self.body_us,
        };
        *slot = Some(slot.unwrap_or(0).saturating_add(us));
    }

    /// The phases that took place, in their order, with how long each took in microseconds.
    pub fn phases(&self) -> Vec<(Phase, u64)> {
        let all = [
            (Phase::Resolve, self.resolve_us),
            (Phase::Connect, self.connect_us),
            (Phase::Tls, self.tls_us),
            (Phase::FirstByte, self.first_byte_us),
            (Phase::Body, self.body_us),
        ];
        all.into_iter()
            .filter_map(|(phase, us)| Some((phase, us?)))
            .collect()
    }
}

//! What systemd is told where it waits for it (`Type=notify`, sd_notify(3)): that Gonogo answers, and that it stops.

use std::{ffi::OsString, os::unix::net::UnixDatagram, path::PathBuf};

/// Whoever started Gonogo as a service, where it wants to be told.
#[derive(Clone, Debug)]
pub struct ServiceManager(Option<PathBuf>);

impl ServiceManager {
    /// The one that listens at `socket`, the variable `NOTIFY_SOCKET`; nobody where it is not set.
    pub fn at(socket: Option<OsString>) -> Self {
        Self(socket.map(PathBuf::from))
    }

    /// Says `state`. A manager that cannot be told ends the service in its own time: the log says why.
    pub fn tell(&self, state: &str) {
        let Some(socket) = &self.0 else { return };
        let told = UnixDatagram::unbound().and_then(|own| own.send_to(state.as_bytes(), socket));
        if let Err(error) = told {
            tracing::warn!(%error, state, socket = %socket.display(), "the service manager was not told");
        }
    }
}

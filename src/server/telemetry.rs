//! The log: for people on a terminal, one JSON object a line otherwise. It goes to standard error; `GONOGO_LOG` says
//! how much (`debug`, `info,sqlx=debug`).

use crate::server::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Starts the log. A second call changes nothing.
pub fn start(format: Option<LogFormat>) {
    let filter = EnvFilter::try_from_env("GONOGO_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,tower_sessions=error,tower_sessions_core=warn"));
    let chosen = format.unwrap_or(if std::io::stderr().is_terminal() {
        LogFormat::Human
    } else {
        LogFormat::Json
    });
    let registry = tracing_subscriber::registry().with(filter);
    let started = match chosen {
        LogFormat::Human => registry
            .with(fmt::layer().with_writer(std::io::stderr).with_target(false))
            .try_init(),
        LogFormat::Json => registry
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr),
            )
            .try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log is started already");
    }
}

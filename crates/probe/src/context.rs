//! What probing takes from outside: the clock, the machine's name, the server's variables, and how much at once.

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Variables of the server that commands get, where it has them.
pub const PASSED_ON: [&str; 4] = ["PATH", "HOME", "USER", "TMPDIR"];

/// Values that the server passes in once; tests pass their own.
#[derive(Clone)]
pub struct Context {
    /// The time now.
    pub clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    /// The name of the host that observes.
    pub host: String,
    /// Values of [`PASSED_ON`].
    pub variables: BTreeMap<String, String>,
    /// Probes under way at once, in all.
    pub at_once: usize,
    /// Probes under way at once against one target.
    pub at_once_per_target: usize,
    /// Where the kernel shows processes and sockets: `/proc`.
    pub proc: PathBuf,
    /// Where the kernel shows control groups: `/sys/fs/cgroup`.
    pub cgroup: PathBuf,
    /// Who may vouch for a certificate; `None`: whom this machine trusts.
    pub authorities: Option<Arc<rustls::RootCertStore>>,
}

impl Context {
    /// This machine, with `variables` for looking up the server's variables.
    pub fn of_this_machine(variables: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut passed: BTreeMap<String, String> = PASSED_ON
            .iter()
            .filter_map(|name| variables(name).map(|value| ((*name).to_owned(), value)))
            .collect();
        passed
            .entry("PATH".to_owned())
            .or_insert_with(|| "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned());
        passed.entry("HOME".to_owned()).or_insert_with(|| "/".to_owned());
        passed
            .entry("USER".to_owned())
            .or_insert_with(|| rustix::process::getuid().as_raw().to_string());
        passed
            .entry("TMPDIR".to_owned())
            .or_insert_with(|| "/tmp".to_owned());
        Self {
            clock: Arc::new(now),
            host: variables("GONOGO_HOST")
                .filter(|host| !host.trim().is_empty())
                .unwrap_or_else(host),
            variables: passed,
            at_once: 256,
            at_once_per_target: 8,
            proc: PathBuf::from("/proc"),
            cgroup: PathBuf::from("/sys/fs/cgroup"),
            authorities: None,
        }
    }
}

/// What the machine calls itself.
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where probing takes the ambient clock"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

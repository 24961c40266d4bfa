//! An environment made ready for probing: references filled in, secrets read, addresses checked.

use crate::fill;
use crate::parameter;
use crate::redact::Secrets;
use crate::seal::Seal;
use chrono::{DateTime, Utc};
use domain::environment::{Endpoint, Environment, NoEndpoint};
use domain::reading::Reading;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

mod opening;
mod webhook;
pub(crate) use opening::percent_decoded;
use opening::{Opening, hide_password};
pub use webhook::Hook;

/// How long a native probe may take, unless the run says otherwise.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Gonogo's folder in the work directory.
const RESULTS: &str = ".gonogo";

/// How long a command may take, unless the run says otherwise.
pub const COMMAND_DEADLINE: Duration = Duration::from_secs(30);

/// How long a command that changes something may take, unless the environment's file says otherwise.
pub const ACTION_DEADLINE: Duration = Duration::from_secs(30 * 60);

/// One environment as probes meet it in one run.
#[derive(Clone, Debug)]
pub struct Site {
    /// The environment, with every `$NAME` filled in.
    pub environment: Environment,
    /// The commit or tag that the run deploys; empty where there is none.
    pub release: String,
    /// Where test runs of this run leave their reports, below the work directory; `None` where no run is.
    pub results: Option<String>,
    /// What everything carries that commands start, so that it is found again; `None` where nobody looks for it.
    pub mark: Option<String>,
    /// Who is told what happens in its runs.
    pub hooks: Vec<Hook>,
    /// What is masked everywhere, and what commands get as variables.
    pub secrets: Secrets,
    /// When the version that the run deploys began to serve, where that is known: logs count from then on.
    pub deployed_at: Option<DateTime<Utc>>,
    /// What evidence of the same run has kept of counters, in any order: what is counted in a window is counted from there.
    pub readings: Vec<Reading>,
    /// What the digests of a fingerprint are keyed with; `None` where no run is.
    pub seal: Option<Seal>,
    /// How long a native probe may take.
    pub deadline: Duration,
    /// How long a command may take.
    pub command_deadline: Duration,
    /// How long a command that changes something may take.
    pub action_deadline: Duration,
}

/// An environment that cannot be used as its file stands.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A reference without a value.
    #[error(
        "environments/{environment}.toml, {key}: ${name} has no value: set the variable for the server, or write the value in its place"
    )]
    NoValue {
        /// The environment's name.
        environment: String,
        /// The key of the file.
        key: String,
        /// The reference.
        name: String,
    },
    /// A secret that cannot be had.
    #[error("environments/{environment}.toml, secrets.{name}: {why}")]
    Secret {
        /// The environment's name.
        environment: String,
        /// The secret's name.
        name: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// A value that cannot be used.
    #[error("environments/{environment}.toml, {key}: {why}")]
    Value {
        /// The environment's name.
        environment: String,
        /// The key of the file.
        key: String,
        /// What is wrong and what to do.
        why: String,
    },
}

impl SiteError {
    /// What is wrong may quote the file: a path with a secret in it.
    fn masked(self, secrets: &Secrets) -> Self {
        match self {
            SiteError::Value {
                environment,
                key,
                why,
            } => SiteError::Value {
                environment,
                key,
                why: secrets.mask(&why),
            },
            named @ (SiteError::NoValue { .. } | SiteError::Secret { .. }) => named,
        }
    }
}

impl Site {
    /// Fills in `$NAME` from `variables` (the server's) and, in addresses, from the environment's secrets; reads the
    /// secrets; checks what can be checked without dialling. Does blocking reads of the secrets' files.
    ///
    /// # Errors
    /// [`SiteError`], which names the key of the file and what to do.
    pub fn open(
        environment: Environment,
        variables: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, SiteError> {
        let name = environment.name.clone();
        let opening = Opening {
            name: &name,
            variables,
        };
        let mut secrets = opening.secrets(&environment)?;
        let environment = opening.filled(environment, &secrets)?;
        opening
            .check(&environment)
            .map_err(|error| error.masked(&secrets))?;
        for endpoint in &environment.endpoints {
            hide_password(endpoint, &mut secrets);
        }
        let hooks = webhook::hooks(&environment, &mut secrets).map_err(|(key, why)| SiteError::Value {
            environment: name.clone(),
            key,
            why,
        })?;
        let minutes = environment.action_minutes.map(u64::from);
        let action_deadline = minutes.map_or(ACTION_DEADLINE, |minutes| Duration::from_secs(minutes * 60));
        Ok(Self {
            environment,
            release: String::new(),
            results: None,
            mark: None,
            deployed_at: None,
            readings: Vec::new(),
            seal: None,
            hooks,
            secrets,
            deadline: DEADLINE,
            command_deadline: COMMAND_DEADLINE,
            action_deadline,
        })
    }

    /// The same site for a run of this release.
    #[must_use]
    pub fn with_release(mut self, release: impl Into<String>) -> Self {
        self.release = release.into();
        self
    }

    /// The same site for a task of this name: what its commands start is found by it.
    #[must_use]
    pub fn with_mark(mut self, mark: String) -> Self {
        self.mark = Some(mark);
        self
    }

    /// The same site for a run whose version has served since then (T0).
    #[must_use]
    pub fn with_deployed_at(mut self, at: DateTime<Utc>) -> Self {
        self.deployed_at = Some(at);
        self
    }

    /// The same site with what earlier evidence of the run has kept of counters.
    #[must_use]
    pub fn with_readings(mut self, readings: Vec<Reading>) -> Self {
        self.readings = readings;
        self
    }

    /// The same site for a run whose fingerprints are sealed with this.
    #[must_use]
    pub fn with_seal(mut self, seal: Seal) -> Self {
        self.seal = Some(seal);
        self
    }

    /// The same site for the run of this number: its test runs leave their reports in a folder of their own.
    #[must_use]
    pub fn with_results_of(mut self, run: i64) -> Self {
        self.results = Some(format!("{RESULTS}/run-{run}"));
        self
    }

    /// Takes away an older report of this name: what is read later was written by the test run that begins now. Does
    /// blocking writes.
    ///
    /// # Errors
    /// What the file system says.
    pub fn fresh_report(&self, report: &str) -> std::io::Result<()> {
        let Some(folder) = self.results_folder()? else {
            return Ok(());
        };
        match std::fs::remove_file(folder.join(report)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Makes the folder of the run's results; `None` where no run is. Does blocking writes.
    pub(crate) fn results_folder(&self) -> std::io::Result<Option<PathBuf>> {
        let Some(results) = &self.results else {
            return Ok(None);
        };
        let own = self.work_directory().join(results);
        std::fs::create_dir_all(&own)?;
        // What Gonogo keeps there is no change of the work tree.
        std::fs::write(self.work_directory().join(RESULTS).join(".gitignore"), "*\n")?;
        Ok(Some(own))
    }

    /// Whether commands get a variable of this name from the environment: a parameter, a variable or a secret.
    pub fn has_variable(&self, name: &str) -> bool {
        self.parameter(name).is_some()
            || self.environment.variables.contains_key(name)
            || self.secrets.value(name).is_some()
    }

    /// The endpoint for a written `host:port`, or for an address that an endpoint itself has.
    pub(crate) fn endpoint(&self, written: &str) -> Result<&Endpoint, NoEndpoint> {
        let own = |endpoint: &&Endpoint| {
            Url::parse(&endpoint.url)
                .ok()
                .and_then(|url| authority(&url))
                .is_some_and(|own| own == written)
        };
        let listed = self.environment.endpoint(written);
        listed.or_else(|none| self.environment.endpoints.iter().find(own).ok_or(none))
    }

    /// Fills in `$NAME` of the environment's parameters in a written path or address.
    pub(crate) fn fill_parameters(&self, written: &str) -> Result<String, String> {
        let filled = fill::fill(written, &|name| self.parameter(name)).map_err(|name| {
            format!(
                "the parameter {name} has no value: add `{name} = \"…\"` below [parameters] in environments/{}.toml",
                self.environment.name
            )
        })?;
        match filled.chars().any(char::is_control) {
            true => Err(format!(
                "`{}` holds a control character once it is filled in",
                written.escape_debug()
            )),
            false => Ok(filled),
        }
    }

    /// The work directory.
    pub(crate) fn work_directory(&self) -> &Path {
        Path::new(&self.environment.work_directory)
    }

    fn parameter(&self, name: &str) -> Option<String> {
        if name == "GONOGO_RELEASE" {
            return (!self.release.is_empty()).then(|| self.release.clone());
        }
        let mut parameters = self.environment.parameters.iter();
        parameters
            .find(|(key, _)| *key == name || parameter::variable(key) == name)
            .map(|(_, value)| value.clone())
    }
}

/// `host:port` of an address, with the default port of its scheme where none is written.
pub(crate) fn authority(url: &Url) -> Option<String> {
    // A database on a Unix socket has no address, whatever stands in the host's place.
    if url.scheme().starts_with("postgres") && url.query_pairs().any(|(key, _)| key == "host") {
        return None;
    }
    let port = url.port().or(match url.scheme() {
        "http" => Some(80),
        "https" => Some(443),
        "postgres" | "postgresql" => Some(5432),
        "redis" => Some(6379),
        "tcp" => Some(2375),
        _ => None,
    })?;
    Some(format!(
        "{}:{port}",
        url.host_str()
            .filter(|host| !host.is_empty())?
            .to_ascii_lowercase()
    ))
}

//! An environment: where a checklist runs. Declared in a TOML file on the server, never edited from a browser.

use crate::{hash::Hash, window::OfWindows};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

mod automatic_rollback;
mod kubernetes;
mod latency;
mod load;
mod webhook;
pub use automatic_rollback::{AutomaticRollback, HoldOffTime, NoHoldOff};
pub use kubernetes::{Kubernetes, NoNamespace};
pub use latency::{Latency, NoLatency};
pub use load::{LOAD_REQUESTS, Load, LoadEndpoint, LoadMethod, NoLoad};
pub use webhook::{Webhook, WebhookForm};

/// How much is at stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// One's own machine.
    Development,
    /// Like production, without its users.
    Staging,
    /// The real thing.
    Production,
}

/// `environments/NAME.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name: the file's name without `.toml`. Not written in the file.
    #[serde(skip_deserializing, default)]
    pub name: String,
    /// One line for people.
    #[serde(default)]
    pub title: String,
    /// How much is at stake.
    pub class: Class,
    /// Where commands run and relative paths start. `$NAME` of the server's variables is filled in.
    pub work_directory: String,
    /// Values for the plan's parameters, by name.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// What may be dialled, and which written addresses it stands for.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// The cluster that may be asked; `None`: none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<Kubernetes>,
    /// The load that a benchmark puts on it; `None`: none may be put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Load>,
    /// When verification windows are sampled, where it is not as usual.
    #[serde(default, skip_serializing_if = "OfWindows::is_empty")]
    pub windows: OfWindows,
    /// Where Prometheus keeps its latencies; `None`: they are not read from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// Absolute paths outside the work directory that file and disk probes may read; a listed directory
    /// covers what is below it.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Variables that commands get, beside `PATH, HOME, USER, LANG, TZ, TMPDIR`.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Secrets by reference: `env:NAME` or `file:/path`. Commands get them as variables; they are masked everywhere.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// The program and arguments that a command's text is given to.
    #[serde(default = "default_shell")]
    pub shell: Vec<String>,
    /// How many minutes a command that changes something may take, 1 to 1440; `None`: 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_minutes: Option<u32>,
    /// Images that run before a deployment get a name of their own in the engine, so that a rollback needs no build.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_images: bool,
    /// The hosts whose Gonogo serves it, where several share one database; empty: each does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub served_by: Vec<String>,
    /// The way back that starts where a window fails and nobody holds it; `None`: nothing rolls back by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic_rollback: Option<AutomaticRollback>,
    /// Who is told what happens in its runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub webhooks: Vec<Webhook>,
    /// The plans whose reading commands may run without a server, which has its own record of who published what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<Published>,
}

/// A plan that somebody has read, as a file lists it: `sha256:` and the plan's hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Published(pub Hash);

/// What stands before the digits.
const ALGORITHM: &str = "sha256:";

/// The text names no plan.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} names no plan: what `gonogo run --plan` prints is needed, `sha256:` and 64 digits")]
pub struct NotPublished(pub String);

impl TryFrom<String> for Published {
    type Error = NotPublished;

    fn try_from(text: String) -> Result<Self, NotPublished> {
        let digits = text.strip_prefix(ALGORITHM).map(str::to_owned);
        let hash = digits.and_then(|digits| Hash::try_from(digits).ok());
        hash.map(Published).ok_or(NotPublished(text))
    }
}

impl From<Published> for String {
    fn from(published: Published) -> Self {
        published.to_string()
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ALGORITHM}{}", self.0)
    }
}

/// A target that may be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Its name: `backend`, `database`.
    pub name: String,
    /// Where it is: `http://127.0.0.1:8000`, `https://…`, `postgres://…`. `$NAME` is filled in from the
    /// server's variables and the environment's secrets.
    pub url: String,
    /// What documents write for it: `localhost:8000`, `db.example.com:5432`; `/`: a path without a host.
    #[serde(default)]
    pub replaces: Vec<String>,
}

/// How endpoints are called that serve a page of metrics: `metrics`, `backend-metrics`.
const METRICS: &str = "metrics";

impl Endpoint {
    /// Whether its name says that it serves a page of metrics.
    pub fn serves_metrics(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        name.strip_suffix(METRICS)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with(['-', '_']))
    }

    /// Whether its name says that it serves the metrics of `other`.
    pub fn serves_metrics_of(&self, other: &Endpoint) -> bool {
        let (name, other) = (self.name.to_ascii_lowercase(), other.name.to_ascii_lowercase());
        let rest = name
            .strip_prefix(&other)
            .and_then(|rest| rest.strip_suffix(METRICS));
        matches!(rest, Some("-" | "_"))
    }
}

fn default_shell() -> Vec<String> {
    ["bash", "--noprofile", "--norc", "-o", "pipefail", "-c"]
        .map(str::to_owned)
        .to_vec()
}

/// An address of the document has no endpoint in the environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{written} is not an endpoint of the environment {environment}: add `replaces = [\"{written}\"]` to one of its \
     [[endpoints]], or a new one, in environments/{environment}.toml"
)]
pub struct NoEndpoint {
    /// The `host:port` as written.
    pub written: String,
    /// The environment's name.
    pub environment: String,
}

/// A path without a host has no endpoint in the environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no endpoint of the environment {environment} stands for a path without a host: add `replaces = [\"/\"]` to the one of \
     its [[endpoints]] that serves it, in environments/{environment}.toml"
)]
pub struct NoWebEndpoint {
    /// The environment's name.
    pub environment: String,
}

/// Names of endpoints that serve what is deployed, the likeliest first.
const SERVING: &[&str] = &["app", "web", "backend", "api", "site", "frontend", "server"];

/// Names of endpoints that watch what is deployed.
const WATCHING: &[&str] = &["prometheus", "grafana", "alertmanager", "loki", "jaeger"];

impl Environment {
    /// The endpoint that a path without a host means: the one that replaces `/`, else the only one that is reached by
    /// HTTP, else the first that is named like an application.
    ///
    /// # Errors
    /// [`NoWebEndpoint`], which names the line to add.
    pub fn web_endpoint(&self) -> Result<&Endpoint, NoWebEndpoint> {
        let said = self
            .endpoints
            .iter()
            .find(|endpoint| endpoint.replaces.iter().any(|written| written == "/"));
        let web = || {
            self.endpoints.iter().filter(|endpoint| {
                let watches = WATCHING
                    .iter()
                    .any(|name| endpoint.name.eq_ignore_ascii_case(name));
                endpoint.url.starts_with("http") && !watches && !endpoint.serves_metrics()
            })
        };
        let only = || web().next().filter(|_| web().count() == 1);
        let named = || {
            SERVING
                .iter()
                .find_map(|name| web().find(|endpoint| endpoint.name.eq_ignore_ascii_case(name)))
        };
        said.or_else(only).or_else(named).ok_or_else(|| NoWebEndpoint {
            environment: self.name.clone(),
        })
    }

    /// The endpoint of this very name.
    pub fn named(&self, name: &str) -> Option<&Endpoint> {
        self.endpoints
            .iter()
            .find(|endpoint| endpoint.name.eq_ignore_ascii_case(name))
    }

    /// The endpoint that stands for `written` (`host:port`, or an endpoint's name).
    ///
    /// # Errors
    /// [`NoEndpoint`], which names the line to add.
    pub fn endpoint(&self, written: &str) -> Result<&Endpoint, NoEndpoint> {
        let stands_for = |endpoint: &&Endpoint| {
            endpoint.name.eq_ignore_ascii_case(written)
                || endpoint
                    .replaces
                    .iter()
                    .any(|replaced| replaced.eq_ignore_ascii_case(written))
        };
        self.endpoints.iter().find(stands_for).ok_or_else(|| NoEndpoint {
            written: written.to_owned(),
            environment: self.name.clone(),
        })
    }
}

impl Class {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Class::Development => "development",
            Class::Staging => "staging",
            Class::Production => "production",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

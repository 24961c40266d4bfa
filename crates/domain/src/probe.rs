//! What a probe reads and what must hold. A probe never changes its target.
//!
//! Addresses and paths stand here as the document wrote them; they are matched with the environment
//! before anything is dialled (see [`crate::environment::Environment::endpoint`]).

use crate::quantity::{Bound, Version};
use serde::{Deserialize, Serialize};

pub mod day;
pub mod docker;
pub mod file;
pub mod git;
pub mod kubernetes;
pub mod metrics;
pub mod postgres;
pub mod process;
pub mod redis;
pub mod tool;
pub mod web;

pub use docker::{DockerProbe, DockerQuestion, LogsQuestion};
pub use file::{FileProbe, FileRule};
pub use git::GitQuestion;
pub use kubernetes::{KubernetesProbe, KubernetesQuestion, ObjectKind, Workload};
pub use metrics::{MetricProbe, MetricQuestion, PrometheusProbe, PrometheusQuestion, RangeQuery};
pub use postgres::{PostgresProbe, PostgresQuestion, StatementTime};
pub use process::{ProcessMatch, ProcessProbe, UnitProbe, UnitState};
pub use redis::{RedisPersistence, RedisProbe, RedisQuestion};
pub use tool::Tool;
pub use web::{CertificateProbe, DnsProbe, HeaderHolds, HeaderRule, HitCounter, RepeatedProbe};

/// One probe: what to observe and what must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "probe", content = "asks", rename_all = "snake_case")]
pub enum ProbeSpec {
    /// An HTTP GET.
    Http(HttpProbe),
    /// The second of two equal GETs comes from a cache.
    Repeated(RepeatedProbe),
    /// A question to a Postgres server.
    Postgres(PostgresProbe),
    /// A question to a Redis server.
    Redis(RedisProbe),
    /// A question to the environment's Docker Engine.
    Docker(DockerProbe),
    /// A question to a Prometheus server.
    Prometheus(PrometheusProbe),
    /// The report of a test run: some test ran, and all passed.
    Tests {
        /// The report's name among the results of the run (JUnit XML).
        report: String,
    },
    /// A question to a page of metrics.
    Metric(MetricProbe),
    /// A file or directory below the environment's work directory, or an absolute path that it lists.
    File(FileProbe),
    /// A line of a `.env` file.
    EnvLine {
        /// The file, relative to the work directory.
        file: String,
        /// The variable.
        key: String,
        /// What it must be; `None`: it must be set and not empty.
        value: Option<String>,
    },
    /// A TCP port is free, or held by a service of this environment.
    Port {
        /// The port number.
        port: u16,
    },
    /// Something listens on a TCP port of this machine.
    Listening {
        /// The port number.
        port: u16,
    },
    /// The certificate of an endpoint.
    Certificate(CertificateProbe),
    /// A name leads to an address.
    Dns(DnsProbe),
    /// Plain http is answered with a redirect to https.
    Redirects {
        /// The address as written; `None`: the environment's web endpoint.
        url: Option<String>,
    },
    /// A tool is installed in at least this version.
    Tool {
        /// Which tool.
        tool: Tool,
        /// The oldest version that will do; `None`: any.
        at_least: Option<Version>,
    },
    /// Memory available to this environment.
    Memory {
        /// Bytes that must be available.
        at_least: u64,
    },
    /// Free space on the file system of a path.
    Disk {
        /// The path as written; `None`: the work directory.
        path: Option<String>,
        /// Bytes that must be free.
        at_least: u64,
    },
    /// How many processes of a kind run on this machine.
    Process(ProcessProbe),
    /// A unit of this machine's systemd.
    Unit(UnitProbe),
    /// A question to the environment's Kubernetes cluster.
    Kubernetes(KubernetesProbe),
    /// This machine's clock agrees with the database's.
    Clock {
        /// Largest difference, in milliseconds.
        within_ms: u64,
    },
    /// The git work tree in the work directory.
    Git(GitQuestion),
    /// A command that is known to read only.
    Shell(ShellProbe),
    /// Every one of these must pass; the weakest answer counts.
    All(Vec<ProbeSpec>),
}

impl ProbeSpec {
    /// The probes that it is made of, in order and without nesting: itself, unless it is [`Self::All`].
    pub fn leaves(&self) -> Vec<&ProbeSpec> {
        match self {
            Self::All(specs) => specs.iter().flat_map(Self::leaves).collect(),
            leaf => vec![leaf],
        }
    }

    /// For how many minutes its evidence counts: what changes by itself within minutes, for a quarter of an hour; files, for an
    /// hour; what somebody installs or renews, for a day. `None`: what it reads was written once and does not change.
    pub fn keeps_minutes(&self) -> Option<u32> {
        match self {
            Self::All(specs) => specs.iter().filter_map(Self::keeps_minutes).min(),
            Self::Tests { .. } => None,
            Self::Tool { .. } | Self::Certificate(_) | Self::Dns(_) => Some(24 * 60),
            Self::File(_) | Self::EnvLine { .. } | Self::Git(_) => Some(60),
            Self::Http(_)
            | Self::Repeated(_)
            | Self::Postgres(_)
            | Self::Redis(_)
            | Self::Docker(_)
            | Self::Prometheus(_)
            | Self::Metric(_)
            | Self::Port { .. }
            | Self::Listening { .. }
            | Self::Redirects { .. }
            | Self::Memory { .. }
            | Self::Disk { .. }
            | Self::Clock { .. }
            | Self::Process(_)
            | Self::Unit(_)
            | Self::Kubernetes(_)
            | Self::Shell(_) => Some(15),
        }
    }

    /// Whether it counts from what earlier evidence has kept (see [`crate::reading`]).
    pub fn counts_from_earlier(&self) -> bool {
        self.shares().next().is_some()
    }

    /// How often evidence must be kept for it to count from, in minutes; `None`: the first is enough.
    pub fn keeps_readings_every(&self) -> Option<u32> {
        self.shares().flatten().min().map(|minutes| minutes.div_ceil(2))
    }

    /// Over how many minutes each share that it asks for is counted.
    fn shares(&self) -> impl Iterator<Item = Option<u32>> {
        self.leaves().into_iter().filter_map(|leaf| {
            let Self::Metric(metric) = leaf else { return None };
            match metric.question {
                MetricQuestion::Share { minutes, .. } => Some(minutes),
                MetricQuestion::Present { .. }
                | MetricQuestion::Value { .. }
                | MetricQuestion::Quantile { .. } => None,
            }
        })
    }

    /// The commands that it gives to a shell; empty where it starts no process of the document's.
    pub fn commands(&self) -> Vec<&ShellProbe> {
        let leaves = self.leaves().into_iter();
        leaves
            .filter_map(|leaf| {
                let Self::Shell(shell) = leaf else { return None };
                Some(shell)
            })
            .collect()
    }
}

/// An HTTP GET and what must hold of the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpProbe {
    /// The address as written; a path alone is one of the environment's web endpoint.
    pub url: String,
    /// What the status must be.
    pub status: StatusRule,
    /// What must hold of the body.
    pub body: Vec<TextRule>,
    /// Reading filters from a pipe, applied to the body before `body` is judged.
    pub filters: Vec<Filter>,
    /// Longest time to the whole answer, in milliseconds, where the document names one.
    pub within_ms: Option<u64>,
    /// The scheme must be https or the host a loopback address.
    pub secure_or_loopback: bool,
    /// What is sent in the request's header, by name; each is [`web::may_send`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// What must hold of the answer's header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response: Vec<HeaderRule>,
}

/// What an HTTP status must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusRule {
    /// 200 to 299.
    Success,
    /// Exactly this.
    Is(u16),
    /// One of these two: `301 or 302`.
    Either(u16, u16),
    /// From the first to the second: `5xx` is 500 to 599.
    Between(u16, u16),
}

/// What must hold of a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextRule {
    /// Nothing but white space.
    Empty,
    /// Something besides white space.
    NotEmpty,
    /// Contains this text.
    Contains(String),
    /// Does not contain this text, whatever its case.
    Lacks(String),
    /// Is this text, white space at both ends apart.
    Is(String),
    /// Its last number, with its unit, is within this bound (`536870912` and `512mb` are equal).
    Number(Bound),
    /// Has at least this many lines that are not blank.
    LinesAtLeast(u32),
    /// Is JSON that has all of these; what else is in it does not matter.
    Json(Vec<JsonField>),
}

/// A place in a JSON text and what must hold there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JsonField {
    /// Where: a JSON pointer (RFC 6901); empty: the whole.
    pub pointer: String,
    /// What must hold there.
    pub holds: JsonHolds,
}

/// What must hold at a place in a JSON text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonHolds {
    /// There is a value, whichever it is.
    Present,
    /// It is this value, written as JSON.
    Is(String),
}

/// A reading filter of a pipeline, applied natively to what was observed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// `grep`: keep the lines that contain `pattern` (a fixed text, no expression).
    Grep {
        /// The text.
        pattern: String,
        /// `-i`
        ignore_case: bool,
        /// `-v`
        invert: bool,
    },
    /// `head -n`
    Head(u32),
    /// `tail -n`
    Tail(u32),
    /// `wc -l`
    CountLines,
    /// `jq .`: the text must be JSON.
    Json,
    /// `jq -r .a.b`: the value at this JSON pointer (RFC 6901: `/a/b`), a string without its quotes, `null` where
    /// there is none.
    JsonAt(String),
}

/// A command that is known to read only, run by the environment's shell with a deadline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShellProbe {
    /// The exact bytes that run.
    pub command: String,
    /// The files outside of the work directory that it names: it runs only where the environment lists each of them, or
    /// what holds it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Filters from the end of the pipeline, applied natively, so that a filter that finds nothing
    /// is not taken for a source that failed.
    pub filters: Vec<Filter>,
    /// What must hold of what is left; the command must exit 0 in any case.
    pub rules: Vec<TextRule>,
}

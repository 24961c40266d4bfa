//! What a probe asks, for an answer that was not given.

use crate::answer::Asked;
use crate::kubernetes;
use crate::prometheus;
use domain::probe::{FileProbe, ProbeSpec};

/// How, and of what; what must hold is left out.
pub(crate) fn asked(spec: &ProbeSpec) -> Asked {
    let (read_as, target) = match spec {
        ProbeSpec::Http(spec) => ("GET, natively", spec.url.clone()),
        ProbeSpec::Repeated(spec) => ("pairs of the same GET, natively", spec.url.clone()),
        ProbeSpec::Postgres(spec) => (
            "Postgres, natively",
            spec.address.clone().unwrap_or_else(|| "database".to_owned()),
        ),
        ProbeSpec::Redis(spec) => (
            "Redis, natively",
            spec.address.clone().unwrap_or_else(|| "redis".to_owned()),
        ),
        ProbeSpec::Docker(spec) => ("Docker Engine, natively", spec.services.join(", ")),
        ProbeSpec::Prometheus(spec) => ("Prometheus API, natively", prometheus::address(spec)),
        ProbeSpec::Metric(spec) => ("GET, read as metrics, natively", spec.url.clone()),
        ProbeSpec::File(FileProbe { path, .. }) => ("file, natively", path.clone()),
        ProbeSpec::EnvLine { file, key, .. } => (".env file, natively", format!("{key} in {file}")),
        ProbeSpec::Port { port } => ("the kernel's tables of sockets", format!("port {port}")),
        ProbeSpec::Listening { port } => ("the kernel's tables of sockets", format!("port {port}")),
        ProbeSpec::Certificate(spec) => ("TLS handshake, natively", spec.url.clone().unwrap_or_default()),
        ProbeSpec::Dns(spec) => ("this machine's resolver", spec.name.clone().unwrap_or_default()),
        ProbeSpec::Redirects { url } => ("GET by plain http", url.clone().unwrap_or_default()),
        ProbeSpec::Tool { .. } => ("a tool's version", String::new()),
        ProbeSpec::Tests { report } => ("JUnit report", report.clone()),
        ProbeSpec::Memory { .. } => ("memory of this machine", String::new()),
        ProbeSpec::Disk { path, .. } => ("statvfs", path.clone().unwrap_or_default()),
        ProbeSpec::Clock { .. } => ("the database's clock", "database".to_owned()),
        ProbeSpec::Process(_) => ("the kernel's list of processes", String::new()),
        ProbeSpec::Unit(spec) => ("systemctl show", spec.unit.clone()),
        ProbeSpec::Kubernetes(spec) => ("kubectl get", kubernetes::target(spec)),
        ProbeSpec::Git(_) => ("git", String::new()),
        ProbeSpec::Shell(spec) => ("a command", spec.command.clone()),
        ProbeSpec::All(_) => ("several probes", String::new()),
    };
    Asked {
        read_as: read_as.to_owned(),
        target,
        expected: String::new(),
    }
}

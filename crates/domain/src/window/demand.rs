//! What a line of a window asks of its samples.

use crate::{
    metric::Metric,
    objective::{Aim, Objective, steady::Steady},
    probe::{DockerQuestion, HttpProbe, ProbeSpec, TextRule},
};
use serde::{Deserialize, Serialize};

/// What a line of a window asks of its samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// It holds at the due time and for a steady time before; what was before that is forgiven.
    #[default]
    AtTheEnd,
    /// It holds in every sample, and at least [`super::FLOOR`] of them were taken.
    Throughout,
    /// As [`Demand::Throughout`] over the part of the window that the definition names, and its number stays there as it is.
    Stable(Steady),
}

impl Demand {
    /// What a line asks for: what its objective says, else its words and its probe. "Zero errors", "no evictions", "is empty" and
    /// whatever must be absent hold throughout; in doubt the stricter one is taken, of which a person can let a run off by name.
    pub fn of(text: &str, spec: &ProbeSpec, objective: Option<&Objective>) -> Self {
        match objective.map(|objective| &objective.aim) {
            Some(Aim::Steady { steady } | Aim::Settled { steady, .. }) => return Demand::Stable(*steady),
            Some(Aim::Absolute { .. } | Aim::Improvement { .. }) | None => {}
        }
        let number = || {
            objective.map_or_else(
                || Metric::Free(String::new()),
                |objective| objective.metric.clone(),
            )
        };
        let lower = text.to_lowercase();
        let says = |wanted: &[&str]| {
            let mut words = lower.split(|c: char| !c.is_alphanumeric());
            words.any(|word| wanted.contains(&word))
        };
        if says(STABILISED) {
            Demand::Stable(Steady::stabilised(&number()))
        } else if says(STABLE) {
            Demand::Stable(Steady::stable(&number()))
        } else if says(THROUGHOUT) || spec.leaves().into_iter().any(is_absence) {
            Demand::Throughout
        } else {
            Demand::AtTheEnd
        }
    }

    /// Whether one bad sample decides.
    pub fn needs_every_sample(self) -> bool {
        match self {
            Demand::AtTheEnd => false,
            Demand::Throughout => true,
            Demand::Stable(steady) => steady.part >= 1.0,
        }
    }

    /// Whether what the samples say is not for one look to better.
    pub fn outweighs_a_look(self) -> bool {
        match self {
            Demand::AtTheEnd => false,
            Demand::Throughout | Demand::Stable(_) => true,
        }
    }

    /// Whether it is what is taken where nothing else is said.
    pub fn is_default(&self) -> bool {
        *self == Demand::default()
    }
}

const STABLE: &[&str] = &["stable", "stabil", "稳定"];

const STABILISED: &[&str] = &["stabilised", "stabilized"];

const THROUGHOUT: &[&str] = &[
    "no",
    "zero",
    "never",
    "none",
    "without",
    "empty",
    "always",
    "continuously",
    "throughout",
    "keine",
    "aucune",
    "sin",
];

/// Whether a probe looks for what must not be there.
fn is_absence(spec: &ProbeSpec) -> bool {
    let absent = |rules: &[TextRule]| {
        rules
            .iter()
            .any(|rule| matches!(rule, TextRule::Empty | TextRule::Lacks(_)))
    };
    match spec {
        ProbeSpec::Http(HttpProbe { body, .. }) => absent(body),
        ProbeSpec::Docker(docker) => match &docker.question {
            DockerQuestion::Logs(logs) => absent(&logs.rules),
            DockerQuestion::Running
            | DockerQuestion::Healthy
            | DockerQuestion::Environment { .. }
            | DockerQuestion::NewestImage
            | DockerQuestion::Memory => false,
        },
        ProbeSpec::Repeated(_)
        | ProbeSpec::Postgres(_)
        | ProbeSpec::Redis(_)
        | ProbeSpec::Prometheus(_)
        | ProbeSpec::Tests { .. }
        | ProbeSpec::Metric(_)
        | ProbeSpec::File(_)
        | ProbeSpec::EnvLine { .. }
        | ProbeSpec::Port { .. }
        | ProbeSpec::Listening { .. }
        | ProbeSpec::Certificate(_)
        | ProbeSpec::Dns(_)
        | ProbeSpec::Redirects { .. }
        | ProbeSpec::Tool { .. }
        | ProbeSpec::Memory { .. }
        | ProbeSpec::Disk { .. }
        | ProbeSpec::Process(_)
        | ProbeSpec::Unit(_)
        | ProbeSpec::Kubernetes(_)
        | ProbeSpec::Clock { .. }
        | ProbeSpec::Git(_)
        | ProbeSpec::Shell(_)
        | ProbeSpec::All(_) => false,
    }
}

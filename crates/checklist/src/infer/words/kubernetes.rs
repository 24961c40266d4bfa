//! Pods and nodes of a cluster.

use super::{Found, Words};
use crate::measure::Measure;
use crate::phrases::Lower;
use domain::probe::{KubernetesProbe, KubernetesQuestion, ProbeSpec};

/// The whole line, without emphasis and its last mark. What says more asks for more than is read here.
const PODS: &[&str] = &[
    "all pods are running",
    "all pods running",
    "all pods are ready",
    "all pods ready",
    "all pods are running and ready",
    "all pods running and ready",
    "all pods are healthy",
    "all pods healthy",
    "all kubernetes pods are running",
    "all kubernetes pods running",
    "all kubernetes pods are ready",
];
const NODES: &[&str] = &[
    "all kubernetes nodes are ready",
    "all kubernetes nodes ready",
    "kubernetes nodes are ready",
];

/// "All pods are running".
pub fn pods(_: &Words<'_>, lower: &Lower, _: &[Measure]) -> Option<Found> {
    let line = lower.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '.' | ':' | '!'));
    let question = match line {
        line if PODS.contains(&line) => KubernetesQuestion::PodsReady {
            selector: None,
            named: None,
        },
        line if NODES.contains(&line) => KubernetesQuestion::NodesReady,
        _ => return None,
    };
    let spec = ProbeSpec::Kubernetes(KubernetesProbe {
        question,
        namespace: None,
        context: None,
        waits: false,
    });
    Some((
        spec,
        "the environment's cluster is asked, by `kubectl get`".to_owned(),
    ))
}

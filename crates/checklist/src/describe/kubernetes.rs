//! Questions to a cluster in words.

use domain::probe::{KubernetesProbe, KubernetesQuestion};

/// What is asked, and where.
pub fn kubernetes(spec: &KubernetesProbe) -> String {
    let what = match &spec.question {
        KubernetesQuestion::Rollout { kind, name } => {
            format!("{} {name} is rolled out, and all of it is available", kind.word())
        }
        KubernetesQuestion::PodsReady { selector, named } => {
            let selector = selector.as_ref().map(|selector| format!(" with {selector}"));
            let named = named
                .as_ref()
                .map(|part| format!(" with {part:?} in their names"));
            format!(
                "there are pods{}{}, and all are ready",
                selector.unwrap_or_default(),
                named.unwrap_or_default()
            )
        }
        KubernetesQuestion::JobComplete { name } => format!("job {name} is complete"),
        KubernetesQuestion::NodesReady => "all nodes are ready".to_owned(),
        KubernetesQuestion::Exists { kind, name } => format!("{} {name} is there", kind.word()),
    };
    let namespace = spec
        .namespace
        .as_ref()
        .map(|name| format!(" in the namespace {name}"));
    let context = spec
        .context
        .as_ref()
        .map(|name| format!(", if the environment's context is {name}"));
    format!(
        "Kubernetes: {what}{}{}{}",
        namespace.unwrap_or_default(),
        context.unwrap_or_default(),
        if spec.waits { " (waited for)" } else { "" }
    )
}

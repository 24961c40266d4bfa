//! Objects of a cluster that an annotation can name.

use domain::probe::kubernetes::{is_selector, names_object};
use domain::probe::{KubernetesProbe, KubernetesQuestion, ObjectKind, ProbeSpec};

/// `rollout deployment/web`, `pods`, `pods app=web`, `pods web`, `job migrate`, `nodes`, `exists service/web`; then `namespace=shop`.
pub fn read(words: &[String]) -> Result<ProbeSpec, String> {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    let namespace = words
        .last()
        .and_then(|word| word.strip_prefix("namespace="))
        .map(str::to_owned);
    if let Some(name) = &namespace {
        checked(name)?;
        words.pop();
    }
    let question = match words.as_slice() {
        ["rollout", object] => match named(object)? {
            (ObjectKind::Workload(kind), name) => KubernetesQuestion::Rollout { kind, name },
            _ => return Err(format!("`{object}` is no deployment, statefulset or daemonset")),
        },
        ["pods"] => KubernetesQuestion::PodsReady {
            selector: None,
            named: None,
        },
        ["pods", text] if text.contains(['=', '!']) && is_selector(text) => KubernetesQuestion::PodsReady {
            selector: Some((*text).to_owned()),
            named: None,
        },
        ["pods", part] => KubernetesQuestion::PodsReady {
            selector: None,
            named: Some(checked(part)?),
        },
        ["job", name] => KubernetesQuestion::JobComplete { name: checked(name)? },
        ["nodes"] => KubernetesQuestion::NodesReady,
        ["exists", object] => {
            let (kind, name) = named(object)?;
            KubernetesQuestion::Exists { kind, name }
        }
        _ => {
            return Err(
                "`kubernetes` takes rollout KIND/NAME, pods, pods app=NAME, job NAME, nodes or exists KIND/NAME, and namespace=NAME"
                    .to_owned(),
            );
        }
    };
    Ok(ProbeSpec::Kubernetes(KubernetesProbe {
        question,
        namespace,
        context: None,
        waits: false,
    }))
}

fn checked(name: &str) -> Result<String, String> {
    match names_object(name) {
        true => Ok(name.to_owned()),
        false => Err(format!(
            "`{name}` is no name of an object: small letters, digits, `-` and `.`"
        )),
    }
}

/// `deployment/web`
fn named(object: &str) -> Result<(ObjectKind, String), String> {
    let (kind, name) = object
        .split_once('/')
        .ok_or_else(|| format!("`{object}` names no kind and name such as deployment/web"))?;
    let kind =
        ObjectKind::find(kind).ok_or_else(|| format!("`{kind}` is no kind of object that is read here"))?;
    checked(name).map(|name| (kind, name))
}

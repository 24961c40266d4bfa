//! What a Kubernetes cluster is asked.

use serde::{Deserialize, Serialize};

/// A question to the cluster that the environment names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KubernetesProbe {
    /// What is asked.
    pub question: KubernetesQuestion,
    /// The namespace as written; `None`: the only one that the environment lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The context that the document names. It is never used: one that is not the environment's is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// While it is under way, it is asked again until the deadline of a command: the line names a command that waits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
}

/// What is asked of a cluster. Names are [`names_object`], selectors [`is_selector`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KubernetesQuestion {
    /// What was rolled out last is what runs, and all of it is available.
    Rollout {
        /// What kind of workload.
        kind: Workload,
        /// Its name.
        name: String,
    },
    /// Some pod is there, and every one is ready. Those that ran to their end do not count.
    PodsReady {
        /// Labels that choose among the pods.
        selector: Option<String>,
        /// What their names contain.
        named: Option<String>,
    },
    /// A job ran to its end, and well.
    JobComplete {
        /// Its name.
        name: String,
    },
    /// Some node is there, and every one is ready.
    NodesReady,
    /// An object is there, however it is.
    Exists {
        /// What kind of object.
        kind: ObjectKind,
        /// Its name.
        name: String,
    },
}

/// What keeps pods running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Workload {
    /// A deployment.
    Deployment,
    /// A stateful set.
    StatefulSet,
    /// A daemon set.
    DaemonSet,
}

/// What can be asked for by its name. Secrets are not: they are read by nobody here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A deployment, stateful set or daemon set.
    Workload(Workload),
    /// A job.
    Job,
    /// A job that begins by the clock.
    CronJob,
    /// A service.
    Service,
    /// An ingress.
    Ingress,
    /// A config map.
    ConfigMap,
    /// A claim of storage.
    Claim,
}

impl Workload {
    /// As `kubectl` calls one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::StatefulSet => "statefulset",
            Self::DaemonSet => "daemonset",
        }
    }

    /// The workload that `kubectl` knows by this word.
    pub fn find(word: &str) -> Option<Self> {
        let ObjectKind::Workload(kind) = ObjectKind::find(word)? else {
            return None;
        };
        Some(kind)
    }
}

impl ObjectKind {
    /// As `kubectl` calls one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Workload(kind) => kind.word(),
            Self::Job => "job",
            Self::CronJob => "cronjob",
            Self::Service => "service",
            Self::Ingress => "ingress",
            Self::ConfigMap => "configmap",
            Self::Claim => "persistentvolumeclaim",
        }
    }

    /// The kind that `kubectl` knows by this word: `deploy`, `deployments.apps`, `svc`.
    pub fn find(word: &str) -> Option<Self> {
        let lower = word.to_ascii_lowercase();
        Some(match lower.as_str() {
            "deployment" | "deployments" | "deploy" | "deployment.apps" | "deployments.apps" => {
                Self::Workload(Workload::Deployment)
            }
            "statefulset" | "statefulsets" | "sts" | "statefulset.apps" | "statefulsets.apps" => {
                Self::Workload(Workload::StatefulSet)
            }
            "daemonset" | "daemonsets" | "ds" | "daemonset.apps" | "daemonsets.apps" => {
                Self::Workload(Workload::DaemonSet)
            }
            "job" | "jobs" | "job.batch" | "jobs.batch" => Self::Job,
            "cronjob" | "cronjobs" | "cj" | "cronjob.batch" | "cronjobs.batch" => Self::CronJob,
            "service" | "services" | "svc" => Self::Service,
            "ingress" | "ingresses" | "ing" => Self::Ingress,
            "configmap" | "configmaps" | "cm" => Self::ConfigMap,
            "persistentvolumeclaim" | "persistentvolumeclaims" | "pvc" => Self::Claim,
            _ => return None,
        })
    }
}

/// Whether a name can be an object's or a namespace's: small letters, digits, `-` and `.`, so that it is no option and no path.
pub fn names_object(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= 253
        && name.bytes().next().is_some_and(plain)
        && name.bytes().next_back().is_some_and(plain)
        && name
            .bytes()
            .all(|byte| plain(byte) || matches!(byte, b'-' | b'.'))
}

/// Whether a text can be a selector of labels by equality: `app=web,tier!=cache`.
pub fn is_selector(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=!,".contains(&byte);
    text.bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'!')
        && text.len() <= 500
        && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_option_no_path_and_no_pattern() {
        for name in ["web", "web-1", "a.b", "0"] {
            assert!(names_object(name), "{name}");
        }
        for name in [
            "", "-n", "--all", "web/", "../web", "web*", "Web", "web-", "<pod>", "a b", "$POD",
        ] {
            assert!(!names_object(name), "{name}");
        }
    }

    #[test]
    fn a_selector_compares_labels() {
        for text in ["app=web", "app.kubernetes.io/name=web,tier!=cache", "!canary"] {
            assert!(is_selector(text), "{text}");
        }
        for text in ["", "--all", "app in (a,b)", "app=$APP", "app=<name>"] {
            assert!(!is_selector(text), "{text}");
        }
    }

    #[test]
    fn what_kubectl_abbreviates_is_known_and_secrets_are_not() {
        assert_eq!(Workload::find("deploy"), Some(Workload::Deployment));
        assert_eq!(Workload::find("sts"), Some(Workload::StatefulSet));
        assert_eq!(Workload::find("job"), None);
        assert_eq!(ObjectKind::find("svc"), Some(ObjectKind::Service));
        assert_eq!(ObjectKind::find("secret"), None);
        assert_eq!(ObjectKind::find("all"), None);
    }
}

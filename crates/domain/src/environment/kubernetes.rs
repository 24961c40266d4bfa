//! The cluster of an environment.

use super::Environment;
use serde::{Deserialize, Serialize};

/// The cluster that may be asked, by `kubectl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kubernetes {
    /// The context of the configuration; no other is used.
    pub context: String,
    /// The namespaces that may be asked. Nodes, which have none, may be asked in any case.
    #[serde(default)]
    pub namespaces: Vec<String>,
    /// The configuration's file, or several with `:` between; `$NAME` of the server's variables is filled in. `None`: where
    /// `kubectl` looks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
}

/// Why a cluster, or a namespace of it, is not asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoNamespace {
    /// There is no cluster.
    #[error(
        "the environment {environment} names no cluster: add `[kubernetes]` with `context = \"…\"` and \
         `namespaces = [\"…\"]` to environments/{environment}.toml"
    )]
    NoCluster {
        /// The environment's name.
        environment: String,
    },
    /// It is not listed.
    #[error(
        "{written} is not a namespace of the environment {environment}: add \"{written}\" to `namespaces` below \
         [kubernetes] in environments/{environment}.toml"
    )]
    Unlisted {
        /// As the document names it.
        written: String,
        /// The environment's name.
        environment: String,
    },
    /// None is named, and none is listed.
    #[error(
        "the environment {environment} lists no namespace: add `namespaces = [\"…\"]` below [kubernetes] in \
         environments/{environment}.toml"
    )]
    NoneListed {
        /// The environment's name.
        environment: String,
    },
    /// None is named, and several are listed.
    #[error(
        "the line names no namespace, and the environment {environment} lists {listed}: name one of them, with `-n`"
    )]
    Open {
        /// Those that are listed.
        listed: String,
        /// The environment's name.
        environment: String,
    },
}

impl Environment {
    /// The cluster.
    ///
    /// # Errors
    /// [`NoNamespace::NoCluster`], which names the lines to add.
    pub fn cluster(&self) -> Result<&Kubernetes, NoNamespace> {
        self.kubernetes.as_ref().ok_or_else(|| NoNamespace::NoCluster {
            environment: self.name.clone(),
        })
    }

    /// The namespace that is meant: the one that is written, else the only one that is listed.
    ///
    /// # Errors
    /// [`NoNamespace`], which names the line to add.
    pub fn namespace<'a>(&'a self, written: Option<&str>) -> Result<&'a str, NoNamespace> {
        let cluster = self.cluster()?;
        let environment = self.name.clone();
        match (written, cluster.namespaces.as_slice()) {
            (Some(written), listed) => listed
                .iter()
                .find(|listed| *listed == written)
                .map(String::as_str)
                .ok_or_else(|| NoNamespace::Unlisted {
                    written: written.to_owned(),
                    environment,
                }),
            (None, [only]) => Ok(only),
            (None, []) => Err(NoNamespace::NoneListed { environment }),
            (None, several) => Err(NoNamespace::Open {
                listed: several.join(", "),
                environment,
            }),
        }
    }
}

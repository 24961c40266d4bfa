//! What a Docker Engine is asked, by the labels that Compose gives its containers.

use super::{Filter, TextRule};
use serde::{Deserialize, Serialize};

/// A question to the environment's Docker Engine, about containers of its Compose project. One-off containers
/// (`compose run`) are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DockerProbe {
    /// The Compose project as written (`-p`); `None`: the environment's.
    pub project: Option<String>,
    /// The services (`com.docker.compose.service`); none: every one of the project.
    pub services: Vec<String>,
    /// What is asked.
    pub question: DockerQuestion,
}

/// What is asked of the containers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DockerQuestion {
    /// Each runs: not exited, paused, restarting or unhealthy.
    Running,
    /// Each runs and its health check says so.
    Healthy,
    /// What they logged since the deployment.
    Logs(LogsQuestion),
    /// The variables that they were made with, one `NAME=value` a line. Values of secrets are not shown.
    Environment {
        /// Reading filters of a pipe.
        filters: Vec<Filter>,
        /// What must hold of what is left.
        rules: Vec<TextRule>,
    },
    /// Each was made from the image that its name stands for now, so that nothing newer was built since.
    NewestImage,
    /// The memory that they use together, their file caches apart. Nothing is asked of it but that it is known: whoever samples it
    /// sees whether it stays as it is.
    Memory,
}

/// Which lines of the logs, and what must hold of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogsQuestion {
    /// Only the last so many seconds; `None`: since the deployment, or since the container's start.
    pub last_seconds: Option<u64>,
    /// Only the last so many lines of each container.
    pub tail: Option<u32>,
    /// Reading filters of a pipe.
    pub filters: Vec<Filter>,
    /// What must hold of what is left.
    pub rules: Vec<TextRule>,
}

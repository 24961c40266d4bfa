//! How many probes are under way at once: against one target, and in all.

use crate::answer::{Answer, Judgement};
use crate::asked::asked;
use crate::context::Context;
use crate::site::Site;
use crate::{http, prometheus, redis};
use domain::probe::{ProbeSpec, Tool};
use domain::verdict::Verdict;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// How long a probe may wait for its turn.
const TURN: Duration = Duration::from_secs(120);

/// The places that there are.
pub(crate) struct Turns {
    all: Arc<Semaphore>,
    /// One semaphore per target of an environment; as many as the environments' files name.
    targets: Mutex<HashMap<String, Arc<Semaphore>>>,
    at_once_per_target: usize,
}

impl Turns {
    pub fn new(context: &Context) -> Self {
        Self {
            all: Arc::new(Semaphore::new(context.at_once.max(1))),
            targets: Mutex::new(HashMap::new()),
            at_once_per_target: context.at_once_per_target.max(1),
        }
    }

    /// Waits for a place among the probes of the same target, then among all.
    pub async fn wait(
        &self,
        spec: &ProbeSpec,
        site: &Site,
        cancel: &CancellationToken,
    ) -> Result<[OwnedSemaphorePermit; 2], Answer> {
        let target = self.target(spec, site);
        let waiting = async {
            let one = target.acquire_owned().await.ok()?;
            let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some([one, all])
        };
        let judgement = tokio::select! {
            biased;
            () = cancel.cancelled() => cancelled(),
            turn = tokio::time::timeout(TURN, waiting) => match turn {
                Ok(Some(turn)) => return Ok(turn),
                Ok(None) => Judgement::error("probing has stopped"),
                Err(_) => Judgement::error(format!("other probes of the same target took longer than {} s", TURN.as_secs())),
            },
        };
        Err(Answer::new(asked(spec), judgement))
    }

    fn target(&self, spec: &ProbeSpec, site: &Site) -> Arc<Semaphore> {
        let endpoint = match spec {
            ProbeSpec::Http(spec) => http_endpoint(&spec.url, site),
            ProbeSpec::Repeated(spec) => http_endpoint(&spec.url, site),
            ProbeSpec::Metric(spec) => http_endpoint(&spec.url, site),
            ProbeSpec::Prometheus(spec) => http_endpoint(&prometheus::address(spec), site),
            ProbeSpec::Postgres(spec) => spec
                .address
                .clone()
                .and_then(|address| site.endpoint(&address).ok().map(|endpoint| endpoint.name.clone()))
                .or_else(|| Some("database".to_owned())),
            ProbeSpec::Redis(spec) => redis::connect::target(spec.address.as_deref(), site)
                .map(|target| target.endpoint)
                .ok(),
            ProbeSpec::Docker(_)
            | ProbeSpec::Tool {
                tool: Tool::Docker, ..
            } => Some("docker".to_owned()),
            ProbeSpec::Kubernetes(_) => Some("kubernetes".to_owned()),
            ProbeSpec::Clock { .. } => Some("database".to_owned()),
            ProbeSpec::Tool { .. } | ProbeSpec::Git(_) | ProbeSpec::Unit(_) | ProbeSpec::Shell(_) => {
                Some("commands".to_owned())
            }
            ProbeSpec::Certificate(_) | ProbeSpec::Dns(_) | ProbeSpec::Redirects { .. } => {
                Some("certificates and names".to_owned())
            }
            ProbeSpec::File(_)
            | ProbeSpec::EnvLine { .. }
            | ProbeSpec::Port { .. }
            | ProbeSpec::Listening { .. }
            | ProbeSpec::Memory { .. }
            | ProbeSpec::Tests { .. }
            | ProbeSpec::Process(_)
            | ProbeSpec::Disk { .. }
            | ProbeSpec::All(_) => None,
        };
        let key = format!("{}/{}", site.environment.name, endpoint.unwrap_or_default());
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        let semaphore = targets
            .entry(key)
            .or_insert_with(|| Arc::new(Semaphore::new(self.at_once_per_target)));
        Arc::clone(semaphore)
    }
}

fn http_endpoint(written: &str, site: &Site) -> Option<String> {
    let (_, endpoint) = http::resolve(written, site).ok()?;
    Some(endpoint.name.clone())
}

/// Nobody waits for the answer any more.
pub(crate) fn cancelled() -> Judgement {
    Judgement::new(Verdict::NoData, "cancelled before it answered", "nothing")
}

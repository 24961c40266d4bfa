//! The one way in: a probe becomes a finding, whatever happens.

use crate::answer::{Answer, Asked, Judgement};
use crate::context::Context;
use crate::env_edit::EnvEdit;
use crate::output::{keep, sentence};
use crate::site::Site;
use crate::{
    certificate, clock, disk, dns, docker, env_line, file, git, http, junit, memory, metric, port, postgres,
    prometheus, redirects, redis, shell, tool,
};
use domain::Hash;
use domain::action::Ending;
use domain::probe::{FileProbe, ProbeSpec};
use domain::verdict::{Evidence, Finding, Verdict};
use futures::future::{BoxFuture, FutureExt as _};
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a probe may wait for its turn.
const TURN: Duration = Duration::from_secs(120);

/// How deep probes may stand within each other.
const DEEPEST: usize = 8;

/// Runs probes, with a bound on how many are under way against one target and in all. One for the whole server;
/// sharing it is cheap.
pub struct Prober {
    context: Context,
    client: Result<reqwest::Client, String>,
    all: Arc<Semaphore>,
    /// One semaphore per target of an environment; as many as the environments' files name.
    targets: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Prober {
    /// A prober with its kept connections.
    pub fn new(context: Context) -> Self {
        Self {
            client: http::client(),
            all: Arc::new(Semaphore::new(context.at_once.max(1))),
            targets: Mutex::new(HashMap::new()),
            context,
        }
    }

    /// Observes and judges. Never errs, never hangs: what cannot be asked is a finding with the reason. Dropping the
    /// future, or cancelling it, ends what it started.
    pub async fn probe(&self, spec: &ProbeSpec, site: &Site, cancel: CancellationToken) -> Finding {
        let mut at = (self.context.clock)();
        let mut began = Instant::now();
        let answer = match spec {
            ProbeSpec::All(_) => self.ask(spec, site, &cancel, 0).await,
            leaf => match self.turn(leaf, site, &cancel).await {
                Err(answer) => answer,
                Ok(_turn) => {
                    // The observation begins when its turn comes.
                    (at, began) = ((self.context.clock)(), Instant::now());
                    self.observe(leaf, site, &cancel).await
                }
            },
        };
        let Answer {
            asked:
                Asked {
                    read_as,
                    target,
                    expected,
                },
            judgement,
            output,
            beyond,
            exit_code,
        } = answer;
        let words = |text: &str| sentence(text, &site.secrets);
        Finding {
            verdict: judgement.verdict,
            reason: words(&judgement.reason),
            evidence: Evidence {
                read_as: words(&read_as),
                target: words(&target),
                expected: words(&expected),
                found: words(&judgement.found),
                output: output.map(|output| keep(&output, beyond, &site.secrets)),
                exit_code,
                at,
                duration_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
                host: self.context.host.clone(),
            },
        }
    }

    /// Runs a command that changes its target, and hands on what it prints while it runs, masked and escaped. It waits for
    /// no turn. Dropping the future, or cancelling it, ends the command with everything that it started.
    pub async fn act(
        &self,
        command: &str,
        site: &Site,
        cancel: CancellationToken,
        print: &mut (dyn FnMut(&str) + Send),
    ) -> (Ending, Finding) {
        crate::act::act(command, site, &self.context, &cancel, print).await
    }

    /// Writes an edit of a `.env` file that somebody accepted, where the file is still the one that `before` names.
    pub async fn edit_env(&self, edit: EnvEdit, site: &Site, before: Hash) -> Finding {
        let (site, context) = (site.clone(), self.context.clone());
        let blocking = (edit.clone(), context.clone());
        let written =
            tokio::task::spawn_blocking(move || blocking.0.write(&site, &blocking.1, &before)).await;
        written.unwrap_or_else(|broken| edit.broken(&context, &broken))
    }

    /// Several probes at once, each with a turn of its own; the list itself takes none, so that it blocks nobody.
    fn ask<'a>(
        &'a self,
        spec: &'a ProbeSpec,
        site: &'a Site,
        cancel: &'a CancellationToken,
        depth: usize,
    ) -> BoxFuture<'a, Answer> {
        Box::pin(async move {
            match spec {
                ProbeSpec::All(_) if depth >= DEEPEST => Answer::new(
                    Asked::default(),
                    Judgement::error("probes stand too deep within each other"),
                ),
                ProbeSpec::All(specs) => {
                    let asking = specs.iter().map(|spec| self.ask(spec, site, cancel, depth + 1));
                    Answer::all(futures::future::join_all(asking).await)
                }
                leaf => match self.turn(leaf, site, cancel).await {
                    Err(answer) => answer,
                    Ok(_turn) => self.observe(leaf, site, cancel).await,
                },
            }
        })
    }

    /// A library that panics on what a hostile server sends must not take the run with it.
    async fn observe(&self, spec: &ProbeSpec, site: &Site, cancel: &CancellationToken) -> Answer {
        let observing = AssertUnwindSafe(self.observe_one(spec, site, cancel)).catch_unwind();
        observing.await.unwrap_or_else(|_| {
            let reason = "what it answered cannot be understood: reading it broke off";
            Answer::new(asked(spec), Judgement::error(reason))
        })
    }

    async fn observe_one(&self, spec: &ProbeSpec, site: &Site, cancel: &CancellationToken) -> Answer {
        let context = &self.context;
        let asking: BoxFuture<'_, Answer> = match spec {
            // These end their processes themselves when they are cancelled.
            ProbeSpec::Tool { tool, at_least } => {
                return tool::probe(*tool, at_least.as_ref(), site, context, cancel).await;
            }
            ProbeSpec::Git(question) => return git::probe(question, site, context, cancel).await,
            ProbeSpec::Shell(spec) => return shell::probe(spec, site, context, cancel).await,
            ProbeSpec::Http(spec) => Box::pin(http::probe(spec, site, &self.client)),
            ProbeSpec::Postgres(spec) => Box::pin(postgres::probe(spec, site)),
            ProbeSpec::Redis(spec) => Box::pin(redis::probe(spec, site)),
            ProbeSpec::Prometheus(spec) => {
                Box::pin(prometheus::probe(spec, site, &self.client, (context.clock)()))
            }
            ProbeSpec::Metric(spec) => Box::pin(metric::probe(spec, site, &self.client)),
            ProbeSpec::Docker(spec) => Box::pin(docker::probe(spec, site, (context.clock)())),
            ProbeSpec::Certificate(spec) => Box::pin(certificate::probe(spec, site, context)),
            ProbeSpec::Dns(spec) => Box::pin(dns::probe(spec, site)),
            ProbeSpec::Redirects { url } => Box::pin(redirects::probe(url.as_deref(), site, &self.client)),
            ProbeSpec::Clock { within_ms } => Box::pin(clock::probe(*within_ms, site, context)),
            ProbeSpec::EnvLine { file, key, .. } => Box::pin(async move {
                let line = self.on_this_machine(spec, site).await;
                docker::compared(line, file, key, site).await
            }),
            ProbeSpec::File(_)
            | ProbeSpec::Port { .. }
            | ProbeSpec::Listening { .. }
            | ProbeSpec::Memory { .. }
            | ProbeSpec::Tests { .. }
            | ProbeSpec::Disk { .. } => Box::pin(self.on_this_machine(spec, site)),
            ProbeSpec::All(_) => {
                return Answer::new(Asked::default(), Judgement::error("a list is not asked itself"));
            }
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Answer::new(asked(spec), cancelled()),
            answer = asking => answer,
        }
    }

    /// Blocking reads, away from the threads that serve; a file system that hangs is left behind at the deadline.
    async fn on_this_machine(&self, spec: &ProbeSpec, site: &Site) -> Answer {
        let (context, owned, held) = (self.context.clone(), spec.clone(), site.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let now = (context.clock)();
            match &owned {
                ProbeSpec::File(spec) => Some(file::probe(spec, &held, now)),
                ProbeSpec::EnvLine { file, key, value } => {
                    Some(env_line::probe(file, key, value.as_deref(), &held))
                }
                ProbeSpec::Port { port } => Some(port::probe(*port, &held, &context)),
                ProbeSpec::Listening { port } => Some(port::listening(*port, &context)),
                ProbeSpec::Memory { at_least } => Some(memory::probe(*at_least, &context)),
                ProbeSpec::Tests { report } => Some(junit::probe(report, &held)),
                ProbeSpec::Disk { path, at_least } => Some(disk::probe(path.as_deref(), *at_least, &held)),
                ProbeSpec::Http(_)
                | ProbeSpec::Postgres(_)
                | ProbeSpec::Redis(_)
                | ProbeSpec::Docker(_)
                | ProbeSpec::Prometheus(_)
                | ProbeSpec::Metric(_)
                | ProbeSpec::Certificate(_)
                | ProbeSpec::Dns(_)
                | ProbeSpec::Redirects { .. }
                | ProbeSpec::Tool { .. }
                | ProbeSpec::Clock { .. }
                | ProbeSpec::Git(_)
                | ProbeSpec::Shell(_)
                | ProbeSpec::All(_) => None,
            }
        });
        let failed = |why: String| Answer::new(asked(spec), Judgement::error(why));
        match tokio::time::timeout(site.deadline, reading).await {
            Err(_) => failed(format!(
                "no answer from this machine within {} ms",
                site.deadline.as_millis()
            )),
            Ok(Err(_)) => failed("reading broke off: this is a defect of Gonogo".to_owned()),
            Ok(Ok(None)) => failed("this is not read from the machine".to_owned()),
            Ok(Ok(Some(answer))) => answer,
        }
    }

    /// Waits for a place among the probes of the same target, then among all.
    async fn turn(
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
            ProbeSpec::Docker(_) => Some("docker".to_owned()),
            ProbeSpec::Clock { .. } => Some("database".to_owned()),
            ProbeSpec::Tool { .. } | ProbeSpec::Git(_) | ProbeSpec::Shell(_) => Some("commands".to_owned()),
            ProbeSpec::Certificate(_) | ProbeSpec::Dns(_) | ProbeSpec::Redirects { .. } => {
                Some("certificates and names".to_owned())
            }
            ProbeSpec::File(_)
            | ProbeSpec::EnvLine { .. }
            | ProbeSpec::Port { .. }
            | ProbeSpec::Listening { .. }
            | ProbeSpec::Memory { .. }
            | ProbeSpec::Tests { .. }
            | ProbeSpec::Disk { .. }
            | ProbeSpec::All(_) => None,
        };
        let key = format!("{}/{}", site.environment.name, endpoint.unwrap_or_default());
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        let semaphore = targets
            .entry(key)
            .or_insert_with(|| Arc::new(Semaphore::new(self.context.at_once_per_target.max(1))));
        Arc::clone(semaphore)
    }
}

fn http_endpoint(written: &str, site: &Site) -> Option<String> {
    let (_, endpoint) = http::resolve(written, site).ok()?;
    Some(endpoint.name.clone())
}

fn cancelled() -> Judgement {
    Judgement::new(Verdict::NoData, "cancelled before it answered", "nothing")
}

/// What is asked, for an answer that was not given.
fn asked(spec: &ProbeSpec) -> Asked {
    let (read_as, target) = match spec {
        ProbeSpec::Http(spec) => ("GET, natively", spec.url.clone()),
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

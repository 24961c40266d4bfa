//! One round of probes: how each is asked, and what they share.

use crate::answer::{Answer, Asked, Judgement};
use crate::asked::asked;
use crate::blocking::blocking;
use crate::capture::{Captured, Captures};
use crate::context::Context;
use crate::docker::containers::Listed;
use crate::docker::logs::Whole;
use crate::http::{self, Client};
use crate::output::sentence;
use crate::postgres::connect::Connections;
use crate::redis::connect::{Lines, Trouble};
use crate::site::Site;
use crate::sockets::Sockets;
use crate::turn::{Turns, cancelled};
use crate::{
    certificate, clock, disk, dns, docker, env_line, file, git, junit, kubernetes, memory, metric, port,
    postgres, process, prometheus, redirects, redis, shell, tool, unit,
};
use bollard::models::ContainerInspectResponse;
use domain::probe::ProbeSpec;
use domain::verdict::{Evidence, Finding};
use futures::future::{BoxFuture, FutureExt as _};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How deep probes may stand within each other.
const DEEPEST: usize = 8;

/// Probes of one environment that are asked together. What one observes, and the connection to each target, serves every other
/// that asks the same; none of it is used in a later round, and no observation for longer than a few seconds.
pub struct Round<'a> {
    turns: &'a Turns,
    pub(crate) context: &'a Context,
    pub(crate) client: &'a Client,
    pub(crate) pages: Captures<Result<http::Seen, http::Stopped>>,
    pub(crate) replies: Captures<Result<::redis::Value, Trouble>>,
    pub(crate) lines: Lines,
    pub(crate) databases: Connections,
    pub(crate) engines: docker::line::Lines,
    pub(crate) listed: Captures<Result<Listed, String>>,
    pub(crate) inspected: Captures<Result<Arc<ContainerInspectResponse>, String>>,
    pub(crate) logs: Captures<Result<Whole, String>>,
    pub(crate) sockets: Captures<Result<Sockets, String>>,
}

impl<'a> Round<'a> {
    pub(crate) fn new(context: &'a Context, client: &'a Client, turns: &'a Turns) -> Self {
        Self {
            turns,
            context,
            client,
            pages: Captures::default(),
            replies: Captures::default(),
            lines: Lines::default(),
            databases: Connections::default(),
            engines: docker::line::Lines::default(),
            listed: Captures::default(),
            inspected: Captures::default(),
            logs: Captures::default(),
            sockets: Captures::default(),
        }
    }

    /// Observes and judges, as [`crate::Prober::probe`] does, with what this round has observed.
    pub async fn probe(&self, spec: &ProbeSpec, site: &Site, cancel: CancellationToken) -> Finding {
        let mut at = (self.context.clock)();
        let mut began = Instant::now();
        let answer = match spec {
            ProbeSpec::All(_) => self.ask(spec, site, &cancel, 0).await,
            leaf => match self.turns.wait(leaf, site, &cancel).await {
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
            exit_code,
            mut captures,
            readings,
        } = answer;
        let words = |text: &str| sentence(text, &site.secrets);
        for capture in &mut captures {
            // What another probe of the round observed earlier is as old as that.
            at = at.min(capture.at);
            capture.name = words(&capture.name);
        }
        Finding {
            verdict: judgement.verdict,
            reason: words(&judgement.reason),
            evidence: Evidence {
                read_as: words(&read_as),
                target: words(&target),
                expected: words(&expected),
                found: words(&judgement.found),
                output: Answer::kept(output, &site.secrets),
                exit_code,
                at,
                duration_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
                host: self.context.host.clone(),
                captures,
                readings,
            },
        }
    }

    /// The observation of this name, made once in this round.
    pub(crate) async fn once<T>(
        &self,
        captures: &Captures<T>,
        name: impl Into<String>,
        site: &Site,
        observe: impl Future<Output = T>,
    ) -> Captured<T> {
        captures
            .once(name.into(), site.deadline, self.context.clock.as_ref(), observe)
            .await
    }

    /// Several probes at once, each with a turn of its own; the list itself takes none, so that it blocks nobody.
    fn ask<'s>(
        &'s self,
        spec: &'s ProbeSpec,
        site: &'s Site,
        cancel: &'s CancellationToken,
        depth: usize,
    ) -> BoxFuture<'s, Answer> {
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
                leaf => match self.turns.wait(leaf, site, cancel).await {
                    Err(answer) => answer,
                    Ok(_turn) => self.observe(leaf, site, cancel).await,
                },
            }
        })
    }

    /// A library that panics on what a hostile server sends must not take the run with it.
    async fn observe(&self, spec: &ProbeSpec, site: &Site, cancel: &CancellationToken) -> Answer {
        let observing = AssertUnwindSafe(Box::pin(self.observe_one(spec, site, cancel))).catch_unwind();
        observing.await.unwrap_or_else(|_| {
            let reason = "what it answered cannot be understood: reading it broke off";
            Answer::new(asked(spec), Judgement::error(reason))
        })
    }

    async fn observe_one(&self, spec: &ProbeSpec, site: &Site, cancel: &CancellationToken) -> Answer {
        if let Some(starting) = self.starting(spec, site, cancel) {
            return starting.await;
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => Answer::new(asked(spec), cancelled()),
            answer = self.asking(spec, site) => answer,
        }
    }

    /// What starts processes, and ends them itself when it is cancelled.
    fn starting<'s>(
        &'s self,
        spec: &'s ProbeSpec,
        site: &'s Site,
        cancel: &'s CancellationToken,
    ) -> Option<BoxFuture<'s, Answer>> {
        let context = self.context;
        Some(match spec {
            ProbeSpec::Tool { tool, at_least } => {
                Box::pin(tool::probe(*tool, at_least.as_ref(), site, self, cancel))
            }
            ProbeSpec::Git(question) => Box::pin(git::probe(question, site, context, cancel)),
            ProbeSpec::Unit(spec) => Box::pin(unit::probe(spec, site, context, cancel)),
            ProbeSpec::Kubernetes(spec) => Box::pin(kubernetes::probe(spec, site, context, cancel)),
            ProbeSpec::Shell(spec) => Box::pin(shell::probe(spec, site, context, cancel)),
            _ => return None,
        })
    }

    /// Everything else. A function of its own: the futures of all kinds together need more of a stack than one of them, and
    /// this frame is gone before the first is polled.
    fn asking<'s>(&'s self, spec: &'s ProbeSpec, site: &'s Site) -> BoxFuture<'s, Answer> {
        let context = self.context;
        match spec {
            ProbeSpec::Http(spec) => Box::pin(http::probe(spec, site, self)),
            ProbeSpec::Repeated(spec) => Box::pin(http::repeated::probe(spec, site, self)),
            ProbeSpec::Postgres(spec) => Box::pin(postgres::probe(spec, site, self)),
            ProbeSpec::Redis(spec) => Box::pin(redis::probe(spec, site, self)),
            ProbeSpec::Prometheus(spec) => Box::pin(prometheus::probe(spec, site, self)),
            ProbeSpec::Metric(spec) => Box::pin(metric::probe(spec, site, self)),
            ProbeSpec::Docker(spec) => Box::pin(docker::probe(spec, site, self)),
            ProbeSpec::Certificate(spec) => Box::pin(certificate::probe(spec, site, context)),
            ProbeSpec::Dns(spec) => Box::pin(dns::probe(spec, site)),
            ProbeSpec::Redirects { url } => Box::pin(redirects::probe(url.as_deref(), site, self.client)),
            ProbeSpec::Clock { within_ms } => Box::pin(clock::probe(*within_ms, site, self)),
            ProbeSpec::EnvLine { file, key, .. } => Box::pin(async move {
                let line = self.on_this_machine(spec, site).await;
                docker::compared(line, file, key, site, self).await
            }),
            ProbeSpec::Port { port } => Box::pin(port::probe(*port, site, self)),
            ProbeSpec::Listening { port } => Box::pin(port::listening(*port, site, self)),
            ProbeSpec::File(_)
            | ProbeSpec::Memory { .. }
            | ProbeSpec::Process(_)
            | ProbeSpec::Tests { .. }
            | ProbeSpec::Disk { .. } => Box::pin(self.on_this_machine(spec, site)),
            ProbeSpec::All(_)
            | ProbeSpec::Tool { .. }
            | ProbeSpec::Git(_)
            | ProbeSpec::Unit(_)
            | ProbeSpec::Kubernetes(_)
            | ProbeSpec::Shell(_) => Box::pin(async {
                Answer::new(Asked::default(), Judgement::error("it is asked in another way"))
            }),
        }
    }

    async fn on_this_machine(&self, spec: &ProbeSpec, site: &Site) -> Answer {
        let (context, owned, held) = (self.context.clone(), spec.clone(), site.clone());
        let reading = blocking(site, move || {
            Ok(match &owned {
                ProbeSpec::File(spec) => file::probe(spec, &held, (context.clock)()),
                ProbeSpec::EnvLine { file, key, value } => {
                    env_line::probe(file, key, value.as_deref(), &held)
                }
                ProbeSpec::Memory { at_least } => memory::probe(*at_least, &context),
                ProbeSpec::Process(spec) => process::probe(spec, &context),
                ProbeSpec::Tests { report } => junit::probe(report, &held),
                ProbeSpec::Disk { path, at_least } => disk::probe(path.as_deref(), *at_least, &held),
                ProbeSpec::Port { .. }
                | ProbeSpec::Listening { .. }
                | ProbeSpec::Http(_)
                | ProbeSpec::Repeated(_)
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
                | ProbeSpec::Unit(_)
                | ProbeSpec::Kubernetes(_)
                | ProbeSpec::Shell(_)
                | ProbeSpec::All(_) => return Err("this is not read from the machine".to_owned()),
            })
        });
        let answer = reading.await;
        answer.unwrap_or_else(|why| Answer::new(asked(spec), Judgement::error(why)))
    }
}

//! The one way in: a probe becomes a finding, whatever happens.

use crate::context::Context;
use crate::env_edit::EnvEdit;
use crate::http::Client;
use crate::load::{self, NotLoaded};
use crate::orphan::end_marked;
use crate::restore::restore;
use crate::round::Round;
use crate::site::Site;
use crate::turn::Turns;
use domain::Hash;
use domain::action::Ending;
use domain::load::{LoadPlan, LoadProgress, LoadResult};
use domain::probe::ProbeSpec;
use domain::verdict::Finding;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Runs probes, with a bound on how many are under way against one target and in all. One for the whole server;
/// sharing it is cheap.
pub struct Prober {
    context: Context,
    client: Client,
    turns: Turns,
}

impl Prober {
    /// A prober with its kept connections.
    pub fn new(context: Context) -> Self {
        Self {
            client: Client::new(&context),
            turns: Turns::new(&context),
            context,
        }
    }

    /// What probing takes from outside.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Observes and judges, in a round of its own. Never errs, never hangs: what cannot be asked is a finding with the reason.
    /// Dropping the future, or cancelling it, ends what it started.
    pub async fn probe(&self, spec: &ProbeSpec, site: &Site, cancel: CancellationToken) -> Finding {
        self.round().probe(spec, site, cancel).await
    }

    /// Begins a round: its probes share what they observe.
    pub fn round(&self) -> Round<'_> {
        Round::new(&self.context, &self.client, &self.turns)
    }

    /// Puts a load on the environment and measures it, as [`load::run`] says. It waits for no turn.
    ///
    /// # Errors
    /// [`NotLoaded`]: why nothing was sent.
    pub async fn load(
        &self,
        plan: &LoadPlan,
        site: &Site,
        cancel: CancellationToken,
        progress: &watch::Sender<LoadProgress>,
    ) -> Result<LoadResult, NotLoaded> {
        load::run(plan, site, &self.context, &self.client, cancel, progress).await
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

    /// Sets lines of a `.env` file, whatever it is now.
    pub async fn put_env(&self, edit: EnvEdit, site: &Site) -> Finding {
        let (site, context) = (site.clone(), self.context.clone());
        let blocking = (edit.clone(), context.clone());
        let written = tokio::task::spawn_blocking(move || blocking.0.put(&site, &blocking.1)).await;
        written.unwrap_or_else(|broken| edit.broken(&context, &broken))
    }

    /// Writes what `from` holds in the place of `to`.
    pub async fn restore(&self, from: &str, to: &str, site: &Site) -> Finding {
        let (from, to, site) = (from.to_owned(), to.to_owned(), site.clone());
        let context = self.context.clone();
        let broken = EnvEdit {
            file: to.clone(),
            wanted: Vec::new(),
        };
        let here = context.clone();
        let written = tokio::task::spawn_blocking(move || restore(&from, &to, &site, &here)).await;
        written.unwrap_or_else(|why| broken.broken(&context, &why))
    }

    /// Ends what a process that died has left running of the task of this name on this host, and says how many processes
    /// there were.
    pub async fn end_orphans(&self, mark: &str) -> usize {
        let (proc, mark) = (self.context.proc.clone(), mark.to_owned());
        let ended = tokio::task::spawn_blocking(move || end_marked(&proc, &mark)).await;
        ended.unwrap_or(0)
    }

    /// What dials out for it.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The name of this host.
    pub fn host(&self) -> &str {
        &self.context.host
    }
}

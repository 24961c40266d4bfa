//! One phase, line by line: what follows next is read from the run, so that whoever takes it over goes on where it is.

use super::command::{Command, mark};
use crate::server::{
    action, reading,
    run::{self, Opened},
    task::{Entry, Gone, Lease},
    verification::{self, AT_ONCE},
};
use domain::{
    action::Ending,
    event::Happening,
    outline::OutlineSection,
    person::Author,
    phase::{Next, ProgressState, Why, next},
    plan::{ItemId, Plan, SectionId, Work},
    probe::ProbeSpec,
    rollback::Contract,
    run::Run,
    verdict::Finding,
};
use futures::{StreamExt, stream};
use probe::Site;
use std::collections::BTreeSet;
use store::task::Next as Becomes;

/// Goes through the phase from where it is: to its end, or to a line that asks.
///
/// # Errors
/// [`Gone`].
pub async fn carry_out(lease: &Lease, section: &SectionId) -> Result<(), Gone> {
    let mut opened = lease.open().await?;
    let mut tried = BTreeSet::new();
    loop {
        let sections = &opened.outline.sections;
        let phase = sections.iter().find(|found| found.id == *section).cloned();
        let Some(phase) = phase.filter(|_| opened.pinned.run.goes_through(section)) else {
            return leave(lease, &opened, section).await;
        };
        let going = Going {
            lease,
            opened: &opened,
            phase: &phase,
        };
        let Some(run) = going.step(&mut tried).await? else {
            return Ok(());
        };
        opened.pinned.run = run;
    }
}

/// A rollback, another run or the end of this one came between. Of a command whose owner died in it nobody knows how it ended.
async fn leave(lease: &Lease, opened: &Opened, section: &SectionId) -> Result<(), Gone> {
    let its = |run: &Run| -> Vec<ItemId> {
        let lines = opened.outline.lines().filter(|(of, _)| of.id == *section);
        let running = lines.filter(|(_, line)| action::is_running(run, &line.id));
        running.map(|(_, line)| line.id.clone()).collect()
    };
    for item in its(&opened.pinned.run) {
        lease.end_orphans(&mark(lease, &item)).await;
    }
    let entry = Entry {
        by: &Author::Gonogo,
        seen: None,
        next: Becomes::End,
    };
    lease
        .write(&opened.outline, entry, |run, _| {
            let items = its(run);
            let lost = (!items.is_empty()).then_some(Happening::Interrupted { items });
            lost.into_iter().collect()
        })
        .await?;
    Ok(())
}

struct Going<'a> {
    lease: &'a Lease,
    opened: &'a Opened,
    phase: &'a OutlineSection,
}

impl Going<'_> {
    /// One step further; `None` where nothing is left to do here.
    async fn step(&self, tried: &mut BTreeSet<ItemId>) -> Result<Option<Run>, Gone> {
        self.lease.goes_on()?;
        let stopped = self.lease.task.stopping
            || self.lease.cancel().is_cancelled()
            || is_stopped(&self.opened.pinned.run);
        let now = self.lease.state.clock.now();
        match next(self.phase, &self.opened.pinned.run, tried, now) {
            Next::Lost(item) => self.lost(&item, stopped, tried).await,
            Next::Over => self.over().await,
            Next::Ask(item, why, reason) => self.ask(&item, why, &reason).await,
            Next::Read(items) if stopped => self.ask(&items[0], Why::Failed, &self.stopped()).await,
            Next::Run(item) if stopped => self.ask(&item, Why::Failed, &self.stopped()).await,
            Next::Read(items) => self.read(items, tried).await,
            Next::Run(item) => self.act(&item, tried).await,
        }
    }

    fn stopped(&self) -> String {
        let progress = self.opened.pinned.run.phase.as_ref();
        if let Some(ProgressState::Running {
            stopped_by: Some(by), ..
        }) = progress.map(|progress| &progress.state)
        {
            format!("stopped by {}", by.name())
        } else {
            "it was stopped".to_owned()
        }
    }

    async fn over(&self) -> Result<Option<Run>, Gone> {
        self.note(Becomes::End, None, |_, _| vec![Happening::PhaseEnded])
            .await?;
        Ok(None)
    }

    async fn ask(&self, item: &ItemId, why: Why, reason: &str) -> Result<Option<Run>, Gone> {
        self.note(Becomes::Ask, None, |_, _| vec![asked(item, why, reason)])
            .await?;
        Ok(None)
    }

    /// Asks these probes together, and has their verdicts before it answers.
    async fn read(&self, items: Vec<ItemId>, tried: &mut BTreeSet<ItemId>) -> Result<Option<Run>, Gone> {
        let site = match run::site(&self.lease.state, self.opened) {
            Ok(site) => site,
            Err(error) => return self.ask(&items[0], Why::Failed, &error.to_string()).await,
        };
        let plan = &self.opened.pinned.plan;
        let probes = items
            .iter()
            .filter_map(|item| Some((item.clone(), spec(plan, item)?)));
        let run = self.round(&site, probes.collect()).await?;
        if !self.lease.cancel().is_cancelled() {
            tried.extend(items);
        }
        Ok(Some(run))
    }

    /// One round of probes. What is cut off by whoever wants the end is nobody's verdict.
    async fn round(&self, site: &Site, probes: Vec<(ItemId, ProbeSpec)>) -> Result<Run, Gone> {
        let (state, cancel) = (&self.lease.state, self.lease.cancel());
        let mut open: BTreeSet<ItemId> = probes.iter().map(|(item, _)| item.clone()).collect();
        let items: Vec<ItemId> = open.iter().cloned().collect();
        let begin = |_: &Run, _: Option<&_>| {
            let items = items.clone();
            vec![Happening::VerificationStarted { items }]
        };
        let mut run = self.note(Becomes::GoOn, None, begin).await?;
        let (asked_at, round) = (state.clock.now(), state.prober.round());
        let site = &reading::remembered(state, self.lease.task.run, site, &probes).await;
        let probe = async |(item, spec): (ItemId, ProbeSpec)| {
            let finding = round.probe(&spec, site, cancel.child_token()).await;
            (item, finding)
        };
        let mut answers = std::pin::pin!(stream::iter(probes).map(probe).buffer_unordered(AT_ONCE));
        while let Some(Some((item, finding))) = cancel.run_until_cancelled(answers.next()).await {
            run = self.observed(&item, &finding, asked_at).await?;
            open.remove(&item);
        }
        self.lease.goes_on()?;
        if !open.is_empty() {
            let cut = |_: &Run, _: Option<&_>| {
                let items = open.iter().cloned().collect();
                vec![Happening::Interrupted { items }]
            };
            run = self.note(Becomes::GoOn, None, cut).await?;
        }
        Ok(run)
    }

    async fn observed(
        &self,
        item: &ItemId,
        finding: &Finding,
        asked_at: chrono::DateTime<chrono::Utc>,
    ) -> Result<Run, Gone> {
        self.note(Becomes::GoOn, Some((item, finding)), |_, evidence| {
            let observed = evidence.map(|evidence| Happening::Observed {
                item: item.clone(),
                verdict: finding.verdict,
                reason: finding.reason.clone(),
                evidence: evidence.clone(),
                duration_us: finding.evidence.duration_us,
                asked_at: Some(asked_at),
            });
            observed.into_iter().collect()
        })
        .await
    }

    /// Runs the command of a line: its intent first.
    async fn act(&self, item: &ItemId, tried: &mut BTreeSet<ItemId>) -> Result<Option<Run>, Gone> {
        let command = match Command::of(self.lease, self.opened, self.phase, item).await? {
            Ok(command) => command,
            Err((why, reason)) => return self.ask(item, why, &reason).await,
        };
        let run = self.begin(item, false).await?;
        if !(action::is_running(&run, item) && run.goes_through(&self.phase.id)) {
            // It may not any more: the next look says why.
            return Ok(Some(run));
        }
        self.perform(item, command, tried).await
    }

    async fn begin(&self, item: &ItemId, again: bool) -> Result<Run, Gone> {
        let (state, opened) = (&self.lease.state, self.opened);
        self.note(Becomes::GoOn, None, |run, _| {
            let may = !is_stopped(run) && (again || action::may_act(state, opened, run, item).is_ok());
            let item = item.clone();
            may.then_some(Happening::ActionStarted { item, again })
                .into_iter()
                .collect()
        })
        .await
    }

    async fn perform(
        &self,
        item: &ItemId,
        command: Command<'_>,
        tried: &mut BTreeSet<ItemId>,
    ) -> Result<Option<Run>, Gone> {
        let Command { line, text, site } = command;
        let plan = &self.opened.pinned.plan;
        let (ending, finding) = action::perform(self.lease, plan, item, &text, &site).await?;
        let why = match ending {
            Ending::Done => None,
            Ending::Failed | Ending::TimedOut => Some(Why::Failed).filter(|_| !line.optional),
            Ending::Cancelled => Some(Why::Unknown),
        };
        let becomes = why.map_or(Becomes::GoOn, |_| Becomes::Ask);
        // How it ended and that it asks are one entry: a command that failed runs again only where somebody wants it.
        let run = self
            .note(becomes, Some((item, &finding)), |run, evidence| {
                let evidence = evidence.filter(|_| action::is_running(run, item));
                let Some(evidence) = evidence else { return vec![] };
                let ended = action::end(item, ending, &finding, evidence);
                let asks = why.map(|why| asked(item, why, &finding.reason));
                [ended].into_iter().chain(asks).collect()
            })
            .await?;
        match (why, ending) {
            (Some(_), _) => Ok(None),
            (None, Ending::Done) => self.prove(item, &site, run, tried).await.map(Some),
            (None, Ending::Failed | Ending::TimedOut | Ending::Cancelled) => Ok(Some(run)),
        }
    }

    /// Asks what proves it, until all of it holds or nothing more is to be expected.
    async fn prove(
        &self,
        item: &ItemId,
        site: &Site,
        mut run: Run,
        tried: &mut BTreeSet<ItemId>,
    ) -> Result<Run, Gone> {
        let (plan, cancel) = (&self.opened.pinned.plan, self.lease.cancel());
        let mut open = action::proofs(plan, item);
        for wait in action::PROVED_AFTER {
            if open.is_empty()
                || cancel
                    .run_until_cancelled(tokio::time::sleep(wait))
                    .await
                    .is_none()
            {
                break;
            }
            run = self.round(site, open.clone()).await?;
            open.retain(|(item, _)| !verification::passes(&run, item));
            if !run.goes_through(&self.phase.id) {
                break;
            }
        }
        // Its own proof has had its time. What stands beside it is asked in its place.
        tried.insert(item.clone());
        Ok(run)
    }

    /// A command whose owner died in it runs again where that is safe; else nobody knows how it ended.
    async fn lost(
        &self,
        item: &ItemId,
        stopped: bool,
        tried: &mut BTreeSet<ItemId>,
    ) -> Result<Option<Run>, Gone> {
        self.lease.end_orphans(&mark(self.lease, item)).await;
        let idempotent = action::contract(&self.opened.pinned.plan, item) == Contract::Idempotent;
        // What another host has left running cannot be ended from here.
        let safe = idempotent && !stopped && !self.lease.was_elsewhere();
        if safe && let Ok(command) = Command::of(self.lease, self.opened, self.phase, item).await? {
            let run = self.begin(item, true).await?;
            if !run.goes_through(&self.phase.id) {
                return Ok(Some(run));
            }
            return self.perform(item, command, tried).await;
        }
        let why = "Gonogo stopped while it ran: look at the target";
        self.note(Becomes::Ask, None, |run, _| {
            if !action::is_running(run, item) {
                return vec![];
            }
            let items = vec![item.clone()];
            vec![Happening::Interrupted { items }, asked(item, Why::Unknown, why)]
        })
        .await?;
        Ok(None)
    }

    /// Writes, where the run still goes through this phase.
    async fn note(
        &self,
        becomes: Becomes,
        seen: Option<(&ItemId, &Finding)>,
        decide: impl Fn(&Run, Option<&domain::Hash>) -> Vec<Happening>,
    ) -> Result<Run, Gone> {
        let by = &self.lease.task.by;
        let entry = Entry {
            by,
            seen,
            next: becomes,
        };
        let outline = &self.opened.outline;
        let ended = |run: &Run, evidence: Option<&domain::Hash>| {
            // How a command ended that ran until now is known, whatever came between.
            let all = decide(run, evidence);
            let kept = all.into_iter().filter(|what| {
                run.goes_through(&self.phase.id) || matches!(what, Happening::ActionEnded { .. })
            });
            kept.collect()
        };
        self.lease.write(outline, entry, ended).await
    }
}

fn asked(item: &ItemId, why: Why, reason: &str) -> Happening {
    Happening::PhaseAsked {
        item: item.clone(),
        why,
        reason: reason.to_owned(),
    }
}

/// What is asked of a line: its probe, or what proves its command.
fn spec(plan: &Plan, item: &ItemId) -> Option<ProbeSpec> {
    match plan.work(item)? {
        Work::Probe { spec } => Some(spec.clone()),
        Work::Action { proof, .. } => proof.clone(),
        Work::Attestation | Work::Parent => None,
    }
}

/// Whether somebody asked for the end of the phase: the heartbeat says so later.
fn is_stopped(run: &Run) -> bool {
    let progress = run.phase.as_ref().map(|progress| &progress.state);
    matches!(
        progress,
        Some(ProgressState::Running {
            stopped_by: Some(_),
            ..
        })
    )
}

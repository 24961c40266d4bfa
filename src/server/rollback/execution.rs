//! One rollback, step by step: each step's intent is stored before its effect and its outcome after.

use crate::server::{
    fingerprint,
    run::{self, Opened},
    task::{Entry, Gone, Lease},
};
use domain::{
    action::Ending,
    event::Happening,
    fingerprint::Moment,
    person::Author,
    plan::{ItemId, SectionId},
    rollback::{Contract, Deed, Rollback, RollbackState, Step, StepState},
    run::Run,
    verdict::{Finding, Verdict},
};
use probe::{Site, env_edit::EnvEdit};
use std::time::Duration;
use store::task::Next;

/// When what proves a step is asked, after its command ended: what was started needs a moment to answer.
const PROVED_AFTER: [u64; 6] = [0, 500, 1_000, 2_000, 4_000, 8_000];

/// How often it is looked whether what the rollback takes over from has ended.
const LOOKED: Duration = Duration::from_millis(100);

/// Goes on with the rollback from where it is: to its end, or to a step that asks.
///
/// # Errors
/// [`Gone`].
pub async fn carry_out(lease: &Lease, tier: &SectionId) -> Result<(), Gone> {
    let mut opened = lease.open().await?;
    let site = match run::site(&lease.state, &opened) {
        Ok(site) => site.with_mark(lease.mark()),
        Err(error) => return ask(lease, &opened, &error.to_string()).await,
    };
    wait_for_others(lease).await?;
    loop {
        let work = Rolling {
            lease,
            tier,
            opened: &opened,
            site: &site,
        };
        let Some(run) = work.go_on().await? else {
            return Ok(());
        };
        opened.pinned.run = run;
    }
}

/// Until everything that the rollback takes over from has ended, or its owner is gone.
async fn wait_for_others(lease: &Lease) -> Result<(), Gone> {
    loop {
        let open = async {
            let mut connection = lease.state.pool.acquire().await?;
            store::task::others_open(&mut connection, lease.task.run).await
        };
        if let Ok(0) = open.await {
            return Ok(());
        }
        lease.goes_on()?;
        tokio::time::sleep(LOOKED).await;
    }
}

/// The environment cannot be used: the next step asks.
async fn ask(lease: &Lease, opened: &Opened, why: &str) -> Result<(), Gone> {
    tracing::error!(run = lease.task.run.0, why, "a rollback cannot go on");
    let entry = Entry {
        by: &Author::Gonogo,
        seen: None,
        next: Next::Ask,
    };
    lease
        .write(&opened.outline, entry, |run, _| {
            let step = run.rollback.as_ref().and_then(Rollback::current);
            step.map(|step| Happening::StepLost { step })
                .into_iter()
                .collect()
        })
        .await?;
    Ok(())
}

struct Rolling<'a> {
    lease: &'a Lease,
    tier: &'a SectionId,
    opened: &'a Opened,
    site: &'a Site,
}

impl Rolling<'_> {
    /// One step further; `None` where nothing is left to do here.
    async fn go_on(&self) -> Result<Option<Run>, Gone> {
        let run = &self.opened.pinned.run;
        let Some(rollback) = run.rollback.as_ref().filter(|_| run.is_rolling_back()) else {
            return self.note(Next::End, None, |_, _| vec![]).await.map(|_| None);
        };
        match (&rollback.state, rollback.current()) {
            (RollbackState::Running, Some(at)) => self.step(at, rollback).await,
            (RollbackState::Running, None) => self.finish().await,
            (RollbackState::Asking { .. }, _) => {
                self.note(Next::Ask, None, |_, _| vec![]).await.map(|_| None)
            }
            (RollbackState::Differs { .. } | RollbackState::Done { .. }, _) => {
                self.note(Next::End, None, |_, _| vec![]).await.map(|_| None)
            }
        }
    }

    async fn step(&self, at: usize, rollback: &Rollback) -> Result<Option<Run>, Gone> {
        let plan = &self.opened.pinned.plan;
        let class = self.opened.pinned.run.start.class;
        let Some(step) = plan.tier(self.tier).and_then(|tier| tier.steps_in(class).nth(at)) else {
            return self.note(Next::End, None, |_, _| vec![]).await.map(|_| None);
        };
        if let Some(StepState::Running { .. }) = rollback.steps.get(at)
            && let Some(known) = self.known(at, step).await?
        {
            return Ok(Some(known));
        }
        let fence = self.lease.task.fence;
        self.note(Next::GoOn, None, |run, _| {
            let begun =
                matches!(state_of(run, at), Some(StepState::Running { fence: under, .. }) if *under == fence);
            let start = (!begun).then_some(Happening::StepStarted { step: at, fence });
            start.into_iter().collect()
        })
        .await?;
        let Some((ending, finding)) = self.act(at, step).await else {
            return self.lost(at).await.map(|_| None);
        };
        self.lease.goes_on()?;
        self.ended(at, ending, &finding).await
    }

    /// What became of a step whose owner died in it; `None`: it runs again.
    async fn known(&self, at: usize, step: &Step) -> Result<Option<Run>, Gone> {
        match (step.contract, &step.proof) {
            (Contract::Idempotent, _) => Ok(None),
            (Contract::Checkable, Some(proof)) => {
                let prober = &self.lease.state.prober;
                let mut finding = prober.probe(proof, self.site, self.lease.cancel.clone()).await;
                self.lease.goes_on()?;
                match finding.verdict {
                    Verdict::Pass => {
                        finding.reason = format!("Gonogo died in it, and it is done: {}", finding.reason);
                        self.ended(at, Ending::Done, &finding).await
                    }
                    Verdict::Fail => Ok(None),
                    Verdict::Warning | Verdict::NoData | Verdict::Error => self.lost(at).await.map(Some),
                }
            }
            (Contract::Checkable | Contract::Manual, _) => self.lost(at).await.map(Some),
        }
    }

    /// A person looks at the target: the step asks.
    async fn lost(&self, at: usize) -> Result<Run, Gone> {
        self.note(Next::Ask, None, |_, _| vec![Happening::StepLost { step: at }])
            .await
    }

    /// Does it; `None` where a person does it, and says so.
    async fn act(&self, at: usize, step: &Step) -> Option<(Ending, Finding)> {
        let prober = &self.lease.state.prober;
        Some(match &step.deed {
            Deed::Command { command } => {
                let (ending, finding) = self.command(at, step, command).await;
                match (ending, &step.proof) {
                    (Ending::Done, Some(proof)) => proved(self.holds(proof).await),
                    (ending, _) => (ending, finding),
                }
            }
            Deed::EnvEdit { file, lines } => {
                let edit = EnvEdit {
                    file: file.clone(),
                    wanted: lines.clone(),
                };
                proved(prober.put_env(edit, self.site).await)
            }
            Deed::Restore { from, to } => proved(prober.restore(from, to, self.site).await),
            Deed::Verify { spec } => proved(self.holds(spec).await),
            Deed::ByHand { .. } => return None,
        })
    }

    async fn command(&self, at: usize, step: &Step, command: &str) -> (Ending, Finding) {
        let (state, run) = (&self.lease.state, self.lease.task.run);
        let item = evidence_of(self.tier, at);
        let mut site = self.site.clone();
        if let Some(seconds) = step.timeout_seconds {
            site.action_deadline = Duration::from_secs(u64::from(seconds));
        }
        state
            .executions
            .begin(run, item.clone(), self.lease.cancel.clone());
        let mut print = |piece: &str| state.executions.print(run, &item, piece);
        let acted = state
            .prober
            .act(command, &site, self.lease.cancel.clone(), &mut print)
            .await;
        state.executions.end(run, &item);
        acted
    }

    /// Asks until it holds, or nothing more is to be expected.
    async fn holds(&self, spec: &domain::probe::ProbeSpec) -> Finding {
        let prober = &self.lease.state.prober;
        let mut last = prober.probe(spec, self.site, self.lease.cancel.clone()).await;
        for wait in PROVED_AFTER {
            if last.verdict == Verdict::Pass || self.lease.cancel.is_cancelled() {
                break;
            }
            tokio::select! {
                () = self.lease.cancel.cancelled() => break,
                () = tokio::time::sleep(Duration::from_millis(wait)) => {}
            }
            last = prober.probe(spec, self.site, self.lease.cancel.clone()).await;
        }
        last
    }

    async fn ended(&self, at: usize, ending: Ending, finding: &Finding) -> Result<Option<Run>, Gone> {
        let next = match ending {
            Ending::Done => Next::GoOn,
            Ending::Failed | Ending::Cancelled | Ending::TimedOut => Next::Ask,
        };
        let item = evidence_of(self.tier, at);
        let run = self
            .note(next, Some((&item, finding)), |run, evidence| {
                let ours = matches!(state_of(run, at), Some(StepState::Running { .. }));
                let ended = evidence.filter(|_| ours).map(|evidence| Happening::StepEnded {
                    step: at,
                    ending,
                    reason: finding.reason.clone(),
                    evidence: evidence.clone(),
                });
                ended.into_iter().collect()
            })
            .await?;
        Ok((next == Next::GoOn).then_some(run))
    }

    /// All steps are over: things are compared with how they were before.
    async fn finish(&self) -> Result<Option<Run>, Gone> {
        let (prober, plan) = (&self.lease.state.prober, &self.opened.pinned.plan);
        let fingerprint = prober
            .fingerprint(self.site, plan, self.lease.cancel.clone())
            .await;
        self.lease.goes_on()?;
        let differences = fingerprint::differences(&self.opened.pinned.run, &fingerprint);
        self.note(Next::End, None, |run, _| {
            let running = run
                .rollback
                .as_ref()
                .is_some_and(|rollback| rollback.state == RollbackState::Running);
            if !running {
                return vec![];
            }
            vec![
                Happening::FingerprintTaken {
                    moment: Moment::Restored,
                    fingerprint: fingerprint.clone(),
                },
                Happening::RollbackEnded {
                    differences: differences.clone(),
                },
            ]
        })
        .await?;
        Ok(None)
    }

    async fn note(
        &self,
        next: Next,
        seen: Option<(&ItemId, &Finding)>,
        decide: impl Fn(&Run, Option<&domain::Hash>) -> Vec<Happening>,
    ) -> Result<Run, Gone> {
        let by = &self.lease.task.by;
        let entry = Entry { by, seen, next };
        self.lease.write(&self.opened.outline, entry, decide).await
    }
}

fn proved(finding: Finding) -> (Ending, Finding) {
    let ending = match finding.verdict {
        Verdict::Pass => Ending::Done,
        Verdict::Fail | Verdict::Warning | Verdict::NoData | Verdict::Error => Ending::Failed,
    };
    (ending, finding)
}

fn state_of(run: &Run, at: usize) -> Option<&StepState> {
    run.rollback.as_ref()?.steps.get(at)
}

/// What the evidence of a step is kept under.
pub(crate) fn evidence_of(tier: &SectionId, at: usize) -> ItemId {
    ItemId(format!("rollback/{tier}/{}", at + 1))
}

//! One rollback, step by step: each step's intent is stored before its effect and its outcome after.

use super::self_harm::{self, Harm};
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
use tokio::time::Instant;

/// When what proves a step is asked, after its command ended: what was started needs a moment to answer.
const PROVED_AFTER: [u64; 6] = [0, 500, 1_000, 2_000, 4_000, 8_000];

/// How long Gonogo's database may be away in a step that stops it. Should this process die in it, another waits as long.
const AWAY: Duration = Duration::from_secs(120);

/// How often it is looked whether what the rollback takes over from has ended.
const LOOKED: Duration = Duration::from_millis(100);

/// Goes on with the rollback from where it is: to its end, or to a step that asks.
///
/// # Errors
/// [`Gone`].
pub async fn carry_out(lease: &Lease, tier: &SectionId) -> Result<(), Gone> {
    let mut opened = lease.open().await?;
    let agreed = run::agreed(&lease.state, &opened);
    let site = match agreed.and_then(|()| run::site_to_roll_back(&lease.state, &opened)) {
        Ok(site) => site,
        Err(error) => return ask(lease, &opened, &error.to_string()).await,
    };
    if let Err(others) = wait_for_others(lease, &opened).await? {
        return ask(lease, &opened, &others).await;
    }
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

/// How long what it takes over from has to end: it is asked to, and ended after five seconds.
const OTHERS_END: Duration = Duration::from_secs(60);

/// Until everything that runs in the environment has ended, or its owner is gone; what was stored at the same moment is found
/// with the next look.
async fn wait_for_others(lease: &Lease, opened: &Opened) -> Result<Result<(), String>, Gone> {
    let (environment, since) = (&opened.pinned.run.start.environment, Instant::now());
    loop {
        let open = async {
            let mut connection = lease.state.pool.acquire().await?;
            store::task::stop_others(&mut connection, environment, lease.task.id).await?;
            store::task::others_open(&mut connection, environment, lease.task.id).await
        };
        match open.await {
            Ok(0) => return Ok(Ok(())),
            Ok(open) if since.elapsed() > OTHERS_END => {
                return Ok(Err(format!("{open} commands do not end that it takes over from")));
            }
            Ok(_) | Err(_) => {}
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
            let rolling = run.rollback.as_ref().filter(|_| run.is_rolling_back());
            let asked = rolling.map(|rollback| match rollback.current() {
                Some(step) => Happening::StepLost { step },
                None => Happening::RollbackEnded {
                    differences: fingerprint::nothing_known(why),
                },
            });
            asked.into_iter().collect()
        })
        .await?;
    Ok(())
}

/// What became of a step whose owner died in it.
enum Known {
    /// It runs again.
    Again,
    /// It is over or asks: the run where the next step follows.
    Over(Box<Option<Run>>),
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
        self.lease.goes_on()?;
        if let Some(StepState::Running { .. }) = rollback.steps.get(at) {
            self.lease.end_orphans(&self.mark(at)).await;
            match self.known(at, step).await? {
                Known::Again => {}
                Known::Over(run) => return Ok(*run),
            }
        }
        let fence = self.lease.task.fence;
        self.lease.renew();
        self.note(Next::NextStep, None, |run, _| {
            let begun =
                matches!(state_of(run, at), Some(StepState::Running { fence: under, .. }) if *under == fence);
            let start = (!begun).then_some(Happening::StepStarted { step: at, fence });
            start.into_iter().collect()
        })
        .await?;
        self.bear(step).await?;
        self.lease.sure().await?;
        let Some((ending, finding)) = self.act(at, step).await else {
            return self.lost(at).await.map(|_| None);
        };
        self.lease.goes_on()?;
        self.ended(at, ending, &finding).await
    }

    /// What became of a step whose owner died in it.
    async fn known(&self, at: usize, step: &Step) -> Result<Known, Gone> {
        let lost = async || Ok(Known::Over(Box::new(self.lost(at).await.map(|_| None)?)));
        if self.lease.was_elsewhere() && matches!(step.deed, Deed::Command { .. }) {
            // What another host has left running cannot be ended from here.
            return lost().await;
        }
        match (step.contract, &step.proof) {
            (Contract::Idempotent, _) => Ok(Known::Again),
            (Contract::Checkable, Some(proof)) => {
                let mut finding = self.holds(proof).await;
                self.lease.goes_on()?;
                match finding.verdict {
                    Verdict::Pass => {
                        finding.reason = format!("Gonogo died in it, and it is done: {}", finding.reason);
                        {
                            let run = self.ended(at, Ending::Done, &finding).await?;
                            Ok(Known::Over(Box::new(run)))
                        }
                    }
                    Verdict::Fail => Ok(Known::Again),
                    Verdict::Warning | Verdict::NoData | Verdict::Error => lost().await,
                }
            }
            (Contract::Checkable | Contract::Manual, _) => lost().await,
        }
    }

    /// What everything carries that this step starts.
    fn mark(&self, at: usize) -> String {
        format!("{}/{}", self.lease.mark(), at + 1)
    }

    /// A person looks at the target: the step asks.
    async fn lost(&self, at: usize) -> Result<Run, Gone> {
        self.note(Next::Ask, None, |_, _| vec![Happening::StepLost { step: at }])
            .await
    }

    /// A step that takes Gonogo's database away runs on meanwhile.
    async fn bear(&self, step: &Step) -> Result<(), Gone> {
        let database = self_harm::database(&self.lease.state, self.opened);
        let away = match &step.deed {
            Deed::Command { command } => {
                matches!(self_harm::harms(command, &database), Some(Harm::Database(_)))
            }
            Deed::EnvEdit { .. } | Deed::Restore { .. } | Deed::Verify { .. } | Deed::ByHand { .. } => false,
        };
        self.lease
            .bear_with(if away { AWAY } else { Duration::ZERO })
            .await
    }

    /// Does it; `None` where a person does it, and says so.
    async fn act(&self, at: usize, step: &Step) -> Option<(Ending, Finding)> {
        let prober = &self.lease.state.prober;
        Some(match &step.deed {
            Deed::Command { command } => {
                let (ending, finding) = self.command(at, step, command).await;
                match (ending, &step.proof) {
                    (Ending::Done, Some(proof)) => proved(beside(self.holds(proof).await, finding)),
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
        let mut site = self.site.clone().with_mark(self.mark(at));
        if let Some(seconds) = step.timeout_seconds {
            site.action_deadline = Duration::from_secs(u64::from(seconds));
        }
        let kept = self.put_images_back(command, &mut site).await;
        state.executions.begin(run, item.clone(), self.lease.cancel());
        let mut print = |piece: &str| state.executions.print(run, &item, piece);
        let acted = state
            .prober
            .act(command, &site, self.lease.cancel(), &mut print)
            .await;
        state.executions.end(run, &item);
        let (ending, mut finding) = acted;
        if let Some(kept) = kept {
            finding.reason = format!("{kept}: {}", finding.reason);
        }
        (ending, finding)
    }

    /// Where a command may do without a build: gives the images that ran before their names back, and says what became of it.
    async fn put_images_back(&self, command: &str, site: &mut Site) -> Option<String> {
        let services = checklist::rollback::built(command)?;
        let before = self.opened.pinned.run.fingerprints.get(&Moment::Before);
        let before = before.map(|taken| &taken.fingerprint)?;
        let prober = &self.lease.state.prober;
        Some(match prober.put_images_back(site, before, &services).await {
            Ok(services) => {
                let variables = &mut site.environment.variables;
                variables.insert("GONOGO_BUILD".to_owned(), "--no-build".to_owned());
                format!(
                    "nothing is built, the image before of {} was kept",
                    services.join(", ")
                )
            }
            Err(why) => format!("it is built: {why}"),
        })
    }

    /// Asks until it holds, or nothing more is to be expected.
    async fn holds(&self, spec: &domain::probe::ProbeSpec) -> Finding {
        let prober = &self.lease.state.prober;
        let cancel = self.lease.cancel();
        let mut last = prober.probe(spec, self.site, cancel.clone()).await;
        for wait in PROVED_AFTER {
            if last.verdict == Verdict::Pass || cancel.is_cancelled() {
                break;
            }
            tokio::select! {
                () = cancel.cancelled() => break,
                () = tokio::time::sleep(Duration::from_millis(wait)) => {}
            }
            last = prober.probe(spec, self.site, cancel.clone()).await;
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
        let fingerprint = fingerprint::restored(&self.lease.state, self.site, self.opened).await;
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

/// What proves a step, with what its command printed.
fn beside(mut proof: Finding, command: Finding) -> Finding {
    let printed = command.evidence.output;
    proof.evidence.output = proof.evidence.output.or(printed);
    proof
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

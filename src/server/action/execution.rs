//! One execution of an action, from its start to its proof, whoever dies meanwhile.

use super::{command, deadline, proofs, work};
use crate::server::{
    run::{self, Opened},
    task::{Entry, Gone, Lease},
    verification,
};
use domain::{
    Hash,
    action::{ActionState, Ending},
    event::Happening,
    plan::{ItemId, Plan, Work},
    probe::ProbeSpec,
    rollback::Contract,
    run::Run,
    verdict::Finding,
};
use probe::Site;
use std::time::Duration;
use store::task::Next;

/// When what proves an action is asked, after it ended: what was started needs a moment to answer. It ends with the first
/// time at which all of it holds.
pub(crate) const PROVED_AFTER: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// Runs the command of `item` and writes how it ended, or finds out what became of it where its owner before died.
///
/// # Errors
/// [`Gone`].
pub async fn carry_out(lease: &Lease, item: &ItemId) -> Result<(), Gone> {
    let opened = lease.open().await?;
    let plan = &opened.pinned.plan;
    lease.end_orphans(&lease.mark()).await;
    if opened.pinned.run.is_rolling_back() || lease.task.stopping {
        // A rollback took over before anybody ran it, or somebody wanted its end while its owner died.
        return lose(lease, &opened, item).await;
    }
    let (Ok(mut site), Ok((command, _))) = (run::site(&lease.state, &opened), command(plan, item)) else {
        return lose(lease, &opened, item).await;
    };
    site.action_deadline = deadline(plan, item, &site);
    let command = command.to_owned();
    let execution = Execution { lease, item, opened };
    let site = site.with_mark(lease.mark());
    if lease.task.lost_on.is_some() && !execution.again().await? {
        return Ok(());
    }
    execution.run(&command, &site).await
}

struct Execution<'a> {
    lease: &'a Lease,
    item: &'a ItemId,
    opened: Opened,
}

impl Execution<'_> {
    /// Whether it runs again, after its owner died in it: where that is safe; else nobody knows how it ended, whatever its
    /// proof says, which may have been there before.
    async fn again(&self) -> Result<bool, Gone> {
        // What another host has left running cannot be ended from here.
        if contract(&self.opened.pinned.plan, self.item) != Contract::Idempotent || self.lease.was_elsewhere()
        {
            self.lose().await?;
            return Ok(false);
        }
        let entry = self.entry(None, Next::GoOn);
        let item = self.item;
        self.lease
            .write(&self.opened.outline, entry, |_, _| {
                vec![Happening::ActionStarted {
                    item: item.clone(),
                    again: true,
                }]
            })
            .await?;
        Ok(true)
    }

    async fn run(self, command: &str, site: &Site) -> Result<(), Gone> {
        let plan = &self.opened.pinned.plan;
        let (ending, finding) = perform(self.lease, plan, self.item, command, site).await?;
        self.ended(ending, &finding).await?;
        self.prove(site).await;
        Ok(())
    }

    async fn ended(&self, ending: Ending, finding: &Finding) -> Result<(), Gone> {
        let entry = self.entry(Some((self.item, finding)), Next::End);
        let item = self.item;
        self.lease
            .write(&self.opened.outline, entry, |run, evidence| {
                let evidence = evidence.filter(|_| is_running(run, item));
                let ended = evidence.map(|evidence| end(item, ending, finding, evidence));
                ended.into_iter().collect()
            })
            .await?;
        Ok(())
    }

    /// Nobody knows how it ended.
    async fn lose(&self) -> Result<(), Gone> {
        lose(self.lease, &self.opened, self.item).await
    }

    fn entry<'a>(&'a self, seen: Option<(&'a ItemId, &'a Finding)>, next: Next) -> Entry<'a> {
        let by = &self.lease.task.by;
        Entry { by, seen, next }
    }

    /// Asks what proves it, until all of it holds or nothing more is to be expected.
    async fn prove(self, site: &Site) {
        let (state, by) = (&self.lease.state, &self.lease.task.by);
        let mut open = proofs(&self.opened.pinned.plan, self.item);
        for wait in PROVED_AFTER {
            tokio::select! {
                () = state.stopping.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            if open.is_empty() {
                return;
            }
            let asked = verification::ask_again(state, &self.opened, by, site, open.clone()).await;
            match asked {
                Ok(run) => open.retain(|(item, _)| !verification::passes(&run, item)),
                Err(error) => {
                    tracing::warn!(run = self.lease.task.run.0, item = %self.item, %error, "what proves an action was not asked");
                    return;
                }
            }
        }
    }
}

/// Runs the command of a line whose intent is stored, and answers how it ended.
///
/// # Errors
/// [`Gone`]: how it ends is written by whoever has the task then.
pub(crate) async fn perform(
    lease: &Lease,
    plan: &Plan,
    item: &ItemId,
    command: &str,
    site: &Site,
) -> Result<(Ending, Finding), Gone> {
    let (state, id) = (&lease.state, lease.task.run);
    if let Err(error) = fresh_reports(plan, item, site).await {
        tracing::warn!(run = id.0, %item, %error, "an older test report could not be taken away");
    }
    lease.sure().await?;
    state.executions.begin(id, item.clone(), lease.cancel());
    let mut print = |piece: &str| state.executions.print(id, item, piece);
    let acted = state.prober.act(command, site, lease.cancel(), &mut print).await;
    state.executions.end(id, item);
    // Cut off by our own stop, or another's now.
    lease.goes_on()?;
    Ok(acted)
}

/// How it ended, as an event.
pub(crate) fn end(item: &ItemId, ending: Ending, finding: &Finding, evidence: &Hash) -> Happening {
    Happening::ActionEnded {
        item: item.clone(),
        ending,
        reason: finding.reason.clone(),
        evidence: evidence.clone(),
        duration_us: finding.evidence.duration_us,
    }
}

/// Says that nobody knows how the work of `item` ended, and ends the task.
///
/// # Errors
/// [`Gone`].
pub(crate) async fn lose(lease: &Lease, opened: &Opened, item: &ItemId) -> Result<(), Gone> {
    let entry = Entry {
        by: &domain::person::Author::Gonogo,
        seen: None,
        next: Next::End,
    };
    lease
        .write(&opened.outline, entry, |run, _| {
            let lost = is_running(run, item).then(|| Happening::Interrupted {
                items: vec![item.clone()],
            });
            lost.into_iter().collect()
        })
        .await?;
    Ok(())
}

pub(crate) fn is_running(run: &Run, item: &ItemId) -> bool {
    super::action_of(run, item).is_some_and(ActionState::is_running)
}

pub(crate) fn contract(plan: &Plan, item: &ItemId) -> Contract {
    match work(plan, item) {
        Some(Work::Action { contract, .. }) => *contract,
        Some(Work::Probe { .. } | Work::Attestation | Work::Parent) | None => Contract::Manual,
    }
}

/// What is read as the report of this test run was written by it.
async fn fresh_reports(plan: &Plan, item: &ItemId, site: &Site) -> std::io::Result<()> {
    let reports: Vec<String> = proofs(plan, item)
        .into_iter()
        .filter_map(|(_, spec)| {
            let ProbeSpec::Tests { report } = spec else {
                return None;
            };
            Some(report)
        })
        .collect();
    let site = site.clone();
    let cleared =
        tokio::task::spawn_blocking(move || reports.iter().try_for_each(|report| site.fresh_report(report)));
    cleared
        .await
        .unwrap_or_else(|broken| Err(std::io::Error::other(broken)))
}

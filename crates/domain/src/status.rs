//! How a line of a run stands: what the row shows, what the tally counts.

use crate::{
    action::{ActionState, Ending},
    objective::Outcome,
    outline::{LineKind, OutlineLine, OutlineSection, Proof},
    plan::{ItemId, SectionKind},
    run::{How, ItemState, Run, RunState},
    sign_off::Meaning,
    target,
    verdict::Verdict,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

mod tally;
pub use tally::Tally;

/// How an item stands. Ordered from the strongest to the weakest: a parent shows its weakest child's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Does not apply to this run.
    NotApplicable,
    /// A probe passed.
    Proved,
    /// A person's word.
    Attested,
    /// Settled by a person against its probe.
    Overridden,
    /// Left out with a reason.
    Skipped,
    /// Let off with a reason, until a time.
    Waived,
    /// A probe passed, longer ago than its evidence counts. It was settled and holds nothing up; it is verified again before
    /// anybody signs.
    Stale,
    /// An action ended well; nothing proves its effect yet.
    Done,
    /// Nothing happened yet.
    Open,
    /// A probe is under way.
    Running,
    /// It holds, but something beside it wants a look.
    Warning,
    /// Nothing to judge yet.
    NoData,
    /// Gonogo stopped while it was under way: look at the target.
    Unknown,
    /// The target could not be asked.
    Error,
    /// It does not hold.
    Failed,
}

impl Status {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Status::NotApplicable => "Not applicable",
            Status::Proved => "Proved",
            Status::Attested => "Attested",
            Status::Overridden => "Overridden",
            Status::Skipped => "Skipped",
            Status::Waived => "Waived",
            Status::Stale => "Stale",
            Status::Done => "Done",
            Status::Open => "Open",
            Status::Running => "Running",
            Status::Warning => "Warning",
            Status::NoData => "No data",
            Status::Unknown => "Unknown",
            Status::Error => "Error",
            Status::Failed => "Failed",
        }
    }

    /// Whether nothing more is needed.
    pub fn is_settled(self) -> bool {
        self <= Status::Stale
    }

    /// Whether it stands against a go.
    pub fn is_red(self) -> bool {
        matches!(self, Status::Failed | Status::Error)
    }
}

/// How a line stands, and why in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The status.
    pub status: Status,
    /// One sentence; empty where the status says it all.
    pub reason: String,
}

/// How `line` of `section` stands at `now`.
pub fn standing(section: &OutlineSection, line: &OutlineLine, run: &Run, now: DateTime<Utc>) -> Standing {
    let now = as_of(run, now);
    if line.kind == LineKind::Parent {
        return parent(section, line, run, now);
    }
    let state = run.items.get(&line.id);
    if let Some(settled) = state.and_then(|state| settled(state, now)) {
        return against_number(line, settled, run, now);
    }
    if let Some(untimely) = untimely(section, run, now) {
        return failed_early(line, run).unwrap_or(untimely);
    }
    let stands = match (line.kind, state) {
        (_, None) => Standing::open(),
        (LineKind::Action, Some(state)) => acted(line, state, run),
        (_, Some(state)) if grown_old(section, line, state, run, now) => Standing {
            status: Status::Stale,
            ..observed(state)
        },
        (_, Some(state)) => observed(state),
    };
    match state.and_then(|state| state.settlement.as_ref()) {
        // Only a waiver past its time comes here.
        Some(expired) if stands.status == Status::Open => {
            let reason = format!("the waiver by {} has expired", expired.by.name());
            Standing { reason, ..stands }
        }
        Some(_) | None => stands,
    }
}

/// When a verification window is due; `None` for other sections and before T0.
pub fn due(section: &OutlineSection, run: &Run) -> Option<DateTime<Utc>> {
    let minutes = section.kind.due_minutes()?;
    run.t0.map(|t0| t0 + TimeDelta::minutes(i64::from(minutes)))
}

/// Whether a probe of this section would come too early, or too late because a later run has taken the environment,
/// and what the row says then.
pub fn untimely(section: &OutlineSection, run: &Run, now: DateTime<Utc>) -> Option<Standing> {
    let SectionKind::Window { .. } = section.kind else {
        return None;
    };
    let now = as_of(run, now);
    let due = due(section, run);
    if let Some(superseded) = run
        .superseded
        .filter(|superseded| due.is_none_or(|due| due > superseded.at))
    {
        return Some(Standing {
            status: Status::NoData,
            reason: format!("superseded by run {} before it was due", superseded.by_run.0),
        });
    }
    let reason = match due {
        Some(due) if due <= now => return None,
        Some(due) => format!("too early, due {} UTC", due.format("%Y-%m-%d %H:%M")),
        None => "too early: the window opens at T0".to_owned(),
    };
    Some(Standing {
        status: Status::NoData,
        reason,
    })
}

/// What must hold throughout a window and did not in one sample has failed, whenever the window is due.
fn failed_early(line: &OutlineLine, run: &Run) -> Option<Standing> {
    let bad = run.windows.bad.get(&line.id)?;
    line.demand.needs_every_sample().then(|| Standing {
        status: Status::Failed,
        reason: format!(
            "failed {} UTC: {}",
            bad.slot.format("%Y-%m-%d %H:%M:%S"),
            bad.reason
        ),
    })
}

/// A closed run reads for ever as it stood when it was closed.
fn as_of(run: &Run, now: DateTime<Utc>) -> DateTime<Utc> {
    match &run.state {
        RunState::Closed { at, .. } => now.min(*at),
        RunState::Preparing
        | RunState::Executing { .. }
        | RunState::Verifying { .. }
        | RunState::RollingBack { .. } => now,
    }
}

/// Whether what a person settled an item with counts at `now`: a waiver ends.
pub fn settles(state: &ItemState, now: DateTime<Utc>) -> bool {
    settled(state, now).is_some()
}

fn settled(state: &ItemState, now: DateTime<Utc>) -> Option<Standing> {
    let settlement = state.settlement.as_ref()?;
    let (name, said) = (settlement.by.name(), &settlement.reason);
    let quoted = if said.is_empty() {
        name.to_owned()
    } else {
        format!("“{said}” — {name}")
    };
    let (status, reason) = match &settlement.how {
        How::Attested { .. } => (Status::Attested, quoted),
        How::Overridden => (Status::Overridden, quoted),
        How::Skipped => (Status::Skipped, quoted),
        // Past its time it settles nothing: what the probe says counts again.
        How::Waived { until } if *until <= now => return None,
        How::Waived { until } => (
            Status::Waived,
            format!("{quoted}, until {} UTC", until.format("%Y-%m-%d %H:%M")),
        ),
    };
    Some(Standing { status, reason })
}

/// A person's word for a line that demands a number does not stand against the number. That it is missing shows at the gate.
fn against_number(line: &OutlineLine, settled: Standing, run: &Run, now: DateTime<Utc>) -> Standing {
    let missing = (settled.status == Status::Attested).then(|| target::missing(line, run, now));
    match missing.flatten() {
        Some(missing) if matches!(missing.outcome, Outcome::NotMet { .. }) => Standing {
            status: Status::Failed,
            reason: format!("attested {}, but {}", settled.reason, missing.reason),
        },
        Some(_) | None => settled,
    }
}

fn observed(state: &ItemState) -> Standing {
    if state.running.is_some() {
        return Standing {
            status: Status::Running,
            reason: String::new(),
        };
    }
    if state.unknown {
        let reason = "Gonogo stopped while this was under way: look at the target, then verify again";
        return Standing {
            status: Status::Unknown,
            reason: reason.to_owned(),
        };
    }
    let Some(latest) = &state.latest else {
        return Standing::open();
    };
    let status = match latest.verdict {
        Verdict::Pass => Status::Proved,
        Verdict::Warning => Status::Warning,
        Verdict::NoData => Status::NoData,
        Verdict::Error => Status::Error,
        Verdict::Fail => Status::Failed,
    };
    Standing {
        status,
        reason: latest.reason.clone(),
    }
}

/// Whether a probe passed longer ago than its evidence counts. A signature takes it as it was then, and what a window saw
/// when it was due is not made better by looking again.
fn grown_old(
    section: &OutlineSection,
    line: &OutlineLine,
    state: &ItemState,
    run: &Run,
    now: DateTime<Utc>,
) -> bool {
    let signed = run
        .sign_offs
        .values()
        .filter(|sign_off| !run.is_stale(sign_off) && sign_off.meaning != Meaning::NoGo);
    let counts_at = signed
        .map(|sign_off| sign_off.at)
        .max()
        .map_or(now, |at| at.min(now));
    let passed = || observed(state).status == Status::Proved;
    match (section.kind, line.keeps_minutes, &state.latest) {
        (SectionKind::Window { .. }, ..) | (_, None, _) | (.., None) => false,
        (_, Some(minutes), Some(latest)) => {
            counts_at - latest.at > TimeDelta::minutes(i64::from(minutes)) && passed()
        }
    }
}

/// How an action stands: what proves it decides, then how its command ended.
fn acted(line: &OutlineLine, state: &ItemState, run: &Run) -> Standing {
    let stands = |status, reason: String| Standing { status, reason };
    match &state.action {
        Some(ActionState::Running { by, .. }) => stands(Status::Running, format!("started by {}", by.name())),
        Some(ActionState::Unknown { .. }) => stands(
            Status::Unknown,
            "Gonogo stopped while it ran: look at the target".to_owned(),
        ),
        Some(ActionState::Ended {
            ending, reason, at, ..
        }) => {
            let ended = ended(*ending);
            proof(line, run, *at).map_or_else(
                || stands(ended, reason.clone()),
                |proof| proof.after(*ending, reason),
            )
        }
        // Nobody ran it here; what it is for may hold all the same.
        None if line.proof == Proof::Own => match observed(state) {
            proved if proved.status == Status::Proved => proved,
            running if running.status == Status::Running => running,
            other => stands(Status::Open, other.reason),
        },
        None => Standing::open(),
    }
}

/// What the probes say that prove an action, as far as they were asked after it ended.
enum Proven {
    Yes(String),
    No(String),
    NotYet(String),
}

fn proof(line: &OutlineLine, run: &Run, ended: DateTime<Utc>) -> Option<Proven> {
    let own = [line.id.clone()];
    let proofs: &[ItemId] = match &line.proof {
        Proof::Nothing => return None,
        Proof::Own => &own,
        Proof::Beside(others) => others,
    };
    let mut said = String::new();
    for id in proofs {
        let latest = run.items.get(id).and_then(|state| state.latest.as_ref());
        // What was seen before the action ended shows nothing of what it did, however late it was judged.
        match latest.filter(|latest| latest.asked_at.unwrap_or(latest.at) >= ended) {
            None => return Some(Proven::NotYet("what proves it was not verified since".to_owned())),
            Some(latest) if latest.verdict == Verdict::Pass => said.clone_from(&latest.reason),
            Some(latest) if latest.verdict == Verdict::Fail && line.proof == Proof::Own => {
                return Some(Proven::No(latest.reason.clone()));
            }
            Some(latest) => return Some(Proven::NotYet(format!("it is not proved yet: {}", latest.reason))),
        }
    }
    Some(Proven::Yes(said))
}

/// What the end of its command alone says. One that was cancelled has changed nobody knows what.
fn ended(ending: Ending) -> Status {
    match ending {
        Ending::Done => Status::Done,
        Ending::Failed | Ending::TimedOut => Status::Failed,
        Ending::Cancelled => Status::Unknown,
    }
}

impl Proven {
    fn after(self, ending: Ending, reason: &str) -> Standing {
        let stands = |status, reason: String| Standing { status, reason };
        let ended = ended(ending);
        match (self, ending) {
            (Proven::Yes(said), _) => stands(Status::Proved, format!("{reason}; {said}")),
            (Proven::No(said), _) => stands(Status::Failed, format!("{reason}, but {said}")),
            (Proven::NotYet(said), Ending::Done) => stands(ended, format!("{reason}; {said}")),
            (Proven::NotYet(_), Ending::Failed | Ending::TimedOut | Ending::Cancelled) => {
                stands(ended, reason.to_owned())
            }
        }
    }
}

fn parent(section: &OutlineSection, line: &OutlineLine, run: &Run, now: DateTime<Utc>) -> Standing {
    // A child's line stands after its parent's, so this ends: the outline is built that way.
    let children: Vec<Status> = section
        .children(&line.id)
        .map(|child| standing(section, child, run, now).status)
        .collect();
    let settled = children.iter().filter(|status| status.is_settled()).count();
    let reason = format!("{settled} of {} settled", children.len());
    Standing {
        status: children.into_iter().max().unwrap_or(Status::Open),
        reason,
    }
}

impl Standing {
    fn open() -> Self {
        Self {
            status: Status::Open,
            reason: String::new(),
        }
    }
}

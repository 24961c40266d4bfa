//! The phases of a run, planned against actual.
//!
//! A phase begins when everything before it is settled, or with its first deed where somebody went ahead. It ends when the last of
//! what it requires came to hold as it holds now. What was there when the execution began takes no time.

use crate::{
    action::ActionState,
    outline::{LineKind, Outline, OutlineLine, OutlineSection, Proof},
    phase_order::{is_phase, phase_settled},
    plan::{ItemId, SectionId, SectionKind},
    run::{ItemState, Run, RunState},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The phases of a run with their times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Since when it executes; `None`: not yet.
    pub began: Option<DateTime<Utc>>,
    /// The time until which it is drawn: now, or when the phases came to a halt.
    pub until: DateTime<Utc>,
    /// In the document's order; those without a line are left out.
    pub phases: Vec<PhaseTime>,
}

/// A phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseTime {
    /// Its section.
    pub section: SectionId,
    /// As the document counts.
    pub number: u32,
    /// Its heading.
    pub title: String,
    /// Planned minutes, where the document says.
    pub planned: Option<u32>,
    /// How it goes.
    pub course: Course,
}

/// How a phase goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course {
    /// It has not begun.
    Ahead {
        /// From when to when, if everything takes as long as planned from now on; `None` where that is not known.
        expected: Option<(DateTime<Utc>, DateTime<Utc>)>,
    },
    /// It is under way.
    Running {
        /// Since when.
        since: DateTime<Utc>,
        /// When it ends as planned, or now where that is over; `None`: no time is planned.
        expected: Option<DateTime<Utc>>,
    },
    /// It was under way when the run was rolled back, given up or superseded.
    Halted {
        /// Since when.
        since: DateTime<Utc>,
        /// When it came to a halt.
        at: DateTime<Utc>,
    },
    /// Everything required in it is settled.
    Done {
        /// Since when it was under way.
        since: DateTime<Utc>,
        /// When it ended.
        at: DateTime<Utc>,
    },
}

/// How long a phase took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseTook {
    /// As the document counts.
    pub number: u32,
    /// Its heading.
    pub title: String,
    /// In seconds.
    pub seconds: u32,
}

impl Schedule {
    /// Of `run` at `now`.
    pub fn of(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Self {
        let halted = halted(run);
        let until = halted.unwrap_or(now);
        let phases = outline
            .sections
            .iter()
            .filter(|section| is_phase(section) && !section.lines.is_empty());
        // When everything so far ended; `None`: something before is not settled.
        let mut before = run.began;
        let mut phases: Vec<PhaseTime> = phases
            .map(|section| {
                let since = run.began.and_then(|began| since(section, run, began, before));
                let settled = phase_settled(section, run, until);
                let course = match since {
                    None => Course::Ahead { expected: None },
                    Some(since) if settled => Course::Done {
                        since,
                        at: ended(section, run).map_or(since, |at| at.max(since)),
                    },
                    Some(since) => match halted {
                        Some(at) => Course::Halted {
                            since,
                            at: at.max(since),
                        },
                        None => Course::Running {
                            since,
                            expected: None,
                        },
                    },
                };
                before = match &course {
                    Course::Done { at, .. } => before.map(|before| before.max(*at)),
                    Course::Ahead { .. } | Course::Running { .. } | Course::Halted { .. } => None,
                };
                time(section, course)
            })
            .collect();
        if halted.is_none() {
            foresee(&mut phases, run.began, now);
        }
        Self {
            began: run.began,
            until,
            phases,
        }
    }

    /// All planned minutes; `None` where a phase has none.
    pub fn planned(&self) -> Option<u32> {
        self.phases.iter().map(|phase| phase.planned).sum()
    }

    /// When the last phase ended, or ends if everything takes as long as planned from now on.
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        let ends: Option<Vec<_>> = self.phases.iter().map(|phase| phase.course.ends()).collect();
        ends?.into_iter().max()
    }

    /// By how much later than planned that is; negative: earlier.
    pub fn late(&self) -> Option<TimeDelta> {
        let planned = TimeDelta::minutes(i64::from(self.planned()?));
        Some(self.ends()? - (self.began? + planned))
    }

    /// How long the phase of this section took, in seconds, where it is done.
    pub fn seconds(&self, section: &SectionId) -> Option<i64> {
        let phase = self.phases.iter().find(|phase| phase.section == *section)?;
        match phase.course {
            Course::Done { since, at } => Some((at - since).num_seconds()),
            Course::Ahead { .. } | Course::Running { .. } | Course::Halted { .. } => None,
        }
    }

    /// How long each phase took that is done.
    pub fn took(&self) -> Vec<PhaseTook> {
        let took = |phase: &PhaseTime| match phase.course {
            Course::Done { since, at } => Some(PhaseTook {
                number: phase.number,
                title: phase.title.clone(),
                seconds: u32::try_from((at - since).num_seconds()).ok()?,
            }),
            Course::Ahead { .. } | Course::Running { .. } | Course::Halted { .. } => None,
        };
        self.phases.iter().filter_map(took).collect()
    }
}

impl Course {
    /// When it ended or is expected to end; `None`: nobody knows.
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        match self {
            Course::Ahead { expected } => expected.map(|(_, to)| to),
            Course::Running { expected, .. } => *expected,
            Course::Halted { .. } => None,
            Course::Done { at, .. } => Some(*at),
        }
    }
}

fn time(section: &OutlineSection, course: Course) -> PhaseTime {
    let number = match section.kind {
        SectionKind::Phase { number, .. } => number,
        SectionKind::Preflight
        | SectionKind::Benchmark
        | SectionKind::Window { .. }
        | SectionKind::Rollback { .. }
        | SectionKind::Troubleshooting
        | SectionKind::Criteria
        | SectionKind::SignOff
        | SectionKind::FollowUp
        | SectionKind::Prose => 0,
    };
    PhaseTime {
        section: section.id.clone(),
        number,
        title: section.title.clone(),
        planned: section.planned_minutes(),
        course,
    }
}

/// What is not over takes as long as planned, each after what stands before it.
fn foresee(phases: &mut [PhaseTime], began: Option<DateTime<Utc>>, now: DateTime<Utc>) {
    let mut free = began;
    for phase in phases {
        let planned = phase
            .planned
            .map(|minutes| TimeDelta::minutes(i64::from(minutes)));
        let ends = match &mut phase.course {
            Course::Done { at, .. } => Some(*at),
            Course::Running { since, expected } => {
                *expected = planned.map(|planned| (*since + planned).max(now));
                *expected
            }
            Course::Ahead { expected } => {
                *expected = free.zip(planned).map(|(from, planned)| (from, from + planned));
                expected.map(|(_, to)| to)
            }
            Course::Halted { .. } => None,
        };
        free = free.zip(ends).map(|(free, ends)| free.max(ends));
    }
}

/// When its phases came to a halt.
fn halted(run: &Run) -> Option<DateTime<Utc>> {
    let closed = match &run.state {
        RunState::Closed { at, .. } => Some(*at),
        RunState::RollingBack { since, .. } => Some(*since),
        RunState::Preparing | RunState::Executing { .. } | RunState::Verifying { .. } => None,
    };
    let back = run.rollback.as_ref().filter(|rollback| !rollback.rehearsal);
    let superseded = run.superseded.map(|superseded| superseded.at);
    [closed, back.map(|back| back.since), superseded]
        .into_iter()
        .flatten()
        .min()
}

/// When a phase began: with what stands before it settled, or with its first deed.
fn since(
    section: &OutlineSection,
    run: &Run,
    began: DateTime<Utc>,
    before: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    let states = section.lines.iter().filter_map(|line| run.items.get(&line.id));
    let deeds = states.flat_map(|state| {
        let settled = state.settlement.as_ref().map(|settlement| settlement.at);
        let acted = state.action.as_ref().map(acted);
        [settled, acted].into_iter().flatten()
    });
    let by_itself = run.phase.iter().filter(|progress| progress.section == section.id);
    let deeds = deeds.chain(by_itself.map(|progress| progress.since));
    deeds.filter(|at| *at >= began).chain(before).min()
}

fn acted(action: &ActionState) -> DateTime<Utc> {
    match action {
        ActionState::Running { since, .. } | ActionState::Unknown { since, .. } => *since,
        ActionState::Ended { at, .. } => *at,
    }
}

/// When the last of what a settled phase requires came to hold; `None`: it requires nothing.
fn ended(section: &OutlineSection, run: &Run) -> Option<DateTime<Utc>> {
    let required = section
        .lines
        .iter()
        .filter(|line| !line.optional && line.kind != LineKind::Parent);
    required.filter_map(|line| came_to_hold(line, run)).max()
}

fn came_to_hold(line: &OutlineLine, run: &Run) -> Option<DateTime<Utc>> {
    let state = run.items.get(&line.id)?;
    if let Some(settlement) = &state.settlement {
        return Some(settlement.at);
    }
    let seen = |state: &ItemState| state.latest.as_ref().map(|latest| latest.since());
    let of = |item: &ItemId| run.items.get(item).and_then(seen);
    let proved = match &line.proof {
        Proof::Nothing | Proof::Own => seen(state),
        Proof::Beside(others) => others.iter().filter_map(of).max(),
    };
    state.action.as_ref().map(acted).into_iter().chain(proved).max()
}

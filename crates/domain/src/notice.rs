//! Notices: what people who do not look at a run are told about it.

use crate::{
    decision::{blockers, open_slots},
    event::{Event, Happening, Outcome},
    guide::GuideEntry,
    hold_off::HoldOffEntry,
    hourly::HourlyEntry,
    outline::{LineKind, Outline},
    permission::signs_before,
    plan::ItemId,
    rollback::{Rollback, RollbackState},
    run::{Run, RunState},
    sign_off::Meaning,
    status::Status,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// Nothing is missing but people's words, for these lines.
    Waiting {
        /// The lines, in the document's order.
        lines: Vec<ItemId>,
    },
    /// Everything is settled: these slots wait for their signature.
    ReadyToSign {
        /// The slots' titles.
        slots: Vec<String>,
    },
    /// Somebody signed no-go, or the run was closed as one.
    NoGo {
        /// The role that said it; `None`: the run was closed.
        role: Option<String>,
        /// Who.
        by: String,
        /// What they wrote.
        reason: String,
    },
    /// A line of a window does not hold.
    WindowFailed {
        /// The line.
        item: ItemId,
        /// Why, in one sentence.
        reason: String,
    },
    /// A window failed, and the environment's file asks for a rollback: people may hold it until then.
    HoldOff {
        /// The line that failed.
        line: ItemId,
        /// When the rollback starts.
        until: DateTime<Utc>,
    },
    /// The environment's file asks for a rollback, and it does not start.
    NoAutomaticRollback {
        /// The line that failed.
        line: ItemId,
        /// Why nothing starts.
        why: String,
    },
    /// A line does not hold in the hourly check of a next step.
    HourlyFailed {
        /// The line.
        line: ItemId,
        /// Why, in one sentence.
        reason: String,
    },
    /// No guide helped: somebody hands a line on.
    Escalated {
        /// The line.
        line: ItemId,
        /// Who.
        by: String,
        /// How it stands, in one sentence.
        reason: String,
    },
    /// A rollback began.
    RollbackStarted {
        /// Who pressed.
        by: String,
        /// Why.
        reason: String,
        /// On trial.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        rehearsal: bool,
    },
    /// A rollback came to its end.
    RollbackEnded {
        /// How many parts are not as they were before, and wait for somebody's word.
        differences: usize,
    },
    /// A rollback waits for a person.
    RollbackAsks {
        /// The place of the step that did not end well, from 0.
        step: usize,
    },
    /// A head of the run's chain was signed.
    HeadSigned {
        /// The number of its event.
        number: u64,
        /// The signed envelope, as JSON.
        envelope: String,
    },
}

/// What a notice is about: the words of `events` in an environment's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// [`Notice::Waiting`].
    Waiting,
    /// [`Notice::ReadyToSign`].
    ReadyToSign,
    /// [`Notice::NoGo`].
    NoGo,
    /// [`Notice::WindowFailed`].
    WindowFailed,
    /// [`Notice::HoldOff`].
    HoldOff,
    /// [`Notice::NoAutomaticRollback`].
    NoAutomaticRollback,
    /// [`Notice::HourlyFailed`].
    HourlyFailed,
    /// [`Notice::Escalated`].
    Escalated,
    /// [`Notice::RollbackStarted`].
    RollbackStarted,
    /// [`Notice::RollbackEnded`].
    RollbackEnded,
    /// [`Notice::RollbackAsks`].
    RollbackAsks,
    /// [`Notice::HeadSigned`]; only where a webhook asks for it.
    HeadSigned,
}

impl Kind {
    /// The word in the file, and in what is sent.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Waiting => "waiting",
            Kind::ReadyToSign => "ready_to_sign",
            Kind::NoGo => "no_go",
            Kind::WindowFailed => "window_failed",
            Kind::HoldOff => "hold_off",
            Kind::NoAutomaticRollback => "no_automatic_rollback",
            Kind::HourlyFailed => "hourly_failed",
            Kind::Escalated => "escalated",
            Kind::RollbackStarted => "rollback_started",
            Kind::RollbackEnded => "rollback_ended",
            Kind::RollbackAsks => "rollback_asks",
            Kind::HeadSigned => "head_signed",
        }
    }
}

impl Notice {
    /// What it is about.
    pub fn kind(&self) -> Kind {
        match self {
            Notice::Waiting { .. } => Kind::Waiting,
            Notice::ReadyToSign { .. } => Kind::ReadyToSign,
            Notice::NoGo { .. } => Kind::NoGo,
            Notice::WindowFailed { .. } => Kind::WindowFailed,
            Notice::HoldOff { .. } => Kind::HoldOff,
            Notice::NoAutomaticRollback { .. } => Kind::NoAutomaticRollback,
            Notice::HourlyFailed { .. } => Kind::HourlyFailed,
            Notice::Escalated { .. } => Kind::Escalated,
            Notice::RollbackStarted { .. } => Kind::RollbackStarted,
            Notice::RollbackEnded { .. } => Kind::RollbackEnded,
            Notice::RollbackAsks { .. } => Kind::RollbackAsks,
            Notice::HeadSigned { .. } => Kind::HeadSigned,
        }
    }

    /// What makes it one of its kind in `run`, as the run stands when it is told: the same again is not told again. A line that is
    /// verified again and comes out as before leaves the record as it was, and makes nothing ready a second time.
    pub fn occasion(&self, run: &Run) -> String {
        match self {
            Notice::Waiting { .. } | Notice::ReadyToSign { .. } => run.record.to_string(),
            Notice::WindowFailed { item, .. } => {
                let t0 = run.t0.map(|t0| t0.timestamp_micros());
                format!("{item} {}", t0.unwrap_or_default())
            }
            // Each line that fails at the same hour has an event of its own.
            Notice::HoldOff { line, .. }
            | Notice::NoAutomaticRollback { line, .. }
            | Notice::HourlyFailed { line, .. } => format!("{line} {}", run.number),
            Notice::NoGo { .. }
            | Notice::Escalated { .. }
            | Notice::RollbackStarted { .. }
            | Notice::RollbackEnded { .. }
            | Notice::RollbackAsks { .. } => run.number.to_string(),
            Notice::HeadSigned { number, .. } => number.to_string(),
        }
    }

    /// The address of what it is about, below the site's.
    pub fn path(&self, run: &Run) -> String {
        let run = run.id.0;
        let item = |item: Option<&ItemId>| {
            let query = item.map(|item| format!("?item={}", encoded(&item.0)));
            format!("/runs/{run}{}", query.unwrap_or_default())
        };
        match self {
            Notice::Waiting { lines } => item(lines.first()),
            Notice::WindowFailed { item: line, .. } | Notice::HoldOff { line, .. } => item(Some(line)),
            Notice::Escalated { line, .. } => item(Some(line)),
            Notice::HourlyFailed { .. } => format!("/runs/{run}?tab=next"),
            Notice::HeadSigned { .. } => item(None),
            Notice::ReadyToSign { .. } | Notice::NoGo { .. } => format!("/runs/{run}?tab=sign-off"),
            Notice::NoAutomaticRollback { .. }
            | Notice::RollbackStarted { .. }
            | Notice::RollbackEnded { .. }
            | Notice::RollbackAsks { .. } => {
                format!("/runs/{run}?tab=rollback")
            }
        }
    }
}

/// What an event tells, where the rollback stood like `before` and the run stands like `run` after it.
pub fn of_event(before: Option<&Rollback>, event: &Event, run: &Run) -> Option<Notice> {
    match &event.what {
        Happening::Signed {
            role,
            meaning: Meaning::NoGo,
            comment,
            ..
        } => Some(Notice::NoGo {
            role: Some(role.clone()),
            by: event.by.name().to_owned(),
            reason: comment.clone(),
        }),
        Happening::Closed {
            outcome: Outcome::NoGo,
            reason,
        } => Some(Notice::NoGo {
            role: None,
            by: event.by.name().to_owned(),
            reason: reason.clone(),
        }),
        Happening::RollbackStarted {
            reason, rehearsal, ..
        } => Some(Notice::RollbackStarted {
            by: event.by.name().to_owned(),
            reason: reason.clone(),
            rehearsal: *rehearsal,
        }),
        Happening::HoldOff(entry) => of_hold_off(entry, run),
        Happening::Hourly(HourlyEntry::Failed { line, reason, .. }) => Some(Notice::HourlyFailed {
            line: line.clone(),
            reason: reason.clone(),
        }),
        Happening::Guide(GuideEntry::Escalated { item, reason }) => Some(Notice::Escalated {
            line: item.clone(),
            by: event.by.name().to_owned(),
            reason: reason.clone(),
        }),
        _ => of_rollback(before?, run.rollback.as_ref()?),
    }
}

fn of_hold_off(entry: &HoldOffEntry, run: &Run) -> Option<Notice> {
    match entry {
        HoldOffEntry::Began { line, until, .. } => Some(Notice::HoldOff {
            line: line.clone(),
            until: *until,
        }),
        HoldOffEntry::Moved { window, until, .. } => Some(Notice::HoldOff {
            line: run.hold_offs.0.get(window)?.line.clone(),
            until: *until,
        }),
        HoldOffEntry::Held { .. } => None,
        HoldOffEntry::Refused { line, why, .. } => Some(Notice::NoAutomaticRollback {
            line: line.clone(),
            why: why.clone(),
        }),
    }
}

fn of_rollback(before: &Rollback, after: &Rollback) -> Option<Notice> {
    if before.state == after.state {
        return None;
    }
    match &after.state {
        RollbackState::Running => None,
        RollbackState::Asking { step } => Some(Notice::RollbackAsks { step: *step }),
        // One of several was accepted: the others were told.
        RollbackState::Differs { .. } if matches!(before.state, RollbackState::Differs { .. }) => None,
        RollbackState::Differs { open } => Some(Notice::RollbackEnded {
            differences: open.len(),
        }),
        RollbackState::Done { .. } => Some(Notice::RollbackEnded { differences: 0 }),
    }
}

/// What people are waited for in a run that executes or verifies; `None` while something else is missing, or somebody says no.
pub fn of_people(outline: &Outline, run: &Run, now: DateTime<Utc>) -> Option<Notice> {
    match run.state {
        RunState::Executing { .. } | RunState::Verifying { .. } => {}
        RunState::Preparing | RunState::RollingBack { .. } | RunState::Closed { .. } => return None,
    }
    if run.sign_offs.values().any(|one| one.meaning == Meaning::NoGo) {
        return None;
    }
    let blockers = blockers(outline, run, now);
    if blockers.is_empty() {
        let theirs = open_slots(outline, run).filter(|slot| signs_before(outline, run, slot).is_none());
        let slots: Vec<String> = theirs.map(|slot| slot.title.clone()).collect();
        return (!slots.is_empty()).then_some(Notice::ReadyToSign { slots });
    }
    let words = blockers
        .iter()
        .all(|blocker| blocker.line.kind == LineKind::Attestation && blocker.status == Status::Open);
    words.then(|| Notice::Waiting {
        lines: blockers
            .into_iter()
            .map(|blocker| blocker.line.id.clone())
            .collect(),
    })
}

/// An id within an address (RFC 3986).
fn encoded(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    id.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

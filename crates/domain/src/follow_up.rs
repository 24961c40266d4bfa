//! What follows a deployment: tasks with dates that count from T0. Dates here have no zone; whoever shows them says in which
//! zone T0's date is taken.

use crate::{
    event::Outcome,
    person::Author,
    plan::{ItemId, SectionId},
    run::{Run, RunState},
};
use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// A task after the deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// Its name within the plan.
    pub id: String,
    /// The section that it stands in.
    pub section: SectionId,
    /// Its line, from 1.
    pub line: u32,
    /// The box of this line, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// Its words.
    pub words: String,
    /// The line that it stands under: "Day 1-7: Monitor closely".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// When.
    pub when: When,
    /// Gonogo does it by itself, every hour: "Check metrics hourly". It only reads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub automatic: bool,
}

/// What people did about the follow-ups of a run, by their names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FollowUps(pub BTreeMap<String, FollowUpState>);

/// What people did about one of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FollowUpState {
    /// Who takes care of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Author>,
    /// How each time of it ended, by its number; what comes once is time 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ended: BTreeMap<u32, Ended>,
}

/// How a time of a follow-up ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// How.
    pub how: EndedHow,
    /// What was found, or why it was left out.
    pub note: String,
    /// Who says so.
    pub by: Author,
    /// When.
    pub at: DateTime<Utc>,
}

/// How a follow-up ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedHow {
    /// It was done.
    Done,
    /// It was left out.
    Skipped,
}

/// The name of the follow-up that a run gets which was rolled back, in the place of its others.
pub const REVIEW: &str = "review-of-the-rollback";

/// The follow-ups of a run: those of its plan from T0 on; where it was rolled back, a review of that within a week instead.
pub fn of_run(plan: &[FollowUp], run: &Run) -> Vec<FollowUp> {
    let rolled_back = matches!(
        run.state,
        RunState::Closed {
            outcome: Outcome::RolledBack,
            ..
        }
    );
    match (rolled_back, plan.first()) {
        (false, _) if run.t0.is_none() => Vec::new(),
        (false, _) => plan.to_vec(),
        (true, first) => vec![FollowUp {
            id: REVIEW.to_owned(),
            section: first.map_or_else(|| SectionId("follow-up".to_owned()), |first| first.section.clone()),
            line: first.map_or(1, |first| first.line),
            item: None,
            words: "Review the rollback: what failed, what was seen too late, and what changes before the next try".to_owned(),
            parent: None,
            when: When::Days { from: 1, to: 7 },
            automatic: false,
        }],
    }
}

/// The day from which a run's follow-ups count: that of T0, of the rollback's end where it was rolled back. In UTC.
pub fn first_day(run: &Run) -> Option<NaiveDate> {
    match &run.state {
        RunState::Closed {
            outcome: Outcome::RolledBack,
            at,
            ..
        } => Some(at.date_naive()),
        RunState::Preparing
        | RunState::Executing { .. }
        | RunState::Verifying { .. }
        | RunState::RollingBack { .. }
        | RunState::Closed { .. } => run.t0.map(|t0| t0.date_naive()),
    }
}

/// The number of the time that is to be done on `today`, with its days: of what recurs the first that is neither over nor ended.
pub fn time(
    follow_up: &FollowUp,
    state: Option<&FollowUpState>,
    first: NaiveDate,
    today: NaiveDate,
) -> Option<(u32, Span)> {
    let When::Recurring(every) = follow_up.when else {
        return due(first, follow_up.when).map(|span| (1, span));
    };
    let (mut number, mut span) = current(first, every, today)?;
    while state.is_some_and(|state| state.ended.contains_key(&number)) {
        number = number.checked_add(1)?;
        span = occurrence(first, every, number)?;
    }
    Some((number, span))
}

/// When a task is due, counted from T0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// From a day to another, both inclusive; day 1 is the day of T0.
    Days {
        /// The first.
        from: u32,
        /// The last.
        to: u32,
    },
    /// From a week to another, both inclusive; week 1 is the seven days that begin with the day of T0.
    Weeks {
        /// The first.
        from: u32,
        /// The last.
        to: u32,
    },
    /// Again and again.
    Recurring(Every),
    /// The document does not say.
    Unsaid,
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Every day.
    Day,
    /// Every week.
    Week,
    /// Every month.
    Month,
    /// Every three months.
    Quarter,
    /// Every year.
    Year,
}

/// The days of a task, both inclusive. It is overdue after the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first.
    pub from: NaiveDate,
    /// The last.
    pub to: NaiveDate,
}

/// When a task is to be done, counted from the date of T0. Of what recurs, the first time; `None` where the document does not
/// say, or beyond the calendar.
pub fn due(t0: NaiveDate, when: When) -> Option<Span> {
    let day = |number: u32| t0.checked_add_days(Days::new(u64::from(number.checked_sub(1)?)));
    match when {
        When::Days { from, to } => Some(Span {
            from: day(from)?,
            to: day(to)?,
        }),
        When::Weeks { from, to } => Some(Span {
            from: day(from.checked_sub(1)?.checked_mul(7)?.checked_add(1)?)?,
            to: day(to.checked_mul(7)?)?,
        }),
        When::Recurring(every) => occurrence(t0, every, 1),
        When::Unsaid => None,
    }
}

/// The time of this number, from 1, of what recurs: due on the last day, open since the day after the one before. A month
/// ends on the day of T0, or on its own last day where it has none such: after 31 January come 28 or 29 February and 31 March.
pub fn occurrence(t0: NaiveDate, every: Every, number: u32) -> Option<Span> {
    let end = |number: u32| match every {
        Every::Day => t0.checked_add_days(Days::new(u64::from(number))),
        Every::Week => t0.checked_add_days(Days::new(u64::from(number) * 7)),
        Every::Month => t0.checked_add_months(Months::new(number)),
        Every::Quarter => t0.checked_add_months(Months::new(number.checked_mul(3)?)),
        Every::Year => t0.checked_add_months(Months::new(number.checked_mul(12)?)),
    };
    let before = end(number.checked_sub(1)?)?;
    Some(Span {
        from: before.succ_opt()?,
        to: end(number)?,
    })
}

/// The number and the days of the first time that is not over on `today`.
pub fn current(t0: NaiveDate, every: Every, today: NaiveDate) -> Option<(u32, Span)> {
    let days = today.signed_duration_since(t0).num_days().max(0);
    let longest = match every {
        Every::Day => 1,
        Every::Week => 7,
        Every::Month => 31,
        Every::Quarter => 92,
        Every::Year => 366,
    };
    let mut number = u32::try_from(days / longest).ok()?.max(1);
    loop {
        let span = occurrence(t0, every, number)?;
        if span.to >= today {
            return Some((number, span));
        }
        number = number.checked_add(1)?;
    }
}

/// When the hourly check of an automatic task comes next after `now`: whole hours after T0 for as long as the task lasts, which
/// is 24 hours for each of its days. `None` when it is over, or has no days.
pub fn next_hour(t0: DateTime<Utc>, when: When, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (first, last) = match when {
        When::Days { from, to } => (from.checked_sub(1)?, to),
        When::Weeks { from, to } => (from.checked_sub(1)?.checked_mul(7)?, to.checked_mul(7)?),
        When::Recurring(_) | When::Unsaid => return None,
    };
    let hours = |days: u32| i64::from(days) * 24;
    let passed = now.signed_duration_since(t0);
    let whole = if passed < TimeDelta::zero() {
        0
    } else {
        passed.num_hours() + 1
    };
    let hour = whole.max(hours(first)).max(1);
    if hour > hours(last) {
        return None;
    }
    t0.checked_add_signed(TimeDelta::try_hours(hour)?)
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Days { from, to } if from == to => write!(f, "day {from}"),
            When::Days { from, to } => write!(f, "days {from} to {to}"),
            When::Weeks { from, to } if from == to => write!(f, "week {from}"),
            When::Weeks { from, to } => write!(f, "weeks {from} to {to}"),
            When::Recurring(every) => f.write_str(match every {
                Every::Day => "every day",
                Every::Week => "every week",
                Every::Month => "every month",
                Every::Quarter => "every quarter",
                Every::Year => "every year",
            }),
            When::Unsaid => f.write_str("at no said time"),
        }
    }
}

//! The rollback that an environment's file asks for where a window fails: it waits, whoever may roll back may hold it, and then it
//! starts as if somebody had pressed. Off unless the file turns it on.

mod startable;

use startable::{NotNow, settled_meanwhile, startable};

use crate::{
    api::Error,
    server::{
        rollback,
        rollback::Order,
        run,
        run::{LONGEST_NOTE, Opened, conflict},
        state::AppState,
        task::{Entry, Gone, Lease},
        window,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Right,
    environment::AutomaticRollback,
    event::Happening,
    hold_off::{HoldOff, HoldOffEntry, HoldOffState, LOOKED, Turn, moved},
    outline::Outline,
    person::{Author, Person},
    plan::{ItemId, SectionId},
    rollback::Tier,
    run::{Run, RunId},
    status::settles,
    task::Work,
};
use sqlx::PgConnection;
use store::task::{NewTask, Next};

/// How long until it is tried again where the database broke off.
const AGAIN: TimeDelta = TimeDelta::seconds(1);

/// A line of a window that failed for certain.
#[derive(Debug)]
pub struct Failed {
    /// The window.
    pub window: SectionId,
    /// The line.
    pub line: ItemId,
    /// Why, in one sentence.
    pub why: String,
    /// When; `None` where nobody noted it.
    pub at: Option<DateTime<Utc>>,
    /// The number of the event that set T0.
    pub set: u64,
}

/// Stores, in the transaction that says that a line failed, that somebody looks after what the environment's file asks for then; once
/// for each line of a window. Nothing where it asks for nothing.
///
/// # Errors
/// The database's.
pub async fn queue(
    connection: &mut PgConnection,
    state: &AppState,
    (outline, run): (&Outline, &Run),
    failed: Failed,
    now: DateTime<Utc>,
) -> Result<(), store::Error> {
    let environment = &run.start.environment;
    // What never blocks, and what a person let off or answered for, is no reason to go back.
    let required = outline.line(&failed.line).is_some_and(|(_, line)| !line.optional);
    if !required
        || run
            .items
            .get(&failed.line)
            .is_some_and(|state| settles(state, now))
    {
        return Ok(());
    }
    // A rule that was written after the run was started is not its rule.
    let asks = |place: &super::sites::Place| {
        place.declared.automatic_rollback.is_some() && place.hash == run.start.environment_hash
    };
    if !state.sites.place(environment).is_ok_and(asks) {
        return Ok(());
    }
    let Failed {
        window,
        line,
        why,
        at,
        set,
    } = failed;
    let new = NewTask {
        run: run.id,
        environment: environment.clone(),
        request_key: store::task::key("hold-off", &format!("{} {set} {window} {line}", run.id.0)),
        work: Work::HoldOff {
            window,
            line,
            failed: why,
            failed_at: at,
            set,
        },
        by: Author::Gonogo,
        due_at: now,
        panel: None,
    };
    store::task::begin(connection, &new, now).await?;
    Ok(())
}

/// Holds the rollback that waits for this window. `reason` may be empty.
///
/// # Errors
/// [`Error::Conflict`] where none waits any more.
pub async fn hold(
    state: &AppState,
    person: &Person,
    id: RunId,
    window: SectionId,
    reason: &str,
) -> Result<(), Error> {
    let opened = run::open(state, person, id, Right::RollBack).await?;
    let reason = run::short("reason", reason, LONGEST_NOTE)?;
    run::change(state, &opened, id, &person.author(), |run| {
        match run.hold_offs.0.get(&window) {
            Some(one) if one.is_waiting() => {
                Ok(vec![Happening::HoldOff(HoldOffEntry::Held { window, reason })])
            }
            Some(HoldOff {
                state: HoldOffState::Held { by, .. },
                ..
            }) => Err(conflict(&format!("{} has held it already.", by.name()))),
            Some(_) | None => Err(conflict(
                "No automatic rollback waits any more: look at where the run is now.",
            )),
        }
    })
    .await
}

/// Begins the hold-off, waits for its end, or starts what it was held for.
///
/// # Errors
/// [`Gone`].
pub async fn carry_out(lease: &Lease, failed: &Failed) -> Result<(), Gone> {
    let opened = lease.open().await?;
    let (run, now) = (&opened.pinned.run, lease.state.clock.now());
    let work = Holding {
        lease,
        opened: &opened,
        failed,
        now,
    };
    if !window::is_sampled(run, failed.set) {
        return work.end().await;
    }
    match turn(run, failed, now) {
        Turn::Begins => work.begin().await,
        Turn::Own(HoldOff {
            number,
            state:
                HoldOffState::Waiting {
                    tier,
                    until,
                    promised,
                },
            ..
        }) => {
            let promised = promised.map(TimeDelta::seconds);
            work.wait(*number, tier, (*until, promised)).await
        }
        Turn::Behind => work.leave_until(now + LOOKED).await,
        Turn::Own(_) | Turn::Never => work.end().await,
    }
}

fn turn<'a>(run: &'a Run, failed: &Failed, now: DateTime<Utc>) -> Turn<'a> {
    let settled = |line: &ItemId| run.items.get(line).is_some_and(|state| settles(state, now));
    run.hold_offs
        .turn(&failed.window, &failed.line, failed.at, settled)
}

struct Holding<'a> {
    lease: &'a Lease,
    opened: &'a Opened,
    failed: &'a Failed,
    now: DateTime<Utc>,
}

impl Holding<'_> {
    /// People are told, and have their time from now on; or it is said why nothing starts.
    async fn begin(&self) -> Result<(), Gone> {
        let (state, failed) = (&self.lease.state, self.failed);
        let found = match startable(state, self.opened, failed).await {
            Ok(found) => Ok(found),
            Err(NotNow::Never(why)) => Err(why),
            Err(NotNow::Later(error)) => return self.later(&error).await,
        };
        // Looking takes its time, which is not theirs.
        let now = state.clock.now();
        let entry = match found {
            Ok((tier, rule)) => HoldOffEntry::Began {
                window: failed.window.clone(),
                line: failed.line.clone(),
                failed: failed.why.clone(),
                tier: tier.section.clone(),
                until: now + rule.hold_off.delta(),
                rule: rule.words(),
            },
            Err(why) => self.refused(why, false),
        };
        let may =
            |run: &Run| window::is_sampled(run, failed.set) && matches!(turn(run, failed, now), Turn::Begins);
        // Where another was faster, the next look says what becomes of this one.
        self.note(Next::At(now + LOOKED), entry, may).await.map(drop)
    }

    /// Waits until the time has come, and starts it then.
    async fn wait(
        &self,
        number: u64,
        told: &SectionId,
        (until, promised): (DateTime<Utc>, Option<TimeDelta>),
    ) -> Result<(), Gone> {
        let (now, Some(rule)) = (self.now, self.rule()) else {
            let gone = "the environment's file does not ask for it any more";
            return self.refuse(number, gone.to_owned()).await;
        };
        let promised = promised.unwrap_or_else(|| rule.hold_off.delta());
        if let Err(why) = settled_meanwhile(self.opened, &self.failed.line, now) {
            return self.ends_waiting(number, self.refused(why, true)).await;
        }
        if let Some((until, why)) = moved(until, promised, self.lease.task.due_at, now) {
            let moved = HoldOffEntry::Moved {
                window: self.failed.window.clone(),
                until,
                why: why.to_owned(),
            };
            let waits = |run: &Run| run.hold_offs.waits(number);
            let next = Next::At(until.min(now + LOOKED));
            self.note(next, moved, waits).await.map(drop)
        } else if now < until {
            self.leave_until(until.min(now + LOOKED)).await
        } else {
            match startable(&self.lease.state, self.opened, self.failed).await {
                Ok((tier, rule)) if tier.section == *told => self.start(number, until, tier, &rule).await,
                Ok((tier, _)) => {
                    let other = format!("the environment's file asks for another tier now, {}", tier.title);
                    self.refuse(number, other).await
                }
                Err(NotNow::Never(why)) => self.refuse(number, why).await,
                Err(NotNow::Later(error)) => self.later(&error).await,
            }
        }
    }

    /// Nobody held it: it starts as if somebody had pressed.
    async fn start(
        &self,
        number: u64,
        until: DateTime<Utc>,
        tier: &Tier,
        rule: &AutomaticRollback,
    ) -> Result<(), Gone> {
        let (run, failed) = (&self.opened.pinned.run, self.failed);
        let line = self.opened.outline.line(&failed.line);
        let line = line.map_or_else(|| failed.line.to_string(), |(_, line)| line.text.clone());
        let order = Order {
            tier: tier.section.clone(),
            reason: format!(
                "Nobody pressed: “{line}” failed ({}), the environment's file asks for this ({}), and nobody held it until {} UTC.",
                failed.why,
                rule.words(),
                until.format("%H:%M:%S")
            ),
            rehearsal: false,
            by: Author::Rule {
                name: format!("the rule [automatic_rollback] of {}", run.start.environment),
            },
            request_key: store::task::key("automatic-rollback", &format!("{} {number}", run.id.0)),
            hold_off: Some(number),
        };
        self.lease.sure().await?;
        match rollback::begin(&self.lease.state, self.opened, tier, order).await {
            Ok(()) => self.end().await,
            Err(error @ (Error::Conflict { .. } | Error::Refused { .. })) => {
                self.refuse(number, error.to_string()).await
            }
            Err(error) => self.later(&error).await,
        }
    }

    /// What is away is asked again, until it answers.
    async fn later(&self, error: &Error) -> Result<(), Gone> {
        let run = self.opened.pinned.run.id.0;
        tracing::warn!(run, %error, "an automatic rollback did not start yet");
        self.leave_until(self.lease.state.clock.now() + AGAIN).await
    }

    fn refused(&self, why: String, let_off: bool) -> HoldOffEntry {
        let rule = self.rule().map(|rule| rule.words());
        HoldOffEntry::Refused {
            window: self.failed.window.clone(),
            line: self.failed.line.clone(),
            failed: self.failed.why.clone(),
            rule: rule.unwrap_or_default(),
            why,
            let_off,
        }
    }

    fn rule(&self) -> Option<AutomaticRollback> {
        let environment = &self.opened.pinned.run.start.environment;
        let place = self.lease.state.sites.place(environment).ok()?;
        place.declared.automatic_rollback.clone()
    }

    /// It waited and does not start. Where it does not wait any more, somebody was faster, and that stands.
    async fn refuse(&self, number: u64, why: String) -> Result<(), Gone> {
        self.ends_waiting(number, self.refused(why, false)).await
    }

    async fn ends_waiting(&self, number: u64, refused: HoldOffEntry) -> Result<(), Gone> {
        self.note(Next::End, refused, |run| run.hold_offs.waits(number))
            .await
            .map(drop)
    }

    async fn leave_until(&self, at: DateTime<Utc>) -> Result<(), Gone> {
        let entry = Entry {
            by: &Author::Gonogo,
            seen: None,
            next: Next::At(at),
        };
        let left = self.lease.write(&self.opened.outline, entry, |_, _| vec![]).await;
        left.map(drop)
    }

    async fn end(&self) -> Result<(), Gone> {
        let entry = Entry {
            by: &Author::Gonogo,
            seen: None,
            next: Next::End,
        };
        let ended = self.lease.write(&self.opened.outline, entry, |_, _| vec![]).await;
        ended.map(drop)
    }

    /// Writes this down where it still `may` be so.
    async fn note(&self, next: Next, what: HoldOffEntry, may: impl Fn(&Run) -> bool) -> Result<Run, Gone> {
        let entry = Entry {
            by: &Author::Gonogo,
            seen: None,
            next,
        };
        let decide = |run: &Run, _: Option<&domain::Hash>| {
            may(run)
                .then(|| Happening::HoldOff(what.clone()))
                .into_iter()
                .collect()
        };
        self.lease.write(&self.opened.outline, entry, decide).await
    }
}

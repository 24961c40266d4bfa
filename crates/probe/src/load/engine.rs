//! The thread that sends what is due and reads what comes.

use super::exchange::{Exchange, Target};
use super::pace::{Due, Pacer};
use super::schedule::Schedule;
use super::tally::{Observed, Sending, Tally};
use crate::place::plain;
use domain::load::{LoadEnd, LoadPlan, LoadProgress};
use futures::StreamExt as _;
use futures::future::{FutureExt as _, LocalBoxFuture};
use futures::stream::FuturesUnordered;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

/// How often it is said how far it is.
const SAID: Duration = Duration::from_millis(250);

/// From when the threads are there until the first request is due.
const LEAD: Duration = Duration::from_millis(20);

/// A load under way.
struct Engine<'a> {
    plan: &'a LoadPlan,
    schedule: &'a Schedule,
    targets: &'a [Target],
    began: Instant,
    timeout: Duration,
    flying: FuturesUnordered<LocalBoxFuture<'a, (Sending, Exchange)>>,
    /// The first request that is not sent.
    next: usize,
    /// Those before it that are not sent yet found all slots taken when they were due.
    found_none: usize,
    tally: Tally,
}

/// Does all of it on this thread.
///
/// # Errors
/// In words, what this machine does not give.
pub(super) fn run(
    plan: &LoadPlan,
    schedule: Arc<Schedule>,
    targets: Vec<Target>,
    stop: &CancellationToken,
    progress: &watch::Sender<LoadProgress>,
) -> Result<Observed, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|why| plain(&why))?;
    let due = Arc::new(Due::default());
    let began = Instant::now() + LEAD;
    let engine = Engine {
        plan,
        schedule: &schedule,
        targets: &targets,
        began,
        timeout: Duration::from_secs(plan.load.timeout_seconds.into()),
        flying: FuturesUnordered::new(),
        next: 0,
        found_none: 0,
        tally: Tally::new(targets.len()).map_err(|why| why.to_string())?,
    };
    let pacer = Pacer::start(Arc::clone(&schedule), began.into_std(), Arc::clone(&due));
    let _pacer = pacer.map_err(|why| plain(&why))?;
    Ok(runtime.block_on(engine.drive(&due, stop, progress)))
}

impl Engine<'_> {
    async fn drive(
        mut self,
        due: &Due,
        stop: &CancellationToken,
        progress: &watch::Sender<LoadProgress>,
    ) -> Observed {
        let total = self.schedule.len();
        // What still waits a whole timeout after the last was due is not going to be sent.
        let give_up = self.began + self.schedule.due(total) + self.timeout;
        let mut limit = total;
        let mut say = interval(SAID);
        say.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = loop {
            let seen = due.count();
            self.send_until(seen.min(limit));
            if self.next >= limit && self.flying.is_empty() {
                break LoadEnd::Whole;
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => break LoadEnd::Stopped { after_ms: self.elapsed_ms() },
                Some((sending, exchange)) = self.flying.next() => {
                    self.tally.ended(&sending, &exchange, self.next < seen.min(limit));
                }
                () = due.more(), if seen < limit => {}
                () = sleep_until(give_up), if self.next < limit => limit = self.next,
                _ = say.tick() => {
                    progress.send_replace(self.progress(seen));
                }
            }
        };
        let seen = due.count();
        progress.send_replace(self.progress(seen));
        let measured = (self.next..seen).filter(|number| self.schedule.is_measured(*number));
        Observed {
            unsent: measured.count() as u64,
            tally: self.tally,
            end,
        }
    }

    /// Sends what is due, as far as there are slots.
    fn send_until(&mut self, due: usize) {
        let slots = self.plan.load.concurrency as usize;
        while self.next < due && self.flying.len() < slots {
            let number = self.next;
            let sending = Sending {
                endpoint: self.schedule.asked(number),
                due: self.began + self.schedule.due(number),
                is_measured: self.schedule.is_measured(number),
                waited: number < self.found_none,
                is_calm: self.flying.len() <= slots / 4,
            };
            self.tally.sent(&sending);
            let (target, timeout) = (&self.targets[sending.endpoint], self.timeout);
            self.flying
                .push(async move { (sending, target.ask(timeout).await) }.boxed_local());
            self.next += 1;
        }
        if self.next < due {
            self.found_none = due;
        }
    }

    fn progress(&self, due: usize) -> LoadProgress {
        LoadProgress {
            warming_up: !self.schedule.is_measured(self.next),
            elapsed_ms: self.elapsed_ms(),
            planned: self.schedule.len() as u64,
            sent: self.next as u64,
            done: self.next.saturating_sub(self.flying.len()) as u64,
            errors: self.tally.errors(),
            waiting: due.saturating_sub(self.next) as u64,
            latency: self.tally.latency(),
            lag_p99_us: self.tally.lag_p99_us(),
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

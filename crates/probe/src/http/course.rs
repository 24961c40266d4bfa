//! The course of an exchange: when it must be over, and how long each phase of it took.

use super::milliseconds;
use domain::timing::{Phase, Timing};
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long the phases before the request may take, where the whole may take longer: a target that does not take a connection
/// in this time is not taking any.
const RESOLVE: Duration = Duration::from_secs(2);
const CONNECT: Duration = Duration::from_secs(3);
const TLS: Duration = Duration::from_secs(3);

/// One exchange, with the redirects that are followed in it.
pub(crate) struct Course {
    began: Instant,
    deadline: Instant,
    limit: Duration,
    pub timing: Timing,
    /// A phase before the request had its time, and did not end in it.
    late: bool,
    /// What went before the phase that is under way, for people: "connected after 3 ms".
    before: String,
}

/// An exchange that did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stopped {
    /// Why, in words that name the phase.
    pub why: String,
    pub timing: Timing,
}

impl Course {
    /// It begins now and may take so long in all.
    pub fn new(limit: Duration) -> Self {
        let began = Instant::now();
        Self {
            began,
            deadline: began + limit,
            limit,
            timing: Timing::default(),
            late: false,
            before: String::new(),
        }
    }

    /// Whether it stopped because its time, or that of a phase, was over.
    pub fn is_late(&self) -> bool {
        self.late || Instant::now() >= self.deadline
    }

    /// How long it has taken so far.
    pub fn took(&self) -> Duration {
        self.began.elapsed()
    }

    /// Does a phase before the request, within its own limit and the whole's.
    ///
    /// # Errors
    /// Why it failed, or in words how long it was given.
    pub async fn phase<T>(
        &mut self,
        phase: Phase,
        doing: impl Future<Output = Result<T, String>>,
    ) -> Result<T, String> {
        let limit = match phase {
            Phase::Resolve => RESOLVE,
            Phase::Connect => CONNECT,
            Phase::Tls => TLS,
            Phase::FirstByte | Phase::Body => self.limit,
        };
        let began = Instant::now();
        let until = self.deadline.min(began + limit);
        self.timing.stopped_in = Some(phase);
        let done = timeout_at(until, doing).await;
        self.add(phase, began.elapsed());
        self.late = done.is_err();
        let done = done.map_err(|_| {
            let limit = if until == self.deadline { self.limit } else { limit };
            self.late(phase, limit)
        })??;
        self.timing.stopped_in = None;
        let so_far = milliseconds(self.took());
        self.before = match phase {
            Phase::Resolve => format!("the name resolved after {so_far}"),
            Phase::Connect => format!("connected after {so_far}"),
            Phase::Tls => format!("TLS after {so_far}"),
            Phase::FirstByte | Phase::Body => std::mem::take(&mut self.before),
        };
        Ok(done)
    }

    /// The request goes out on a connection that was kept.
    pub fn kept(&mut self) {
        self.before = "asked on a kept connection".to_owned();
    }

    /// Waits for something of the answer, until the whole must be over; `None`: it did not come in time.
    pub async fn wait<T>(&self, doing: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.deadline, doing).await.ok()
    }

    /// The answer began at `first`; the request had gone out at `sent`. What comes is the rest of it.
    pub fn answered(&mut self, sent: Instant, first: Instant) {
        let waited = first.saturating_duration_since(sent);
        self.add(Phase::FirstByte, waited);
        self.before = format!(
            "first byte after {}",
            milliseconds(first.saturating_duration_since(self.began))
        );
    }

    /// The answer, begun at `first`, has come to its end or was left there.
    pub fn ended(&mut self, first: Instant) {
        self.add(Phase::Body, first.elapsed());
        self.timing.stopped_in = None;
    }

    /// It stopped while it waited for the first byte since `sent`.
    pub fn stopped_waiting(&mut self, sent: Instant) {
        self.add(Phase::FirstByte, sent.elapsed());
        self.timing.stopped_in = Some(Phase::FirstByte);
    }

    /// It stopped within the answer that began at `first`.
    pub fn stopped_reading(&mut self, first: Instant) {
        self.add(Phase::Body, first.elapsed());
        self.timing.stopped_in = Some(Phase::Body);
    }

    /// No such thing came within the time for the whole.
    pub fn no(&self, what: &str) -> String {
        self.worded(what, self.limit)
    }

    fn late(&self, phase: Phase, limit: Duration) -> String {
        match phase {
            Phase::Resolve => format!("the name did not resolve within {}", shown(limit)),
            Phase::Connect => self.worded("connection", limit),
            Phase::Tls => self.worded("TLS handshake", limit),
            Phase::FirstByte => self.worded("first byte", limit),
            Phase::Body => self.worded("complete answer", limit),
        }
    }

    fn worded(&self, what: &str, limit: Duration) -> String {
        let before = match self.before.as_str() {
            "" => String::new(),
            before => format!("; {before}"),
        };
        format!("no {what} within {}{before}", shown(limit))
    }

    /// What it was when it stopped.
    pub fn stopped(self, why: String) -> Stopped {
        Stopped {
            why,
            timing: self.timing,
        }
    }

    fn add(&mut self, phase: Phase, took: Duration) {
        self.timing
            .add(phase, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }
}

/// A limit: whole seconds as such.
fn shown(limit: Duration) -> String {
    match (limit.as_secs(), limit.subsec_millis()) {
        (seconds @ 1.., 0) => format!("{seconds} s"),
        _ => format!("{} ms", limit.as_millis()),
    }
}

#[cfg(test)]
mod tests;

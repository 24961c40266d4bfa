//! What a load measured so far.

use super::exchange::{Exchange, Outcome};
use super::histogram::{NoHistogram, empty, encode, percentiles};
use super::judge::{self, Facts, Mean};
use chrono::{DateTime, Utc};
use domain::load::{
    EndpointSummary, LoadEnd, LoadErrors, LoadPlan, LoadResult, LoadSummary, Percentiles, Waits,
};
use hdrhistogram::Histogram;
use std::time::Duration;
use tokio::time::Instant;

/// The figures of the measured requests.
pub(super) struct Tally {
    all: Counts,
    endpoints: Vec<Counts>,
    lag: Histogram<u64>,
    waits: Waits,
    /// Exchanges that began when few were under way, and the ones of them that ended when nobody waited. Warm-up included.
    calm: Mean,
    calm_throughout: Mean,
    /// Exchanges that ended when others waited for a slot. Warm-up included.
    crowded: Mean,
    connections: u64,
}

struct Counts {
    sent: u64,
    answered: Histogram<u64>,
    failed: Histogram<u64>,
    errors: LoadErrors,
}

/// A request as it was sent.
pub(super) struct Sending {
    pub endpoint: usize,
    pub due: Instant,
    pub is_measured: bool,
    /// All slots were taken when it was due.
    pub waited: bool,
    /// Few were under way when it began.
    pub is_calm: bool,
}

/// A load that is over.
pub(super) struct Observed {
    pub tally: Tally,
    pub end: LoadEnd,
    pub unsent: u64,
}

impl Tally {
    /// # Errors
    /// [`NoHistogram`].
    pub fn new(endpoints: usize) -> Result<Self, NoHistogram> {
        Ok(Self {
            all: Counts::new()?,
            endpoints: (0..endpoints).map(|_| Counts::new()).collect::<Result<_, _>>()?,
            lag: empty()?,
            waits: Waits::default(),
            calm: Mean::default(),
            calm_throughout: Mean::default(),
            crowded: Mean::default(),
            connections: 0,
        })
    }

    pub fn sent(&mut self, sending: &Sending) {
        if sending.is_measured {
            self.all.sent += 1;
            self.endpoints[sending.endpoint].sent += 1;
        }
    }

    /// Counts a request that is over; `others_wait`: for its slot.
    pub fn ended(&mut self, sending: &Sending, exchange: &Exchange, others_wait: bool) {
        let took = exchange.ended.saturating_duration_since(exchange.began);
        self.connections += u64::from(exchange.opened);
        if others_wait {
            self.crowded.add(took);
        }
        if sending.is_calm {
            self.calm.add(took);
            if !others_wait {
                self.calm_throughout.add(took);
            }
        }
        if !sending.is_measured {
            return;
        }
        let late = microseconds(exchange.began.saturating_duration_since(sending.due));
        if sending.waited {
            self.waits.count += 1;
            self.waits.longest_us = self.waits.longest_us.max(late);
        } else {
            self.lag.saturating_record(late);
        }
        let latency = microseconds(exchange.ended.saturating_duration_since(sending.due));
        for counts in [&mut self.all, &mut self.endpoints[sending.endpoint]] {
            counts.ended(&exchange.outcome, latency);
        }
    }

    pub fn latency(&self) -> Option<Percentiles> {
        percentiles(&self.all.answered)
    }

    pub fn errors(&self) -> u64 {
        self.all.errors.count()
    }

    pub fn lag_p99_us(&self) -> Option<u64> {
        percentiles(&self.lag).map(|lag| lag.p99_us)
    }
}

impl Counts {
    fn new() -> Result<Self, NoHistogram> {
        Ok(Self {
            sent: 0,
            answered: empty()?,
            failed: empty()?,
            errors: LoadErrors::default(),
        })
    }

    fn ended(&mut self, outcome: &Outcome, latency: u64) {
        let Self {
            answered,
            failed,
            errors,
            ..
        } = self;
        let why = match outcome {
            Outcome::Answered => {
                answered.saturating_record(latency);
                return;
            }
            Outcome::Status(status) => {
                *errors.status.entry(*status).or_default() += 1;
                None
            }
            Outcome::Timeout(why) => {
                errors.timeout += 1;
                Some(why)
            }
            Outcome::Refused(why) => {
                errors.refused += 1;
                Some(why)
            }
            Outcome::Cut(why) => {
                errors.cut += 1;
                Some(why)
            }
        };
        failed.saturating_record(latency);
        if errors.example.is_none() {
            errors.example = why.cloned();
        }
    }

    fn summary(&self) -> Result<LoadSummary, NoHistogram> {
        let has_errors = !self.failed.is_empty();
        let mut both = self.answered.clone();
        both.add(&self.failed)
            .map_err(|why| NoHistogram(why.to_string()))?;
        Ok(LoadSummary {
            sent: self.sent,
            answered: self.answered.len(),
            errors: self.errors.clone(),
            latency: percentiles(&self.answered),
            with_errors: has_errors.then(|| percentiles(&both)).flatten(),
            histogram: encode(&self.answered)?,
            error_histogram: has_errors.then(|| encode(&self.failed)).transpose()?,
        })
    }
}

impl Observed {
    /// # Errors
    /// [`NoHistogram`].
    pub fn result(self, plan: LoadPlan, began_at: DateTime<Utc>) -> Result<LoadResult, NoHistogram> {
        let Self { tally, end, unsent } = self;
        let Tally {
            all,
            endpoints,
            lag,
            mut waits,
            calm,
            calm_throughout,
            crowded,
            connections,
        } = tally;
        let facts = Facts {
            lag_p99_us: percentiles(&lag).map(|lag| lag.p99_us),
            answered: all.answered.len(),
            sent: all.sent,
            waited: waits.count,
            unsent,
            rate: plan.load.rate,
            calm: if calm_throughout.is_empty() {
                calm
            } else {
                calm_throughout
            },
            crowded,
        };
        waits.target_held = waits.count > 0 && facts.target_held();
        let mut pages = Vec::new();
        for (asked, counts) in plan.load.endpoints.iter().zip(&endpoints) {
            pages.push(EndpointSummary {
                endpoint: asked.endpoint.clone(),
                path: asked.path.clone(),
                method: asked.method,
                summary: counts.summary()?,
            });
        }
        Ok(LoadResult {
            began_at,
            end,
            invalid: judge::invalid(&facts),
            overall: all.summary()?,
            endpoints: pages,
            lag: percentiles(&lag),
            waits,
            unsent,
            abandoned: all.sent.saturating_sub(all.answered.len() + all.errors.count()),
            connections,
            plan,
        })
    }
}

fn microseconds(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

//! Whether the measuring stood in its own way.
//!
//! A request that finds a free slot and is sent late was held up by this machine: its lag. A request that finds no free slot
//! was held up by the exchanges that held them. Where those took no longer than exchanges do when little is asked, the target
//! would have taken more, and our bound is what was measured: not valid. Where they took longer, the target was slow or stood
//! still, and the wait is what everybody met who asked through so many connections: valid, and said. Either way the wait
//! counts in the latency.

use domain::load::{Invalid, LAG_US};
use std::time::Duration;

/// Of 1,000 requests so many may wait for our bound's sake.
const WAITED_PER_MILLE: u64 = 5;

/// How many times longer exchanges must take while others wait, for it to be the target's doing.
const SLOWER: f64 = 2.0;

/// A mean of durations, in microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mean {
    count: u64,
    sum_us: f64,
}

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub lag_p99_us: Option<u64>,
    pub answered: u64,
    pub sent: u64,
    pub waited: u64,
    pub unsent: u64,
    pub rate: u32,
    /// How long exchanges take when few are under way.
    pub calm: Mean,
    /// How long those took that others waited for.
    pub crowded: Mean,
}

impl Mean {
    pub fn add(&mut self, took: Duration) {
        self.count += 1;
        self.sum_us += took.as_secs_f64() * 1e6;
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// `None`: of nothing.
    fn value(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum_us / self.count as f64)
    }
}

impl Facts {
    /// Whether the target was slower while others waited than when little was asked.
    pub fn target_held(&self) -> bool {
        let (calm, crowded) = (self.calm.value(), self.crowded.value());
        calm.zip(crowded)
            .is_some_and(|(calm, crowded)| crowded >= calm * SLOWER)
    }
}

/// Every reason why the figures may not be used.
pub(super) fn invalid(facts: &Facts) -> Vec<Invalid> {
    let mut why = Vec::new();
    match facts.lag_p99_us {
        Some(p99_us) if p99_us > LAG_US => why.push(Invalid::Lag { p99_us }),
        Some(_) => {}
        None if facts.sent > 0 => why.push(Invalid::NoLag),
        None => {}
    }
    if facts.waited * 1_000 > facts.sent * WAITED_PER_MILLE && !facts.target_held() {
        let each = facts.crowded.value().unwrap_or_default();
        why.push(Invalid::Bound {
            waited: facts.waited,
            of: facts.sent,
            needed: (each / 1e6 * f64::from(facts.rate)).ceil() as u64 + 1,
        });
    }
    if facts.unsent > 0 {
        why.push(Invalid::Unsent { count: facts.unsent });
    }
    if facts.answered == 0 {
        why.push(Invalid::NoAnswer);
    }
    why
}

#[cfg(test)]
mod tests;

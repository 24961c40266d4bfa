//! A load in slices: by how much the queries for each request differ from one to the next says how sure their mean is.

use super::{Counted, Read, Statements, read, statements};
use crate::prober::Prober;
use crate::site::Site;
use domain::form::improvement::change;
use domain::load::{LoadPlan, LoadProgress};
use domain::metric::Better;
use domain::objective::Interval;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Into how many slices a load is cut at most. Each lasts a second or longer.
const MOST: u64 = 20;

/// An interval rests on no fewer, before and after.
pub const FEWEST: usize = 12;

/// How often the slices are drawn again.
const DRAWS: usize = 2_000;

/// What lies outside of the interval on each side.
const TAIL: f64 = 0.025;

/// What was counted in a slice of a load; plain data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// Requests that ended in it.
    pub requests: u64,
    /// Calls of the database's statements in it.
    pub calls: u64,
}

/// A load that is being cut.
#[derive(Debug)]
pub struct Slicing {
    /// Requests of a slice, at least.
    every: u64,
    /// Requests that had ended at the last cut, and the counters there; `None`: nothing counts them, or what did lost some.
    last: Option<(u64, Statements)>,
    slices: Vec<Slice>,
}

impl Slicing {
    /// A load that begins after `before` was counted.
    pub fn begin(before: &Counted, plan: &LoadPlan) -> Self {
        let last = match &before.statements {
            Read::Is(statements) => Some((0, statements.clone())),
            Read::Unread(_) => None,
        };
        let every = (plan.load.requests() / MOST).max(u64::from(plan.load.rate));
        Self {
            every,
            last,
            slices: Vec::new(),
        }
    }

    /// The slices of a load of so many requests, which ended before `after` was counted; none where counts were lost.
    pub fn end(mut self, after: &Counted, requests: u64) -> Vec<Slice> {
        match &after.statements {
            Read::Is(statements) => self.cut(requests, statements),
            Read::Unread(_) => self.slices.clear(),
        }
        self.slices
    }

    fn is_due(&self, done: u64) -> bool {
        self.last
            .as_ref()
            .is_some_and(|(last, _)| done >= last + self.every)
    }

    fn cut(&mut self, done: u64, now: &Statements) {
        let Some((last, before)) = self.last.take() else {
            return;
        };
        match now.called(&before) {
            Ok(called) => {
                self.slices.push(Slice {
                    requests: done.saturating_sub(last),
                    calls: called.iter().map(|(_, calls)| calls).sum(),
                });
                self.last = Some((done, now.clone()));
            }
            Err(_) => self.slices.clear(),
        }
    }
}

impl Prober {
    /// Cuts a load while it tells how far it is, and never ends: whoever waits for the load drops it. A reading that fails
    /// is left out, and its slice is longer.
    pub async fn slice(
        &self,
        slicing: &mut Slicing,
        mut told: watch::Receiver<LoadProgress>,
        site: &Site,
        cancel: CancellationToken,
    ) {
        while told.changed().await.is_ok() {
            let done = told.borrow_and_update().done;
            if !slicing.is_due(done) {
                continue;
            }
            let round = self.round();
            if let Read::Is(now) = read(site, &cancel, statements(site, &round)).await {
                slicing.cut(done, &now);
            }
        }
        std::future::pending::<()>().await;
    }
}

/// The interval in which the improvement of the queries for each request lies with 95 % confidence, in per cent of what they were;
/// `None` where the slices are too few, or there were no queries before. The same seed gives the same interval.
///
/// The slices are drawn again, whole (block bootstrap, Künsch 1989): requests of one page follow each other in queries, and one request
/// may make many.
pub fn fewer_queries(before: &[Slice], after: &[Slice], seed: u32) -> Option<Interval> {
    if before.len() < FEWEST || after.len() < FEWEST {
        return None;
    }
    let mut rng = StdRng::seed_from_u64(u64::from(seed));
    let improved = |before, after| change(before, after, Better::Lower).percent();
    let mut percents: Vec<f64> = (0..DRAWS)
        // A draw without any query before shows nothing, so that it counts against.
        .map(|_| improved(drawn(before, &mut rng), drawn(after, &mut rng)).unwrap_or(f64::NEG_INFINITY))
        .collect();
    percents.sort_by(f64::total_cmp);
    let outside = (TAIL * DRAWS as f64) as usize;
    let (low, high) = (percents[outside - 1], percents[DRAWS - outside]);
    let found = improved(rate(before.iter()), rate(after.iter()))?;
    let wider = wider(before.len().min(after.len()));
    let (low, high) = (found - (found - low) * wider, found + (high - found) * wider);
    (low.is_finite() && high.is_finite()).then_some(Interval {
        low,
        high: high.min(100.0),
        bounds: false,
    })
}

/// Few slices drawn from themselves differ less than those of other loads would: by the root of n / (n - 1), and as Student's quantile
/// is above the normal one (1 + 1.22 / (n - 1), right to 1 % from ten on).
fn wider(slices: usize) -> f64 {
    let (n, rest) = (slices as f64, slices as f64 - 1.0);
    (n / rest).sqrt() * (1.0 + 1.22 / rest)
}

/// The queries for each request of as many slices, each drawn from all.
fn drawn(slices: &[Slice], rng: &mut StdRng) -> Option<f64> {
    rate(slices.iter().map(|_| &slices[rng.random_range(0..slices.len())]))
}

fn rate<'a>(slices: impl Iterator<Item = &'a Slice>) -> Option<f64> {
    let (mut requests, mut calls) = (0, 0);
    for slice in slices {
        requests += slice.requests;
        calls += slice.calls;
    }
    (requests > 0).then(|| calls as f64 / requests as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use rand_distr::Poisson;
    use rstest::rstest;

    /// A load of slices of 12 requests, each of which makes one query, or in one of four cases `many`.
    fn load(rng: &mut StdRng, slices: usize, many: u64) -> Vec<Slice> {
        let slice = |_| {
            let mut calls = 0;
            for _ in 0..12 {
                calls += if rng.random_bool(0.25) { many } else { 1 };
            }
            Slice { requests: 12, calls }
        };
        (0..slices).map(slice).collect()
    }

    #[rstest]
    #[case::the_fewest(FEWEST)]
    #[case::the_most(20)]
    fn the_interval_holds_the_true_improvement_nineteen_times_of_twenty(#[case] slices: usize) {
        let mut rng = StdRng::seed_from_u64(7);
        // 0.75 · 1 + 0.25 · 21 = 6 before, 0.75 · 1 + 0.25 · 5 = 2 after.
        let truth = (6.0 - 2.0) / 6.0 * 100.0;
        let rounds = 200;
        let holds = (0..rounds)
            .filter(|round| {
                let (before, after) = (load(&mut rng, slices, 21), load(&mut rng, slices, 5));
                let interval = fewer_queries(&before, &after, *round).unwrap();
                interval.low <= truth && truth <= interval.high
            })
            .count();
        let share = holds as f64 / f64::from(rounds);
        assert!((0.92..=0.985).contains(&share), "it held in {share} of the cases");
    }

    #[test]
    fn slices_that_differ_more_make_a_wider_interval_and_equal_ones_none_at_all() {
        let mut rng = StdRng::seed_from_u64(1);
        let same = |calls| vec![Slice { requests: 12, calls }; 20];
        let equal = fewer_queries(&same(120), &same(12), 1).unwrap();
        assert_eq!((equal.low, equal.high), (90.0, 90.0));
        let uneven: Vec<Slice> = (0..20)
            .map(|_| Slice {
                requests: 12,
                calls: rng.sample::<f64, _>(Poisson::new(120.0).unwrap()) as u64,
            })
            .collect();
        let wider = fewer_queries(&uneven, &same(12), 1).unwrap();
        assert!(wider.high - wider.low > 0.2, "{wider:?}");
    }

    #[test]
    fn too_few_slices_or_no_queries_before_show_nothing() {
        let some = vec![
            Slice {
                requests: 10,
                calls: 100
            };
            FEWEST
        ];
        let none = vec![
            Slice {
                requests: 10,
                calls: 0
            };
            FEWEST
        ];
        assert_eq!(fewer_queries(&some[1..], &some, 1), None);
        assert_eq!(fewer_queries(&some, &some[1..], 1), None);
        assert_eq!(fewer_queries(&none, &some, 1), None);
        let all_gone = fewer_queries(&some, &none, 1).unwrap();
        assert_eq!((all_gone.low, all_gone.high), (100.0, 100.0));
    }

    fn counted(calls: u64, readings: u64) -> Counted {
        let known = vec![super::super::Statement {
            user: 10,
            id: "1".to_owned(),
            calls,
            lookup: None,
        }];
        let statements = Statements {
            database: 1,
            reset: DateTime::UNIX_EPOCH,
            evictions: 0,
            readings,
            hidden: 0,
            known,
        };
        Counted {
            statements: Read::Is(statements),
            lookups: Read::Unread("no cache".to_owned()),
        }
    }

    fn statements_of(counted: &Counted) -> Statements {
        match &counted.statements {
            Read::Is(statements) => statements.clone(),
            Read::Unread(why) => panic!("{why}"),
        }
    }

    fn slicing() -> Slicing {
        Slicing {
            every: 10,
            last: Some((0, statements_of(&counted(100, 1)))),
            slices: Vec::new(),
        }
    }

    #[test]
    fn a_load_is_cut_where_enough_requests_have_ended() {
        let mut slicing = slicing();
        assert!(!slicing.is_due(9) && slicing.is_due(10));
        slicing.cut(12, &statements_of(&counted(160, 2)));
        assert!(!slicing.is_due(21) && slicing.is_due(22));
        let slices = slicing.end(&counted(200, 3), 20);
        let slice = |requests, calls| Slice { requests, calls };
        assert_eq!(slices, [slice(12, 60), slice(8, 40)]);
    }

    #[test]
    fn where_counts_were_lost_there_are_no_slices() {
        let mut lost = slicing();
        lost.cut(12, &statements_of(&counted(160, 2)));
        lost.cut(24, &statements_of(&counted(90, 3)));
        assert!(!lost.is_due(100));
        assert_eq!(lost.end(&counted(200, 4), 40), []);
        let unread = Counted {
            statements: Read::Unread("away".to_owned()),
            ..counted(0, 1)
        };
        assert_eq!(slicing().end(&unread, 40), []);
    }
}

//! The improvement between two stored histograms, with the interval in which it lies (percentile bootstrap, Efron 1979).
//!
//! Each sample is drawn again 1,000 times from itself. A quantile of such a draw is the empirical quantile at a beta variate,
//! since the k-th of n uniform values is distributed as Beta(k, n − k + 1): the same as drawing all n, at the cost of one. For
//! a mean the counts of the buckets are drawn, as a multinomial by way of conditional binomials.

use super::histogram::{NoHistogram, decode};
use domain::form::improvement::change;
use domain::load::EncodedHistogram;
use domain::metric::Better;
use domain::objective::{Change, Interval};
use hdrhistogram::Histogram;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rand_distr::{Beta, Binomial};

/// How often each sample is drawn again.
const DRAWS: usize = 1_000;

/// What lies outside of the interval on each side.
const TAIL: f64 = 0.025;

/// A mean of fewer values has no interval.
const FEWEST: u64 = 30;

/// Into how many groups of neighbouring buckets a sample is put at most before its mean is drawn.
const GROUPS: usize = 128;

/// What is compared of two samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The mean.
    Mean,
    /// A quantile between 0 and 1, by nearest rank: 0.95.
    Quantile(f64),
}

/// How much lower the latency became, in per cent of what it was, with the interval in which that lies with 95 % confidence where both
/// samples are large enough for one: a quantile of which no value is likely to lie beyond has none (fewer than 72 for 0.95, 368 for
/// 0.99). The same seed gives the same interval.
///
/// # Errors
/// [`NoHistogram`]: a text that holds none.
pub fn improvement(
    before: Option<&EncodedHistogram>,
    after: Option<&EncodedHistogram>,
    statistic: Statistic,
    seed: u32,
) -> Result<(Change, Option<Interval>), NoHistogram> {
    let sample = |encoded: Option<&EncodedHistogram>| {
        let histogram = encoded.map(decode).transpose()?;
        Ok::<_, NoHistogram>(
            histogram
                .filter(|some| !some.is_empty())
                .map(|some| Sample::of(&some)),
        )
    };
    let (before, after) = (sample(before)?, sample(after)?);
    let value = |sample: &Option<Sample>| sample.as_ref().map(|sample| sample.value(statistic));
    let change = change(value(&before), value(&after), Better::Lower);
    let interval = change
        .percent()
        .and(before.zip(after))
        .and_then(|(before, after)| interval(&before, &after, statistic, seed));
    Ok((change, interval))
}

fn interval(before: &Sample, after: &Sample, statistic: Statistic, seed: u32) -> Option<Interval> {
    if !before.is_enough(statistic) || !after.is_enough(statistic) {
        return None;
    }
    let mut rng = StdRng::seed_from_u64(u64::from(seed));
    let before = before.draws(statistic, &mut rng)?;
    let after = after.draws(statistic, &mut rng)?;
    let improved = |before, after| change(Some(before), Some(after), Better::Lower).percent();
    let mut percents: Vec<f64> = before
        .into_iter()
        .zip(after)
        // A draw of nothing but zeroes shows nothing, so that it counts against.
        .map(|(before, after)| improved(before, after).unwrap_or(f64::NEG_INFINITY))
        .collect();
    percents.sort_by(f64::total_cmp);
    let at = |quantile: f64| percents[rank(quantile, percents.len() as u64) as usize - 1];
    let (low, high) = (at(TAIL), at(1.0 - TAIL));
    (low.is_finite() && high.is_finite()).then_some(Interval {
        low,
        high,
        bounds: false,
    })
}

/// A sample as its buckets.
struct Sample {
    /// The highest value of each bucket, as quantiles tell it, and how many values there are up to it.
    up_to: Vec<(f64, u64)>,
    /// The middle of each bucket, as the mean takes it, and how many values are in it.
    within: Vec<(f64, u64)>,
    count: u64,
}

impl Sample {
    fn of(histogram: &Histogram<u64>) -> Self {
        let (mut up_to, mut within, mut count) = (Vec::new(), Vec::new(), 0);
        for bucket in histogram.iter_recorded() {
            let value = bucket.value_iterated_to();
            count += bucket.count_at_value();
            up_to.push((value as f64, count));
            within.push((histogram.median_equivalent(value) as f64, bucket.count_at_value()));
        }
        Self { up_to, within, count }
    }

    /// Whether there are values enough on either side of it.
    fn is_enough(&self, statistic: Statistic) -> bool {
        match statistic {
            Statistic::Mean => self.count >= FEWEST,
            Statistic::Quantile(quantile) => {
                let outer = quantile.max(1.0 - quantile);
                outer.powf(self.count as f64) <= TAIL
            }
        }
    }

    fn value(&self, statistic: Statistic) -> f64 {
        match statistic {
            Statistic::Mean => mean(&self.within, self.count),
            Statistic::Quantile(quantile) => self.at(rank(quantile, self.count)),
        }
    }

    /// The value of this rank, from 1.
    fn at(&self, rank: u64) -> f64 {
        let bucket = self.up_to.partition_point(|(_, count)| *count < rank);
        let (value, _) = self.up_to[bucket.min(self.up_to.len() - 1)];
        value
    }

    /// The statistic of each draw; `None` for what is no quantile.
    fn draws(&self, statistic: Statistic, rng: &mut StdRng) -> Option<Vec<f64>> {
        match statistic {
            Statistic::Quantile(quantile) => {
                let rank_of = rank(quantile, self.count);
                let uniform = Beta::new(rank_of as f64, (self.count - rank_of + 1) as f64).ok()?;
                Some(
                    (0..DRAWS)
                        .map(|_| self.at(rank(rng.sample(uniform), self.count)))
                        .collect(),
                )
            }
            Statistic::Mean => {
                let groups = grouped(&self.within);
                (0..DRAWS).map(|_| drawn_mean(&groups, self.count, rng)).collect()
            }
        }
    }
}

/// The nearest rank of a quantile among so many values, from 1.
fn rank(quantile: f64, count: u64) -> u64 {
    ((quantile * count as f64).ceil() as u64).clamp(1, count.max(1))
}

fn mean(buckets: &[(f64, u64)], count: u64) -> f64 {
    let sum: f64 = buckets.iter().map(|(value, count)| value * *count as f64).sum();
    sum / count as f64
}

/// Neighbours put together under their mean, where there are many.
fn grouped(buckets: &[(f64, u64)]) -> Vec<(f64, u64)> {
    let groups = buckets.chunks(buckets.len().div_ceil(GROUPS).max(1));
    let group = |chunk: &[(f64, u64)]| {
        let count = chunk.iter().map(|(_, count)| count).sum();
        (mean(chunk, count), count)
    };
    groups.map(group).collect()
}

/// The mean of as many values drawn again: how many come from each group, given those before it, is a binomial.
fn drawn_mean(groups: &[(f64, u64)], count: u64, rng: &mut StdRng) -> Option<f64> {
    let (mut to_draw, mut left, mut sum) = (count, count, 0.0);
    for (value, in_group) in groups {
        let drawn = match *in_group == left {
            true => to_draw,
            false => rng.sample(Binomial::new(to_draw, *in_group as f64 / left as f64).ok()?),
        };
        sum += value * drawn as f64;
        to_draw -= drawn;
        left -= in_group;
    }
    Some(sum / count as f64)
}

#[cfg(test)]
mod tests;

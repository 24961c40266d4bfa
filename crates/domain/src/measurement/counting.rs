//! Which of the attempts counts for which number: a load asks for everything, latencies of Prometheus stand beside what it counted.

use super::{Attempt, Figure, Improvement, Measurements, natural};
use crate::form::Moment;
use crate::metric::{Aggregation, Metric};

impl Measurements {
    /// The attempt that counts for this number: the one that counts, where it asks for it, else the one beside it.
    pub fn counting_for(
        &self,
        moment: Moment,
        metric: &Metric,
        aggregation: Aggregation,
    ) -> Option<&Attempt> {
        let mut all = self.all_counting(moment);
        all.find(|attempt| attempt.origin.asks(metric, aggregation))
    }

    /// The number of this metric that counts, and the attempt that it is from.
    pub fn figure(
        &self,
        moment: Moment,
        metric: &Metric,
        aggregation: Aggregation,
    ) -> Option<(&Attempt, &Figure)> {
        let attempt = self.counting_for(moment, metric, aggregation)?;
        Some((attempt, attempt.valid()?.figure(metric, aggregation)?))
    }

    /// Every number that counts, and the attempt that it is from.
    pub fn figures(&self, moment: Moment) -> impl Iterator<Item = (&Attempt, &Figure)> {
        let of = |attempt: &'_ Attempt| attempt.number;
        self.all_counting(moment).flat_map(move |attempt| {
            let figures = attempt.valid().into_iter().flat_map(|found| &found.figures);
            figures
                .filter(move |figure| {
                    let counts = self.counting_for(moment, &figure.metric, figure.aggregation);
                    counts.map(of) == Some(attempt.number)
                })
                .map(move |figure| (attempt, figure))
        })
    }

    /// By how much a number that counts is better than the one before the deployment that counts, where both show it.
    pub fn improvement(&self, metric: &Metric, aggregation: Aggregation) -> Option<&Improvement> {
        let aggregation = natural(metric, aggregation);
        let (before, _) = self.figure(Moment::Before, metric, aggregation)?;
        let after = self.counting_for(Moment::After, metric, aggregation)?;
        let mut improvements = after.valid()?.improvements.iter();
        improvements
            .find(|one| (&one.metric, one.aggregation, one.than) == (metric, aggregation, before.number))
    }

    fn all_counting(&self, moment: Moment) -> impl Iterator<Item = &Attempt> {
        let numbers = [self.counting.get(&moment), self.beside.get(&moment)];
        numbers
            .into_iter()
            .flatten()
            .filter_map(|number| self.attempt(*number))
    }
}

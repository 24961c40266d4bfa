//! What is asked when, fixed before the first request is sent.

use domain::load::LoadPlan;
use rand::SeedableRng as _;
use rand::distr::Distribution as _;
use rand::distr::weighted::WeightedIndex;
use rand::rngs::StdRng;
use std::time::Duration;

/// Every request of a load, in the order in which they are due.
pub(super) struct Schedule {
    rate: u64,
    /// Which of the plan's endpoints each asks.
    asked: Vec<u8>,
    /// How many of them, the first ones, are not measured.
    warm_up: usize,
}

impl Schedule {
    /// # Errors
    /// Weights of which no choice can be made, in words.
    pub fn new(plan: &LoadPlan) -> Result<Self, String> {
        let weights = plan.load.endpoints.iter().map(|asked| asked.weight);
        let choice = WeightedIndex::new(weights).map_err(|why| format!("the weights: {why}"))?;
        let mut rng = StdRng::seed_from_u64(u64::from(plan.seed));
        let asked = (0..plan.load.requests()).map(|_| u8::try_from(choice.sample(&mut rng)));
        Ok(Self {
            rate: u64::from(plan.load.rate),
            asked: asked.collect::<Result<_, _>>().map_err(|why| why.to_string())?,
            warm_up: usize::try_from(plan.load.warm_up_requests()).map_err(|why| why.to_string())?,
        })
    }

    pub fn len(&self) -> usize {
        self.asked.len()
    }

    /// When request `number` is due, from the beginning.
    pub fn due(&self, number: usize) -> Duration {
        Duration::from_nanos(number as u64 * 1_000_000_000 / self.rate)
    }

    /// Which endpoint it asks.
    pub fn asked(&self, number: usize) -> usize {
        usize::from(self.asked[number])
    }

    pub fn is_measured(&self, number: usize) -> bool {
        number >= self.warm_up
    }
}

#[cfg(test)]
mod tests;

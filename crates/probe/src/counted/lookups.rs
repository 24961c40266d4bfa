//! The lookups of a cache between two readings.

use super::Told;
use domain::measurement::Figure;
use domain::metric::{Aggregation, Metric};
use domain::quantity::Unit;
use serde::{Deserialize, Serialize};

/// Where lookups of a cache are counted, and how many there were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lookups {
    /// Where, for people: a Redis server, a page of metrics.
    pub place: String,
    /// What changes when the process that counts begins anew; empty where it does not say.
    pub instance: String,
    /// The counters that it has; at least one pair.
    pub pairs: Vec<Pair>,
}

/// Two counters that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The name of the one that counts hits.
    pub hits_name: String,
    /// The name of the one that counts misses.
    pub misses_name: String,
    /// What was there.
    pub hits: f64,
    /// What was not.
    pub misses: f64,
}

impl Lookups {
    pub(super) fn since(&self, before: &Self, told: &mut Told) {
        match self.counted(before) {
            Ok((pair, figure)) => {
                told.0.push(figure);
                told.1.push(format!(
                    "Hits of the cache: {} and {} of {}, whoever asked.",
                    pair.hits_name, pair.misses_name, self.place
                ));
            }
            Err(why) => told.1.push(format!("There is no hit rate of the cache: {why}")),
        }
    }

    /// The figure, and the counters that it comes from; or why there is none.
    fn counted(&self, before: &Self) -> Result<(&Pair, Figure), String> {
        if self.place != before.place {
            return Err(format!(
                "it was counted by {} before the load and by {} after it",
                before.place, self.place
            ));
        }
        if self.instance != before.instance {
            return Err(format!(
                "{} was another process before the load: measure again, and name one process where several answer",
                self.place
            ));
        }
        let mut moved = Vec::new();
        for pair in &self.pairs {
            let (hits, misses) = pair.since(before).ok_or_else(|| {
                format!(
                    "{} or {} of {} is lower than before the load, or was not there: measure again",
                    pair.hits_name, pair.misses_name, self.place
                )
            })?;
            if hits + misses > 0.0 {
                moved.push((pair, hits, misses));
            }
        }
        let gone = |pair: &&Pair| !self.pairs.iter().any(|after| after.is(pair));
        if let Some(gone) = before.pairs.iter().find(gone) {
            return Err(format!(
                "{} and {} of {} are gone: measure again",
                gone.hits_name, gone.misses_name, self.place
            ));
        }
        match moved.as_slice() {
            [] => Err(format!("{} counted no lookups during the load", self.place)),
            [(pair, hits, misses)] => {
                let lookups = hits + misses;
                let figure = Figure {
                    metric: Metric::CacheHitRate,
                    aggregation: Aggregation::Ratio,
                    value: hits / lookups * 100.0,
                    unit: Unit::Percent,
                    samples: lookups.round() as u64,
                    between: None,
                };
                Ok((*pair, figure))
            }
            several => {
                let names: Vec<&str> = several.iter().map(|(pair, ..)| pair.hits_name.as_str()).collect();
                Err(format!(
                    "{} counts several caches ({}), and which one is meant nobody says: name its server as the endpoint `redis`",
                    self.place,
                    names.join(", ")
                ))
            }
        }
    }
}

impl Pair {
    fn is(&self, other: &Pair) -> bool {
        (&self.hits_name, &self.misses_name) == (&other.hits_name, &other.misses_name)
    }

    /// How much was added; `None` where something was lost.
    fn since(&self, before: &Lookups) -> Option<(f64, f64)> {
        let before = before.pairs.iter().find(|pair| pair.is(self))?;
        let (hits, misses) = (self.hits - before.hits, self.misses - before.misses);
        (hits >= 0.0 && misses >= 0.0).then_some((hits, misses))
    }
}

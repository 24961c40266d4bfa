//! How the runs of a checklist in an environment have gone, one after the other.

use crate::{
    form::Moment,
    measurement::Measurements,
    metric::{Aggregation, Metric},
    run::RunId,
    schedule::PhaseTook,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A run in the row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its number.
    pub run: RunId,
    /// What was deployed.
    pub release: String,
    /// The state's word.
    pub state: String,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// What counts of what was measured after the deployment.
    pub figures: Figures,
    /// How long each phase took that is done.
    pub phases: Vec<PhaseTook>,
}

/// The numbers that are compared from run to run; `None`: not measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The 95th percentile of latency, in milliseconds.
    pub p95: Option<f64>,
    /// Hits of the cache, in per cent of lookups.
    pub hit_rate: Option<f64>,
}

impl Figures {
    /// Of the measurements after the deployment that count. Values that somebody typed are none.
    pub fn of(measurements: &Measurements) -> Self {
        let of = |metric, aggregation| {
            let figure = measurements.figure(Moment::After, metric, aggregation);
            figure.map(|(_, figure)| figure.value)
        };
        Self {
            p95: of(&Metric::Latency, Aggregation::Percentile(95)),
            hit_rate: of(&Metric::CacheHitRate, Aggregation::Ratio),
        }
    }
}

impl Point {
    /// How long its phases took together, in seconds; `None`: not all of them are done.
    pub fn seconds(&self, phases: &[PhaseTook]) -> Option<u32> {
        let took = |phase: &PhaseTook| self.took(phase.number);
        (!phases.is_empty()).then(|| phases.iter().map(took).sum())?
    }

    /// How long the phase of this number took, in seconds.
    pub fn took(&self, number: u32) -> Option<u32> {
        let mut phases = self.phases.iter();
        phases
            .find(|phase| phase.number == number)
            .map(|phase| phase.seconds)
    }
}

/// The phases of all these runs, by their numbers, as the latest run that has them calls them.
pub fn phases(points: &[Point]) -> Vec<PhaseTook> {
    let mut all: Vec<PhaseTook> = Vec::new();
    for phase in points.iter().rev().flat_map(|point| &point.phases) {
        if all.iter().all(|known| known.number != phase.number) {
            all.push(phase.clone());
        }
    }
    all.sort_by_key(|phase| phase.number);
    all
}

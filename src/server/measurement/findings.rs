//! What follows from everything that an attempt measured.

use domain::{
    form::Moment,
    load::LoadResult,
    measurement::{Attempt, Figure, Found},
    metric::{Aggregation, Metric},
    quantity::Unit,
};
use probe::{Counted, Secrets, Slice, latency::Quantiles};
use serde::{Deserialize, Serialize};

/// Everything that an attempt measured, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Measured {
    /// By a load of Gonogo's.
    Load(Box<Loaded>),
    /// By Prometheus.
    Read(Box<Quantiles>),
}

/// What a load measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// The load, with its histograms.
    pub load: LoadResult,
    /// What was counted before it.
    pub before: Counted,
    /// What was counted after it.
    pub after: Counted,
    /// The queries of its slices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slices: Vec<Slice>,
    /// What calls of the cache took, or why that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<Result<Figure, String>>,
}

/// Where more of the requests fail, the latencies of the others say nothing.
const FAILED_PERCENT: f64 = 1.0;

impl Measured {
    /// What follows from everything that was measured, in words without secrets.
    pub fn found(&self, baseline: Option<&(u32, Measured)>, attempt: &Attempt, secrets: &Secrets) -> Found {
        let mut found = match self {
            Measured::Load(loaded) => of_load(loaded),
            Measured::Read(read) => Found {
                figures: read.figures.clone(),
                notes: read.notes.clone(),
                ..Found::default()
            },
        };
        match (baseline, attempt.moment) {
            (Some((than, before)), _) => self.compare(*than, before, &mut found),
            (None, Moment::After) => found.notes.push(
                "nothing was measured before the deployment: no improvement can be computed".to_owned(),
            ),
            (None, Moment::Before | Moment::Unsaid) => {}
        }
        let words = found.invalid.iter_mut().chain(&mut found.notes);
        words.for_each(|words| *words = probe::output::sentence(words, secrets));
        found
    }
}

fn of_load(loaded: &Loaded) -> Found {
    let load = &loaded.load;
    let mut found = Found {
        invalid: load.invalid.iter().map(ToString::to_string).collect(),
        ..Found::default()
    };
    if !load.is_valid() && found.invalid.is_empty() {
        found.invalid.push("it was stopped before its end".to_owned());
    }
    if let Some(latency) = &load.overall.latency {
        let one = |aggregation, us: f64| Figure {
            metric: Metric::Latency,
            aggregation,
            value: us / 1_000.0,
            unit: Unit::Milliseconds,
            samples: latency.count,
            between: None,
        };
        found.figures.extend([
            one(Aggregation::Percentile(50), latency.p50_us as f64),
            one(Aggregation::Percentile(95), latency.p95_us as f64),
            one(Aggregation::Percentile(99), latency.p99_us as f64),
            one(Aggregation::Mean, latency.mean_us),
            one(Aggregation::Maximum, latency.max_us as f64),
        ]);
    }
    let (errors, sent) = (load.overall.errors.count(), load.overall.sent.max(1));
    let share = errors as f64 * 100.0 / sent as f64;
    found.figures.push(Figure {
        metric: Metric::ErrorRate,
        aggregation: Aggregation::Ratio,
        value: share,
        unit: Unit::Percent,
        samples: sent,
        between: None,
    });
    let failed = format!("{errors} of {sent} requests failed and are in none of the latencies");
    if share > FAILED_PERCENT {
        found
            .invalid
            .push(format!("{failed}: those of the others say too little"));
    } else if errors > 0 {
        found.notes.push(failed);
    }
    let (counted, notes) = loaded.after.since(&loaded.before, load.plan.load.requests());
    found.figures.extend(counted);
    found.notes.extend(notes);
    match &loaded.cache {
        Some(Ok(figure)) => found.figures.extend(of_calls(figure)),
        Some(Err(why)) => found
            .notes
            .push(format!("the cache's own latency was not measured: {why}")),
        None => {}
    }
    found
}

/// The calls that were timed read: they answer for lines on reading and for those that do not say which. What writing takes is not
/// measured, since nothing is written to a cache that is in use.
fn of_calls(figure: &Figure) -> [Figure; 2] {
    [Metric::CacheLatency, Metric::CacheReadLatency].map(|metric| Figure {
        metric,
        ..figure.clone()
    })
}

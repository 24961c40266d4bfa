//! Measurements of a run: every attempt at the numbers of its forms, which of them counts, and what follows for the lines that
//! demand something of these numbers.

mod counting;

use crate::{
    blank::BlankId,
    form::{Field, FieldKind, Form, Moment},
    hash::Hash,
    metric::{Aggregation, Metric},
    objective::{Aim, Between, Interval, Measured, Objective, Reading},
    person::Author,
    plan::ItemId,
    quantity::Unit,
    run::{Run, RunState},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The attempts of a run, and which count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measurements {
    /// In the order in which they began. Their numbers count from 1.
    pub attempts: Vec<Attempt>,
    /// The number of the one that counts, by moment.
    pub counting: BTreeMap<Moment, u32>,
    /// The number of the one that counted before it, by moment, where that asked for more: it goes on to count for what the other
    /// does not ask.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beside: BTreeMap<Moment, u32>,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1, in the run.
    pub number: u32,
    /// Before the deployment, or after it.
    pub moment: Moment,
    /// What is asked for its numbers.
    #[serde(default, skip_serializing_if = "Origin::is_load")]
    pub origin: Origin,
    /// Who pressed.
    pub by: Author,
    /// When.
    pub since: DateTime<Utc>,
    /// How it stands.
    pub state: AttemptState,
}

/// What an attempt asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The service itself, under a load of Gonogo's.
    #[default]
    Load,
    /// Prometheus, which counted what others asked over a window.
    Prometheus,
}

impl Origin {
    /// Whether it is a load.
    pub fn is_load(&self) -> bool {
        *self == Origin::Load
    }

    /// Whether it can answer for this number at all. What was asked for and not answered is missing, and nobody else's.
    pub fn asks(self, metric: &Metric, aggregation: Aggregation) -> bool {
        match self {
            Origin::Load => match metric {
                Metric::Latency
                | Metric::CacheLatency
                | Metric::CacheReadLatency
                | Metric::CacheHitRate
                | Metric::Queries
                | Metric::RepeatedQueries
                | Metric::ErrorRate => true,
                Metric::CacheWriteLatency
                | Metric::CacheEvictions
                | Metric::Errors
                | Metric::ErrorLogs
                | Metric::Memory
                | Metric::Free(_) => false,
            },
            Origin::Prometheus => {
                *metric == Metric::Latency
                    && match natural(metric, aggregation) {
                        Aggregation::Percentile(_) | Aggregation::Mean => true,
                        Aggregation::Maximum
                        | Aggregation::Total
                        | Aggregation::Ratio
                        | Aggregation::Unsaid => false,
                    }
            }
        }
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Origin::Load => "under a load",
            Origin::Prometheus => "from Prometheus",
        }
    }
}

/// How an attempt stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AttemptState {
    /// It is under way.
    Running,
    /// It ended.
    Ended {
        /// When.
        at: DateTime<Utc>,
        /// What it found.
        found: Found,
        /// The hash of everything that was measured, histograms included.
        evidence: Hash,
    },
    /// Nothing was measured.
    Failed {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        why: String,
    },
}

/// What an attempt found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The numbers.
    pub figures: Vec<Figure>,
    /// By how much each is better than in the attempt before the deployment that counted then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub improvements: Vec<Improvement>,
    /// Why the figures do not count: the measuring stood in its own way, or somebody stopped it. Empty where they do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invalid: Vec<String>,
    /// What is to be known beside the numbers: other settings than before, statements that repeat, what could not be measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured.
    pub metric: Metric,
    /// How many values became this one.
    pub aggregation: Aggregation,
    /// In the base unit.
    pub value: f64,
    /// The base unit.
    pub unit: Unit,
    /// What it stands on: requests, lookups, calls.
    pub samples: u64,
    /// Between which bounds it lies, where no more is known; the value is an estimate then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<Between>,
}

/// How a number stands to the one before the deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Improvement {
    /// What was measured.
    pub metric: Metric,
    /// How many values became one.
    pub aggregation: Aggregation,
    /// The number of the attempt before.
    pub than: u32,
    /// Where the improvement lies, in per cent of the value before.
    pub interval: Interval,
}

/// Where a value of a blank comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Source {
    /// Somebody typed it, and says where it was read.
    Said {
        /// Their words.
        words: String,
    },
    /// It was measured.
    Measured {
        /// By the attempt of this number.
        attempt: u32,
    },
}

impl Attempt {
    /// What it found, where that counts.
    pub fn valid(&self) -> Option<&Found> {
        match &self.state {
            AttemptState::Ended { found, .. } if found.invalid.is_empty() => Some(found),
            AttemptState::Running | AttemptState::Ended { .. } | AttemptState::Failed { .. } => None,
        }
    }
}

impl Measurements {
    /// The attempt of this number.
    pub fn attempt(&self, number: u32) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.number == number)
    }

    /// The attempt that counts.
    pub fn counting(&self, moment: Moment) -> Option<&Attempt> {
        self.attempt(*self.counting.get(&moment)?)
    }

    /// The one that is under way; there is one at most.
    pub fn running(&self) -> Option<&Attempt> {
        self.attempts
            .iter()
            .find(|attempt| attempt.state == AttemptState::Running)
    }

    /// The number of the next.
    pub fn next(&self) -> u32 {
        self.attempts.last().map_or(1, |attempt| attempt.number + 1)
    }
}

impl Found {
    /// The number of this metric. What the document does not say how to aggregate is aggregated as is natural for it.
    pub fn figure(&self, metric: &Metric, aggregation: Aggregation) -> Option<&Figure> {
        let aggregation = natural(metric, aggregation);
        let mut figures = self.figures.iter();
        figures.find(|figure| figure.metric == *metric && figure.aggregation == aggregation)
    }
}

fn natural(metric: &Metric, aggregation: Aggregation) -> Aggregation {
    match aggregation {
        Aggregation::Unsaid => metric.natural(),
        said => said,
    }
}

/// Whether a moment can be measured now: before the deployment until the execution begins, which locks it; after it, once the
/// execution has begun, for its last phases may ask for these numbers.
///
/// # Errors
/// Why not, in words.
pub fn may_measure(run: &Run, moment: Moment) -> Result<(), &'static str> {
    match (moment, &run.state) {
        (_, RunState::Closed { .. }) => Err("The run is closed."),
        (_, RunState::RollingBack { .. }) => Err("The run is being rolled back."),
        (Moment::Before, RunState::Executing { .. } | RunState::Verifying { .. }) => Err(
            "The execution has begun: what was before cannot be measured any more, and what was measured stands.",
        ),
        // Another run took the environment from it half way.
        (Moment::Before, RunState::Preparing)
            if run.fingerprints.contains_key(&crate::fingerprint::Moment::Before) =>
        {
            Err("The execution had begun before: what was before cannot be measured any more.")
        }
        (Moment::After, RunState::Preparing) => {
            Err("There is nothing to measure after the deployment before it has begun.")
        }
        (Moment::Before | Moment::Unsaid, RunState::Preparing)
        | (Moment::After | Moment::Unsaid, RunState::Executing { .. } | RunState::Verifying { .. }) => Ok(()),
    }
}

/// What the progress of an attempt is shown under: a line of JSON for each look, [`crate::load::LoadProgress`].
pub fn progress_of(attempt: u32) -> ItemId {
    ItemId(format!("measurement/{attempt}"))
}

/// What an attempt of this origin writes into the fields of the forms about its moment, as the document writes numbers; `None`: it
/// asked for that, and has no answer.
pub fn fillings(
    forms: &[Form],
    (moment, origin): (Moment, Origin),
    found: &Found,
) -> Vec<(BlankId, Option<String>)> {
    let of = forms.iter().filter(|form| form.moment == moment);
    of.flat_map(|form| &form.fields)
        .filter(|field| field.is_typed() && origin.asks(&field.metric, field.aggregation))
        .map(|field| (field.id.clone(), written(field, found)))
        .collect()
}

fn written(field: &Field, found: &Found) -> Option<String> {
    let figure = found.figure(&field.metric, field.aggregation)?;
    match &field.kind {
        FieldKind::Number { unit } => {
            let factor = unit.as_ref().map_or(1.0, |unit| unit.factor);
            let same = unit.as_ref().is_none_or(|unit| unit.base == figure.unit);
            same.then(|| decimal(figure.value / factor))
        }
        FieldKind::Choice { options, .. } => {
            let wanted: &[&str] = if figure.value > 0.0 {
                &["yes", "true", "detected"]
            } else {
                &["no", "false", "none"]
            };
            let fits = |option: &&String| wanted.contains(&option.to_lowercase().as_str());
            options.iter().find(fits).cloned()
        }
        FieldKind::Words | FieldKind::Date | FieldKind::Fixed { .. } | FieldKind::Computed { .. } => None,
    }
}

/// At most two places, as many as it has: three could be read as thousands.
fn decimal(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

/// The numbers of the attempts that what an objective demands is judged by, before and after the deployment.
pub fn judged_by(objective: &Objective, measurements: &Measurements) -> Vec<u32> {
    let moments: &[Moment] = match objective.aim {
        Aim::Absolute { .. } => &[Moment::After],
        Aim::Improvement { .. } => &[Moment::Before, Moment::After],
        Aim::Steady { .. } | Aim::Settled { .. } => &[],
    };
    let number = |moment: &Moment| {
        let (attempt, _) = measurements.figure(*moment, &objective.metric, objective.aggregation)?;
        Some(attempt.number)
    };
    let of = moments
        .iter()
        .filter(|_| measured(objective, measurements).is_some());
    of.filter_map(number).collect()
}

/// What was measured of what an objective demands; `None`: nothing that counts. Values that somebody typed are none.
pub fn measured(objective: &Objective, measurements: &Measurements) -> Option<Measured> {
    if objective.subject.is_some() {
        return None;
    }
    let (metric, aggregation) = (&objective.metric, objective.aggregation);
    let (_, figure) = measurements.figure(Moment::After, metric, aggregation)?;
    match objective.aim {
        Aim::Absolute { .. } => Some(Measured {
            aggregation: figure.aggregation,
            samples: figure.samples,
            coverage: None,
            reading: match figure.between {
                Some(between) => Reading::Between {
                    between,
                    unit: figure.unit,
                },
                None => Reading::Value {
                    value: figure.value,
                    unit: figure.unit,
                },
            },
        }),
        Aim::Improvement { .. } => {
            let before = measurements.figure(Moment::Before, metric, figure.aggregation);
            let before = before.map(|(_, before)| before);
            let interval = measurements.improvement(metric, figure.aggregation);
            Some(Measured {
                aggregation: figure.aggregation,
                samples: before.map_or(0, |before| before.samples.min(figure.samples)),
                coverage: None,
                reading: Reading::Pair {
                    before: before.map(|before| before.value),
                    after: Some(figure.value),
                    interval: interval.map(|improvement| improvement.interval),
                },
            })
        }
        // What stays as it is shows over a window.
        Aim::Steady { .. } | Aim::Settled { .. } => None,
    }
}

//! What an earlier attempt makes of a later one: by how much it is better, and what was unlike.

use super::findings::{Loaded, Measured};
use domain::{
    measurement::{Figure, Found, Improvement},
    metric::{Aggregation, Metric},
    objective::Interval,
};
use probe::{FEWEST_SLICES, Read, fewer_queries, latency::Quantiles, load::Statistic};

impl Measured {
    /// What the earlier attempt makes of the figures, and whether both are alike.
    pub(super) fn compare(&self, than: u32, before: &Measured, found: &mut Found) {
        let unlike = match (before, self) {
            (Measured::Load(before), Measured::Load(after)) => {
                found.improvements = improvements(than, before, after);
                found
                    .notes
                    .extend(incomparable(before, after).or_else(|| too_short(before, after)));
                (before.load.plan.load != after.load.plan.load)
                    .then(|| format!("measurement {than} put another load on it"))
            }
            (Measured::Read(before), Measured::Read(after)) => {
                found.notes.push(within(before, after));
                let series = |read: &Quantiles| (read.latency.histogram.clone(), read.latency.selector());
                if series(before) == series(after) {
                    found.improvements = bounds(than, before, after);
                    (before.latency.window_minutes != after.latency.window_minutes)
                        .then(|| format!("measurement {than} read another window"))
                } else {
                    Some(format!(
                        "measurement {than} read other series: no improvement is shown"
                    ))
                }
            }
            (Measured::Load(_), Measured::Read(_)) => Some(format!(
                "measurement {than} put a load on it, and this is what others asked of it: no improvement is shown"
            )),
            (Measured::Read(_), Measured::Load(_)) => Some(format!(
                "measurement {than} is what others asked of it, and this one put a load on it: no improvement is shown"
            )),
        };
        found
            .notes
            .extend(unlike.map(|why| format!("unlike conditions: {why}")));
    }
}

/// Why the queries of two loads say nothing about each other: a service that asks another database than the one that is counted looks
/// like one that asks none.
fn incomparable(before: &Loaded, after: &Loaded) -> Option<String> {
    let (Read::Is(then), Read::Is(now)) = (&before.before.statements, &after.before.statements) else {
        return None;
    };
    let silent = !after.slices.is_empty() && after.slices.iter().all(|slice| slice.calls == 0);
    if then.database != now.database {
        Some(
            "the queries were counted in another database than before: no improvement of theirs is shown"
                .to_owned(),
        )
    } else if silent {
        Some("no query was counted at all: that the service has none left, or has another database, is for a person to say".to_owned())
    } else {
        None
    }
}

/// Why there is no interval of the queries, where they were counted.
fn too_short(before: &Loaded, after: &Loaded) -> Option<String> {
    let is_short = |loaded: &Loaded| (1..FEWEST_SLICES).contains(&loaded.slices.len());
    (is_short(before) || is_short(after)).then(|| {
        "a load of 15 seconds or longer, before and after, shows how sure the improvement of the queries is".to_owned()
    })
}

/// How many requests each of two windows saw: the service may have been asked other things, or less.
fn within(before: &Quantiles, after: &Quantiles) -> String {
    let (then, now) = (before.requests.floor(), after.requests.floor());
    format!("{now} requests in the window, {then} in the one before; what they asked may differ")
}

/// The improvements that the bounds of both readings' buckets leave, at the worst and at the best.
fn bounds(than: u32, before: &Quantiles, after: &Quantiles) -> Vec<Improvement> {
    let one = |after: &Figure| {
        let same =
            |before: &&Figure| (&before.metric, before.aggregation) == (&after.metric, after.aggregation);
        let before = before.figures.iter().find(same)?;
        let (low, high) = probe::latency::improvement(before.between?, after.between?)?;
        Some(Improvement {
            metric: after.metric.clone(),
            aggregation: after.aggregation,
            than,
            interval: Interval {
                low,
                high,
                bounds: true,
            },
        })
    };
    after.figures.iter().filter_map(one).collect()
}

/// The intervals of what both histograms and the slices of both loads can show.
fn improvements(than: u32, before: &Loaded, after: &Loaded) -> Vec<Improvement> {
    let statistics = [
        (Aggregation::Percentile(50), Statistic::Quantile(0.50)),
        (Aggregation::Percentile(95), Statistic::Quantile(0.95)),
        (Aggregation::Percentile(99), Statistic::Quantile(0.99)),
        (Aggregation::Mean, Statistic::Mean),
    ];
    let histograms = (&before.load.overall.histogram, &after.load.overall.histogram);
    let one = |(aggregation, statistic)| {
        let (_, interval) = probe::load::improvement(
            Some(histograms.0),
            Some(histograms.1),
            statistic,
            after.load.plan.seed,
        )
        .ok()?;
        Some(Improvement {
            metric: Metric::Latency,
            aggregation,
            than,
            interval: interval?,
        })
    };
    let queries = incomparable(before, after)
        .is_none()
        .then(|| fewer_queries(&before.slices, &after.slices, after.load.plan.seed));
    let queries = queries.flatten().map(|interval| Improvement {
        metric: Metric::Queries,
        aggregation: Aggregation::Mean,
        than,
        interval,
    });
    statistics.into_iter().filter_map(one).chain(queries).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        form::Moment,
        measurement::{Attempt, AttemptState, Origin},
        objective::Between,
        person::Author,
        quantity::Unit,
    };
    use probe::{Secrets, Slice};
    use rstest::rstest;
    use serde_json::{Value, json};

    fn after(origin: Origin) -> Attempt {
        Attempt {
            number: 2,
            moment: Moment::After,
            origin,
            by: Author::Gonogo,
            since: chrono::DateTime::UNIX_EPOCH,
            state: AttemptState::Running,
        }
    }

    fn read(changed: impl FnOnce(&mut Quantiles), ms: f64) -> Measured {
        let mut read = Quantiles {
            latency: serde_json::from_value(json!({"histogram": "request_seconds"})).unwrap(),
            until: chrono::DateTime::UNIX_EPOCH,
            requests: 1_000.0,
            buckets: Vec::new(),
            figures: vec![Figure {
                metric: Metric::Latency,
                aggregation: Aggregation::Percentile(95),
                value: ms,
                unit: Unit::Milliseconds,
                samples: 1_000,
                between: Some(Between {
                    low: ms,
                    high: ms + 1.0,
                }),
            }],
            notes: Vec::new(),
        };
        changed(&mut read);
        Measured::Read(Box::new(read))
    }

    fn load(rate: u32) -> Measured {
        let latency = json!({"count": 600, "mean_us": 900.0, "p50_us": 900, "p95_us": 1_000, "p99_us": 1_100, "max_us": 2_000});
        let errors = json!({"status": {}, "timeout": 0, "refused": 0, "cut": 0, "example": null});
        let summary: Value = json!({
            "sent": 600, "answered": 600, "errors": errors, "latency": latency, "with_errors": null,
            "histogram": "", "error_histogram": null,
        });
        let uncounted = json!({"statements": {"unread": "no database"}, "lookups": {"unread": "no cache"}});
        let load = json!({
            "plan": {"load": {"rate": rate, "seconds": 30, "endpoints": [{"endpoint": "app", "path": "/"}]}, "seed": 1},
            "began_at": "2026-11-27T12:00:00Z", "end": "whole", "invalid": [], "overall": summary, "endpoints": [],
            "lag": null, "waits": {"count": 0, "longest_us": 0, "target_held": false},
            "unsent": 0, "abandoned": 0, "connections": 1,
        });
        serde_json::from_value(json!({"load": load, "before": uncounted, "after": uncounted})).unwrap()
    }

    fn same(_: &mut Quantiles) {}

    #[rstest]
    #[case::the_same_load(load(20), load(20), None)]
    #[case::another_load(
        load(10),
        load(20),
        Some("unlike conditions: measurement 1 put another load on it")
    )]
    #[case::the_same_window(read(same, 200.0), read(same, 50.0), None)]
    #[case::another_window(
        read(|read| read.latency.window_minutes = 60, 200.0),
        read(same, 50.0),
        Some("unlike conditions: measurement 1 read another window")
    )]
    #[case::other_series(
        read(|read| read.latency.histogram = "jobs_seconds".to_owned(), 200.0),
        read(same, 50.0),
        Some("unlike conditions: measurement 1 read other series: no improvement is shown")
    )]
    #[case::others_first(
        read(same, 200.0),
        load(20),
        Some(
            "unlike conditions: measurement 1 is what others asked of it, and this one put a load on it: no improvement is shown"
        )
    )]
    #[case::a_load_first(
        load(20),
        read(same, 50.0),
        Some(
            "unlike conditions: measurement 1 put a load on it, and this is what others asked of it: no improvement is shown"
        )
    )]
    fn unlike_conditions_are_said_beside_the_numbers(
        #[case] before: Measured,
        #[case] now: Measured,
        #[case] unlike: Option<&str>,
    ) {
        let origin = match &now {
            Measured::Load(_) => Origin::Load,
            Measured::Read(_) => Origin::Prometheus,
        };
        let found = now.found(Some(&(1, before)), &after(origin), &Secrets::default());
        let said = found
            .notes
            .iter()
            .find(|note| note.starts_with("unlike conditions"));
        assert_eq!(said.map(String::as_str), unlike, "{:?}", found.notes);
        if unlike.is_some_and(|words| words.ends_with("no improvement is shown")) {
            assert!(found.improvements.is_empty(), "{:?}", found.improvements);
        }
    }

    /// A load with so many queries in each of twenty slices, counted in this database.
    fn asking(database: u32, calls: u64) -> Measured {
        let Measured::Load(mut loaded) = load(20) else {
            panic!("a load")
        };
        let statements = json!({
            "database": database, "reset": "2026-11-27T12:00:00Z", "evictions": 0, "readings": 1, "hidden": 0, "known": [],
        });
        loaded.before.statements = Read::Is(serde_json::from_value(statements).unwrap());
        loaded.slices = vec![Slice { requests: 30, calls }; 20];
        Measured::Load(loaded)
    }

    #[rstest]
    #[case::fewer(asking(1, 3), None)]
    #[case::none_at_all(asking(1, 0), Some("no query was counted at all"))]
    #[case::of_another_database(asking(2, 3), Some("another database than before"))]
    fn fewer_queries_are_shown_only_where_the_same_database_still_has_some(
        #[case] now: Measured,
        #[case] why_not: Option<&str>,
    ) {
        let found = now.found(
            Some(&(1, asking(1, 600))),
            &after(Origin::Load),
            &Secrets::default(),
        );
        let shown = found.improvements.iter().any(|one| one.metric == Metric::Queries);
        assert_eq!(shown, why_not.is_none());
        if let Some(why) = why_not {
            assert!(
                found.notes.iter().any(|note| note.contains(why)),
                "{:?}",
                found.notes
            );
        }
    }
}
